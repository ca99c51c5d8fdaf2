//! Times of the past that are made up for.

use chime_types::{BackfillIdRequest, BackfillRequest};

use crate::cli::confirm::confirm;
use crate::cli::record::Record;
use crate::cli::request::nanoseconds;
use crate::cli::schedule::run::the_schedule;
use crate::cli::session::{hint_to_keep_running, with_scheduler};
use crate::cli::task::backfills::{backfill, backfill_outlook, backfills};
use crate::cli::{BackfillArguments, BackfillsArguments, GlobalArguments};
use crate::error::Result;
use crate::terminal::Writer;

/// Times of the past that are run without a question.
const UNASKED_SLOTS: u64 = 50;

/// `chime task backfill`.
pub(in crate::cli) async fn begin(
    global: &GlobalArguments,
    arguments: &BackfillArguments,
    writer: &Writer,
) -> Result<()> {
    let from_at = nanoseconds("from", arguments.from)?;
    let until = arguments.until.map(|until| nanoseconds("until", until));
    let until_at = until.transpose()?;
    let answer = with_scheduler(global, writer, async |session| -> Result<Record> {
        let scheduler = &session.scheduler;
        let task = scheduler.find_task(&arguments.selector.task).await?;
        let schedule = the_schedule(&task, arguments.schedule.as_deref())?;
        let mut request = BackfillRequest {
            task_id: task.id,
            schedule_id: schedule.id,
            from_at,
            until_at: until_at.unwrap_or_else(|| writer.clock().now_at()),
            maximum_concurrent: Some(arguments.maximum_concurrent),
            count_only: Some(true),
            expected_slots: None,
        };
        let counted = scheduler.backfill(&request).await?;
        if arguments.dry_run {
            return Ok(backfill_outlook(counted));
        }
        let slots = counted.slots.unwrap_or(0);
        if slots > UNASKED_SLOTS {
            let what = format!(
                "Run task {} ({}) for {slots} times of the past",
                task.id, task.name
            );
            confirm(writer, arguments.confirm, &what).await?;
        }
        request.count_only = None;
        request.expected_slots = counted.slots;
        let begun = scheduler.backfill(&request).await?;
        hint_to_keep_running(session, writer);
        Ok(backfill(begun, "started"))
    });
    writer.answer(&answer.await?)
}

/// `chime task backfills`.
pub(in crate::cli) async fn list(
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
