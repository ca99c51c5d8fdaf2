//! A canister that is sent Candid: over the network, or a stand-in.

use std::sync::Arc;

use candid::Principal;
use ic_agent::{Agent, AgentError};

use super::interface::published;
use super::oversized::{LARGE, explained};
use super::provision::is_about_python;
use super::{Provision, Scheduler, agent_error, interface_of, query_error};
use crate::error::{Error, Kind, Result};

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It only reads, and one node answers at once.
    Query,
    /// It may change something, and is answered when that is certain.
    Update,
    /// It may change something, and answers nothing.
    Oneway,
}

/// A canister that can be called.
pub trait Canister: Send + Sync + 'static {
    /// Calls a method with arguments in Candid and answers with what it returns; nothing if the
    /// method answers nothing.
    fn call(
        &self,
        manner: Manner,
        method: &str,
        arguments: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send;

    /// The interface that a canister on the same network publishes, if it does.
    fn interface_text(
        &self,
        canister: Principal,
    ) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// A canister on a network, called in the name of the agent's identity.
#[derive(Clone)]
pub struct Remote {
    pub(super) agent: Agent,
    pub(super) canister_id: Principal,
    pub(super) provision: Option<Arc<dyn Provision>>,
}

/// The error code of a message that ran to its end without an answer: how each call of a oneway
/// method ends.
const NO_REPLY: &str = "IC0506";

/// The error code of a call of a method that the canister does not have.
const NO_METHOD: &str = "IC0536";

/// Most methods that are named to whoever asked for one that does not exist.
const MAXIMUM_NAMES: usize = 40;

impl Canister for Remote {
    async fn call(&self, manner: Manner, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        if let Some(provision) = &self.provision
            && manner == Manner::Update
            && is_about_python(method, &arguments)
        {
            provision.python().await?;
        }
        let what = format!("call {method}");
        let address = address(self.canister_id, method, &arguments);
        // Only what may be refused for its size is looked at again.
        let large = (arguments.len() >= LARGE).then(|| arguments.clone());
        let sent = if manner == Manner::Query {
            let query = self.agent.query(&self.canister_id, method);
            let query = query.with_effective_canister_id(address);
            query.with_arg(arguments).call().await
        } else {
            let update = self.agent.update(&self.canister_id, method);
            let update = update.with_effective_canister_id(address);
            update.with_arg(arguments).call_and_wait().await
        };
        let answer = match (manner, sent) {
            (_, Err(error)) if code(&error) == Some(NO_METHOD) => {
                Err(without_method(self, method).await.because(error))
            }
            (Manner::Oneway, Ok(_)) => Ok(Vec::new()),
            (Manner::Oneway, Err(error)) if code(&error) == Some(NO_REPLY) => Ok(Vec::new()),
            (Manner::Query, sent) => sent.map_err(|error| query_error(error, &what)),
            (_, sent) => sent.map_err(|error| agent_error(error, &what)),
        };
        answer.map_err(|error| match large {
            Some(arguments) => explained(error, method, &arguments),
            None => error,
        })
    }

    async fn interface_text(&self, canister: Principal) -> Result<Option<String>> {
        published(&self.agent, canister).await
    }
}

/// Where a call is sent: to the canister itself, or, if it is one of the network's own, to the
/// canister that it is about, which the network looks for in its arguments.
fn address(canister: Principal, method: &str, arguments: &[u8]) -> Principal {
    #[derive(candid::CandidType, serde::Deserialize)]
    struct About {
        canister_id: Principal,
    }
    #[derive(candid::CandidType, serde::Deserialize)]
    struct Target {
        target_canister: Principal,
    }
    if canister != Principal::management_canister() {
        return canister;
    }
    let about = match method {
        "install_chunked_code" => {
            candid::decode_one(arguments).map(|about: Target| about.target_canister)
        }
        _ => candid::decode_one(arguments).map(|about: About| about.canister_id),
    };
    about.unwrap_or(canister)
}

fn code(error: &AgentError) -> Option<&str> {
    match error {
        AgentError::CertifiedReject { reject, .. }
        | AgentError::UncertifiedReject { reject, .. } => reject.error_code.as_deref(),
        _ => None,
    }
}

/// The error of whoever has another interface than the canister has.
async fn without_method(canister: &Remote, method: &str) -> Error {
    let canister = Scheduler::of(canister.clone());
    let there = match interface_of(&canister, None).await {
        Ok(interface) => {
            let names = interface
                .methods()
                .iter()
                .map(|method| method.name.as_str());
            let names: Vec<_> = names.take(MAXIMUM_NAMES).collect();
            format!("; there are {}", names.join(", "))
        }
        Err(_) => "; which ones it has, it does not publish".to_string(),
    };
    Error::new(
        Kind::Incompatible,
        format!("there is no method {method}{there}; nothing was changed"),
        "use one that there is; the interface given with --did is not the canister's own, or the \
         canister was upgraded: start the server again with the right one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_send_calls_of_the_network_s_own_canister_to_the_one_they_are_about() {
        #[derive(candid::CandidType)]
        struct Install {
            mode: u8,
            canister_id: Principal,
        }
        #[derive(candid::CandidType)]
        struct Chunked {
            target_canister: Principal,
        }
        let own = Principal::management_canister();
        let canister = Principal::from_slice(&[1]);
        let other = Principal::from_slice(&[2]);
        let install = candid::encode_one(Install {
            mode: 0,
            canister_id: canister,
        });
        let chunked = candid::encode_one(Chunked {
            target_canister: canister,
        });
        let nothing = candid::encode_args(()).unwrap();
        for (called, method, arguments, expected) in [
            (own, "install_code", install.as_ref().unwrap(), canister),
            (
                own,
                "install_chunked_code",
                chunked.as_ref().unwrap(),
                canister,
            ),
            (own, "raw_rand", &nothing, own),
            (own, "canister_status", &Vec::new(), own),
            (other, "install_code", install.as_ref().unwrap(), other),
        ] {
            assert_eq!(address(called, method, arguments), expected, "{method}");
        }
    }
}
