//! Rewrites a module so that its whole state can be read and set from outside.
//!
//! It exports every mutable global, the memory, the table and the start function under names of
//! its own, and drops the start section: an instance can then be made again without running the
//! start function again. Code is not changed. It takes only what `validate` let pass, and the
//! result is validated by the engine.

use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload};

use super::InvalidModule;

pub(super) const MEMORY_EXPORT: &str = "replica memory";
pub(super) const TABLE_EXPORT: &str = "replica table";
pub(super) const START_EXPORT: &str = "replica start";

/// The name under which the n-th mutable global is exported.
pub(super) fn global_export(index: usize) -> String {
    format!("replica global {index}")
}

/// A global as snapshots list it: one that is mutable or exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListedGlobal {
    /// One of the mutable ones, which are numbered in the module's order.
    Mutable,
    /// One that never changes, by the name of an export.
    Constant(String),
}

/// A module that the engine can load.
pub(super) struct Transformed {
    pub(super) bytes: Vec<u8>,
    pub(super) mutable_globals: usize,
    /// In the module's order.
    pub(super) listed_globals: Vec<ListedGlobal>,
}

#[derive(Default)]
struct Scan<'a> {
    sections: Vec<(u8, Range<usize>)>,
    exports: Vec<(&'a str, ExportKind, u32)>,
    mutable_globals: Vec<u32>,
    has_memory: bool,
    has_table: bool,
    start: Option<u32>,
}

/// Rewrites a valid module.
pub(super) fn transform(module: &[u8]) -> Result<Transformed, InvalidModule> {
    let mut scan = Scan::default();
    for payload in Parser::new(0).parse_all(module) {
        let read = payload.and_then(|payload| scan.read(&payload));
        read.map_err(|error| InvalidModule::Decoding(error.to_string()))?;
    }
    Ok(Transformed {
        bytes: scan.encode(module),
        mutable_globals: scan.mutable_globals.len(),
        listed_globals: scan.listed_globals(),
    })
}

impl<'a> Scan<'a> {
    fn read(&mut self, payload: &Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::CustomSection(_) => return Ok(()),
            Payload::MemorySection(section) => self.has_memory = section.count() > 0,
            Payload::TableSection(section) => self.has_table = section.count() > 0,
            Payload::GlobalSection(section) => {
                for (index, global) in (0..).zip(section.clone()) {
                    if global?.ty.mutable {
                        self.mutable_globals.push(index);
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    let kind = export_kind(export.kind);
                    self.exports.push((export.name, kind, export.index));
                }
                return Ok(());
            }
            Payload::StartSection { func, .. } => {
                self.start = Some(*func);
                return Ok(());
            }
            _ => {}
        }
        self.sections.extend(payload.as_section());
        Ok(())
    }

    fn listed_globals(&self) -> Vec<ListedGlobal> {
        let mut listed: BTreeMap<u32, ListedGlobal> = BTreeMap::new();
        for (name, kind, index) in &self.exports {
            if *kind == ExportKind::Global {
                listed.insert(*index, ListedGlobal::Constant((*name).to_owned()));
            }
        }
        let mutable = self.mutable_globals.iter();
        listed.extend(mutable.map(|index| (*index, ListedGlobal::Mutable)));
        listed.into_values().collect()
    }

    fn encode(&self, module: &[u8]) -> Vec<u8> {
        const EXPORT_SECTION: u8 = 7;
        // Sections that come after the exports: start, elements, data count, code, data.
        const AFTER_EXPORTS: [u8; 5] = [8, 9, 12, 10, 11];
        debug_assert!(!AFTER_EXPORTS.contains(&EXPORT_SECTION));
        let mut output = Module::new();
        let mut exports = Some(self.export_section());
        for (id, range) in &self.sections {
            if AFTER_EXPORTS.contains(id) {
                exports.take().inspect(|exports| {
                    output.section(exports);
                });
            }
            output.section(&RawSection {
                id: *id,
                data: &module[range.clone()],
            });
        }
        exports.inspect(|exports| {
            output.section(exports);
        });
        output.finish()
    }

    fn export_section(&self) -> ExportSection {
        let mut section = ExportSection::new();
        for (name, kind, index) in &self.exports {
            section.export(name, *kind, *index);
        }
        for (position, index) in self.mutable_globals.iter().enumerate() {
            section.export(&global_export(position), ExportKind::Global, *index);
        }
        if self.has_memory {
            section.export(MEMORY_EXPORT, ExportKind::Memory, 0);
        }
        if self.has_table {
            section.export(TABLE_EXPORT, ExportKind::Table, 0);
        }
        if let Some(function) = self.start {
            section.export(START_EXPORT, ExportKind::Func, function);
        }
        section
    }
}

fn export_kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}
