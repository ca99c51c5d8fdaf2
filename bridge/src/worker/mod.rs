//! Runs the commands of tasks on this machine.
//!
//! A [`Worker`] keeps the scheduler's tasks in step with a directory of job files, claims commands
//! that are due, runs each under a lease, and reports what became of it. What it guarantees:
//!
//! * A job runs **at least once**, and **exactly once unless its lease was lost**: a worker holds a
//!   job under a fencing token that only rises, and the scheduler takes in one report for each.
//! * A job is over before its lease is: when the scheduler is not heard from, the worker ends the
//!   command while nobody else can have the job yet ([`lease`](self) arithmetic, not luck).
//! * An outcome is on disk before it is reported, so a worker that is killed between the work and the
//!   report has it reported by the next one on the same state directory, as long as the lease holds.
//! * The commands of a killed worker are ended by a guardian beside it.
//!
//! It holds no rule of the scheduler, and keeps no state of its own but outcomes that are not
//! reported yet.
//!
//! ```no_run
//! use chime::network::{Settings, StateDirectory};
//! use chime::worker::{Config, Ending, Handler, Job, Outcome, Running, Stop, Worker};
//!
//! /// Jobs whose command is `greet: NAME`.
//! struct Greet;
//!
//! impl Handler for Greet {
//!     fn run<'a>(&'a self, job: &'a Job, _ending: Ending) -> Running<'a> {
//!         let name = job.command.trim_start_matches("greet:").trim();
//!         Box::pin(async move { Outcome::completed(format!("hello {name}")) })
//!     }
//! }
//!
//! # async fn example() -> chime::error::Result<()> {
//! let settings = Settings::embedded(StateDirectory::of_user()?);
//! let config = Config {
//!     jobs_directory: Some("jobs".into()),
//!     concurrency: 4,
//!     ..Config::default()
//! };
//! let summary = Worker::new(config)?
//!     .handler("greet", Greet)
//!     .before(|job| println!("begins: {}", job.task_name))
//!     .after(|job, outcome| println!("{}: {outcome:?}", job.task_name))
//!     .run_once(settings, &Stop::default())
//!     .await?;
//! println!("{} jobs completed", summary.completed);
//! # Ok(()) }
//! ```

mod admission;
mod config;
mod crew;
mod ending;
mod handler;
mod heart;
mod jobs;
mod journal;
mod keeping;
mod lease;
mod limits;
mod link;
mod moment;
mod report;
mod run;
mod shell;
mod stop;
mod supervise;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use config::Config;
pub use ending::{Ending, Reason};
pub use handler::{Handler, Job, Outcome, Running};
pub use limits::{
    DEFAULT_CONCURRENCY, DEFAULT_DRAIN_SECONDS, DEFAULT_LEASE_SECONDS, DEFAULT_POLL_SECONDS,
    MAXIMUM_CONCURRENCY, MAXIMUM_NAME_CHARACTERS, MAXIMUM_POLL_SECONDS,
};
pub use run::Summary;
pub use stop::Stop;

use self::link::Link;
use self::run::Run;
use self::shell::Shell;
use crate::error::Result;
use crate::network::Settings;

type Before = Box<dyn Fn(&Job) + Send + Sync>;
type After = Box<dyn Fn(&Job, &Outcome) + Send + Sync>;

/// Runs the commands of tasks on this machine. See [the module](self).
pub struct Worker {
    config: Config,
    handlers: BTreeMap<String, Arc<dyn Handler>>,
    shell: Arc<dyn Handler>,
    before: Vec<Before>,
    after: Vec<After>,
}

impl Worker {
    /// A worker that runs shell commands.
    ///
    /// # Errors
    /// `Usage` if a value of the configuration is outside of its limits.
    pub fn new(config: Config) -> Result<Self> {
        config.check()?;
        let shell = Shell::new(config.working_directory.clone());
        Ok(Self {
            config,
            handlers: BTreeMap::new(),
            shell: Arc::new(shell),
            before: Vec::new(),
            after: Vec::new(),
        })
    }

    /// Gives the jobs whose command begins with `kind:` to this handler, and not to a shell.
    #[must_use]
    pub fn handler(mut self, kind: &str, handler: impl Handler) -> Self {
        self.handlers.insert(kind.to_string(), Arc::new(handler));
        self
    }

    /// Calls this before each job, in the order in which hooks were given.
    #[must_use]
    pub fn before(mut self, hook: impl Fn(&Job) + Send + Sync + 'static) -> Self {
        self.before.push(Box::new(hook));
        self
    }

    /// Calls this after each job that ended here, before it is reported.
    #[must_use]
    pub fn after(mut self, hook: impl Fn(&Job, &Outcome) + Send + Sync + 'static) -> Self {
        self.after.push(Box::new(hook));
        self
    }

    /// Works until it is told to stop. It survives that the network goes away and comes back.
    ///
    /// # Errors
    /// If the network refuses the identity, or the scheduler its requests.
    pub async fn run(self, settings: Settings, stop: &Stop) -> Result<Summary> {
        let link = Arc::new(Link::open(settings, true).await?);
        Run::new(self, link, stop.clone())?.forever().await
    }

    /// Keeps the tasks in step with the job files, runs what is due, and ends.
    ///
    /// # Errors
    /// The same, and if the network cannot be reached.
    pub async fn run_once(self, settings: Settings, stop: &Stop) -> Result<Summary> {
        let link = Arc::new(Link::open(settings, false).await?);
        Run::new(self, link, stop.clone())?.once().await
    }

    /// Who carries a job out.
    fn handler_of(&self, job: &Job) -> &Arc<dyn Handler> {
        job.command
            .split_once(':')
            .and_then(|(kind, _)| self.handlers.get(kind))
            .unwrap_or(&self.shell)
    }
}
