//! The first page: how the scheduler is, what runs next, and what went wrong.

use chime_types::{Stats, TaskExecution, UpcomingRun};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{execution, shown, task_link, time};
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
        section #health data-live aria-label="Health" { (health(context, stats)) }
        section #next data-live { (next(context, stats)) }
        section #latest data-live { (latest(context, overview.latest)) }
    };
    page(context, "Overview", &body)
}

fn health(context: &Context, stats: &Stats) -> Markup {
    let span = |value: Option<u64>| value.map_or("none yet".to_string(), took);
    let ended = stats.completed_today + stats.failed_today;
    let rate = match ended {
        0 => "none ran".to_string(),
        ended => format!("{} of {ended}", stats.failed_today),
    };
    let timer = match (stats.timer_armed_at, stats.agenda) {
        (Some(_), _) => "armed",
        (None, 0) => "nothing to do",
        (None, _) => "not armed",
    };
    let set_aside = stats
        .failed_messages
        .as_ref()
        .map_or(0, |it| it.quarantined);
    let tiles = [
        ("Delay, half of runs", span(stats.lag.p50_nanoseconds)),
        ("Delay, 99 of 100", span(stats.lag.p99_nanoseconds)),
        (
            "Queue",
            format!("{} ready, {} running", stats.ready, stats.running),
        ),
        ("Failed today", rate),
        ("To be put right", stats.dead_letters.to_string()),
        ("Cycles", cycles(&stats.cycles)),
        (
            "Cycles a day",
            stats
                .cycles_per_day
                .as_ref()
                .map_or("not known yet".into(), cycles),
        ),
        ("Timer", timer.to_string()),
        ("Set aside", set_aside.to_string()),
    ];
    html! {
        @if stats.cycles_low {
            p .notice.bad role="alert" { "The scheduler has too few cycles: nothing new is started." }
        }
        @if let Some(trouble) = message_trouble(stats) {
            p .notice.bad role="alert" { (shown(&trouble)) }
        }
        @if stats.dead_letters > 0 {
            p .notice.bad { a href="/failures" { (stats.dead_letters) " failures" } " wait to be put right." }
        }
        dl .tiles {
            @for (name, value) in tiles { div { dt { (name) } dd { (value) } } }
        }
        p .faint { "As of " (context.clock.absolute(stats.now_at)) ", version " (stats.version) "." }
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
            td data-label="At" { (context.clock.absolute(run.run_at)) }
        }
    }
}

/// Teaches the first command.
fn empty() -> Markup {
    html! {
        div .notice {
            p { "There are no tasks yet." }
            p { a .button.main href="/tasks/new" { "Create a task" } }
            p { "Or in a terminal:" }
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
