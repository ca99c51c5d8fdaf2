//! The rules of the Internet Computer for modules, beyond those of WebAssembly: the module
//! requirements of the interface specification, with the limits, the order and the words of the
//! replica's validation.
//!
//! It changes nothing: `transform` rewrites the module afterwards.

mod code;
mod exports;
mod facts;
mod imports;
mod sections;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::InvalidModule;
use crate::MetadataSection;
use crate::limits::CODE_SECTION_BYTES;
use facts::Facts;

/// The features of WebAssembly that the Internet Computer knows: those of its second version, sums in
/// constants, and 64-bit memories. No relaxed SIMD, tail calls, several memories, threads, exceptions,
/// function references, garbage collection.
const FEATURES: WasmFeatures = WasmFeatures::WASM2
    // Two parts of the second version that have flags of their own.
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::MEMORY64);

/// What is known of a module that follows the rules.
pub(super) struct Validated {
    pub(super) is_wasm64: bool,
    pub(super) metadata: Vec<MetadataSection>,
    /// Its passive segments never change, so an instance can serve many messages. On the Internet
    /// Computer each message starts from a new instance.
    pub(super) keeps_instance: bool,
}

/// Checks a module, or says which rule it breaks: of several the first, in the replica's order.
pub(super) fn validate(module: &[u8]) -> Result<Validated, InvalidModule> {
    check_code_size(module)?;
    Validator::new_with_features(FEATURES)
        .validate_all(module)
        .map_err(|error| InvalidModule::Engine(error.to_string()))?;
    let facts = Facts::read(module).map_err(decoding)?;
    imports::check(&facts)?;
    exports::check(&facts)?;
    sections::check(&facts)?;
    let keeps_instance = code::check(&facts)?;
    Ok(Validated {
        is_wasm64: facts.is_wasm64(),
        metadata: sections::metadata(&facts)?,
        keeps_instance,
    })
}

fn decoding(error: wasmparser::BinaryReaderError) -> InvalidModule {
    InvalidModule::Decoding(error.to_string())
}

fn check_code_size(module: &[u8]) -> Result<(), InvalidModule> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionStart { size, .. } = payload.map_err(decoding)? {
            let (size, allowed) = (size as usize, CODE_SECTION_BYTES);
            if size > allowed {
                return Err(InvalidModule::CodeTooLarge { size, allowed });
            }
            break;
        }
    }
    Ok(())
}
