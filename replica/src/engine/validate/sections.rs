//! Data, globals, functions, memory and custom sections.

use std::sync::Arc;

use wasmparser::{DataKind, Operator, ValType};

use super::InvalidModule;
use super::facts::Facts;
use crate::limits::{
    CUSTOM_SECTION_BYTES, HEAP_BYTES_WASM64, MODULE_CUSTOM_SECTIONS, MODULE_FUNCTIONS,
    MODULE_GLOBALS,
};
use crate::memory::WASM_PAGE_BYTES;
use crate::{MetadataSection, Visibility};

pub(super) fn check(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    check_data(facts)?;
    check_globals(facts)?;
    check_count("functions", facts.functions.len(), MODULE_FUNCTIONS)?;
    check_memory(facts)
}

/// The place of a data segment is one constant.
fn check_data(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    let is_wasm64 = facts.is_wasm64();
    for data in &facts.data {
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            continue;
        };
        let mut operators = offset_expr.get_operators_reader();
        let first = operators.read().map_err(super::decoding)?;
        let then = operators.read().map_err(super::decoding)?;
        let is_constant = match first {
            Operator::I32Const { .. } => !is_wasm64,
            Operator::I64Const { .. } => is_wasm64,
            _ => false,
        };
        if !is_constant || !matches!(then, Operator::End) {
            let bits = if is_wasm64 { 64 } else { 32 };
            return Err(InvalidModule::Data(format!(
                "Invalid offset expression in data segment for {bits}bit memory: {first:?}"
            )));
        }
    }
    Ok(())
}

fn check_globals(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    check_count("globals", facts.globals.len(), MODULE_GLOBALS)?;
    for global in &facts.globals {
        if let ValType::Ref(_) = global.content_type {
            return Err(InvalidModule::Globals(format!(
                "Unsupported global type: {:?}",
                global.content_type
            )));
        }
    }
    Ok(())
}

/// A memory of 32 bits cannot be declared larger than it may be.
fn check_memory(facts: &Facts<'_>) -> Result<(), InvalidModule> {
    let allowed = HEAP_BYTES_WASM64 as u64 / WASM_PAGE_BYTES;
    let declared = facts.memory.filter(|memory| memory.memory64);
    match declared.and_then(|memory| memory.maximum) {
        Some(defined) if defined > allowed => {
            Err(InvalidModule::MemoryTooLarge { defined, allowed })
        }
        _ => Ok(()),
    }
}

fn check_count(what: &'static str, defined: usize, allowed: usize) -> Result<(), InvalidModule> {
    if defined <= allowed {
        return Ok(());
    }
    Err(InvalidModule::TooMany {
        what,
        defined,
        allowed,
    })
}

/// The custom sections whose names begin with `icp:`.
pub(super) fn metadata(facts: &Facts<'_>) -> Result<Vec<MetadataSection>, InvalidModule> {
    let mut metadata: Vec<MetadataSection> = Vec::new();
    let mut bytes = 0;
    for (full_name, content) in &facts.custom {
        let Some((visibility, name)) = scope(full_name)? else {
            continue;
        };
        if metadata.iter().any(|section| section.name == name) {
            return Err(InvalidModule::CustomSection(format!(
                "Invalid custom section: name {name} already exists"
            )));
        }
        bytes += name.len() + content.len();
        if bytes > CUSTOM_SECTION_BYTES {
            return Err(InvalidModule::CustomSection(format!(
                "Invalid custom sections: total size of the custom sections exceeds the maximum \
                 allowed: size {bytes} bytes, allowed {CUSTOM_SECTION_BYTES} bytes"
            )));
        }
        metadata.push(MetadataSection {
            visibility,
            name: name.to_owned(),
            content: Arc::from(*content),
        });
        check_count("custom sections", metadata.len(), MODULE_CUSTOM_SECTIONS)?;
    }
    Ok(metadata)
}

/// Who may read a section, and its name; none if the prefix is not that of the Internet Computer.
fn scope(full_name: &str) -> Result<Option<(Visibility, &str)>, InvalidModule> {
    if !full_name.starts_with("icp:") {
        return Ok(None);
    }
    for (prefix, visibility) in [
        ("icp:public ", Visibility::Public),
        ("icp:private ", Visibility::Private),
    ] {
        if let Some(name) = full_name.strip_prefix(prefix) {
            return Ok(Some((visibility, name)));
        }
    }
    let text = if ["icp:public", "icp:private"].contains(&full_name) {
        "'icp:' section names must have a space after the public/private scope".to_owned()
    } else {
        format!(
            "Invalid custom section: Custom section '{full_name}' has no public/private scope \
             defined."
        )
    };
    Err(InvalidModule::CustomSection(text))
}
