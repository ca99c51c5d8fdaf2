//! Imports: functions of the system interface, with their types, and nothing else.

use wasmparser::{FuncType, TypeRef, ValType};

use super::InvalidModule;
use super::facts::Facts;
use crate::sys::{FUNCTIONS, Function, Kind};

pub(super) fn check(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    let is_wasm64 = facts.is_wasm64();
    for import in &facts.imports {
        let ty = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => ty,
            TypeRef::Global(_) => return Err(refused("Importing globals is not allowed.")),
            TypeRef::Tag(_) => return Err(refused("Importing tags is not allowed.")),
            TypeRef::Memory(_) => return Err(refused("Importing memories is not allowed.")),
            TypeRef::Table(_) => return Err(refused("Importing tables is not allowed.")),
        };
        let (module, name) = (import.module, import.name);
        let function = find(name, is_wasm64).ok_or_else(|| {
            refused(format!(
                "Module imports function '{name}' from '{module}' that is not exported by the \
                 runtime."
            ))
        })?;
        if module != "ic0" {
            return Err(refused(format!(
                "Module imports function {name:?} from {module:?}, expected to be imported from \
                 one of [\"ic0\"] instead."
            )));
        }
        let params: Vec<_> = wide(function.params, is_wasm64).collect();
        let results: Vec<_> = wide(function.result.as_slice(), is_wasm64).collect();
        check_signature(name, &facts.types[ty as usize], &params, &results)?;
    }
    Ok(())
}

fn refused(text: impl Into<String>) -> InvalidModule {
    InvalidModule::Imports(text.into())
}

fn find(name: &str, is_wasm64: bool) -> Option<&'static Function> {
    let mut functions = FUNCTIONS.iter();
    functions.find(|function| function.name == name && !(is_wasm64 && function.is_32_bit_only))
}

fn wide(kinds: &[Kind], is_wasm64: bool) -> impl Iterator<Item = ValType> {
    kinds.iter().map(move |kind| match kind {
        Kind::I64 => ValType::I64,
        Kind::Pointer if is_wasm64 => ValType::I64,
        Kind::Pointer | Kind::I32 => ValType::I32,
    })
}

/// Holds the type of a function against the one that it must have.
pub(super) fn check_signature(
    name: &str,
    ty: &FuncType,
    params: &[ValType],
    results: &[ValType],
) -> Result<(), InvalidModule> {
    let wrong = |text: String| Err(InvalidModule::Signature(text));
    if ty.params() != params {
        let given = ty.params();
        return wrong(format!(
            "Expected input params {params:?} for '{name}', got {given:?}."
        ));
    }
    if ty.results() != results {
        let given = ty.results();
        return wrong(format!(
            "Expected return type {results:?} for '{name}', got {given:?}."
        ));
    }
    Ok(())
}
