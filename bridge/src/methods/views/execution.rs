//! An execution and its attempts.

use chime_types::{Attempt, TaskExecution};
use serde_json::{Value, json};

use super::{LONGEST_TEXT, beginning, ending, pick, without};

/// An execution in few words. `json` is the execution as the canister shows it.
pub(in super::super) fn execution(json: &Value, execution: &TaskExecution) -> Value {
    let mut view = pick(
        json,
        &[
            "id",
            "task_id",
            "status",
            "trigger",
            "scheduled_at",
            "started_at",
            "finished_at",
        ],
    );
    without(&mut view, "trigger", &json!("schedule"));
    if let (Some(started), Some(finished)) = (execution.started_at, execution.finished_at) {
        let took = finished.saturating_sub(started);
        view.insert("took".to_string(), json!(crate::words::took(took)));
    }
    view.insert("attempt_count".to_string(), json!(execution.attempts.len()));
    view.extend(pick(
        json,
        &[
            "waiting_for",
            "wake_at",
            "cancel_requested",
            "replay_of",
            "replayed_by",
            "slots",
            "result",
            "error",
        ],
    ));
    without(&mut view, "slots", &json!(1));
    if let Some(Value::String(text)) = view.get_mut("result") {
        *text = beginning(text, LONGEST_TEXT);
    }
    if let Some(Value::String(text)) = view.get_mut("error") {
        *text = ending(text);
    }
    Value::Object(view)
}

/// Attempts, the oldest first.
pub(in super::super) fn attempts(attempts: &[Attempt]) -> Value {
    attempts.iter().map(attempt).collect()
}

fn attempt(attempt: &Attempt) -> Value {
    let all = json!({
        "step": attempt.step,
        "number": attempt.number,
        "outcome": attempt.outcome,
        "started_at": instant(attempt.started_at),
        "finished_at": attempt.finished_at.map(instant),
        "worker": attempt.worker,
        "error": attempt.error.as_deref().map(ending),
        "result": attempt.result.as_deref().map(|text| beginning(text, LONGEST_TEXT)),
    });
    let names: Vec<_> = all
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    Value::Object(pick(&all, &names))
}

fn instant(at: u64) -> String {
    crate::words::rfc3339(at)
}
