//! What a task's schedules and steps are set to, in the form of a request that makes them anew: what
//! replacing them would lose, and how one is changed while everything else stays. Pure.

use serde_json::{Map, Value, json};

use super::Object;

/// The settings of a schedule beside its rule, with the value that stands where none is given.
fn usual_of_schedule() -> Vec<(&'static str, Value)> {
    vec![
        ("name", json!(null)),
        ("timezone", json!("UTC")),
        ("gap", json!("run_after")),
        ("missed_runs", json!("latest")),
        ("missed_window_seconds", json!(null)),
        ("overlap", json!("skip")),
        ("maximum_runs", json!(null)),
        ("jitter_seconds", json!("0s")),
        ("exclusions", json!([])),
        ("end_at", json!(null)),
        ("disabled", json!(false)),
    ]
}

/// The settings of a step beside its action.
fn usual_of_step() -> Vec<(&'static str, Value)> {
    vec![
        ("name", json!(null)),
        ("run_next_after_seconds", json!("0s")),
        ("continue_on_error", json!(false)),
        ("timeout_seconds", json!("5m")),
    ]
}

/// What can be taken out of a schedule.
pub(super) fn removable() -> Vec<&'static str> {
    usual_of_schedule()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// A schedule of a task, as a request would make it anew. While the task is paused, every schedule of
/// it is shown as disabled, whatever it is else.
pub(super) fn as_new(schedule: &Value, is_paused: bool) -> Object {
    let mut names = removable();
    names.push("rule");
    names
        .into_iter()
        .filter(|name| *name != "disabled" || !is_paused)
        .filter_map(|name| Some((name.to_string(), schedule.get(name)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect()
}

/// What a change of a task would lose that it does not name: `task` is the task as the canister shows it.
pub(super) fn losses(task: &Value, arguments: &Object) -> Vec<String> {
    let is_paused = task["disabled"] == true;
    let mut lost = replaced(
        ("schedules", "schedule", "description"),
        usual_of_schedule(),
        task,
        arguments,
    );
    lost.retain(|(name, _)| *name != "disabled" || !is_paused);
    let mut steps = replaced(("steps", "step", "name"), usual_of_step(), task, arguments);
    let names_timeout = arguments
        .get("timeout_seconds")
        .is_some_and(|it| !it.is_null());
    steps.retain(|(name, _)| *name != "timeout_seconds" || !names_timeout);
    lost.extend(steps);
    lost.into_iter().map(|(_, text)| text).collect()
}

/// The settings of the items of a list that others take the place of, one by one.
fn replaced(
    (list, one, title): (&str, &str, &str),
    usual: Vec<(&'static str, Value)>,
    task: &Value,
    arguments: &Object,
) -> Vec<(&'static str, String)> {
    let none = Vec::new();
    let old = task[list].as_array().unwrap_or(&none);
    let Some(new) = arguments.get(list).and_then(items) else {
        return Vec::new();
    };
    let mut lost = Vec::new();
    for (index, old) in old.iter().enumerate() {
        let number = index + 1;
        let Some(new) = new.get(index) else {
            let what = old[title]
                .as_str()
                .map_or(String::new(), |it| format!(" ({it:?})"));
            lost.push(("", format!("{one} {number}{what} would be removed")));
            continue;
        };
        for (name, usual) in &usual {
            let was = &old[*name];
            let is_given = new.get(name).is_some_and(|given| !given.is_null());
            if !is_given && !was.is_null() && was != usual {
                let then = match usual {
                    Value::Null => "be taken away".to_string(),
                    usual => format!("become {usual}"),
                };
                lost.push((
                    *name,
                    format!("{name} of {one} {number} is {was} and would {then}"),
                ));
            }
        }
    }
    lost
}

/// A list, which some clients send as its text.
fn items(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// A policy of retries of which only a part is given, with the rest as it is in the task.
pub(super) fn whole_retry(task: &Value, given: &Value) -> Option<Value> {
    let given = match given {
        Value::Object(given) => given.clone(),
        Value::String(text) => serde_json::from_str::<Map<_, _>>(text).ok()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    let mut whole = task["retry"].as_object()?.clone();
    whole.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    Some(Value::Object(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Value {
        json!({
            "disabled": false,
            "retry": { "max_retries": 3, "factor_percent": 200 },
            "schedules": [
                {
                    "description": "every day at 02:00", "rule": { "daily": { "hour": 2 } },
                    "timezone": "America/New_York", "overlap": "skip", "exclusions": [],
                    "maximum_runs": 7, "missed_runs": "skip", "disabled": false,
                },
                { "description": "every hour", "rule": {}, "timezone": "UTC" },
            ],
            "steps": [{ "name": "one", "timeout_seconds": "10m", "continue_on_error": true }],
        })
    }

    fn of(arguments: Value) -> Vec<String> {
        losses(&task(), arguments.as_object().unwrap())
    }

    #[test]
    fn should_name_what_a_list_that_replaces_another_leaves_out() {
        let new = json!({ "rule": { "daily": { "hour": 3 } }, "missed_runs": "skip" });
        assert_eq!(
            of(json!({ "schedules": [new] })),
            [
                "timezone of schedule 1 is \"America/New_York\" and would become \"UTC\"",
                "maximum_runs of schedule 1 is 7 and would be taken away",
                "schedule 2 (\"every hour\") would be removed",
            ]
        );
        let text = json!([{ "action": {} }]).to_string();
        assert_eq!(of(json!({ "steps": text })).len(), 3);
        assert_eq!(
            of(json!({ "steps": text, "timeout_seconds": "1m" })).len(),
            2
        );
        assert!(of(json!({ "name": "x", "schedules": null })).is_empty());
    }

    #[test]
    fn should_lose_nothing_that_is_given_again() {
        let task = task();
        let schedules = task["schedules"].as_array().unwrap();
        let again: Vec<_> = schedules.iter().map(|it| as_new(it, false)).collect();
        assert!(of(json!({ "schedules": again })).is_empty());
        let first = as_new(&schedules[0], true);
        assert!(!first.contains_key("disabled") && !first.contains_key("description"));
    }

    #[test]
    fn should_complete_a_part_of_the_retries() {
        let whole = whole_retry(
            &task(),
            &json!({ "max_retries": 5, "jitter_percent": null }),
        );
        assert_eq!(
            whole.unwrap(),
            json!({ "max_retries": 5, "factor_percent": 200 })
        );
        assert!(whole_retry(&task(), &json!(null)).is_none());
    }
}
