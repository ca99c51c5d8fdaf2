//! How fast the replica's server is, as agents that verify everything see it:
//! `chime-bench server` writes `server.json`.
//!
//! Unlike the counts of `results.json` these figures are of a clock and of one machine: they are
//! written down to be read, and no test asserts them. The server runs in a process of its own, so
//! that its processor time and memory can be told from those of the load.

mod figures;
mod load;
mod process;
pub mod state;

pub use figures::machine;
pub use process::serve;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use figures::{Figures, Requests, Starts};
use load::{Client, Work, run};
use process::Process;

/// Clients that send one request after the other, at the same time.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// How long each load is kept up.
const LOAD_TIME: Duration = Duration::from_secs(5);
/// How long a server without load is looked at.
const IDLE_TIME: Duration = Duration::from_secs(10);

fn results_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("server.json")
}

/// Measures everything, writes the figures down and gives them as a table. A directory that is
/// named is kept, and what is in it is measured the next time.
pub fn measure(directory: Option<PathBuf>) -> Result<String> {
    let temporary = tempfile::tempdir()?;
    let directory = directory.unwrap_or_else(|| temporary.path().to_path_buf());
    let state = state::find_or_make(&directory, state::TASKS)?;
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let figures = threads.block_on(measure_all(&directory, state))?;
    figures.write(&results_file())?;
    Ok(figures.table())
}

async fn measure_all(directory: &Path, state: state::State) -> Result<Figures> {
    let starts = measure_starts(directory, &state).await?;
    let mut server = Process::spawn(directory)?;
    let url = server.first_answer(&state).await?.url;
    let before = server.processor_time()?;
    tokio::time::sleep(IDLE_TIME).await;
    let idle = server.processor_time()? - before;
    let memory = server.memory()?;
    let mut requests = Vec::new();
    for clients in CLIENTS {
        for work in Work::ALL {
            requests.push(measure_requests(&server, &url, &state, work, clients).await?);
        }
    }
    let busy_memory = server.memory()?;
    server.kill()?;
    Ok(Figures {
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: machine(),
        stored_tasks: state.tasks,
        state_bytes: state.bytes,
        starts,
        idle_processor_percent: 100.0 * idle.as_secs_f64() / IDLE_TIME.as_secs_f64(),
        idle_memory_bytes: memory,
        busy_memory_bytes: busy_memory,
        requests,
    })
}

/// Starts on the same state: with nothing compiled, with everything at hand, after a kill.
async fn measure_starts(directory: &Path, state: &state::State) -> Result<Starts> {
    // What an earlier run has left there is not a first start.
    let _ = std::fs::remove_dir_all(directory.join("compiled"));
    let mut first = Process::spawn(directory)?;
    let cold = first.first_answer(state).await?.after;
    first.stop().await?;
    let mut second = Process::spawn(directory)?;
    let warm = second.first_answer(state).await?.after;
    second.kill()?;
    let mut third = Process::spawn(directory)?;
    let after_kill = third.first_answer(state).await?.after;
    third.stop().await?;
    Ok(Starts::new(cold, warm, after_kill))
}

async fn measure_requests(
    server: &Process,
    url: &str,
    state: &state::State,
    work: Work,
    clients: usize,
) -> Result<Requests> {
    let mut ready = Vec::new();
    for number in 0..clients {
        ready.push(Client::new(url, state, number).await?);
    }
    let before = server.processor_time()?;
    let times = run(ready, work, LOAD_TIME).await?;
    let used = server.processor_time()? - before;
    Ok(Requests::new(work.name(), clients, times, LOAD_TIME, used))
}
