use serde_json::json;

use super::*;

fn spec() -> Value {
    json!({
        "state_config": "New", "instruction_config": "Production",
        "subnet_admins": null, "cost_schedule": "Normal",
    })
}

fn plan(change: impl FnOnce(&mut Value)) -> Result<Plan, String> {
    let mut config = json!({
        "subnet_config_set": {
            "nns": null, "sns": null, "system": [], "application": [spec()],
        },
        "icp_config": { "beta_features": null },
        "icp_features": { "registry": null },
    });
    change(&mut config);
    let config: InstanceConfig = serde_json::from_value(config).unwrap();
    config.plan().map_err(|problem| problem.message)
}

#[test]
fn should_plan_what_the_client_asks_for_by_default() {
    let plan = plan(|_| ()).unwrap();
    assert_eq!(plan.start_time_ns, GENESIS_NS);
    assert_eq!(plan.instructions, InstructionConfig::Production);
    let replica = plan.replica([0; 32], Vec::new());
    assert_eq!(
        replica.update_instructions,
        crate::limits::UPDATE_INSTRUCTIONS
    );
}

#[test]
fn should_lift_the_limits_of_a_subnet_for_benchmarks() {
    let plan = plan(|config| {
        let spec = &mut config["subnet_config_set"]["application"][0];
        spec["instruction_config"] = json!("Benchmarking");
    });
    let replica = plan.unwrap().replica([0; 32], Vec::new());
    assert_eq!(replica.update_instructions, BENCHMARK_INSTRUCTIONS);
}

#[test]
fn should_name_what_is_not_supported() {
    let set = |path: &'static str, value: Value| {
        plan(move |config| {
            let (parent, key) = path.rsplit_once('/').unwrap();
            config.pointer_mut(parent).unwrap()[key] = value;
        })
    };
    for (path, value, word) in [
        ("/subnet_config_set/nns", spec(), "`nns`"),
        ("/subnet_config_set/system", json!([spec()]), "`system`"),
        ("/subnet_config_set/lunar", json!([spec()]), "`lunar`"),
        (
            "/subnet_config_set/application",
            json!([spec(), spec()]),
            "more than one",
        ),
        ("/subnet_config_set/application", json!([]), "at least one"),
        ("/icp_features/registry", json!("DefaultConfig"), "registry"),
        ("/icp_config/beta_features", json!("Enabled"), "beta"),
        ("/bitcoind_addr", json!(["127.0.0.1:1"]), "bitcoin"),
        (
            "/initial_time",
            json!({"Timestamp": {"nanos_since_epoch": 1}}),
            "earlier",
        ),
        ("/disable_ingress_validation", json!(true), "validation"),
    ] {
        let text = set(path, value).expect_err(path);
        assert!(text.contains(word), "{path}: {text}");
    }
}
