//! A canister that is sent Candid: over the network, or a stand-in.

use candid::Principal;
use ic_agent::{Agent, AgentError};

use super::{agent_error, query_error};
use crate::error::Result;

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
}

/// A canister on a network, called in the name of the agent's identity.
#[derive(Clone)]
pub struct Remote {
    pub(super) agent: Agent,
    pub(super) canister_id: Principal,
}

/// The error code of a message that ran to its end without an answer: how each call of a oneway
/// method ends.
const NO_REPLY: &str = "IC0506";

impl Canister for Remote {
    async fn call(&self, manner: Manner, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        let what = format!("call {method}");
        if manner == Manner::Query {
            let query = self.agent.query(&self.canister_id, method);
            let answer = query.with_arg(arguments).call().await;
            return answer.map_err(|error| query_error(error, &what));
        }
        let update = self.agent.update(&self.canister_id, method);
        let sent = update.with_arg(arguments).call_and_wait().await;
        match (manner, sent) {
            (Manner::Oneway, Ok(_)) => Ok(Vec::new()),
            (Manner::Oneway, Err(error)) if is_without_reply(&error) => Ok(Vec::new()),
            (_, sent) => sent.map_err(|error| agent_error(error, &what)),
        }
    }
}

fn is_without_reply(error: &AgentError) -> bool {
    match error {
        AgentError::CertifiedReject { reject, .. } => {
            reject.error_code.as_deref() == Some(NO_REPLY)
        }
        _ => false,
    }
}
