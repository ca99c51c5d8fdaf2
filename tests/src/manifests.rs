//! The manifests of the repository as values.

use serde_json::Value;

use crate::workspace;

/// `icp.yaml`.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn icp() -> Value {
    serde_norway::from_str(&read("icp.yaml")).expect("icp.yaml is YAML")
}

/// `dfx.json`.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn dfx() -> Value {
    serde_json::from_str(&read("dfx.json")).expect("dfx.json is JSON")
}

fn read(name: &str) -> String {
    let path = workspace().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
