//! Deployments that must not happen.

use candid::{Nat, Principal};
use ic_management_canister_types::{CanisterIdRecord, ProvisionalCreateCanisterWithCyclesArgs};

use super::world::{EMPTY, Network, User, module_file};

#[test]
fn should_ask_before_anything_is_changed() {
    let network = Network::embedded();
    let user = User::on(&network);
    let (code, errors) = user.failure(&["deploy"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--new"), "{errors}");
    let (code, errors) = user.failure(&["deploy", "--new"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--yes"), "{errors}");
    let (code, errors) = user.failure(&["deploy", "--network", &network.url, "--new", "--yes"]);
    assert_eq!(code, 2, "{errors}");
    assert!(
        errors.contains("chime config set networks.NAME.url"),
        "{errors}"
    );
    assert_eq!(
        user.failure(&["config", "get", "networks.there.canister"])
            .0,
        3
    );
}

#[test]
fn should_not_cut_callers_off() {
    let network = Network::embedded();
    let user = User::on(&network);
    user.text(&["deploy", "--new", "--yes"]);
    let empty = module_file(user.home.path(), "empty.wasm", EMPTY);
    let (code, errors) = user.failure(&["deploy", "--module", &empty, "--yes"]);
    assert_eq!(code, 1, "{errors}");
    assert!(
        errors.contains("cut off") && errors.contains("--force"),
        "{errors}"
    );
    let text = module_file(user.home.path(), "text.wasm", b"no module");
    assert_eq!(user.failure(&["deploy", "--module", &text, "--yes"]).0, 2);
}

#[test]
fn should_be_for_controllers() {
    let network = Network::embedded();
    let user = User::on(&network);
    user.text(&["deploy", "--new", "--yes"]);
    user.text(&["identity", "new", "stranger"]);
    let (code, errors) = user.failure(&["deploy", "--identity", "stranger", "--yes"]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("does not control"), "{errors}");
    let nowhere = [
        "deploy",
        "--canister",
        "ryjl3-tyaaa-aaaaa-aaaba-cai",
        "--yes",
    ];
    let (code, errors) = user.failure(&nowhere);
    assert_eq!(code, 3, "{errors}");
}

#[test]
fn should_not_begin_with_too_few_cycles() {
    let network = Network::embedded();
    let user = User::on(&network);
    let management = Principal::management_canister();
    let request = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(400_000_000_000_u64)),
        ..Default::default()
    };
    let method = "provisional_create_canister_with_cycles";
    let made: CanisterIdRecord = user.ask((management, management), method, request);
    let id = made.canister_id.to_text();
    let (code, errors) = user.failure(&["deploy", "--canister", &id, "--yes"]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("icp canister top-up"), "{errors}");
}

#[test]
fn should_trust_the_key_that_was_written_down_and_no_other() {
    let network = Network::of_launcher();
    let user = User::on(&network);
    let right = network.root_key.clone().unwrap();
    let pin = |key: &str| {
        let setting = format!("networks.there.root_key={key}");
        user.text(&["config", "set", &setting]);
    };
    pin(&right);
    user.text(&["deploy", "--new", "--yes"]);
    let health = user.json(&["doctor"]);
    assert_eq!(health["healthy"], true, "{health}");

    // One digit of the key itself is another.
    let other = match right.ends_with('0') {
        true => "1",
        false => "0",
    };
    pin(&format!("{}{other}", &right[..right.len() - 1]));
    let (code, errors) = user.failure(&["ps", "ls"]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("do not trust"), "{errors}");
    let output = user.chime(&["doctor"]);
    let shown = String::from_utf8_lossy(&output.stdout).to_string();
    assert!(shown.contains("FAIL  root key"), "{shown}");
}
