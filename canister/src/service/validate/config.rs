//! The configuration.

use chime_types::{Config, ConfigureRequest, Error, limits};

use super::{range, retention};

/// The configuration that a request makes of the present one.
pub fn config(present: &Config, request: ConfigureRequest) -> Result<Config, Error> {
    let mut config = request
        .preset
        .map_or_else(|| present.clone(), Config::preset);
    macro_rules! take {
        ($($field:ident),*) => {$(
            if let Some(value) = request.$field {
                config.$field = value;
            }
        )*};
    }
    take!(
        maximum_concurrent,
        maximum_concurrent_per_owner,
        maximum_concurrent_per_target,
        maximum_tasks_per_owner,
        maximum_executions_per_task,
        maximum_executions_per_owner,
        maximum_runs_per_hour,
        maximum_buffered_executions,
        default_timeout_seconds,
        cleanup_interval_seconds,
        retention,
        maximum_events,
        ageing_seconds,
        maximum_rescues,
        default_lease_seconds,
        minimum_cycles,
        open_to_everybody,
        public_metrics
    );
    check(&config)?;
    Ok(config)
}

fn check(config: &Config) -> Result<(), Error> {
    let concurrent = u64::from(limits::MAXIMUM_CONCURRENT_ATTEMPTS);
    let year = 31_536_000;
    let rows = [
        (
            "maximum_concurrent",
            config.maximum_concurrent.into(),
            1,
            concurrent,
        ),
        (
            "maximum_concurrent_per_owner",
            config.maximum_concurrent_per_owner.into(),
            1,
            concurrent,
        ),
        (
            "maximum_concurrent_per_target",
            config.maximum_concurrent_per_target.into(),
            1,
            concurrent,
        ),
        (
            "maximum_tasks_per_owner",
            config.maximum_tasks_per_owner,
            1,
            1_000_000,
        ),
        (
            "maximum_executions_per_task",
            config.maximum_executions_per_task,
            1,
            1_000_000,
        ),
        (
            "maximum_executions_per_owner",
            config.maximum_executions_per_owner,
            1,
            100_000_000,
        ),
        (
            "maximum_runs_per_hour",
            config.maximum_runs_per_hour,
            1,
            1_000_000_000,
        ),
        (
            "maximum_buffered_executions",
            config.maximum_buffered_executions.into(),
            1,
            1_000,
        ),
        (
            "default_timeout_seconds",
            config.default_timeout_seconds,
            1,
            limits::MAXIMUM_TIMEOUT_SECONDS,
        ),
        (
            "cleanup_interval_seconds",
            config.cleanup_interval_seconds,
            60,
            year,
        ),
        ("maximum_events", config.maximum_events, 1_000, 10_000_000),
        ("ageing_seconds", config.ageing_seconds, 1, 86_400),
        ("maximum_rescues", config.maximum_rescues.into(), 0, 100),
        (
            "default_lease_seconds",
            config.default_lease_seconds,
            limits::MINIMUM_LEASE_SECONDS,
            limits::MAXIMUM_LEASE_SECONDS,
        ),
    ];
    for (field, value, minimum, maximum) in rows {
        range(field, value, minimum, maximum)?;
    }
    if u128::try_from(config.minimum_cycles.0.clone()).is_err() {
        return Err(Error::invalid(
            "minimum_cycles",
            "less than 2^128",
            "choose fewer cycles",
        ));
    }
    retention("retention", &config.retention)
}
