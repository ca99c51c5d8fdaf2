//! Counts what the scheduler's module costs: `chime-bench measure` writes `results.json`,
//! `chime-bench check` compares with it. `README.md` says what is counted. `chime-bench calibrate`
//! holds the replica's own counting against published figures.
//!
//! The replica counts instructions by the weights of the Internet Computer and runs in virtual time,
//! so the figures are the same on every machine and at every run; no clock is read.
//!
//! `chime-bench server` and `chime-bench bridge` are of another kind: they measure the replica's
//! server and the program `chime` by the clock, write `server.json` and `bridge.json`, and nothing
//! compares with those.

mod bridge;
mod calibration;
mod measures;
mod network;
mod processes;
mod report;
mod server;
mod tasks;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use report::Results;

const USAGE: &str =
    "usage: chime-bench measure | check | calibrate MODULE | server [DIRECTORY] | bridge";

fn results_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results.json")
}

fn committed() -> Result<Results> {
    let path = results_file();
    let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

fn write(results: &Results) -> Result<()> {
    let text = serde_json::to_string_pretty(results)? + "\n";
    Ok(std::fs::write(results_file(), text)?)
}

fn main() -> Result<ExitCode> {
    let what = std::env::args().nth(1).context(USAGE)?;
    let mut out = std::io::stdout().lock();
    let complaints = match what.as_str() {
        "measure" => {
            let results = measures::measure()?;
            write(&results)?;
            write!(out, "{}", results.table(None))?;
            results.growth_complaints()
        }
        "check" => {
            let before = committed()?;
            let results = measures::measure()?;
            write!(out, "{}", results.table(Some(&before)))?;
            let stale = results.stale_complaints(&before);
            [stale, results.growth_complaints()].concat()
        }
        "calibrate" => {
            let module = std::env::args().nth(2).context(USAGE)?;
            calibration::calibrate(Path::new(&module), &mut out)?;
            Vec::new()
        }
        "server" => {
            write!(
                out,
                "{}",
                server::measure(std::env::args().nth(2).map(PathBuf::from))?
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        "bridge" => {
            write!(out, "{}", bridge::measure()?)?;
            return Ok(ExitCode::SUCCESS);
        }
        // What `server` runs in processes of their own.
        "serve" => {
            let directory = std::env::args().nth(2).context(USAGE)?;
            server::serve(&directory)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => bail!(USAGE),
    };
    for complaint in &complaints {
        writeln!(out, "{complaint}")?;
    }
    if complaints.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{}", report::HOW_TO_RENEW)?;
    Ok(ExitCode::FAILURE)
}
