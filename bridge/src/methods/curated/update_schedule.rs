//! `update_schedule`: changes one schedule of a task and keeps everything else. The scheduler replaces
//! all schedules of a task at once, so the others are given to it again as they are.

use chime_types::{Rule, Task, TaskResult, TaskSchedule};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::envelope::Given;
use super::super::{CanisterTools, Object, answers, settings, views, zones};
use crate::candid_json::advice;
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Canister, find_schedule};
use crate::words::rfc3339;

/// The method that carries it out.
const METHOD: &str = "update_task";

/// The place of the schedule in what that method takes, and in the arguments here.
const CHANGES: &str = "changes";

impl<C: Canister> CanisterTools<C> {
    /// Changes the schedule, or only says what would change.
    pub(in super::super) async fn update_schedule(&self, given: &Given) -> Result<Value> {
        let arguments = &given.arguments;
        zones::check(arguments)?;
        let selector = text(arguments, "task_id").ok_or_else(|| needed("task_id", "\"42\""))?;
        let found = self.scheduler.find_task(&selector).await;
        let task = found.map_err(|error| error.at("task_id"))?;
        let json = self.json_of("get_task", &TaskResult::Ok(task.clone()))?;
        let at = position(&task, text(arguments, "schedule_id").as_deref())?;
        let mut schedules: Vec<_> = json["schedules"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|schedule| settings::as_new(schedule, task.disabled))
            .collect();
        let before = schedules[at].clone();
        let after = changed(&before, arguments, &task.schedules[at])?;
        schedules[at] = after.clone();
        let request = request(&task, json!(schedules));
        if given.dry_run {
            let here = |error: Error| at_changes(error, at, &task);
            let note = self.try_it(self.method(METHOD)?, &request).await;
            let note = note.map_err(here)?;
            let preview = self.preview_of(&json!(after), CHANGES).await?;
            return Ok(json!({
                "dry_run": true,
                "would": format!("Update schedule {} of task {} ({:?})", task.schedules[at].id, task.id, task.name),
                "changes": differences(&before, &after),
                "schedules": [preview],
                "note": format!("{note}; everything else of the schedule stays as it is"),
            }));
        }
        self.replace(&task, at, &request).await
    }

    async fn replace(&self, task: &Task, at: usize, request: &Object) -> Result<Value> {
        let method = self.method(METHOD)?;
        let here = |error: Error| at_changes(error, at, task);
        let encoded = self.interface.encode_arguments(method, request);
        let bytes = self.send(method, encoded.map_err(here)?).await?;
        let answer: TaskResult = answers::typed(&bytes)?;
        let new = answer.into_result().map_err(|error| here(error.into()))?;
        let json = self.json_of("get_task", &TaskResult::Ok(new.clone()))?;
        let view = views::task(&json, &new, views::ONE);
        let is_old =
            |schedule: &TaskSchedule| task.schedules.iter().any(|old| old.id == schedule.id);
        let made = new.schedules.iter().position(|schedule| !is_old(schedule));
        let mut shown = Map::from_iter([
            ("task_id".to_string(), json!(new.id.to_string())),
            ("version".to_string(), json!(new.version.to_string())),
        ]);
        if let Some(made) = made {
            shown.insert("schedule".to_string(), view["schedules"][made].clone());
            shown.insert(
                "replaces".to_string(),
                json!(task.schedules[at].id.to_string()),
            );
        }
        Ok(Value::Object(shown))
    }
}

/// The change of the task with these schedules in the place of its own.
fn request(task: &Task, schedules: Value) -> Object {
    Map::from_iter([
        ("task_id".to_string(), json!(task.id.to_string())),
        ("schedules".to_string(), schedules),
        // Whatever came between is not undone.
        ("expected_version".to_string(), json!(task.version)),
    ])
}

/// Which schedule is meant: the one with this id or name, or the only one.
fn position(task: &Task, selector: Option<&str>) -> Result<usize> {
    let Some(selector) = selector else {
        let ids: Vec<_> = task.schedules.iter().map(|it| it.id.to_string()).collect();
        return match task.schedules.len() {
            1 => Ok(0),
            count => Err(Error::new(
                Kind::InvalidArgument,
                format!("the task has {count} schedules"),
                format!("give the id of one: {}", ids.join(", ")),
            )
            .at("schedule_id")),
        };
    };
    let found = find_schedule(task, selector).map_err(|error| error.at("schedule_id"))?;
    let at = task.schedules.iter().position(|it| it.id == found.id);
    Ok(at.expect("BUG: it was found in the task"))
}

