//! Figures about the tasks and the scheduler, and its configuration.

use chime_types::{Config, ConfigResult, GetStatsResult, Percentiles, RetentionRule, Stats};

use super::Record;
use super::people::{budget_of_day, budget_of_hour};
use crate::terminal::{Page, Table, one_line, pairs};
use crate::words::{bytes, cycles, small_cycles, span, took};

/// Bytes of a page of stable memory.
const STABLE_PAGE_BYTES: u64 = 64 * 1024;

/// The statistics.
#[must_use]
pub fn stats(stats: Stats) -> Record {
    Record::new(
        "get_stats",
        &GetStatsResult::Ok(stats.clone()),
        move |page| {
            let mut parts = vec![
                format!("Your tasks\n{}", indented(&mine(&stats, page))),
                format!("Scheduler\n{}", indented(&whole(&stats, page))),
            ];
            let spenders = stats.spenders.as_deref().unwrap_or_default();
            if !spenders.is_empty() {
                let mut table = Table::new(page, &["CYCLES TODAY", "OWNER"]);
                for spender in spenders {
                    table.row([
                        small_cycles(spender.cycles_today),
                        spender.owner.to_string(),
                    ]);
                }
                parts.push(table.render());
            }
            if !stats.upcoming.is_empty() {
                let mut table = Table::new(page, &["NEXT", "LEFT", "TASK"]);
                for run in &stats.upcoming {
                    table.row([
                        page.clock.instant(run.run_at),
                        page.clock.relative(run.run_at).into(),
                        format!("{} ({})", one_line(&run.name, 128), run.task_id).into(),
                    ]);
                }
                parts.push(table.render());
            }
            parts.join("\n\n")
        },
    )
}

fn indented(lines: &[(&str, String)]) -> String {
    let text = pairs(lines);
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn mine(stats: &Stats, page: &Page<'_>) -> Vec<(&'static str, String)> {
    let average = stats
        .average_duration_nanoseconds
        .map_or_else(|| "-".into(), took);
    vec![
        ("Total tasks", stats.total_tasks.to_string()),
        ("Active executions", stats.active_executions.to_string()),
        ("Completed today", stats.completed_today.to_string()),
        ("Failed today", stats.failed_today.to_string()),
        ("Skipped today", stats.skipped_today.to_string()),
        ("Missed today", stats.missed_today.to_string()),
        ("Dead letters", stats.dead_letters.to_string()),
        ("Runs this hour", stats.runs_this_hour.to_string()),
        (
            "Bytes stored",
            stats
                .bytes
                .map_or_else(|| "-".into(), |bytes| bytes.to_string()),
        ),
        (
            "Cycles this hour",
            budget_of_hour(stats.budget.as_ref(), page),
        ),
        ("Cycles today", budget_of_day(stats.budget.as_ref())),
        ("Average duration", average),
        ("Duration", percentiles(&stats.duration)),
        ("Lag", percentiles(&stats.lag)),
    ]
}

fn percentiles(spread: &Percentiles) -> String {
    let value = |nanoseconds: Option<u64>| nanoseconds.map_or_else(|| "-".into(), took);
    match spread.p50_nanoseconds {
        None => "-".into(),
        some => format!(
            "half within {}, 95% within {}, 99% within {}",
            value(some),
            value(spread.p95_nanoseconds),
            value(spread.p99_nanoseconds)
        ),
    }
}

fn whole(stats: &Stats, page: &Page<'_>) -> Vec<(&'static str, String)> {
    let burn = stats
        .cycles_per_day
        .as_ref()
        .map(|amount| format!(", {} a day", cycles(amount)));
    let low = if stats.cycles_low {
        " - too few: nothing new is started"
    } else {
        ""
    };
    let timer = match (stats.timer_armed_at, stats.agenda) {
        (Some(at), _) => page.clock.both(at),
        (None, 0) => "not armed: nothing waits".into(),
        (None, _) => "NOT ARMED although something waits: report it".into(),
    };
    vec![
        ("Running", stats.running.to_string()),
        (
            "Ready",
            format!("{}, {} behind a limit", stats.ready, stats.parked),
        ),
        ("For workers", stats.waiting_for_workers.to_string()),
        ("Agenda", stats.agenda.to_string()),
        ("Timer", timer),
        (
            "Cycles",
            match stats.budget {
                Some(budget) if budget.free => "do not apply on this network".into(),
                _ => format!("{}{}{low}", cycles(&stats.cycles), burn.unwrap_or_default()),
            },
        ),
        (
            "Stable memory",
            bytes(stats.stable_pages * STABLE_PAGE_BYTES),
        ),
        ("Version", stats.version.clone()),
        ("Its time", page.clock.absolute(stats.now_at)),
    ]
}

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
