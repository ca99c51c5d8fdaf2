//! The table: forty questions, each asked of the command line and of MCP.

use chime_tests::mcp::Client;
use serde_json::{Value, json};

use crate::same::{difference, members, pages, plain, tell_the_same, theirs};
use crate::stage::{PAGES, RUNS, Said, Stage};

/// A network that answers both.
struct Both {
    stage: Stage,
    client: Client,
    asked: usize,
    differ: Vec<String>,
}

impl Both {
    fn compare(&mut self, question: &str, here: &Value, there: &Value) {
        self.asked += 1;
        if !tell_the_same(here, there) {
            self.differ
                .push(format!("{question}: {}", difference(here, there)));
        }
    }

    /// Records that are the same to the last field. `at` is where the command line has it.
    fn record(&mut self, command: &[&str], at: &str, tool: &str, mut arguments: Value) {
        if !["get_stats", "get_me", "get_config", "list_alerts"].contains(&tool) {
            arguments["response_format"] = json!("detailed");
        }
        let here = self.stage.json(command);
        let here = here.pointer(at).unwrap_or_else(|| panic!("{at}: {here}"));
        let here = plain(here, &["latest_executions"]);
        let there = plain(&self.client.succeed(tool, &arguments), &[]);
        self.compare(&command.join(" "), &here, &there);
    }

    /// A list, whole on both, of which MCP has more pages than one.
    fn list(&mut self, command: &[&str], items: &str, tool: &str, arguments: Value, count: usize) {
        let here = self.stage.json(command)[items].clone();
        let (there, pages) = pages(&mut self.client, tool, &arguments, items);
        assert!(pages > 1, "{tool} {arguments} has one page");
        assert_eq!(there.as_array().unwrap().len(), count, "{tool} {arguments}");
        self.compare(&command.join(" "), &plain(&here, &[]), &plain(&there, &[]));
    }

    /// The same refusal: the kind, and words that both say.
    fn refused(&mut self, command: &[&str], tool: &str, arguments: Value, words: &[&str]) {
        let said = self.stage.say(command);
        let refusal = self.client.fail(tool, &arguments);
        let here = json!([said.code, says(&said, words)]);
        let text = format!("{}; {}", refusal["rule"], refusal["fix"]).replace('\\', "");
        let all: Vec<bool> = words.iter().map(|word| text.contains(word)).collect();
        let there = json!([exit_code(&refusal["kind"]), all]);
        self.compare(
            &format!("{}: {} | {text}", command.join(" "), said.errors),
            &here,
            &there,
        );
        assert!(all.iter().all(|it| *it), "{words:?}: {text}");
    }
}

fn says(said: &Said, words: &[&str]) -> Vec<bool> {
    let text = said.errors.replace('\n', " ");
    words.iter().map(|word| text.contains(word)).collect()
}

/// The exit code that stands for a kind.
fn exit_code(kind: &Value) -> i32 {
    match kind.as_str().unwrap() {
        "invalid_argument" | "usage" | "confirmation_required" => 2,
        "not_found" => 3,
        "conflict" | "forbidden" | "limit_exceeded" | "refused" => 4,
        other => panic!("{other}"),
    }
}

#[test]
fn should_tell_the_same_on_the_command_line_and_to_models() {
    let stage = Stage::set();
    let client = stage.serve();
    let mut both = Both {
        stage,
        client,
        asked: 0,
        differ: Vec::new(),
    };
    ask_for_tasks(&mut both);
    ask_for_executions(&mut both);
    ask_for_lists(&mut both);
    ask_for_the_rest(&mut both);
    try_out(&mut both);
    find(&mut both);
    foresee(&mut both);
    assert!(both.differ.is_empty(), "{}", both.differ.join("\n"));
    assert!(both.asked >= 40, "{}", both.asked);
    both.client.hang_up();
}

