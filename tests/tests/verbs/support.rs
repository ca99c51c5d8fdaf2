//! A network in a directory of its own, and the program as somebody at a terminal uses it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chime_tests::program;
use serde_json::Value;
use tempfile::TempDir;

/// How long a step of a test may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// `chime up` in the foreground; it ends with the test.
pub struct Network {
    process: Child,
    directory: TempDir,
}

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Drop for Network {
    fn drop(&mut self) {
        // The process may have ended by itself; that would have shown before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A state with the scheduler installed and compiled, which every test begins with: to make it
/// takes longer than any story.
static FRESH: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("verbs");
    // It is there after an earlier run of the tests, maybe with another scheduler.
    let _ = fs::remove_dir_all(&path);
    let status = Command::new(program())
        .args(["up", "--port", "0", "--for", "1", "--state"])
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    path
});

/// The same with the runner of Python, which takes longer still to compile.
static WITH_PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("verbs-python");
    let _ = fs::remove_dir_all(&path);
    copy(&FRESH, &path);
    let program_of_one_line = path.join("one_line.py");
    fs::write(&program_of_one_line, "result = 1").unwrap();
    let status = Command::new(program())
        .args(["codex", "test"])
        .arg(&program_of_one_line)
        .arg("--state")
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    path
});

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

impl Network {
    pub fn start() -> Self {
        Self::from(&FRESH)
    }

    /// A network that has run Python before.
    pub fn with_python() -> Self {
        Self::from(&WITH_PYTHON)
    }

    fn from(fresh: &Path) -> Self {
        let directory = TempDir::new().unwrap();
        let state = directory.path().join("state");
        copy(fresh, &state);
        let mut process = Command::new(program())
            .args(["up", "--port", "0", "-o", "json", "--state"])
            .arg(&state)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        answers.read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(ready["url"].is_string(), "{ready}");
        Self { process, directory }
    }

    /// A path in the directory of this test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The state directory.
    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// A command in the directory of this test.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("CHIME_STATE", self.state())
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn say(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments).output().unwrap())
    }

    /// Runs a command that reads from its standard input.
    pub fn say_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        said(child.wait_with_output().unwrap())
    }

    /// The text of a command that must succeed.
    pub fn text(&self, arguments: &[&str]) -> String {
        let said = self.say(arguments);
        assert_eq!(
            said.code,
            Some(0),
            "{arguments:?}: {}{}",
            said.output,
            said.errors
        );
        said.output
    }

    /// The answer of a command that must succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["-o", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// The message of a command that must fail with this exit code.
    pub fn refused(&self, arguments: &[&str], code: i32) -> String {
        let said = self.say(arguments);
        assert_eq!(
            said.code,
            Some(code),
            "{arguments:?}: {}{}",
            said.output,
            said.errors
        );
        assert!(
            said.errors.contains("error: ") && said.errors.contains("fix: "),
            "{}",
            said.errors
        );
        said.errors
    }

    /// Asks until the answer is as it should be.
    pub fn until(&self, arguments: &[&str], test: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.json(arguments);
            if test(&answer) {
                return answer;
            }
            assert!(Instant::now() < end, "{arguments:?} stays {answer}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Sends a signal to a process of this test.
pub fn signal(process: &Child, name: &str) {
    let pid = process.id().to_string();
    let status = Command::new("kill")
        .args(["-s", name, &pid])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Writes a file below the directory of the test.
pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
