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
//! ```
//! What an entry says that is not known here is refused: a typing error must not change a job.

use candid::Principal;
use chime_types::{
    Action, CallArguments, CreateTaskRequest, NewStep, OnUnknown, RetryPolicy, limits,
};
use serde_json::Value;

use super::dialect::missing;
use super::fields::{Fields, Spelling};
use super::{Declaration, Draft, Naming, Outcome, Refusal, identity, schedule, tasks_loop};

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
        on_unknown: on_unknown(&mut fields)?,
        disabled: (fields.flag(&["enabled"])? == Some(false)).then_some(true),
        ..CreateTaskRequest::default()
    };
    refuse_unknown(&fields)?;
    let key = identity::key("chime", &key);
    Ok(Outcome::Task(Box::new(Declaration {
        key,
        naming: Naming::Id,
        request,
    })))
}

fn steps(fields: &mut Fields<'_>) -> Result<Vec<NewStep>, Refusal> {
    let action = action(fields)?;
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

const ONE_ACTION: &str = "Give exactly one of note, call, command and steps.";

fn step(item: &Value, path: String) -> Result<NewStep, Refusal> {
    let mut fields = Fields::new(item, &path, Spelling::Exact)?;
    let Some(action) = action(&mut fields)? else {
        return Err(Refusal::of(
            path,
            "the step does nothing",
            "Give exactly one of note, call and command.",
        ));
    };
    let step = NewStep {
        name: fields.filled(&["name"])?,
        action,
        run_next_after_seconds: fields.seconds(&["run_next_after"])?,
        timeout_seconds: fields.seconds(&["timeout"])?,
        continue_on_error: None,
    };
    refuse_unknown(&fields)?;
    Ok(step)
}

fn action(fields: &mut Fields<'_>) -> Result<Option<Action>, Refusal> {
    let note = fields.filled(&["note"])?.map(|text| Action::Note { text });
    let command = fields.filled(&["command"])?.map(|command| Action::Command {
        command,
        queue: None,
    });
    let call = fields.value(&["call"]);
    let given = [note.is_some(), command.is_some(), call.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return Err(Refusal::of(
            fields.at("call"),
            "more than one action is given",
            ONE_ACTION,
        ));
    }
    match call {
        Some((path, value)) => self::call(value, path).map(Some),
        None => Ok(note.or(command)),
    }
}

fn call(value: &Value, path: String) -> Result<Action, Refusal> {
    let mut fields = Fields::new(value, &path, Spelling::Exact)?;
    let (Some(canister), Some(method)) =
        (fields.filled(&["canister"])?, fields.filled(&["method"])?)
    else {
        return Err(missing(&path, &["canister", "method"]));
    };
    let canister = Principal::from_text(canister.trim()).map_err(|error| {
        Refusal::of(
            fields.at("canister"),
            format!("`{canister}` is no canister id: {error}"),
            "Give an id such as aaaaa-aa.",
        )
    })?;
    let arguments = fields.filled(&["arguments"])?;
    if let Some(text) = &arguments {
        check_arguments(text, fields.at("arguments"))?;
    }
    let cycles = fields.count(&["cycles"], u64::MAX)?.map(candid::Nat::from);
    refuse_unknown(&fields)?;
    let arguments = arguments.map(|value| CallArguments::Text { value });
    Ok(Action::Call {
        canister,
        method,
        arguments,
        cycles,
        with_context: None,
    })
}

fn check_arguments(text: &str, path: String) -> Result<(), Refusal> {
    candid_parser::parse_idl_args(text)
        .map(drop)
        .map_err(|error| {
            let rule = format!("not Candid's textual form: {error}");
            Refusal::of(
                path,
                rule,
                "Write them as in (record { name = \"x\" }, 7 : nat64), parentheses included.",
            )
        })
}

fn retry(fields: &mut Fields<'_>) -> Result<Option<RetryPolicy>, Refusal> {
    let retries = fields.count(&["retries"], u64::from(limits::MAXIMUM_RETRIES))?;
    let delay = fields.seconds(&["retry_delay"])?;
    if retries.is_none() && delay.is_none() {
        return Ok(None);
    }
    let default = RetryPolicy::default();
    let initial_delay_seconds = delay.unwrap_or(default.initial_delay_seconds);
    Ok(Some(RetryPolicy {
        max_retries: retries
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(default.max_retries),
        initial_delay_seconds,
        maximum_delay_seconds: default.maximum_delay_seconds.max(initial_delay_seconds),
        ..default
    }))
}

fn on_unknown(fields: &mut Fields<'_>) -> Result<Option<OnUnknown>, Refusal> {
    match fields.filled(&["on_unknown"])?.as_deref() {
        None => Ok(None),
        Some("fail") => Ok(Some(OnUnknown::Fail)),
        Some("retry") => Ok(Some(OnUnknown::Retry)),
        Some(other) => Err(Refusal::of(
            fields.at("on_unknown"),
            format!("`{other}` is not known"),
            "Valid options: fail, retry.",
        )),
    }
}

fn refuse_unknown(fields: &Fields<'_>) -> Result<(), Refusal> {
    match fields.unknown().into_iter().next() {
        None => Ok(()),
        Some(path) => Err(Refusal::of(
            path,
            "the field is not known",
            format!("Known fields: {}.", fields.known()),
        )),
    }
}
