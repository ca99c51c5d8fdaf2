//! Schedules in the manner of `systemctl list-timers`: when each fires next and fired last.

use chime_types::{PreviewScheduleResult, SchedulePreview, Task, TaskSchedule};
use serde_json::{Value, json};

use super::Record;
use super::record::answer_json;
use crate::terminal::{Page, Table, Text, counted};
use crate::words::rfc3339;

/// The schedules of tasks, the one that fires next first.
#[must_use]
pub fn schedules(tasks: Vec<Task>) -> Record {
    let mut rows: Vec<(Task, TaskSchedule)> = Vec::new();
    for task in tasks {
        let of_task = task
            .schedules
            .iter()
            .map(|schedule| (task.clone(), schedule.clone()));
        rows.extend(of_task);
    }
    rows.sort_by_key(|(_, schedule)| (schedule.next_run_at.is_none(), schedule.next_run_at));
    let json: Vec<Value> = rows
        .iter()
        .map(|(task, schedule)| row_json(task, schedule))
        .collect();
    Record::of(json!({ "schedules": json }), move |page| {
        if rows.is_empty() {
            return "No schedules. `chime run --note hello --every 30` makes a task with one."
                .into();
        }
        let rows: Vec<_> = rows
            .iter()
            .map(|(task, schedule)| (Some(task), schedule))
            .collect();
        let foot = format!(
            "{}; times in {}",
            counted(rows.len(), "schedule"),
            page.clock.zone_name()
        );
        format!("{}\n\n{foot}", table(page, &rows))
    })
}

fn row_json(task: &Task, schedule: &TaskSchedule) -> Value {
    json!({
        "schedule_id": schedule.id.to_string(),
        "name": schedule.name,
        "task_id": task.id.to_string(),
        "task_name": task.name,
        "description": schedule.description,
        "timezone": schedule.timezone,
        "next_run_at": schedule.next_run_at.map(rfc3339),
        "fires_at": schedule.fires_at.map(rfc3339),
        "last_run_at": schedule.last_run_at.map(rfc3339),
        "disabled": schedule.disabled,
        "runs": schedule.runs,
        "skipped_runs": schedule.skipped_runs,
        "missed": schedule.missed,
    })
}

/// The table, with the task where it is not the same for all rows.
pub(super) fn table(page: &Page<'_>, rows: &[(Option<&Task>, &TaskSchedule)]) -> String {
    let mut columns = vec!["NEXT", "LEFT", "LAST", "PASSED", "ID"];
    if rows.iter().any(|(task, _)| task.is_some()) {
        columns.push("TASK");
    }
    columns.extend(["SCHEDULE", "RUNS"]);
    let mut table = Table::new(page, &columns).spare(&["RUNS", "LAST", "ID"]);
    for (task, schedule) in rows {
        let clock = page.clock;
        let instant = |at: Option<u64>| at.map_or_else(|| Text::from("-"), |at| clock.instant(at));
        let relative =
            |at: Option<u64>| at.map_or_else(|| "-".to_string(), |at| clock.relative(at));
        let left = match schedule.next_run_at {
            None if schedule.disabled => "off".into(),
            Some(at) if at <= clock.now_at() => "due".into(),
            at => relative(at),
        };
        let mut cells = vec![
            instant(schedule.next_run_at),
            left.into(),
            instant(schedule.last_run_at),
            relative(schedule.last_run_at).into(),
            schedule.id.to_string().into(),
        ];
        cells.extend(task.map(|task| task.name.as_str().into()));
        cells.push(Text::forms([
            format!("{}, {}", schedule.description, schedule.timezone),
            schedule.description.clone(),
        ]));
        cells.push(schedule.runs.to_string().into());
        table.row(cells);
    }
    table.render()
}

/// What a schedule means and when it fires, as the scheduler says.
#[must_use]
pub fn preview(preview: SchedulePreview) -> Record {
    Record::new(
        "preview_schedule",
        &PreviewScheduleResult::Ok(preview.clone()),
        move |page| preview_text(&preview, page),
    )
}

pub(super) fn preview_text(preview: &SchedulePreview, page: &Page<'_>) -> String {
    let mut lines = vec![format!("{}, {}", preview.description, preview.timezone)];
    lines.extend(
        preview
            .next_at
            .iter()
            .map(|at| format!("  {}", page.clock.both(*at))),
    );
    if preview.next_at.is_empty() {
        lines.push("  it never fires".into());
    }
    lines.extend(
        preview
            .clock_change
            .iter()
            .map(|change| format!("  {change}")),
    );
    lines.join("\n")
}

/// The request that would be sent, and when its schedules would fire.
#[must_use]
pub fn dry_run(method: &'static str, request: Value, previews: Vec<SchedulePreview>) -> Record {
    let shown: Vec<_> = previews
        .iter()
        .map(|preview| {
            answer_json(
                "preview_schedule",
                &PreviewScheduleResult::Ok(preview.clone()),
            )
        })
        .collect();
    let json = json!({ "dry_run": true, "method": method, "request": request, "previews": shown });
    Record::of(json, move |page| {
        let document = without_nulls(&request);
        let text = serde_norway::to_string(&document).unwrap_or_default();
        let mut parts = vec![format!(
            "{method} would be asked for:\n\n{}",
            text.trim_end()
        )];
        parts.extend(previews.iter().map(|preview| preview_text(preview, page)));
        parts.push("Nothing was changed: this was a dry run.".into());
        parts.join("\n\n")
    })
}

/// The value without fields that are null.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let given = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                given
                    .map(|(name, value)| (name.clone(), without_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}
