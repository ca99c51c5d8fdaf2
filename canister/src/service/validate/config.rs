//! The configuration.

use chime_types::{Config, ConfigureRequest, Error, limits};

use super::{range, retention};

/// The configuration that a request makes of the present one.
pub fn config(present: &Config, request: ConfigureRequest) -> Result<Config, Error> {
    // A preset is a set of limits: which canisters run Python is none.
    let mut config = request.preset.map_or_else(
        || present.clone(),
        |preset| Config {
            runners: present.runners.clone(),
            ..Config::preset(preset)
        },
    );
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
        maximum_bytes_per_owner,
        maximum_runs_per_hour,
        maximum_slots_per_hour,
        maximum_cycles_per_hour,
        maximum_cycles_per_day,
        maximum_buffered_executions,
        default_timeout_seconds,
        cleanup_interval_seconds,
        retention,
        maximum_events,
        maximum_events_per_owner,
        ageing_seconds,
        maximum_rescues,
        default_lease_seconds,
        minimum_cycles,
        open_to_everybody,
        public_metrics,
        runners
    );
    check(&config)?;
    Ok(config)
}

fn check(config: &Config) -> Result<(), Error> {
    macro_rules! within {
        ($($field:ident: $minimum:expr, $maximum:expr;)*) => {$(
            range(stringify!($field), config.$field.into(), $minimum, $maximum)?;
        )*};
    }
    let concurrent = u64::from(limits::MAXIMUM_CONCURRENT_ATTEMPTS);
    within! {
        maximum_concurrent: 1, concurrent;
        maximum_concurrent_per_owner: 1, concurrent;
        maximum_concurrent_per_target: 1, concurrent;
        maximum_buffered_executions: 1, 1_000;
        maximum_rescues: 0, 100;
    }
    for (field, value, minimum, maximum) in large_numbers(config) {
        range(field, value, minimum, maximum)?;
    }
    if u128::try_from(config.minimum_cycles.0.clone()).is_err() {
        return Err(Error::invalid(
            "minimum_cycles",
            "less than 2^128",
            "choose fewer cycles",
        ));
    }
    if config.runners.len() > limits::MAXIMUM_RUNNERS {
        return Err(Error::invalid(
            "runners",
            format!("at most {} canisters", limits::MAXIMUM_RUNNERS),
            "leave some out",
        ));
    }
    retention("retention", &config.retention)
}

type Row = (&'static str, u64, u64, u64);

const fn large_numbers(config: &Config) -> [Row; 14] {
    macro_rules! row {
        ($field:ident, $minimum:expr, $maximum:expr) => {
            (stringify!($field), config.$field, $minimum, $maximum)
        };
    }
    [
        row!(maximum_tasks_per_owner, 1, 1_000_000),
        row!(maximum_executions_per_task, 1, 1_000_000),
        row!(maximum_executions_per_owner, 1, 100_000_000),
        row!(
            maximum_bytes_per_owner,
            limits::MINIMUM_BYTES_PER_OWNER,
            limits::MAXIMUM_BYTES_PER_OWNER
        ),
        row!(maximum_runs_per_hour, 1, 1_000_000_000),
        row!(maximum_slots_per_hour, 1, 1_000_000_000),
        row!(
            maximum_cycles_per_hour,
            limits::MINIMUM_CYCLES_BUDGET,
            u64::MAX
        ),
        row!(
            maximum_cycles_per_day,
            limits::MINIMUM_CYCLES_BUDGET,
            u64::MAX
        ),
        row!(default_timeout_seconds, 1, limits::MAXIMUM_TIMEOUT_SECONDS),
        row!(cleanup_interval_seconds, 60, 31_536_000),
        row!(maximum_events, 1_000, 10_000_000),
        row!(maximum_events_per_owner, 100, 10_000_000),
        row!(ageing_seconds, 1, 86_400),
        row!(
            default_lease_seconds,
            limits::MINIMUM_LEASE_SECONDS,
            limits::MAXIMUM_LEASE_SECONDS
        ),
    ]
}
