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

use chime_types::{CreateTaskRequest, NewStep, OnUnknown, RetryPolicy, limits};
use serde_json::Value;

use super::actions::ONE_ACTION;
use super::dialect::missing;
use super::fields::{Fields, Spelling};
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
        schedules: vec![schedule::own(&mut fields)?],
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
    fields.refuse_unknown()?;
    let key = identity::key("chime", &key);
    Ok(Outcome::Task(Box::new(Declaration {
        key,
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
            "0 is no limit that can be kept",
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

/// Reads a step.
pub(super) fn step(item: &Value, path: String) -> Result<NewStep, Refusal> {
    let mut fields = Fields::new(item, &path, Spelling::Exact)?;
    let Some(action) = actions::read(&mut fields)? else {
        return Err(Refusal::of(
            path,
            "the step does nothing",
            "Give exactly one of note, call, http, command and named.",
        ));
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
    let jitter_percent = fields.count(&["retry_jitter"], 100)?.map(narrow);
    let maximum_age_seconds = fields.seconds(&["retry_maximum_age"])?;
    let terminal_errors = fields.texts(&["terminal_errors"])?;
    let default = RetryPolicy::default();
    let initial_delay_seconds = delay.unwrap_or(default.initial_delay_seconds);
    let policy = RetryPolicy {
        max_retries: retries.map_or(default.max_retries, narrow),
        initial_delay_seconds,
        maximum_delay_seconds: default.maximum_delay_seconds.max(initial_delay_seconds),
        jitter_percent,
        maximum_age_seconds,
        terminal_errors,
        ..default.clone()
    };
    // A policy that is spelled out is kept, even if it is the default.
    let is_given = retries.is_some() || delay.is_some();
    Ok((is_given || policy != default).then_some(policy))
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).expect("BUG: counted up to a number of 32 bits")
}
