//! Figures: `/api/stats`, `/api/me`, and `/metrics` for programs that collect them.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chime_types::limits::NANOSECONDS;
use chime_types::{EmptyRequest, GetStatsResult, Stats, UserResult};

use super::api::failed;
use super::ask::Ask;
use super::document::{Answer, Resource};
use super::gate::Caller;
use super::problem::Outcome;
use super::served::Served;
use crate::methods::records::answer_json;

/// Figures of the tasks and the scheduler.
pub async fn stats(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let stats = ask.scheduler().get_stats(&EmptyRequest {}).await?;
    let record = answer_json("get_stats", &GetStatsResult::Ok(stats));
    let attributes = record.as_object().cloned().unwrap_or_default();
    let mut resource = Resource::new("stats", "now", attributes);
    resource.path = Some(ask.path);
    Ok(Answer::one(resource))
}

/// Who the token acts as.
pub async fn me(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let me = ask.scheduler().get_me(&EmptyRequest {}).await?;
    let principal = me.principal.to_text();
    let record = answer_json("get_me", &UserResult::Ok(me));
    let mut attributes = record.as_object().cloned().unwrap_or_default();
    attributes.insert("token_role".into(), ask.reach.name().into());
    let mut resource = Resource::new("user_account", principal, attributes);
    resource.path = Some(ask.path);
    Ok(Answer::one(resource))
}

/// Figures in the text format of Prometheus.
pub async fn metrics(
    State(served): State<Arc<Served>>,
    Extension(caller): Extension<Caller>,
) -> Response {
    match caller.account.scheduler.get_stats(&EmptyRequest {}).await {
        Err(error) => failed(error),
        Ok(stats) => {
            let kind = [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )];
            (kind, written(&stats, &served)).into_response()
        }
    }
}

/// A figure: its name, what it says, and its value.
type Gauge = (&'static str, &'static str, String);

fn of_tasks(stats: &Stats) -> Vec<Gauge> {
    let figures = [
        ("chime_tasks", "Tasks.", stats.total_tasks),
        (
            "chime_executions_active",
            "Executions that are not final.",
            stats.active_executions,
        ),
        (
            "chime_executions_ready",
            "Executions that wait for a place.",
            stats.ready,
        ),
        (
            "chime_executions_running",
            "Executions that run.",
            stats.running,
        ),
        (
            "chime_jobs_waiting",
            "Commands that wait for a worker.",
            stats.waiting_for_workers,
        ),
        (
            "chime_executions_completed_today",
            "Executions that completed today.",
            stats.completed_today,
        ),
        (
            "chime_executions_failed_today",
            "Executions that failed today.",
            stats.failed_today,
        ),
        (
            "chime_slots_missed_today",
            "Slots that were missed today.",
            stats.missed_today,
        ),
        (
            "chime_dead_letters",
            "Failures that nobody has put right.",
            stats.dead_letters,
        ),
    ];
    let figures = figures.into_iter();
    figures
        .map(|(name, help, value)| (name, help, value.to_string()))
        .collect()
}

fn of_scheduler(stats: &Stats) -> Vec<Gauge> {
    let seconds = |value: Option<u64>| match value {
        Some(nanoseconds) => {
            let rest = nanoseconds % NANOSECONDS;
            format!("{}.{rest:09}", nanoseconds / NANOSECONDS)
        }
        None => "NaN".to_string(),
    };
    let armed = u8::from(stats.timer_armed_at.is_some());
    vec![
        (
            "chime_lag_seconds_p50",
            "Delay of executions, median.",
            seconds(stats.lag.p50_nanoseconds),
        ),
        (
            "chime_lag_seconds_p99",
            "Delay of executions, 99 of 100.",
            seconds(stats.lag.p99_nanoseconds),
        ),
        (
            "chime_cycles",
            "Cycles of the scheduler.",
            stats.cycles.0.to_string(),
        ),
        (
            "chime_timer_armed",
            "Whether the timer is armed.",
            armed.to_string(),
        ),
    ]
}

fn written(stats: &Stats, served: &Served) -> String {
    let listeners = served.listening.load(Ordering::Relaxed).to_string();
    let listeners = ("chime_listeners", "Who listens to events.", listeners);
    let gauges = of_tasks(stats)
        .into_iter()
        .chain(of_scheduler(stats))
        .chain([listeners]);
    let mut text = String::new();
    for (name, help, value) in gauges {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
        );
    }
    let name = "chime_http_responses_total";
    let _ = writeln!(
        text,
        "# HELP {name} Responses of this server.\n# TYPE {name} counter"
    );
    for (class, count) in served.answered.iter().enumerate().skip(1) {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(text, "{name}{{class=\"{class}xx\"}} {count}");
    }
    text
}
