//! Exports: entry points with their types, each method once, no reserved names.

use std::collections::HashSet;

use wasmparser::ExternalKind;

use super::InvalidModule;
use super::facts::Facts;
use super::imports::check_signature;
use crate::limits::{EXPORTED_METHODS, EXPORTED_NAME_BYTES};

/// Entry points of the system. No other name may begin with `canister_`.
const SYSTEM_ENTRY_POINTS: [&str; 7] = [
    "canister_init",
    "canister_pre_upgrade",
    "canister_post_upgrade",
    "canister_inspect_message",
    "canister_heartbeat",
    "canister_global_timer",
    "canister_on_low_wasm_memory",
];

const METHOD_PREFIXES: [&str; 3] = [
    "canister_update ",
    "canister_query ",
    "canister_composite_query ",
];

/// Names that the Internet Computer gives to exports of its own.
const RESERVED_NAMES: [&str; 6] = [
    "canister counter_instructions",
    "canister_start",
    "canister counter_dirty_pages",
    "canister counter_accessed_pages",
    "stable_memory",
    "stable_memory_bytemap",
];
/// Names that begin so are given by `transform`.
const OWN_PREFIX: &str = "replica ";

pub(super) fn check(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    let mut methods = HashSet::new();
    let mut name_bytes = 0;
    for export in &facts.exports {
        let name = export.name;
        if RESERVED_NAMES.contains(&name) || name.starts_with(OWN_PREFIX) {
            return Err(InvalidModule::Exports(format!(
                "Exporting reserved symbol {name} not allowed."
            )));
        }
        if !matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
            continue;
        }
        let mut prefixes = METHOD_PREFIXES.iter();
        let method = prefixes.find_map(|prefix| name.strip_prefix(prefix));
        if let Some(method) = method {
            if !methods.insert(method) {
                return Err(InvalidModule::DuplicateExport(method.to_owned()));
            }
            name_bytes += method.len();
        } else if !SYSTEM_ENTRY_POINTS.contains(&name) {
            check_unknown(name)?;
            continue;
        }
        let ty = facts.function_type(export.index);
        let ty = ty.ok_or_else(|| InvalidModule::Exports("Unknown function.".to_owned()))?;
        check_signature(name, ty, &[], &[])?;
    }
    check_sums(methods.len(), name_bytes)
}

fn check_unknown(name: &str) -> Result<(), InvalidModule> {
    if name.starts_with("canister_") {
        return Err(InvalidModule::Exports(format!(
            "Exporting reserved function '{name}' with \"canister_\" prefix"
        )));
    }
    Ok(())
}

fn check_sums(methods: usize, name_bytes: usize) -> Result<(), InvalidModule> {
    if methods > EXPORTED_METHODS {
        return Err(InvalidModule::TooManyExports {
            defined: methods,
            allowed: EXPORTED_METHODS,
        });
    }
    if name_bytes > EXPORTED_NAME_BYTES {
        return Err(InvalidModule::ExportedNamesTooLong {
            total: name_bytes,
            allowed: EXPORTED_NAME_BYTES,
        });
    }
    Ok(())
}
