//! What resources show: a list by pages, the patterns of their addresses, and their contents.

use candid::CandidType;
use chime_types::{
    EmptyRequest, ExecutionRequest, GetMyTasksRequest, GetTaskExecutionsRequest, Task, TaskRequest,
};
use rmcp::ErrorData;
use rmcp::model::{
    ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
};
use serde_json::{Value, json};

use super::Library;
use super::address::Address;
use crate::candid_json::Answer as Decoded;
use crate::error::{Error, Kind, Result};
use crate::mcp::offer::Answer;
use crate::mcp::plain::plain;
use crate::scheduler::{Canister, Manner};
use crate::words::{self, rfc3339};

/// Tasks on a page of the list.
const PAGE_TASKS: u32 = 100;

/// Executions that `chime://task/{id}/executions` shows, the latest first.
const EXECUTIONS_SHOWN: u32 = 20;

const JSON: &str = "application/json";
const MARKDOWN: &str = "text/markdown";
const TEXT: &str = "text/plain";

/// The patterns of the addresses of tasks and executions.
pub const TASK_TEMPLATE: &str = "chime://task/{task_id}";
pub const TASK_EXECUTIONS_TEMPLATE: &str = "chime://task/{task_id}/executions";
pub const EXECUTION_TEMPLATE: &str = "chime://execution/{execution_id}";

pub fn templates() -> Vec<ResourceTemplate> {
    let template = |uri, name, title, description: &str| {
        ResourceTemplate::new(uri, name)
            .with_title(title)
            .with_description(description)
            .with_mime_type(JSON)
    };
    vec![
        template(
            TASK_TEMPLATE,
            "task",
            "Task",
            "A task: its steps, its schedules with zone and next times, how it stands.",
        ),
        template(
            TASK_EXECUTIONS_TEMPLATE,
            "task_executions",
            "Executions of a task",
            "The latest 20 executions of a task, the newest first, with attempts and errors.",
        ),
        template(
            EXECUTION_TEMPLATE,
            "execution",
            "Execution",
            "An execution: its state, attempts, log, result and error.",
        ),
    ]
}

impl Library {
    /// A page of the list: what is always there, then the caller's tasks, the oldest first.
    pub async fn resources(&self, cursor: Option<&str>) -> Answer<ListResourcesResult> {
        let after = cursor.map(parse_cursor).transpose()?;
        let request = GetMyTasksRequest {
            cursor: after,
            limit: Some(PAGE_TASKS),
            owner: None,
        };
        let page = self
            .scheduler
            .get_my_tasks(&request)
            .await
            .map_err(|error| unreadable(&error, None))?;
        let mut resources = match after {
            None => always_there(),
            Some(_) => Vec::new(),
        };
        resources.extend(page.tasks.iter().map(of_task));
        let mut result = ListResourcesResult::with_all_items(resources);
        result.next_cursor = page.next_cursor.map(|cursor| cursor.to_string());
        Ok(result)
    }

    /// Reads what is at an address.
    pub async fn read(&self, uri: &str) -> Answer<ReadResourceResult> {
        let Some(address) = Address::parse(uri) else {
            return Err(not_found(
                uri,
                "the addresses are chime://guide, chime://interface, chime://task/ID, \
                 chime://task/ID/executions and chime://execution/ID",
            ));
        };
        let contents = self
            .contents(address)
            .await
            .map_err(|error| unreadable(&error, Some(uri)))?;
        Ok(ReadResourceResult::new(vec![contents]))
    }

    /// What an address shows.
    pub(super) async fn contents(&self, address: Address) -> Result<ResourceContents> {
        let (text, kind) = match address {
            Address::Guide => (self.documentation().await?.guide, MARKDOWN),
            Address::Interface => (self.documentation().await?.interface, TEXT),
            Address::Task(task_id) => {
                let request = TaskRequest { task_id };
                (self.ask("get_task", &request).await?, JSON)
            }
            Address::TaskExecutions(task_id) => {
                let request = GetTaskExecutionsRequest {
                    task_id,
                    cursor: None,
                    limit: Some(EXECUTIONS_SHOWN),
                    status: None,
                };
                (self.ask("get_task_executions", &request).await?, JSON)
            }
            Address::Execution(execution_id) => {
                let request = ExecutionRequest { execution_id };
                (self.ask("get_execution", &request).await?, JSON)
            }
        };
        Ok(ResourceContents::text(text, address.to_string()).with_mime_type(kind))
    }

    async fn documentation(&self) -> Result<chime_types::ApiDoc> {
        self.scheduler.get_api_doc(&EmptyRequest {}).await
    }

