//! What the jobs of a worker share: the claim, the run, the report of each of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chime_types::{ClaimJobsRequest, ClaimedJobs, Job};
use tokio::time::timeout;

use super::Worker;
use super::handler::Outcome;
use super::journal::{Entry, Journal};
use super::limits::{CALL_PATIENCE, FOREIGN_SNOOZE_SECONDS};
use super::link::Link;
use super::moment::Moment;
use super::report::{Claim, Delivery, Report, deliver, passes, send_note};
use super::stop::Stop;
use super::supervise::{Held, shown, supervise};
use crate::error::Result;
use crate::scheduler::Scheduler;

/// Most characters of a command in a line of the log.
const COMMAND_CHARACTERS: usize = 80;

/// What became of one job.
#[derive(Clone, Copy, Debug)]
pub(super) enum Done {
    Completed,
    Failed,
    HandedBack,
    Refused,
}

/// What the jobs share.
pub(super) struct Crew {
    pub worker: Worker,
    pub link: Arc<Link>,
    pub journal: Journal,
    pub stop: Stop,
    pub group: String,
    pub noted: std::sync::Mutex<BTreeSet<u64>>,
}

impl Crew {
    /// Claims jobs, and says when the claim was sent; `None` if nobody answers. It is not made
    /// again: what a lost claim took is given out again when its lease is over.
    pub async fn claim(&self, limit: usize) -> Result<Option<(ClaimedJobs, Moment)>> {
        let config = &self.worker.config;
        let request = &ClaimJobsRequest {
            worker: config.name.clone(),
            queue: config.queue.clone(),
            limit: Some(u32::try_from(limit).unwrap_or(u32::MAX)),
            lease_seconds: Some(config.lease_seconds),
        };
        let call = |scheduler: Scheduler| async move { scheduler.claim_jobs(request).await };
        match timeout(CALL_PATIENCE, self.link.call(call)).await {
            Ok(Ok(claimed)) => Ok(Some(claimed)),
            Ok(Err(error)) if passes(&error) => {
                tracing::warn!("cannot claim jobs: {}", error.explanation());
                Ok(None)
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    pub async fn run(&self, held: Held) -> Done {
        let job = &held.job;
        let line = job.command.lines().next().unwrap_or_default();
        let command: String = line.chars().take(COMMAND_CHARACTERS).collect();
        tracing::info!("begins {}, attempt {}: {command}", shown(job), job.attempt);
        self.worker.before.iter().for_each(|hook| hook(job));
        let handler = self.worker.handler_of(job);
        let report = supervise(&held, handler, &self.link, &self.stop).await;
        if let Report::Ended(outcome) = &report {
            self.worker.after.iter().for_each(|hook| hook(job, outcome));
        }
        self.report(job, report).await
    }

    pub async fn refuse(&self, job: &Job, error: String) -> Done {
        tracing::warn!("{}: {error}", shown(job));
        self.report(job, Report::Ended(Outcome::refused(error)))
            .await
    }

    pub async fn hand_back(&self, job: &Job, note: &str) -> Done {
        let claim = Claim::from(job);
        let first = self
            .noted
            .lock()
            .is_ok_and(|mut noted| noted.insert(job.execution_id));
        if first {
            tracing::warn!("{}: {note}", shown(job));
            let line = format!("worker {}: {note}", self.worker.config.name);
            if let Err(error) = send_note(&self.link, claim, &line).await {
                tracing::debug!("{}", error.explanation());
            }
        }
        let snooze_seconds = FOREIGN_SNOOZE_SECONDS;
        self.report(job, Report::HandedBack { snooze_seconds })
            .await
    }

    /// Writes the outcome down, and reports it.
    async fn report(&self, job: &Job, report: Report) -> Done {
        let entry = Entry {
            claim: Claim::from(job),
            report,
        };
        let (done, text) = match &entry.report {
            Report::Ended(Outcome::Completed { .. }) => {
                (Done::Completed, format!("completed: {}", shown(job)))
            }
            Report::Ended(Outcome::Failed { error, .. }) => {
                let error = error.replace('\n', " | ");
                (Done::Failed, format!("failed: {}: {error}", shown(job)))
            }
            Report::HandedBack { .. } => (Done::HandedBack, format!("released: {}", shown(job))),
        };
        if matches!(entry.report, Report::Ended(_)) {
            self.write_down(&entry).await;
        }
        match self.settle(&entry).await {
            Delivery::TakenIn => {
                tracing::info!("{text}");
                done
            }
            Delivery::Refused(error) => {
                tracing::warn!("too late: {text}: {}", error.explanation());
                Done::Refused
            }
        }
    }

    async fn write_down(&self, entry: &Entry) {
        let (journal, entry) = (self.journal.clone(), entry.clone());
        let written = tokio::task::spawn_blocking(move || journal.write(&entry)).await;
        if let Ok(Err(error)) = written {
            // The report still goes out; only a crash before it arrives would lose it.
            tracing::error!("the journal cannot be written: {error}");
        }
    }

    /// Delivers a report, and takes it out of the journal.
    async fn settle(&self, entry: &Entry) -> Delivery {
        let delivery = deliver(&self.link, entry.claim, &entry.report).await;
        if let Err(error) = self.journal.remove(entry.claim) {
            tracing::warn!("a report cannot be removed from the journal: {error}");
        }
        delivery
    }

    /// Reports what earlier workers on this state directory left in the journal.
    pub async fn report_what_is_left(&self) {
        let entries = match self.journal.entries() {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!("the journal cannot be read: {error}");
                return;
            }
        };
        for entry in entries {
            let id = entry.claim.execution_id;
            match self.settle(&entry).await {
                Delivery::TakenIn => tracing::info!("reported execution {id}, which was left over"),
                Delivery::Refused(error) => {
                    tracing::warn!(
                        "the report of execution {id} comes too late: {}",
                        error.rule()
                    );
                }
            }
        }
    }
}
