//! `chime run`: makes a task, and waits for its first execution if asked to.

use std::time::Duration;

use chime_types::{Action, CreateTaskRequest, Task, TaskExecution};
use tokio::time::sleep;

use crate::cli::changed::{Made, made};
use crate::cli::record::request_json;
use crate::cli::request;
use crate::cli::session::{Session, hint_to_keep_running, know_callees, with_scheduler};
use crate::cli::trial::trial;
use crate::cli::waiting::wait_for;
use crate::cli::{GlobalArguments, RunArguments};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Scheduler, not_known_yet, require_completed};
use crate::terminal::Writer;

/// `chime run`.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &RunArguments,
    writer: &Writer,
) -> Result<()> {
    let show = |task: &Task, execution| writer.answer(&Made::new(task, execution));
    make(global, arguments, writer, show).await
}

/// `chime task create`: the same, but the answer is the scheduler's own.
pub(in crate::cli) async fn create(
    global: &GlobalArguments,
    arguments: &RunArguments,
    writer: &Writer,
) -> Result<()> {
    let show = |task: &Task, execution| writer.answer(&made(task.clone(), execution));
    make(global, arguments, writer, show).await
}

/// Makes the task and shows what was made.
async fn make(
    global: &GlobalArguments,
    arguments: &RunArguments,
    writer: &Writer,
    show: impl FnOnce(&Task, Option<TaskExecution>) -> Result<()>,
) -> Result<()> {
    let request = request::create(arguments)?;
    if arguments.dry_run {
        return preview(global, &request, writer).await;
    }
    let made = with_scheduler(global, writer, async |session| {
        let mut request = request.clone();
        know_callees(session, &mut request, writer).await?;
        let task = session.scheduler.create_task(&request).await?;
        if task.steps.iter().any(|step| is_command(&step.action)) {
            writer.message(
                "Its commands wait until `chime worker` runs where they should be executed.",
            );
        }
        if !arguments.wait {
            hint_to_keep_running(session, writer);
            return Ok((task, None));
        }
        let execution = wait(session, &task, writer)
            .await
            .map_err(|error| not_known_yet(format!("task {} was made", task.id), error))?;
        Ok((task, Some(execution)))
    });
    let (task, execution) = made.await?;
    show(&task, execution.clone())?;
    execution.map_or(Ok(()), |execution| require_completed(execution).map(drop))
}

const fn is_command(action: &Action) -> bool {
    matches!(action, Action::Command { .. })
}

async fn preview(
    global: &GlobalArguments,
    request: &CreateTaskRequest,
    writer: &Writer,
) -> Result<()> {
    let shown = request_json("create_task", request);
    let answer = with_scheduler(global, writer, async |session| {
        trial(session, "create_task", shown).await
    });
    writer.answer(&answer.await?)
}

/// Waits for the end of the first execution, telling each attempt as it ends.
async fn wait(session: &Session, task: &Task, writer: &Writer) -> Result<TaskExecution> {
    match task.next_run_at {
        Some(at) if at > writer.clock().now_at() => {
            writer.message(format!(
                "Task {} runs first at {}.",
                task.id,
                writer.clock().both(at)
            ));
        }
        Some(_) => {}
        None => {
            let rule = format!("task {} has no next run to wait for", task.id);
            return Err(Error::new(
                Kind::Conflict,
                rule,
                "Leave --wait out, or give another schedule.",
            ));
        }
    }
    let first = first_execution(&session.scheduler, task).await?;
    wait_for(&session.scheduler, first.id, writer).await
}

async fn first_execution(scheduler: &Scheduler, task: &Task) -> Result<TaskExecution> {
    let longest = Duration::from_secs(1);
    let mut pause = Duration::from_millis(100);
    loop {
        // The newest comes first; a short interval may have made several meanwhile.
        let executions = scheduler.executions(task.id, None, usize::MAX).await?;
        if let Some(first) = executions.into_iter().next_back() {
            return Ok(first);
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}
