//! The configuration of the scheduler.

use chime_types::{Config, ConfigResult, RetentionRule};

use crate::cli::record::Record;
use crate::terminal::pairs;
use crate::words::span;

/// The configuration of the scheduler, under the names that `chime scheduler set` takes.
#[must_use]
pub fn configuration(config: Config) -> Record {
    Record::new("get_config", &ConfigResult::Ok(config.clone()), move |_| {
        let mut shown = limits(&config);
        shown.extend(behaviour(&config));
        pairs(&shown)
    })
}

/// How much there may be of what, under the names of the settings.
fn limits(config: &Config) -> Vec<(&'static str, String)> {
    let count = |value: u64| value.to_string();
    vec![
        (
            "maximum_concurrent",
            count(config.maximum_concurrent.into()),
        ),
        (
            "maximum_concurrent_per_owner",
            count(config.maximum_concurrent_per_owner.into()),
        ),
        (
            "maximum_concurrent_per_target",
            count(config.maximum_concurrent_per_target.into()),
        ),
        (
            "maximum_tasks_per_owner",
            count(config.maximum_tasks_per_owner),
        ),
        (
            "maximum_executions_per_task",
            count(config.maximum_executions_per_task),
        ),
        (
            "maximum_executions_per_owner",
            count(config.maximum_executions_per_owner),
        ),
        (
            "maximum_bytes_per_owner",
            count(config.maximum_bytes_per_owner),
        ),
        ("maximum_runs_per_hour", count(config.maximum_runs_per_hour)),
        (
            "maximum_slots_per_hour",
            count(config.maximum_slots_per_hour),
        ),
        (
            "maximum_cycles_per_hour",
            count(config.maximum_cycles_per_hour),
        ),
        (
            "maximum_cycles_per_day",
            count(config.maximum_cycles_per_day),
        ),
        (
            "maximum_buffered_executions",
            count(config.maximum_buffered_executions.into()),
        ),
    ]
}

/// The canisters that run Python.
fn runners(config: &Config) -> String {
    let ids: Vec<String> = config.runners.iter().map(ToString::to_string).collect();
    match ids.is_empty() {
        true => "none".into(),
        false => ids.join(","),
    }
}

/// How the scheduler behaves, under the names of the settings.
fn behaviour(config: &Config) -> Vec<(&'static str, String)> {
    let count = |value: u64| value.to_string();
    let retention: Vec<_> = config.retention.iter().map(rule).collect();
    vec![
        (
            "default_timeout",
            span(Some(config.default_timeout_seconds)),
        ),
        (
            "cleanup_interval",
            span(Some(config.cleanup_interval_seconds)),
        ),
        ("runners", runners(config)),
        (
            "retention",
            if retention.is_empty() {
                "none".into()
            } else {
                retention.join(";")
            },
        ),
        ("maximum_events", count(config.maximum_events)),
        (
            "maximum_events_per_owner",
            count(config.maximum_events_per_owner),
        ),
        ("ageing", span(Some(config.ageing_seconds))),
        ("maximum_rescues", count(config.maximum_rescues.into())),
        ("default_lease", span(Some(config.default_lease_seconds))),
        ("minimum_cycles", config.minimum_cycles.0.to_string()),
        ("open_to_everybody", config.open_to_everybody.to_string()),
        ("public_metrics", config.public_metrics.to_string()),
    ]
}

/// A rule as `chime scheduler set` takes it: `completed:keep=100,age=30d`.
fn rule(rule: &RetentionRule) -> String {
    let status = rule.status.map_or("all", |status| status.name());
    let keep = rule.keep_latest.map(|count| format!("keep={count}"));
    let age = rule
        .maximum_age_seconds
        .map(|seconds| format!("age={}", span(Some(seconds))));
    let limits: Vec<_> = keep.into_iter().chain(age).collect();
    format!("{status}:{}", limits.join(","))
}
