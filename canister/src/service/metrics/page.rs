//! The page of figures.

use std::fmt::Write;

use chime_types::{Percentiles, limits};

use super::Platform;
use crate::engine;
use crate::state::State;
use crate::state::records::Ends;

/// A page under construction.
#[derive(Default)]
struct Page(String);

impl Page {
    /// A figure with its description, and its values by labels.
    fn figure(&mut self, name: &str, kind: &str, help: &str, values: &[(String, String)]) {
        let out = &mut self.0;
        writeln!(out, "# HELP chime_{name} {help}").expect("BUG: a text can be written");
        writeln!(out, "# TYPE chime_{name} {kind}").expect("BUG: a text can be written");
        for (labels, value) in values {
            writeln!(out, "chime_{name}{labels} {value}").expect("BUG: a text can be written");
        }
    }

    /// A figure of one value.
    fn gauge(&mut self, name: &str, help: &str, value: impl ToString) {
        self.figure(name, "gauge", help, &[(String::new(), value.to_string())]);
    }
}

/// All figures.
pub fn metrics(state: &State, platform: &Platform) -> String {
    let mut page = Page::default();
    let build = label("version", env!("CARGO_PKG_VERSION"));
    page.figure(
        "build_info",
        "gauge",
        "The version of the scheduler.",
        &[(build, "1".to_string())],
    );
    store(&mut page, state);
    queues(&mut page, state);
    outcomes(&mut page, state, platform.now);
    spending(&mut page, state, platform.now);
    canister(&mut page, state, platform);
    page.0
}

fn store(page: &mut Page, state: &State) {
    page.gauge("tasks", "Tasks of all owners.", state.tasks_len());
    page.gauge(
        "executions_kept",
        "Executions in the history.",
        state.executions_len(),
    );
    page.gauge(
        "dead_letters",
        "Executions that failed or timed out and were not run again.",
        state.dead_letters_len(),
    );
    page.gauge("events", "Events in the timeline.", state.events_len());
    page.gauge(
        "deliveries",
        "Messages and callbacks on their way.",
        state.deliveries_len(),
    );
}

fn queues(page: &mut Page, state: &State) {
    page.gauge(
        "ready",
        "Executions that are due and wait for a free place.",
        state.ready_len(),
    );
    page.gauge(
        "parked",
        "Executions that are due and wait behind a limit.",
        state.parked_len(),
    );
    page.gauge("running", "Attempts under way.", state.running());
    page.gauge(
        "waiting_for_workers",
        "Commands that wait for a worker.",
        state.jobs_len(),
    );
    page.gauge(
        "agenda_entries",
        "Entries of the agenda.",
        state.agenda_len(),
    );
}

fn outcomes(page: &mut Page, state: &State, now: u64) {
    let totals = engine::totals(state, now);
    page.figure(
        "executions_ended_total",
        "counter",
        "Executions that ended, by state, since the store was laid out.",
        &by_state(&totals.ever),
    );
    page.figure(
        "executions_today",
        "gauge",
        "Executions that ended since midnight UTC, by state.",
        &by_state(&totals.today),
    );
    page.figure(
        "lag_seconds",
        "gauge",
        "From the time an execution was due to its first attempt, since midnight UTC.",
        &by_quantile(&totals.figures.lags.percentiles()),
    );
    page.figure(
        "duration_seconds",
        "gauge",
        "From the first attempt of an execution to its end, since midnight UTC.",
        &by_quantile(&totals.figures.durations.percentiles()),
    );
}

fn spending(page: &mut Page, state: &State, now: u64) {
    let spent = engine::totals(state, now).spent;
    let kinds = [
        ("calls", spent.calls),
        ("outcalls", spent.outcalls),
        ("deliveries", spent.deliveries),
        ("instructions", spent.instructions),
    ];
    page.figure(
        "cycles_spent_total",
        "counter",
        "Cycles spent for owners, by what for, since they are counted.",
        &kinds.map(|(kind, cycles)| (label("kind", kind), cycles.to_string())),
    );
}

fn canister(page: &mut Page, state: &State, platform: &Platform) {
    page.gauge("cycles", "Cycles of the canister.", platform.cycles);
    page.gauge(
        "cycles_low",
        "1 while there are too few cycles to start anything.",
        u8::from(state.header().cycles_low),
    );
    page.gauge(
        "stable_memory_pages",
        "Stable memory in use, in pages of 64 KiB.",
        platform.stable_pages,
    );
    page.gauge(
        "timer_armed",
        "1 while a timer is armed; 0 is right only when the agenda is empty.",
        u8::from(platform.timer_armed_at.is_some()),
    );
    let due_at = state.first_wake().map(|(key, _)| key.due_at);
    let lag = due_at.map_or(0, |at| platform.now.saturating_sub(at));
    page.gauge(
        "timer_lag_seconds",
        "For how long the first entry of the agenda is due.",
        seconds(lag),
    );
    failures(page, state, platform);
}

fn failures(page: &mut Page, state: &State, platform: &Platform) {
    let care = state.care();
    page.gauge(
        "messages_failed",
        "Messages of the scheduler's own that failed since the store was laid out.",
        care.failed,
    );
    page.gauge(
        "messages_failed_in_a_row",
        "Messages of the scheduler's own that failed since the last that did not.",
        platform.failed_in_a_row,
    );
    page.gauge(
        "careful",
        "1 while the scheduler does one piece of work in a message, because one failed.",
        u8::from(care.careful > 0),
    );
    page.gauge(
        "quarantined",
        "Pieces of work that were set aside since the store was laid out.",
        care.quarantined,
    );
}

fn label(name: &str, value: &str) -> String {
    format!("{{{name}=\"{value}\"}}")
}

fn by_state(ends: &Ends) -> Vec<(String, String)> {
    let rows = [
        ("completed", ends.completed),
        ("failed", ends.failed),
        ("timed_out", ends.timed_out),
        ("cancelled", ends.cancelled),
        ("skipped", ends.skipped),
        ("missed", ends.missed),
    ];
    rows.map(|(state, count)| (label("state", state), count.to_string()))
        .to_vec()
}

/// Nothing of nothing: a figure without values is allowed.
fn by_quantile(percentiles: &Percentiles) -> Vec<(String, String)> {
    let rows = [
        ("0.5", percentiles.p50_nanoseconds),
        ("0.95", percentiles.p95_nanoseconds),
        ("0.99", percentiles.p99_nanoseconds),
    ];
    rows.into_iter()
        .filter_map(|(quantile, value)| Some((label("quantile", quantile), seconds(value?))))
        .collect()
}

/// Nanoseconds as decimal seconds.
fn seconds(nanoseconds: u64) -> String {
    let whole = nanoseconds / limits::NANOSECONDS;
    let text = format!("{whole}.{:09}", nanoseconds % limits::NANOSECONDS);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_write_seconds_without_needless_zeros() {
        for (nanoseconds, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (100_000_000_000, "100"),
        ] {
            assert_eq!(seconds(nanoseconds), text);
        }
    }
}
