//! The first page: how the scheduler is, what runs next, and what went wrong.

use chime_types::{Stats, TaskExecution, UpcomingRun};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{counted, execution, shown, task_link, time};
use crate::diagnosis::message_trouble;
use crate::words::{cycles, took};

/// What the page is made from.
pub struct Overview<'a> {
    /// The figures.
    pub stats: &'a Stats,
    /// The latest executions, each with the name of its task.
    pub latest: &'a [(TaskExecution, String)],
}

/// The page.
#[must_use]
pub fn overview(context: &Context, overview: &Overview<'_>) -> String {
    let stats = overview.stats;
    let body = html! {
        section #health data-live aria-label="Health" { (health(stats)) }
        div .columns {
            section #next data-live { (next(context, stats)) }
            section #latest data-live { (latest(context, overview.latest)) }
        }
        p .faint { "As of " (context.clock.absolute(stats.now_at)) ", version " (stats.version) "." }
    };
    page(context, "Overview", &body)
}

/// A figure: what it is called, how much, what else is to be said, and whether it is bad.
struct Tile {
    name: &'static str,
    value: String,
    note: String,
    is_bad: bool,
}

fn tiles(stats: &Stats) -> [Tile; 6] {
    let span = |value: Option<u64>| value.map_or("none yet".to_string(), took);
    let ended = stats.completed_today + stats.failed_today;
    let burn = stats.cycles_per_day.as_ref();
    let set_aside = stats
        .failed_messages
        .as_ref()
        .map_or(0, |it| it.quarantined);
    let (timer, is_idle) = match (stats.timer_armed_at, stats.agenda) {
        (Some(_), _) => ("armed", false),
        (None, 0) => ("idle", false),
        (None, _) => ("not armed", true),
    };
    let tile = |name, value: String, note: String, is_bad| Tile {
        name,
        value,
        note,
        is_bad,
    };
    [
        tile(
            "Delay of a run",
            span(stats.lag.p50_nanoseconds),
            match stats.lag.p99_nanoseconds {
                Some(most) => format!("99 of 100 within {}", took(most)),
                None => "of those that ran last".to_string(),
            },
            false,
        ),
        tile(
            "Queue",
            format!("{} ready", stats.ready),
            format!("{} running", stats.running),
            false,
        ),
        tile(
            "Failed today",
            stats.failed_today.to_string(),
            format!("of {}", counted(ended, "run")),
            false,
        ),
        tile(
            "To be put right",
            stats.dead_letters.to_string(),
            "failures that nobody retried".to_string(),
            stats.dead_letters > 0,
        ),
        tile(
            "Cycles",
            cycles(&stats.cycles),
            burn.map_or("use not known yet".into(), |it| {
                format!("{} a day", cycles(it))
            }),
            stats.cycles_low,
        ),
        tile(
            "Timer",
            timer.to_string(),
            format!("{set_aside} set aside"),
            is_idle || set_aside > 0,
        ),
    ]
}

fn health(stats: &Stats) -> Markup {
    html! {
        @if stats.cycles_low {
            p .notice.bad role="alert" { "The scheduler has too few cycles: nothing new is started." }
        }
        @if let Some(trouble) = message_trouble(stats) {
            p .notice.bad role="alert" { (shown(&trouble)) }
        }
        @if stats.dead_letters > 0 {
            p .notice.bad {
                a href="/failures" { (counted(stats.dead_letters, "failure")) }
                @if stats.dead_letters == 1 { " waits" } @else { " wait" } " to be put right."
            }
        }
        dl .tiles {
            @for tile in tiles(stats) {
                div .bad[tile.is_bad] { dt { (tile.name) } dd { (tile.value) } dd { (tile.note) } }
            }
        }
    }
}

fn next(context: &Context, stats: &Stats) -> Markup {
    let is_overdue = |run: &&UpcomingRun| run.run_at < stats.now_at;
    let overdue: Vec<_> = stats.upcoming.iter().filter(is_overdue).collect();
    let ahead: Vec<_> = stats
        .upcoming
        .iter()
        .filter(|run| !is_overdue(run))
        .collect();
    html! {
        h2 { "What runs next" }
        @if stats.total_tasks == 0 {
            (empty())
        } @else if stats.upcoming.is_empty() {
            p { "Nothing is scheduled." }
        } @else {
            table .wide {
                caption .hidden { "Runs that lie ahead" }
                thead { tr { th scope="col" { "Task" } th scope="col" { "When" } th scope="col" { "At" } } }
                tbody {
                    @for run in overdue { (upcoming(context, run, true)) }
                    @for run in ahead { (upcoming(context, run, false)) }
                }
            }
        }
    }
}

fn upcoming(context: &Context, run: &UpcomingRun, is_overdue: bool) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Task" { (task_link(run.task_id, &run.name)) }
            td data-label="When" {
                @if is_overdue { (super::parts::state("overdue")) " since " }
                (time(context, run.run_at))
            }
            td .mean data-label="At" { (context.clock.short(run.run_at)) }
        }
    }
}

/// Teaches the first command.
fn empty() -> Markup {
    html! {
        div .card.empty {
            p { strong { "There are no tasks yet." } }
            p { a .button.main href="/tasks/new" { "Create a task" } }
            p .faint { "Or in a terminal:" }
            pre { "chime run --note 'still here' --every 30" }
        }
    }
}

fn latest(context: &Context, latest: &[(TaskExecution, String)]) -> Markup {
    html! {
        h2 { "Latest runs" }
        @if latest.is_empty() {
            p .faint { "Nothing ran yet." }
        } @else {
            table .wide {
                caption .hidden { "The latest executions" }
                thead { tr {
                    th scope="col" { "Run" } th scope="col" { "Task" } th scope="col" { "State" } th scope="col" { "For" }
                } }
                tbody {
                    @for (run, name) in latest {
                        tr {
                            th scope="row" data-label="Run" { a href={ "/executions/" (run.id) } { (run.id) } }
                            td data-label="Task" { (task_link(run.task_id, name)) }
                            td data-label="State" { (execution(run)) }
                            td data-label="For" { (time(context, run.scheduled_at)) }
                        }
                    }
                }
            }
        }
    }
}
