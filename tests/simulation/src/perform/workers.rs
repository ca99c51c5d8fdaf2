//! Workers: they claim commands, report, fall silent and come back late.

use chime_types::{
    ClaimJobsRequest, ClaimedJobs, CompleteJobRequest, FailJobRequest, HeartbeatJobRequest,
    JobLease, ReleaseJobRequest, TaskExecution,
};

use super::Run;
use crate::model::{Job, Reported};
use crate::story::{Report, Worker};
use crate::violation::{Violation, ensure};
use crate::world::{Refusal, worker};

impl Run {
    pub(super) fn claim(
        &mut self,
        number: Worker,
        limit: u32,
        lease_seconds: u64,
    ) -> Result<(), Violation> {
        let request = ClaimJobsRequest {
            worker: format!("worker {number}"),
            queue: None,
            limit: Some(limit),
            lease_seconds: Some(lease_seconds),
        };
        let answer = self
            .world
            .ask::<ClaimedJobs>(worker(), "claim_jobs", &request);
        let Some(claimed) = self.judge("claim_jobs", answer)? else {
            return Ok(());
        };
        let now = self.world.now();
        for given in claimed.jobs {
            let held = self
                .model
                .jobs
                .iter()
                .find(|job| job.execution_id == given.execution_id && job.until_at > now);
            ensure!(
                held.is_none(),
                Leases,
                "{given:?} was given away at {now}, while {held:?} holds it"
            );
            let job = Job {
                execution_id: given.execution_id,
                task_id: given.task_id,
                token: given.fencing_token,
                until_at: given.lease_until_at,
                worker: number,
            };
            self.model
                .leases
                .insert(given.fencing_token, given.lease_until_at);
            self.model.drop_job(given.execution_id);
            self.model.jobs.push(job.clone());
            self.beliefs.entry(number).or_default().push(job);
        }
        self.world.pass(0)
    }

    pub(super) fn work(&mut self, number: Worker, what: Report) -> Result<(), Violation> {
        if what == Report::Die {
            self.beliefs.remove(&number);
            self.counts.fault("killed workers");
            return Ok(());
        }
        for job in self.beliefs.remove(&number).unwrap_or_default() {
            let is_kept = self.report(&job, what)?;
            if is_kept {
                self.beliefs.entry(number).or_default().push(job);
            }
        }
        self.world.pass(0)
    }

    /// Reports about a job, and tells whether the worker goes on believing that it has it.
    fn report(&mut self, job: &Job, what: Report) -> Result<bool, Violation> {
        let (execution_id, fencing_token) = (job.execution_id, job.token);
        let before = self.world.now();
        match what {
            Report::Heartbeat => {
                let request = HeartbeatJobRequest {
                    execution_id,
                    fencing_token,
                    lease_seconds: None,
                    log: None,
                };
                let answer = self
                    .world
                    .ask::<JobLease>(worker(), "heartbeat_job", &request);
                if let Some(lease) = self.judged_report(job, before, answer)? {
                    let until_at = lease.lease_until_at;
                    self.model.leases.insert(fencing_token, until_at);
                    let held = self.model.jobs.iter_mut();
                    for held in held.filter(|held| held.token == fencing_token) {
                        held.until_at = until_at;
                    }
                    return Ok(true);
                }
                Ok(false)
            }
            Report::Complete => {
                let request = CompleteJobRequest {
                    execution_id,
                    fencing_token,
                    result: "done".to_string(),
                };
                let answer = self.world.ask(worker(), "complete_job", &request);
                self.end_job(job, before, answer, Reported::Completed)
            }
            Report::Fail { terminal } => {
                let request = FailJobRequest {
                    execution_id,
                    fencing_token,
                    error: "exit code 1".to_string(),
                    terminal: Some(terminal),
                };
                let answer = self.world.ask(worker(), "fail_job", &request);
                self.end_job(job, before, answer, Reported::Failed)
            }
            Report::Release { snooze_seconds } => {
                let request = ReleaseJobRequest {
                    execution_id,
                    fencing_token,
                    snooze_seconds: Some(snooze_seconds),
                };
                let answer = self.world.ask(worker(), "release_job", &request);
                self.end_job(job, before, answer, Reported::Released)
            }
            Report::Die => Ok(false),
        }
    }

    fn end_job(
        &mut self,
        job: &Job,
        before: u64,
        answer: Result<TaskExecution, Refusal>,
        how: Reported,
    ) -> Result<bool, Violation> {
        // A report that the network has lost is made again, as workers do.
        let is_lost = matches!(answer, Err(Refusal::Network(_)));
        if self.judged_report(job, before, answer)?.is_some() {
            self.model.reports.insert(job.token, how);
            self.model.drop_job(job.execution_id);
        }
        Ok(is_lost)
    }

    /// A report counts if, and only if, it comes from who holds the job.
    fn judged_report<T>(
        &mut self,
        job: &Job,
        at: u64,
        answer: Result<T, Refusal>,
    ) -> Result<Option<T>, Violation> {
        let text = match &answer {
            Err(refusal) => format!("{refusal:?}"),
            Ok(_) => String::new(),
        };
        let is_network = matches!(answer, Err(Refusal::Network(_)));
        let taken = self.judge("a report of a worker", answer)?;
        let held = self
            .model
            .jobs
            .iter()
            .find(|held| held.execution_id == job.execution_id);
        let is_holder = held.is_some_and(|held| held.token == job.token);
        let is_calm = !self.model.trouble.stalled(at, at);
        let is_in_time = held.is_some_and(|held| held.until_at > at);
        if taken.is_some() {
            ensure!(
                is_holder && (is_in_time || !is_calm),
                Leases,
                "a report of {job:?} at {at} was taken, and the holder is {held:?}"
            );
        } else if is_holder && is_in_time && is_calm && !is_network {
            ensure!(
                self.may_have_ended(job),
                Leases,
                "a report of {job:?} at {at} was refused: {text}"
            );
        }
        Ok(taken)
    }

    /// Whether the execution of a job may have been ended by its owner, by another slot or by its
    /// time.
    fn may_have_ended(&self, job: &Job) -> bool {
        let Some(task) = self.model.tasks.get(&job.task_id) else {
            return true;
        };
        let plan = &task.plan;
        let may_give_way = task.all_schedules().any(|schedule| {
            matches!(
                schedule.plan.overlap,
                chime_types::OverlapPolicy::TerminateOther
                    | chime_types::OverlapPolicy::CancelOther
            )
        });
        may_give_way || plan.execution_timeout_seconds.is_some() || !task.touched.is_empty()
    }
}
