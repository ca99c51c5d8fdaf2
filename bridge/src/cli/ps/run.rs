//! `chime ps`: the tasks, and what became of their runs.

use chime_types::{PauseTaskRequest, Task, TaskRequest};

use crate::cli::changed::Change;
use crate::cli::execution::log::ExecutionLog;
use crate::cli::follow::{self, Followed};
use crate::cli::session::{Session, hint_to_keep_running, streaming, with_scheduler};
use crate::cli::task::change::{switch_off, switch_on};
use crate::cli::task::list::TaskList;
use crate::cli::task::selection::{selected, selects};
use crate::cli::watch;
use crate::cli::{GlobalArguments, KillArguments, ListArguments, LogsArguments, StartArguments};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{HOW_OWNERS_ARE_FOUND, Latest};
use crate::terminal::{Progress, Writer};
use crate::words::task_state;

/// `chime ps ls`.
pub(in crate::cli) async fn list(
    global: &GlobalArguments,
    arguments: &ListArguments,
    writer: &Writer,
) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        let (_, _, list) = listed(session, arguments, writer).await?;
        Ok(list)
    })
    .await
}

/// The tasks that are asked for, their latest executions, and the list of them.
pub(in crate::cli) async fn listed(
    session: &Session,
    arguments: &ListArguments,
    writer: &Writer,
) -> Result<(Vec<Task>, Latest, TaskList)> {
    let tasks = match arguments.all_owners {
        true => {
            let progress = Progress::count("Tasks read");
            let tasks = session.scheduler.tasks_of_all(|count| progress.done(count));
            let tasks = tasks.await?;
            if arguments.watch.watch.is_none() {
                writer.message(HOW_OWNERS_ARE_FOUND);
            }
            tasks
        }
        false => every_task(session).await?,
    };
    if arguments.watch.watch.is_none() && !tasks.is_empty() {
        hint_to_keep_running(session, writer);
    }
    let latest = session.scheduler.latest(&tasks).await?;
    let (tasks, more) = selected(tasks, &latest, arguments);
    let now_at = writer.clock().now_at();
    let mut list = TaskList::new(&tasks, &latest, now_at, arguments.verbose);
    if selects(arguments) {
        list = list.selected(more);
    }
    if arguments.all_owners {
        list = list.with_owners(&tasks);
    }
    Ok((tasks, latest, list))
}

/// All tasks of the caller, with a count while they are read.
async fn every_task(session: &Session) -> Result<Vec<Task>> {
    let progress = Progress::count("Tasks read");
    let tasks = session.scheduler.tasks(|count| progress.done(count));
    tasks.await
}

/// `chime ps start`.
pub(in crate::cli) async fn start(
    global: &GlobalArguments,
    arguments: &StartArguments,
    writer: &Writer,
) -> Result<()> {
    let change = with_scheduler(global, writer, async |session| {
        let (task, what) = switch_on(session, &arguments.task, writer).await?;
        Ok(Change::new(&task, what))
    });
    writer.answer(&change.await?)
}

/// `chime ps kill`.
pub(in crate::cli) async fn kill(
    global: &GlobalArguments,
    arguments: &KillArguments,
    writer: &Writer,
) -> Result<()> {
    let change = with_scheduler(global, writer, async |session| {
        let request = |task_id| PauseTaskRequest {
            task_id,
            reason: Some("chime ps kill".into()),
            cancel_running: Some(true),
        };
        let (task, what) = switch_off(session, &arguments.task, request).await?;
        Ok(Change::new(&task, what))
    });
    writer.answer(&change.await?)
}

/// `chime ps logs`.
pub(in crate::cli) async fn logs(
    global: &GlobalArguments,
    arguments: &LogsArguments,
    writer: &Writer,
) -> Result<()> {
    let Some(path) = &arguments.output_file else {
        return write_logs(global, arguments, writer).await;
    };
    let file = Writer::to_file(global.output, path)?;
    write_logs(global, arguments, &file).await?;
    writer.message(format!("Written to {}.", path.display()));
    Ok(())
}

async fn write_logs(
    global: &GlobalArguments,
    arguments: &LogsArguments,
    writer: &Writer,
) -> Result<()> {
    if arguments.follow {
        return streaming(global, writer, async |session| {
            let followed = match &arguments.task {
                None => Followed::All,
                Some(selector) => Followed::Task {
                    id: session.scheduler.find_task(selector).await?.id,
                    begin: arguments.tail.unwrap_or(arguments.limit) as usize,
                },
            };
            follow::follow(&session.scheduler, writer, followed).await
        })
        .await;
    }
    // The command line lets nothing but following be without a task.
    let selector = arguments.task.as_deref().unwrap_or_default();
    let shown = with_scheduler(global, writer, async |session| {
        page(session, selector, arguments).await
    });
    writer.answer(&shown.await?)
}

async fn page(
    session: &Session,
    selector: &str,
    arguments: &LogsArguments,
) -> Result<ExecutionLog> {
    let scheduler = &session.scheduler;
    let found = scheduler.find_task(selector).await?;
    let from = arguments.from as usize;
    let limit = arguments.tail.unwrap_or(arguments.limit) as usize;
    let wanted = from
        .checked_add(limit)
        .ok_or_else(|| Error::new(Kind::Usage, "--from is too large", "Give a smaller number."))?;
    let executions = scheduler.executions(found.id, None, wanted).await?;
    // Asked again, so that the status is not older than the executions.
    let task = scheduler
        .get_task(&TaskRequest { task_id: found.id })
        .await?;
    let active = task.active_executions;
    let known = scheduler
        .with_open(task.id, active, executions.clone())
        .await?;
    let shown = executions.into_iter().skip(from).collect();
    let log = ExecutionLog::new(&task, shown, task.total_executions);
    // What is under way may be on another page.
    Ok(log.in_state(task_state(&task, &known)))
}
