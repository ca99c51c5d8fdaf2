//! Changes to a task: edit, delete, pause, resume.

use chime_types::{DeleteTaskResult, PauseTaskRequest, TaskRequest, TaskResult};

use super::super::confirm::confirm;
use super::super::request;
use super::super::session::{hint_to_keep_running, with_scheduler};
use super::super::trial::trial;
use crate::cli::{DeleteArguments, EditArguments, GlobalArguments, PauseArguments};
use crate::error::Result;
use crate::output::{Change, Record, request_json};
use crate::terminal::Writer;

/// `chime task edit`.
pub(super) async fn edit(
    global: &GlobalArguments,
    arguments: &EditArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let request = request::edit(arguments, &task)?;
        if arguments.dry_run {
            let shown = request_json("update_task", &request);
            return trial(session, "update_task", shown).await;
        }
        let task = scheduler.update_task(&request).await?;
        hint_to_keep_running(session, writer);
        let change = Change::new(&task, "is changed");
        let result = TaskResult::Ok(task);
        Ok(Record::new("update_task", &result, move |page| {
            crate::terminal::Answer::text(&change, page)
        }))
    });
    writer.answer(&answer.await?)
}

/// `chime task delete`.
pub(super) async fn delete(
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
pub(super) async fn pause(
    global: &GlobalArguments,
    arguments: &PauseArguments,
    writer: &Writer,
) -> Result<()> {
    let change = with_scheduler(global, writer, async |session| {
        let before = session
            .scheduler
            .find_task(&arguments.selector.task)
            .await?;
        let request = PauseTaskRequest {
            task_id: before.id,
            reason: arguments.reason.clone(),
            cancel_running: Some(arguments.cancel_running),
        };
        let task = session.scheduler.pause_task(&request).await?;
        let what = match (arguments.cancel_running, before.disabled) {
            (true, _) => "is switched off, and what was under way is cancelled",
            (false, true) => "was switched off already",
            (false, false) => "is switched off",
        };
        Ok(Change::new(&task, what))
    });
    writer.answer(&change.await?)
}

/// `chime task resume`.
pub(super) async fn resume(
    global: &GlobalArguments,
    selector: &str,
    writer: &Writer,
) -> Result<()> {
    let change = with_scheduler(global, writer, async |session| {
        let before = session.scheduler.find_task(selector).await?;
        if !before.disabled {
            return Ok(Change::new(&before, "was switched on already"));
        }
        let request = TaskRequest { task_id: before.id };
        let task = session.scheduler.resume_task(&request).await?;
        hint_to_keep_running(session, writer);
        Ok(Change::new(&task, "is switched on"))
    });
    writer.answer(&change.await?)
}
