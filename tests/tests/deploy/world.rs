//! A network in a process of its own, and a user with a home of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use candid::{CandidType, Principal};
use chime_tests::{program, workspace};
use flate2::read::GzDecoder;
use ic_agent::Agent;
use ic_agent::identity::BasicIdentity;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;

/// How long a step of a test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A network that ends with the test.
pub struct Network {
    process: Child,
    pub url: String,
    /// Its key, if it was written down.
    pub root_key: Option<String>,
    _directory: TempDir,
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Network {
    /// The embedded network, served by `chime up`.
    pub fn embedded() -> Self {
        let directory = TempDir::new().unwrap();
        let mut process = Command::new(program())
            .args(["up", "--port", "0", "-o", "json", "--state"])
            .arg(directory.path().join("state"))
            .env("XDG_CONFIG_HOME", directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self {
            process,
            url: ready["url"].as_str().unwrap().to_string(),
            root_key: None,
            _directory: directory,
        }
    }

    /// A network as `icp` starts it, with the cycles ledger.
    pub fn of_launcher() -> Self {
        let directory = TempDir::new().unwrap();
        let launcher = program().with_file_name("chime-launcher");
        assert!(
            launcher.exists(),
            "chime-launcher is missing; run scripts/build"
        );
        let process = Command::new(launcher)
            .arg("--state-dir")
            .arg(directory.path().join("state"))
            .arg("--status-dir")
            .arg(directory.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let status = directory.path().join("status.json");
        wait_for("the network", || status.exists());
        let text = std::fs::read_to_string(status).unwrap();
        let status: Value = serde_json::from_str(&text).unwrap();
        Self {
            process,
            url: format!("http://127.0.0.1:{}", status["gateway_port"]),
            root_key: status["root_key"].as_str().map(str::to_string),
            _directory: directory,
        }
    }
}

/// Waits until something is so.
pub fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what} takes too long");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Somebody with a key `me` and a network `there`.
pub struct User {
    pub home: TempDir,
    url: String,
}

impl User {
    pub fn on(network: &Network) -> Self {
        let user = Self {
            home: TempDir::new().unwrap(),
            url: network.url.clone(),
        };
        user.text(&["identity", "new", "me"]);
        let address = format!("networks.there.url={}", network.url);
        user.text(&["config", "set", &address, "network=there", "identity=me"]);
        user
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .stdin(Stdio::null());
        for name in [
            "CHIME_NETWORK",
            "CHIME_IDENTITY",
            "CHIME_CANISTER",
            "CHIME_STATE",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub fn chime(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command prints that must succeed.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.chime(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["-o", "json"]].concat())).unwrap()
    }

    /// Exit code and messages of a command that must fail.
    pub fn failure(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.chime(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).to_string();
        let code = output.status.code().unwrap();
        assert_ne!(code, 0, "{arguments:?} must fail: {errors}");
        (code, errors)
    }

    /// Runs a command and kills it as soon as it says `stage`; whether it got there.
    pub fn kill_at(&self, stage: &str, arguments: &[&str]) -> bool {
        let mut process = self
            .command(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reached = false;
        for line in BufReader::new(process.stderr.take().unwrap()).lines() {
            reached = line.unwrap().starts_with(stage);
            if reached {
                process.kill().unwrap();
                break;
            }
        }
        process.wait().unwrap();
        reached
    }

    pub fn canister(&self) -> String {
        self.text(&["config", "get", "networks.there.canister"])
            .trim()
            .to_string()
    }

    /// Makes a task that runs every second.
    pub fn make_ticks(&self) {
        self.text(&["run", "--name", "ticks", "--note", "tick", "--every", "1"]);
    }

    fn ticks(&self) -> u64 {
        let log = self.json(&["ps", "logs", "ticks", "--limit", "1000"]);
        let executions = log["executions"].as_array().unwrap();
        let done = |execution: &&Value| execution["status"] == "completed";
        executions.iter().filter(done).count() as u64
    }

    /// Waits until the task has run again, and again.
    pub fn expect_ticks(&self) {
        let before = self.ticks();
        wait_for("the next runs", || self.ticks() >= before + 2);
    }

    /// What is in the directory of the configuration, but for the file itself and the keys.
    pub fn notes(&self) -> Vec<String> {
        let directory = std::fs::read_dir(self.home.path().join("config/chime")).unwrap();
        directory
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "config.toml" && name != "identities")
            .collect()
    }

    /// Asks a canister directly, in the name of `me`.
    pub fn ask<R: CandidType + DeserializeOwned>(
        &self,
        (canister, effective): (Principal, Principal),
        method: &str,
        argument: impl CandidType,
    ) -> R {
        let key = self.home.path().join("config/chime/identities/me.pem");
        let identity = BasicIdentity::from_pem_file(key).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let agent = Agent::builder()
                .with_url(&self.url)
                .with_identity(identity)
                .build()
                .unwrap();
            agent.fetch_root_key().await.unwrap();
            let answer = agent
                .update(&canister, method)
                .with_effective_canister_id(effective)
                .with_arg(candid::encode_one(argument).unwrap())
                .call_and_wait()
                .await
                .unwrap();
            candid::decode_one(&answer).unwrap()
        })
    }
}

/// A module of a test, in a file.
pub fn module_file(directory: &Path, name: &str, bytes: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// The scheduler as it comes out of the compiler: another hash, and too large for one message.
pub fn unpacked_scheduler() -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed: PathBuf = workspace().join("target/wasm/scheduler.wasm.gz");
    let file = std::fs::File::open(packed).unwrap();
    std::io::Read::read_to_end(&mut GzDecoder::new(file), &mut bytes).unwrap();
    bytes
}

/// A module without any method.
pub const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// A module whose `canister_post_upgrade` traps.
pub fn trapping() -> Vec<u8> {
    let name = b"canister_post_upgrade";
    let mut export = vec![1, u8::try_from(name.len()).unwrap()];
    export.extend(name);
    export.extend([0, 0]);
    let sections: [(u8, Vec<u8>); 4] = [
        (1, vec![1, 0x60, 0, 0]),
        (3, vec![1, 0]),
        (7, export),
        (10, vec![1, 3, 0, 0x00, 0x0b]),
    ];
    let mut module = EMPTY.to_vec();
    for (id, content) in sections {
        module.push(id);
        module.push(u8::try_from(content.len()).unwrap());
        module.extend(content);
    }
    module
}
