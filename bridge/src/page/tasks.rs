//! The list of tasks.

use chime_types::{Task, TaskExecution};
use maud::{Markup, html};

use super::bars::bars;
use super::layout::{Context, page};
use super::parts::{Button, button, counted, encoded, maybe_time, shown, state, task_link};
use crate::words::task_state;

/// Which tasks are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those with this in their names.
    pub name: String,
    /// Those that stand so.
    pub status: String,
    /// The page, counted from 1.
    pub page: usize,
}

/// How tasks may stand.
const STATUSES: [&str; 6] = [
    "pending",
    "running",
    "completed",
    "failed",
    "cancelled",
    "paused",
];

/// A task, with its latest executions, the newest first.
pub struct Row {
    /// The task.
    pub task: Task,
    /// Its executions.
    pub executions: Vec<TaskExecution>,
}

/// What the page is made from.
pub struct TaskList {
    /// The tasks of the page.
    pub rows: Vec<Row>,
    /// Which are shown.
    pub filter: Filter,
    /// How many there are in all.
    pub total: usize,
    /// The last page.
    pub last_page: usize,
}

/// The page.
#[must_use]
pub fn tasks(context: &Context, list: &TaskList) -> String {
    let body = html! {
        (filters(context, &list.filter))
        section #tasks data-live { (table(context, list)) }
        (pages(list))
    };
    page(context, "Tasks", &body)
}

fn filters(context: &Context, filter: &Filter) -> Markup {
    html! {
        form .filters method="get" action="/tasks" role="search" {
            div { label for="name" { "Name contains" } input id="name" name="name" value=(filter.name); }
            div {
                label for="status" { "State" }
                select id="status" name="status" {
                    option value="" { "any" }
                    @for status in STATUSES {
                        option value=(status) selected[filter.status == status] { (status) }
                    }
                }
            }
            button { "Show" }
            @if context.may_change { a .button.main.last href="/tasks/new" { "Create a task" } }
        }
    }
}

fn table(context: &Context, list: &TaskList) -> Markup {
    html! {
        @if list.rows.is_empty() {
            div .card.empty { p { "No task fits." } }
        } @else {
            table .wide {
                caption { (counted(u64::try_from(list.total).unwrap_or(u64::MAX), "task")) }
                thead { tr {
                    th scope="col" { "Name" } th scope="col" { "State" } th scope="col" { "Schedule" }
                    th scope="col" { "Next" } th scope="col" { "Last" } th scope="col" { "Last runs" }
                    th scope="col" { "Do" }
                } }
                tbody { @for row in &list.rows { (line(context, row)) } }
            }
        }
    }
}

fn line(context: &Context, row: &Row) -> Markup {
    let task = &row.task;
    html! {
        tr {
            th scope="row" data-label="Name" { (task_link(task.id, &task.name)) }
            td data-label="State" { (state(task_state(task, &row.executions))) }
            td data-label="Schedule" { (schedules(task)) }
            td data-label="Next" { (next_run(context, task)) }
            td data-label="Last" { (maybe_time(context, task.last_run_at)) }
            td data-label="Last runs" { (bars(&row.executions)) }
            td data-label="Do" { div .row { (switch(context, task)) (run_now(context, task)) } }
        }
    }
}

/// The schedules in words, each with its zone.
pub(super) fn schedules(task: &Task) -> Markup {
    html! {
        @if task.schedules.is_empty() { span .faint { "none" } }
        @for schedule in &task.schedules {
            div {
                (shown(&schedule.description)) " " span .mean { (schedule.timezone) }
                @if schedule.disabled && !task.disabled { " " (state("paused")) }
            }
        }
    }
}

/// The next run; one that is overdue is called so.
pub(super) fn next_run(context: &Context, task: &Task) -> Markup {
    html! {
        @match task.next_run_at {
            Some(at) if at < context.clock.now_at() => { (state("overdue")) " " (super::parts::time(context, at)) },
            Some(at) => (super::parts::time(context, at)),
            None => span .faint { "none" },
        }
    }
}

/// Switches a task on or off.
pub(super) fn switch(context: &Context, task: &Task) -> Markup {
    let (what, text) = match task.disabled {
        true => ("resume", "Resume"),
        false => ("pause", "Pause"),
    };
    let name = shown(&task.name);
    button(
        context,
        Button {
            action: &format!("/tasks/{}/{what}", task.id),
            text,
            about: &name,
            ..Button::default()
        },
    )
}

/// Runs a task now.
pub(super) fn run_now(context: &Context, task: &Task) -> Markup {
    let name = shown(&task.name);
    button(
        context,
        Button {
            action: &format!("/tasks/{}/run", task.id),
            text: "Run now",
            about: &name,
            ..Button::default()
        },
    )
}

fn pages(list: &TaskList) -> Markup {
    let filter = &list.filter;
    let at = |page: usize| {
        let (name, status) = (encoded(&filter.name), encoded(&filter.status));
        format!("/tasks?name={name}&status={status}&page={page}")
    };
    html! {
        @if list.last_page > 1 {
            nav .pages aria-label="Pages of the list" {
                @if filter.page > 1 { a href=(at(filter.page - 1)) rel="prev" { "Back" } }
                span { "Page " (filter.page) " of " (list.last_page) }
                @if filter.page < list.last_page { a href=(at(filter.page + 1)) rel="next" { "Next" } }
            }
        }
    }
}
