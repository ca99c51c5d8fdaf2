//! Failures that nobody has put right, by their causes.

use std::collections::BTreeMap;

use chime_types::{Task, TaskExecution};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{counted, shown, task_link, time};
use crate::diagnosis::explain;
use crate::words::last_error;

/// Failures of one cause.
pub struct Group {
    /// The cause in words.
    pub cause: String,
    /// What to do first.
    pub remedy: Option<&'static str>,
    /// The executions, the newest first, each with the name of its task.
    pub executions: Vec<(TaskExecution, String)>,
}

/// Rows of a group that are shown.
const SHOWN: usize = 20;

/// Executions that one button runs again.
pub const AT_ONCE: usize = 50;

/// Failures by their causes, the most frequent first.
#[must_use]
pub fn groups(executions: Vec<TaskExecution>, tasks: &[Task]) -> Vec<Group> {
    let by_id: BTreeMap<_, _> = tasks.iter().map(|task| (task.id, task)).collect();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for execution in executions {
        let Some(task) = by_id.get(&execution.task_id) else {
            continue;
        };
        let why = explain(task, &execution);
        let group = groups.entry(why.likely_cause.clone()).or_insert(Group {
            cause: why.likely_cause,
            remedy: why.remedies.first().map(|remedy| remedy.text()),
            executions: Vec::new(),
        });
        group.executions.push((execution, task.name.clone()));
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.executions.len()));
    groups
}

/// The page.
#[must_use]
pub fn failures(context: &Context, groups: &[Group]) -> String {
    let body = html! {
        div #failures data-live {
            @if groups.is_empty() {
                div .card.empty { p { strong { "Nothing failed that was not put right." } } }
            }
            @for group in groups { (of(context, group)) }
        }
    };
    page(context, "Failures", &body)
}

fn of(context: &Context, group: &Group) -> Markup {
    let again: Vec<_> = group.executions.iter().take(AT_ONCE).collect();
    html! {
        section .card {
            h2 { (shown(&group.cause)) }
            @if let Some(remedy) = group.remedy { p { (remedy) } }
            @if context.may_change {
                form method="post" action="/failures/retry" {
                    input type="hidden" name="form_token" value=(context.form_token);
                    @for (run, _) in &again { input type="hidden" name="id" value=(run.id); }
                    button { "Retry " (again.len()) " of " (group.executions.len()) }
                }
            }
            table .wide {
                caption { (counted(u64::try_from(group.executions.len()).unwrap_or(u64::MAX), "run")) }
                thead { tr {
                    th scope="col" { "Run" } th scope="col" { "Task" } th scope="col" { "For" } th scope="col" { "Error" }
                } }
                tbody {
                    @for (run, name) in group.executions.iter().take(SHOWN) {
                        tr {
                            th scope="row" data-label="Run" { a href={ "/executions/" (run.id) } { (run.id) } }
                            td data-label="Task" { (task_link(run.task_id, name)) }
                            td data-label="For" { (time(context, run.scheduled_at)) }
                            td data-label="Error" { (shown(last_error(run).unwrap_or_default())) }
                        }
                    }
                }
            }
        }
    }
}
