//! Waiting for the end of an execution, with a message for each attempt as it ends.

use chime_types::{Outcome, TaskExecution};

use crate::cli::execution::log::attempt_text;
use crate::cli::execution::show::execution_details;
use crate::error::Result;
use crate::scheduler::{Patience, Scheduler, require_completed};
use crate::terminal::{Writer, harmless};

/// Waits until the execution is final.
pub(in crate::cli) async fn wait_for(
    scheduler: &Scheduler,
    execution_id: u64,
    writer: &Writer,
) -> Result<TaskExecution> {
    let mut told = 0;
    let tell = |execution: &TaskExecution| {
        let ended = execution
            .attempts
            .iter()
            .filter(|attempt| attempt.outcome != Outcome::Running);
        let lines: Vec<_> = ended.map(attempt_text).collect();
        lines
            .iter()
            .skip(told)
            .for_each(|line| writer.message(line));
        told = told.max(lines.len());
        if let (Some(_), Some(at)) = (execution.waiting_for, execution.wake_at) {
            writer.message(format!("next attempt {}", writer.clock().both(at)));
        }
    };
    scheduler
        .wait_for_execution(execution_id, Patience::default(), tell)
        .await
}

/// The same, with each line of its log as it comes.
pub(in crate::cli) async fn wait_with_log(
    scheduler: &Scheduler,
    execution_id: u64,
    writer: &Writer,
) -> Result<TaskExecution> {
    let mut told = 0;
    let tell = |execution: &TaskExecution| {
        for entry in execution.logs.iter().skip(told) {
            let at = writer.clock().time_of_day(entry.logged_at);
            writer.message(format!("{at}  {}", harmless(&entry.message)));
        }
        told = told.max(execution.logs.len());
    };
    scheduler
        .wait_for_execution(execution_id, Patience::default(), tell)
        .await
}

/// Writes an execution that was waited for; one that did not complete is an error besides.
pub(in crate::cli) fn finish(execution: TaskExecution, writer: &Writer) -> Result<()> {
    writer.answer(&execution_details(None, execution.clone(), None))?;
    require_completed(execution).map(drop)
}
