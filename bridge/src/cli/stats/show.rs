//! Figures about the tasks and the scheduler.

use chime_types::{GetStatsResult, Percentiles, Stats};

use crate::cli::record::Record;
use crate::cli::user::show::{budget_of_day, budget_of_hour};
use crate::terminal::{Page, Table, one_line, pairs};
use crate::words::{bytes, cycles, small_cycles, took};

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
