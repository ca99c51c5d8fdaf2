//! One job from its claim to its report: the handler does the work, and beside it the lease is kept
//! alive and the limits are watched.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chime_types::Job;
use futures::FutureExt;
use tokio::time::sleep;

use super::ending::{Ender, Reason};
use super::handler::{Handler, Outcome};
use super::heart::{Beat, Heart};
use super::lease::{Lease, Limit, time_limit};
use super::limits::{ABANDON_AFTER, GRACE};
use super::link::Link;
use super::moment::Moment;
use super::report::{Claim, Report};
use super::stop::Stop;

/// Longest pause between two looks at the clock: a sleeping machine is noticed that soon.
const LOOK: Duration = Duration::from_millis(500);

/// A job that was claimed.
#[derive(Debug)]
pub(super) struct Held {
    pub job: Job,
    /// When the claim was sent.
    pub claimed: Moment,
    /// How long it may take.
    pub timeout: Duration,
    pub lease_seconds: u64,
}

impl Held {
    /// A job that was claimed at this moment; `known_timeout` is that of its job file.
    pub fn new(job: Job, claimed: Moment, lease_seconds: u64, known_timeout: Option<u64>) -> Self {
        let timeout = timeout_of(&job, lease_seconds, known_timeout);
        Self {
            job,
            claimed,
            timeout,
            lease_seconds,
        }
    }
}

/// The time-out of a job. The scheduler says until when, by its own clock: where the lease is not
/// cut short by the deadline, the lease's end tells what time it was there.
fn timeout_of(job: &Job, lease_seconds: u64, known: Option<u64>) -> Duration {
    if job.lease_until_at < job.deadline_at {
        let lease = Duration::from_secs(lease_seconds);
        return lease + Duration::from_nanos(job.deadline_at - job.lease_until_at);
    }
    Duration::from_secs(known.unwrap_or(lease_seconds).min(lease_seconds))
}

/// Runs a job. It ends with what is to be reported.
pub(super) async fn supervise(
    held: &Held,
    handler: &Arc<dyn Handler>,
    link: &Arc<Link>,
    stop: &Stop,
) -> Report {
    let (ender, ending) = Ender::new();
    let mut watch = Watch {
        lease: Lease::new(held.claimed, held.lease_seconds),
        time: time_limit(held.claimed, held.timeout),
        force_at: None,
        ender,
    };
    let mut heart = Heart::start(link, Claim::from(&held.job), watch.lease.beat());
    let mut work = AssertUnwindSafe(handler.run(&held.job, ending)).catch_unwind();
    let mut handing_back = std::pin::pin!(stop.handing_back().fuse());
    let mut is_handing_back = false;
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut work => {
                break Some(outcome.unwrap_or_else(|_| Outcome::failed("the handler panicked")));
            }
            Some(beat) = heart.beats.recv() => watch.hear(beat),
            () = &mut handing_back, if !is_handing_back => {
                is_handing_back = true;
                watch.ask(Reason::HandedBack, Moment::now().after(GRACE));
            }
            () = sleep(watch.pause(Moment::now())) => {}
        }
        if watch.look(Moment::now()) == Look::GiveUp {
            break None;
        }
    };
    report(outcome, watch.ender.reason(), held.timeout)
}

