//! The heartbeats of one job.

use std::sync::Arc;
use std::time::Duration;

use chime_types::HeartbeatJobRequest;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::limits::CALL_PATIENCE;
use super::link::Link;
use super::moment::Moment;
use super::report::Claim;
use crate::error::Kind;
use crate::scheduler::Scheduler;

/// What a heartbeat came to.
#[derive(Debug)]
pub(super) enum Beat {
    Kept {
        sent: Moment,
        cancel: Option<String>,
    },
    Refused,
}

/// Tells the scheduler again and again that the job is alive.
pub(super) struct Heart {
    pub beats: mpsc::Receiver<Beat>,
    task: JoinHandle<()>,
}

impl Heart {
    pub fn start(link: &Arc<Link>, claim: Claim, pause: Duration) -> Self {
        let (sender, beats) = mpsc::channel(4);
        let link = Arc::clone(link);
        let task = tokio::spawn(async move {
            loop {
                sleep(pause).await;
                // A call that was lost on its way must not cost more than a few beats.
                let patience = (pause * 2).min(CALL_PATIENCE);
                let Ok(Some(beat)) = timeout(patience, beat(&link, claim)).await else {
                    continue;
                };
                if sender.send(beat).await.is_err() {
                    return;
                }
            }
        });
        Self { beats, task }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn beat(link: &Link, claim: Claim) -> Option<Beat> {
    let request = &HeartbeatJobRequest {
        execution_id: claim.execution_id,
        fencing_token: claim.fencing_token,
        lease_seconds: None,
        log: None,
    };
    let call = |scheduler: Scheduler| async move { scheduler.heartbeat_job(request).await };
    match link.call(call).await {
        Ok((lease, sent)) => Some(Beat::Kept {
            sent,
            cancel: lease.cancel_requested,
        }),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::NotFound) => {
            Some(Beat::Refused)
        }
        Err(error) => {
            tracing::debug!("a heartbeat was lost: {}", error.explanation());
            None
        }
    }
}
