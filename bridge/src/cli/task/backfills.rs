//! Backfills, and what one would do.

use chime_types::{Backfill, BackfillPage, BackfillResult, ListBackfillsResult};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Table, counted};

/// The backfills of a task.
#[must_use]
pub fn backfills(backfills: Vec<Backfill>) -> Record {
    let json = list_json("list_backfills", "backfills", &backfills, |backfills| {
        ListBackfillsResult::Ok(BackfillPage {
            backfills,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if backfills.is_empty() {
            return "No backfills of this task.".into();
        }
        let columns = [
            "ID", "SCHEDULE", "FROM", "UNTIL", "RUNS", "SKIPPED", "STATUS",
        ];
        let mut table = Table::new(page, &columns).spare(&["SCHEDULE"]);
        for backfill in &backfills {
            table.row([
                backfill.id.to_string().into(),
                backfill.schedule_id.to_string().into(),
                page.clock.instant(backfill.from_at),
                page.clock.instant(backfill.until_at),
                backfill.runs.to_string().into(),
                backfill.left_out.to_string().into(),
                state(backfill).into(),
            ]);
        }
        format!(
            "{}\n\n{}",
            table.render(),
            counted(backfills.len(), "backfill")
        )
    })
}

fn state(backfill: &Backfill) -> &'static str {
    match (backfill.cancelled, backfill.finished_at, backfill.active) {
        (true, ..) => "cancelled",
        (false, Some(_), 0) => "completed",
        (false, ..) => "running",
    }
}

/// What a backfill would do.
#[must_use]
pub fn backfill_outlook(outlook: Backfill) -> Record {
    let answer = BackfillResult::Ok(outlook.clone());
    Record::new("backfill", &answer, move |page| {
        let first = outlook.next_at.map_or_else(String::new, |at| {
            format!(", the first at {}", page.clock.absolute(at))
        });
        format!(
            "{} of task {} from {} to {}{first}; those that ran already are skipped. Nothing was changed.",
            counted(count(outlook.slots.unwrap_or(0)), "slot"),
            outlook.task_id,
            page.clock.absolute(outlook.from_at),
            page.clock.absolute(outlook.until_at),
        )
    })
}

/// A backfill that was begun or changed.
#[must_use]
pub fn backfill(backfill: Backfill, what: &'static str) -> Record {
    Record::new(
        "backfill",
        &BackfillResult::Ok(backfill.clone()),
        move |page| {
            let next = backfill.next_at.map_or_else(
                || "no slot is left to run".to_string(),
                |at| format!("the next slot is {}", page.clock.absolute(at)),
            );
            format!(
                "Backfill {} of task {} {what}: {} started so far, {} skipped, {next}.",
                backfill.id,
                backfill.task_id,
                counted(count(backfill.runs), "run"),
                counted(count(backfill.left_out), "slot")
            )
        },
    )
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
