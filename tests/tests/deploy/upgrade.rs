//! A new canister, newer code, and code that does not work.

use candid::Principal;
use ic_management_canister_types::{CanisterIdRecord, Snapshot};
use serde_json::Value;

use super::world::{EMPTY, Network, User, module_file, trapping, unpacked_scheduler};

/// The only canister of an answer.
fn only(answer: &Value) -> &Value {
    let canisters = answer["canisters"].as_array().unwrap();
    assert_eq!(canisters.len(), 1, "{answer}");
    &canisters[0]
}

fn snapshots(user: &User) -> Vec<Snapshot> {
    let canister_id = Principal::from_text(user.canister()).unwrap();
    let management = Principal::management_canister();
    let request = CanisterIdRecord { canister_id };
    user.ask(
        (management, canister_id),
        "list_canister_snapshots",
        request,
    )
}

#[test]
fn should_install_upgrade_and_then_do_nothing() {
    let network = Network::embedded();
    let user = User::on(&network);
    let planned = user.json(&["deploy", "--new", "--dry-run"]);
    assert_eq!(only(&planned)["action"], "create");
    assert_eq!(only(&planned)["done"], false);
    let made = user.json(&["deploy", "--new", "--yes"]);
    assert_eq!(only(&made)["action"], "create");
    assert_eq!(only(&made)["canister_id"], user.canister());
    user.make_ticks();

    for arguments in [&["deploy"][..], &["deploy", "--new"]] {
        let again = user.json(arguments);
        assert_eq!(only(&again)["action"], "nothing", "{arguments:?}");
        assert_eq!(only(&again)["canister_id"], user.canister());
    }

    let other = module_file(user.home.path(), "other.wasm", &unpacked_scheduler());
    let upgraded = user.json(&["deploy", "--module", &other, "--yes"]);
    assert_eq!(only(&upgraded)["action"], "upgrade");
    assert_eq!(only(&upgraded)["canister_id"], user.canister());
    user.expect_ticks();
    assert_eq!(snapshots(&user), vec![]);
    assert_eq!(user.notes(), Vec::<String>::new());

    let health = user.json(&["doctor"]);
    assert_eq!(health["healthy"], true, "{health}");
}

#[test]
fn should_leave_the_old_code_running_when_the_new_code_does_not_work() {
    let network = Network::embedded();
    let user = User::on(&network);
    user.text(&["deploy", "--new", "--yes"]);
    user.make_ticks();
    user.expect_ticks();
    let trapping = module_file(user.home.path(), "trapping.wasm", &trapping());
    let silent = module_file(user.home.path(), "silent.wasm", EMPTY);
    for (module, reason) in [
        (
            &trapping,
            "the upgrade was not done, and the old code runs again",
        ),
        (
            &silent,
            "the new code does not work; the old code runs again",
        ),
    ] {
        let (code, errors) = user.failure(&["deploy", "--module", module, "--force", "--yes"]);
        assert_eq!(code, 1, "{errors}");
        assert!(errors.contains(reason), "{errors}");
        let tasks = user.json(&["ps", "ls"]);
        assert_eq!(tasks["total_tasks"], 1, "{tasks}");
        user.expect_ticks();
        assert_eq!(only(&user.json(&["deploy"]))["action"], "nothing");
        assert_eq!(snapshots(&user), vec![], "{module}");
        assert_eq!(user.notes(), Vec::<String>::new());
    }
}