/// What is to be reported about a job that ended with this outcome, after it was asked to end for
/// this reason.
fn report(outcome: Option<Outcome>, reason: Option<Reason>, timeout: Duration) -> Report {
    let (outcome, reason) = match (outcome, reason) {
        // It was done before it heard that it should end.
        (Some(outcome @ Outcome::Completed { .. }), _) | (Some(outcome), None) => {
            return Report::Ended(outcome);
        }
        (outcome, reason) => (outcome, reason.unwrap_or(Reason::LeaseLost)),
    };
    let why = match reason {
        Reason::TimedOut => format!("timed out after {} s", timeout.as_secs()),
        Reason::Cancelled(reason) => format!("cancelled: {reason}"),
        Reason::LeaseLost | Reason::HandedBack => return Report::HandedBack { snooze_seconds: 0 },
    };
    Report::Ended(match outcome {
        Some(Outcome::Failed { error, .. }) => Outcome::failed(format!("{why}\n{error}")),
        _ => Outcome::failed(why),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    GoOn,
    GiveUp,
}

/// Watches over the limits of a job.
struct Watch {
    lease: Lease,
    time: Limit,
    /// When to force it, once it was asked.
    force_at: Option<Moment>,
    ender: Ender,
}

impl Watch {
    fn hear(&mut self, beat: Beat) {
        match beat {
            Beat::Kept { sent, cancel } => {
                self.lease.extend(sent);
                if let Some(reason) = cancel {
                    self.ask(Reason::Cancelled(reason), Moment::now().after(GRACE));
                }
            }
            Beat::Refused => self.force(Moment::now()),
        }
    }

    fn ask(&mut self, reason: Reason, force_at: Moment) {
        if self.force_at.is_none() {
            self.ender.ask(reason);
            self.force_at = Some(force_at);
        }
    }

    fn force(&mut self, now: Moment) {
        self.ender.force(Reason::LeaseLost);
        self.force_at = Some(self.force_at.map_or(now, |at| at.min(now)));
    }

    /// How long nothing has to be looked at.
    fn pause(&self, now: Moment) -> Duration {
        let lease = self.lease.limit();
        let asked = self.force_at.map(|at| [at, at.after(ABANDON_AFTER)]);
        [self.time.ask_at, lease.ask_at, lease.force_at]
            .into_iter()
            .chain(asked.into_iter().flatten())
            .filter(|at| *at > now)
            .map(|at| at.since(now))
            .fold(LOOK, Duration::min)
    }

    fn look(&mut self, now: Moment) -> Look {
        let lease = self.lease.limit();
        if now >= self.time.ask_at {
            self.ask(Reason::TimedOut, self.time.force_at);
        }
        if now >= lease.ask_at {
            self.ask(Reason::LeaseLost, lease.force_at);
        }
        if now >= lease.force_at {
            self.force(now);
        }
        match self.force_at {
            Some(at) if now >= at.after(ABANDON_AFTER) => Look::GiveUp,
            Some(at) if now >= at => {
                self.ender.force(Reason::LeaseLost);
                Look::GoOn
            }
            _ => Look::GoOn,
        }
    }
}

/// The job in a line of the log.
pub(super) fn shown(job: &Job) -> String {
    let Job {
        execution_id,
        task_id,
        task_name,
        ..
    } = job;
    format!("execution {execution_id} of task {task_id} ({task_name})")
}

#[cfg(test)]
mod tests {
    use candid::Principal;
    use chime_types::limits;

    use super::*;

    const SECOND: u64 = limits::NANOSECONDS;

    fn job(lease_until_at: u64, deadline_at: u64) -> Job {
        Job {
            execution_id: 1,
            task_id: 1,
            task_name: "test".into(),
            metadata: String::new(),
            owner: Principal::anonymous(),
            as_user: None,
            step: 0,
            command: "true".into(),
            scheduled_at: 0,
            attempt: 1,
            fencing_token: 1,
            deadline_at,
            lease_until_at,
        }
    }

    #[test]
    fn should_know_the_time_out_without_knowing_the_scheduler_s_clock() {
        let seconds = |job, known| timeout_of(&job, 60, known).as_secs();
        assert_eq!(seconds(job(1_060 * SECOND, 1_300 * SECOND), None), 300);
        assert_eq!(seconds(job(1_020 * SECOND, 1_020 * SECOND), Some(20)), 20);
        assert_eq!(seconds(job(1_020 * SECOND, 1_020 * SECOND), None), 60);
        assert_eq!(seconds(job(1_020 * SECOND, 1_020 * SECOND), Some(90)), 60);
    }

    fn watch(lease: u64, timeout: u64) -> (Watch, Moment) {
        let begin = Moment::now();
        let watch = Watch {
            lease: Lease::new(begin, lease),
            time: time_limit(begin, Duration::from_secs(timeout)),
            force_at: None,
            ender: Ender::new().0,
        };
        (watch, begin)
    }

    fn at(begin: Moment, milliseconds: u64) -> Moment {
        begin.after(Duration::from_millis(milliseconds))
    }

    #[test]
    fn should_end_a_job_of_which_nothing_is_heard_before_its_lease_is_over() {
        let (mut watch, begin) = watch(10, 300);
        assert_eq!(watch.pause(at(begin, 6_900)), Duration::from_millis(100));
        assert_eq!(watch.look(at(begin, 6_900)), Look::GoOn);
        assert_eq!(watch.ender.reason(), None);
        watch.look(at(begin, 7_000));
        assert_eq!(watch.ender.reason(), Some(Reason::LeaseLost));
        assert_eq!(watch.look(at(begin, 8_500)), Look::GoOn);
        assert_eq!(watch.look(at(begin, 9_500)), Look::GiveUp);
    }

    #[test]
    fn should_let_a_job_go_on_whose_heart_beats_until_its_time_is_over() {
        let (mut watch, begin) = watch(10, 60);
        for second in 1..54 {
            let sent = at(begin, second * 1_000);
            watch.hear(Beat::Kept { sent, cancel: None });
            assert_eq!(watch.look(sent), Look::GoOn);
            assert_eq!(watch.ender.reason(), None, "{second}");
        }
        watch.look(at(begin, 54_000));
        assert_eq!(watch.ender.reason(), Some(Reason::TimedOut));
        // The lease still goes before the patience with a job that was asked.
        assert_eq!(watch.look(at(begin, 58_100)), Look::GiveUp);
    }

    #[test]
    fn should_force_a_job_at_once_whose_lease_was_given_to_another() {
        let (mut watch, _) = watch(60, 300);
        watch.hear(Beat::Refused);
        assert_eq!(watch.ender.reason(), Some(Reason::LeaseLost));
        assert_eq!(watch.look(Moment::now().after(ABANDON_AFTER)), Look::GiveUp);
    }

    #[test]
    fn should_report_what_was_done_in_time_and_hand_back_what_was_cut_off() {
        let minute = Duration::from_secs(60);
        let done = Outcome::completed("done");
        let failed = Outcome::failed("ended by SIGTERM (signal 15)");
        let lost = || Some(Reason::LeaseLost);
        let back = Report::HandedBack { snooze_seconds: 0 };
        assert_eq!(
            report(Some(done.clone()), lost(), minute),
            Report::Ended(done)
        );
        assert_eq!(
            report(Some(failed.clone()), None, minute),
            Report::Ended(failed.clone())
        );
        assert_eq!(report(Some(failed.clone()), lost(), minute), back);
        assert_eq!(report(None, Some(Reason::HandedBack), minute), back);
        let late = report(Some(failed.clone()), Some(Reason::TimedOut), minute);
        let error = "timed out after 60 s\nended by SIGTERM (signal 15)";
        assert_eq!(late, Report::Ended(Outcome::failed(error)));
        let cancelled = report(None, Some(Reason::Cancelled("no need".into())), minute);
        assert_eq!(
            cancelled,
            Report::Ended(Outcome::failed("cancelled: no need"))
        );
    }
}
