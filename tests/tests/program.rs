//! The program `chime` as somebody at a terminal uses it: a network that survives being killed, and
//! commands that see the same from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use chime_tests::program;
use serde_json::Value;
use tempfile::TempDir;

/// How long a step of a test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// `chime up` in the foreground.
struct Up {
    process: Child,
    ready: Value,
}

impl Up {
    fn start(state: &Path) -> Self {
        let mut process = Command::new(program())
            .args(["up", "--port", "0", "-o", "json", "--state"])
            .arg(state)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { process, ready }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn signal(mut self, name: &str) -> ExitStatus {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not stop on {name}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn chime(state: &Path, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .arg("--state")
        .arg(state)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn json(state: &Path, arguments: &[&str]) -> Value {
    let output = chime(state, &[arguments, &["-o", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {errors}"))
}

/// The executions of a task once there are at least `count` of a status, the newest first.
fn executions(state: &Path, task: &str, status: &str, count: usize) -> Vec<Value> {
    let until = Instant::now() + PATIENCE;
    loop {
        let logs = json(state, &["ps", "logs", task, "--limit", "1000"]);
        let all = logs["executions"].as_array().unwrap().clone();
        if all
            .iter()
            .filter(|execution| execution["status"] == status)
            .count()
            >= count
        {
            return all;
        }
        assert!(Instant::now() < until, "no {count} {status}: {logs}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn ids(executions: &[Value]) -> Vec<&str> {
    executions
        .iter()
        .map(|execution| execution["execution_id"].as_str().unwrap())
        .collect()
}

fn scheduled(executions: &[Value]) -> Vec<&str> {
    let mut times: Vec<&str> = executions
        .iter()
        .map(|execution| execution["scheduled_at"].as_str().unwrap())
        .collect();
    times.sort_unstable();
    times
}

#[test]
fn should_go_on_after_being_killed_under_the_missed_run_policy() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    let up = Up::start(state);
    let call = [
        "run", "--name", "often", "--call", "aaaaa-aa", "raw_rand", "()", "--every", "1",
    ];
    json(state, &call);
    json(
        state,
        &[
            "run",
            "--name",
            "yearly",
            "--cron",
            "0 0 1 1 *",
            "--note",
            "happy new year",
        ],
    );
    let before = executions(state, "often", "completed", 3);
    let tasks = json(state, &["ps", "ls"]);
    up.kill();

    std::thread::sleep(Duration::from_secs(4));
    let up = Up::start(state);
    let after = executions(state, "often", "completed", before.len() + 3);
    assert!(
        ids(&after).ends_with(&ids(&before)),
        "the history is kept: {before:?} is not the end of {after:?}"
    );
    let times = scheduled(&after);
    assert!(
        times.windows(2).all(|pair| pair[0] < pair[1]),
        "no slot runs twice: {times:?}"
    );
    let missed: Vec<&Value> = after
        .iter()
        .filter(|execution| execution["status"] == "missed")
        .collect();
    let [missed] = missed.as_slice() else {
        panic!("the slots that passed are on record, in one: {after:?}");
    };
    let text = missed["error"].as_str().expect("a text");
    assert!(text.contains(" slots, from "), "{text}");

    let now = json(state, &["ps", "ls"]);
    assert_eq!(now["total_tasks"], tasks["total_tasks"]);
    let yearly = |list: &Value| {
        let tasks = list["tasks"].as_array().unwrap().clone();
        tasks
            .into_iter()
            .find(|task| task["name"] == "yearly")
            .unwrap()
    };
    assert_eq!(yearly(&now), yearly(&tasks), "the next time is kept");
    up.kill();
}

#[test]
fn should_lose_nothing_that_was_acknowledged_over_many_kills() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    let mut made = Vec::new();
    for round in 0..4 {
        let up = Up::start(state);
        for task in 0..3 {
            let name = format!("task {round}.{task}");
            json(
                state,
                &["run", "--name", &name, "--every", "3600", "--note", "x"],
            );
            made.push(name);
        }
        up.kill();
    }
    let list = json(state, &["ps", "ls"]);
    let names: Vec<&str> = list["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, made);
}

#[test]
fn should_stop_cleanly_on_signals_and_refuse_a_second_network_on_the_same_state() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    for signal in ["INT", "TERM"] {
        let up = Up::start(state);
        let second = chime(state, &["up", "--port", "0"]);
        let errors = String::from_utf8_lossy(&second.stderr).to_string();
        assert!(!second.status.success());
        assert!(
            errors.contains(up.ready["url"].as_str().unwrap()),
            "{errors}"
        );
        assert!(errors.contains(&up.process.id().to_string()), "{errors}");
        assert!(up.signal(signal).success(), "SIG{signal}");
    }
    assert!(
        chime(state, &["up", "--port", "0", "--for", "1"])
            .status
            .success()
    );
}

#[test]
fn should_wait_for_the_outcome_and_tell_it_by_the_exit_code() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    let up = Up::start(state);
    let well = chime(state, &["run", "--note", "hello", "--wait"]);
    assert_eq!(
        well.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&well.stderr)
    );
    let arguments = [
        "run",
        "--name",
        "bad",
        "--call",
        "aaaaa-aa",
        "no_such",
        "--retries",
        "0",
        "--wait",
    ];
    let badly = chime(state, &arguments);
    assert_eq!(
        badly.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&badly.stderr)
    );
    let logs = json(state, &["ps", "logs", "bad"]);
    assert_eq!(logs["executions"][0]["status"], "failed");
    assert!(
        logs["executions"][0]["error"]
            .as_str()
            .unwrap()
            .contains("no_such"),
        "{logs}"
    );
    up.kill();
}

#[test]
fn should_kill_and_start_a_task() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    let up = Up::start(state);
    json(
        state,
        &["run", "--name", "tick", "--note", "tick", "--every", "1"],
    );
    executions(state, "tick", "completed", 1);
    json(state, &["ps", "kill", "tick"]);
    let list = json(state, &["ps", "ls"]);
    assert_eq!(list["tasks"][0]["status"], "paused");
    assert_eq!(list["tasks"][0]["disabled"], true);
    assert_eq!(list["tasks"][0]["next_run"], Value::Null);
    let stopped = json(state, &["ps", "logs", "tick"])["total_executions"].clone();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(
        json(state, &["ps", "logs", "tick"])["total_executions"],
        stopped
    );
    json(state, &["ps", "start", "tick"]);
    let count = usize::try_from(stopped.as_u64().unwrap()).unwrap() + 1;
    executions(state, "tick", "completed", count);
    up.kill();
}

#[test]
fn should_work_without_a_network_running() {
    let directory = TempDir::new().unwrap();
    let state = directory.path();
    json(
        state,
        &["run", "--name", "alone", "--note", "x", "--every", "3600"],
    );
    assert_eq!(json(state, &["ps", "ls"])["tasks"][0]["name"], "alone");
    let shown = Command::new(program())
        .args(["preview", "0 9 * * 1-5", "--timezone", "Europe/Zurich"])
        .args(["--from", "2026-03-27T12:00:00Z", "-n", "2", "-o", "json"])
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let next = ["2026-03-30T09:00:00+02:00", "2026-03-31T09:00:00+02:00"];
    assert_eq!(shown["next"], serde_json::json!(next));
    assert_eq!(shown["timezone"], "Europe/Zurich");
}
