//! Values in both directions, by tables.

use candid::IDLArgs;
use serde_json::{Value, json};

use super::{echo, encode, every_type};
use crate::candid_json::Answer;

fn field(name: &str, given: &Value) -> Value {
    let answer = echo(&every_type(), json!({ "rules": [], name: given }));
    answer[name].clone()
}

#[test]
fn should_keep_what_it_writes_itself() {
    for (name, value) in [
        ("color", json!("red")),
        ("rules", json!([])),
        (
            "rules",
            json!(["now", { "daily": { "hour": 2, "minute": null } }]),
        ),
        ("rules", json!([{ "note": "x" }])),
        ("run_at", json!("2026-03-29T02:30:00Z")),
        ("timeout_seconds", json!("1h30m")),
        ("timeout_seconds", json!("0s")),
        ("task_id", json!("18446744073709551615")),
        ("count", json!(9_007_199_254_740_991_u64)),
        ("count", json!("9007199254740992")),
        ("signed", json!(-5)),
        ("signed", json!("-9223372036854775808")),
        ("big", json!("340282366920938463463374607431768211456")),
        ("bigger", json!("-340282366920938463463374607431768211456")),
        ("small", json!(-128)),
        ("ratio", json!(0.5)),
        ("ratio", json!("-Infinity")),
        ("flag", json!(false)),
        ("word", json!("Zürich")),
        ("bytes", json!("AP8=")),
        ("owner", json!("ryjl3-tyaaa-aaaaa-aaaba-cai")),
        ("pair", json!({ "0": "a", "1": 1 })),
        ("next_at", json!(["1970-01-01T00:00:00.000000001Z"])),
        (
            "tree",
            json!({ "value": 1, "children": [{ "value": 2, "children": [] }] }),
        ),
        ("tree", Value::Null),
    ] {
        assert_eq!(field(name, &value), value, "{name}");
    }
}

#[test]
fn should_take_other_ways_to_write_the_same() {
    for (name, given, written) in [
        ("color", json!({ "red": null }), json!("red")),
        ("color", json!({ "red": {} }), json!("red")),
        ("rules", json!([{ "now": null }]), json!(["now"])),
        (
            "rules",
            json!(["blank"]),
            json!([{ "blank": { "text": null } }]),
        ),
        (
            "run_at",
            json!("2026-03-29T04:30:00+02:00"),
            json!("2026-03-29T02:30:00Z"),
        ),
        ("timeout_seconds", json!(90), json!("1m30s")),
        ("timeout_seconds", json!("90"), json!("1m30s")),
        ("timeout_seconds", json!("1.5h"), json!("1h30m")),
        ("task_id", json!(42), json!("42")),
        ("count", json!("42"), json!(42)),
        ("count", json!(42.0), json!(42)),
        ("big", json!(7), json!(7)),
        ("bytes", json!("hex:00ff"), json!("AP8=")),
        ("bytes", json!([0, 255]), json!("AP8=")),
        ("pair", json!(["a", 1]), json!({ "0": "a", "1": 1 })),
        ("ratio", json!(1), json!(1.0)),
    ] {
        assert_eq!(field(name, &given), written, "{name} {given}");
    }
}

#[test]
fn should_write_what_is_absent_as_null() {
    let answer = echo(&every_type(), json!({ "rules": [] }));
    for (name, value) in answer.as_object().unwrap() {
        let expected = if name == "rules" {
            json!([])
        } else {
            json!(null)
        };
        assert_eq!(*value, expected, "{name}");
    }
}

#[test]
fn should_take_arguments_by_name() {
    let interface = every_type();
    let bytes = encode(&interface, "ask", json!({ "name": "x" })).unwrap();
    let expected = candid::encode_args(("x", None::<u32>)).unwrap();
    assert_eq!(bytes, expected);
    let bytes = encode(&interface, "ping", json!({})).unwrap();
    assert_eq!(bytes, candid::encode_args(()).unwrap());
}

#[test]
fn should_read_answers_that_are_no_variant() {
    let interface = every_type();
    for (method, answer, expected) in [
        ("ask", candid::encode_args(("yes",)), json!("yes")),
        ("ping", candid::encode_args(()), json!(null)),
        (
            "several",
            candid::encode_args(("a", 1_u8)),
            json!({ "0": "a", "1": 1 }),
        ),
    ] {
        let method = interface.method(method).unwrap();
        match interface.decode_answer(method, &answer.unwrap()).unwrap() {
            Answer::Ok(json) => assert_eq!(json, expected),
            Answer::Err(json) => panic!("refused: {json}"),
        }
    }
}

#[test]
fn should_refuse_an_answer_of_another_type() {
    let interface = every_type();
    let method = interface.method("ask").unwrap();
    for bytes in [candid::encode_args((7_u8,)).unwrap(), b"no candid".to_vec()] {
        let error = interface.decode_answer(method, &bytes).err().unwrap();
        assert_eq!(error.kind(), crate::error::Kind::Incompatible);
    }
}

#[test]
fn should_agree_with_the_types_of_the_scheduler() {
    use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep, Rule};

    let request = CreateTaskRequest {
        name: "night".into(),
        steps: vec![NewStep::new(Action::Note { text: "x".into() })],
        schedules: vec![NewSchedule {
            timezone: Some("Europe/Zurich".into()),
            start_at: Some(1_774_751_400_000_000_000),
            ..NewSchedule::new(Rule::Daily {
                hour: 2,
                minute: Some(30),
            })
        }],
        timeout_seconds: Some(90),
        ..CreateTaskRequest::default()
    };
    let json = json!({
        "name": "night",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{
            "rule": { "daily": { "hour": 2, "minute": 30 } },
            "timezone": "Europe/Zurich",
            "start_at": "2026-03-29T02:30:00Z",
        }],
        "timeout_seconds": "90s",
    });
    let bytes = encode(&super::scheduler(), "create_task", json).unwrap();
    let decoded: CreateTaskRequest = candid::decode_one(&bytes).unwrap();
    assert_eq!(decoded, request);
    // The same bytes as a typed client sends.
    let typed = candid::encode_one(&request).unwrap();
    assert_eq!(
        IDLArgs::from_bytes(&bytes).unwrap(),
        IDLArgs::from_bytes(&typed).unwrap()
    );
}
