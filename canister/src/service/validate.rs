//! The rules for what owners send. Pure: from a request to records with the defaults filled in, or
//! to the error that names the field, the rule and the way out.

use chime_schedule::{Definition, Schedule};
use chime_types::{
    Action, CallArguments, Error, MissedRuns, NewSchedule, NewStep, RetryPolicy, Rule, limits,
};

use crate::driver::encode_arguments;
use crate::state::records::Step;

/// Who asks, as far as the rules differ.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// Controllers of the scheduler may let it spend its cycles and call what it controls.
    pub is_controller: bool,
    /// The scheduler itself.
    pub scheduler: candid::Principal,
}

/// A schedule with its defaults filled in, and its compiled rule.
#[derive(Debug)]
pub struct CheckedSchedule {
    pub given: NewSchedule,
    pub rule: Schedule,
    pub start_at: u64,
    pub explicit_start: bool,
}

fn characters(field: &str, text: &str, minimum: usize, maximum: usize) -> Result<(), Error> {
    let count = text.chars().count();
    if (minimum..=maximum).contains(&count) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("{minimum} to {maximum} characters, got {count}"),
        if count == 0 {
            "give it a text"
        } else {
            "shorten it"
        },
    ))
}

fn bytes(field: &str, length: usize, minimum: usize, maximum: usize) -> Result<(), Error> {
    if (minimum..=maximum).contains(&length) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("{minimum} to {maximum} bytes, got {length}"),
        if length == 0 {
            "give it a text"
        } else {
            "shorten it"
        },
    ))
}

fn range(field: &str, value: u64, minimum: u64, maximum: u64) -> Result<(), Error> {
    if (minimum..=maximum).contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("a whole number from {minimum} to {maximum}, got {value}"),
        format!("give a value from {minimum} to {maximum}"),
    ))
}

fn items(field: &str, count: usize, maximum: usize, why: &str) -> Result<(), Error> {
    if (1..=maximum).contains(&count) {
        return Ok(());
    }
    let fix = if count == 0 {
        why
    } else {
        "split the task into several"
    };
    Err(Error::invalid(
        field,
        format!("1 to {maximum} entries, got {count}"),
        fix,
    ))
}

/// The name of a task.
pub fn name(name: &str) -> Result<(), Error> {
    characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    if name.trim().is_empty() {
        return Err(Error::invalid(
            "name",
            "at least one character that is not a space",
            "give it a text",
        ));
    }
    Ok(())
}

/// The description of a task.
pub fn description(text: &str) -> Result<(), Error> {
    characters(
        "description",
        text,
        0,
        limits::MAXIMUM_DESCRIPTION_CHARACTERS,
    )
}

/// The metadata of a task.
pub fn metadata(text: &str) -> Result<(), Error> {
    bytes("metadata", text.len(), 0, limits::MAXIMUM_METADATA_BYTES)
}

/// The reason of a pause.
pub fn reason(text: &str) -> Result<(), Error> {
    characters("reason", text, 0, limits::MAXIMUM_REASON_CHARACTERS)
}

/// An idempotency key.
pub fn idempotency_key(key: &str) -> Result<(), Error> {
    bytes("idempotency_key", key.len(), 1, limits::MAXIMUM_KEY_BYTES)
}

/// The time-out of a task.
pub fn timeout(seconds: Option<u64>) -> Result<u64, Error> {
    let seconds = seconds.unwrap_or(limits::DEFAULT_TIMEOUT_SECONDS);
    range(
        "timeout_seconds",
        seconds,
        1,
        limits::MAXIMUM_TIMEOUT_SECONDS,
    )?;
    Ok(seconds)
}

/// A retry policy.
pub fn retry(policy: &RetryPolicy) -> Result<(), Error> {
    range(
        "max_retries",
        policy.max_retries.into(),
        0,
        limits::MAXIMUM_RETRIES.into(),
    )
    .and_then(|()| {
        range(
            "initial_delay_seconds",
            policy.initial_delay_seconds,
            1,
            limits::MAXIMUM_DURATION_SECONDS,
        )
    })
    .and_then(|()| range("factor_percent", policy.factor_percent.into(), 100, 1_000))
    .and_then(|()| {
        range(
            "maximum_delay_seconds",
            policy.maximum_delay_seconds,
            policy.initial_delay_seconds,
            limits::MAXIMUM_DURATION_SECONDS,
        )
    })
    .map_err(|error| error.within("retry"))
}

