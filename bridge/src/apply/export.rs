//! The way back: a task as an entry of Chime's own job form, which `apply` reads as that task.
//!
//! What a file cannot know is left out: the start of a schedule that has begun, numbers, history.

use std::collections::BTreeSet;

use chime_types::{
    Action, CalendarUnit, CallArguments, CreateTaskRequest, Exclusion, HttpAction, HttpTransform,
    MissedRuns, MonthDay, NewSchedule, NewStep, RetryPolicy, Rule, Task, TaskSchedule, TaskStep,
    UpdateTaskRequest, limits,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Change;
use super::builtin::{self, without_nulls};
use super::identity::{applied_from, own_metadata};
use super::schedule::WEEKDAYS;

/// The document of a file with these tasks, of `all` that the caller has.
#[must_use]
pub fn exported(tasks: &[Task], all: &[Task]) -> Value {
    let entries: Vec<_> = tasks.iter().map(|task| exported_task(task, all)).collect();
    json!({ "tasks": entries })
}

/// The key under which a task was applied from a file of this form.
fn own_key(task: &Task) -> Option<String> {
    let mark = applied_from(&task.metadata)?;
    mark.key.strip_prefix("chime:").map(str::to_string)
}

/// A key that means this task and none of the others: its own, or its name, with the id if the name is
/// that of another task or a key.
fn key(task: &Task, all: &[Task]) -> String {
    if let Some(own) = own_key(task) {
        return own;
    }
    let mut others = all.iter().filter(|other| other.id != task.id);
    let means_another =
        |other: &Task| other.name == task.name || own_key(other).as_ref() == Some(&task.name);
    match others.any(means_another) {
        true => format!("{} #{}", task.name, task.id),
        false => task.name.clone(),
    }
}

fn exported_task(task: &Task, all: &[Task]) -> Value {
    let mut entry = Map::new();
    entry.insert("key".into(), key(task, all).into());
    // Without a key of its own in the scheduler it is found by this, as long as the name agrees.
    entry.insert("task_id".into(), task.id.to_string().into());
    entry.extend(fields(&as_request(task)));
    Value::Object(entry)
}

/// A field of a task that a change makes another.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field, in the words of job files.
    pub field: String,
    /// What it is, or nothing.
    pub before: Value,
    /// What it will be, or nothing.
    pub after: Value,
}

