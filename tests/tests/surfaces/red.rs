//! What will not run is refused, or red at the first look.

use serde_json::{Value, json};

use crate::stage::{Place, Stage};

/// What `chime doctor` warns of, with the ways out.
fn warnings(stage: &Stage) -> String {
    let said = stage.say(&["doctor"]);
    let is_warning = |line: &&str| !line.starts_with("OK");
    let lines: Vec<_> = said.output.lines().filter(is_warning).collect();
    lines.join("\n")
}

/// What both surfaces and the doctor say of a network that ends with the program that asks.
const ENDS: &str = "runs only while a command of chime does: no schedule fires in between";

#[test]
fn should_say_that_the_network_is_about_to_go() {
    let place = Place::new();
    let begin = ["run", "--name", "hourly", "--note", "x", "--every", "1h"];
    for line in [&begin[..], &["ps", "ls"], &["task", "ls"]] {
        let said = place.say(line);
        assert_eq!(said.code, Some(0), "{line:?}: {}", said.errors);
        assert!(said.errors.contains(ENDS), "{line:?}: {}", said.errors);
    }
    let said = place.say(&["doctor"]);
    assert!(said.output.contains(ENDS), "{}", said.output);

    let mut client = place.serve();
    let task = json!({
        "name": "daily",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{ "rule": { "daily": { "hour": 8 } } }],
    });
    for (tool, arguments) in [
        ("create_task", task),
        ("task_overview", json!({})),
        ("task_overview", json!({ "task": "daily" })),
        ("get_my_tasks", json!({})),
        ("pause_task", json!({ "task_id": "daily" })),
    ] {
        let answer = client.succeed(tool, &arguments);
        let said = answer["network"].as_str().unwrap_or_default();
        assert!(said.contains(ENDS), "{tool}: {answer}");
    }
    let with_key = json!({
        "name": "once",
        "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{ "rule": { "once": {} }, "start_after_seconds": "1d" }],
        "idempotency_key": "k",
    });
    let first = client.succeed("create_task", &with_key);
    assert!(first.get("repeated").is_none(), "{first}");
    let when = first["schedules"][0]["description"].as_str().unwrap();
    assert!(when.starts_with("once, at 20"), "{first}");
    let second = client.succeed("create_task", &with_key);
    assert_eq!(second["id"], first["id"]);
    assert!(second["repeated"].is_string(), "{second}");
    let answer = client.succeed("get_me", &json!({}));
    assert!(answer.get("network").is_none(), "{answer}");
    client.hang_up();
}

fn row(stage: &Stage, name: &str) -> Value {
    let list = stage.json(&["ps", "ls", "--name", name]);
    list["tasks"][0].clone()
}

#[test]
fn should_refuse_or_show_red_what_will_not_run() {
    let stage = Stage::empty();
    let mut client = stage.serve();
    refuse_what_the_callee_does_not_have(&stage);
    show_a_ledger_that_refuses(&stage);
    show_that_no_worker_runs(&stage);
    show_that_nothing_leaves_the_network(&stage);
    show_that_a_webhook_is_dead(&stage);
    let overview = client.succeed("task_overview", &json!({}));
    let tasks = overview["needs_attention"].as_array().unwrap().iter();
    let names: Vec<_> = tasks.map(|task| &task["name"]).collect();
    assert_eq!(names, ["pay", "dump", "fetch"]);
    let told = overview["alerts"].to_string();
    assert!(told.contains("hook"), "{overview}");
    client.hang_up();
}

fn refuse_what_the_callee_does_not_have(stage: &Stage) {
    let callee = stage.world.callee.0.to_text();
    for (method, arguments, word) in [
        ("ecko", "(\"x\")", "did you mean echo?"),
        ("echo", "(5 : nat)", "text"),
        ("echo", "(\"x\"", "--call"),
    ] {
        let line = ["run", "--call", &callee, method, arguments, "--every", "1h"];
        let said = stage.say(&line);
        assert_eq!(said.code, Some(2), "{method}{arguments}: {}", said.errors);
        let errors = said.errors.to_lowercase();
        assert!(errors.contains(word), "{method}{arguments}: {errors}");
    }
    assert_eq!(stage.json(&["ps", "ls"])["total_tasks"], 0);
}

fn show_a_ledger_that_refuses(stage: &Stage) {
    let ledger = stage.ledger.0.to_text();
    let arguments =
        "(record { to = record { owner = principal \"aaaaa-aa\" }; amount = 1_000_000_000 })";
    let line = [
        "run",
        "--name",
        "pay",
        "--call",
        &ledger,
        "icrc1_transfer",
        arguments,
        "--wait",
    ];
    let said = stage.say(&line);
    assert_eq!(said.code, Some(1), "{}", said.errors);
    assert!(said.errors.contains("InsufficientFunds"), "{}", said.errors);
    let row = row(stage, "pay");
    assert_eq!(
        (&row["state"], &row["last_result"]),
        (&json!("failed"), &json!("failed"))
    );
    let error = row["last_error"].as_str().unwrap();
    assert!(error.contains("InsufficientFunds"), "{error}");
}

fn show_that_no_worker_runs(stage: &Stage) {
    let line = ["run", "--name", "dump", "--command", "date"];
    let said = stage.say(&line);
    assert!(said.errors.contains("`chime worker`"), "{}", said.errors);
    assert_eq!(row(stage, "dump")["state"], "waiting for a worker");
    let warnings = warnings(stage);
    assert!(warnings.contains("1 command waits for one"), "{warnings}");
}

fn show_that_nothing_leaves_the_network(stage: &Stage) {
    let line = [
        "run",
        "--name",
        "fetch",
        "--http",
        "https://example.com/",
        "--retries",
        "0",
        "--wait",
    ];
    let said = stage.say(&line);
    assert_eq!(said.code, Some(1), "{}", said.errors);
    assert!(
        said.errors.contains("`chime up --outcalls`"),
        "{}",
        said.errors
    );
    let row = row(stage, "fetch");
    assert_eq!(row["last_result"], "failed");
    let error = row["last_error"].as_str().unwrap();
    assert!(error.contains("`chime up --outcalls`"), "{error}");
}

fn show_that_a_webhook_is_dead(stage: &Stage) {
    stage.json(&[
        "alert",
        "create",
        "hook",
        "--on",
        "failure",
        "--to",
        "https://example.com/",
    ]);
    let said = stage.say(&["alert", "test", "hook"]);
    assert_ne!(said.code, Some(0), "{}", said.output);
    let said = stage.say(&["alert", "ls"]);
    assert!(said.output.contains("given up"), "{}", said.output);
    let warnings = warnings(stage);
    assert!(
        warnings.contains("alert 1 (\"hook\") did not arrive"),
        "{warnings}"
    );
}
