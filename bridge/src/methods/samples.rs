//! Types of the scheduler that the list of tools shows by examples. Each is right by the scheduler's own
//! rules: a test gives each of them to it.

use serde_json::{Value, json};

use crate::candid_json::Sample;

/// The types: those that are too large for the list, and those that are written out in the first
/// of several tools only.
pub(super) fn samples() -> Vec<Sample> {
    let sample = |is_written_out| {
        move |(name, examples): (&'static str, Value)| Sample {
            name,
            is_written_out,
            examples: examples.as_array().cloned().unwrap_or_default(),
        }
    };
    let by_examples = by_examples().into_iter().map(sample(false));
    by_examples
        .chain(written_out().into_iter().map(sample(true)))
        .collect()
}

fn by_examples() -> Vec<(&'static str, Value)> {
    let weekdays = json!({ "weekdays": { "weekdays": [0, 6] } });
    let dates = json!({ "dates": { "from": "2026-12-24", "to": "2026-12-26" } });
    let lunch = json!({ "cron": { "expression": "* 12-13 * * *" } });
    let old = json!({ "status": "completed", "maximum_age_seconds": "30d" });
    let webhook = json!({ "webhook": { "url": "https://example.com/x" } });
    let retry = json!({
        "max_retries": 5,
        "initial_delay_seconds": "1m",
        "factor_percent": 200,
        "maximum_delay_seconds": "1h",
    });
    let every_other_friday = json!({
        "every": 2,
        "hour": 17,
        "unit": { "weeks": { "weekdays": [5] } },
        "anchor": "2026-12-04",
    });
    let second_tuesday = json!({ "nth": { "nth": 2, "weekday": 2 } });
    let monthly = |on: Value| json!({ "every": 1, "hour": 9, "unit": { "months": { "on": on } } });
    let calendar = json!([
        every_other_friday,
        monthly(second_tuesday),
        monthly(json!({ "last_working_day": {} })),
    ]);
    let http = json!({
        "url": "https://example.com/x",
        "method": "put",
        "replicated": false,
        "headers": [{ "name": "content-type", "value": "application/json" }],
        "body": "{}",
        "expected_status": [200, 204],
        "max_response_bytes": 2000,
        "transform": { "json": { "pointers": ["/data/price"] } },
    });
    let named = json!({ "action_name": "report", "attributes": "{\"to\": \"ops\"}" });
    let catch_up = json!({ "all": { "maximum": 10 } });
    vec![
        ("Action.analytics", json!([{ "window_seconds": "1d" }])),
        ("Action.backup", json!([{ "keep": 7 }])),
        ("Action.cleanup", json!([{ "retention": [old] }])),
        ("Action.codex", json!([{ "name": "report" }])),
        ("Action.maintenance", json!([{ "dry_run": true }])),
        ("Action.named", json!([named])),
        (
            "Callback",
            json!([{ "canister": "aaaaa-aa", "method": "done" }]),
        ),
        ("Channel", json!([{ "inbox": {} }, webhook])),
        ("Exclusion", json!([weekdays, dates, lunch])),
        (
            "HttpHeader",
            json!([{ "name": "accept", "value": "text/html" }]),
        ),
        ("HttpAction", json!([http])),
        ("MissedRuns", json!(["latest", "skip", catch_up])),
        ("RetryPolicy", json!([retry])),
        ("Rule.calendar", calendar),
        ("Rule.cron", json!([{ "expression": "0 8 * * MON-FRI" }])),
    ]
}

/// Cases that a tool writes out which is not the first to have their type: by one example each.
fn written_out() -> Vec<(&'static str, Value)> {
    let call = json!({ "canister": "aaaaa-aa", "method": "raw_rand", "arguments": { "text": { "value": "()" } } });
    let message = json!({ "channel": { "inbox": {} }, "subject": "done", "message": "x" });
    vec![
        ("Action.call", json!([call])),
        (
            "Action.http",
            json!([{ "request": { "url": "https://example.com/x" } }]),
        ),
        ("Action.command", json!([{ "command": "echo hi" }])),
        ("Action.note", json!([{ "text": "still here" }])),
        ("Action.notification", json!([message])),
        (
            "Rule.interval",
            json!([{ "repeat_every_seconds": "1h30m" }]),
        ),
        ("Rule.once", json!([{ "run_at": "2100-01-01T08:00:00Z" }])),
        ("Rule.daily", json!([{ "hour": 8, "minute": 30 }])),
        ("Rule.weekly", json!([{ "weekday": 1, "hour": 8 }])),
        ("Rule.monthly", json!([{ "day": 31, "hour": 8 }])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candid_json::Interface;
    use crate::scheduler::SCHEDULER_INTERFACE;

    /// A request that holds an example where its type stands.
    fn request(name: &str, example: Value) -> Value {
        let mut request = json!({
            "name": "nightly",
            "steps": [{ "action": { "note": { "text": "x" } } }],
            "schedules": [{ "rule": { "daily": { "hour": 8 } } }],
        });
        let action = |action: Value| json!([{ "action": action }]);
        let http = |request: Value| action(json!({ "http": { "request": request } }));
        let rule = |rule: Value| json!([{ "rule": rule }]);
        match name {
            "Callback" => request["callback"] = example,
            "Channel" => {
                let message = json!({ "subject": "x", "message": "x", "channel": example });
                request["steps"] = action(json!({ "notification": message }));
            }
            "Exclusion" => request["schedules"][0]["exclusions"] = json!([example]),
            "HttpAction" => request["steps"] = http(example),
            "HttpHeader" => {
                request["steps"] = http(json!({ "url": "https://x.y", "headers": [example] }));
            }
            "MissedRuns" => request["schedules"][0]["missed_runs"] = example,
            "RetryPolicy" => request["retry"] = example,
            name => match name.split_once('.') {
                Some(("Action", case)) => request["steps"] = action(json!({ case: example })),
                Some(("Rule", case)) => request["schedules"] = rule(json!({ case: example })),
                _ => panic!("{name} has no place"),
            },
        }
        request
    }

    #[test]
    fn should_give_examples_that_are_taken() {
        let interface = Interface::parse(SCHEDULER_INTERFACE).unwrap();
        let interface = interface.with_meaningful_names();
        let method = interface.method("create_task").unwrap();
        for sample in samples() {
            assert!(!sample.examples.is_empty(), "{}", sample.name);
            for example in sample.examples {
                let request = request(sample.name, example);
                let taken = interface.encode_arguments(method, request.as_object().unwrap());
                let error = taken.err().map(|error| error.explanation());
                assert_eq!(error, None, "{request}");
            }
        }
    }
}
