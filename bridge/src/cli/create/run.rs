//! `chime run`: makes a task, and waits for its first execution if asked to.

use std::time::Duration;

use chime_types::{Action, CreateTaskRequest, NewSchedule, Rule, Task, TaskExecution};
use tokio::time::sleep;

use crate::cli::changed::{Made, made};
use crate::cli::follow::{Followed, follow};
use crate::cli::record::request_json;
use crate::cli::request;
use crate::cli::session::{
    Session, hint_to_keep_running, know_callees, store, streaming, with_scheduler,
};
use crate::cli::trial::trial;
use crate::cli::waiting::{wait_for, wait_with_log};
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
    let (request, codices) = request::create(arguments)?;
    if arguments.dry_run {
        return preview(global, &request, writer).await;
    }
    let made = with_scheduler(global, writer, async |session| {
        store(session, &codices, writer).await?;
        let mut request = request.clone();
        know_callees(session, &mut request, writer).await?;
        let task = session.scheduler.create_task(&request).await?;
        if task.steps.iter().any(|step| is_command(&step.action)) {
            writer.message(
                "Its commands wait until `chime worker` runs where they should be executed.",
            );
        }
        let waits = arguments.wait || arguments.follow && is_over_soon(&request);
        if !waits && !would_be_lost(session, &request) {
            hint_to_keep_running(session, writer);
            return Ok((task, None));
        }
        if !waits {
            writer.message("The embedded network runs for this command only: waiting for the run.");
        }
        let execution = wait(session, &task, arguments.follow, writer)
            .await
            .map_err(|error| not_known_yet(format!("task {} was made", task.id), error))?;
        Ok((task, Some(execution)))
    });
    let (task, execution) = made.await?;
    show(&task, execution.clone())?;
    match execution {
        Some(execution) => require_completed(execution).map(drop),
        None if arguments.follow => follow_task(global, task.id, writer).await,
        None => Ok(()),
    }
}

/// Whether a task runs once: what is to be seen of it ends with that.
fn is_over_soon(request: &CreateTaskRequest) -> bool {
    let mut rules = request.schedules.iter().map(|schedule| &schedule.rule);
    rules.all(|rule| matches!(rule, Rule::Once { .. }))
}

/// Whether a program that is to run at once would have no network to run on after this command.
fn would_be_lost(session: &Session, request: &CreateTaskRequest) -> bool {
    let mut steps = request.steps.iter();
    let is_now = |schedule: &NewSchedule| {
        matches!(schedule.rule, Rule::Once { run_at: None })
            && schedule.start_after_seconds.is_none()
            && schedule.start_at.is_none()
    };
    session.hosted_here
        && request.disabled != Some(true)
        && steps.any(|step| matches!(step.action, Action::Codex { .. }))
        && request.schedules.iter().all(is_now)
}

async fn follow_task(global: &GlobalArguments, id: u64, writer: &Writer) -> Result<()> {
    streaming(global, writer, async |session| {
        let begin = usize::MAX;
        let followed = Followed::Task { id, begin };
        follow(&session.scheduler, writer, followed).await
    })
    .await
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
async fn wait(
    session: &Session,
    task: &Task,
    follow: bool,
    writer: &Writer,
) -> Result<TaskExecution> {
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
    match follow {
        true => wait_with_log(&session.scheduler, first.id, writer).await,
        false => wait_for(&session.scheduler, first.id, writer).await,
    }
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
