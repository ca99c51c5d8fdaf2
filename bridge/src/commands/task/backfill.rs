//! Times of the past that are made up for.

use chime_types::{BackfillIdRequest, BackfillRequest};

use super::super::request::nanoseconds;
use super::super::schedule::the_schedule;
use super::super::session::{hint_to_keep_running, with_scheduler};
use crate::cli::{BackfillArguments, BackfillsArguments, GlobalArguments};
use crate::error::Result;
use crate::output::{Record, Writer, backfill, backfills};

/// `chime task backfill`.
pub(super) async fn begin(
    global: &GlobalArguments,
    arguments: &BackfillArguments,
    writer: &Writer,
) -> Result<()> {
    let from_at = nanoseconds("from", arguments.from)?;
    let until = arguments.until.map(|until| nanoseconds("until", until));
    let until_at = until.transpose()?;
    let answer = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let schedule = the_schedule(&task, arguments.schedule.as_deref())?;
        let request = BackfillRequest {
            task_id: task.id,
            schedule_id: schedule.id,
            from_at,
            until_at: until_at.unwrap_or_else(|| writer.clock().now_at()),
            maximum_concurrent: Some(arguments.maximum_concurrent),
        };
        let begun = scheduler.backfill(&request).await?;
        hint_to_keep_running(session, writer);
        Ok(backfill(begun, "is begun"))
    });
    writer.answer(&answer.await?)
}

/// `chime task backfills`.
pub(super) async fn list(
    global: &GlobalArguments,
    arguments: &BackfillsArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| -> Result<Record> {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let Some(backfill_id) = arguments.cancel else {
            return Ok(backfills(scheduler.all_backfills(task.id).await?));
        };
        let request = BackfillIdRequest { backfill_id };
        Ok(backfill(
            scheduler.cancel_backfill(&request).await?,
            "is cancelled",
        ))
    });
    writer.answer(&answer.await?)
}
