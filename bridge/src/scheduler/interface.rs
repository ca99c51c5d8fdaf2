//! Which interface a canister has: what it publishes about itself.

use candid::Principal;
use ic_agent::{Agent, AgentError};

use crate::candid_json::Interface;
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Module, Scheduler, query_error};

/// The interface of the scheduler inside this program.
pub const SCHEDULER_INTERFACE: &str = include_str!("../../../scheduler.did");

/// The metadata that holds a canister's interface.
const METADATA: &str = "candid:service";

/// The interface of the canister: `text` if it is given, else the published one.
///
/// # Errors
/// `Incompatible` if there is none or it cannot be read, else what kept it from arriving.
pub async fn interface_of(scheduler: &Scheduler, text: Option<&str>) -> Result<Interface> {
    match text {
        Some(text) => Interface::parse(text),
        None => published_interface(scheduler).await,
    }
}

/// The interface that the canister publishes.
///
/// # Errors
/// `Incompatible` if it publishes none or one that cannot be read, else what kept the answer from
/// arriving.
async fn published_interface(scheduler: &Scheduler) -> Result<Interface> {
    match published(scheduler.agent(), scheduler.canister_id()).await? {
        Some(text) => Interface::parse(&text),
        None => Err(unpublished(scheduler)),
    }
}

/// The text of the interface that a canister publishes. One that runs this program's own scheduler
/// need not: its interface is known.
///
/// # Errors
/// What kept the answer from arriving.
pub(super) async fn published(agent: &Agent, canister: Principal) -> Result<Option<String>> {
    match agent.read_state_canister_metadata(canister, METADATA).await {
        // What is no text is no interface.
        Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
        Err(AgentError::LookupPathAbsent(_) | AgentError::LookupPathUnknown(_)) => {
            let is_ours = runs_our_module(agent, canister).await?;
            Ok(is_ours.then(|| SCHEDULER_INTERFACE.to_string()))
        }
        Err(error) => Err(query_error(error, "read the canister's interface")),
    }
}

async fn runs_our_module(agent: &Agent, canister: Principal) -> Result<bool> {
    let hash = agent
        .read_state_canister_module_hash(canister)
        .await
        .map_err(|error| query_error(error, "look at the canister"))?;
    Ok(hash == Module::scheduler().hash())
}

fn unpublished(scheduler: &Scheduler) -> Error {
    Error::new(
        Kind::Incompatible,
        format!(
            "the canister {} publishes no interface ({METADATA})",
            scheduler.canister_id()
        ),
        "give its interface in a .did file with --did FILE, or check the id given with --canister",
    )
}
