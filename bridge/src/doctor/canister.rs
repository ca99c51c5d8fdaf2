//! Which code the scheduler's canister runs, and whether this program can speak with it.

use candid::Principal;
use ic_agent::{Agent, AgentError};

use super::Finding;
use crate::deployment::{Code, incompatibilities};
use crate::error::Kind;
use crate::scheduler::{Module, query_error};

const INTERFACE: &str = "candid:service";
/// Most differences of interfaces that are told.
const SHOWN: usize = 3;

/// Looks at the canister from outside: who asks need not control it.
pub async fn canister(
    agent: &Agent,
    canister_id: Principal,
    origin: Option<String>,
) -> Vec<Finding> {
    let hash = match agent.read_state_canister_module_hash(canister_id).await {
        Ok(hash) => hash,
        Err(AgentError::LookupPathAbsent(_)) => {
            return vec![empty(canister_id).from(origin)];
        }
        Err(error) => {
            let error = query_error(error, "look at the canister");
            return vec![Finding::of_error("canister", &error).from(origin)];
        }
    };
    let mut findings = vec![Finding::ok("canister", canister_id.to_text()).from(origin)];
    if hash == Module::scheduler().hash() {
        findings.push(Finding::ok("module", "the one of this program"));
        return findings;
    }
    let digits = hex::encode(&hash);
    findings.push(Finding::warn(
        "module",
        format!(
            "another one than this program's, {}",
            &digits[..digits.len().min(12)]
        ),
        "`chime deploy --dry-run` says what an upgrade would do, `chime deploy` does it",
    ));
    findings.push(interface(agent, canister_id).await);
    findings
}

fn empty(canister_id: Principal) -> Finding {
    Finding::fail(
        "canister",
        Kind::NotFound,
        format!("{canister_id} is empty, or not on this network"),
        "check the id, or install the scheduler with `chime deploy`",
    )
}

/// Whether the canister can do everything that this program asks of it.
async fn interface(agent: &Agent, canister_id: Principal) -> Finding {
    let published = match agent
        .read_state_canister_metadata(canister_id, INTERFACE)
        .await
    {
        Ok(bytes) => String::from_utf8(bytes).ok(),
        Err(AgentError::LookupPathAbsent(_) | AgentError::LookupPathUnknown(_)) => None,
        Err(error) => {
            return Finding::of_error("interface", &query_error(error, "read its interface"));
        }
    };
    let Some(published) = published else {
        return Finding::fail(
            "interface",
            Kind::Incompatible,
            "the canister publishes none: it is not a scheduler, or not yours",
            "check the id given with --canister",
        );
    };
    let ours = Code::of(Module::scheduler()).interface;
    let missing = incompatibilities(Some(&published), ours.as_deref());
    match missing.len() {
        0 => Finding::ok("interface", "fits this program"),
        count => Finding::fail(
            "interface",
            Kind::Incompatible,
            format!(
                "does not fit this program in {count} places: {}",
                missing[..count.min(SHOWN)].join("; ")
            ),
            "upgrade the canister with `chime deploy`, or use the program of its version",
        ),
    }
}
