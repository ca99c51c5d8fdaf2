//! The MCP server: lists the tools and calls them.
//!
//! What a client can put right - wrong arguments, a refusal by the scheduler, a network that does
//! not answer - is a result marked as an error, with `kind`, `field`, `rule` and `fix`. Only a
//! tool that does not exist is an error of the protocol.

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorCode, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};

use super::tools;
use crate::candid_json::{Answer, Interface, Method};
use crate::error::Result;
use crate::operations::Scheduler;

/// How long clients may keep the list of tools: it changes only with the canister's code.
const LIST_LIFETIME_MILLISECONDS: u64 = 60_000;

const INSTRUCTIONS: &str = "\
Chime runs tasks at the times of their schedules. A task has steps, which run one after the other, \
and schedules; each run is an execution.

Conventions: Instants (fields ending in _at) are RFC 3339 with a zone, such as \
2027-03-28T02:30:00Z; answers give them in UTC. Durations (fields ending in _seconds) are text such \
as 90s or 1h30m, or whole seconds; answers give text. Identifiers (id, and fields ending in _id) are \
text. Whole numbers above 2^53 are text. A choice without details is its name, such as \"skip\"; a \
choice with details is an object with one key, such as {\"daily\": {\"hour\": 2}}. What is optional \
may be null or left out. Bytes are base64, or hexadecimal after hex:.

Zones: hours and days of a schedule are meant in its timezone, an IANA name such as Europe/Zurich; \
without one it is UTC. Ask the user for the zone when they name a time of day. Use preview_schedule \
to show the next times before making a task.

Errors: an error says the kind, the field at fault, the rule, and the fix. Correct the arguments and \
try again. After the kind outcome_unknown look first whether it was done; with an idempotency_key \
creating again is safe.

Lists come in pages: give next_cursor as cursor to see more.";

/// What the tools are carried out by.
pub trait Canister: Send + Sync + 'static {
    /// Calls a method with arguments in Candid and answers with what it returns.
    fn call(
        &self,
        method: &Method,
        arguments: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

impl Canister for Scheduler {
    async fn call(&self, method: &Method, arguments: Vec<u8>) -> Result<Vec<u8>> {
        if method.is_query {
            self.query_raw(&method.name, arguments).await
        } else {
            self.update_raw(&method.name, arguments).await
        }
    }
}

/// An MCP server for one canister.
pub struct Server<C> {
    canister: C,
    interface: Interface,
    tools: Vec<Tool>,
}

impl<C: Canister> Server<C> {
    /// A server with the tools of this interface.
    #[must_use]
    pub fn new(canister: C, interface: Interface) -> Self {
        let tools = tools(&interface);
        Self {
            canister,
            interface,
            tools,
        }
    }

    /// Carries out a tool; `None` if there is none of this name.
    async fn carry_out(&self, name: &str, arguments: &JsonObject) -> Option<CallToolResult> {
        self.tool(name)?;
        let method = self.interface.method(name)?;
        Some(match self.ask(method, arguments).await {
            Ok(Answer::Ok(Value::Object(answer))) => {
                CallToolResult::structured(Value::Object(answer))
            }
            Ok(Answer::Ok(answer)) => CallToolResult::structured(json!({ "result": answer })),
            Ok(Answer::Err(refusal)) => CallToolResult::structured_error(refused(&refusal)),
            Err(error) => CallToolResult::structured_error(error.to_json()),
        })
    }

    async fn ask(&self, method: &Method, arguments: &JsonObject) -> Result<Answer> {
        let arguments = self.interface.encode_arguments(method, arguments)?;
        let answer = self.canister.call(method, arguments).await?;
        self.interface.decode_answer(method, &answer)
    }

    fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

/// A refusal in the form of every error. Canisters other than the scheduler refuse in forms of
/// their own, which are passed on whole.
fn refused(refusal: &Value) -> Value {
    match (refusal.get("kind"), refusal.get("rule"), refusal.get("fix")) {
        (Some(kind), Some(rule), Some(fix)) => json!({
            "kind": kind,
            "field": refusal.get("field"),
            "rule": rule,
            "fix": fix,
        }),
        _ => json!({
            "kind": "refused",
            "field": null,
            "rule": refusal,
            "fix": "correct the request as the canister says",
        }),
    }
}

impl<C: Canister> ServerHandler for Server<C> {
    fn get_info(&self) -> ServerConfig {
        let version = env!("CARGO_PKG_VERSION");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("chime", version).with_title("Chime"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> std::result::Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone())
            .with_ttl_ms(LIST_LIFETIME_MILLISECONDS))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tool(name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        match self.carry_out(&request.name, &arguments).await {
            Some(result) => Ok(result.into()),
            None => Err(ErrorData::new(
                ErrorCode::INVALID_PARAMS,
                format!("there is no tool {:?}", request.name),
                None,
            )),
        }
    }
}

#[cfg(test)]
mod tests;
