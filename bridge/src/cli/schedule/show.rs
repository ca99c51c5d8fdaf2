//! Schedules in the manner of `systemctl list-timers`: when each fires next and fired last.

use chime_types::{PreviewScheduleResult, SchedulePreview, Task, TaskSchedule};
use serde_json::{Map, Value, json};

use crate::cli::record::Record;
use crate::terminal::{Page, Table, Text, counted};
use crate::words::{instant, rfc3339};

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
pub(in crate::cli) fn table(page: &Page<'_>, rows: &[(Option<&Task>, &TaskSchedule)]) -> String {
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

pub(in crate::cli) fn preview_text(preview: &SchedulePreview, page: &Page<'_>) -> String {
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

/// What a call would do, as all surfaces say it, with the request beside it.
#[must_use]
pub fn dry_run(method: &'static str, request: Value, outlook: Map<String, Value>) -> Record {
    let mut json = outlook.clone();
    json.insert("method".to_string(), json!(method));
    json.insert("request".to_string(), request.clone());
    Record::of(Value::Object(json), move |page| {
        let document = without_nulls(&request);
        let text = serde_norway::to_string(&document).unwrap_or_default();
        let mut parts = vec![format!(
            "{method} would be called with:\n\n{}",
            text.trim_end()
        )];
        parts.extend(calls_text(&outlook));
        let schedules = outlook.get("schedules").and_then(Value::as_array);
        let schedules = schedules.into_iter().flatten();
        parts.extend(schedules.map(|schedule| outlook_text(schedule, page)));
        parts.push("Nothing was changed: this was a dry run.".into());
        parts.join("\n\n")
    })
}

/// The calls of an outlook with the types of their callees, and what could not be checked.
fn calls_text(outlook: &Map<String, Value>) -> Option<String> {
    let of = |name: &str| {
        let items = outlook.get(name).and_then(Value::as_array);
        items.into_iter().flatten()
    };
    let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_string();
    let calls = of("calls").map(|call| {
        let arguments = text(call, "arguments");
        format!("It calls {}{arguments}", text(call, "method"))
    });
    let unchecked = of("unchecked").filter_map(|note| note.as_str().map(str::to_string));
    let lines: Vec<_> = calls.chain(unchecked).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A schedule of an outlook, in the manner of [`preview_text`].
fn outlook_text(schedule: &Value, page: &Page<'_>) -> String {
    let text = |name: &str| schedule[name].as_str().unwrap_or_default().to_string();
    let runs = schedule["next_runs"].as_array().into_iter().flatten();
    let next_at = runs.filter_map(|run| instant(run["utc"].as_str()?));
    let preview = SchedulePreview {
        description: text("description"),
        timezone: text("timezone"),
        next_at: next_at.collect(),
        clock_change: schedule["clock_change"].as_str().map(str::to_string),
    };
    preview_text(&preview, page)
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
