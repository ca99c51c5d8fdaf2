//! The figures of one run, as a file and as a table.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::processes::median_and_p99;
pub use crate::server::machine;

/// Everything that was measured.
#[derive(Serialize)]
pub struct Figures {
    pub version: String,
    pub machine: String,
    pub stored_tasks: u64,
    /// `chime --help`.
    pub help: Times,
    /// `chime mcp` with the network inside, until it has listed its tools.
    pub mcp_ready: Times,
    pub calls: Vec<Calls>,
    /// Memory of `chime mcp` beside `chime up`, after all calls.
    pub mcp_memory_bytes: u64,
}

/// How long something took.
#[derive(Serialize)]
pub struct Times {
    median_microseconds: u64,
    p99_microseconds: u64,
}

impl Times {
    pub fn new(times: Vec<Duration>) -> Self {
        let (median_microseconds, p99_microseconds) = median_and_p99(times);
        Self {
            median_microseconds,
            p99_microseconds,
        }
    }
}

/// The same call in two ways.
#[derive(Serialize)]
pub struct Calls {
    method: &'static str,
    tool: Times,
    direct: Times,
    /// What the tool adds, by the medians.
    added_microseconds: i64,
}

impl Calls {
    pub fn new(method: &'static str, tool: Vec<Duration>, direct: Vec<Duration>) -> Self {
        let (tool, direct) = (Times::new(tool), Times::new(direct));
        let added_microseconds =
            tool.median_microseconds.cast_signed() - direct.median_microseconds.cast_signed();
        Self {
            method,
            tool,
            direct,
            added_microseconds,
        }
    }
}

impl Figures {
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        Ok(std::fs::write(path, text)?)
    }

    pub fn table(&self) -> String {
        let mut text = format!("{}\n{} tasks\n", self.machine, self.stored_tasks);
        let mut row = |what: &str, times: &Times| {
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "{what:<24} median {:>8} us, p99 {:>8} us",
                times.median_microseconds, times.p99_microseconds
            );
        };
        row("chime --help", &self.help);
        row("chime mcp, ready", &self.mcp_ready);
        for call in &self.calls {
            row(&format!("tool {}", call.method), &call.tool);
            row(&format!("ic-agent {}", call.method), &call.direct);
        }
        for call in &self.calls {
            let _ = writeln!(
                text,
                "a tool adds {} us to {}",
                call.added_microseconds, call.method
            );
        }
        let _ = writeln!(text, "chime mcp holds {} MiB", self.mcp_memory_bytes >> 20);
        text
    }
}