/// What a change makes another, in the form of a job file.
#[must_use]
pub fn differences(change: &Change) -> Vec<Difference> {
    let is = as_request(&change.task);
    let mut will_be = match &change.update {
        Some(update) => overlaid(is.clone(), update),
        None => is.clone(),
    };
    if let Some(active) = change.active {
        will_be.disabled = (!active).then_some(true);
    }
    let (before, after) = (fields(&is), fields(&will_be));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let of = |map: &Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| Difference {
            field: name.clone(),
            before: of(&before, name),
            after: of(&after, name),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// A task as a request that would make it. What the scheduler has settled is said.
fn as_request(task: &Task) -> CreateTaskRequest {
    CreateTaskRequest {
        name: task.name.clone(),
        description: Some(task.description.clone()),
        metadata: Some(task.metadata.clone()),
        steps: task.steps.iter().map(as_new_step).collect(),
        schedules: task
            .schedules
            .iter()
            .map(|schedule| as_new_schedule(schedule, task.disabled))
            .collect(),
        priority: Some(task.priority),
        retry: Some(task.retry.clone()),
        timeout_seconds: None,
        execution_timeout_seconds: task.execution_timeout_seconds,
        on_unknown: Some(task.on_unknown),
        maximum_concurrent: task.maximum_concurrent,
        pause_after_failures: task.pause_after_failures,
        run_as: task.run_as,
        callback: task.callback.clone(),
        disabled: task.disabled.then_some(true),
        idempotency_key: None,
    }
}

/// A step as one that is to be made.
#[must_use]
pub fn as_new_step(step: &TaskStep) -> NewStep {
    NewStep {
        name: step.name.clone(),
        action: step.action.clone(),
        run_next_after_seconds: Some(step.run_next_after_seconds),
        timeout_seconds: Some(step.timeout_seconds),
        continue_on_error: Some(step.continue_on_error),
    }
}

/// A schedule as one that is to be made, of a task that is paused or not.
#[must_use]
pub fn as_new_schedule(schedule: &TaskSchedule, is_paused: bool) -> NewSchedule {
    NewSchedule {
        name: schedule.name.clone(),
        timezone: Some(schedule.timezone.clone()),
        end_at: schedule.end_at,
        gap: Some(schedule.gap),
        missed_runs: Some(schedule.missed_runs),
        missed_window_seconds: schedule.missed_window_seconds,
        overlap: Some(schedule.overlap),
        maximum_runs: schedule.maximum_runs,
        jitter_seconds: Some(schedule.jitter_seconds),
        exclusions: Some(schedule.exclusions.clone()),
        // Of a paused task all of them are, whatever they are else.
        disabled: (schedule.disabled && !is_paused).then_some(true),
        ..NewSchedule::new(schedule.rule.clone())
    }
}

/// The request after an update, in which 0 takes a limit away.
fn overlaid(request: CreateTaskRequest, update: &UpdateTaskRequest) -> CreateTaskRequest {
    let limit = |now: Option<u32>, new: Option<u32>| match new {
        Some(new) => Some(new).filter(|new| *new > 0),
        None => now,
    };
    let nobody = candid::Principal::management_canister();
    let seconds = update.execution_timeout_seconds;
    let mut steps = update.steps.clone().unwrap_or(request.steps);
    let timeout_seconds = update.timeout_seconds;
    for step in &mut steps {
        let settled = timeout_seconds.or(Some(limits::DEFAULT_TIMEOUT_SECONDS));
        step.timeout_seconds = step.timeout_seconds.or(settled);
        if update.steps.is_none() && timeout_seconds.is_some() {
            step.timeout_seconds = timeout_seconds;
        }
    }
    CreateTaskRequest {
        name: update.name.clone().unwrap_or(request.name),
        description: update.description.clone().or(request.description),
        metadata: update.metadata.clone().or(request.metadata),
        steps,
        schedules: update.schedules.clone().unwrap_or(request.schedules),
        priority: update.priority.or(request.priority),
        retry: update.retry.clone().or(request.retry),
        execution_timeout_seconds: match seconds {
            Some(seconds) => Some(seconds).filter(|seconds| *seconds > 0),
            None => request.execution_timeout_seconds,
        },
        on_unknown: update.on_unknown.or(request.on_unknown),
        maximum_concurrent: limit(request.maximum_concurrent, update.maximum_concurrent),
        pause_after_failures: limit(request.pause_after_failures, update.pause_after_failures),
        run_as: update.run_as.or(request.run_as),
        callback: match &update.callback {
            Some(callback) => Some(callback.clone()).filter(|to| to.canister != nobody),
            None => request.callback,
        },
        ..request
    }
}

/// The fields of an entry, without what is as it is by itself.
fn fields(request: &CreateTaskRequest) -> Map<String, Value> {
    let metadata = request.metadata.as_deref().unwrap_or_default();
    let steps: Vec<_> = request.steps.iter().map(step).collect();
    let schedules: Vec<_> = request.schedules.iter().map(schedule).collect();
    let mut entry = json!({
        "name": request.name,
        "description": request.description.as_deref().and_then(filled),
        "metadata": own_metadata(metadata),
        "steps": steps,
        "schedules": schedules,
        "priority": unusual(request.priority),
        "execution_timeout": request.execution_timeout_seconds,
        "on_unknown": unusual(request.on_unknown),
        "maximum_concurrent": request.maximum_concurrent,
        "pause_after_failures": request.pause_after_failures,
        "run_as": request.run_as.map(|user| user.to_text()),
        "callback": request.callback.as_ref().map(|callback| json!({
            "canister": callback.canister.to_text(),
            "method": callback.method,
            "error_cases": callback.error_cases,
        })),
        "enabled": request.disabled.filter(|disabled| *disabled).map(|_| false),
    });
    let retry = retry(&request.retry.clone().unwrap_or_default());
    if let (Value::Object(entry), Value::Object(retry)) = (&mut entry, retry) {
        entry.extend(retry);
    }
    match without_nulls(entry) {
        Value::Object(entry) => entry,
        _ => Map::new(),
    }
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// What differs from what it is by itself.
fn unusual<T: Default + PartialEq>(value: Option<T>) -> Option<T> {
    value.filter(|value| *value != T::default())
}

fn retry(retry: &RetryPolicy) -> Value {
    if *retry == RetryPolicy::default() {
        return json!({});
    }
    json!({
        "retries": retry.max_retries,
        "retry_delay": retry.initial_delay_seconds,
        "retry_factor": retry.factor_percent,
        "retry_maximum_delay": retry.maximum_delay_seconds,
        "retry_jitter": retry.jitter_percent,
        "retry_maximum_age": retry.maximum_age_seconds,
        "terminal_errors": retry.terminal_errors,
    })
}

fn step(step: &NewStep) -> Value {
    let mut written = json!({
        "name": step.name,
        "run_next_after": unusual(step.run_next_after_seconds),
        "timeout": step.timeout_seconds,
        "continue_on_error": unusual(step.continue_on_error),
    });
    if let Value::Object(written) = &mut written {
        written.extend(action(&step.action));
    }
    written
}

fn action(action: &Action) -> Map<String, Value> {
    let fields = match action {
        Action::Note { text } => json!({ "note": text }),
        Action::Command { command, queue } => json!({ "command": command, "queue": queue }),
        Action::Named {
            action_name,
            entity_name,
            attributes,
            as_user,
        } => json!({ "named": {
            "action": action_name,
            "entity": entity_name,
            "attributes": attributes,
            "as_user": as_user,
        } }),
        Action::Call {
            canister,
            method,
            arguments,
            cycles,
            with_context,
            error_cases,
        } => {
            let (text, bytes) = match arguments {
                Some(CallArguments::Text { value }) => (Some(value), None),
                Some(CallArguments::Bytes { value }) => (None, Some(hex::encode(value))),
                None => (None, None),
            };
            json!({ "call": {
                "canister": canister.to_text(),
                "method": method,
                "arguments": text,
                "arguments_hex": bytes,
                "cycles": cycles.as_ref().map(|cycles| cycles.0.to_string()),
                "with_context": with_context,
                "error_cases": error_cases,
            } })
        }
        Action::Http { request } => json!({ "http": http(request) }),
        Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Notification { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. }
        | Action::Codex { .. } => {
            let written = builtin::write(action);
            return written.into_iter().collect();
        }
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn http(request: &HttpAction) -> Value {
    let headers = request.headers.as_ref().map(|headers| {
        let pairs = headers.iter();
        pairs
            .map(|header| (header.name.clone(), Value::from(header.value.as_str())))
            .collect::<Map<_, _>>()
    });
    let transform = request.transform.as_ref().map(|transform| match transform {
        HttpTransform::Body => json!("body"),
        HttpTransform::Status => json!("status"),
        HttpTransform::Json { pointers } => json!({ "json": pointers }),
    });
    json!({
        "url": request.url,
        "method": request.method.map(|method| method.name().to_lowercase()),
        "headers": headers,
        "body": request.body,
        "max_response_bytes": request.max_response_bytes,
        "expected_status": request.expected_status,
        "transform": transform,
        "replicated": request.replicated,
    })
}

fn schedule(schedule: &NewSchedule) -> Value {
    let mut written = json!({
        "name": schedule.name,
        "timezone": zone(schedule),
        "after": schedule.start_after_seconds,
        "start": schedule.start_at.map(instant),
        "end": schedule.end_at.map(instant),
        "gap": unusual(schedule.gap),
        "missed_runs": schedule.missed_runs.map(missed_runs),
        "missed_window": schedule.missed_window_seconds,
        "overlap": unusual(schedule.overlap),
        "maximum_runs": schedule.maximum_runs,
        "jitter": unusual(schedule.jitter_seconds),
        "exclusions": exclusions(schedule.exclusions.as_deref().unwrap_or_default()),
        "enabled": schedule.disabled.filter(|disabled| *disabled).map(|_| false),
    });
    if let (Value::Object(written), Value::Object(rule)) = (&mut written, rule(&schedule.rule)) {
        let rest = std::mem::take(written);
        written.extend(rule);
        written.extend(rest);
    }
    written
}

/// The zone, where the schedule has one: an interval has none, and an expression may name its own.
fn zone(schedule: &NewSchedule) -> Option<&str> {
    let names_its_own = match &schedule.rule {
        Rule::Cron { expression } => expression.contains("TZ="),
        Rule::Interval { .. } => schedule
            .exclusions
            .as_deref()
            .unwrap_or_default()
            .is_empty(),
        Rule::Once { .. }
        | Rule::Daily { .. }
        | Rule::Weekly { .. }
        | Rule::Monthly { .. }
        | Rule::Calendar { .. } => false,
    };
    let zone = schedule.timezone.as_deref()?;
    (!names_its_own && zone != "UTC").then_some(zone)
}

fn missed_runs(policy: MissedRuns) -> Value {
    match policy {
        MissedRuns::Latest => Value::Null,
        MissedRuns::Skip => json!("skip"),
        MissedRuns::All { maximum } => json!({ "all": maximum }),
    }
}

fn instant(nanoseconds: u64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .expect("BUG: 64 bits of nanoseconds lie within the calendar")
        .to_string()
}

fn time(hour: u8, minute: Option<u8>) -> String {
    format!("{hour:02}:{:02}", minute.unwrap_or(0))
}

fn rule(rule: &Rule) -> Value {
    match rule {
        Rule::Once { run_at } => json!({ "at": run_at.map(instant) }),
        Rule::Interval {
            repeat_every_seconds,
            phase_seconds,
        } => json!({ "every": repeat_every_seconds, "phase": phase_seconds }),
        // The mapping keeps whether minutes were given.
        Rule::Daily { hour, minute: None } => json!({ "daily": { "hour": hour } }),
        Rule::Daily { hour, minute } => json!({ "daily": time(*hour, *minute) }),
        Rule::Weekly {
            weekday,
            hour,
            minute,
        } => json!({ "weekly": { "weekday": weekday, "hour": hour, "minute": minute } }),
        Rule::Monthly { day, hour, minute } => {
            json!({ "monthly": { "day": day, "hour": hour, "minute": minute } })
        }
        Rule::Cron { expression } => json!({ "cron": expression }),
        Rule::Calendar {
            every,
            unit,
            hour,
            minute,
            anchor,
        } => {
            let (unit, on) = calendar(unit);
            json!({
                "every": format!("{every} {unit}"),
                "on": on,
                "at": time(*hour, *minute),
                "anchor": anchor,
            })
        }
    }
}

fn weekday(number: u8) -> &'static str {
    WEEKDAYS[usize::from(number % 7)]
}

/// The unit of a calendar, and its days.
fn calendar(unit: &CalendarUnit) -> (&'static str, Option<String>) {
    match unit {
        CalendarUnit::Days {} => ("days", None),
        CalendarUnit::Weeks { weekdays } => {
            let names: Vec<_> = weekdays.iter().map(|day| weekday(*day)).collect();
            ("weeks", (!names.is_empty()).then(|| names.join(",")))
        }
        CalendarUnit::Months { on } => {
            let on = match on {
                MonthDay::Day { day } => day.to_string(),
                MonthDay::Nth { nth, weekday: day } => format!("{nth} {}", weekday(*day)),
                MonthDay::Last { weekday: day } => format!("last {}", weekday(*day)),
                MonthDay::LastWorkingDay {} => "last working day".to_string(),
            };
            ("months", Some(on))
        }
    }
}

fn exclusions(exclusions: &[Exclusion]) -> Option<Vec<Value>> {
    let written = exclusions.iter().map(|exclusion| match exclusion {
        Exclusion::Dates { from, to: None } => json!({ "date": from }),
        Exclusion::Dates { from, to } => json!({ "from": from, "to": to }),
        Exclusion::Weekdays { weekdays } => {
            let names: Vec<_> = weekdays.iter().map(|day| weekday(*day)).collect();
            json!({ "weekdays": names })
        }
        Exclusion::Cron { expression } => json!({ "cron": expression }),
    });
    (!exclusions.is_empty()).then(|| written.collect())
}
