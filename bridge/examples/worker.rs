//! A worker with a kind of jobs of its own, and with hooks.
//!
//! A job file gives the kind a message for somebody:
//!
//! ```yaml
//! id: disk
//! name: Disk report
//! command: "notify: ops@example.org The disk is fine."
//! schedule: "0 8 * * *"
//! ```
//!
//! `cargo run --example worker -- JOBS_DIR STATE_DIR` runs what is due, and shell commands as well.

use std::env;
use std::io::Write;
use std::path::PathBuf;

use chime::error::Result;
use chime::network::{Settings, StateDirectory};
use chime::worker::{Config, Ending, Handler, Job, Outcome, Running, Stop, Worker};

/// Appends messages to a file for each addressee, in place of sending mail.
struct Notify {
    directory: PathBuf,
}

impl Notify {
    fn send(&self, job: &Job) -> Outcome {
        let text = job.command.trim_start_matches("notify:").trim();
        let Some((address, message)) = text.split_once(' ') else {
            // Another attempt would find the same command.
            return Outcome::refused("write `notify: ADDRESS MESSAGE`");
        };
        let name: String = address
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        let path = self.directory.join(format!("{name}.mail"));
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(&path);
        // The execution tells a message that is sent again, after a crash, from another one.
        match file.and_then(|mut file| writeln!(file, "{}: {message}", job.execution_id)) {
            Ok(()) => Outcome::completed(format!("sent to {address}")),
            Err(error) => Outcome::failed(format!("cannot write {}: {error}", path.display())),
        }
    }
}

impl Handler for Notify {
    fn run<'a>(&'a self, job: &'a Job, _ending: Ending) -> Running<'a> {
        Box::pin(async move { self.send(job) })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let jobs = arguments.next().unwrap_or_else(|| "jobs".into());
    let state = arguments.next().unwrap_or_else(|| ".chime".into());
    let settings = Settings::embedded(StateDirectory::new(state));
    let config = Config {
        jobs_directory: Some(jobs.clone()),
        ..Config::default()
    };
    let summary = Worker::new(config)?
        .handler("notify", Notify { directory: jobs })
        .before(|job| eprintln!("begins: {}", job.task_name))
        .after(|job, outcome| eprintln!("{}: {outcome:?}", job.task_name))
        .run_once(settings, &Stop::default())
        .await?;
    eprintln!("{} completed, {} failed", summary.completed, summary.failed);
    Ok(())
}
