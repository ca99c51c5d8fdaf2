//! Chime's own job form: entries of a list `tasks:`, each with a `key` that stays the same.
//!
//! ```yaml
//! tasks:
//!   - key: heartbeat
//!     note: still here
//!     every: 1m
//!   - key: randomness
//!     name: Fetch randomness
//!     call: {canister: aaaaa-aa, method: raw_rand}
//!     daily: "02:30"
//!     timezone: Europe/Zurich
//!     overlap: buffer_one
//!     exclusions: [{weekdays: [saturday, sunday]}]
//!   - key: health
//!     every: 5m
//!     jitter: 30s
//!     pause_after_failures: 10
//!     steps:
//!       - {http: "https://example.com/health", continue_on_error: true}
//!       - {command: ./report.sh, queue: reports}
//! ```
//! What an entry says that is not known here is refused: a typing error must not change a job.

use candid::Principal;
use chime_types::{
    Callback, CreateTaskRequest, NewSchedule, NewStep, OnUnknown, RetryPolicy, limits,
};
use serde_json::Value;

use super::actions::ONE_ACTION;
use super::dialect::missing;
use super::fields::{Fields, Spelling, wrong};
use super::{
    Declaration, Draft, Naming, Outcome, Refusal, actions, identity, schedule, tasks_loop,
};

/// Reads an entry of the list.
pub(super) fn read(entry: &Value, path: String, draft: &mut Draft) -> Result<Outcome, Refusal> {
    let mut fields = Fields::new(entry, &path, Spelling::Exact)?;
    let key = fields.filled(&["key"])?;
    let name = fields.filled(&["name"])?.or_else(|| key.clone());
    draft.task.clone_from(&name);
    let (Some(key), Some(name)) = (key, name) else {
        return Err(missing(&path, &["key"]));
    };
    let request = CreateTaskRequest {
        name,
        description: fields.filled(&["description"])?,
        steps: steps(&mut fields)?,
        schedules: schedules(&mut fields)?,
        metadata: metadata(&mut fields)?,
        run_as: principal(&mut fields, "run_as")?,
        callback: callback(&mut fields)?,
        priority: tasks_loop::priority(&mut fields)?,
        retry: retry(&mut fields)?,
        timeout_seconds: fields.seconds(&["timeout"])?,
        execution_timeout_seconds: fields.seconds(&["execution_timeout"])?,
        on_unknown: fields.choice("on_unknown", &ON_UNKNOWN)?,
        maximum_concurrent: count(&mut fields, "maximum_concurrent", CONCURRENT)?,
        pause_after_failures: count(&mut fields, "pause_after_failures", 1_000)?,
        disabled: (fields.flag(&["enabled"])? == Some(false)).then_some(true),
        ..CreateTaskRequest::default()
    };
    let task_id = fields.count(&["task_id"], u64::MAX)?;
    fields.refuse_unknown()?;
    let key = identity::key("chime", &key);
    Ok(Outcome::Task(Box::new(Declaration {
        key,
        task_id,
        naming: Naming::Id,
        request,
    })))
}

const CONCURRENT: u32 = limits::MAXIMUM_CONCURRENT_ATTEMPTS;
const ON_UNKNOWN: [(&str, OnUnknown); 3] = [
    ("fail", OnUnknown::Fail),
    ("retry", OnUnknown::Retry),
    ("complete", OnUnknown::Complete),
];

fn count(fields: &mut Fields<'_>, name: &str, most: u32) -> Result<Option<u32>, Refusal> {
    match fields.count(&[name], most.into())? {
        Some(0) => Err(Refusal::of(
            fields.at(name),
            "0 is not a limit",
            "Give 1 or more, or leave it out.",
        )),
        count => Ok(count.map(narrow)),
    }
}

fn steps(fields: &mut Fields<'_>) -> Result<Vec<NewStep>, Refusal> {
    let action = actions::read(fields)?;
    let steps = fields.list(&["steps"])?;
    match (action, steps) {
        (Some(action), None) => Ok(vec![NewStep::new(action)]),
        (None, Some((path, items))) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| step(item, format!("{path}[{index}]")))
                .collect()
        }
        (Some(_), Some((path, _))) => Err(Refusal::of(
            path,
            "the entry has an action of its own besides",
            ONE_ACTION,
        )),
        (None, None) => Err(Refusal::of(
            fields.at("note"),
            "the entry does nothing",
            ONE_ACTION,
        )),
    }
}

