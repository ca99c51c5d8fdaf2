//! `chime mcp` for the scheduler, as a model uses it: the real program with its embedded network,
//! the protocol over its standard streams.

use std::path::Path;
use std::process::{Command, Stdio};

use chime_tests::mcp::Client;
use chime_tests::program;
use serde_json::{Value, json};

fn serve(state: &Path, arguments: &[&str]) -> Client {
    let mut command = Command::new(program());
    command.arg("mcp").arg("--state").arg(state).args(arguments);
    Client::start(&mut command)
}

fn daily(hour: u8) -> Value {
    json!({ "rule": { "daily": { "hour": hour } }, "timezone": "Europe/Zurich" })
}

/// A task that calls a canister that does not exist, on demand.
fn broken() -> Value {
    let call = json!({ "canister": "ryjl3-tyaaa-aaaaa-aaaba-cai", "method": "nope" });
    json!({
        "name": "broken",
        "steps": [{ "name": "ask", "action": { "call": call } }],
        "schedules": [{ "rule": { "once": {} }, "disabled": true }],
    })
}

#[test]
fn should_take_a_task_from_the_plan_to_the_end() {
    let state = tempfile::tempdir().unwrap();
    let mut client = serve(state.path(), &[]);
    let request = json!({
        "name": "report",
        "steps": [{ "action": { "note": { "text": "hello" } } }],
        "schedules": [daily(2)],
    });
    let preview = client.succeed("preview_schedule", &json!({ "schedule": daily(2) }));
    assert_eq!(preview["timezone"], "Europe/Zurich");
    assert_eq!(preview["next_runs"].as_array().unwrap().len(), 5);
    let mut trial = request.clone();
    trial["dry_run"] = json!(true);
    let outlook = client.succeed("create_task", &trial);
    assert_eq!(outlook["would"], "Create task: \"report\"");
    let none = client.succeed("get_my_tasks", &json!({}));
    assert_eq!(none["total_tasks"], 0, "a dry run makes nothing");
    let made = client.succeed("create_task", &request);
    let schedule = &made["schedules"][0];
    assert_eq!(schedule["description"], "every day at 02:00");
    assert_eq!(schedule["next_runs"][0], preview["next_runs"][0]);
    let task_id = made["id"].clone();
    let arguments = json!({ "task_id": task_id, "wait_seconds": "60s" });
    let run = client.succeed("run_task_now", &arguments);
    assert_eq!(run["status"], "completed");
    assert_eq!(run["result"], "hello");
    let history = client.succeed("get_task_executions", &json!({ "task_id": task_id }));
    assert_eq!(history["executions"][0]["id"], run["id"]);
    let refused = client.fail("delete_task", &json!({ "task_id": task_id }));
    assert_eq!(refused["kind"], "confirmation_required");
    client.succeed("delete_task", &refused["example"]);
    let gone = client.fail("get_task", &json!({ "task_id": task_id }));
    assert_eq!(gone["kind"], "not_found");
    client.hang_up();
}

#[test]
fn should_explain_a_failure_and_lead_out_of_it() {
    let state = tempfile::tempdir().unwrap();
    let mut client = serve(state.path(), &[]);
    let task = client.succeed("create_task", &broken());
    let arguments = json!({ "task_id": task["id"], "wait_seconds": 60 });
    let run = client.succeed("run_task_now", &arguments);
    assert_eq!(run["status"], "failed");
    assert_eq!(run["explanation"]["error_kind"], "no_such_method");
    let explained = client.succeed("explain_failure", &json!({ "task": "broken" }));
    assert_eq!(explained["execution"]["id"], run["id"]);
    let overview = client.succeed("task_overview", &json!({}));
    assert_eq!(overview["needs_attention"][0]["name"], "broken");
    // Whoever follows the advice gets there.
    let remedy = &explained["what_to_do"][0];
    assert_eq!(remedy["tool"], "update_task");
    let mut edited = remedy["arguments"].clone();
    edited["steps"][0]["action"] = json!({ "note": { "text": "mended" } });
    client.succeed("update_task", &edited);
    let again = client.succeed(
        remedy["then"]["tool"].as_str().unwrap(),
        &remedy["then"]["arguments"],
    );
    assert_eq!(again["task_id"], task["id"]);
    let overview = client.succeed("task_overview", &json!({ "task": "broken" }));
    assert_eq!(overview["latest_executions"][0]["result"], "mended");
    client.hang_up();
}

/// A request that makes a task, with `value` in place of what stands at `place`.
fn with(place: &str, value: &Value) -> Value {
    let mut request = json!({
        "name": place,
        "disabled": true,
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [daily(2)],
    });
    let schedule = |rule: Value| json!([{ "rule": rule }]);
    let step = |action: Value| json!([{ "action": action }]);
    match place {
        "calendar" | "cron" => request["schedules"] = schedule(json!({ place: value })),
        "exclusions" => request["schedules"][0][place] = json!([value]),
        "missed_runs" => request["schedules"][0][place] = value.clone(),
        "request" => request["steps"] = step(json!({ "http": { "request": value } })),
        "channel" => {
            let message = json!({ "subject": "x", "message": "x", "channel": value });
            request["steps"] = step(json!({ "notification": message }));
        }
        "callback" | "retry" => request[place] = value.clone(),
        action => request["steps"] = step(json!({ action: value })),
    }
    request
}

