//! What `chime mcp` offers: the tools of a canister and, if it is a scheduler, its library.

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompletionInfo,
    DetailedTask, ErrorCode, GetPromptRequestMethod, GetPromptRequestParams, GetPromptResponse,
    Implementation, InputResponses, JsonObject, ListResourcesResult, Prompt,
    ReadResourceRequestMethod, ReadResourceResult, ResourceTemplate, ServerCapabilities,
    ServerConfig, Tool,
};
use serde_json::Value;
use tokio::sync::mpsc;

use super::changes::Changes;
use super::consent::{self, CONFIRM, Consent};
use super::library::Library;
use super::offer::{Answer, Call, Offer};
use super::tool;
use crate::methods::{self, Progress, Reply, Toolbox};

/// The tool whose outcome may be handed back as a task, and the argument that asks for it.
const RUN_TOOL: &str = "run_task_now";
const WAIT_ARGUMENT: &str = "wait_seconds";

/// Reports of progress that wait to be sent; more are left out.
const REPORTS: usize = 16;

/// What `chime mcp` offers.
pub struct CanisterOffer<T> {
    toolbox: T,
    library: Option<Library>,
    nothing_changes: Changes,
}

impl<T: Toolbox> CanisterOffer<T> {
    /// The tools of a canister, and its library if it is a scheduler.
    #[must_use]
    pub fn new(toolbox: T, library: Option<Library>) -> Self {
        Self {
            toolbox,
            library,
            nothing_changes: Changes::silent(),
        }
    }

    fn library(&self) -> Option<&Library> {
        self.library.as_ref()
    }

    /// Whether outcomes are handed back as tasks: only by what may run tasks at all.
    fn hands_back(&self) -> bool {
        self.library.is_some() && self.toolbox.tool(RUN_TOOL).is_some()
    }

    async fn use_tool(
        &self,
        name: &str,
        arguments: &JsonObject,
        call: &Call,
    ) -> Answer<CallToolResult> {
        self.reply(name, arguments, call).await.map(tool::result)
    }

    /// Uses a tool that wants its user's consent, with a client that can ask for it: whatever the
    /// model has confirmed, the user has the last word.
    async fn use_with_consent(
        &self,
        request: &CallToolRequestParams,
        call: &Call,
    ) -> Answer<CallToolResponse> {
        let name = request.name.as_ref();
        let mut arguments = request.arguments.clone().unwrap_or_default();
        arguments.shift_remove(CONFIRM);
        let consent = match consent::is_given(request.input_responses.as_ref()) {
            Some(true) => Consent::Given,
            Some(false) => {
                Consent::Refused("the user was asked and did not agree; nothing was done")
            }
            None => match self.reply(name, &arguments, call).await? {
                Reply::Refused(body) if body["kind"] == "confirmation_required" => {
                    consent::ask(call, &body).await
                }
                reply => return Ok(tool::result(reply).into()),
            },
        };
        match consent {
            Consent::Asked(question) => Ok((*question).into()),
            Consent::Refused(rule) => {
                Ok(tool::result(Reply::Refused(consent::refusal(rule))).into())
            }
            Consent::Given => {
                arguments.insert(CONFIRM.to_string(), Value::Bool(true));
                Ok(self.use_tool(name, &arguments, call).await?.into())
            }
        }
    }

    async fn reply(&self, name: &str, arguments: &JsonObject, call: &Call) -> Answer<Reply> {
        let (sender, mut reports) = mpsc::channel(REPORTS);
        let reporter = Reporter(sender);
        let calling = self.toolbox.call(name, arguments, &reporter);
        tokio::pin!(calling);
        let result = loop {
            tokio::select! {
                biased;
                Some(report) = reports.recv() => send(report, call).await,
                result = &mut calling => break result,
            }
        };
        // What was reported last comes before the answer.
        while let Ok(report) = reports.try_recv() {
            send(report, call).await;
        }
        result.ok_or_else(|| {
            ErrorData::new(
                ErrorCode::INVALID_PARAMS,
                format!("there is no tool {name:?}"),
                None,
            )
        })
    }

    /// Runs a task and hands back the execution as a task of the protocol.
    async fn begin(
        &self,
        library: &Library,
        mut arguments: JsonObject,
        call: &Call,
    ) -> Answer<CallToolResponse> {
        arguments.remove(WAIT_ARGUMENT);
        let result = self.use_tool(RUN_TOOL, &arguments, call).await?;
        let execution_id = result
            .structured_content
            .as_ref()
            .and_then(|execution| execution.get("id"))
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok());
        match execution_id {
            Some(id) if result.is_error != Some(true) => match library.handle(id).await {
                Ok(handle) => Ok(handle.into()),
                // It runs, whoever may look at it.
                Err(_) => Ok(result.into()),
            },
            _ => Ok(result.into()),
        }
    }
}

