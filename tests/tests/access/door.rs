//! What is turned away before it is paid for, and what calls between canisters, which do not come past
//! the door, are answered.

use candid::Principal;
use chime_replica::InstallMode;
use chime_types::{ErrorKind, TaskRequest, TaskResult};

use crate::cast::Who;
use crate::stage::{Answer, Stage};

fn turned_away(stage: &mut Stage, who: Who, method: &str, bytes: Vec<u8>) -> String {
    let scheduler = stage.scheduler();
    let answer = stage
        .replica()
        .update_call(who.principal(), scheduler, method, bytes);
    answer.expect_err("turned away").to_string()
}

#[test]
fn should_turn_away_who_is_not_admitted_and_say_why() {
    let mut stage = Stage::new();
    let rows = [
        (Who::Anonymous, "anonymous principal"),
        (Who::Disabled, "this user is disabled"),
    ];
    for (who, text) in rows {
        for method in ["create_task", "get_api_doc", "get_me", "no_such_method"] {
            let refused = turned_away(&mut stage, who, method, vec![0; 1_000_000]);
            assert!(refused.contains(text), "{who:?} {method}: {refused}");
        }
    }
    let close = "record { open_to_everybody = opt false }";
    let closed = stage.send(Who::Controller, "configure", close);
    assert!(matches!(closed, Answer::Done), "{closed:?}");
    let refused = turned_away(&mut stage, Who::Stranger, "create_task", Vec::new());
    assert!(refused.contains("only registered users"), "{refused}");
}

#[test]
fn should_turn_away_methods_that_there_are_not_and_queries_outside_the_interface() {
    let mut stage = Stage::new();
    for method in [
        "no_such_method",
        "http_request",
        "transform_http_response",
        "go_on",
    ] {
        let refused = turned_away(&mut stage, Who::Owner, method, vec![0; 100]);
        assert!(
            refused.contains("no method of this name"),
            "{method}: {refused}"
        );
    }
}

#[test]
fn should_turn_away_what_is_too_long_for_its_method() {
    let mut stage = Stage::new();
    for (method, maximum) in [("pause_task", 16_384), ("create_task", 1_048_576)] {
        let refused = turned_away(&mut stage, Who::Owner, method, vec![0; maximum + 1]);
        assert!(
            refused.contains(&format!("at most {maximum} bytes")),
            "{refused}"
        );
    }
}

#[test]
fn should_take_no_argument_where_a_method_asks_for_nothing() {
    let mut stage = Stage::new();
    let (owner, scheduler) = (Who::Owner.principal(), stage.scheduler());
    for method in [
        "get_api_doc",
        "get_config",
        "get_me",
        "get_stats",
        "list_secrets",
    ] {
        let nothing = candid::encode_args(()).expect("what the test needs");
        let answer = stage.replica().query(owner, scheduler, method, nothing);
        let record = stage.encode(method, "record {}");
        let expected = stage.replica().query(owner, scheduler, method, record);
        assert_eq!(
            answer.expect("what the test needs"),
            expected.expect("what the test needs"),
            "{method}"
        );
    }
}

/// A canister that hands a message on to a method of the scheduler, and the answer back.
fn relay(stage: &mut Stage, method: &str) -> Principal {
    let scheduler = stage.scheduler();
    let id: String = scheduler
        .as_slice()
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    let (id_size, name_size) = (scheduler.as_slice().len(), method.len());
    let text = format!(
        r#"(module
        (import "ic0" "msg_arg_data_size" (func $size (result i32)))
        (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
        (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "ic0" "call_data_append" (func $append (param i32 i32)))
        (import "ic0" "call_perform" (func $perform (result i32)))
        (import "ic0" "msg_reply_data_append" (func $reply_append (param i32 i32)))
        (import "ic0" "msg_reply" (func $reply))
        (import "ic0" "msg_reject_msg_size" (func $text_size (result i32)))
        (import "ic0" "msg_reject_msg_copy" (func $text_copy (param i32 i32 i32)))
        (import "ic0" "msg_reject" (func $reject (param i32 i32)))
        (memory 64)
        (table funcref (elem $answered $rejected))
        (data (i32.const 0) "{id}")
        (data (i32.const 64) "{method}")
        (func $answered (param i32)
            (call $copy (i32.const 1024) (i32.const 0) (call $size))
            (call $reply_append (i32.const 1024) (call $size))
            (call $reply))
        (func $rejected (param i32)
            (call $text_copy (i32.const 1024) (i32.const 0) (call $text_size))
            (call $reject (i32.const 1024) (call $text_size)))
        (func (export "canister_update relay")
            (call $new (i32.const 0) (i32.const {id_size}) (i32.const 64) (i32.const {name_size})
                (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
            (call $copy (i32.const 1024) (i32.const 0) (call $size))
            (call $append (i32.const 1024) (call $size))
            (drop (call $perform))))"#
    );
    let module = wat::parse_str(text).expect("a module");
    let controller = Who::Controller.principal();
    let replica = stage.replica();
    let canister = replica.create_canister(controller).expect("a canister");
    replica
        .install_code(
            controller,
            canister,
            InstallMode::Install,
            module,
            Vec::new(),
        )
        .expect("installed");
    canister
}

fn through(stage: &mut Stage, method: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let canister = relay(stage, method);
    let controller = Who::Controller.principal();
    let answer = stage
        .replica()
        .update_call(controller, canister, "relay", bytes);
    answer.map_err(|rejection| rejection.to_string())
}

#[test]
fn should_judge_canisters_that_call_in_the_methods_themselves() {
    let mut stage = Stage::new();
    for method in ["http_request", "transform_http_response"] {
        let refused = through(&mut stage, method, vec![0; 1_000_000]).expect_err("refused");
        assert!(refused.contains("a query only"), "{method}: {refused}");
    }
    let refused = through(&mut stage, "go_on", vec![0; 100]).expect_err("refused");
    assert!(refused.contains("only the scheduler itself"), "{refused}");
    let task = candid::encode_one(TaskRequest { task_id: 1 }).expect("what the test needs");
    let kind = |answer: Vec<u8>| {
        let answer: TaskResult = candid::decode_one(&answer).expect("what the test needs");
        answer.into_result().unwrap_err().kind
    };
    let answer = through(&mut stage, "get_task", task).expect("an answer");
    assert_eq!(
        kind(answer),
        ErrorKind::NotFound,
        "a canister is a stranger"
    );
    let close = "record { open_to_everybody = opt false }";
    stage.send(Who::Controller, "configure", close);
    // Not even Candid: it is not looked at.
    let answer = through(&mut stage, "create_task", vec![0; 1_000_000]).expect("an answer");
    assert_eq!(kind(answer), ErrorKind::Forbidden);
}
