//! What the tools are carried out by: a canister that is sent Candid.

use ic_agent::AgentError;

use crate::candid_json::Method;
use crate::error::Result;
use crate::scheduler::{Scheduler, agent_error};

/// What the tools are carried out by.
pub trait Canister: Send + Sync + 'static {
    /// Calls a method with arguments in Candid and answers with what it returns; nothing if the
    /// method answers nothing.
    fn call(
        &self,
        method: &Method,
        arguments: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

/// The error code of a message that ran to its end without an answer: how each call of a oneway
/// method ends.
const NO_REPLY: &str = "IC0506";

impl Canister for Scheduler {
    async fn call(&self, method: &Method, arguments: Vec<u8>) -> Result<Vec<u8>> {
        if method.is_query {
            return self.query_raw(&method.name, arguments).await;
        }
        if !method.is_oneway {
            return self.update_raw(&method.name, arguments).await;
        }
        let sent = self
            .agent()
            .update(&self.canister_id(), &method.name)
            .with_arg(arguments)
            .call_and_wait()
            .await;
        match sent {
            Ok(_) => Ok(Vec::new()),
            Err(error) if is_without_reply(&error) => Ok(Vec::new()),
            Err(error) => Err(agent_error(error, &format!("call {}", method.name))),
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