/// The limit of a page.
pub fn page(limit: Option<u32>) -> Result<usize, Error> {
    let limit = limit.unwrap_or(limits::DEFAULT_PAGE_ITEMS);
    range("limit", limit.into(), 1, limits::MAXIMUM_PAGE_ITEMS.into())?;
    Ok(limit as usize)
}

/// The number of times in a preview.
pub fn preview_count(count: Option<u32>) -> Result<usize, Error> {
    let count = count.unwrap_or(limits::DEFAULT_PREVIEW_COUNT);
    range(
        "count",
        count.into(),
        1,
        limits::MAXIMUM_PREVIEW_COUNT.into(),
    )?;
    Ok(count as usize)
}

/// The steps of a task.
pub fn steps(steps: Vec<NewStep>, timeout_seconds: u64, asker: Asker) -> Result<Vec<Step>, Error> {
    items(
        "steps",
        steps.len(),
        limits::MAXIMUM_STEPS,
        "give at least one step: it says what the task does",
    )?;
    let checked = steps.into_iter().enumerate().map(|(index, step)| {
        self::step(step, timeout_seconds, asker)
            .map_err(|error| error.within(&format!("steps[{index}]")))
    });
    checked.collect()
}

fn step(step: NewStep, timeout_seconds: u64, asker: Asker) -> Result<Step, Error> {
    if let Some(name) = &step.name {
        characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    }
    let run_next_after_seconds = step.run_next_after_seconds.unwrap_or(0);
    range(
        "run_next_after_seconds",
        run_next_after_seconds,
        0,
        limits::MAXIMUM_DURATION_SECONDS,
    )?;
    let timeout_seconds = timeout(Some(step.timeout_seconds.unwrap_or(timeout_seconds)))?;
    action(&step.action, asker).map_err(|error| error.within("action"))?;
    Ok(Step {
        name: step.name,
        action: step.action,
        run_next_after_seconds,
        timeout_seconds,
    })
}

