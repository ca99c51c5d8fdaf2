//! The rules for what callers send. Pure: from a request to records with the defaults filled in, or
//! to the error that names the field, the rule and the way out.

mod actions;
mod alerts;
mod codices;
mod config;
mod schedules;
mod steps;

use chime_types::{Callback, Change, Error, RetentionRule, RetryPolicy, limits};

use super::Caller;

pub use actions::{action, channel, error_cases};
pub use alerts::alert;
pub use codices::{address, checksum, codex, codex_name};
pub use config::config;
pub use schedules::{CheckedSchedule, schedule, schedules};
pub use steps::steps;

/// The length of a text in characters.
pub fn characters(field: &str, text: &str, minimum: usize, maximum: usize) -> Result<(), Error> {
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

/// The length of a text in bytes.
pub fn bytes(field: &str, length: usize, minimum: usize, maximum: usize) -> Result<(), Error> {
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

/// A number between two others.
pub fn range(field: &str, value: u64, minimum: u64, maximum: u64) -> Result<(), Error> {
    if (minimum..=maximum).contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("a whole number from {minimum} to {maximum}, got {value}"),
        format!("give a value from {minimum} to {maximum}"),
    ))
}

/// The length of a list, which may not be empty.
pub fn items(field: &str, count: usize, maximum: usize, why: &str) -> Result<(), Error> {
    if (1..=maximum).contains(&count) {
        return Ok(());
    }
    let fix = if count == 0 { why } else { "leave some out" };
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

/// The timeout of an attempt; `default` if none is given.
pub fn timeout(seconds: Option<u64>, default: u64) -> Result<u64, Error> {
    let seconds = seconds.unwrap_or(default);
    range(
        "timeout_seconds",
        seconds,
        1,
        limits::MAXIMUM_TIMEOUT_SECONDS,
    )?;
    Ok(seconds)
}

/// An optional number of a task: 0 takes it away where `may_be_zero`.
pub fn optional(
    field: &str,
    value: Option<u64>,
    maximum: u64,
    may_be_zero: bool,
) -> Result<(), Error> {
    let minimum = u64::from(!may_be_zero);
    value.map_or(Ok(()), |value| range(field, value, minimum, maximum))
}

/// The optional numbers of a task; a change may take them away with 0.
pub fn numbers(
    execution_timeout_seconds: Option<u64>,
    maximum_concurrent: Option<u32>,
    pause_after_failures: Option<u32>,
    may_be_zero: bool,
) -> Result<(), Error> {
    let longest = limits::MAXIMUM_DURATION_SECONDS;
    let field = "execution_timeout_seconds";
    optional(field, execution_timeout_seconds, longest, may_be_zero)?;
    let concurrent = limits::MAXIMUM_CONCURRENT_ATTEMPTS.into();
    let given = maximum_concurrent.map(u64::from);
    optional("maximum_concurrent", given, concurrent, may_be_zero)?;
    let given = pause_after_failures.map(u64::from);
    optional("pause_after_failures", given, 1_000, may_be_zero)
}

/// Who is told how executions end.
pub fn callback(callback: Option<&Callback>, caller: &Caller) -> Result<(), Error> {
    let Some(callback) = callback else {
        return Ok(());
    };
    let field = "callback.method";
    bytes(
        field,
        callback.method.len(),
        1,
        limits::MAXIMUM_METHOD_BYTES,
    )?;
    error_cases(callback.error_cases.as_deref()).map_err(|error| error.within("callback"))?;
    if callback.canister == caller.scheduler && !caller.is_controller {
        return Err(Error::invalid(
            "callback.canister",
            "only a controller of the scheduler may let it call itself",
            "name another canister",
        ));
    }
    Ok(())
}

/// Rules of retention.
pub fn retention(field: &str, rules: &[RetentionRule]) -> Result<(), Error> {
    if rules.len() > limits::MAXIMUM_RETENTION_RULES {
        return Err(Error::invalid(
            field,
            format!(
                "at most {} rules, got {}",
                limits::MAXIMUM_RETENTION_RULES,
                rules.len()
            ),
            "leave some out",
        ));
    }
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("{field}[{index}]");
        if rule.maximum_age_seconds.is_none() && rule.keep_latest.is_none() {
            return Err(Error::invalid(
                field,
                "a rule has `maximum_age_seconds`, `keep_latest`, or both",
                "say how old or how many executions may be",
            ));
        }
        if rule.status.is_some_and(|status| !status.is_final()) {
            return Err(Error::invalid(
                format!("{field}.status"),
                "only finished executions are removed",
                "name a final status, or none for all of them",
            ));
        }
    }
    Ok(())
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
    .and_then(|()| {
        optional(
            "jitter_percent",
            policy.jitter_percent.map(u64::from),
            100,
            true,
        )
    })
    .and_then(|()| {
        let maximum = limits::MAXIMUM_DURATION_SECONDS;
        optional(
            "maximum_age_seconds",
            policy.maximum_age_seconds,
            maximum,
            false,
        )
    })
    .and_then(|()| terminal_errors(policy.terminal_errors.as_deref().unwrap_or_default()))
    .map_err(|error| error.within("retry"))
}

fn terminal_errors(texts: &[String]) -> Result<(), Error> {
    if texts.len() > limits::MAXIMUM_TERMINAL_ERRORS {
        return Err(Error::invalid(
            "terminal_errors",
            format!(
                "at most {} texts, got {}",
                limits::MAXIMUM_TERMINAL_ERRORS,
                texts.len()
            ),
            "leave some out",
        ));
    }
    for (index, text) in texts.iter().enumerate() {
        let field = format!("terminal_errors[{index}]");
        characters(&field, text, 1, limits::MAXIMUM_REASON_CHARACTERS)?;
    }
    Ok(())
}

/// The limit of a page.
pub fn page(limit: Option<u32>) -> Result<usize, Error> {
    let limit = limit.unwrap_or(limits::DEFAULT_PAGE_ITEMS);
    range("limit", limit.into(), 1, limits::MAXIMUM_PAGE_ITEMS.into())?;
    Ok(limit as usize)
}

/// The number of changes in a dry run.
pub fn changes(changes: &[Change]) -> Result<(), Error> {
    let most = limits::MAXIMUM_DRY_RUN_CHANGES;
    if changes.len() <= most {
        return Ok(());
    }
    Err(Error::invalid(
        "changes",
        format!("at most {most} changes, got {}", changes.len()),
        "try the rest in another call, after those of these that would be done",
    ))
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
