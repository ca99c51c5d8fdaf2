//! The worker at work: looks at the files, claims, hands jobs to their handlers, and stops.

use std::sync::Arc;

use chime_types::{ClaimedJobs, EmptyRequest, Job, Stats};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Worker;
use super::admission::{Admission, admit};
use super::crew::{Crew, Done};
use super::jobs::{Additions, JobFiles};
use super::journal::Journal;
use super::keeping::Keeper;
use super::limits::{CALL_PATIENCE, CATCH_UP, CLAIM_PAUSE, GRACE, LAST_REPORTS, LOOK_PAUSE};
use super::link::Link;
use super::moment::Moment;
use super::report::passes;
use super::stop::Stop;
use super::supervise::Held;
use crate::error::{Error, Kind, Result};
use crate::scheduler::Scheduler;

/// What a worker did.
#[derive(Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Jobs that completed.
    pub completed: u64,
    /// Jobs that failed, some of them to be tried again.
    pub failed: u64,
    /// Jobs that were handed back, because the worker stopped, lost its lease, or does not run
    /// them.
    pub handed_back: u64,
    /// Outcomes that the scheduler did not take in, because another worker had the job by then.
    pub refused_reports: u64,
    /// Job files, or documents in them, that were refused at the last look.
    pub refused_files: u64,
}

impl Summary {
    fn count(&mut self, done: Done) {
        *match done {
            Done::Completed => &mut self.completed,
            Done::Failed => &mut self.failed,
            Done::HandedBack => &mut self.handed_back,
            Done::Refused => &mut self.refused_reports,
        } += 1;
    }
}

/// A worker at work.
pub(super) struct Run {
    crew: Arc<Crew>,
    keeper: Option<Keeper>,
    files: JobFiles,
    jobs: JoinSet<Done>,
    summary: Summary,
    /// Commands of all queues that waited when the last claim got none.
    unclaimable: Option<u64>,
    claim_at: Instant,
    keep_at: Instant,
}

impl Run {
    pub fn new(worker: Worker, link: Arc<Link>, stop: Stop) -> Result<Self> {
        let directory = link.journal_directory.clone();
        let journal = Journal::open(directory.clone()).map_err(|error| {
            Error::new(
                Kind::LocalFile,
                format!("cannot keep a journal in {}", directory.display()),
                "check the directory's permissions, or name another one with --state DIR",
            )
            .because(error)
        })?;
        let group = worker.config.group();
        announce(&worker, &link, &group);
        let keeps = worker.config.jobs_directory.is_some();
        Ok(Self {
            keeper: keeps.then(|| Keeper::new(group.clone())),
            crew: Arc::new(Crew {
                worker,
                link,
                journal,
                stop,
                group,
                noted: std::sync::Mutex::default(),
            }),
            files: JobFiles::default(),
            jobs: JoinSet::new(),
            summary: Summary::default(),
            unclaimable: None,
            claim_at: Instant::now(),
            keep_at: Instant::now(),
        })
    }

    /// Works until it is told to stop.
    pub async fn forever(mut self) -> Result<Summary> {
        let crew = Arc::clone(&self.crew);
        let left = tokio::spawn(async move { crew.report_what_is_left().await });
        let worked = self.work().await;
        left.abort();
        self.end(worked).await
    }

    /// One cycle.
    pub async fn once(mut self) -> Result<Summary> {
        let worked = self.cycle().await;
        self.end(worked).await
    }

    async fn work(&mut self) -> Result<()> {
        let stop = self.crew.stop.clone();
        while !stop.is_asked() {
            if self.keep_at <= Instant::now() {
                tokio::select! {
                    kept = self.keep() => kept?,
                    () = stop.asked() => break,
                }
            }
            self.look().await?;
            let next = self.keep_at.min(Instant::now() + LOOK_PAUSE);
            tokio::select! {
                () = stop.asked() => {}
                Some(done) = self.jobs.join_next() => self.ended(done),
                () = sleep_until(next) => {}
            }
        }
        Ok(())
    }

    async fn cycle(&mut self) -> Result<()> {
        let stop = self.crew.stop.clone();
        tokio::select! {
            ready = self.prepare() => ready?,
            () = stop.asked() => return Ok(()),
        }
        loop {
            while self.claim().await? > 0 {}
            tokio::select! {
                () = stop.asked() => return Ok(()),
                done = self.jobs.join_next() => match done {
                    Some(done) => self.ended(done),
                    None => return Ok(()),
                },
            }
        }
    }

    async fn prepare(&mut self) -> Result<()> {
        self.crew.report_what_is_left().await;
        self.keep().await?;
        self.catch_up().await
    }