struct Report {
    done: f64,
    total: Option<f64>,
    message: String,
}

struct Reporter(mpsc::Sender<Report>);

impl Progress for Reporter {
    fn report(&self, done: f64, total: Option<f64>, message: &str) {
        let report = Report {
            done,
            total,
            message: message.to_string(),
        };
        if self.0.try_send(report).is_err() {
            tracing::debug!("a report of progress is left out");
        }
    }
}

async fn send(report: Report, call: &Call) {
    call.progress(report.done, report.total, Some(report.message))
        .await;
}

/// Whether the call wants to wait for an outcome.
fn waits(request: &CallToolRequestParams) -> bool {
    let given = request
        .arguments
        .as_ref()
        .and_then(|arguments| arguments.get(WAIT_ARGUMENT));
    let is_zero = |value: &Value| match value {
        Value::Null => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim_end_matches('s').bytes().all(|byte| byte == b'0'),
        _ => false,
    };
    request.name == RUN_TOOL && given.is_some_and(|value| !is_zero(value))
}

impl<T: Toolbox> Offer for CanisterOffer<T> {
    fn info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools();
        let capabilities = match self.library {
            None => tools.build(),
            Some(_) => {
                let all = tools
                    .enable_completions()
                    .enable_prompts()
                    .enable_resources()
                    .enable_resources_list_changed()
                    .enable_resources_subscribe();
                match self.hands_back() {
                    true => all.enable_tasks().build(),
                    false => all.build(),
                }
            }
        };
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("chime", env!("CARGO_PKG_VERSION")).with_title("Chime"),
            )
            .with_instructions(self.toolbox.instructions())
    }

    fn changes(&self) -> &Changes {
        self.library()
            .map_or(&self.nothing_changes, Library::changes)
    }

    fn tools(&self) -> Vec<Tool> {
        self.toolbox.tools().iter().map(tool::tool).collect()
    }

    fn tool(&self, name: &str) -> Option<Tool> {
        self.toolbox.tool(name).map(tool::tool)
    }

    async fn call(&self, request: CallToolRequestParams, call: &Call) -> Answer<CallToolResponse> {
        let asks = |tool: &methods::Tool| tool.asks_for_consent;
        if self.toolbox.tool(&request.name).is_some_and(asks) && call.can_ask() {
            return self.use_with_consent(&request, call).await;
        }
        let as_task = waits(&request) && self.hands_back() && call.takes_tasks();
        let arguments = request.arguments.unwrap_or_default();
        match self.library().filter(|_| as_task) {
            Some(library) => self.begin(library, arguments, call).await,
            None => {
                let result = self.use_tool(&request.name, &arguments, call).await?;
                Ok(result.into())
            }
        }
    }

    fn prompts(&self) -> Vec<Prompt> {
        self.library().map_or(Vec::new(), |_| Library::prompts())
    }

    async fn prompt(&self, request: GetPromptRequestParams) -> Answer<GetPromptResponse> {
        match self.library() {
            Some(library) => Ok(library.prompt(&request).await?.into()),
            None => Err(ErrorData::method_not_found::<GetPromptRequestMethod>()),
        }
    }

    async fn resources(&self, cursor: Option<&str>) -> Answer<ListResourcesResult> {
        match self.library() {
            Some(library) => library.resources(cursor).await,
            None => Ok(ListResourcesResult::default()),
        }
    }

    fn templates(&self) -> Vec<ResourceTemplate> {
        self.library().map_or(Vec::new(), |_| Library::templates())
    }

    async fn read(&self, uri: &str) -> Answer<ReadResourceResult> {
        match self.library() {
            Some(library) => library.read(uri).await,
            None => Err(ErrorData::method_not_found::<ReadResourceRequestMethod>()),
        }
    }

    fn may_change(&self, uri: &str) -> bool {
        self.library().is_some() && Library::may_change(uri)
    }

    async fn complete(&self, request: CompleteRequestParams) -> Answer<CompletionInfo> {
        match self.library() {
            Some(library) => library.complete(&request).await,
            None => Ok(CompletionInfo::default()),
        }
    }

    async fn task(&self, task_id: &str) -> Answer<DetailedTask> {
        self.require_library()?.handled(task_id).await
    }

    async fn answer_task(&self, task_id: &str, _answers: InputResponses) -> Answer<()> {
        // Nothing here asks for input: what is not asked for is ignored, as the extension has it.
        self.task(task_id).await.map(|_| ())
    }

    async fn cancel_task(&self, task_id: &str) -> Answer<()> {
        self.require_library()?.stop(task_id).await
    }
}

impl<T: Toolbox> CanisterOffer<T> {
    fn require_library(&self) -> Answer<&Library> {
        self.library().filter(|_| self.hands_back()).ok_or_else(|| {
            ErrorData::invalid_params("there is no such task: this server makes none", None)
        })
    }
}

#[cfg(test)]
mod tests;