/// Tasks in every state.
fn ask_for_tasks(both: &mut Both) {
    for name in [
        "hello",
        "refuses",
        "misspelt",
        "outside",
        "fails again",
        "retrying",
        "command",
        "pausing",
        "silent",
        "daily",
        "paused",
    ] {
        let id = both.stage.json(&["task", "show", name])["id"].clone();
        both.record(
            &["task", "show", name],
            "",
            "get_task",
            json!({ "task_id": id }),
        );
    }
    let names = [
        ("task_id", "id"),
        ("name", "name"),
        ("status", "status"),
        ("last_result", "last_result"),
        ("last_error", "last_error"),
    ];
    let here = both.stage.json(&["ps", "ls"]);
    let (there, _) = pages(
        &mut both.client,
        "get_my_tasks",
        &json!({ "limit": 50 }),
        "tasks",
    );
    let ours = members(&here["tasks"], &names);
    both.compare("ps ls", &json!(ours), &json!(theirs(&there, &names)));
    let (lines, _) = pages(&mut both.client, "task_overview", &json!({}), "tasks");
    both.compare("overview", &json!(ours), &json!(theirs(&lines, &names)));
    let state = |task: &Value| match &task["state"] {
        Value::Null => task["status"].clone(),
        state => state.clone(),
    };
    let states = |items: &Value| -> Value { items.as_array().unwrap().iter().map(state).collect() };
    let told = states(&here["tasks"]);
    both.compare("states in ps ls", &told, &states(&there));
    both.compare("states in the overview", &told, &states(&lines));
    let overview = both.client.succeed("task_overview", &json!({}));
    let count = |state: &str| -> usize {
        let all = told.as_array().unwrap().iter();
        all.filter(|it| *it == state).count()
    };
    let counted = ["pending", "failed", "retrying", "waiting for a worker"];
    let ours: Value = counted.iter().map(|it| json!(count(it))).collect();
    let theirs: Value = counted
        .iter()
        .map(|it| overview["by_state"][*it].clone())
        .collect();
    both.compare("how many stand how", &ours, &theirs);
}

/// Executions in every state, with their causes, results and errors.
fn ask_for_executions(both: &mut Both) {
    for name in [
        "hello", "refuses", "misspelt", "mistyped", "outside", "traps", "retrying", "command",
        "pausing", "silent",
    ] {
        let id = both.stage.json(&["execution", "show", name])["id"].clone();
        let arguments = json!({ "execution_id": id });
        both.record(
            &["execution", "show", name],
            "",
            "get_execution",
            arguments.clone(),
        );
        // In few words, too: how it stands, and all of a short result or error.
        let names = [
            ("id", "id"),
            ("status", "status"),
            ("waiting_for", "waiting_for"),
            ("result", "result"),
            ("error", "error"),
        ];
        let here = json!([both.stage.json(&["execution", "show", name])]);
        let there = json!([both.client.succeed("get_execution", &arguments)]);
        let ours = json!(members(&here, &names));
        both.compare(name, &ours, &json!(theirs(&there, &names)));
    }
}

/// Lists that have more than one page.
fn ask_for_lists(both: &mut Both) {
    let detailed = json!({ "response_format": "detailed" });
    let tasks = both.stage.json(&["task", "ls"])["tasks"].clone();
    let count = tasks.as_array().unwrap().len();
    assert!(count > PAGES);
    both.list(&["task", "ls"], "tasks", "get_my_tasks", detailed, count);
    let often = both.stage.json(&["task", "show", "often"])["id"].clone();
    let of_often = json!({ "task_id": often, "response_format": "detailed" });
    let history = ["execution", "ls", "often", "--limit", "1000"];
    let tool = "get_task_executions";
    both.list(&history, "executions", tool, of_often.clone(), RUNS);
    let completed = [
        "execution",
        "ls",
        "often",
        "--status",
        "completed",
        "-n",
        "1000",
    ];
    let mut some = of_often;
    some["status"] = json!("completed");
    both.list(&completed, "executions", tool, some, RUNS);
    let letters = ["execution", "ls", "--dead-letters", "-n", "1000"];
    let few = json!({ "response_format": "detailed", "limit": 2 });
    let tool = "list_dead_letters";
    both.list(&letters, "executions", tool, few, 6);
    let names = [
        ("execution_id", "id"),
        ("status", "status"),
        ("error", "error"),
    ];
    let log = both.stage.json(&["ps", "logs", "fails again"]);
    let again = both.stage.json(&["task", "show", "fails again"])["id"].clone();
    let arguments = json!({ "task_id": again });
    let page = both.client.succeed("get_task_executions", &arguments);
    let ours = json!(members(&log["executions"], &names));
    let other = json!(theirs(&page["executions"], &names));
    both.compare("ps logs", &ours, &other);
}

