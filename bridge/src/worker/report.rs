//! Outcomes on their way to the scheduler.
//!
//! A report is sent until it is taken in or refused, however often the network goes away. It may
//! have been taken in although no answer came, so a refusal is believed only after a look at the
//! history: that makes sending twice harmless.

use chime_types::{
    CompleteJobRequest, ExecutionRequest, FailJobRequest, HeartbeatJobRequest, Job,
    Outcome as Seen, ReleaseJobRequest, limits,
};
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use super::handler::Outcome;
use super::limits::{CALL_PATIENCE, LONGEST_PAUSE, SHORTEST_PAUSE};
use super::link::Link;
use super::shell::cut;
use crate::error::{Error, Kind};

/// What becomes of a job that this worker holds.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It was carried out, well or badly.
    Ended(Outcome),
    /// It is handed back, and may be claimed again after so many seconds.
    HandedBack { snooze_seconds: u64 },
}

/// A job as this worker holds it.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub execution_id: u64,
    pub fencing_token: u64,
}

impl From<&Job> for Claim {
    fn from(job: &Job) -> Self {
        Self {
            execution_id: job.execution_id,
            fencing_token: job.fencing_token,
        }
    }
}

/// How the scheduler took a report.
#[derive(Debug)]
pub(super) enum Delivery {
    /// It counts.
    TakenIn,
    /// It does not count: the job is not held under this token any more.
    Refused(Error),
}

/// Delivers a report; it goes on for as long as nobody answers.
pub(super) async fn deliver(link: &Link, claim: Claim, report: &Report) -> Delivery {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let answer = timeout(CALL_PATIENCE, send(link, claim, report)).await;
        match answer {
            Ok(Ok(())) => return Delivery::TakenIn,
            Ok(Err(error)) if is_refusal(&error) => match was_taken_in(link, claim, report).await {
                Some(true) => return Delivery::TakenIn,
                Some(false) => return Delivery::Refused(error),
                None => tracing::debug!("nobody says whether a report was taken in"),
            },
            Ok(Err(error)) => {
                tracing::debug!("a report has to be sent again: {}", error.explanation())
            }
            Err(_) => tracing::debug!("a report has to be sent again: no answer came in time"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether it makes no sense to send it again.
fn is_refusal(error: &Error) -> bool {
    !passes(error)
}

/// Whether the same call may go well later.
pub(super) fn passes(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Unreachable
            | Kind::Unavailable
            | Kind::OutcomeUnknown
            | Kind::Untrusted
            | Kind::Internal
            | Kind::LocalFile
    )
}

async fn send(link: &Link, claim: Claim, report: &Report) -> Result<(), Error> {
    let Claim {
        execution_id,
        fencing_token,
    } = claim;
    match report {
        Report::Ended(Outcome::Completed { result, note }) => {
            if let Some(note) = note {
                send_note(link, claim, note).await?;
            }
            let request = &CompleteJobRequest {
                execution_id,
                fencing_token,
                result: cut(result, limits::MAXIMUM_RESULT_BYTES),
            };
            link.call(|scheduler| async move { scheduler.complete_job(request).await })
                .await?;
        }
        Report::Ended(Outcome::Failed { error, terminal }) => {
            let request = &FailJobRequest {
                execution_id,
                fencing_token,
                error: cut(error, limits::MAXIMUM_RESULT_BYTES),
                terminal: terminal.then_some(true),
            };
            link.call(|scheduler| async move { scheduler.fail_job(request).await })
                .await?;
        }
        Report::HandedBack { snooze_seconds } => {
            let request = &ReleaseJobRequest {
                execution_id,
                fencing_token,
                snooze_seconds: Some(*snooze_seconds),
            };
            link.call(|scheduler| async move { scheduler.release_job(request).await })
                .await?;
        }
    }
    Ok(())
}

/// Puts a line into the log of an execution.
pub(super) async fn send_note(link: &Link, claim: Claim, note: &str) -> Result<(), Error> {
    let request = &HeartbeatJobRequest {
        execution_id: claim.execution_id,
        fencing_token: claim.fencing_token,
        lease_seconds: None,
        log: Some(cut(note, limits::MAXIMUM_NOTE_BYTES)),
    };
    link.call(|scheduler| async move { scheduler.heartbeat_job(request).await })
        .await?;
    Ok(())
}

/// Whether the history has the attempt with this outcome; `None` if nobody answers. An identity
/// that may only claim jobs sees no history: for it a refusal is one.
async fn was_taken_in(link: &Link, claim: Claim, report: &Report) -> Option<bool> {
    let request = &ExecutionRequest {
        execution_id: claim.execution_id,
    };
    let look = link.call(|scheduler| async move { scheduler.get_execution(request).await });
    let execution = match timeout(CALL_PATIENCE, look).await {
        Ok(Ok((execution, _))) => execution,
        Ok(Err(error)) if !passes(&error) => return Some(false),
        Ok(Err(_)) | Err(_) => return None,
    };
    let attempt = execution
        .attempts
        .iter()
        .find(|attempt| attempt.fencing_token == claim.fencing_token);
    let Some(outcome) = attempt.map(|attempt| attempt.outcome) else {
        return Some(false);
    };
    Some(match report {
        Report::Ended(Outcome::Completed { .. }) => outcome == Seen::Completed,
        Report::Ended(Outcome::Failed { .. }) => {
            matches!(outcome, Seen::Failed | Seen::Cancelled)
        }
        Report::HandedBack { .. } => outcome == Seen::Snoozed,
    })
}
