//! Changes to a task: edit, delete, pause, resume.

use chime_types::{DeleteTaskResult, PauseTaskRequest, Task, TaskRequest};

use crate::cli::changed::changed;
use crate::cli::confirm::confirm;
use crate::cli::record::{Record, request_json};
use crate::cli::request;
use crate::cli::session::{Session, hint_to_keep_running, know_callees, store, with_scheduler};
use crate::cli::trial::trial;
use crate::cli::{DeleteArguments, EditArguments, GlobalArguments, PauseArguments};
use crate::error::Result;
use crate::terminal::Writer;

/// `chime task edit`.
pub(in crate::cli) async fn edit(
    global: &GlobalArguments,
    arguments: &EditArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let mut request = request::edit(arguments, &task)?;
        if arguments.dry_run {
            let shown = request_json("update_task", &request);
            return trial(session, "update_task", shown).await;
        }
        store(session, &request::codices(&arguments.steps)?, writer).await?;
        know_callees(session, &mut request, writer).await?;
        let task = scheduler.update_task(&request).await?;
        hint_to_keep_running(session, writer);
        Ok(changed("update_task", task, "is changed"))
    });
    writer.answer(&answer.await?)
}

/// `chime task delete`.
pub(in crate::cli) async fn delete(
    global: &GlobalArguments,
    arguments: &DeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let (id, name) = (task.id, task.name);
        let what = format!(
            "Delete task {id} ({name}) and its {} executions",
            task.total_executions
        );
        confirm(writer, arguments.confirm, &what).await?;
        let deleted = scheduler.delete_task(&TaskRequest { task_id: id }).await?;
        let cancelled = match deleted.cancelled_executions {
            0 => String::new(),
            count => format!("; {count} under way are cancelled"),
        };
        let remaining = match deleted.remaining_executions {
            None | Some(0) => String::new(),
            Some(count) => format!("; {count} executions of it are being removed"),
        };
        Ok(Record::new(
            "delete_task",
            &DeleteTaskResult::Ok(deleted),
            move |_| format!("Task {id} ({name}) is deleted{cancelled}{remaining}."),
        ))
    });
    writer.answer(&answer.await?)
}

/// `chime task pause`.
pub(in crate::cli) async fn pause(
    global: &GlobalArguments,
    arguments: &PauseArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let request = |task_id| PauseTaskRequest {
            task_id,
            reason: arguments.reason.clone(),
            cancel_running: Some(arguments.cancel_running),
        };
        let (task, what) = switch_off(session, &arguments.selector.task, request).await?;
        Ok(changed("pause_task", task, what))
    });
    writer.answer(&answer.await?)
}

/// `chime task resume`.
pub(in crate::cli) async fn resume(
    global: &GlobalArguments,
    selector: &str,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let (task, what) = switch_on(session, selector, writer).await?;
        Ok(changed("resume_task", task, what))
    });
    writer.answer(&answer.await?)
}

/// Switches the task off that `selector` means; what became of it in words that follow its name.
pub(in crate::cli) async fn switch_off(
    session: &Session,
    selector: &str,
    request: impl FnOnce(u64) -> PauseTaskRequest,
) -> Result<(Task, &'static str)> {
    let before = session.scheduler.find_task(selector).await?;
    let request = request(before.id);
    let task = session.scheduler.pause_task(&request).await?;
    let what = match (request.cancel_running == Some(true), before.disabled) {
        (true, _) => "is paused, and its running executions are cancelled",
        (false, true) => "was paused already",
        (false, false) => "is paused",
    };
    Ok((task, what))
}

/// Switches the task on that `selector` means; what became of it in words that follow its name.
pub(in crate::cli) async fn switch_on(
    session: &Session,
    selector: &str,
    writer: &Writer,
) -> Result<(Task, &'static str)> {
    let before = session.scheduler.find_task(selector).await?;
    if !before.disabled {
        return Ok((before, "was active already"));
    }
    let request = TaskRequest { task_id: before.id };
    let task = session.scheduler.resume_task(&request).await?;
    hint_to_keep_running(session, writer);
    Ok((task, "is resumed"))
}