/// What is not about one task.
fn ask_for_the_rest(both: &mut Both) {
    both.record(&["user", "me"], "", "get_me", json!({}));
    both.record(&["scheduler", "show"], "", "get_config", json!({}));
    both.stage
        .json(&["alert", "create", "on failure", "--on", "failure"]);
    let alerts = both.stage.json(&["alert", "ls"])["alerts"].clone();
    let listed = both.client.succeed("list_alerts", &json!({}))["alerts"].clone();
    both.compare("alert ls", &alerts, &listed);
    let events = both.stage.json(&["events", "-n", "1000"])["events"].clone();
    let arguments = json!({ "limit": 500 });
    let (told, _) = pages_of_events(&mut both.client, arguments);
    both.compare("events", &events, &told);
    let now = [
        "now_at",
        "cycles",
        "instructions",
        "budget",
        "stable_memory_bytes",
    ];
    let figures = plain(&both.stage.json(&["stats"]), &now);
    let told = both.client.succeed("get_stats", &json!({}));
    let told = plain(&told, &[&now[..], &["average_duration"]].concat());
    both.compare("stats", &figures, &told);
}

/// The timeline says itself whether there is more.
fn pages_of_events(client: &mut Client, mut arguments: Value) -> (Value, usize) {
    let mut all = Vec::new();
    for count in 1.. {
        let page = client.succeed("events_since", &arguments);
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        if page["more"] != true {
            return (json!(all), count);
        }
        arguments["cursor"] = page["next_cursor"].clone();
    }
    unreachable!("the loop ends with the last page")
}

/// Dry runs.
fn try_out(both: &mut Both) {
    let step = json!({ "action": { "note": { "text": "x" } } });
    let daily =
        json!({ "rule": { "daily": { "hour": 2, "minute": 30 } }, "timezone": "Europe/Zurich" });
    let here = both.stage.json(&[
        "task",
        "create",
        "--name",
        "new",
        "--note",
        "x",
        "--daily",
        "02:30",
        "--timezone",
        "Europe/Zurich",
        "--dry-run",
    ]);
    let request = json!({ "name": "new", "steps": [step], "schedules": [daily], "dry_run": true });
    let there = both.client.succeed("create_task", &request);
    let outlook = ["dry_run", "would", "schedules", "note"];
    let pick = |answer: &Value| -> Value { outlook.iter().map(|it| answer[*it].clone()).collect() };
    both.compare("create --dry-run", &pick(&here), &pick(&there));
    let id = both.stage.json(&["task", "show", "daily"])["id"].clone();
    let here = both
        .stage
        .json(&["task", "edit", "daily", "--retries", "7", "--dry-run"]);
    let retry = here["request"]["retry"].clone();
    let request = json!({ "task_id": id, "retry": retry, "dry_run": true });
    let there = both.client.succeed("update_task", &request);
    both.compare("edit --dry-run", &pick(&here), &pick(&there));
    let callee = both.stage.world.callee.0.to_text();
    let calls = |method: &str, arguments: &str| {
        let call = json!({ "canister": callee, "method": method, "arguments": { "text": { "value": arguments } } });
        json!({ "name": "new", "steps": [{ "action": { "call": call } }], "schedules": [daily],
                "dry_run": true })
    };
    for (method, arguments, words) in [
        ("ecko", "(\"x\")", &["ecko", "echo"][..]),
        ("echo", "(5 : nat)", &["text"]),
        ("echo", "(\"x\"", &[]),
    ] {
        let line = [
            "run",
            "--call",
            &callee,
            method,
            arguments,
            "--daily",
            "02:30",
            "--dry-run",
        ];
        both.refused(&line, "create_task", calls(method, arguments), words);
    }
    let past = json!({ "rule": { "once": { "run_at": "2020-01-01T00:00:00Z" } } });
    let request = json!({ "name": "new", "steps": [step], "schedules": [past], "dry_run": true });
    let line = [
        "run",
        "--note",
        "x",
        "--at",
        "2020-01-01T00:00:00Z",
        "--dry-run",
    ];
    both.refused(&line, "create_task", request, &["not in the past"]);
    let line = ["task", "delete", "daily"];
    let request = json!({ "task_id": id });
    both.refused(&line, "delete_task", request, &[]);
}

