//! Whether Python can run: the runners that the scheduler names, and whether it controls them.

use candid::Principal;
use ic_agent::{Agent, AgentError};

use super::Finding;
use crate::error::Kind;
use crate::scheduler::{Module, query_error};

const SUBJECT: &str = "python";

/// Looks at each runner from outside.
pub async fn python(agent: &Agent, scheduler_id: Principal, runners: &[Principal]) -> Vec<Finding> {
    if runners.is_empty() {
        return vec![Finding::ok(
            SUBJECT,
            "no runner is named (the embedded network installs one when Python is asked for)",
        )];
    }
    let mut findings = Vec::with_capacity(runners.len());
    for runner in runners {
        findings.push(one(agent, scheduler_id, *runner).await);
    }
    findings
}

async fn one(agent: &Agent, scheduler_id: Principal, runner: Principal) -> Finding {
    let hash = match agent.read_state_canister_module_hash(runner).await {
        Ok(hash) => hash,
        Err(AgentError::LookupPathAbsent(_)) => return missing(runner),
        Err(error) => {
            return Finding::of_error(SUBJECT, &query_error(error, "look at a runner of Python"));
        }
    };
    match agent.read_state_canister_controllers(runner).await {
        Ok(controllers) if controllers.contains(&scheduler_id) => {}
        Ok(_) => return not_controlled(runner, scheduler_id),
        Err(error) => {
            return Finding::of_error(SUBJECT, &query_error(error, "look at a runner of Python"));
        }
    }
    judge(runner, &hash, Module::runner().map(|module| module.hash()))
}

fn judge(runner: Principal, hash: &[u8], ours: Option<[u8; 32]>) -> Finding {
    match ours {
        Some(ours) if ours == hash => Finding::ok(SUBJECT, format!("the runner {runner}")),
        Some(_) => Finding::warn(
            SUBJECT,
            format!("the runner {runner} has another module than this program"),
            "`chime deploy --python` brings it up to date",
        ),
        None => Finding::ok(
            SUBJECT,
            format!("the runner {runner} (this program was built without one to compare)"),
        ),
    }
}

fn missing(runner: Principal) -> Finding {
    Finding::fail(
        SUBJECT,
        Kind::NotFound,
        format!("the runner {runner} is empty, or not on this network"),
        "install one with `chime deploy --python`, and name it with `chime scheduler set runners=...`",
    )
}

fn not_controlled(runner: Principal, scheduler_id: Principal) -> Finding {
    Finding::fail(
        SUBJECT,
        Kind::Refused,
        format!("the scheduler {scheduler_id} does not control the runner {runner}"),
        "add it as a controller: `icp canister settings update` (--add-controller)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn should_compare_a_runner_with_the_one_of_this_program() {
        let runner = Principal::management_canister();
        for (ours, verdict) in [
            (Some([1; 32]), Verdict::Ok),
            (Some([2; 32]), Verdict::Warn),
            (None, Verdict::Ok),
        ] {
            let found = judge(runner, &[1; 32], ours);
            assert_eq!(found.verdict, verdict, "{}", found.text);
        }
    }
}
