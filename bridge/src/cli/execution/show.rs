//! Executions of several tasks in a table, and one execution with everything about it.

use std::collections::HashMap;

use chime_types::{
    ExecutionResult, GetTaskExecutionsResult, Journal, JournalResult, ReplayedDeadLetters, Task,
    TaskExecution, TaskExecutionPage,
};

use crate::cli::execution::log::{attempt_head, duration, said, scheduled};
use crate::cli::record::{Record, answer_json, list_json};
use crate::scheduler::{answer_text, request_text};
use crate::terminal::{Page, Table, counted, harmless, one_line, pairs};
use crate::words::{execution_state, took, word};

/// Most characters of the name of a task.
const MAXIMUM_TEXT: usize = 160;

/// Executions, the newest first; `what` says which in the last line.
#[must_use]
pub fn executions(tasks: &[Task], executions: Vec<TaskExecution>, what: &'static str) -> Record {
    let names: HashMap<u64, String> = tasks
        .iter()
        .map(|task| (task.id, task.name.clone()))
        .collect();
    let total = executions.len() as u64;
    let json = list_json(
        "get_task_executions",
        "executions",
        &executions,
        |executions| {
            GetTaskExecutionsResult::Ok(TaskExecutionPage {
                executions,
                next_cursor: None,
                total_executions: total,
            })
        },
    );
    Record::of(json, move |page| {
        if executions.is_empty() {
            return format!("No {what}s.");
        }
        let columns = ["EXECUTION", "TASK", "SCHEDULED", "STATUS", "TOOK", "OUTPUT"];
        let mut table = Table::new(page, &columns).spare(&["TOOK"]);
        for execution in &executions {
            let task = names.get(&execution.task_id);
            let task = task
                .cloned()
                .unwrap_or_else(|| execution.task_id.to_string());
            let text = said(execution).unwrap_or_else(|| "-".into());
            table.row([
                execution.id.to_string().into(),
                task.into(),
                scheduled(execution, page.clock),
                execution_state(execution).into(),
                duration(execution).map_or_else(|| "-".into(), took).into(),
                text.into(),
            ]);
        }
        let counts = counted(executions.len(), what);
        format!(
            "{}\n\n{counts}, newest first; times in {}",
            table.render(),
            page.clock.zone_name()
        )
    })
}

/// An execution, its task, and the journal of its program, if it runs one.
#[must_use]
pub fn execution_details(
    task: Option<Task>,
    execution: TaskExecution,
    journal: Option<Journal>,
) -> Record {
    let result = ExecutionResult::Ok(execution.clone());
    let mut json = answer_json("get_execution", &result);
    if let Some(journal) = &journal {
        let journal = JournalResult::Ok(journal.clone());
        json["journal"] = answer_json("get_journal", &journal);
    }
    Record::of(json, move |page| {
        let mut parts = vec![pairs(&facts(task.as_ref(), &execution, page))];
        parts.extend(attempts(&execution, page));
        parts.extend(journal.as_ref().map(|journal| journal_block(journal, page)));
        let log = execution.logs.iter().map(|entry| {
            let at = page.clock.time_of_day(entry.logged_at);
            format!("{at}  {}", harmless(&entry.message))
        });
        let log = log.collect::<Vec<_>>().join("\n");
        parts.extend((!log.is_empty()).then(|| block("Log", &log)));
        let whole = |text: &String| harmless(text.trim_end());
        parts.extend(
            execution
                .result
                .as_ref()
                .map(|it| block("Result", &whole(it))),
        );
        parts.extend(
            execution
                .error
                .as_ref()
                .map(|it| block("Error", &whole(it))),
        );
        parts.join("\n\n")
    })
}

/// What the program asked for, when it was answered, and what.
fn journal_block(journal: &Journal, page: &Page<'_>) -> String {
    let name = match journal.codex.as_str() {
        "" => String::new(),
        name => format!(" of {}", harmless(name)),
    };
    let version = journal
        .version
        .map_or_else(String::new, |version| format!(", version {version}"));
    let title = format!(
        "Journal{name}{version}: {} of {} bytes, {} cycles at most",
        journal.bytes, journal.maximum_bytes, journal.cycles
    );
    let mut lines: Vec<String> = journal
        .entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let at = page.clock.time_of_day(entry.answered_at);
            let request = harmless(&request_text(&entry.request));
            let answer = harmless(&answer_text(&entry.answer));
            format!("{at}  {}  {request}\n  -> {answer}", index + 1)
        })
        .collect();
    if journal.is_waiting {
        let next = journal.entries.len() + 1;
        lines.push(format!("waits for the answer to request {next}"));
    }
    if let Some(found) = &journal.divergence {
        lines.push(format!(
            "request {} differs in version {}: it was {}, and now it is {}",
            found.index + 1,
            found.version,
            harmless(&found.expected),
            harmless(&found.got)
        ));
    }
    block(&title, &lines.join("\n"))
}

