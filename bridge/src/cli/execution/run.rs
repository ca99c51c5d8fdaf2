//! `chime execution`: single runs of tasks.

use chime_types::{
    CancelExecutionRequest, DeadLettersRequest, ExecutionStatus, ReplayDeadLettersResult,
    ReplayedDeadLetters, ResumeExecutionRequest, ResumeHow, RetryExecutionRequest,
    SnoozeExecutionRequest, Task, TaskExecution, TaskRequest,
};
use serde_json::Value;

use crate::cli::confirm::confirm;
use crate::cli::execution::show::{
    changed_execution, execution_details, executions, replayed_text,
};
use crate::cli::record::Record;
use crate::cli::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::task::rerun::again;
use crate::cli::watch;
use crate::cli::{
    CancelArguments, ExecutionCommand, ExecutionListArguments, GlobalArguments, ReplayArguments,
    ResumeArguments, SnoozeArguments,
};
use crate::error::Result;
use crate::terminal::{Progress, Writer};

/// Runs a command about executions.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &ExecutionCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        ExecutionCommand::Ls(arguments) => list(global, arguments, writer).await,
        ExecutionCommand::Show(selector) => show(global, &selector.execution, writer).await,
        ExecutionCommand::Cancel(arguments) => cancel(global, arguments, writer).await,
        ExecutionCommand::Snooze(arguments) => snooze(global, arguments, writer).await,
        ExecutionCommand::Resume(arguments) => resume(global, arguments, writer).await,
        ExecutionCommand::Replay(arguments) => replay(global, arguments, writer).await,
    }
}

async fn list(
    global: &GlobalArguments,
    arguments: &ExecutionListArguments,
    writer: &Writer,
) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        let most = arguments.limit as usize;
        let tasks = tasks(session, arguments.task.as_deref()).await?;
        if arguments.dead_letters {
            let task_id = arguments
                .task
                .as_ref()
                .and(tasks.first())
                .map(|task| task.id);
            let error = arguments.error.clone();
            let letters = session.scheduler.dead_letters(task_id, error, most).await?;
            return Ok(executions(&tasks, letters, "dead letter"));
        }
        let found = latest(session, &tasks, status(arguments), most).await?;
        Ok(executions(&tasks, found, "execution"))
    })
    .await
}

async fn tasks(session: &Session, selector: Option<&str>) -> Result<Vec<Task>> {
    match selector {
        Some(selector) => Ok(vec![session.scheduler.find_task(selector).await?]),
        None => session.scheduler.all_tasks().await,
    }
}

/// The state that is asked for; the arguments allow no other name.
fn status(arguments: &ExecutionListArguments) -> Option<ExecutionStatus> {
    let name = arguments.status.clone()?;
    serde_json::from_value(Value::String(name)).ok()
}

/// The latest executions of several tasks, the newest first.
async fn latest(
    session: &Session,
    tasks: &[Task],
    status: Option<ExecutionStatus>,
    most: usize,
) -> Result<Vec<TaskExecution>> {
    let progress = Progress::count("Tasks read");
    let mut all = Vec::new();
    for (index, task) in tasks.iter().enumerate() {
        all.extend(session.scheduler.executions(task.id, status, most).await?);
        progress.done(index + 1);
    }
    all.sort_by_key(|execution| std::cmp::Reverse(execution.id));
    all.truncate(most);
    Ok(all)
}

async fn show(global: &GlobalArguments, selector: &str, writer: &Writer) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let execution = session.scheduler.find_execution(selector).await?;
        let request = TaskRequest {
            task_id: execution.task_id,
        };
        let task = session.scheduler.get_task(&request).await.ok();
        let journal = session.scheduler.journal_of(&execution).await?;
        Ok(execution_details(task, execution, journal))
    });
    writer.answer(&answer.await?)
}

async fn cancel(
    global: &GlobalArguments,
    arguments: &CancelArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let found = session
            .scheduler
            .find_execution(&arguments.selector.execution)
            .await?;
        let request = CancelExecutionRequest {
            execution_id: found.id,
            reason: arguments.reason.clone(),
            terminate: Some(!arguments.let_finish),
        };
        let execution = session.scheduler.cancel_execution(&request).await?;
        let what = match execution.status.is_final() {
            true => "is cancelled",
            false => "will stop when the running attempt ends",
        };
        Ok(changed_execution(execution, what.into()))
    });
    writer.answer(&answer.await?)
}

