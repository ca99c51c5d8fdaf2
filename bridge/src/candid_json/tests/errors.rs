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
            "expected an integer 0-23, got \"x\"",
            "give it for example as 7",
        ),
        (
            json!({ "rules": [{ "daily": { "hour": 256 } }] }),
            "rules[0].daily.hour",
            "expected an integer 0-23, got 256",
            "give it for example as 7",
        ),
        (
            json!({ "rules": [{ "daily": {} }] }),
            "rules[0].daily.hour",
            "missing; expected an integer 0-23",
            "add it, for example 7",
        ),
        (
            json!({}),
            "rules",
            "missing; expected an array",
            "add it, for example [\"now\"]",
        ),
        (
            json!({ "rules": "now" }),
            "rules",
            "expected an array, got \"now\"",
            "give a list, such as [\"now\"]",
        ),
        (
            json!({ "rules": [{ "daily": { "hour": 1 }, "note": "" }] }),
            "rules[0]",
            "expected exactly one of blank, daily, note, now, got \
             {\"daily\":{\"hour\":1},\"note\":\"\"}",
            "give it for example as \"now\"",
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

/// What the interface of the scheduler says about an argument, in the words of an error.
fn said_of(method: &str, json: Value) -> (String, String) {
    let interface = scheduler();
    let method = interface.method(method).unwrap();
    let error = interface
        .encode_arguments(method, json.as_object().unwrap())
        .unwrap_err();
    (error.rule().to_string(), error.fix().to_string())
}

#[test]
fn should_take_ranges_and_examples_from_the_rules() {
    let preview = |rule: Value| ("preview_schedule", json!({ "schedule": { "rule": rule } }));
    for ((method, given), words, example) in [
        (
            preview(json!({ "weekly": { "weekday": "Friday", "hour": 2 } })),
            "0-6",
            "6",
        ),
        (preview(json!({ "daily": { "hour": "two" } })), "0-23", "7"),
        (
            preview(json!({ "monthly": { "day": "last", "hour": 2 } })),
            "1-31",
            "7",
        ),
        (
            (
                "update_task",
                json!({ "task_id": "1", "retry": { "max_retries": 5,
                "initial_delay_seconds": "1m", "maximum_delay_seconds": "1h" } }),
            ),
            "100-1000",
            "100",
        ),
        (("get_my_tasks", json!({ "limit": "many" })), "1-500", "7"),
    ] {
        let (rule, fix) = said_of(method, given.clone());
        assert!(
            rule.contains(&format!("an integer {words}")),
            "{given}: {rule}"
        );
        assert!(
            fix.ends_with(&format!("example as {example}"))
                || fix.ends_with(&format!("example {example}")),
            "{given}: {fix}"
        );
    }
}

#[test]
fn should_take_the_one_text_of_a_case_alone() {
    let interface = scheduler();
    let method = interface.method("create_task").unwrap();
    let encode = |action: Value, rule: Value| {
        let given = json!({ "name": "a", "steps": [{ "action": action }],
            "schedules": [{ "rule": rule }] });
        interface.encode_arguments(method, given.as_object().unwrap())
    };
    let long = encode(
        json!({ "note": { "text": "hello" } }),
        json!({ "interval": { "repeat_every_seconds": "1 hour" } }),
    );
    let short = encode(json!({ "note": "hello" }), json!({ "interval": "1h" }));
    assert_eq!(long.unwrap(), short.unwrap());
    let cron = encode(json!({ "note": "hello" }), json!({ "cron": "0 8 * * *" }));
    assert!(cron.is_ok());
    let daily = encode(json!({ "note": "hello" }), json!({ "daily": "02:30" }));
    assert_eq!(daily.unwrap_err().field(), Some("schedules[0].rule.daily"));
}

/// The example in a fix.
fn example_in(fix: &str) -> Option<Value> {
    let begins = ["for example as ", "for example ", "such as "];
    let (_, example) = begins.iter().find_map(|begin| fix.split_once(begin))?;
    serde_json::from_str(example).ok()
}

/// Wrong values at every place of a request; what the fix gives for an example is taken there.
#[test]
fn should_take_every_example_that_a_fix_gives() {
    let interface = scheduler();
    let mut tried = 0;
    for method in interface.methods() {
        let Some(right) = interface.example(method) else {
            panic!("{} has no example", method.name);
        };
        for name in interface.argument_names(method) {
            for wrong in [
                json!(-1),
                json!("?!"),
                json!([[]]),
                json!({ "no": 1 }),
                json!(true),
            ] {
                let mut request = right.clone();
                request.insert(name.clone(), wrong);
                let Err(error) = interface.encode_arguments(method, &request) else {
                    continue;
                };
                if error.field() != Some(name.as_str()) {
                    continue;
                }
                let Some(example) = example_in(error.fix()) else {
                    assert!(
                        !error.fix().contains("example"),
                        "{} {name}: {}",
                        method.name,
                        error.fix()
                    );
                    continue;
                };
                request.insert(name.clone(), example);
                let again = interface.encode_arguments(method, &request);
                let text = again.err().map(|error| error.explanation());
                assert_eq!(text, None, "{} {name}: {}", method.name, error.fix());
                tried += 1;
            }
        }
        for name in interface.argument_names(method) {
            let mut request = right.clone();
            request.shift_remove(&name);
            let Err(error) = interface.encode_arguments(method, &request) else {
                continue;
            };
            let example = example_in(error.fix());
            let example = example.unwrap_or_else(|| panic!("{name}: {}", error.fix()));
            request.insert(name, example);
            assert!(interface.encode_arguments(method, &request).is_ok());
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