/// The attempts with what each said, line by line. What is shown as the end is not repeated.
fn attempts(execution: &TaskExecution, page: &Page<'_>) -> Option<String> {
    let ends = [&execution.result, &execution.error];
    let is_end = |text: &str| ends.into_iter().flatten().any(|end| end.contains(text));
    let mut lines = Vec::new();
    for attempt in &execution.attempts {
        let at = page.clock.absolute(attempt.started_at);
        let by = attempt
            .worker
            .as_ref()
            .map(|worker| format!(" (worker {})", harmless(worker)));
        lines.push(format!(
            "{at}  {}{}",
            attempt_head(attempt),
            by.unwrap_or_default()
        ));
        let said = [&attempt.error, &attempt.result];
        let said = said.into_iter().flatten().filter(|text| !is_end(text));
        lines.extend(said.map(|text| indented(&harmless(text.trim_end()))));
    }
    (!lines.is_empty()).then(|| block("Attempts", &lines.join("\n")))
}

fn block(title: &str, text: &str) -> String {
    format!("{title}\n{}", indented(text))
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn facts(
    task: Option<&Task>,
    execution: &TaskExecution,
    page: &Page<'_>,
) -> Vec<(&'static str, String)> {
    let name = task
        .map(|task| format!(" ({})", one_line(&task.name, MAXIMUM_TEXT)))
        .unwrap_or_default();
    let mut facts = vec![
        ("Execution", execution.id.to_string()),
        ("Task", format!("{}{name}", execution.task_id)),
        ("Status", execution_state(execution).to_string()),
    ];
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let at = |at: Option<u64>| at.map(|at| page.clock.both(at));
    fact("Why", Some(word(&execution.trigger)));
    fact("Schedule", execution.schedule_id.map(|id| id.to_string()));
    fact("Replay of", execution.replay_of.map(|id| id.to_string()));
    fact(
        "Replayed by",
        execution.replayed_by.map(|id| id.to_string()),
    );
    fact("Backfill", execution.backfill_id.map(|id| id.to_string()));
    fact("Scheduled", at(Some(execution.scheduled_at)));
    fact("Started", at(execution.started_at));
    fact("Finished", at(execution.finished_at));
    fact("Took", duration(execution).map(took));
    let steps = task.map_or(0, |task| task.steps.len());
    fact(
        "Step",
        (steps > 1).then(|| format!("{} of {steps}", execution.step_to_execute + 1)),
    );
    fact("Goes on", at(execution.wake_at));
    fact("Times out", at(execution.expires_at));
    fact("Asked to stop", execution.cancel_requested.clone());
    facts
}

/// What became of a change to an execution, in words that follow its id.
#[must_use]
pub fn changed_execution(execution: TaskExecution, what: String) -> Record {
    let result = ExecutionResult::Ok(execution.clone());
    Record::new("get_execution", &result, move |_| {
        format!(
            "Execution {} of task {} {what}.",
            execution.id, execution.task_id
        )
    })
}

/// What was retried of the dead letters that match, and what was not.
pub(in crate::cli) fn replayed_text(replayed: &ReplayedDeadLetters) -> String {
    let ids = |ids: &[u64]| {
        ids.iter()
            .map(u64::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (retried, left_out) = (&replayed.execution_ids, &replayed.left_out);
    if retried.is_empty() && left_out.is_empty() {
        return "No dead letters match: nothing was retried.".into();
    }
    let mut text = format!("{} retried", counted(retried.len(), "dead letter"));
    if !retried.is_empty() {
        text.push_str(&format!(" as {}", ids(retried)));
    }
    if !left_out.is_empty() {
        let ids = ids(left_out);
        text.push_str(&format!(
            "; skipped, because their steps have changed since: {ids}"
        ));
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_say_what_was_retried_and_what_was_not() {
        for (retried, left_out, said) in [
            (
                vec![],
                vec![],
                "No dead letters match: nothing was retried.",
            ),
            (vec![7], vec![], "1 dead letter retried as 7."),
            (
                vec![7, 8],
                vec![3],
                "2 dead letters retried as 7, 8; skipped, because their steps have changed since: 3.",
            ),
            (
                vec![],
                vec![3, 4],
                "0 dead letters retried; skipped, because their steps have changed since: 3, 4.",
            ),
        ] {
            let replayed = ReplayedDeadLetters {
                execution_ids: retried,
                left_out,
                next_cursor: None,
            };
            assert_eq!(replayed_text(&replayed), said);
        }
    }
}
