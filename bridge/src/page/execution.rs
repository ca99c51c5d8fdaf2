//! An execution: what happened, why, and what can be done.

use chime_types::{Action, Attempt, ExecutionStatus, Task, TaskExecution, WaitReason};

use maud::{Markup, html};

use super::codices::codex_path;
use super::layout::{Context, page};
use super::parts::{Button, block, button, full_time, shown, state, task_link};
use super::waterfall::{step_name, waterfall};
use crate::diagnosis::{ahead, explain};
use crate::words::{execution_state, took, word};

/// The page. `before` are the executions that it waits behind.
#[must_use]
pub fn execution(context: &Context, task: &Task, run: &TaskExecution, before: &[u64]) -> String {
    let title = format!("Run {}", run.id);
    let body = html! {
        p .lead { "Of the task " (task_link(task.id, &task.name)) }
        div #run data-live { (content(context, task, run, before)) }
    };
    page(context, &title, &body)
}

fn content(context: &Context, task: &Task, run: &TaskExecution, before: &[u64]) -> Markup {
    html! {
        div .row.standing { (state(execution_state(run))) (buttons(context, run)) }
        (cause(task, run, before))
        (times(context, run))
        section .card {
            h2 { "Attempts" }
            (waterfall(task, run, context.clock.now_at()))
        }
        (attempts(context, task, run))
        @if let Some(error) = &run.error { (block("Error", error)) }
        @if let Some(result) = &run.result { (block("Answer", result)) }
        @if !run.logs.is_empty() { (logs(context, run)) }
    }
}

fn buttons(context: &Context, run: &TaskExecution) -> Markup {
    let retry = |text, field| {
        let action = format!("/executions/{}/retry", run.id);
        let button_of = Button {
            action: &action,
            text,
            class: "main",
            field,
            ..Button::default()
        };
        button(context, button_of)
    };
    html! {
        @match run.status {
            ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Cancelled => {
                @if run.replayed_by.is_none() {
                    (retry("Retry", None))
                    @if run.step_to_execute > 0 { (retry("Retry from the start", Some(("from_start", "true")))) }
                }
            },
            ExecutionStatus::Ready | ExecutionStatus::Running | ExecutionStatus::Waiting => {
                (button(context, Button {
                    action: &format!("/executions/{}/cancel", run.id),
                    text: "Cancel",
                    class: "danger",
                    ..Button::default()
                }))
            },
            ExecutionStatus::Completed | ExecutionStatus::Skipped | ExecutionStatus::Missed => {},
        }
        @if let Some(other) = run.replayed_by { a href={ "/executions/" (other) } { "Run again as " (other) } }
        @if let Some(other) = run.replay_of { a href={ "/executions/" (other) } { "Repeats " (other) } }
    }
}

/// Why it failed, or what it waits for.
fn cause(task: &Task, run: &TaskExecution, before: &[u64]) -> Markup {
    let has_failed = matches!(
        run.status,
        ExecutionStatus::Failed | ExecutionStatus::TimedOut
    );
    html! {
        @if has_failed {
            @let why = explain(task, run);
            div .notice.bad {
                p { strong { (shown(&why.likely_cause)) } }
                ul { @for remedy in &why.remedies { li { (remedy.text()) } } }
            }
        } @else if let Some(waits) = ahead(task, run) {
            p .notice.bad[waits.needs_somebody] { (shown(&waits.text)) " " (blocks(task, run, before)) }
        }
    }
}

/// What it waits for, as links.
fn blocks(task: &Task, run: &TaskExecution, before: &[u64]) -> Markup {
    let step = usize::try_from(run.step_to_execute).unwrap_or(usize::MAX);
    let codex = task.steps.get(step).and_then(|step| match &step.action {
        Action::Codex { name, .. } => Some(name.as_str()),
        _ => None,
    });
    html! {
        @match (run.waiting_for, codex) {
            (Some(WaitReason::Worker), _) => a href="/workers" { "See the workers" },
            (Some(WaitReason::Diverged), Some(name)) => a href=(codex_path(name, false)) { "See the codex" },
            _ => {},
        }
        @for (index, id) in before.iter().enumerate() {
            @if index == 0 { "It waits behind run " } @else { ", " }
            a href={ "/executions/" (id) } { (id) }
        }
    }
}

fn times(context: &Context, run: &TaskExecution) -> Markup {
    let rows = [
        ("Scheduled", Some(run.scheduled_at)),
        ("Started", run.started_at),
        ("Finished", run.finished_at),
        ("Goes on", run.wake_at),
    ];
    html! {
        dl .facts.card {
            @for (name, at) in rows {
                @if let Some(at) = at { div { dt { (name) } dd { (full_time(context, at)) } } }
            }
            div { dt { "Because of" } dd { (word(&run.trigger)) } }
        }
    }
}

fn attempts(context: &Context, task: &Task, run: &TaskExecution) -> Markup {
    html! {
        @if !run.attempts.is_empty() {
            table .wide {
                caption .hidden { "Attempts, the oldest first" }
                thead { tr {
                    th scope="col" { "Step" } th scope="col" { "Attempt" } th scope="col" { "Outcome" }
                    th scope="col" { "Took" } th scope="col" { "Answer" }
                } }
                tbody { @for attempt in &run.attempts { (line(context, task, attempt)) } }
            }
        }
    }
}

fn line(context: &Context, task: &Task, attempt: &Attempt) -> Markup {
    let ended = attempt
        .finished_at
        .unwrap_or_else(|| context.clock.now_at());
    let said = attempt.error.as_ref().or(attempt.result.as_ref());
    let outcome = match word(&attempt.outcome) {
        word if word == "timed out" => "timed_out".to_string(),
        word => word,
    };
    html! {
        tr {
            th scope="row" data-label="Step" { (step_name(task, attempt.step)) }
            td data-label="Attempt" { (attempt.number) }
            td data-label="Outcome" { (state(&outcome)) }
            td data-label="Took" { (took(ended.saturating_sub(attempt.started_at))) }
            td data-label="Answer" {
                @if let Some(worker) = &attempt.worker { "worker " (shown(worker)) ". " }
                @if let Some(said) = said { (shown(said)) }
            }
        }
    }
}

fn logs(context: &Context, run: &TaskExecution) -> Markup {
    html! {
        h2 { "Log" }
        pre tabindex="0" aria-label="Log" {
            @for entry in &run.logs {
                (context.clock.time_of_day(entry.logged_at)) " " (shown(&entry.message)) "\n"
            }
        }
    }
}