/// By id, by name, by what is none.
fn find(both: &mut Both) {
    let daily = both.stage.json(&["task", "show", "daily"])["id"].clone();
    let id = daily.as_str().unwrap().to_string();
    for selector in ["daily", &id] {
        let here = both.stage.json(&["task", "show", selector])["id"].clone();
        let there = both
            .client
            .succeed("task_overview", &json!({ "task": selector }));
        both.compare(selector, &here, &there["task"]["id"]);
    }
    for (selector, words) in [
        ("twin", &["\"twin\" is ambiguous: tasks "][..]),
        (
            "dail",
            &["no task of yours has the id or name \"dail\"", "daily"],
        ),
        (
            "Daily",
            &["no task of yours has the id or name \"Daily\"", "daily"],
        ),
        (
            "999999",
            &["no task of yours has the id or name \"999999\""],
        ),
        ("0", &["no task of yours has the id or name \"0\""]),
        ("zzz", &["no task of yours has the id or name \"zzz\""]),
    ] {
        let arguments = json!({ "task": selector });
        both.refused(
            &["task", "show", selector],
            "task_overview",
            arguments,
            words,
        );
    }
    let arguments = json!({ "execution_id": "999999" });
    let line = ["execution", "show", "999999"];
    both.refused(&line, "get_execution", arguments, &[]);
}

/// Where there is room for one more task, a dry run refuses what is refused when it is done.
fn foresee(both: &mut Both) {
    let count = both.stage.json(&["ps", "ls"])["total_tasks"]
        .as_u64()
        .unwrap();
    // Tasks that are over make way, as many as there are; then there is room for two.
    let over = [
        "hello", "refuses", "misspelt", "mistyped", "outside", "traps",
    ];
    let limit = format!("maximum_tasks_per_owner={}", count + 2 - over.len() as u64);
    both.stage.json(&["scheduler", "set", &limit]);
    both.stage.file(
        "jobs.yaml",
        "tasks:\n- {key: a, note: x, every: 1d}\n- {key: b, note: x, at: \"2020-01-01T00:00:00Z\"}\n\
         - {key: c, note: x, every: 1d}\n- {key: d, note: x, every: 1d}\n",
    );
    let actions = |answer: &Value| -> Value {
        let rows = answer["results"].as_array().unwrap();
        let row = |row: &Value| json!([row["task"], row["action"], row["error"]["field"]]);
        rows.iter().map(row).collect()
    };
    let apply = |both: &Both, more: &[&str]| -> Value {
        let line = [&["apply", "-f", "jobs.yaml", "-o", "json"], more].concat();
        let said = both.stage.say(&line);
        actions(&serde_json::from_str(&said.output).unwrap())
    };
    let (dry, done) = (apply(both, &["--dry-run"]), apply(both, &[]));
    both.compare("apply --dry-run, and apply", &dry, &done);
    let becomes: Value = done
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[1].clone())
        .collect();
    let expected = json!(["created", "refused", "created", "refused"]);
    both.compare("what becomes of the documents", &becomes, &expected);
    let words = ["tasks of this owner that have times left"];
    let request = json!({
        "name": "new", "steps": [{ "action": { "note": { "text": "x" } } }],
        "schedules": [{ "rule": { "interval": { "repeat_every_seconds": "1d" } } }],
    });
    let mut trial = request.clone();
    trial["dry_run"] = json!(true);
    let line = ["run", "--note", "x", "--every", "1d", "--dry-run"];
    both.refused(&line, "create_task", trial, &words);
    both.refused(&line[..5], "create_task", request, &words);
}
