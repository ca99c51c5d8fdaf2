//! Executions as tasks of the Tasks extension (`io.modelcontextprotocol/tasks`).
//!
//! An execution is kept by the scheduler already, so its handle is its id and nothing is kept
//! here: a handle is good in every session, and after this program was started again.

use chime_types::{CancelExecutionRequest, ExecutionRequest, ExecutionStatus, TaskExecution};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResult, CreateTaskResult, DetailedTask, JsonObject, Task, TaskPayload, TaskStatus,
};
use serde_json::{Value, json};

use super::Library;
use crate::error::{Error, Kind, Result};
use crate::mcp::offer::Answer;
use crate::words::rfc3339;

const PREFIX: &str = "execution-";

/// How often a client should look.
const POLL_MILLISECONDS: u64 = 1_000;

impl Library {
    /// A handle of an execution that has just been made.
    pub async fn handle(&self, execution_id: u64) -> Result<CreateTaskResult> {
        let request = ExecutionRequest { execution_id };
        let execution = self.scheduler.get_execution(&request).await?;
        Ok(CreateTaskResult::new(describe(
            &execution,
            TaskStatus::Working,
        )))
    }

    /// How far the execution behind a handle is, and its outcome.
    pub async fn handled(&self, handle: &str) -> Answer<DetailedTask> {
        let request = ExecutionRequest {
            execution_id: parse(handle)?,
        };
        let looked = async {
            let execution = self.scheduler.get_execution(&request).await?;
            let value = self.ask_value("get_execution", &request).await?;
            Ok::<_, Error>((execution, value))
        };
        let (execution, value) = looked.await.map_err(|error| unknown(handle, &error))?;
        Ok(DetailedTask::new(
            describe(&execution, TaskStatus::Working),
            payload(execution.status, value)?,
        ))
    }

    /// Asks the execution behind a handle to stop; one that has ended already is left as it is.
    pub async fn stop(&self, handle: &str) -> Answer<()> {
        let execution_id = parse(handle)?;
        let request = CancelExecutionRequest {
            execution_id,
            reason: Some("the client cancelled its task".to_string()),
            terminate: None,
        };
        match self.scheduler.cancel_execution(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == Kind::Conflict => Ok(()),
            Err(error) => Err(unknown(handle, &error)),
        }
    }
}

fn describe(execution: &TaskExecution, status: TaskStatus) -> Task {
    let changed_at = execution
        .finished_at
        .or_else(|| execution.attempts.last().map(|attempt| attempt.started_at))
        .unwrap_or(execution.scheduled_at);
    Task::new(
        format!("{PREFIX}{}", execution.id),
        status,
        rfc3339(execution.scheduled_at),
        rfc3339(changed_at),
    )
    .with_status_message(message(execution))
    .with_poll_interval_ms(POLL_MILLISECONDS)
}

fn message(execution: &TaskExecution) -> String {
    let state = execution.status.name();
    if execution.status.is_final() {
        return format!("execution {} is {state}", execution.id);
    }
    format!(
        "execution {} is {state} at step {}, attempt {}",
        execution.id,
        u64::from(execution.step_to_execute) + 1,
        execution.attempt
    )
}

/// An execution that failed is a call that completed: `failed` means in the protocol that the call
/// itself could not be carried out. Its result is the execution, as when one waits for the answer.
fn payload(status: ExecutionStatus, execution: Value) -> Answer<TaskPayload> {
    match status {
        ExecutionStatus::Ready | ExecutionStatus::Running | ExecutionStatus::Waiting => {
            Ok(TaskPayload::Working)
        }
        ExecutionStatus::Cancelled => Ok(TaskPayload::Cancelled),
        ExecutionStatus::Completed
        | ExecutionStatus::Failed
        | ExecutionStatus::TimedOut
        | ExecutionStatus::Skipped
        | ExecutionStatus::Missed => Ok(TaskPayload::Completed {
            result: object(&CallToolResult::structured(execution))?,
        }),
    }
}

fn object(result: &CallToolResult) -> Answer<JsonObject> {
    match serde_json::to_value(result) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(ErrorData::internal_error("the result is no object", None)),
    }
}

fn parse(handle: &str) -> Answer<u64> {
    handle
        .strip_prefix(PREFIX)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| {
            ErrorData::invalid_params(
                "there is no such task: handles are given by run_task_now",
                Some(json!({ "taskId": handle })),
            )
        })
}

fn unknown(handle: &str, error: &Error) -> ErrorData {
    let data = Some(json!({ "taskId": handle, "error": error.to_json() }));
    match error.kind() {
        Kind::NotFound => ErrorData::invalid_params("there is no such task", data),
        _ => ErrorData::internal_error(error.explanation(), data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::execution;

    #[test]
    fn should_say_how_an_execution_stands_in_the_protocol_s_words() {
        let status = |status| payload(status, json!({ "id": "7" })).unwrap().status();
        for (own, theirs) in [
            (ExecutionStatus::Ready, TaskStatus::Working),
            (ExecutionStatus::Running, TaskStatus::Working),
            (ExecutionStatus::Waiting, TaskStatus::Working),
            (ExecutionStatus::Completed, TaskStatus::Completed),
            (ExecutionStatus::Failed, TaskStatus::Completed),
            (ExecutionStatus::TimedOut, TaskStatus::Completed),
            (ExecutionStatus::Cancelled, TaskStatus::Cancelled),
            (ExecutionStatus::Skipped, TaskStatus::Completed),
            (ExecutionStatus::Missed, TaskStatus::Completed),
        ] {
            assert_eq!(status(own), theirs, "{own:?}");
        }
    }

    #[test]
    fn should_show_the_execution_as_the_result() {
        let execution = json!({ "id": "7", "status": "failed" });
        match payload(ExecutionStatus::Failed, execution.clone()).unwrap() {
            TaskPayload::Completed { result } => {
                assert_eq!(result["structuredContent"], execution);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn should_make_handles_that_it_reads() {
        let task = describe(&execution(ExecutionStatus::Running), TaskStatus::Working);
        assert_eq!(
            parse(&task.task_id).unwrap(),
            execution(ExecutionStatus::Running).id
        );
        for handle in ["", "7", "execution-", "execution-x", "execution--1"] {
            assert_eq!(parse(handle).unwrap_err().code.0, -32602, "{handle}");
        }
    }
}
