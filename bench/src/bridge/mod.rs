//! How fast the program `chime` is, as those who start it see it: `chime-bench bridge` writes
//! `bridge.json`.
//!
//! The program is the one beside this one. What a call of a tool costs is compared with the same
//! call through `ic-agent` in the same run, by turns.

mod client;
mod figures;
mod state;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use candid::Encode;
use chime_types::{TaskRequest, TaskResult, UpdateTaskRequest};
use serde_json::json;

use crate::processes;
use client::Client;
use figures::{Calls, Figures, Times};
use state::State;

/// How often the program is started for one figure.
const STARTS: usize = 30;
/// Calls of each kind, through the tools and directly.
const CALLS: u64 = 400;

fn results_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bridge.json")
}

/// The program `chime` beside this one.
fn program() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("chime");
    ensure!(path.exists(), "{} is not built", path.display());
    Ok(path)
}

/// Measures everything, writes the figures down and gives them as a table.
pub fn measure() -> Result<String> {
    let program = program()?;
    let directory = tempfile::tempdir()?;
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let state = State::make(directory.path())?;
    let figures = threads.block_on(measure_all(&program, directory.path(), &state))?;
    figures.write(&results_file())?;
    Ok(figures.table())
}

async fn measure_all(program: &Path, directory: &Path, state: &State) -> Result<Figures> {
    let help = repeat(|| help(program))?;
    // The first start compiles the modules, which are at hand from then on.
    ready(program, directory)?;
    let ready = repeat(|| ready(program, directory))?;
    let up = state::Up::spawn(program, directory)?;
    let mut client = Client::start(program, directory)?;
    client.begin()?;
    let get_task = measure_queries(&mut client, state, &up).await?;
    let update_task = measure_updates(&mut client, state, &up).await?;
    let memory_bytes = processes::memory(client.pid())?;
    client.end()?;
    up.stop()?;
    Ok(Figures {
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: figures::machine(),
        stored_tasks: state.stored_tasks,
        help: Times::new(help),
        mcp_ready: Times::new(ready),
        calls: vec![get_task, update_task],
        mcp_memory_bytes: memory_bytes,
    })
}

fn repeat(measure: impl Fn() -> Result<Duration>) -> Result<Vec<Duration>> {
    (0..STARTS).map(|_| measure()).collect()
}

/// `chime --help`, from its start to its end.
fn help(program: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let output = Command::new(program).arg("--help").output()?;
    ensure!(output.status.success(), "chime --help failed");
    Ok(begun.elapsed())
}

/// `chime mcp` with the network inside, from its start to the answer of `tools/list`.
fn ready(program: &Path, directory: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let mut client = Client::start(program, directory)?;
    client.begin()?;
    let after = begun.elapsed();
    client.end()?;
    Ok(after)
}

async fn measure_queries(client: &mut Client, state: &State, up: &state::Up) -> Result<Calls> {
    let agent = state.agent(&up.url).await?;
    let (mut tools, mut direct) = (Vec::new(), Vec::new());
    for turn in 0..CALLS {
        let task_id = state.task(turn);
        let begun = Instant::now();
        client.call("get_task", json!({ "task_id": task_id.to_string() }))?;
        tools.push(begun.elapsed());
        let begun = Instant::now();
        let answer = agent
            .query(&state.scheduler, "get_task")
            .with_arg(Encode!(&TaskRequest { task_id })?)
            .await?;
        candid::decode_one::<TaskResult>(&answer)?.into_result()?;
        direct.push(begun.elapsed());
    }
    Ok(Calls::new("get_task", tools, direct))
}

async fn measure_updates(client: &mut Client, state: &State, up: &state::Up) -> Result<Calls> {
    let agent = state.agent(&up.url).await?;
    let (mut tools, mut direct) = (Vec::new(), Vec::new());
    for turn in 0..CALLS {
        let task_id = state.task(turn);
        let begun = Instant::now();
        let arguments = json!({
            "task_id": task_id.to_string(),
            "description": format!("changed by a tool, turn {turn}"),
        });
        client.call("update_task", arguments)?;
        tools.push(begun.elapsed());
        let request = UpdateTaskRequest {
            task_id,
            description: Some(format!("changed directly, turn {turn}")),
            ..UpdateTaskRequest::default()
        };
        let begun = Instant::now();
        let answer = agent
            .update(&state.scheduler, "update_task")
            .with_arg(Encode!(&request)?)
            .await?;
        candid::decode_one::<TaskResult>(&answer)?.into_result()?;
        direct.push(begun.elapsed());
    }
    Ok(Calls::new("update_task", tools, direct))
}
