//! Puts a canister of this program on the embedded network: makes it once, installs it when empty,
//! upgrades it when this program carries another module, and otherwise does nothing.
//!
//! The steps can be broken off anywhere and begun again: each looks at what is there first.

use candid::Principal;
use ic_agent::agent::RejectCode;
use ic_agent::{Agent, AgentError};
use ic_management_canister_types::{CanisterInstallMode, CanisterStatusResult, CanisterStatusType};

use super::management::Management;
use super::{Progress, StateDirectory};
use crate::error::Result;
use crate::scheduler::{Module, agent_error};

/// Cycles of a new canister. They cost nothing here, and the limit of what a canister may hold is
/// far above.
pub(crate) const INITIAL_CYCLES: u128 = 1_000_000_000_000_000;

/// The error code of a request that only controllers may make.
const NOT_CONTROLLER: &str = "IC0512";

/// Ensures that the scheduler's canister exists on this network and runs `module`; its id. Whoever does not
/// control it uses it as it is.
///
/// # Errors
/// What the network or the state directory says. Nothing is ever reinstalled: tasks are kept.
pub async fn deploy_scheduler(
    agent: &Agent,
    state: &StateDirectory,
    module: Module,
    progress: Progress<'_>,
) -> Result<Principal> {
    let _lock = state.lock_deployment().await?;
    let place = Place {
        known: state.scheduler_id(),
        remember: &|canister_id| state.remember_scheduler(canister_id),
    };
    deploy(agent, place, module, progress).await
}

/// Where the id of a canister is kept.
pub(super) struct Place<'a> {
    pub known: Result<Option<Principal>>,
    pub remember: &'a (dyn Fn(Principal) -> Result<()> + Sync),
}

/// Ensures that a canister exists and runs `module`. The caller holds the lock of deployments.
pub(super) async fn deploy(
    agent: &Agent,
    place: Place<'_>,
    module: Module,
    progress: Progress<'_>,
) -> Result<Principal> {
    let management = Management::new(agent);
    let (canister_id, status) = find_or_create(&management, place, module, progress).await?;
    let Some(status) = status else {
        return Ok(canister_id);
    };
    match status.module_hash.as_deref() {
        None => {
            progress(&format!("installing the {} in {canister_id}", module.name));
            management
                .install(canister_id, CanisterInstallMode::Install, module.bytes)
                .await?;
        }
        Some(hash) if hash == module.hash() => {}
        Some(_) => upgrade(&management, canister_id, module, progress).await?,
    }
    // Also after an upgrade that an earlier process left half done.
    if status.status != CanisterStatusType::Running {
        management.start(canister_id).await?;
    }
    Ok(canister_id)
}

/// Stops first, so that no answer of a call under way comes back into the new code.
async fn upgrade(
    management: &Management<'_>,
    canister_id: Principal,
    module: Module,
    progress: Progress<'_>,
) -> Result<()> {
    progress(&format!("upgrading the {} in {canister_id}", module.name));
    let upgraded = match management.stop(canister_id).await {
        Ok(()) => {
            let mode = CanisterInstallMode::Upgrade(None);
            management.install(canister_id, mode, module.bytes).await
        }
        Err(error) => Err(error),
    };
    // A failed upgrade leaves the old code in place, which must not stay stopped.
    let started = management.start(canister_id).await;
    upgraded.and(started)
}

async fn find_or_create(
    management: &Management<'_>,
    place: Place<'_>,
    module: Module,
    progress: Progress<'_>,
) -> Result<(Principal, Option<CanisterStatusResult>)> {
    let what = format!("look at the {}", module.name);
    if let Some(canister_id) = place.known? {
        match management.status(canister_id).await {
            Ok(status) => return Ok((canister_id, Some(status))),
            Err(error) if is_of_others(&error) => return Ok((canister_id, None)),
            Err(error) if is_absent(&error) => {
                progress(&format!("{canister_id} is no longer on this network"));
            }
            Err(error) => return Err(agent_error(error, &what)),
        }
    }
    progress(&format!("creating a canister for the {}", module.name));
    let canister_id = management.create(INITIAL_CYCLES).await?;
    (place.remember)(canister_id)?;
    let status = management
        .status(canister_id)
        .await
        .map_err(|error| agent_error(error, &what))?;
    Ok((canister_id, Some(status)))
}

/// Whether the network says that only controllers may ask this.
pub(super) fn is_of_others(error: &AgentError) -> bool {
    match error {
        AgentError::CertifiedReject { reject, .. }
        | AgentError::UncertifiedReject { reject, .. } => {
            reject.error_code.as_deref() == Some(NOT_CONTROLLER)
        }
        _ => false,
    }
}

/// Whether the network says that there is no such canister.
pub(crate) fn is_absent(error: &AgentError) -> bool {
    match error {
        AgentError::CertifiedReject { reject, .. }
        | AgentError::UncertifiedReject { reject, .. } => {
            reject.reject_code == RejectCode::DestinationInvalid
        }
        _ => false,
    }
}