/// The schedule as it will be.
fn changed(before: &Object, arguments: &Object, old: &TaskSchedule) -> Result<Object> {
    let changes = object(arguments.get(CHANGES))?;
    let removed = removed(arguments.get("remove"))?;
    let mut after = before.clone();
    for name in &removed {
        after.shift_remove(name);
    }
    after.extend(changes.clone());
    // A time of the clock is one of the schedule's zone, whether that is changed or not.
    let mut settled = Value::Object(after);
    zones::settle(&mut settled);
    let mut after = settled.as_object().cloned().unwrap_or_default();
    if after == *before {
        return Err(Error::new(
            Kind::InvalidArgument,
            "nothing would change",
            "give what is to change, for example {\"rule\": {\"daily\": {\"hour\": 3}}}",
        )
        .at(CHANGES));
    }
    let is_named = |name: &str| changes.contains_key(name) || removed.iter().any(|it| it == name);
    // Runs are counted anew, so what is left of them is what may be counted.
    if let (Some(maximum), false) = (old.maximum_runs, is_named("maximum_runs")) {
        let left = maximum.saturating_sub(old.runs);
        if left == 0 {
            return Err(Error::new(
                Kind::InvalidArgument,
                format!("its maximum_runs, {maximum}, are used up"),
                format!("give maximum_runs too, for example {maximum}"),
            )
            .at("changes.maximum_runs"));
        }
        after.insert("maximum_runs".to_string(), json!(left));
    }
    if let (Some(start_at), false) = (start(old), is_named("rule")) {
        let starts = ["start_at", "start_after_seconds"];
        if !starts.iter().any(|name| changes.contains_key(*name)) {
            after.insert("start_at".to_string(), json!(rfc3339(start_at)));
        }
    }
    Ok(after)
}

/// When the schedule that takes the place of another starts, if not at once: an interval keeps its
/// rhythm, and what has not begun yet begins when it was to.
fn start(old: &TaskSchedule) -> Option<u64> {
    let now_at = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
    let has_phase = matches!(
        old.rule,
        Rule::Interval {
            phase_seconds: Some(_),
            ..
        }
    );
    let next = old
        .next_run_at
        .filter(|_| old.repeat_every_seconds > 0 && !has_phase);
    let start = next.unwrap_or(old.start_at);
    (start > now_at).then_some(start)
}

fn object(given: Option<&Value>) -> Result<Object> {
    let parsed = match given {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(Value::Object(members)) => Some(members.clone()),
        None | Some(Value::Null) => Some(Object::new()),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_)) => None,
    };
    let members: Object =
        parsed.ok_or_else(|| needed(CHANGES, "{\"timezone\": \"Europe/Zurich\"}"))?;
    Ok(members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect())
}

/// The settings that are taken away.
fn removed(given: Option<&Value>) -> Result<Vec<String>> {
    let names = match given {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(names) => names,
            Err(_) => vec![text.clone()],
        },
        Some(list) => {
            serde_json::from_value(list.clone()).map_err(|_| needed("remove", "[\"end_at\"]"))?
        }
    };
    let removable = settings::removable();
    match names
        .iter()
        .find(|name| !removable.contains(&name.as_str()))
    {
        None => Ok(names),
        Some(name) => {
            let rule = format!("there is no setting {name:?} to remove");
            Err(Error::new(Kind::InvalidArgument, rule, advice(name, &removable)).at("remove"))
        }
    }
}

fn text(arguments: &Object, name: &str) -> Option<String> {
    match arguments.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn needed(name: &str, example: &str) -> Error {
    let rule = format!("{name} is missing or of a wrong type");
    let fix = format!("give it for example as {example}");
    Error::new(Kind::InvalidArgument, rule, fix).at(name)
}

/// What is different, beside what it was.
fn differences(before: &Object, after: &Object) -> Value {
    let names = before
        .keys()
        .chain(after.keys().filter(|it| !before.contains_key(*it)));
    let different = names.filter(|name| before.get(*name) != after.get(*name));
    different
        .map(|name| {
            (
                name.clone(),
                json!({ "now": before.get(name), "then": after.get(name) }),
            )
        })
        .collect::<Map<_, _>>()
        .into()
}

/// An error about the schedules of the task at the place here. One about a schedule that is only given
/// again, such as one whose instant has passed, says so.
fn at_changes(error: Error, at: usize, task: &Task) -> Error {
    let Some(field) = error.field().map(str::to_string) else {
        return error;
    };
    let here = format!("schedules[{at}]");
    if let Some(rest) = field.strip_prefix(&here) {
        return error.at(format!("{CHANGES}{rest}"));
    }
    let other = task
        .schedules
        .iter()
        .enumerate()
        .find(|(index, _)| field.starts_with(&format!("schedules[{index}]")));
    match other {
        None => error,
        Some((_, other)) => Error::new(
            error.kind(),
            format!(
                "schedule {} cannot stay as it is: {}",
                other.id,
                error.rule()
            ),
            format!(
                "remove it with remove_schedule, schedule_id {}, then try again",
                other.id
            ),
        )
        .at(field),
    }
}
