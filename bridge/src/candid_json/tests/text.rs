//! Arguments that came as their text in JSON, and choices that name every case.

use serde_json::{Value, json};

use super::{echo, encode, every_type, scheduler};

fn field(name: &str, given: Value) -> Value {
    echo(&every_type(), json!({ "rules": [], name: given }))[name].clone()
}

#[test]
fn should_parse_text_where_something_else_is_expected() {
    for (name, given, expected) in [
        ("rules", json!("[]"), json!([])),
        (
            "rules",
            json!(r#"["now",{"daily":{"hour":2,"minute":null}}]"#),
            json!(["now", { "daily": { "hour": 2, "minute": null } }]),
        ),
        (
            "rules",
            json!([r#"{"note":"x"}"#]),
            json!([{ "note": "x" }]),
        ),
        (
            "rules",
            json!([{ "daily": r#"{"hour": "2", "minute": "null"}"# }]),
            json!([{ "daily": { "hour": 2, "minute": null } }]),
        ),
        (
            "rules",
            json!(r#"["{\"note\":\"[1]\"}"]"#),
            json!([{ "note": "[1]" }]),
        ),
        ("flag", json!("true"), json!(true)),
        ("flag", json!("False"), json!(false)),
        ("flag", json!("null"), json!(null)),
        ("color", json!("\"red\""), json!("red")),
        ("color", json!("null"), json!(null)),
        ("pair", json!(r#"["a", 1]"#), json!({ "0": "a", "1": 1 })),
        (
            "pair",
            json!(r#"{"0": "a", "1": "1"}"#),
            json!({ "0": "a", "1": 1 }),
        ),
        (
            "tree",
            json!(r#"{"value": 1, "children": "[]"}"#),
            json!({ "value": 1, "children": [] }),
        ),
        (
            "next_at",
            json!(r#"["1970-01-01T00:00:00Z"]"#),
            json!(["1970-01-01T00:00:00Z"]),
        ),
        ("bytes", json!("[0, 255]"), json!("AP8=")),
        ("ratio", json!("0.5"), json!(0.5)),
        // Text stays text.
        ("word", json!("[1]"), json!("[1]")),
        ("word", json!("null"), json!("null")),
        ("word", json!("true"), json!("true")),
        ("bytes", json!("null"), json!("null")),
    ] {
        assert_eq!(field(name, given.clone()), expected, "{name} {given}");
    }
}

#[test]
fn should_leave_out_cases_that_are_null() {
    for (given, expected) in [
        (
            json!([{ "daily": { "hour": 2 }, "note": null, "now": null }]),
            json!([{ "daily": { "hour": 2, "minute": null } }]),
        ),
        (
            json!([{ "note": "x", "blank": null }]),
            json!([{ "note": "x" }]),
        ),
        (json!([{ "now": {}, "note": null }]), json!(["now"])),
    ] {
        assert_eq!(field("rules", given), expected);
    }
    for unclear in [json!([{ "now": null, "note": null }]), json!([{}])] {
        assert!(encode(&every_type(), "echo", json!({ "rules": unclear })).is_err());
    }
}

#[test]
fn should_refuse_text_that_is_something_else() {
    for (name, given) in [
        ("rules", json!("{}")),
        ("rules", json!("[")),
        ("tree", json!("[]")),
        ("tree", json!("7")),
        ("flag", json!("1")),
        ("color", json!("[\"red\"]")),
    ] {
        let request = json!({ "rules": [], name: given.clone() });
        let error = encode(&every_type(), "echo", request).unwrap_err();
        assert!(error.field().unwrap().starts_with(name), "{given}");
    }
}

#[test]
fn should_take_a_whole_request_as_text() {
    let rule = json!({ "daily": { "hour": 2 }, "cron": null, "once": null });
    let plain = json!({
        "name": "x",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{ "rule": { "daily": { "hour": 2 } } }],
    });
    let text = json!({
        "name": "x",
        "steps": plain["steps"].to_string(),
        "schedules": [{ "rule": rule.to_string() }],
    });
    let interface = scheduler();
    assert_eq!(
        encode(&interface, "create_task", text).unwrap(),
        encode(&interface, "create_task", plain).unwrap()
    );
}
