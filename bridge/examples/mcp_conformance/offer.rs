//! The fixtures as an offer.

use chime::mcp::{Answer, Call, Changes, Offer};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompletionInfo, DetailedTask,
    GetPromptRequestParams, GetPromptResponse, Implementation, InputResponses, ListResourcesResult,
    Prompt, ReadResourceResult, ResourceTemplate, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::task_manager::TaskManager;
use serde_json::{Value, json};

use super::contents::{made, result};
use super::rounds::{Given, Round};
use super::{asking, contents, rounds, tools, work};

pub struct Fixtures {
    changes: Changes,
    tasks: TaskManager,
}

impl Fixtures {
    pub fn new() -> Self {
        Self {
            changes: Changes::silent(),
            tasks: TaskManager::new(),
        }
    }
}

impl Offer for Fixtures {
    fn info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_tasks()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("chime-fixtures", "0.0.0"))
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn tools(&self) -> Vec<Tool> {
        tools::tools()
    }

    async fn call(&self, request: CallToolRequestParams, call: &Call) -> Answer<CallToolResponse> {
        let name = request.name.as_ref();
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let given = Given {
            answers: request.input_responses.as_ref(),
            state: request.request_state.as_deref(),
        };
        if let Some(round) = rounds::call(name, &given, call) {
            return Ok(match round? {
                Round::Ask(question) => question.into(),
                Round::Done(said) => tools::text(said).into(),
            });
        }
        if let Some(answer) = work::call(name, &arguments, &given, call, &self.tasks).await {
            return answer;
        }
        if let Some(answer) = asking::call(name, &arguments, call).await {
            return answer.map(Into::into);
        }
        match tools::call(name, &arguments, call, &self.changes.teller()).await {
            Some(answer) => answer.map(Into::into),
            None => Err(ErrorData::invalid_params(
                format!("there is no tool {name:?}"),
                None,
            )),
        }
    }

    fn prompts(&self) -> Vec<Prompt> {
        contents::prompts()
    }

    async fn prompt(&self, request: GetPromptRequestParams) -> Answer<GetPromptResponse> {
        if request.name == "test_input_required_result_prompt" {
            let given = Given {
                answers: request.input_responses.as_ref(),
                state: request.request_state.as_deref(),
            };
            return Ok(match rounds::prompt(&given) {
                Round::Ask(question) => question.into(),
                Round::Done(context) => GetPromptResponse::Complete(result(json!({ "messages": [{
                    "role": "user",
                    "content": { "type": "text", "text": format!("Use {context}.") },
                }] }))),
            });
        }
        match contents::prompt(&request.name, request.arguments.as_ref()) {
            Some(prompt) => Ok(prompt.into()),
            None => Err(ErrorData::invalid_params("there is no such prompt", None)),
        }
    }

    async fn resources(&self, _cursor: Option<&str>) -> Answer<ListResourcesResult> {
        Ok(ListResourcesResult::with_all_items(contents::resources()))
    }

    fn templates(&self) -> Vec<ResourceTemplate> {
        contents::templates()
    }

    async fn read(&self, uri: &str) -> Answer<ReadResourceResult> {
        contents::read(uri)
    }

    fn may_change(&self, uri: &str) -> bool {
        uri == "test://watched-resource"
    }

    async fn complete(&self, _request: CompleteRequestParams) -> Answer<CompletionInfo> {
        Ok(made(
            json!({ "values": ["paris", "park", "party"], "total": 3, "hasMore": false }),
        ))
    }

    async fn task(&self, task_id: &str) -> Answer<DetailedTask> {
        self.tasks.get_task(task_id)
    }

    async fn answer_task(&self, task_id: &str, answers: InputResponses) -> Answer<()> {
        self.tasks.update_task(task_id, answers)
    }

    async fn cancel_task(&self, task_id: &str) -> Answer<()> {
        self.tasks.cancel_task(task_id)
    }
}