    /// The answer of a method in the form that tools give it.
    async fn ask(&self, method: &str, request: &impl CandidType) -> Result<String> {
        let value = self.ask_value(method, request).await?;
        serde_json::to_string_pretty(&plain(value)).map_err(|error| {
            Error::new(Kind::Internal, "the answer is no JSON", "report this").because(error)
        })
    }

    /// The answer of a method as a value.
    pub(super) async fn ask_value(&self, method: &str, request: &impl CandidType) -> Result<Value> {
        let arguments =
            candid::encode_one(request).expect("BUG: the types of the interface can be encoded");
        let canister = self.scheduler.canister();
        let answer = canister.call(Manner::Query, method, arguments).await?;
        let method = self
            .interface
            .method(method)
            .expect("BUG: the scheduler's own interface has its methods");
        match self.interface.decode_answer(method, &answer)? {
            Decoded::Ok(mut value) => {
                self.scheduler.put_names(&mut value).await;
                Ok(value)
            }
            Decoded::Err(refusal) => Err(refused(&refusal)),
        }
    }
}

/// The scheduler's refusal as an error.
fn refused(refusal: &Value) -> Error {
    let text = |name: &str| {
        refusal
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.name() == text("kind"))
        .unwrap_or(Kind::Refused);
    Error::new(kind, text("rule"), text("fix"))
}

fn always_there() -> Vec<Resource> {
    vec![
        Resource::new(Address::Guide.to_string(), "guide")
            .with_title("Guide")
            .with_description("How to use the scheduler: tasks, schedules, retries, errors.")
            .with_mime_type(MARKDOWN),
        Resource::new(Address::Interface.to_string(), "interface")
            .with_title("Interface")
            .with_description("Every method of the scheduler with its types, in Candid.")
            .with_mime_type(TEXT),
    ]
}

fn of_task(task: &Task) -> Resource {
    let next = match task.next_run_at {
        Some(at) => format!("next run {}", rfc3339(at)),
        None => "no next run".to_string(),
    };
    let description = format!(
        "Task {}, {next}. {}",
        task.id,
        words::plain(&task.description)
    );
    let name = words::plain(&task.name).into_owned();
    Resource::new(Address::Task(task.id).to_string(), name)
        .with_description(description.trim_end())
        .with_mime_type(JSON)
}

fn parse_cursor(text: &str) -> Answer<u64> {
    text.parse().map_err(|_| {
        ErrorData::invalid_params(
            "the cursor is not one that this list gave",
            Some(json!({ "cursor": text })),
        )
    })
}

fn not_found(uri: &str, rule: &str) -> ErrorData {
    ErrorData::resource_not_found(
        format!("there is no resource {uri}: {rule}"),
        Some(json!({ "uri": uri })),
    )
}

fn unreadable(error: &Error, uri: Option<&str>) -> ErrorData {
    if let (Kind::NotFound, Some(uri)) = (error.kind(), uri) {
        return not_found(uri, error.rule());
    }
    let mut data = error.to_json();
    if let (Some(uri), Some(object)) = (uri, data.as_object_mut()) {
        object.insert("uri".to_string(), json!(uri));
    }
    ErrorData::internal_error(
        format!("{}. {}", error.explanation(), error.fix()),
        Some(data),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::task;

    #[test]
    fn should_describe_a_task_in_the_list() {
        let mut weekly = task(7, "report");
        weekly.description = "the weekly report".into();
        weekly.next_run_at = Some(0);
        let resource = of_task(&weekly);
        assert_eq!(resource.uri, "chime://task/7");
        assert_eq!(resource.name, "report");
        assert_eq!(
            resource.description.as_deref(),
            Some("Task 7, next run 1970-01-01T00:00:00Z. the weekly report")
        );
    }

    #[test]
    fn should_say_which_resource_is_not_there() {
        let gone = Error::new(Kind::NotFound, "no task has this id", "list them");
        let error = unreadable(&gone, Some("chime://task/9"));
        assert_eq!(error.code.0, -32002);
        assert_eq!(error.data.unwrap()["uri"], "chime://task/9");
        let away = Error::new(Kind::Unreachable, "no answer", "wait");
        let error = unreadable(&away, Some("chime://task/9"));
        assert_eq!(error.code.0, -32603);
        assert_eq!(error.data.unwrap()["kind"], "unreachable");
    }

    #[test]
    fn should_have_patterns_that_lead_to_addresses() {
        for template in templates() {
            let uri = template
                .uri_template
                .replace("{task_id}", "7")
                .replace("{execution_id}", "7");
            assert!(Address::parse(&uri).is_some(), "{uri}");
        }
    }

    #[test]
    fn should_refuse_a_cursor_that_is_none() {
        assert_eq!(parse_cursor("12").ok(), Some(12));
        assert_eq!(parse_cursor("x").unwrap_err().code.0, -32602);
    }
}
