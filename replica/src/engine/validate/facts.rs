//! What the rules look at, read from a module once.

use wasmparser::{
    BinaryReaderError, Data, Export, FuncType, FunctionBody, GlobalType, Import, MemoryType,
    Parser, Payload, TypeRef,
};

/// The sections of a valid module.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// Types of the functions that the module imports.
    imported: Vec<u32>,
    /// Types of the functions that the module defines.
    pub functions: Vec<u32>,
    pub memory: Option<MemoryType>,
    pub globals: Vec<GlobalType>,
    pub exports: Vec<Export<'a>>,
    pub data: Vec<Data<'a>>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub custom: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Facts<'a> {
    pub(super) fn read(module: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut facts = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            facts.add(payload?)?;
        }
        Ok(facts)
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.ty {
                        self.imported.push(ty);
                    }
                    self.imports.push(import);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                self.memory = section.into_iter().next().transpose()?;
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    self.exports.push(export?);
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    self.data.push(data?);
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => self.custom.push((section.name(), section.data())),
            _ => {}
        }
        Ok(())
    }

    /// Whether memory addresses have 64 bits; a module without a memory counts as one of 32.
    pub(super) fn is_wasm64(&self) -> bool {
        self.memory.is_some_and(|memory| memory.memory64)
    }

    /// The type of a function, by its index among the imported and the defined ones.
    pub(super) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let index = index as usize;
        let ty = match index.checked_sub(self.imported.len()) {
            Some(defined) => self.functions.get(defined)?,
            None => &self.imported[index],
        };
        self.types.get(*ty as usize)
    }
}
