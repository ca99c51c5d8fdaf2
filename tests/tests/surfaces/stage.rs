//! A network with tasks in every state that people ask about, the command line, and MCP.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use chime_tests::agent::Agent;
use chime_tests::mcp::Client;
use chime_tests::{Callee, World, call, every, note, now_once, program, retries, task};
use chime_types::{
    Action, CreateTaskRequest, HttpAction, NewSchedule, NewStep, PauseTaskRequest, Rule, Task,
    TaskResult,
};
use serde_json::Value;
use tempfile::TempDir;

/// The key of the tests' owner, which nobody needs to keep secret.
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
-----END PRIVATE KEY-----
";

/// In seconds.
const DAY: u64 = 86_400;

/// More tasks than two pages of either surface have.
pub const PAGES: usize = 105;
/// More executions than a page of either surface has.
pub const RUNS: usize = 60;

/// The network, and a directory with the key.
pub struct Stage {
    pub world: World,
    pub ledger: Callee,
    url: String,
    directory: TempDir,
}

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Said {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Stage {
    /// A scheduler, a callee and a ledger without money; no tasks.
    pub fn empty() -> Self {
        let network = Agent::new();
        let url = network.url();
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("key.pem");
        std::fs::write(&key, KEY).unwrap();
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        let mut world = World::on(Box::new(network));
        let ledger = Callee(world.deploy("icp-ledger"));
        Self {
            world,
            ledger,
            url,
            directory,
        }
    }

    /// With the tasks below.
    pub fn set() -> Self {
        let mut stage = Self::empty();
        stage.world.raise_limits();
        stage.make_what_ends();
        stage.make_what_waits();
        stage.make_many();
        stage
    }

    fn make_what_ends(&mut self) {
        let callee = self.world.callee;
        let refused = transfer(self.ledger);
        let hello = task("hello", vec![note("hello")], now_once());
        self.world.create(&hello);
        let ends = [
            ("refuses", refused),
            ("misspelt", call(callee, "ecko", "(\"x\")")),
            ("mistyped", call(callee, "echo", "(5 : nat)")),
            ("outside", NewStep::new(get("https://example.com/"))),
            ("traps", call(callee, "trap", "()")),
        ];
        for (name, step) in ends {
            self.world.create(&hopeless(name, step, now_once()));
        }
        // It failed, and fires again.
        let step = call(callee, "reject", "(\"no thanks\")");
        let again = hopeless("fails again", step, every(DAY));
        let again = self.world.create(&again);
        self.world.run_now(again.id);
    }

    fn make_what_waits(&mut self) {
        let callee = self.world.callee;
        let step = call(callee, "reject", "(\"later\")");
        let retrying = CreateTaskRequest {
            retry: Some(retries(3, 3_600)),
            ..task("retrying", vec![step], now_once())
        };
        self.world.create(&retrying);
        let command = NewStep::new(Action::Command {
            command: "date".to_string(),
            queue: None,
        });
        self.world
            .create(&task("command", vec![command], now_once()));
        let mut pausing = note("first");
        pausing.run_next_after_seconds = Some(3_600);
        let pausing = task("pausing", vec![pausing, note("second")], now_once());
        self.world.create(&pausing);
        let silent = task("silent", vec![call(callee, "never", "()")], now_once());
        self.world.create(&silent);
        let daily = NewSchedule {
            timezone: Some("Europe/Zurich".to_string()),
            ..NewSchedule::new(Rule::Daily {
                hour: 2,
                minute: Some(30),
            })
        };
        self.world.create(&task("daily", vec![note("x")], daily));
        let paused = self
            .world
            .create(&task("paused", vec![note("x")], every(DAY)));
        self.pause(&paused, "holidays");
    }

    fn make_many(&mut self) {
        let often = self
            .world
            .create(&task("often", vec![note("tick")], every(DAY)));
        for _ in 0..RUNS {
            self.world.run_now(often.id);
        }
        for _ in 0..2 {
            self.later("twin");
        }
        for number in 0..PAGES {
            self.later(&format!("page {number:03}"));
        }
    }

    fn later(&mut self, name: &str) -> Task {
        let schedule = NewSchedule {
            start_after_seconds: Some(DAY),
            ..every(DAY)
        };
        self.world
            .try_create(&task(name, vec![note("x")], schedule))
            .unwrap()
    }

    fn pause(&mut self, task: &Task, reason: &str) {
        let request = PauseTaskRequest {
            task_id: task.id,
            reason: Some(reason.to_string()),
            cancel_running: None,
        };
        let sender = chime_tests::Sender::Owner;
        let answer: TaskResult = self.world.update(sender, "pause_task", &request).unwrap();
        answer.into_result().unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .args(["--network", &self.url])
            .args(["--canister", &self.world.scheduler.to_text()])
            .arg("--identity")
            .arg(self.directory.path().join("key.pem"))
            .arg("--state")
            .arg(self.directory.path().join("state"))
            .current_dir(self.directory.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn say(&self, arguments: &[&str]) -> Said {
        Said::of(&mut self.command(arguments))
    }

    /// The answer of a command that must succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.say(&[arguments, &["-o", "json"]].concat());
        assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.errors);
        serde_json::from_str(&said.output)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", said.output))
    }

    /// Writes a file where commands run.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    /// An MCP server for the same scheduler, with every tool.
    pub fn serve(&self) -> Client {
        Client::start(&mut self.command(&["mcp", "--toolsets", "all"]))
    }
}

/// A state directory whose network nobody hosts but the commands on it.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--state")
            .arg(self.0.path().join("state"))
            .current_dir(self.0.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn say(&self, arguments: &[&str]) -> Said {
        Said::of(&mut self.command(arguments))
    }

    /// An MCP server that hosts the network itself.
    pub fn serve(&self) -> Client {
        Client::start(&mut self.command(&["mcp", "--toolsets", "all"]))
    }
}

/// More ICP than the scheduler has.
pub fn transfer(ledger: Callee) -> NewStep {
    let arguments = "(record { to = record { owner = principal \"aaaaa-aa\" }; \
                     amount = 1_000_000_000 : nat })";
    call(ledger, "icrc1_transfer", arguments)
}

/// A request of HTTP, which this network does not send.
pub fn get(url: &str) -> Action {
    Action::Http {
        request: HttpAction::get(url),
    }
}

/// A task that does not try again.
fn hopeless(name: &str, step: NewStep, schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(name, vec![step], schedule)
    }
}
