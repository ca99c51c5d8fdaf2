//! A directory with a state, job files and logs, and the program at work in it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chime::network::{self, Settings, StateDirectory};
use chime::scheduler::Scheduler;
use chime_types::{RunTaskNowRequest, TaskExecution};
use serde_json::Value;
use tempfile::TempDir;

/// How long something may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(180);

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_chime"))
}

/// A state with the scheduler installed, made once and copied for each test.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    let directory = TEMPLATE.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        let made = program()
            .args(["ps", "ls", "--state"])
            .arg(directory.path().join("state"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
        directory
    });
    directory.path()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits until it is so.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A directory of its own for one test.
pub struct World {
    directory: TempDir,
    runtime: tokio::runtime::Runtime,
}

impl World {
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        copy(&template().join("state"), &directory.path().join("state"));
        fs::create_dir(directory.path().join("jobs")).unwrap();
        Self {
            directory,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes a job file; `more` is further YAML lines.
    pub fn job(&self, id: &str, command: &str, more: &str) {
        let command = serde_json::to_string(command).unwrap();
        let schedule = match more.contains("schedule:") {
            true => "",
            false => "schedule: '0 0 1 1 *'\n",
        };
        let yaml = format!("id: {id}\nname: {id}\ncommand: {command}\n{schedule}{more}\n");
        fs::write(self.path("jobs").join(format!("{id}.yaml")), yaml).unwrap();
    }

    /// What a file of this directory holds; nothing if it is not there.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A command line of the program in this directory, with its state.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .current_dir(self.directory.path())
            .args(arguments)
            .arg("--state")
            .arg(self.state())
            .env_remove("CHIME_STATE")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["-o", "json"]].concat());
        let errors = text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
    }

    /// One cycle of a worker: its summary, its exit code and its log.
    pub fn once(&self, arguments: &[&str]) -> (Value, Option<i32>, String) {
        let output = self.run(&[&["worker", "--once", "-o", "json"], arguments].concat());
        let errors = text(&output.stderr);
        let summary = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (summary, output.status.code(), errors)
    }

    /// A worker that goes on; its log is in `NAME.log`.
    pub fn worker(&self, name: &str, arguments: &[&str]) -> Process {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path(&format!("{name}.log")))
            .unwrap();
        let mut command = self.command(&["worker", "--name", name]);
        command
            .args(arguments)
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        Process::start(command)
    }

    /// The network, once it is ready.
    pub fn up(&self) -> Process {
        let mut command = self.command(&["up", "--port", "0", "-o", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Process::start(command);
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.contains("url"), "the network does not start: {line:?}");
        process
    }

    /// Where the network that runs answers, and the scheduler's canister on it.
    pub fn address(&self) -> (String, String) {
        let network: Value = serde_json::from_str(&self.read("state/network.json")).unwrap();
        let canister = self.read("state/scheduler.id");
        (
            network["url"].as_str().unwrap().to_string(),
            canister.trim().to_string(),
        )
    }

    /// Asks the scheduler, in the network that runs or else in this process.
    pub fn ask<T>(&self, work: impl AsyncFnOnce(&Scheduler) -> T) -> T {
        self.runtime.block_on(async {
            let settings = Settings::embedded(StateDirectory::new(self.state()));
            let connection = network::connect(settings, &|_| {}).await.unwrap();
            let scheduler = connection.scheduler(&|_| {}).await.unwrap();
            let answer = work(&scheduler).await;
            connection.shutdown().await.unwrap();
            answer
        })
    }

    /// Whether a process of this world has this text in its command line.
    pub fn is_running(&self, text: &str) -> bool {
        let here = fs::canonicalize(self.path(".")).unwrap();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes.map(|entry| entry.path()).any(|process| {
            let line = fs::read(process.join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            let directory = fs::read_link(process.join("cwd"));
            line.contains(text) && directory.is_ok_and(|directory| directory.starts_with(&here))
        })
    }

    /// Runs the task of a name now.
    pub fn start(&self, name: &str) -> u64 {
        self.ask(async |scheduler| {
            let task_id = scheduler.find_task(name).await.unwrap().id;
            let request = RunTaskNowRequest {
                task_id,
                idempotency_key: None,
                scheduled_at: None,
            };
            scheduler.run_task_now(&request).await.unwrap().id
        })
    }

    /// The executions of the task of a name, the newest first.
    pub fn executions(&self, name: &str) -> Vec<TaskExecution> {
        self.ask(async |scheduler| {
            let task_id = scheduler.find_task(name).await.unwrap().id;
            scheduler.executions(task_id, None, 1_000).await.unwrap()
        })
    }
}

/// A process that is ended with the test.
pub struct Process(Child);

impl Process {
    fn start(mut command: Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Kills it, and waits until it is gone.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        let mut status = None;
        until("the process ends", || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Whether it goes on.
    pub fn goes_on(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