    /// Reads the job files and brings the tasks up to date with them.
    async fn keep(&mut self) -> Result<()> {
        let config = &self.crew.worker.config;
        self.keep_at = Instant::now() + config.poll_interval;
        let Some(directory) = config.jobs_directory.clone() else {
            return Ok(());
        };
        let additions = Additions {
            default_timeout_seconds: config.default_timeout_seconds,
            queue: config.queue.clone(),
            timezone: config.timezone.clone(),
            group: self.crew.group.clone(),
        };
        let reading = tokio::task::spawn_blocking(move || JobFiles::read(&directory, &additions));
        self.files = reading.await.map_err(broken)?;
        let Some(keeper) = &mut self.keeper else {
            return Ok(());
        };
        match keeper.keep(&self.crew.link, &self.files).await {
            Ok(kept) => self.summary.refused_files = kept.refused,
            Err(error) if passes(&error) => {
                tracing::warn!("the tasks are not in step: {}", error.explanation());
            }
            Err(error) if error.kind() == Kind::Forbidden => {
                tracing::warn!(
                    "this identity may not keep tasks; it runs those that are there: {}",
                    error.explanation()
                );
                self.keeper = None;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Waits until a network that has just started knows what is due.
    async fn catch_up(&self) -> Result<()> {
        let until = Instant::now() + CATCH_UP;
        while let Some(stats) = self.stats().await? {
            let due = stats.next_wake_at.is_some_and(|at| at <= stats.now_at);
            if (!due && stats.ready == 0) || Instant::now() >= until {
                break;
            }
            sleep(LOOK_PAUSE / 5).await;
        }
        Ok(())
    }

    /// Figures of the scheduler, if this identity may see them.
    async fn stats(&self) -> Result<Option<Stats>> {
        let ask = |scheduler: Scheduler| async move { scheduler.get_stats(&EmptyRequest {}).await };
        match timeout(CALL_PATIENCE, self.crew.link.call(ask)).await {
            Ok(Ok((stats, _))) => Ok(Some(stats)),
            Ok(Err(error)) if error.kind() == Kind::Forbidden || passes(&error) => Ok(None),
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Claims if there may be something to claim.
    async fn look(&mut self) -> Result<()> {
        if self.free() == 0 {
            return Ok(());
        }
        let stop = self.crew.stop.clone();
        let stats = tokio::select! {
            stats = self.stats() => stats?,
            () = stop.asked() => return Ok(()),
        };
        let waiting = stats.map(|stats| stats.waiting_for_workers);
        let worthwhile = match waiting {
            Some(0) => false,
            waiting => waiting != self.unclaimable || Instant::now() >= self.claim_at,
        };
        if !worthwhile {
            return Ok(());
        }
        let claimed = self.claim().await?;
        self.unclaimable = waiting.filter(|_| claimed == 0);
        self.claim_at = Instant::now() + CLAIM_PAUSE;
        Ok(())
    }

    fn free(&self) -> usize {
        (self.crew.worker.config.concurrency as usize).saturating_sub(self.jobs.len())
    }

    /// Claims as many jobs as there are free places, and begins them. Answers how many.
    async fn claim(&mut self) -> Result<usize> {
        let limit = self.free().min(chime_types::limits::MAXIMUM_CLAIM as usize);
        if limit == 0 {
            return Ok(0);
        }
        let claimed = self.crew.claim(limit).await?;
        let Some((ClaimedJobs { jobs, .. }, sent)) = claimed else {
            return Ok(0);
        };
        let count = jobs.len();
        for job in jobs {
            self.begin(job, sent);
        }
        Ok(count)
    }

    fn begin(&mut self, job: Job, sent: Moment) {
        let config = &self.crew.worker.config;
        let allow_remote = config.allow_remote_commands;
        let admission = admit(&job, &self.files, &self.crew.group, allow_remote);
        let timeout = self.files.timeout_seconds(&job);
        let held = Held::new(job, sent, config.lease_seconds, timeout);
        let crew = Arc::clone(&self.crew);
        self.jobs.spawn(async move {
            match admission {
                Admission::Run => crew.run(held).await,
                Admission::Fail(error) => crew.refuse(&held.job, error).await,
                Admission::HandBack(note) => crew.hand_back(&held.job, &note).await,
            }
        });
    }

    fn ended(&mut self, done: std::result::Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(done) => self.summary.count(done),
            Err(error) => tracing::error!("a job was left without a report: {error}"),
        }
        // There is a free place, and maybe something for it.
        self.claim_at = Instant::now();
        self.unclaimable = None;
    }

    /// Finishes or hands back what is running, and ends the connection.
    async fn end(mut self, worked: Result<()>) -> Result<Summary> {
        let stop = self.crew.stop.clone();
        stop.finish();
        if !self.jobs.is_empty() {
            tracing::info!("jobs to finish: {}", self.jobs.len());
        }
        let drain = sleep(self.crew.worker.config.drain);
        tokio::pin!(drain);
        let mut handed_back_at = None;
        while !self.jobs.is_empty() {
            let reports = handed_back_at.unwrap_or_else(Instant::now) + LAST_REPORTS;
            tokio::select! {
                Some(done) = self.jobs.join_next() => self.ended(done),
                () = &mut drain, if handed_back_at.is_none() => stop.hand_back(),
                () = stop.handing_back(), if handed_back_at.is_none() => {
                    tracing::info!("jobs to hand back: {}", self.jobs.len());
                    handed_back_at = Some(Instant::now() + GRACE);
                }
                () = sleep_until(reports), if handed_back_at.is_some() => {
                    tracing::warn!("reports left in the journal: {}", self.jobs.len());
                    break;
                }
            }
        }
        self.jobs.shutdown().await;
        let closed = self.crew.link.close().await;
        worked.and(closed).map(|()| self.summary)
    }
}

fn announce(worker: &Worker, link: &Link, group: &str) {
    let config = &worker.config;
    let queue = config.queue.as_deref().unwrap_or("default");
    let jobs = match config.concurrency {
        1 => "1 job".to_string(),
        most => format!("{most} jobs"),
    };
    tracing::info!(
        "worker {} takes up to {jobs} at a time from the queue {queue} of {}",
        config.name,
        link.canister_id
    );
    if let Some(directory) = &config.jobs_directory {
        tracing::info!("keeps the jobs of {} as {group}", directory.display());
    }
    if link.hosted_here {
        tracing::info!("no other process runs the embedded network: this one does");
    }
}

fn broken(error: tokio::task::JoinError) -> Error {
    Error::new(
        Kind::Internal,
        "the job files cannot be read",
        "start the worker again",
    )
    .because(error)
}
