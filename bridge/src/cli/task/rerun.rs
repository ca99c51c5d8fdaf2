//! Running a task again: now, or where its latest execution stopped.

use chime_types::{RetryExecutionRequest, RunTaskNowRequest, Task, TaskExecution, WaitReason};

use crate::cli::execution::show::changed_execution;
use crate::cli::request::nanoseconds;
use crate::cli::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::waiting::{finish, wait_for};
use crate::cli::{GlobalArguments, ResumeFromArguments, RetryArguments, RunNowArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// `chime task run`.
pub(in crate::cli) async fn now(
    global: &GlobalArguments,
    arguments: &RunNowArguments,
    writer: &Writer,
) -> Result<()> {
    again(
        global,
        arguments.wait,
        writer,
        String::new(),
        async |session| {
            let task = session
                .scheduler
                .find_task(&arguments.selector.task)
                .await?;
            let request = RunTaskNowRequest {
                task_id: task.id,
                idempotency_key: arguments.key.clone(),
                scheduled_at: arguments
                    .scheduled
                    .map(|scheduled| nanoseconds("for", scheduled))
                    .transpose()?,
            };
            session.scheduler.run_task_now(&request).await
        },
    )
    .await
}

/// `chime task retry`.
pub(in crate::cli) async fn retry(
    global: &GlobalArguments,
    arguments: &RetryArguments,
    writer: &Writer,
) -> Result<()> {
    let what = match arguments.from_start {
        true => ", from the first step",
        false => ", from the step that failed",
    };
    again(
        global,
        arguments.wait,
        writer,
        what.into(),
        async |session| {
            let task = session
                .scheduler
                .find_task(&arguments.selector.task)
                .await?;
            let request = RetryExecutionRequest {
                execution_id: unfinished(session, &task).await?.id,
                from_start: Some(arguments.from_start),
                from_step: None,
            };
            session.scheduler.retry_execution(&request).await
        },
    )
    .await
}

/// `chime task resume-from`.
pub(in crate::cli) async fn resume_from(
    global: &GlobalArguments,
    arguments: &ResumeFromArguments,
    writer: &Writer,
) -> Result<()> {
    let what = format!(", from step {}", arguments.step);
    again(global, arguments.wait, writer, what, async |session| {
        let task = session
            .scheduler
            .find_task(&arguments.selector.task)
            .await?;
        let request = RetryExecutionRequest {
            execution_id: unfinished(session, &task).await?.id,
            from_start: None,
            from_step: Some(step_index(&task, &arguments.step)?),
        };
        session.scheduler.retry_execution(&request).await
    })
    .await
}

/// Begins an execution, and waits for its end if asked to. `what` follows the word for how it stands.
pub(in crate::cli) async fn again(
    global: &GlobalArguments,
    wait: bool,
    writer: &Writer,
    what: String,
    begin: impl AsyncFnOnce(&Session) -> Result<TaskExecution>,
) -> Result<()> {
    let execution = with_scheduler(global, writer, async |session| {
        let execution = begin(session).await?;
        match wait {
            true => wait_for(&session.scheduler, execution.id, writer).await,
            false => {
                hint_to_keep_running(session, writer);
                Ok(execution)
            }
        }
    })
    .await?;
    match wait {
        true => finish(execution, writer),
        false => {
            // What has just become ready starts at once, unless a limit keeps it.
            let begun = match execution.waiting_for {
                Some(WaitReason::Worker) => "is queued for a worker",
                _ => "started",
            };
            writer.answer(&changed_execution(execution, format!("{begun}{what}")))
        }
    }
}

/// The latest failure, which is what is run again.
async fn unfinished(session: &Session, task: &Task) -> Result<TaskExecution> {
    let latest = session.scheduler.latest_failure(Some(task.id)).await?;
    latest.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!(
                "there is nothing to retry: no execution of task {} failed or timed out that was not run \
                 again since",
                task.id
            ),
            "run the whole task with `chime task run`, or name another execution to `chime execution \
             replay`",
        )
    })
}

/// The step with this number, counted from 1, or this name.
fn step_index(task: &Task, selector: &str) -> Result<u32> {
    let named = task
        .steps
        .iter()
        .position(|step| step.name.as_deref() == Some(selector));
    let numbered = selector
        .parse()
        .ok()
        .and_then(|number: usize| number.checked_sub(1));
    let index = named.or(numbered).filter(|index| *index < task.steps.len());
    index
        .and_then(|index| u32::try_from(index).ok())
        .ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("task {} has no step {selector:?}", task.id),
                format!(
                    "give a number from 1 to {}, or a name; `chime task show {}` lists them",
                    task.steps.len(),
                    task.id
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use chime_types::Action;

    #[test]
    fn should_know_a_step_by_number_and_name() {
        let mut task = fixtures::task(3, "x");
        let note = || fixtures::step(Action::Note { text: "x".into() });
        task.steps = vec![note(), note(), note()];
        task.steps[2].name = Some("upload".into());
        for (selector, index) in [("1", 0), ("3", 2), ("upload", 2)] {
            assert_eq!(step_index(&task, selector).unwrap(), index);
        }
        for selector in ["0", "4", "x", ""] {
            assert_eq!(step_index(&task, selector).unwrap_err().kind(), Kind::Usage);
        }
    }
}
