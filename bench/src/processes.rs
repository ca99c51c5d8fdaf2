//! What the system tells about a process, and how many microseconds something took.

use std::time::Duration;

use anyhow::{Context, Result};

/// Ticks of the processor times that the system tells, per second.
const TICKS: u64 = 100;

fn proc_file(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    std::fs::read_to_string(&path).context(path)
}

/// User and system time of a process so far.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = proc_file(pid, "stat")?;
    let (_, fields) = stat.rsplit_once(')').context("a name in parentheses")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS))
}

/// Bytes of memory that a process holds now.
pub fn memory(pid: u32) -> Result<u64> {
    let status = proc_file(pid, "status")?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line
        .context("a line VmRSS")?
        .trim()
        .trim_end_matches(" kB")
        .trim();
    Ok(kibibytes.parse::<u64>()? * 1024)
}

/// Whole microseconds.
pub fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The middle one and the one that 1 of 100 exceeds, in microseconds.
pub fn median_and_p99(mut times: Vec<Duration>) -> (u64, u64) {
    times.sort_unstable();
    let at = |percent: usize| {
        let index = times.len() * percent / 100;
        times.get(index).copied().map_or(0, microseconds)
    };
    (at(50), at(99))
}
