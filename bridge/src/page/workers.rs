//! Commands and the workers that run them.

use chime_types::{ExecutionStatus, TaskExecution, WaitReason};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{counted, shown, task_link, time};

/// The page, from the latest executions with the names of their tasks.
#[must_use]
pub fn workers(context: &Context, waiting: u64, latest: &[(TaskExecution, String)]) -> String {
    let body = html! {
        div #workers data-live { (content(context, waiting, latest)) }
    };
    page(context, "Workers", &body)
}

fn content(context: &Context, waiting: u64, latest: &[(TaskExecution, String)]) -> Markup {
    let claimed: Vec<_> = latest
        .iter()
        .filter_map(|(run, name)| Some((run, name, worker(run)?)))
        .collect();
    let queued: Vec<_> = latest
        .iter()
        .filter(|(run, _)| run.waiting_for == Some(WaitReason::Worker))
        .collect();
    html! {
        p { (counted(waiting, "command")) @if waiting == 1 { " waits" } @else { " wait" } " for a worker." }
        @if waiting > 0 && claimed.is_empty() {
            div .notice {
                p { "No worker is at work. Start one where the commands should run:" }
                pre { "chime worker" }
            }
        }
        h2 { "Claimed" }
        @if claimed.is_empty() { p .faint { "No command is claimed." } }
        @else {
            table .wide {
                caption .hidden { "Commands that a worker has claimed" }
                thead { tr {
                    th scope="col" { "Worker" } th scope="col" { "Task" } th scope="col" { "Run" }
                    th scope="col" { "Since" } th scope="col" { "Lease until" }
                } }
                tbody { @for (run, name, worker) in claimed { tr {
                    th scope="row" data-label="Worker" { (shown(worker.0)) }
                    td data-label="Task" { (task_link(run.task_id, name)) }
                    td data-label="Run" { a href={ "/executions/" (run.id) } { (run.id) } }
                    td data-label="Since" { (time(context, worker.1)) }
                    td data-label="Lease until" { (super::parts::maybe_time(context, run.wake_at)) }
                } } }
            }
        }
        h2 { "Waiting" }
        @if queued.is_empty() { p .faint { "None among the latest runs." } }
        @else {
            ul { @for (run, name) in queued { li {
                (task_link(run.task_id, name)) ", run " a href={ "/executions/" (run.id) } { (run.id) }
                ", for " (time(context, run.scheduled_at))
            } } }
        }
    }
}

/// The worker that runs a command now, and since when.
fn worker(run: &TaskExecution) -> Option<(&str, u64)> {
    let last = run
        .attempts
        .last()
        .filter(|_| run.status == ExecutionStatus::Running)?;
    Some((last.worker.as_deref()?, last.started_at))
}
