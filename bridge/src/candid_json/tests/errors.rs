//! What is refused, where, and with which words.

use serde_json::{Value, json};

use super::{encode, every_type, scheduler};
use crate::candid_json::Interface;
use crate::error::{Error, Kind};

fn refused(json: Value) -> Error {
    encode(&every_type(), "echo", json).unwrap_err()
}

#[test]
fn should_name_the_place_the_rule_and_an_example() {
    for (given, field, rule, fix) in [
        (
            json!({ "rules": [{ "daily": { "hour": "x" } }] }),
            "rules[0].daily.hour",
            "expected an integer 0-255, got \"x\"",
            "give it for example as 7",
        ),
        (
            json!({ "rules": [{ "daily": { "hour": 256 } }] }),
            "rules[0].daily.hour",
            "expected an integer 0-255, got 256",
            "give it for example as 7",
        ),
        (
            json!({ "rules": [{ "daily": {} }] }),
            "rules[0].daily.hour",
            "missing; expected an integer 0-255",
            "add it, for example 7",
        ),
        (
            json!({}),
            "rules",
            "missing; expected an array",
            "add it, for example [...]",
        ),
        (
            json!({ "rules": "now" }),
            "rules",
            "expected an array, got \"now\"",
            "give a list, such as []",
        ),
        (
            json!({ "rules": [{ "daily": { "hour": 1 }, "note": "" }] }),
            "rules[0]",
            "expected exactly one of blank, daily, note, now, got \
             {\"daily\":{\"hour\":1},\"note\":\"\"}",
            "give it for example as {\"blank\": {...}}",
        ),
        (
            json!({ "rules": [{ "dayly": { "hour": 1 } }] }),
            "rules[0].dayly",
            "there is no case \"dayly\"; there are blank, daily, note, now",
            "did you mean daily?",
        ),
        (
            json!({ "rules": [], "timout_seconds": 5 }),
            "timout_seconds",
            "there is no field \"timout_seconds\"",
            "did you mean timeout_seconds?",
        ),
        (
            json!({ "rules": [], "run_at": 5 }),
            "run_at",
            "expected an instant in RFC 3339 with a zone, got 5",
            "give it for example as \"2027-03-28T02:30:00Z\"",
        ),
        (
            json!({ "rules": [], "run_at": "2026-03-29T02:30:00" }),
            "run_at",
            "expected an instant in RFC 3339 with a zone, got \"2026-03-29T02:30:00\"",
            "give it for example as \"2027-03-28T02:30:00Z\"",
        ),
    ] {
        let error = refused(given);
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert_eq!(error.field(), Some(field));
        assert_eq!(error.rule(), rule);
        assert!(error.fix().starts_with(fix), "{}", error.fix());
    }
}

#[test]
fn should_lead_to_the_right_place() {
    for (given, field, rule, fix) in [
        (
            json!({ "rules": [], "hour": 5 }),
            "hour",
            "there is no field \"hour\"",
            "choose one of ",
        ),
        (
            json!({ "rules": [], "children": [] }),
            "children",
            "there is no field \"children\" here",
            "give it within tree",
        ),
        (
            json!({ "rules": [], "daily": { "hour": 2 } }),
            "daily",
            "there is no field \"daily\" here",
            "give it within rules[]",
        ),
        (
            json!({ "rules": [{ "daily": 2 }] }),
            "rules[0].daily",
            "expected an object, got 2",
            "give its fields, for example {\"hour\":7}",
        ),
    ] {
        let error = refused(given);
        assert_eq!(error.field(), Some(field));
        assert_eq!(error.rule(), rule);
        assert!(error.fix().starts_with(fix), "{}", error.fix());
    }
}

#[test]
fn should_refuse_values_that_do_not_fit() {
    for (name, value) in [
        ("timeout_seconds", json!("90 parsecs")),
        ("timeout_seconds", json!(-1)),
        ("task_id", json!("abc")),
        ("task_id", json!("-1")),
        ("count", json!(1.5)),
        ("count", json!(1e300)),
        ("count", json!("18446744073709551616")),
        ("big", json!(-1)),
        ("small", json!(128)),
        ("flag", json!("maybe")),
        ("flag", json!(1)),
        ("word", json!(7)),
        ("bytes", json!("no base64!")),
        ("bytes", json!("hex:0")),
        ("bytes", json!([256])),
        ("pair", json!(["a"])),
        ("owner", json!("nobody")),
        ("ratio", json!("fast")),
        ("color", json!("blue")),
        ("color", json!(7)),
        ("pair", json!({ "0": "a" })),
        ("tree", json!({ "value": 1, "children": [7] })),
        ("nothing", json!(7)),
    ] {
        let error = refused(json!({ "rules": [], name: value }));
        assert_eq!(error.kind(), Kind::InvalidArgument, "{name} {value}");
        assert!(error.field().unwrap().starts_with(name), "{name} {value}");
    }
}

#[test]
fn should_refuse_bottomless_values() {
    let mut tree = json!({ "value": 0, "children": [] });
    for _ in 0..120 {
        tree = json!({ "value": 0, "children": [tree] });
    }
    let error = refused(json!({ "rules": [], "tree": tree }));
    assert!(error.rule().contains("nested deeper"));
}

#[test]
fn should_shorten_what_it_repeats() {
    let error = refused(json!({ "rules": "x".repeat(1_000) }));
    assert!(error.rule().chars().count() < 80, "{}", error.rule());
}

#[test]
fn should_point_into_the_scheduler_s_requests() {
    let request = json!({
        "name": "x",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{ "rule": { "daily": { "hour": "x" } } }],
    });
    let error = encode(&scheduler(), "create_task", request).unwrap_err();
    assert_eq!(error.field(), Some("schedules[0].rule.daily.hour"));
}

#[test]
fn should_say_where_a_misplaced_field_belongs() {
    let request = json!({
        "name": "x",
        "steps": [],
        "schedules": [{ "cron": { "expression": "@daily" } }],
    });
    let error = encode(&scheduler(), "create_task", request).unwrap_err();
    assert_eq!(error.field(), Some("schedules[0].cron"));
    assert_eq!(error.fix(), "give it within rule or exclusions[]");
}

#[test]
fn should_refuse_what_is_no_interface() {
    for text in [
        "",
        "type T = record {",
        "type T = U; service : {}",
        "import \"x.did\"; service : {}",
    ] {
        let refused = Interface::parse(text).err();
        assert!(
            refused.is_some_and(|error| error.kind() == Kind::Incompatible),
            "{text}"
        );
    }
}
