//! What `icp.yaml` and `dfx.json` name must exist, and both must name the same.

use std::collections::BTreeMap;

use chime_tests::manifests;
use serde_json::Value;

/// Canister -> (build command, module), as `icp.yaml` has them.
fn icp_canisters() -> BTreeMap<String, (String, String)> {
    let manifest = manifests::icp();
    let canisters = manifest["canisters"].as_array().expect("a list").iter();
    canisters
        .map(|canister| {
            let steps = &canister["build"]["steps"];
            let build = text(&steps[0]["commands"][0]);
            (text(&canister["name"]), (build, text(&steps[1]["path"])))
        })
        .collect()
}

/// The same, as `dfx.json` has them.
fn dfx_canisters() -> BTreeMap<String, (String, String)> {
    let manifest = manifests::dfx();
    let canisters = manifest["canisters"].as_object().expect("a mapping").iter();
    canisters
        .map(|(name, canister)| {
            let build = text(&canister["build"][0]);
            (name.clone(), (build, text(&canister["wasm"])))
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text in the manifest").to_string()
}

#[test]
fn should_name_the_same_canisters_modules_and_commands() {
    assert_eq!(icp_canisters(), dfx_canisters());
    assert!(icp_canisters().contains_key("scheduler"));
}

#[test]
fn should_build_with_a_script_that_writes_the_modules() {
    let root = chime_tests::workspace();
    for (name, (build, module)) in icp_canisters() {
        let script = build.split(' ').next().unwrap();
        assert!(root.join(script).is_file(), "{name}: {script} is missing");
        assert_eq!(module, format!("target/wasm/{name}.wasm.gz"));
        assert!(
            root.join(&module).is_file(),
            "{module} is missing: run `{build}`"
        );
    }
}

#[test]
fn should_name_candid_files_that_are_valid() {
    let manifest = manifests::dfx();
    for (name, canister) in manifest["canisters"].as_object().unwrap() {
        let path = chime_tests::workspace().join(text(&canister["candid"]));
        let service = candid_parser::check_file(&path)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .1;
        assert!(
            service.is_some(),
            "{name}: no service in {}",
            path.display()
        );
    }
}

#[test]
fn should_deploy_only_canisters_and_networks_that_there_are() {
    let manifest = manifests::icp();
    let canisters = icp_canisters();
    let networks: Vec<_> = manifest["networks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|network| text(&network["name"]))
        .chain(["ic".to_string()])
        .collect();
    for environment in manifest["environments"].as_array().unwrap() {
        assert!(networks.contains(&text(&environment["network"])));
        for canister in environment["canisters"].as_array().unwrap() {
            assert!(canisters.contains_key(&text(canister)));
        }
    }
}
