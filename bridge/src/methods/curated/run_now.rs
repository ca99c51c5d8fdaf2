//! `run_task_now`: runs a task, and waits for the outcome if that is asked for.

use std::time::{Duration, Instant};

use chime_types::{ExecutionRequest, ExecutionResult, ExecutionStatus, TaskExecution, TaskRequest};
use serde_json::{Value, json};

use super::super::envelope::{Given, ResponseFormat};
use super::super::{CanisterTools, answers, views};
use crate::candid_json::Method;
use crate::error::{Kind, Result};
use crate::methods::Progress;
use crate::scheduler::Canister;
use crate::scheduler::{Patience, wait};

impl<C: Canister> CanisterTools<C> {
    /// Runs the task, then looks until its execution is final or the time is over.
    pub(in super::super) async fn run_and_wait(
        &self,
        method: &Method,
        given: &Given,
        progress: &dyn Progress,
    ) -> Result<Value> {
        let encoded = self.interface.encode_arguments(method, &given.arguments)?;
        let bytes = self.send(method, encoded).await?;
        let answer: ExecutionResult = answers::typed(&bytes)?;
        let execution = answer.into_result()?;
        let outcome = self
            .wait_for(&execution, given.wait_seconds, progress)
            .await?;
        match outcome {
            Some(done) => self.outcome(&done, given.format).await,
            None => {
                let request = ExecutionRequest {
                    execution_id: execution.id,
                };
                let now = self.scheduler.get_execution(&request).await?;
                let mut view = self.view(&now, given.format)?;
                view["hint"] =
                    json!("it is not finished yet and goes on by itself: look with get_execution");
                Ok(view)
            }
        }
    }

    /// The execution when it is final; nothing if the time was over before.
    async fn wait_for(
        &self,
        execution: &TaskExecution,
        seconds: u64,
        progress: &dyn Progress,
    ) -> Result<Option<TaskExecution>> {
        let request = ExecutionRequest {
            execution_id: execution.id,
        };
        let patience = Patience {
            limit: Some(Duration::from_secs(seconds)),
            ..Patience::default()
        };
        let begin = Instant::now();
        let look = || async {
            let seen = self.scheduler.get_execution(&request).await?;
            let message = format!(
                "{}, step {}, attempt {}",
                seen.status.name(),
                u64::from(seen.step_to_execute) + 1,
                seen.attempt
            );
            progress.report(
                begin.elapsed().as_secs_f64(),
                Some(seconds as f64),
                &message,
            );
            Ok(seen)
        };
        match wait(look, patience, |_| {}).await {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.kind() == Kind::Unavailable => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What became of it, with an explanation if it did not complete.
    async fn outcome(&self, done: &TaskExecution, format: ResponseFormat) -> Result<Value> {
        let mut view = self.view(done, format)?;
        if done.status != ExecutionStatus::Completed {
            let task_id = done.task_id;
            let task = self.scheduler.get_task(&TaskRequest { task_id }).await?;
            let mut explanation = self.explanation(&task, done)?;
            if let Value::Object(members) = &mut explanation {
                // It stands beside.
                members.shift_remove("execution");
                members.shift_remove("error");
            }
            view["explanation"] = explanation;
        }
        Ok(view)
    }

    fn view(&self, execution: &TaskExecution, format: ResponseFormat) -> Result<Value> {
        let answer = ExecutionResult::Ok(execution.clone());
        let json = self.json_of("get_execution", &answer)?;
        Ok(match format {
            ResponseFormat::Concise => views::execution(&json, execution),
            ResponseFormat::Detailed => json,
        })
    }
}
