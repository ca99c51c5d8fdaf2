//! Rewrites a module so that its whole state can be read and set from outside.
//!
//! It exports every mutable global, the memory, the table and the start function under names of
//! its own, and drops the start section: an instance can then be made again without running the
//! start function again. Code is not changed. The result is validated by the engine.

use std::ops::Range;
use std::sync::Arc;

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{
    BinaryReaderError, ExternalKind, FunctionBody, MemoryType, Operator, Parser, Payload, TypeRef,
    ValType,
};

use crate::limits::{CODE_SECTION_BYTES, MODULE_CUSTOM_SECTIONS, MODULE_FUNCTIONS, MODULE_GLOBALS};
use crate::{MetadataSection, Visibility};

pub(super) const MEMORY_EXPORT: &str = "replica memory";
pub(super) const TABLE_EXPORT: &str = "replica table";
pub(super) const START_EXPORT: &str = "replica start";

/// The name under which the n-th mutable global is exported.
pub(super) fn global_export(index: usize) -> String {
    format!("replica global {index}")
}

/// A module that the engine can load.
pub(super) struct Transformed {
    pub(super) bytes: Vec<u8>,
    pub(super) is_wasm64: bool,
    pub(super) mutable_globals: usize,
    /// Its tables and passive segments never change, so an instance can serve many messages.
    pub(super) keeps_instance: bool,
    pub(super) metadata: Vec<MetadataSection>,
}

#[derive(Default)]
struct Scan<'a> {
    sections: Vec<(u8, Range<usize>)>,
    exports: Vec<(&'a str, ExportKind, u32)>,
    mutable_globals: Vec<u32>,
    memory: Option<MemoryType>,
    has_table: bool,
    start: Option<u32>,
    changes_tables: bool,
    metadata: Vec<MetadataSection>,
}

/// Rewrites a module, or says why the Internet Computer would not take it.
pub(super) fn transform(module: &[u8]) -> Result<Transformed, String> {
    let mut scan = Scan::default();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| error.to_string())?;
        scan.read(&payload)?;
    }
    Ok(Transformed {
        bytes: scan.encode(module),
        is_wasm64: scan.memory.is_some_and(|memory| memory.memory64),
        mutable_globals: scan.mutable_globals.len(),
        keeps_instance: !scan.changes_tables,
        metadata: scan.metadata,
    })
}

impl<'a> Scan<'a> {
    fn read(&mut self, payload: &Payload<'a>) -> Result<(), String> {
        match payload {
            Payload::Version { encoding, .. } if *encoding != wasmparser::Encoding::Module => {
                return Err("not a core module".to_owned());
            }
            Payload::CustomSection(section) => {
                return self.custom(section.name(), section.data());
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    check_import(&import.map_err(text)?)?;
                }
            }
            Payload::MemorySection(section) => {
                let mut memories = section.clone().into_iter();
                self.memory = memories.next().transpose().map_err(text)?;
            }
            Payload::TableSection(section) => self.has_table = section.count() > 0,
            Payload::GlobalSection(section) => {
                check_count("globals", section.count(), MODULE_GLOBALS)?;
                for (index, global) in (0..).zip(section.clone()) {
                    self.global(index, global.map_err(text)?.ty)?;
                }
            }
            Payload::FunctionSection(section) => {
                check_count("functions", section.count(), MODULE_FUNCTIONS)?;
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export.map_err(text)?;
                    let kind = export_kind(export.kind)?;
                    self.exports.push((export.name, kind, export.index));
                }
                return Ok(());
            }
            Payload::StartSection { func, .. } => {
                self.start = Some(*func);
                return Ok(());
            }
            Payload::CodeSectionStart { size, .. } => {
                check_count("bytes of code", *size, CODE_SECTION_BYTES)?;
            }
            Payload::CodeSectionEntry(body) => {
                self.changes_tables = self.changes_tables || changes_tables(body).map_err(text)?;
            }
            _ => {}
        }
        self.sections.extend(payload.as_section());
        Ok(())
    }

    fn global(&mut self, index: u32, ty: wasmparser::GlobalType) -> Result<(), String> {
        if !ty.mutable {
            return Ok(());
        }
        if matches!(ty.content_type, ValType::Ref(_)) {
            return Err("a mutable global holds a reference".to_owned());
        }
        self.mutable_globals.push(index);
        Ok(())
    }

    fn custom(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        let (visibility, name) = match name.split_once(' ') {
            Some(("icp:public", name)) => (Visibility::Public, name),
            Some(("icp:private", name)) => (Visibility::Private, name),
            _ => return Ok(()),
        };
        if self.metadata.iter().any(|section| section.name == name) {
            return Err(format!("the custom section {name} is defined twice"));
        }
        if self.metadata.len() == MODULE_CUSTOM_SECTIONS {
            return Err(format!(
                "more than {MODULE_CUSTOM_SECTIONS} custom sections"
            ));
        }
        self.metadata.push(MetadataSection {
            visibility,
            name: name.to_owned(),
            content: Arc::from(content),
        });
        Ok(())
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
        if self.memory.is_some() {
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

fn text(error: BinaryReaderError) -> String {
    error.to_string()
}

fn check_count(what: &str, count: u32, limit: usize) -> Result<(), String> {
    if count as usize <= limit {
        return Ok(());
    }
    Err(format!(
        "the module defines {count} {what}, the limit is {limit}"
    ))
}

fn check_import(import: &wasmparser::Import<'_>) -> Result<(), String> {
    let is_function = matches!(import.ty, TypeRef::Func(_));
    if import.module == "ic0" && is_function {
        return Ok(());
    }
    Err(format!(
        "Module imports '{}' from '{}' that is not exported by the runtime.",
        import.name, import.module
    ))
}

fn export_kind(kind: ExternalKind) -> Result<ExportKind, String> {
    match kind {
        ExternalKind::Func => Ok(ExportKind::Func),
        ExternalKind::Table => Ok(ExportKind::Table),
        ExternalKind::Memory => Ok(ExportKind::Memory),
        ExternalKind::Global => Ok(ExportKind::Global),
        ExternalKind::Tag | ExternalKind::FuncExact => Err("unsupported kind of export".to_owned()),
    }
}

/// Whether a function changes state that lives in the instance only. On the Internet Computer each
/// message starts from a new instance, so such changes last one message.
fn changes_tables(body: &FunctionBody<'_>) -> Result<bool, BinaryReaderError> {
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        if matches!(
            operators.read()?,
            Operator::TableSet { .. }
                | Operator::TableGrow { .. }
                | Operator::TableFill { .. }
                | Operator::TableCopy { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. }
                | Operator::DataDrop { .. }
        ) {
            return Ok(true);
        }
    }
    Ok(false)
}
