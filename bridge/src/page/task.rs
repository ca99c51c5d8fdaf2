//! A task: what it does, when, and what became of it.

use chime_types::{Task, TaskExecution};
use maud::{Markup, html};

use super::bars::bars;
use super::layout::{Context, page};
use super::parts::{Button, button, execution, full_time, maybe_time, shown, state, time};
use super::tasks::{next_run, run_now, schedules, switch};
use crate::diagnosis::{findings, next_runs};
use crate::words::{action_text, span, task_state, took};

/// Times ahead of each schedule.
const AHEAD: usize = 5;

/// What the page is made from.
pub struct TaskPage<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its latest executions, the newest first.
    pub executions: &'a [TaskExecution],
}

/// The page.
#[must_use]
pub fn task(context: &Context, shows: &TaskPage<'_>) -> String {
    let task = shows.task;
    let body = html! {
        @if !task.description.is_empty() { p .lead { (shown(&task.description)) } }
        div .row.standing {
            (run_now(context, task)) (switch(context, task))
            @if context.may_change { a .button href={ "/tasks/" (task.id) "/edit" } { "Edit" } }
            @if context.may_change { (removal(context, task)) }
        }
        section #stand data-live { (stand(context, shows)) }
        section #plan data-live { (plan(context, task)) }
        section #history data-live { (history(context, shows)) }
    };
    page(context, &shown(&task.name), &body)
}

/// Removing asks again: it cannot be undone.
fn removal(context: &Context, task: &Task) -> Markup {
    let name = shown(&task.name);
    html! {
        details #removal {
            summary .button { "Remove" }
            p { "Remove " strong { (name) } " and its " (task.total_executions) " executions? This cannot be undone." }
            (button(context, Button {
                action: &format!("/tasks/{}/delete", task.id),
                text: "Remove for good",
                about: &name,
                class: "danger",
                ..Button::default()
            }))
        }
    }
}

fn stand(context: &Context, shows: &TaskPage<'_>) -> Markup {
    let task = shows.task;
    let wrong = findings(task, context.clock.now_at());
    html! {
        @for finding in wrong {
            p .notice.bad[finding.is_problem] { (shown(&finding.text)) }
        }
        dl .tiles {
            div { dt { "State" } dd { (state(task_state(task, shows.executions))) } }
            div { dt { "Next run" } dd { (next_run(context, task)) } }
            div { dt { "Last run" } dd { (maybe_time(context, task.last_run_at)) } }
            div { dt { "Last runs" } dd { (bars(shows.executions)) } }
        }
    }
}

fn plan(context: &Context, task: &Task) -> Markup {
    html! {
        div .columns {
            div .card { (when(context, task)) }
            div .card { (what(task)) }
        }
    }
}

fn when(context: &Context, task: &Task) -> Markup {
    html! {
        h2 { "When" }
        (schedules(task))
        @for schedule in task.schedules.iter().filter(|it| it.next_run_at.is_some()) {
            ol { @for at in next_runs(schedule, AHEAD) { li { (full_time(context, at)) } } }
        }
    }
}

fn what(task: &Task) -> Markup {
    html! {
        h2 { "What" }
        ol {
            @for step in &task.steps {
                li {
                    @if let Some(name) = &step.name { strong { (shown(name)) } ": " }
                    (shown(&action_text(&step.action)))
                    " " span .faint { "(at most " (span(Some(step.timeout_seconds))) ")" }
                }
            }
        }
        p .faint {
            @match task.retry.max_retries {
                0 => "Not retried.",
                1 => "Retried once.",
                times => { "Retried up to " (times) " times." },
            }
            " Priority " (crate::words::word(&task.priority)) "."
        }
    }
}

fn history(context: &Context, shows: &TaskPage<'_>) -> Markup {
    html! {
        h2 { "History" }
        @if shows.executions.is_empty() {
            p .faint { "It has not run yet." }
        } @else {
            table .wide {
                caption .hidden { "Executions, the newest first" }
                thead { tr {
                    th scope="col" { "Run" } th scope="col" { "State" } th scope="col" { "For" }
                    th scope="col" { "Took" } th scope="col" { "Error" }
                } }
                tbody { @for run in shows.executions { (line(context, run)) } }
            }
        }
    }
}

fn line(context: &Context, run: &TaskExecution) -> Markup {
    let ran = run.started_at.zip(run.finished_at);
    html! {
        tr {
            th scope="row" data-label="Run" { a href={ "/executions/" (run.id) } { (run.id) } }
            td data-label="State" { (execution(run)) }
            td data-label="For" { (time(context, run.scheduled_at)) }
            td data-label="Took" {
                @if let Some((from, to)) = ran { (took(to.saturating_sub(from))) }
            }
            td data-label="Error" {
                @if let Some(error) = crate::words::last_error(run) { (shown(&beginning(error))) }
            }
        }
    }
}

/// Longest text in a row, in characters.
const LONGEST: usize = 160;

fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
