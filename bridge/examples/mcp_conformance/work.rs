//! Tools whose work goes on behind a handle: the Tasks extension.

use std::time::Duration;

use chime::mcp::{Answer, Call};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, CallToolResult, ClientCapabilities, CreateTaskResult, InputRequest, Task,
};
use rmcp::task_manager::{TaskContext, TaskExit, TaskFuture, TaskManager, TaskOptions};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::contents::{made, result};
use super::rounds::{Given, Round, ask, form};
use super::tools::text;

type Outcome = Result<CallToolResult, TaskExit>;

/// Carries out a tool that may be handed back as a task; `None` if this is none of them.
pub async fn call(
    name: &str,
    arguments: &Value,
    given: &Given<'_>,
    call: &Call,
    manager: &TaskManager,
) -> Option<Answer<CallToolResponse>> {
    let seconds = arguments["seconds"].as_f64().unwrap_or(0.0);
    Some(match name {
        "slow_compute" if !call.takes_tasks() => {
            sleep(Duration::from_secs_f64(seconds)).await;
            Ok(text("Computed.").into())
        }
        "slow_compute" => spawn(manager, move |context| Box::pin(compute(seconds, context))),
        "failing_job" if !call.takes_tasks() => Err(needs_tasks()),
        "failing_job" => spawn(manager, |_| Box::pin(fail())),
        "protocol_error_job" => spawn(manager, |_| {
            Box::pin(async { Err(ErrorData::internal_error("broken on purpose", None).into()) })
        }),
        "confirm_delete" => spawn(manager, |context| Box::pin(ask_for(context, &["confirm"]))),
        "multi_input" => spawn(manager, |context| {
            Box::pin(ask_for(context, &["first", "second"]))
        }),
        "test_tool_with_task" => name_then_task(given, manager),
        _ => return None,
    })
}

fn spawn(
    manager: &TaskManager,
    work: impl FnOnce(TaskContext) -> TaskFuture,
) -> Answer<CallToolResponse> {
    let task: Task = manager.spawn(TaskOptions::default(), work);
    Ok(CreateTaskResult::new(task).into())
}

async fn compute(seconds: f64, context: TaskContext) -> Outcome {
    tokio::select! {
        () = sleep(Duration::from_secs_f64(seconds)) => Ok(text("Computed.")),
        () = context.cancelled() => Err(TaskExit::Cancelled),
    }
}

async fn fail() -> Outcome {
    sleep(Duration::from_secs(1)).await;
    Ok(result(json!({ "isError": true,
        "content": [{ "type": "text", "text": "The job failed." }] })))
}

async fn ask_for(context: TaskContext, keys: &'static [&'static str]) -> Outcome {
    let questions = keys.iter().map(|key| {
        let question: InputRequest = made(form(&format!("Please confirm {key}"), "ok"));
        context.request_input(*key, question)
    });
    futures::future::try_join_all(questions).await?;
    Ok(text("Confirmed."))
}

/// Asks in rounds first, and only then begins the work.
fn name_then_task(given: &Given<'_>, manager: &TaskManager) -> Answer<CallToolResponse> {
    let Some(filled) = given.form("user_name") else {
        let Round::Ask(question) = ask(
            json!({ "user_name": form("What is your name?", "name") }),
            None,
        ) else {
            unreachable!("asking asks");
        };
        return Ok(question.into());
    };
    let greeting = format!("Hello, {}!", filled["name"].as_str().unwrap_or_default());
    spawn(manager, |_| Box::pin(async { Ok(text(greeting)) }))
}

fn needs_tasks() -> ErrorData {
    ErrorData::missing_required_client_capability(made::<ClientCapabilities>(json!({
        "extensions": { "io.modelcontextprotocol/tasks": {} }
    })))
}
