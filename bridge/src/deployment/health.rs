//! Whether the code of a canister works, asked right after it was started.

use std::time::Duration;

use candid::Principal;
use chime_types::codex::{Source, SourceReport};
use chime_types::{ClearInboxRequest, EmptyRequest};
use ic_agent::Agent;
use tokio::time::sleep;

use super::Health;
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Scheduler, query_error};

/// How often a timer that is not armed is looked at again, and how long is waited in between: the
/// message that arms it may still be under way.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

impl Health {
    /// Looks.
    pub(super) async fn check(self, agent: &Agent, canister_id: Principal) -> Result<()> {
        match self {
            Self::Scheduler => scheduler(&Scheduler::new(agent.clone(), canister_id)).await,
            Self::Runner => runner(agent, canister_id).await,
        }
    }
}

async fn runner(agent: &Agent, canister_id: Principal) -> Result<()> {
    let source = Source {
        name: "check".into(),
        code: "result = 1 + 1".into(),
    };
    let source = candid::encode_one(source).expect("BUG: a source can be encoded");
    let answer = agent.query(&canister_id, "check_source").with_arg(source);
    let answer = answer
        .call()
        .await
        .map_err(|error| query_error(error, "have the runner compile a program"))?;
    match candid::decode_one::<SourceReport>(&answer) {
        Ok(report) if report.problem.is_none() => Ok(()),
        Ok(_) | Err(_) => Err(Error::new(
            Kind::Internal,
            "the runner does not compile a program of one line",
            "report it with the text of this message",
        )),
    }
}

async fn scheduler(scheduler: &Scheduler) -> Result<()> {
    // An update that changes nothing: at the end of every update the timer is armed.
    let nothing = ClearInboxRequest { through_id: 0 };
    scheduler.clear_inbox(&nothing).await?;
    for attempt in 1.. {
        let stats = scheduler.get_stats(&EmptyRequest {}).await?;
        if stats.agenda == 0 || stats.timer_armed_at.is_some() {
            return Ok(());
        }
        if attempt == ATTEMPTS {
            break;
        }
        sleep(PAUSE).await;
    }
    Err(Error::new(
        Kind::Internal,
        "something is due, but the scheduler's timer is not armed",
        "report it with the text of this message",
    ))
}
