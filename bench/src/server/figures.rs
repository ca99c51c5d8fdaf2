//! The figures of one run, as a file and as a table.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::processes::{median_and_p99, microseconds};

/// Everything that was measured.
#[derive(Serialize)]
pub struct Figures {
    pub version: String,
    pub machine: String,
    pub stored_tasks: u64,
    /// Size of the state file.
    pub state_bytes: u64,
    pub starts: Starts,
    /// Processor time of the server without load, of one core.
    pub idle_processor_percent: f64,
    /// Memory of the server after its start.
    pub idle_memory_bytes: u64,
    /// Memory of the server after all loads.
    pub busy_memory_bytes: u64,
    pub requests: Vec<Requests>,
}

/// From the start of the process to the first answered query, in milliseconds.
#[derive(Serialize)]
pub struct Starts {
    /// With modules that were never compiled for this directory.
    first: u64,
    /// After a clean stop.
    again: u64,
    /// After a kill.
    after_kill: u64,
}

/// One kind of requests from a number of clients.
#[derive(Serialize)]
pub struct Requests {
    what: &'static str,
    clients: usize,
    per_second: u64,
    median_microseconds: u64,
    p99_microseconds: u64,
    /// Processor time of the server for one request; what is left is the load's.
    server_processor_microseconds: u64,
}

/// The machine in general terms.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let os = std::env::consts::OS;
    let architecture = std::env::consts::ARCH;
    format!("{cores} cores shared by the server and its load, {architecture} {os}")
}

impl Starts {
    pub fn new(first: Duration, again: Duration, after_kill: Duration) -> Self {
        let milliseconds = |duration| microseconds(duration) / 1_000;
        Self {
            first: milliseconds(first),
            again: milliseconds(again),
            after_kill: milliseconds(after_kill),
        }
    }
}

impl Requests {
    pub fn new(
        what: &'static str,
        clients: usize,
        times: Vec<Duration>,
        in_all: Duration,
        server: Duration,
    ) -> Self {
        let count = times.len().max(1) as u64;
        let (median_microseconds, p99_microseconds) = median_and_p99(times);
        Self {
            what,
            clients,
            per_second: (count as f64 / in_all.as_secs_f64()) as u64,
            median_microseconds,
            p99_microseconds,
            server_processor_microseconds: microseconds(server) / count,
        }
    }
}

impl Figures {
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        Ok(std::fs::write(path, text)?)
    }

    pub fn table(&self) -> String {
        let mut text = format!(
            "{}\nstarts on {} tasks ({} MiB): first {} ms, again {} ms, after a kill {} ms\n\
             idle: {:.2} % of a core, {} MiB; after the loads {} MiB\n\
             {:<12} {:>8} {:>11} {:>10} {:>10} {:>12}\n",
            self.machine,
            self.stored_tasks,
            self.state_bytes >> 20,
            self.starts.first,
            self.starts.again,
            self.starts.after_kill,
            self.idle_processor_percent,
            self.idle_memory_bytes >> 20,
            self.busy_memory_bytes >> 20,
            "request",
            "clients",
            "per second",
            "median us",
            "p99 us",
            "server us",
        );
        for row in &self.requests {
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "{:<12} {:>8} {:>11} {:>10} {:>10} {:>12}",
                row.what,
                row.clients,
                row.per_second,
                row.median_microseconds,
                row.p99_microseconds,
                row.server_processor_microseconds
            );
        }
        text
    }
}
