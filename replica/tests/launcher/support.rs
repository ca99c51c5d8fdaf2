//! A launcher in a process of its own, and agents that know only what its status file says.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use candid::utils::ArgumentEncoder;
use candid::{CandidType, Nat, Principal};
use ic_agent::identity::{AnonymousIdentity, BasicIdentity};
use ic_agent::{Agent, Identity};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;

/// How long a step of a test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The fee of the cycles ledger.
pub const FEE: u128 = 100_000_000;
/// What everybody begins with.
pub const OPENING_BALANCE: u128 = 1_000_000_000_000_000_000;

/// A launcher that runs.
pub struct Launcher {
    process: Child,
    pub directory: TempDir,
    pub status: Value,
}

impl Launcher {
    /// Starts one on any free port, with more arguments, and waits for its status file.
    pub fn start(more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut process = command(directory.path())
            .args(more)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let file = directory.path().join("status/status.json");
        let until = Instant::now() + PATIENCE;
        let line = loop {
            if let Ok(line) = std::fs::read_to_string(&file) {
                break line;
            }
            assert!(process.try_wait().unwrap().is_none(), "it ended");
            assert!(Instant::now() < until, "it wrote no status");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(line.ends_with("}\n"), "{line}");
        Self {
            process,
            directory,
            status: serde_json::from_str(&line).unwrap(),
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.status["gateway_port"])
    }

    /// Somebody, who verifies everything under the root key of the status file.
    pub fn agent(&self, seed: u8) -> Agent {
        self.agent_of(BasicIdentity::from_raw_key(&[seed; 32]))
    }

    /// Anybody.
    pub fn anonymous(&self) -> Agent {
        self.agent_of(AnonymousIdentity)
    }

    fn agent_of(&self, identity: impl Identity + 'static) -> Agent {
        let agent = Agent::builder()
            .with_url(self.url())
            .with_identity(identity)
            .with_verify_query_signatures(true)
            .build()
            .unwrap();
        let key = hex::decode(self.status["root_key"].as_str().unwrap()).unwrap();
        agent.set_root_key(key);
        agent
    }

    /// Sends a signal and waits for the end.
    pub fn signal(mut self, name: &str) -> (ExitStatus, TempDir) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                let directory = tempfile::tempdir().unwrap();
                return (status, std::mem::replace(&mut self.directory, directory));
            }
            assert!(Instant::now() < until, "it did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        // One that has ended already needs no killing.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A launcher with the arguments that `icp` always passes.
pub fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chime-launcher"));
    command
        .args(["--interface-version", "1.1.0", "--bind", "127.0.0.1"])
        .arg("--state-dir")
        .arg(directory.join("state"))
        .arg("--status-dir")
        .arg(directory.join("status"))
        .arg("--domain=127.0.0.1");
    command
}

pub fn cycles_ledger() -> Principal {
    Principal::from_text("um5iw-rqaaa-aaaaq-qaaba-cai").unwrap()
}

pub fn icp_ledger() -> Principal {
    Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap()
}

pub fn cycles_minting() -> Principal {
    Principal::from_text("rkp4c-7iaaa-aaaaa-aaaca-cai").unwrap()
}

/// An account, as ICRC-1 writes it.
#[derive(CandidType, Deserialize, Clone)]
pub struct Account {
    pub owner: Principal,
    pub subaccount: Option<Vec<u8>>,
}

pub fn account(owner: Principal) -> Account {
    Account {
        owner,
        subaccount: None,
    }
}

pub async fn update<T: CandidType + DeserializeOwned>(
    agent: &Agent,
    canister: Principal,
    method: &str,
    args: impl ArgumentEncoder,
) -> T {
    let arg = candid::encode_args(args).unwrap();
    let reply = agent.update(&canister, method).with_arg(arg).await.unwrap();
    candid::decode_one(&reply).unwrap()
}

pub async fn query<T: CandidType + DeserializeOwned>(
    agent: &Agent,
    canister: Principal,
    method: &str,
    args: impl ArgumentEncoder,
) -> T {
    let arg = candid::encode_args(args).unwrap();
    let reply = agent.query(&canister, method).with_arg(arg).await.unwrap();
    candid::decode_one(&reply).unwrap()
}

/// What somebody has at a ledger.
pub async fn balance(agent: &Agent, ledger: Principal, owner: Principal) -> u128 {
    let nat: Nat = query(agent, ledger, "icrc1_balance_of", (account(owner),)).await;
    nat.0.try_into().unwrap()
}
