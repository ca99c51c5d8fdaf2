//! The one table of what can be asked under `/api`: what is answered by whom, and what the description of
//! the API says about it.

use axum::http::Method;
use futures::future::BoxFuture;

use super::ask::Ask;
use super::document::Answer;
use super::problem::Outcome;
use super::{actions, alerts, codices, executions, figures, preview, tasks, timeline};
use crate::access::Reach;

/// What a request sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing.
    Nothing,
    /// A task, in the words of Daptin or as the request of a method.
    Task(&'static str),
    /// The request of a method, without what the address says.
    Request(&'static str),
    /// The same, or no body at all.
    Maybe(&'static str),
    /// A schedule.
    Schedule,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// A part of a list.
    Page,
    /// One thing.
    One,
    /// One thing that was made.
    Made,
    /// Nothing.
    Nothing,
}

/// One thing that can be asked.
pub struct Row {
    /// Its method.
    pub method: Method,
    /// Its path; `{id}` stands for a part that names something.
    pub path: &'static str,
    /// The type of what is answered.
    pub kind: &'static str,
    /// The type of what is sent.
    pub sends: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may.
    pub least: Reach,
    /// What is sent.
    pub sent: Sent,
    /// What is answered.
    pub answered: Answered,
    /// Parameters of its own: the name, and what it says.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Does it.
    pub carry_out: fn(Ask) -> BoxFuture<'static, Outcome<Answer>>,
}

macro_rules! row {
    ($method:ident $path:literal $kind:literal $summary:literal, $sent:expr, $answered:ident, $run:path) => {
        row!($method $path $kind as $kind, $summary, $sent, $answered, &[], $run)
    };
    ($method:ident $path:literal $kind:literal as $sends:literal, $summary:literal, $sent:expr, $answered:ident, $parameters:expr, $run:path) => {
        Row {
            method: Method::$method,
            path: $path,
            kind: $kind,
            sends: $sends,
            summary: $summary,
            least: least(&Method::$method),
            sent: $sent,
            answered: Answered::$answered,
            parameters: $parameters,
            carry_out: |ask| Box::pin($run(ask)),
        }
    };
}

/// Whoever reads needs a token of any role; whoever changes something, one of a user.
fn least(method: &Method) -> Reach {
    match method.is_safe() {
        true => Reach::Viewer,
        false => Reach::User,
    }
}

const PREVIEW: &[(&str, &str)] = &[
    (
        "schedule",
        "The schedule: five fields of cron, `@daily`, `@every 1h`.",
    ),
    (
        "timezone",
        "The time zone in which it is meant, such as `Europe/Zurich`; UTC without it.",
    ),
    ("count", "How many times to show, 1 to 100; 5 without it."),
];

/// The table.
pub fn rows() -> Vec<Row> {
    let mut rows = of_tasks();
    rows.extend(of_executions());
    rows.extend(of_the_rest());
    rows
}

fn of_tasks() -> Vec<Row> {
    vec![
        row!(GET "/api/task" "task" "Lists the tasks.", Sent::Nothing, Page, tasks::list),
        row!(POST "/api/task" "task" "Makes a task.", Sent::Task("create_task"), Made, tasks::create),
        row!(GET "/api/task/{id}" "task" "Shows a task.", Sent::Nothing, One, tasks::read),
        row!(PATCH "/api/task/{id}" "task" "Changes a task; what is not given stays.", Sent::Task("update_task"), One, tasks::update),
        row!(DELETE "/api/task/{id}" "task" "Removes a task with its history.", Sent::Nothing, Nothing, tasks::delete),
        row!(POST "/api/task/{id}/run" "execution" as "execution", "Runs a task now.", Sent::Maybe("run_task_now"), Made, &[], tasks::run),
        row!(GET "/api/task/{id}/executions" "execution" "Lists the executions of a task, the newest first.", Sent::Nothing, Page, executions::of_task),
    ]
}

fn of_executions() -> Vec<Row> {
    vec![
        row!(GET "/api/execution" "execution" "Lists the latest executions of all tasks; with filter[task_id] those of one.", Sent::Nothing, Page, executions::list),
        row!(GET "/api/execution/{id}" "execution" "Shows an execution, and why it failed if it did.", Sent::Nothing, One, executions::read),
        row!(POST "/api/execution/{id}/retry" "execution" "Runs an execution again that did not complete.", Sent::Maybe("retry_execution"), Made, executions::retry),
        row!(POST "/api/execution/{id}/cancel" "execution" "Stops an execution.", Sent::Maybe("cancel_execution"), One, executions::cancel),
        row!(GET "/api/timeline" "timeline" "Lists what happened, the newest first.", Sent::Nothing, Page, timeline::list),
        row!(GET "/api/timeline/{id}" "timeline" "Shows an event.", Sent::Nothing, One, timeline::read),
    ]
}

fn of_the_rest() -> Vec<Row> {
    vec![
        row!(GET "/api/action" "action" "Lists the registered actions.", Sent::Nothing, Page, actions::list),
        row!(POST "/api/action" "action" "Registers an action.", Sent::Request("define_action"), Made, actions::create),
        row!(GET "/api/action/{id}" "action" "Shows an action.", Sent::Nothing, One, actions::read),
        row!(PATCH "/api/action/{id}" "action" "Changes an action.", Sent::Request("define_action"), One, actions::update),
        row!(DELETE "/api/action/{id}" "action" "Removes an action.", Sent::Nothing, Nothing, actions::delete),
        row!(GET "/api/codex" "codex" "Lists the stored Python, without the code.", Sent::Nothing, Page, codices::list),
        row!(POST "/api/codex" "codex" "Stores Python that is not there yet.", Sent::Request("put_codex"), Made, codices::create),
        row!(GET "/api/codex/{id}" "codex" "Shows a codex with its code and its versions.", Sent::Nothing, One, codices::read),
        row!(PATCH "/api/codex/{id}" "codex" "Stores a new version of a codex.", Sent::Request("put_codex"), One, codices::update),
        row!(DELETE "/api/codex/{id}" "codex" "Removes a codex with its versions.", Sent::Nothing, Nothing, codices::delete),
        row!(POST "/api/codex/{id}/rollback" "codex" as "codex", "Makes the code of an older version that of a new one.", Sent::Maybe("rollback_codex"), One, &[], codices::rollback),
        row!(GET "/api/alert" "alert" "Lists the alerts.", Sent::Nothing, Page, alerts::list),
        row!(POST "/api/alert" "alert" "Makes an alert.", Sent::Request("create_alert"), Made, alerts::create),
        row!(GET "/api/alert/{id}" "alert" "Shows an alert.", Sent::Nothing, One, alerts::read),
        row!(PATCH "/api/alert/{id}" "alert" "Changes an alert.", Sent::Request("update_alert"), One, alerts::update),
        row!(DELETE "/api/alert/{id}" "alert" "Removes an alert.", Sent::Nothing, Nothing, alerts::delete),
        row!(POST "/api/alert/{id}/test" "delivery" as "alert", "Sends a test message.", Sent::Nothing, One, &[], alerts::test),
        row!(GET "/api/preview" "preview" as "preview", "Shows what a schedule means.", Sent::Nothing, One, PREVIEW, preview::of_query),
        row!(POST "/api/preview" "preview" "Shows what a schedule means; nothing is changed.", Sent::Schedule, One, preview::of_document),
        row!(GET "/api/stats" "stats" "Shows figures of the tasks and the scheduler.", Sent::Nothing, One, figures::stats),
        row!(GET "/api/me" "user_account" "Shows who the token acts as: role, quotas and what is used of them.", Sent::Nothing, One, figures::me),
    ]
}

/// What a path and a method ask for.
pub enum Found<'a> {
    /// This, with the part of the path that names something, as it came.
    Row(&'a Row, &'a str),
    /// Only these methods.
    Other(Vec<&'a Method>),
    /// Nothing.
    Nothing,
}

/// Looks a request up.
pub fn find<'a>(rows: &'a [Row], method: &Method, path: &'a str) -> Found<'a> {
    let mut others = Vec::new();
    for row in rows {
        let Some(id) = matching(row.path, path) else {
            continue;
        };
        if row.method == *method || (row.method == Method::GET && *method == Method::HEAD) {
            return Found::Row(row, id);
        }
        others.push(&row.method);
    }
    match others.is_empty() {
        true => Found::Nothing,
        false => Found::Other(others),
    }
}

/// What stands in the place of `{id}`; empty if the pattern has none.
fn matching<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut id = "";
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(part)) if !part.is_empty() => id = part,
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn should_ask_each_thing_in_one_way() {
        let rows = rows();
        let all: BTreeSet<_> = rows
            .iter()
            .map(|row| (row.path, row.method.as_str()))
            .collect();
        assert_eq!(all.len(), rows.len());
        for row in &rows {
            assert!(row.summary.ends_with('.'), "{}", row.path);
            assert_eq!(
                row.least == Reach::Viewer,
                row.method.is_safe(),
                "{}",
                row.path
            );
        }
    }

    #[test]
    fn should_document_every_route() {
        let document = include_str!("../../../docs/rest.md");
        for row in rows() {
            let kind = row.path.trim_end_matches("/{id}");
            let said = kind.replace("{id}", "ID");
            assert!(document.contains(&said), "docs/rest.md: {}", row.path);
        }
    }

    #[test]
    fn should_look_up_a_path_and_what_it_names() {
        let rows = rows();
        let found = |method, path| match find(&rows, &method, path) {
            Found::Row(row, id) => format!("{} {id}", row.path),
            Found::Other(methods) => format!("only {methods:?}"),
            Found::Nothing => "nothing".to_string(),
        };
        assert_eq!(found(Method::GET, "/api/task"), "/api/task ");
        assert_eq!(found(Method::HEAD, "/api/task/7"), "/api/task/{id} 7");
        assert_eq!(
            found(Method::POST, "/api/task/7/run"),
            "/api/task/{id}/run 7"
        );
        assert_eq!(found(Method::PUT, "/api/task"), "only [GET, POST]");
        for path in [
            "/api",
            "/api/",
            "/api/task/",
            "/api/task//run",
            "/api/tasks",
            "/api/task/7/x",
        ] {
            assert_eq!(found(Method::GET, path), "nothing", "{path}");
        }
    }
}