async fn snooze(
    global: &GlobalArguments,
    arguments: &SnoozeArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let found = session
            .scheduler
            .find_execution(&arguments.selector.execution)
            .await?;
        let request = SnoozeExecutionRequest {
            execution_id: found.id,
            seconds: arguments.seconds,
        };
        let execution = session.scheduler.snooze_execution(&request).await?;
        let what = execution.wake_at.map_or_else(
            || "continues at once".to_string(),
            |at| format!("is snoozed until {}", writer.clock().both(at)),
        );
        Ok(changed_execution(execution, what))
    });
    writer.answer(&answer.await?)
}

async fn resume(
    global: &GlobalArguments,
    arguments: &ResumeArguments,
    writer: &Writer,
) -> Result<()> {
    let (how, what) = match (arguments.first_version, arguments.present_version) {
        (true, _) => (
            ResumeHow::FirstVersion,
            "continues with the version with which it began",
        ),
        (false, true) => (
            ResumeHow::PresentVersion,
            "continues with the codex as it is now",
        ),
        (false, false) => (ResumeHow::FromStart, "begins again"),
    };
    let answer = with_scheduler(global, writer, async |session| {
        let found = session
            .scheduler
            .find_execution(&arguments.selector.execution)
            .await?;
        let request = ResumeExecutionRequest {
            execution_id: found.id,
            how,
        };
        let execution = session.scheduler.resume_execution(&request).await?;
        hint_to_keep_running(session, writer);
        Ok(changed_execution(execution, what.into()))
    });
    writer.answer(&answer.await?)
}

async fn replay(
    global: &GlobalArguments,
    arguments: &ReplayArguments,
    writer: &Writer,
) -> Result<()> {
    let Some(selector) = &arguments.execution else {
        return replay_all(global, arguments, writer).await;
    };
    let what = format!(" in place of {selector}");
    again(global, arguments.wait, writer, what, async |session| {
        let found = session.scheduler.find_execution(selector).await?;
        let request = RetryExecutionRequest {
            execution_id: found.id,
            from_start: arguments.from_start.then_some(true),
            from_step: arguments.from_step.map(|step| step.saturating_sub(1)),
        };
        session.scheduler.retry_execution(&request).await
    })
    .await
}

async fn replay_all(
    global: &GlobalArguments,
    arguments: &ReplayArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let task = match &arguments.task {
            Some(selector) => Some(session.scheduler.find_task(selector).await?),
            None => None,
        };
        let whose = task
            .as_ref()
            .map_or_else(String::new, |task| format!(" of {}", task.name));
        let with = arguments
            .error
            .as_ref()
            .map_or_else(String::new, |text| format!(" with {text:?}"));
        confirm(
            writer,
            arguments.confirm,
            &format!("Retry all dead letters{whose}{with}"),
        )
        .await?;
        let filter = DeadLettersRequest {
            task_id: task.map(|task| task.id),
            error_contains: arguments.error.clone(),
            ..DeadLettersRequest::default()
        };
        replay_pages(session, filter).await
    });
    let replayed = answer.await?;
    let text = replayed_text(&replayed);
    let result = ReplayDeadLettersResult::Ok(replayed);
    writer.answer(&Record::new("replay_dead_letters", &result, move |_| {
        text.clone()
    }))
}

async fn replay_pages(
    session: &Session,
    mut request: DeadLettersRequest,
) -> Result<ReplayedDeadLetters> {
    let progress = Progress::count("Run again");
    let mut all = ReplayedDeadLetters {
        execution_ids: Vec::new(),
        left_out: Vec::new(),
        next_cursor: None,
    };
    loop {
        let page = session.scheduler.replay_dead_letters(&request).await?;
        all.execution_ids.extend(page.execution_ids);
        all.left_out.extend(page.left_out);
        progress.done(all.execution_ids.len());
        if page.next_cursor.is_none() {
            return Ok(all);
        }
        request.cursor = page.next_cursor;
    }
}
