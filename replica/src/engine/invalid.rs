//! Why a module is not taken, in the words of the Internet Computer.

/// A rule that a module breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidModule {
    #[error("Failed to decode wasm module: {0}")]
    Decoding(String),
    #[error("Wasmtime failed to validate wasm module wasmtime::Module::validate() failed with {0}")]
    Engine(String),
    #[error("Wasm module has an invalid function signature. {0}")]
    Signature(String),
    #[error("Wasm module has an invalid import section. {0}")]
    Imports(String),
    #[error("Wasm module has an invalid export section. {0}")]
    Exports(String),
    #[error(
        "Duplicate function '{0}' exported multiple times with different call types: update, \
         query, or composite_query"
    )]
    DuplicateExport(String),
    #[error(
        "The number of exported functions called `canister_update <name>`, `canister_query \
         <name>`, or `canister_composite_query <name>` is {defined} which exceeds {allowed}"
    )]
    TooManyExports { defined: usize, allowed: usize },
    #[error(
        "The sum of `<name>` lengths in exported functions called `canister_update <name>`, \
         `canister_query <name>`, or `canister_composite_query <name>` is {total} which exceeds \
         the allowed limit of {allowed}"
    )]
    ExportedNamesTooLong { total: usize, allowed: usize },
    #[error("Wasm module has an invalid data section. {0}")]
    Data(String),
    #[error("Wasm module has an invalid custom section. {0}")]
    CustomSection(String),
    #[error("Wasm module has an invalid global section. {0}")]
    Globals(String),
    #[error(
        "Wasm module defined {defined} {what} which exceeds the maximum number allowed {allowed}"
    )]
    TooMany {
        what: &'static str,
        defined: usize,
        allowed: usize,
    },
    #[error("Wasm module defines a memory of {defined} pages, which exceeds the {allowed} allowed")]
    MemoryTooLarge { defined: u64, allowed: u64 },
    #[error(
        "Wasm module contains a function at index {index} with complexity {complexity} which \
         exceeds the maximum complexity allowed {allowed}"
    )]
    TooComplex {
        index: usize,
        complexity: u64,
        allowed: u64,
    },
    #[error(
        "Wasm module contains a function at index {index} with unsupported instruction \
         {instruction}"
    )]
    Instruction {
        index: usize,
        instruction: &'static str,
    },
    #[error(
        "Wasm module contains a function at index {index} of size {size} that exceeds the maximum \
         allowed size of {allowed}"
    )]
    FunctionTooLarge {
        index: usize,
        size: usize,
        allowed: usize,
    },
    #[error(
        "Wasm module code section size of {size} exceeds the maximum allowed size of {allowed}"
    )]
    CodeTooLarge { size: usize, allowed: usize },
    #[error("Wasm module size of {size} exceeds the maximum allowed size of {allowed}")]
    ModuleTooLarge { size: usize, allowed: usize },
}

impl InvalidModule {
    /// What its maker may do about it.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::DuplicateExport(name) => format!(
                "Try defining different versions of the function for each call type, e.g. \
                 `{name}_update`, `{name}_query`, etc."
            ),
            Self::TooManyExports { .. } => {
                "Try combining multiple endpoints into a single endpoint.".to_owned()
            }
            Self::ExportedNamesTooLong { .. } => "Try using shorter method names.".to_owned(),
            Self::TooComplex { .. } | Self::FunctionTooLarge { .. } => {
                "Try breaking large functions up into multiple smaller functions.".to_owned()
            }
            Self::CodeTooLarge { .. } | Self::ModuleTooLarge { .. } => {
                "Try shrinking the module using tools like `ic-wasm` or splitting the logic across \
                 multiple canisters."
                    .to_owned()
            }
            _ => "This is likely an error with the compiler/CDK toolchain being used to build the \
                  canister."
                .to_owned(),
        }
    }
}
