//! `icp.yaml` and `dfx.json` against the JSON schemas that the tools themselves publish. The
//! schemas are not part of this repository: `CHIME_SCHEMAS` names their directory, which is
//! `../shared/schemas` beside the checkout unless given. What the manifests name is checked by
//! `manifest_paths`, which needs no schemas.

use std::path::PathBuf;

use chime_tests::manifests;
use serde_json::{Value, json};

fn schema(name: &str) -> Value {
    let directory = std::env::var_os("CHIME_SCHEMAS").map_or_else(
        || chime_tests::workspace().join("../shared/schemas"),
        PathBuf::from,
    );
    let path = directory.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; CHIME_SCHEMAS must name the directory of the schemas",
            path.display()
        )
    });
    serde_json::from_str(&text).expect("the schema is JSON")
}

/// Everything in `document` that breaks the schema, with its place.
fn violations(schema: &Value, document: &Value) -> Vec<String> {
    jsonschema::validator_for(schema)
        .expect("the schema is valid")
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn should_give_icp_a_manifest_that_it_accepts() {
    assert_eq!(
        violations(&schema("icp-yaml-schema.json"), &manifests::icp()),
        Vec::<String>::new()
    );
}

#[test]
fn should_give_dfx_a_manifest_that_it_accepts() {
    assert_eq!(
        violations(&schema("dfx-json-schema.json"), &manifests::dfx()),
        Vec::<String>::new()
    );
}

/// The schemas do refuse something: a test against a schema that accepts all shows nothing.
#[test]
fn should_be_refused_with_a_build_step_of_no_known_kind() {
    let mut manifest = manifests::icp();
    manifest["canisters"][0]["build"]["steps"][0]["type"] = json!("magic");
    assert_ne!(
        violations(&schema("icp-yaml-schema.json"), &manifest),
        Vec::<String>::new()
    );
    let mut manifest = manifests::dfx();
    manifest["canisters"]["scheduler"]["type"] = json!("magic");
    assert_ne!(
        violations(&schema("dfx-json-schema.json"), &manifest),
        Vec::<String>::new()
    );
}
