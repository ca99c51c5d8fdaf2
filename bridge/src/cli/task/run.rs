//! `chime task`: tasks one by one.

use super::{backfill, change, rerun};
use crate::apply;
use crate::cli::task::job_file::JobFile;
use crate::cli::task::list::tasks;
use crate::cli::task::show::task_details;
use crate::cli::{ExportArguments, GlobalArguments, ListArguments, ShowArguments, TaskCommand};
use crate::error::Result;
use crate::terminal::Writer;

use crate::cli::session::with_scheduler;
use crate::cli::{ps::run as ps, watch};

/// Runs a command about tasks.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &TaskCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        TaskCommand::Ls(arguments) => list(global, arguments, writer).await,
        TaskCommand::Create(arguments) => {
            crate::cli::create::run::create(global, arguments, writer).await
        }
        TaskCommand::Show(arguments) => show(global, arguments, writer).await,
        TaskCommand::Export(arguments) => export(global, arguments, writer).await,
        TaskCommand::Edit(arguments) => change::edit(global, arguments, writer).await,
        TaskCommand::Delete(arguments) => change::delete(global, arguments, writer).await,
        TaskCommand::Pause(arguments) => change::pause(global, arguments, writer).await,
        TaskCommand::Resume(selector) => change::resume(global, &selector.task, writer).await,
        TaskCommand::Run(arguments) => rerun::now(global, arguments, writer).await,
        TaskCommand::Retry(arguments) => rerun::retry(global, arguments, writer).await,
        TaskCommand::ResumeFrom(arguments) => rerun::resume_from(global, arguments, writer).await,
        TaskCommand::Backfill(arguments) => backfill::begin(global, arguments, writer).await,
        TaskCommand::Backfills(arguments) => backfill::list(global, arguments, writer).await,
    }
}

/// Tasks as a job file.
async fn export(
    global: &GlobalArguments,
    arguments: &ExportArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let all = scheduler.all_tasks().await?;
        let mut found = Vec::new();
        for task in &arguments.tasks {
            found.push(scheduler.find_task(task).await?);
        }
        let exported = match arguments.tasks.is_empty() {
            true => &all,
            false => &found,
        };
        Ok(JobFile(apply::exported(exported, &all)))
    });
    writer.answer(&answer.await?)
}

/// The table of `chime ps ls`, and the scheduler's own answer for programs.
async fn list(global: &GlobalArguments, arguments: &ListArguments, writer: &Writer) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        let (shown, latest, list) = ps::listed(session, arguments, writer).await?;
        Ok(tasks(&shown, &latest, list))
    })
    .await
}

async fn show(global: &GlobalArguments, arguments: &ShowArguments, writer: &Writer) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let executions = match arguments.executions {
            0 => Vec::new(),
            most => scheduler.executions(task.id, None, most as usize).await?,
        };
        Ok(task_details(task, executions))
    })
    .await
}
