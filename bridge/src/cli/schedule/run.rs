//! `chime schedule`: the schedules of tasks.

use chime_types::{
    AddScheduleRequest, NewSchedule, PreviewScheduleRequest, RemoveScheduleRequest,
    SetScheduleRequest, Task, TaskResult, TaskSchedule,
};

use crate::cli::changed::Change;
use crate::cli::confirm::confirm;
use crate::cli::record::{Record, request_json};
use crate::cli::request::{self, moment_at};
use crate::cli::schedule::show::{preview, schedules};
use crate::cli::session::{hint_to_keep_running, with_scheduler};
use crate::cli::trial::trial;
use crate::cli::watch;
use crate::cli::{
    GlobalArguments, ScheduleAddArguments, ScheduleCommand, ScheduleListArguments,
    SchedulePreviewArguments, ScheduleRemoveArguments, ScheduleSelector,
};
use crate::error::{Error, Kind, Result};
use crate::scheduler::find_schedule;
use crate::terminal::{Answer, Writer};

/// Runs a command about schedules.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &ScheduleCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        ScheduleCommand::Ls(arguments) => list(global, arguments, writer).await,
        ScheduleCommand::Add(arguments) => add(global, arguments, writer).await,
        ScheduleCommand::Remove(arguments) => remove(global, arguments, writer).await,
        ScheduleCommand::Enable(selector) => set(global, selector, false, writer).await,
        ScheduleCommand::Disable(selector) => set(global, selector, true, writer).await,
        ScheduleCommand::Preview(arguments) => show(global, arguments, writer).await,
    }
}

/// The schedule that is meant; a task with only one needs no selector.
pub(in crate::cli) fn the_schedule(task: &Task, selector: Option<&str>) -> Result<TaskSchedule> {
    match (selector, task.schedules.as_slice()) {
        (Some(selector), _) => find_schedule(task, selector),
        (None, [only]) => Ok(only.clone()),
        (None, all) => {
            let ids: Vec<_> = all.iter().map(|schedule| schedule.id.to_string()).collect();
            Err(Error::new(
                Kind::Usage,
                format!(
                    "task {} has {} schedules: {}",
                    task.id,
                    all.len(),
                    ids.join(", ")
                ),
                "name the one that is meant, by its id or its name",
            ))
        }
    }
}

async fn list(
    global: &GlobalArguments,
    arguments: &ScheduleListArguments,
    writer: &Writer,
) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        let tasks = match &arguments.task {
            Some(selector) => vec![session.scheduler.find_task(selector).await?],
            None => session.scheduler.all_tasks().await?,
        };
        Ok(schedules(tasks))
    })
    .await
}

fn needed(arguments: &crate::cli::ScheduleArguments) -> Result<NewSchedule> {
    if !arguments.is_given() {
        return Err(Error::new(
            Kind::Usage,
            "no schedule is given",
            "give one of --every, --cron, --daily, --weekly, --monthly and --at",
        ));
    }
    request::schedule(arguments)
}

async fn add(
    global: &GlobalArguments,
    arguments: &ScheduleAddArguments,
    writer: &Writer,
) -> Result<()> {
    let schedule = NewSchedule {
        disabled: arguments.disabled.then_some(true),
        ..needed(&arguments.schedule)?
    };
    let answer = with_scheduler(global, writer, async |session| {
        let task = session.scheduler.find_task(&arguments.task).await?;
        let request = AddScheduleRequest {
            task_id: task.id,
            expected_version: None,
            schedule: schedule.clone(),
        };
        if arguments.dry_run {
            let shown = request_json("add_schedule", &request);
            return trial(session, "add_schedule", shown).await;
        }
        let task = session.scheduler.add_schedule(&request).await?;
        hint_to_keep_running(session, writer);
        let what = task.schedules.last().map_or_else(String::new, |schedule| {
            format!(
                "Schedule {} ({}) is added. ",
                schedule.id, schedule.description
            )
        });
        Ok(changed(task, what, "runs by it"))
    });
    writer.answer(&answer.await?)
}

/// The task as it is now, and in words what was done to which schedule.
fn changed(task: Task, what: String, then: &'static str) -> Record {
    let change = Change::new(&task, then);
    Record::new("add_schedule", &TaskResult::Ok(task), move |page| {
        format!("{what}{}", change.text(page))
    })
}

async fn remove(
    global: &GlobalArguments,
    arguments: &ScheduleRemoveArguments,
    writer: &Writer,
) -> Result<()> {
    let selector = &arguments.selector;
    let answer = with_scheduler(global, writer, async |session| {
        let task = session.scheduler.find_task(&selector.task).await?;
        let schedule = the_schedule(&task, selector.schedule.as_deref())?;
        let (id, words) = (schedule.id, &schedule.description);
        let what = format!(
            "Remove schedule {id} ({words}) of task {} ({})",
            task.id, task.name
        );
        confirm(writer, arguments.confirm, &what).await?;
        let request = RemoveScheduleRequest {
            task_id: task.id,
            schedule_id: id,
            expected_version: Some(task.version),
        };
        let task = session.scheduler.remove_schedule(&request).await?;
        Ok(changed(
            task,
            format!("Schedule {id} is removed. "),
            "keeps its history",
        ))
    });
    writer.answer(&answer.await?)
}

async fn set(
    global: &GlobalArguments,
    selector: &ScheduleSelector,
    disabled: bool,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let task = session.scheduler.find_task(&selector.task).await?;
        let schedule = the_schedule(&task, selector.schedule.as_deref())?;
        let request = SetScheduleRequest {
            task_id: task.id,
            schedule_id: schedule.id,
            disabled,
        };
        let task = session.scheduler.set_schedule(&request).await?;
        let word = if disabled { "disabled" } else { "enabled" };
        let then = if task.disabled {
            "is itself paused"
        } else {
            "continues"
        };
        Ok(changed(
            task,
            format!("Schedule {} is {word}. ", schedule.id),
            then,
        ))
    });
    writer.answer(&answer.await?)
}

async fn show(
    global: &GlobalArguments,
    arguments: &SchedulePreviewArguments,
    writer: &Writer,
) -> Result<()> {
    let (from, zone) = (&arguments.from, &arguments.schedule.timezone);
    let (from, zone) = (from.as_deref(), zone.as_deref());
    let request = PreviewScheduleRequest {
        schedule: needed(&arguments.schedule)?,
        from_at: from.map(|from| moment_at("from", from, zone)).transpose()?,
        count: Some(arguments.count),
    };
    let answer = with_scheduler(global, writer, async |session| {
        session.scheduler.preview_schedule(&request).await
    });
    writer.answer(&preview(answer.await?))
}