fn action(action: &Action, asker: Asker) -> Result<(), Error> {
    match action {
        Action::Call { .. } => call(action, asker).map_err(|error| error.within("call")),
        Action::Note { text } => bytes("note.text", text.len(), 1, limits::MAXIMUM_NOTE_BYTES),
        Action::Command { command } => bytes(
            "command.command",
            command.len(),
            1,
            limits::MAXIMUM_COMMAND_BYTES,
        ),
        Action::Named {
            action_name,
            entity_name,
            attributes,
            as_user,
        } => {
            let maximum = limits::MAXIMUM_NAME_CHARACTERS;
            characters("named.action_name", action_name, 1, maximum)?;
            characters(
                "named.entity_name",
                entity_name.as_deref().unwrap_or(""),
                0,
                maximum,
            )?;
            characters(
                "named.as_user",
                as_user.as_deref().unwrap_or(""),
                0,
                maximum,
            )?;
            bytes(
                "named.attributes",
                attributes.len(),
                0,
                limits::MAXIMUM_ARGUMENTS_BYTES,
            )
        }
        Action::Codex { name, code } => {
            characters("codex.name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
            let length = code.as_ref().map_or(0, String::len);
            bytes("codex.code", length, 0, limits::MAXIMUM_COMMAND_BYTES)
        }
    }
}

fn call(action: &Action, asker: Asker) -> Result<(), Error> {
    let Action::Call {
        canister,
        method,
        arguments,
        cycles,
    } = action
    else {
        return Ok(());
    };
    bytes("method", method.len(), 1, limits::MAXIMUM_METHOD_BYTES)?;
    let length = match arguments {
        None => 0,
        Some(CallArguments::Text { value }) => value.len(),
        Some(CallArguments::Bytes { value }) => value.len(),
    };
    bytes("arguments", length, 0, limits::MAXIMUM_ARGUMENTS_BYTES)?;
    let encoded = encode_arguments(arguments.as_ref()).map_err(|rule| {
        Error::invalid(
            "arguments",
            rule,
            "write them in parentheses, such as (\"x\", 7 : nat64)",
        )
    })?;
    if !encoded.starts_with(b"DIDL") {
        return Err(Error::invalid(
            "arguments.bytes",
            "encoded Candid begins with DIDL",
            "encode the arguments as Candid, or give them as text",
        ));
    }
    let cycles = cycles.clone().unwrap_or_else(|| 0u8.into());
    if u128::try_from(cycles.0.clone()).is_err() {
        return Err(Error::invalid(
            "cycles",
            "less than 2^128",
            "send fewer cycles",
        ));
    }
    if asker.is_controller {
        return Ok(());
    }
    if cycles != 0u8 {
        return Err(Error::invalid(
            "cycles",
            "only a controller of the scheduler may send its cycles along",
            "leave cycles out, or ask a controller to make this task",
        ));
    }
    let is_management = *canister == candid::Principal::management_canister();
    if *canister == asker.scheduler || (is_management && method != "raw_rand") {
        return Err(Error::invalid(
            "canister",
            "only a controller of the scheduler may let it call itself or manage canisters",
            "call another canister, or ask a controller to make this task",
        ));
    }
    Ok(())
}

/// The schedules of a task.
pub fn schedules(given: Vec<NewSchedule>, now: u64) -> Result<Vec<CheckedSchedule>, Error> {
    items(
        "schedules",
        given.len(),
        limits::MAXIMUM_SCHEDULES,
        "give at least one schedule; for a task that runs only on demand give one that is disabled",
    )?;
    let checked = given.into_iter().enumerate().map(|(index, schedule)| {
        self::schedule(schedule, now).map_err(|error| error.within(&format!("schedules[{index}]")))
    });
    checked.collect()
}

/// One schedule: its start is settled, its rule compiles and has at least one time ahead.
pub fn schedule(given: NewSchedule, now: u64) -> Result<CheckedSchedule, Error> {
    if let Some(name) = &given.name {
        characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    }
    if let Some(MissedRuns::All { maximum }) = given.missed_runs {
        range(
            "missed_runs.all.maximum",
            maximum.into(),
            1,
            limits::MAXIMUM_MISSED_RECORDS,
        )?;
    }
    for (field, instant) in [("start_at", given.start_at), ("end_at", given.end_at)] {
        if let Some(instant) = instant {
            future(field, instant, now)?;
        }
    }
    if let Rule::Once {
        run_at: Some(run_at),
    } = given.rule
    {
        future("rule.once.run_at", run_at, now)?;
    }
    let start_at = start(&given, now)?;
    let explicit_start = given.start_at.is_some() || given.start_after_seconds.is_some();
    if given.end_at.is_some_and(|end_at| end_at <= start_at) {
        return Err(Error::invalid(
            "end_at",
            "later than the start",
            "move the end or the start",
        ));
    }
    let gap = given.gap.unwrap_or_default();
    let rule = Schedule::compile(&Definition {
        rule: &given.rule,
        timezone: given.timezone.as_deref(),
        gap,
        start_at,
        explicit_start,
        end_at: given.end_at,
        exclusions: &[],
    })?;
    Ok(CheckedSchedule {
        given,
        rule,
        start_at,
        explicit_start,
    })
}

/// The start of a schedule: what was given, or now, in whole seconds.
fn start(given: &NewSchedule, now: u64) -> Result<u64, Error> {
    let now = now - now % limits::NANOSECONDS;
    match (given.start_at, given.start_after_seconds) {
        (Some(_), Some(_)) => Err(Error::invalid(
            "start_after_seconds",
            "not together with start_at",
            "give one of the two",
        )),
        (Some(start_at), None) => Ok(start_at),
        (None, Some(seconds)) => {
            range(
                "start_after_seconds",
                seconds,
                0,
                limits::MAXIMUM_DURATION_SECONDS,
            )?;
            Ok(now + seconds * limits::NANOSECONDS)
        }
        (None, None) => Ok(now),
    }
}

fn future(field: &str, instant: u64, now: u64) -> Result<(), Error> {
    if instant < now - now % limits::NANOSECONDS {
        return Err(Error::invalid(
            field,
            format!("not in the past: now is {now}, got {instant} (nanoseconds since 1970)"),
            "give a later time, or leave it out to start now",
        ));
    }
    if instant > limits::LATEST_AT {
        return Err(Error::invalid(
            field,
            format!(
                "at most {} (the year 2200), got {instant}",
                limits::LATEST_AT
            ),
            "times are nanoseconds since 1970: check the unit",
        ));
    }
    Ok(())
}
