//! A state directory of `chime` with many tasks, and `chime up` as a process of its own.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candid::Principal;
use chime_replica::server::running;
use ic_agent::Agent;

use crate::network::{CONTROLLER_KEY, controller_identity};
use crate::server::state::find_or_make;

/// Tasks that are stored.
const TASKS: u64 = 10_000;
/// What stands before the 32 bytes of an ed25519 key in PKCS#8 (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What was made.
pub struct State {
    pub scheduler: Principal,
    pub stored_tasks: u64,
    /// Those that are asked for: the ones of an owner.
    pub tasks: Vec<u64>,
}

impl State {
    /// Makes it: a network, the scheduler's id, and the key of whoever controls it.
    pub fn make(directory: &Path) -> Result<Self> {
        let made = find_or_make(directory, TASKS)?;
        std::fs::write(
            directory.join("scheduler.id"),
            format!("{}\n", made.scheduler),
        )?;
        let key = directory.join("identity.pem");
        std::fs::write(&key, pem())?;
        std::fs::set_permissions(key, Permissions::from_mode(0o600))?;
        Ok(Self {
            scheduler: made.scheduler,
            stored_tasks: made.tasks,
            tasks: made.tasks_of.into_iter().next().context("owners")?,
        })
    }

    /// One of the tasks.
    pub fn task(&self, turn: u64) -> u64 {
        self.tasks[(turn as usize * 7_919) % self.tasks.len()]
    }

    /// An agent with the key of the directory, which verifies everything.
    pub async fn agent(&self, url: &str) -> Result<Agent> {
        let agent = Agent::builder()
            .with_url(url)
            .with_identity(controller_identity())
            .with_verify_query_signatures(true)
            .build()?;
        agent.fetch_root_key().await?;
        Ok(agent)
    }
}

fn pem() -> String {
    let der = [PKCS8_PREFIX.as_slice(), CONTROLLER_KEY.as_slice()].concat();
    let text = STANDARD.encode(der);
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

/// `chime up`.
pub struct Up {
    child: Child,
    pub url: String,
    /// Kept open, so that it may go on writing.
    _output: BufReader<ChildStdout>,
}

impl Up {
    /// Starts it and waits until it says that the scheduler is there.
    pub fn spawn(program: &Path, directory: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["up", "--port", "0", "--state"])
            .arg(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("the output is piped")?;
        let mut output = BufReader::new(output);
        ensure!(output.read_line(&mut String::new())? > 0, "chime up failed");
        let network = running(directory).context("chime up has ended")?;
        Ok(Self {
            child,
            url: network.url,
            _output: output,
        })
    }

    /// Stops it in good order.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status()?;
        ensure!(sent.success(), "the signal was not sent");
        let status = self.child.wait()?;
        ensure!(status.success(), "chime up ended with {status}");
        Ok(())
    }
}
