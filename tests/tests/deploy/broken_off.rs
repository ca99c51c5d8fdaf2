//! A deployment that is killed at any of its stages, and given again.

use super::world::{Network, User, module_file, unpacked_scheduler};

#[test]
fn should_go_on_after_being_killed_at_every_stage_of_an_upgrade() {
    let network = Network::embedded();
    let user = User::on(&network);
    user.text(&["deploy", "--new", "--yes"]);
    user.make_ticks();
    let other = module_file(user.home.path(), "other.wasm", &unpacked_scheduler());
    let ways: [&[&str]; 2] = [
        &["deploy", "--yes", "--module", &other],
        &["deploy", "--yes"],
    ];
    let stages = [
        "uploading",
        "stopping",
        "taking a snapshot",
        "upgrading",
        "starting",
        "checking",
    ];
    for stage in stages {
        // To the other module, which is uploaded in chunks, and back to the one of the program.
        assert!(user.kill_at(stage, ways[0]), "{stage} is a stage");
        user.text(ways[0]);
        user.expect_ticks();
        assert_eq!(user.notes(), Vec::<String>::new(), "{stage}");
        user.kill_at(stage, ways[1]);
        user.text(ways[1]);
        user.expect_ticks();
        assert_eq!(user.notes(), Vec::<String>::new(), "{stage}");
    }
}

#[test]
fn should_go_on_after_being_killed_while_it_installs() {
    for stage in ["the canister is", "installing", "starting", "checking"] {
        let network = Network::embedded();
        let user = User::on(&network);
        assert!(
            user.kill_at(stage, &["deploy", "--new", "--yes"]),
            "{stage}"
        );
        let canister = user.canister();
        user.text(&["deploy", "--new", "--yes"]);
        assert_eq!(user.canister(), canister, "{stage}: one canister is made");
        user.make_ticks();
        user.expect_ticks();
    }
}
