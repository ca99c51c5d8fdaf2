//! `explain_failure`: why an execution failed, and what to do, in the words of [`crate::diagnosis`].

use chime_types::{
    ExecutionRequest, ExecutionResult, ExecutionStatus, GetTaskExecutionsRequest, Task,
    TaskExecution, TaskRequest, TaskResult,
};
use serde_json::{Map, Value, json};

use super::super::{CanisterTools, Object, Tool, size, views};
use crate::diagnosis::{Explanation, Remedy, ahead, explain};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Canister;
use crate::words::action_text;

/// Steps whose JSON is longer are not repeated for editing; `get_task` shows them.
const LONGEST_STEPS: usize = 4_000;

/// Latest executions of a task that are looked at.
const LATEST: u32 = 5;

impl<C: Canister> CanisterTools<C> {
    /// Explains the execution or the latest failure that the arguments name.
    pub(in super::super) async fn explain_failure(&self, arguments: &Object) -> Result<Value> {
        let text = |name: &str| match arguments.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let execution = match (text("execution_id"), text("task")) {
            (Some(id), _) => {
                let execution_id = id.trim().parse().map_err(|_| wrong_id(&id))?;
                let found = self
                    .scheduler
                    .get_execution(&ExecutionRequest { execution_id })
                    .await;
                Some(found.map_err(|error| error.at("execution_id"))?)
            }
            (None, Some(task)) => {
                let found = self.scheduler.find_task(&task).await;
                let task = found.map_err(|error| error.at("task"))?;
                match self.scheduler.failure_of(task.id).await? {
                    Some(failure) => Some(failure),
                    None => self.stuck(&task).await?,
                }
            }
            (None, None) => self.scheduler.failure_of_all().await?,
        };
        let Some(execution) = execution else {
            return Ok(json!({
                "summary": "No failure is on record.",
                "what_to_do": [],
            }));
        };
        let task_id = execution.task_id;
        let task = self.scheduler.get_task(&TaskRequest { task_id }).await?;
        self.explanation(&task, &execution)
    }

    /// The latest execution of a task that does not go on until somebody does something.
    async fn stuck(&self, task: &Task) -> Result<Option<TaskExecution>> {
        let request = GetTaskExecutionsRequest {
            task_id: task.id,
            cursor: None,
            limit: Some(LATEST),
            status: None,
        };
        let page = self.scheduler.get_task_executions(&request).await?;
        let is_stuck = |execution: &TaskExecution| {
            ahead(task, execution).is_some_and(|ahead| ahead.needs_somebody)
        };
        Ok(page.executions.into_iter().find(is_stuck))
    }

    /// An explanation as the client sees it.
    pub(super) fn explanation(&self, task: &Task, execution: &TaskExecution) -> Result<Value> {
        let explained = explain(task, execution);
        let answer = ExecutionResult::Ok(execution.clone());
        let json = self.json_of("get_execution", &answer)?;
        let remedies: Vec<Value> = explained
            .remedies
            .iter()
            .map(|remedy| self.remedy(*remedy, task, execution))
            .collect::<Result<_>>()?;
        let mut view = head(&explained, execution);
        if let Some(step) = step(task, execution) {
            view.insert("step".to_string(), step);
        }
        if let Some(ahead) = ahead(task, execution) {
            view.insert("next".to_string(), json!(ahead.text));
        }
        view.insert("what_to_do".to_string(), json!(remedies));
        view.insert("attempts".to_string(), views::attempts(&execution.attempts));
        view.insert("execution".to_string(), views::execution(&json, execution));
        Ok(Value::Object(view))
    }

    /// What to do, with the tool for it if it is served.
    fn remedy(&self, remedy: Remedy, task: &Task, execution: &TaskExecution) -> Result<Value> {
        let Some((tool, mut arguments)) = tool(remedy, execution) else {
            return Ok(json!({ "do": remedy.text() }));
        };
        if remedy == Remedy::EditSteps {
            let answer = TaskResult::Ok(task.clone());
            let steps = editable_steps(&self.json_of("get_task", &answer)?);
            if size::size(&steps) <= LONGEST_STEPS {
                arguments["steps"] = steps;
            }
        }
        let served = self.entries.iter().find(|entry| entry.tool.name == tool);
        let key = if served.is_some() {
            "tool"
        } else {
            "tool_not_served"
        };
        let mut shown = json!({ "do": remedy.text(), key: tool, "arguments": arguments });
        let needs = served.map_or(Vec::new(), |entry| missing(&entry.tool, &arguments));
        if !needs.is_empty() {
            shown["needs"] = json!(needs);
        }
        if let (Remedy::EditSteps, Some(last)) = (remedy, execution.attempts.last()) {
            shown["then"] = json!({
                "tool": "retry_execution",
                "arguments": {
                    "execution_id": execution.id.to_string(),
                    "from_step": last.step,
                },
            });
        }
        Ok(shown)
    }
}

