//! `run_task_now`: runs a task, and waits for the outcome if that is asked for.

use std::time::{Duration, Instant};

use chime_types::limits::NANOSECONDS;
use chime_types::{
    ExecutionRequest, ExecutionResult, ExecutionStatus, TaskExecution, TaskRequest, WaitReason,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::super::envelope::{Given, ResponseFormat};
use super::super::{CanisterTools, answers, views};
use crate::candid_json::Method;
use crate::diagnosis::ahead;
use crate::error::{Error, Kind, Result};
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
        // From here on it runs, whatever becomes of the questions about it.
        let told = self.tell(&execution, given, progress).await;
        told.or_else(|error| self.not_known(&execution, given.format, &error))
    }

    /// What became of an execution within the time.
    async fn tell(
        &self,
        execution: &TaskExecution,
        given: &Given,
        progress: &dyn Progress,
    ) -> Result<Value> {
        let task_id = execution.task_id;
        if let Some(done) = self
            .wait_for(execution, given.wait_seconds, progress)
            .await?
        {
            return self.outcome(&done, given.format).await;
        }
        let request = ExecutionRequest {
            execution_id: execution.id,
        };
        let now = self.scheduler.get_execution(&request).await?;
        let task = self.scheduler.get_task(&TaskRequest { task_id }).await?;
        let mut view = self.view(&now, given.format)?;
        if let Some(ahead) = ahead(&task, &now) {
            view["hint"] = json!(format!("{} Look with get_execution.", ahead.text));
        }
        Ok(view)
    }

    /// It was started, and nobody can say what became of it: whoever takes that for a failure starts
    /// another one.
    fn not_known(
        &self,
        execution: &TaskExecution,
        format: ResponseFormat,
        error: &Error,
    ) -> Result<Value> {
        let mut view = self.view(execution, format)?;
        view["outcome"] = json!("not_known_yet");
        view["hint"] = json!(format!(
            "execution {} was started; its outcome is not known yet. Do not run it again: look with \
             get_execution",
            execution.id
        ));
        view["reason"] = error.to_json();
        Ok(view)
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
        let sleeps = Notify::new();
        let look = || async {
            let seen = self.scheduler.get_execution(&request).await?;
            let left = seconds.saturating_sub(begin.elapsed().as_secs());
            if sleeps_longer(&seen, left) {
                sleeps.notify_one();
            }
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
        tokio::select! {
            done = wait(look, patience, |_| {}) => match done {
                Ok(done) => Ok(Some(done)),
                Err(error) if error.kind() == Kind::Unavailable => Ok(None),
                Err(error) => Err(error),
            },
            () = sleeps.notified() => Ok(None),
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

/// Whether nothing happens to an execution before the time is over, so that nobody need wait.
fn sleeps_longer(execution: &TaskExecution, seconds: u64) -> bool {
    let now_at = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
    let until_at = now_at.saturating_add(seconds.saturating_mul(NANOSECONDS));
    let is_asleep = match execution.waiting_for {
        Some(
            WaitReason::RetryBackoff
            | WaitReason::StepDelay
            | WaitReason::Snooze
            | WaitReason::Budget
            | WaitReason::Sleep,
        ) => true,
        // Somebody may come at any time.
        Some(WaitReason::Worker | WaitReason::OwnerDisabled | WaitReason::Diverged) | None => false,
    };
    is_asleep && execution.wake_at.is_some_and(|wake_at| wake_at > until_at)
}
