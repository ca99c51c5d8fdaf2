//! Flags about a task besides its steps and schedules.

use candid::Principal;
use chime_types::{
    Callback, CreateTaskRequest, OnUnknown, Priority, RetryPolicy, Task, UpdateTaskRequest,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::{SettingArguments, principal};
use crate::error::{Error, Kind, Result};

/// The request with what the flags say.
pub(in crate::cli) fn apply(
    flags: &SettingArguments,
    request: CreateTaskRequest,
) -> Result<CreateTaskRequest> {
    let no_zero = |count: Option<u32>| count.filter(|count| *count > 0);
    Ok(CreateTaskRequest {
        description: flags.description.clone(),
        metadata: flags.metadata.clone(),
        priority: priority(flags),
        retry: flags
            .retry_is_given()
            .then(|| retry(flags, RetryPolicy::default())),
        timeout_seconds: flags.timeout,
        execution_timeout_seconds: flags.execution_timeout.filter(|seconds| *seconds > 0),
        on_unknown: on_unknown(flags),
        maximum_concurrent: no_zero(flags.maximum_concurrent),
        pause_after_failures: no_zero(flags.pause_after_failures),
        run_as: flags.run_as,
        callback: callback(flags)?,
        ..request
    })
}

/// The change with what the flags say; retries begin with the policy that the task has.
pub(in crate::cli) fn change(
    flags: &SettingArguments,
    task: &Task,
    request: UpdateTaskRequest,
) -> Result<UpdateTaskRequest> {
    Ok(UpdateTaskRequest {
        name: flags.name.clone(),
        description: flags.description.clone(),
        metadata: flags.metadata.clone(),
        priority: priority(flags),
        retry: flags
            .retry_is_given()
            .then(|| retry(flags, task.retry.clone())),
        timeout_seconds: flags.timeout,
        execution_timeout_seconds: flags.execution_timeout,
        on_unknown: on_unknown(flags),
        maximum_concurrent: flags.maximum_concurrent,
        pause_after_failures: flags.pause_after_failures,
        run_as: flags.run_as,
        callback: callback(flags)?,
        ..request
    })
}

fn priority(flags: &SettingArguments) -> Option<Priority> {
    case(flags.priority.as_deref())
}

fn on_unknown(flags: &SettingArguments) -> Option<OnUnknown> {
    case(flags.on_unknown.as_deref())
}

/// The case of that name; the arguments allow no other.
fn case<T: DeserializeOwned>(name: Option<&str>) -> Option<T> {
    serde_json::from_value(Value::String(name?.to_string())).ok()
}

fn retry(flags: &SettingArguments, base: RetryPolicy) -> RetryPolicy {
    let initial_delay_seconds = flags.retry_delay.unwrap_or(base.initial_delay_seconds);
    let longest = base.maximum_delay_seconds.max(initial_delay_seconds);
    RetryPolicy {
        max_retries: flags.retries.unwrap_or(base.max_retries),
        initial_delay_seconds,
        maximum_delay_seconds: flags.retry_maximum_delay.unwrap_or(longest),
        jitter_percent: flags.retry_jitter.or(base.jitter_percent),
        maximum_age_seconds: flags.retry_maximum_age.or(base.maximum_age_seconds),
        terminal_errors: match flags.terminal_error.is_empty() {
            true => base.terminal_errors,
            false => Some(flags.terminal_error.clone()),
        },
        factor_percent: flags.retry_factor.unwrap_or(base.factor_percent),
    }
}

fn callback(flags: &SettingArguments) -> Result<Option<Callback>> {
    let Some(values) = &flags.callback else {
        return Ok(None);
    };
    let (canister, method) = principal_and_method("--callback", values)?;
    Ok(Some(Callback::new(canister, method)))
}

/// A canister and a method given as two values of a flag.
fn principal_and_method(flag: &str, values: &[String]) -> Result<(Principal, String)> {
    let wrong = |rule: String| {
        let fix = "give CANISTER METHOD, such as ryjl3-tyaaa-aaaaa-aaaba-cai run_finished";
        Error::new(Kind::Usage, rule, fix).at(flag)
    };
    match values {
        [canister, method] => {
            let id =
                principal(canister).map_err(|error| wrong(format!("`{canister}`: {error}")))?;
            Ok((id, method.clone()))
        }
        _ => Err(wrong("it takes a canister and a method".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn should_change_only_what_is_given() {
        let mut task = fixtures::task(3, "x");
        task.retry.jitter_percent = Some(10);
        let flags = SettingArguments {
            retries: Some(7),
            priority: Some("high".into()),
            ..SettingArguments::default()
        };
        let request = change(&flags, &task, UpdateTaskRequest::default()).unwrap();
        let retry = RetryPolicy {
            max_retries: 7,
            jitter_percent: Some(10),
            ..RetryPolicy::default()
        };
        let expected = UpdateTaskRequest {
            retry: Some(retry),
            priority: Some(Priority::High),
            ..UpdateTaskRequest::default()
        };
        assert_eq!(request, expected);
    }

    #[test]
    fn should_lengthen_the_longest_pause_with_the_first() {
        let flags = SettingArguments {
            retry_delay: Some(10_000),
            ..SettingArguments::default()
        };
        let made = apply(&flags, CreateTaskRequest::default())
            .unwrap()
            .retry
            .unwrap();
        assert_eq!(
            (made.initial_delay_seconds, made.maximum_delay_seconds),
            (10_000, 10_000)
        );
    }

    #[test]
    fn should_refuse_a_callback_to_nobody() {
        let flags = SettingArguments {
            callback: Some(vec!["nobody".into(), "m".into()]),
            ..SettingArguments::default()
        };
        let error = apply(&flags, CreateTaskRequest::default()).unwrap_err();
        assert_eq!(error.field(), Some("--callback"));
    }
}