/// The steps of a task, as the canister shows it, in the form in which they are given.
fn editable_steps(task: &Value) -> Value {
    const GIVEN: [&str; 5] = [
        "name",
        "action",
        "run_next_after_seconds",
        "timeout_seconds",
        "continue_on_error",
    ];
    let none = Vec::new();
    let steps = task["steps"].as_array().unwrap_or(&none).iter();
    steps
        .map(|step| {
            let given = GIVEN.iter().filter_map(|name| {
                let value = step.get(*name).filter(|value| !value.is_null())?;
                Some(((*name).to_string(), without_nulls(value)))
            });
            Value::Object(given.collect())
        })
        .collect()
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name.clone(), without_nulls(member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

fn head(explained: &Explanation, execution: &TaskExecution) -> Map<String, Value> {
    let mut view = Map::new();
    view.insert("summary".to_string(), json!(explained.summary));
    view.insert("error_kind".to_string(), json!(explained.cause.name()));
    view.insert("likely_cause".to_string(), json!(explained.likely_cause));
    let last = execution
        .attempts
        .last()
        .and_then(|last| last.error.as_ref());
    if let Some(error) = execution.error.as_ref().or(last) {
        view.insert("error".to_string(), json!(error));
    }
    view.insert(
        "goes_on_by_itself".to_string(),
        json!(explained.goes_on_by_itself),
    );
    view
}

/// The step that the execution stopped at.
fn step(task: &Task, execution: &TaskExecution) -> Option<Value> {
    let number = execution.attempts.last()?.step;
    let step = task.steps.get(number as usize)?;
    Some(json!({
        "number": u64::from(number) + 1,
        "name": step.name,
        "does": action_text(&step.action),
        "timeout_seconds": step.timeout_seconds,
    }))
}

/// The tool that carries a remedy out, and its arguments as far as they are known.
fn tool(remedy: Remedy, execution: &TaskExecution) -> Option<(&'static str, Value)> {
    let execution_id = execution.id.to_string();
    let task_id = execution.task_id.to_string();
    Some(match remedy {
        Remedy::Wait => ("get_execution", json!({ "execution_id": execution_id })),
        Remedy::Retry => ("retry_execution", json!({ "execution_id": execution_id })),
        Remedy::RetryFromStart => (
            "retry_execution",
            json!({ "execution_id": execution_id, "from_start": true }),
        ),
        Remedy::RunNow => ("run_task_now", json!({ "task_id": task_id })),
        Remedy::EditSteps => ("update_task", json!({ "task_id": task_id })),
        Remedy::PutSecret => ("put_secret", json!({})),
        Remedy::DefineAction => ("define_action", json!({})),
        Remedy::RaiseTimeout => (
            "update_task",
            json!({ "task_id": task_id, "timeout_seconds": "10m" }),
        ),
        Remedy::RetryUnknown => (
            "update_task",
            json!({ "task_id": task_id, "on_unknown": "retry" }),
        ),
        Remedy::Resume => ("resume_task", json!({ "task_id": task_id })),
        Remedy::ChangePolicy => ("update_schedule", other_policy(execution)),
        Remedy::StartWorker | Remedy::TopUp => return None,
    })
}

/// Another policy for what became of this execution.
fn other_policy(execution: &TaskExecution) -> Value {
    let changes = match execution.status == ExecutionStatus::Missed {
        true => json!({ "missed_runs": { "all": { "maximum": 10 } } }),
        false => json!({ "overlap": "buffer_one" }),
    };
    let mut arguments = json!({ "task_id": execution.task_id.to_string(), "changes": changes });
    if let Some(schedule_id) = execution.schedule_id {
        arguments["schedule_id"] = json!(schedule_id.to_string());
    }
    arguments
}

/// The arguments that a tool needs and that are not known.
fn missing(tool: &Tool, given: &Value) -> Vec<String> {
    let required = tool.input_schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let unknown = names.filter(|name| given.get(name).is_none());
    unknown.map(str::to_string).collect()
}

fn wrong_id(given: &str) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!("expected an identifier: digits as text, got {given:?}"),
        "give it for example as \"42\"; for a task by its name use `task`",
    )
    .at("execution_id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::execution;
    use crate::methods::listing::Work;
    use crate::methods::tests::{Fake, tools};

    #[test]
    fn should_name_tools_that_take_what_is_given() {
        let tools = tools(Fake::default());
        for status in [
            ExecutionStatus::Missed,
            ExecutionStatus::Skipped,
            ExecutionStatus::Failed,
        ] {
            for remedy in Remedy::EVERY {
                let Some((name, given)) = tool(remedy, &execution(status)) else {
                    continue;
                };
                let entry = tools.entries.iter().find(|entry| entry.tool.name == name);
                let entry = entry.unwrap_or_else(|| panic!("{remedy:?}: there is no {name}"));
                let given = given.as_object().unwrap();
                entry.check_names(given).unwrap();
                let needs = missing(&entry.tool, &json!(given));
                if let (Work::Method(method), true) = (&entry.work, needs.is_empty()) {
                    let method = tools.interface.method(method).unwrap();
                    tools.interface.encode_arguments(method, given).unwrap();
                }
            }
        }
    }
}
