//! A task and its schedules.

use chime_types::{MissedRuns, Rule, Task, TaskSchedule, TaskStatus};
use serde_json::{Map, Value, json};

use super::{Room, beginning, pick, runs, without};
use crate::diagnosis::next_runs;
use crate::words::{action_text, rfc3339};

/// Adds to each schedule of a task, as the canister shows it, its next times.
pub(in super::super) fn add_next_runs(json: &mut Value, task: &Task, room: Room) {
    let Some(schedules) = json.get_mut("schedules").and_then(Value::as_array_mut) else {
        return;
    };
    for (json, schedule) in schedules.iter_mut().zip(&task.schedules) {
        if let Value::Object(members) = json {
            let next = next_runs(schedule, room.next_runs);
            members.insert("next_runs".to_string(), runs(&next, &schedule.timezone));
        }
    }
}

/// A task in few words, as the room allows. `json` is the task as the
/// canister shows it.
pub(in super::super) fn task(json: &Value, task: &Task, room: Room) -> Value {
    let mut view = pick(
        json,
        &["id", "name", "status", "description", "pause_reason"],
    );
    if let Some(Value::String(text)) = view.get_mut("description") {
        *text = beginning(text, room.characters);
    }
    let none = Vec::new();
    let items = json.get("schedules").and_then(Value::as_array);
    let schedules: Vec<_> = items
        .unwrap_or(&none)
        .iter()
        .zip(&task.schedules)
        .map(|(json, typed)| schedule(json, typed, task.status, room))
        .collect();
    view.insert("schedules".to_string(), json!(schedules));
    view.insert("steps".to_string(), json!(steps(task, room)));
    view.extend(pick(
        json,
        &[
            "priority",
            "last_run_at",
            "next_run_at",
            "active_executions",
            "total_executions",
            "consecutive_failures",
            "version",
        ],
    ));
    without(&mut view, "priority", &json!("medium"));
    without(&mut view, "active_executions", &json!(0));
    without(&mut view, "consecutive_failures", &json!(0));
    Value::Object(view)
}

fn steps(task: &Task, room: Room) -> Vec<String> {
    let steps = task.steps.iter();
    steps
        .map(|step| {
            let does = beginning(&action_text(&step.action), room.characters);
            match &step.name {
                Some(name) => format!("{name}: {does}"),
                None => does,
            }
        })
        .collect()
}

/// A schedule in few words.
fn schedule(json: &Value, typed: &TaskSchedule, status: TaskStatus, room: Room) -> Value {
    let mut view = pick(json, &["id", "name", "description", "timezone"]);
    if let Rule::Once { run_at: None } = typed.rule {
        let description = format!("once, at {}", rfc3339(typed.start_at));
        view.insert("description".to_string(), json!(description));
    }
    // Of a paused task every schedule is disabled: its status says so.
    if typed.disabled && status != TaskStatus::Paused {
        view.insert("disabled".to_string(), json!(true));
    }
    let next = next_runs(typed, room.next_runs);
    view.insert("next_runs".to_string(), runs(&next, &typed.timezone));
    view.insert(
        "missed_runs".to_string(),
        json!(missed_runs(typed.missed_runs, room)),
    );
    let rest: Map<_, _> = pick(
        json,
        &[
            "overlap",
            "jitter_seconds",
            "end_at",
            "last_run_at",
            "missed",
            "skipped_runs",
        ],
    );
    view.extend(rest);
    for (name, usual) in [
        ("overlap", json!("skip")),
        ("jitter_seconds", json!("0s")),
        ("missed", json!(0)),
        ("skipped_runs", json!(0)),
    ] {
        without(&mut view, name, &usual);
    }
    Value::Object(view)
}

/// What becomes of times that passed while the scheduler could not run.
fn missed_runs(policy: MissedRuns, room: Room) -> String {
    let (name, meaning) = match policy {
        MissedRuns::Skip => ("skip".to_string(), "none is caught up"),
        MissedRuns::Latest => ("latest".to_string(), "the last of them is run"),
        MissedRuns::All { maximum } => (format!("all, at most {maximum}"), "they are run"),
    };
    match room.explains {
        true => format!("{name}: of times missed while the scheduler was down, {meaning}"),
        false => name,
    }
}