/// The examples of objects in a schema, by the name of the field.
fn examples(schema: &Value, name: &str, found: &mut Vec<(String, Value)>) {
    match schema {
        Value::Object(members) => {
            let shown = members.get("examples").and_then(Value::as_array);
            let whole = shown.into_iter().flatten().filter(|it| !it.is_string());
            found.extend(whole.map(|example| (name.to_string(), example.clone())));
            for (key, member) in members.iter().filter(|(key, _)| *key != "examples") {
                let is_word = ["properties", "items", "anyOf"].contains(&key.as_str());
                examples(member, if is_word { name } else { key }, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| examples(item, name, found)),
        _ => {}
    }
}

#[test]
fn should_take_every_example_that_the_tools_show() {
    let state = tempfile::tempdir().unwrap();
    let mut client = serve(state.path(), &[]);
    let tools = client.tools();
    let create = tools.iter().find(|tool| tool["name"] == "create_task");
    let mut found = Vec::new();
    examples(&create.unwrap()["inputSchema"], "", &mut found);
    assert!(found.len() >= 15, "{found:?}");
    for (place, example) in found {
        // The method that an example calls is on no network.
        if place != "callback" {
            client.succeed("create_task", &with(&place, &example));
        }
    }
    client.hang_up();
}

#[test]
fn should_change_one_schedule_and_keep_the_rest() {
    let state = tempfile::tempdir().unwrap();
    let mut client = serve(state.path(), &[]);
    let schedule = json!({
        "rule": { "daily": { "hour": 2 } },
        "timezone": "America/New_York",
        "exclusions": [{ "weekdays": { "weekdays": [0, 6] } }],
        "overlap": "buffer_one",
        "maximum_runs": 10,
    });
    let once = json!({ "rule": { "once": { "run_at": "2099-01-01T08:00:00" } }, "timezone": "Asia/Tokyo" });
    let request = json!({
        "name": "nightly",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [schedule, once],
    });
    let made = client.succeed("create_task", &request);
    assert_eq!(
        made["schedules"][1]["next_runs"][0]["utc"],
        "2098-12-31T23:00:00Z"
    );
    let new =
        json!({ "task_id": "nightly", "schedules": [{ "rule": { "daily": { "hour": 3 } } }] });
    let refused = client.fail("update_task", &new);
    assert_eq!(refused["kind"], "confirmation_required");
    assert_eq!(
        refused["would_lose"].as_array().unwrap().len(),
        5,
        "{refused}"
    );
    let change = json!({
        "task_id": "nightly",
        "schedule_id": made["schedules"][0]["id"],
        "changes": { "rule": { "daily": { "hour": 3 } } },
    });
    let changed = client.succeed("update_schedule", &change);
    assert_eq!(changed["schedule"]["timezone"], "America/New_York");
    let detailed = json!({ "task_id": "nightly", "response_format": "detailed" });
    let task = client.succeed("get_task", &detailed);
    let kept = task["schedules"].as_array().unwrap();
    let other = kept
        .iter()
        .find(|it| it["id"] == made["schedules"][1]["id"]);
    assert!(other.is_some(), "the other one has not changed: {task}");
    let new = kept
        .iter()
        .find(|it| it["id"] == changed["schedule"]["id"])
        .unwrap();
    assert_eq!(
        new["rule"],
        json!({ "daily": { "hour": 3, "minute": null } })
    );
    assert_eq!(
        (&new["overlap"], &new["maximum_runs"]),
        (&json!("buffer_one"), &json!(10))
    );
    assert_eq!(new["exclusions"], schedule["exclusions"]);
    client.hang_up();
}

#[test]
fn should_serve_the_tools_that_were_asked_for() {
    let state = tempfile::tempdir().unwrap();
    let mut client = serve(
        state.path(),
        &["--toolsets", "backups", "--tools", "get_stats"],
    );
    let names = client.names();
    assert!(names.contains(&"list_backups".to_string()));
    assert!(names.contains(&"get_stats".to_string()));
    assert!(!names.contains(&"create_task".to_string()));
    client.hang_up();
    let mut command = Command::new(program());
    command
        .arg("mcp")
        .arg("--state")
        .arg(state.path())
        .env("CHIME_MCP_TOOLSETS", "all")
        .env("CHIME_MCP_READ_ONLY", "true");
    let mut client = Client::start(&mut command);
    let tools = client.tools();
    assert!(tools.len() > 20);
    assert!(
        tools
            .iter()
            .all(|tool| tool["annotations"]["readOnlyHint"] == true)
    );
    client.hang_up();
    let output = Command::new(program())
        .args(["mcp", "--toolsets", "task", "--state"])
        .arg(state.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("Did you mean tasks"), "{errors}");
}