/// The schedules: a list of them, or the one whose fields are those of the entry.
fn schedules(fields: &mut Fields<'_>) -> Result<Vec<NewSchedule>, Refusal> {
    let Some((path, items)) = fields.list(&["schedules"])? else {
        return Ok(vec![schedule::own(fields)?]);
    };
    let beside = schedule::RULES
        .into_iter()
        .find(|name| fields.value(&[name]).is_some());
    if let Some(name) = beside {
        return Err(Refusal::of(
            fields.at(name),
            "the entry has a list of schedules besides",
            "Put all rules into the list.",
        ));
    }
    let read = |(index, item)| schedule::item(item, format!("{path}[{index}]"));
    items.iter().enumerate().map(read).collect()
}

fn metadata(fields: &mut Fields<'_>) -> Result<Option<String>, Refusal> {
    match fields.value(&["metadata"]) {
        None => Ok(None),
        Some((_, value @ Value::Object(_))) => Ok(Some(value.to_string())),
        Some((_, Value::String(text))) => Ok(Some(text.clone())),
        Some((path, other)) => Err(wrong(path, "a mapping or text", other)),
    }
}

fn principal(fields: &mut Fields<'_>, name: &str) -> Result<Option<Principal>, Refusal> {
    let Some(text) = fields.filled(&[name])? else {
        return Ok(None);
    };
    Principal::from_text(text.trim())
        .map(Some)
        .map_err(|error| {
            Refusal::of(
                fields.at(name),
                format!("`{text}` is not a principal: {error}"),
                "Give one such as aaaaa-aa.",
            )
        })
}

fn callback(fields: &mut Fields<'_>) -> Result<Option<Callback>, Refusal> {
    let Some((path, value)) = fields.value(&["callback"]) else {
        return Ok(None);
    };
    let mut fields = Fields::new(value, &path, Spelling::Exact)?;
    let canister = principal(&mut fields, "canister")?;
    let method = fields.filled(&["method"])?;
    let error_cases = fields.texts(&["error_cases"])?;
    fields.refuse_unknown()?;
    let (Some(canister), Some(method)) = (canister, method) else {
        return Err(missing(&path, &["canister", "method"]));
    };
    Ok(Some(Callback {
        canister,
        method,
        error_cases,
    }))
}

/// Reads a step.
pub(super) fn step(item: &Value, path: String) -> Result<NewStep, Refusal> {
    let mut fields = Fields::new(item, &path, Spelling::Exact)?;
    let Some(action) = actions::read(&mut fields)? else {
        return Err(Refusal::of(path, "the step does nothing", ONE_ACTION));
    };
    let step = NewStep {
        name: fields.filled(&["name"])?,
        action,
        run_next_after_seconds: fields.seconds(&["run_next_after"])?,
        timeout_seconds: fields.seconds(&["timeout"])?,
        continue_on_error: fields.flag(&["continue_on_error"])?,
    };
    fields.refuse_unknown()?;
    Ok(step)
}

fn retry(fields: &mut Fields<'_>) -> Result<Option<RetryPolicy>, Refusal> {
    let most = |limit: u32| u64::from(limit);
    let retries = fields.count(&["retries"], most(limits::MAXIMUM_RETRIES))?;
    let delay = fields.seconds(&["retry_delay"])?;
    let longest = fields.seconds(&["retry_maximum_delay"])?;
    let factor = fields.count(&["retry_factor"], u64::from(u32::MAX))?;
    let jitter_percent = fields.count(&["retry_jitter"], 100)?.map(narrow);
    let maximum_age_seconds = fields.seconds(&["retry_maximum_age"])?;
    let terminal_errors = fields.texts(&["terminal_errors"])?;
    let default = RetryPolicy::default();
    let initial_delay_seconds = delay.unwrap_or(default.initial_delay_seconds);
    let policy = RetryPolicy {
        max_retries: retries.map_or(default.max_retries, narrow),
        initial_delay_seconds,
        maximum_delay_seconds: longest
            .unwrap_or_else(|| default.maximum_delay_seconds.max(initial_delay_seconds)),
        factor_percent: factor.map_or(default.factor_percent, narrow),
        jitter_percent,
        maximum_age_seconds,
        terminal_errors,
    };
    // A policy that is spelled out is kept, even if it is the default.
    let is_given = retries.is_some() || delay.is_some();
    Ok((is_given || policy != default).then_some(policy))
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).expect("BUG: counted up to a number of 32 bits")
}
