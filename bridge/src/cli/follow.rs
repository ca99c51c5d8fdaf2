//! Executions as they happen: the scheduler is asked every second, since nothing tells us.
//!
//! A line is written when an execution is final and when a failed attempt waits for its retry. What
//! happened before following began is not shown, except that following one task begins with its
//! latest executions.

use std::collections::HashMap;
use std::time::Duration;

use chime_types::{EmptyRequest, Task, TaskExecution, TaskRequest, WaitReason};
use tokio::time::sleep;

use crate::cli::execution::log::{ExecutionRow, FollowedRow, follow_line};
use crate::error::{Kind, Result};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;

const PAUSE: Duration = Duration::from_secs(1);
/// Failed looks in a row that are put up with.
const MAXIMUM_FAILURES: u32 = 5;
/// Most executions of one task that are caught up with at once.
const MAXIMUM_NEW: usize = 1_000;

/// What is followed.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum Followed {
    /// All tasks of the caller, from now on.
    All,
    /// One task, from its latest `begin` executions on.
    Task { id: u64, begin: usize },
}

/// Writes executions as they happen, for ever.
pub(in crate::cli) async fn follow(
    scheduler: &Scheduler,
    writer: &Writer,
    followed: Followed,
) -> Result<()> {
    let since_at = scheduler.get_stats(&EmptyRequest {}).await?.now_at;
    let mut seen = HashMap::new();
    for task in tasks(scheduler, followed).await? {
        let mut history = History {
            since_at,
            fingerprint: Fingerprint::of(&task),
            ..History::default()
        };
        if let Followed::Task { begin, .. } = followed {
            let latest = scheduler.executions(task.id, None, begin).await?;
            for execution in latest.iter().rev() {
                history.note(execution);
                if is_news(execution) {
                    write(writer, &task, execution)?;
                }
            }
        }
        seen.insert(task.id, history);
    }
    let mut failures = 0;
    loop {
        sleep(PAUSE).await;
        match look(scheduler, writer, followed, &mut seen, since_at).await {
            Ok(()) => failures = 0,
            Err(error) if is_passing(error.kind()) && failures < MAXIMUM_FAILURES => failures += 1,
            Err(error) => return Err(error),
        }
    }
}

const fn is_passing(kind: Kind) -> bool {
    matches!(kind, Kind::Unreachable | Kind::Unavailable)
}

async fn tasks(scheduler: &Scheduler, followed: Followed) -> Result<Vec<Task>> {
    match followed {
        Followed::All => scheduler.all_tasks().await,
        Followed::Task { id, .. } => Ok(vec![
            scheduler.get_task(&TaskRequest { task_id: id }).await?,
        ]),
    }
}

async fn look(
    scheduler: &Scheduler,
    writer: &Writer,
    followed: Followed,
    seen: &mut HashMap<u64, History>,
    since_at: u64,
) -> Result<()> {
    for task in tasks(scheduler, followed).await? {
        let fresh = || History {
            since_at,
            ..History::default()
        };
        let history = seen.entry(task.id).or_insert_with(fresh);
        let fingerprint = Fingerprint::of(&task);
        if history.fingerprint == fingerprint && history.open.is_empty() {
            continue;
        }
        let mut executions = newest(scheduler, task.id, history).await?;
        executions.sort_by_key(|execution| execution.id);
        for execution in executions {
            if history.note(&execution) {
                write(writer, &task, &execution)?;
            }
        }
        history.fingerprint = fingerprint;
    }
    Ok(())
}

/// The executions that may be news, in a request that grows only if it must.
async fn newest(
    scheduler: &Scheduler,
    task_id: u64,
    history: &History,
) -> Result<Vec<TaskExecution>> {
    let mut wanted = 20;
    loop {
        let executions = scheduler.executions(task_id, None, wanted).await?;
        let reached = executions.last().is_none_or(|last| history.is_old(last));
        if reached || executions.len() < wanted || wanted >= MAXIMUM_NEW {
            return Ok(executions);
        }
        wanted = (wanted * 4).min(MAXIMUM_NEW);
    }
}

fn write(writer: &Writer, task: &Task, execution: &TaskExecution) -> Result<()> {
    let row = FollowedRow::new(task, ExecutionRow::from(execution.clone()));
    writer.item(&row, |page| follow_line(&task.name, execution, page.clock))
}

/// Whether it is worth a line.
fn is_news(execution: &TaskExecution) -> bool {
    execution.status.is_final() || execution.waiting_for == Some(WaitReason::RetryBackoff)
}

/// What changes when anything happens to a task's executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fingerprint {
    total: u64,
    active: u64,
    last_run_at: Option<u64>,
    slots: u64,
}

impl Fingerprint {
    fn of(task: &Task) -> Self {
        let slots = task.schedules.iter().map(|schedule| {
            schedule
                .runs
                .wrapping_add(schedule.skipped_runs)
                .wrapping_add(schedule.missed)
        });
        Self {
            total: task.total_executions,
            active: task.active_executions,
            last_run_at: task.last_run_at,
            slots: slots.fold(0, u64::wrapping_add),
        }
    }
}

/// What was seen of a task.
#[derive(Debug, Default)]
struct History {
    /// What was final before this is no news.
    since_at: u64,
    fingerprint: Fingerprint,
    /// The highest id seen.
    newest: u64,
    /// The executions that are not final, with the attempt that was written last.
    open: HashMap<u64, Option<u32>>,
}

impl History {
    /// Whether neither the execution nor an older one can be news.
    fn is_old(&self, execution: &TaskExecution) -> bool {
        let oldest = self
            .open
            .keys()
            .copied()
            .min()
            .unwrap_or(self.newest)
            .min(self.newest);
        execution.id <= oldest || self.was_final(execution)
    }

    fn was_final(&self, execution: &TaskExecution) -> bool {
        execution.finished_at.is_some_and(|at| at < self.since_at)
    }

    /// Takes note of an execution; whether there is news to write.
    fn note(&mut self, execution: &TaskExecution) -> bool {
        let is_new = execution.id > self.newest;
        let known = self.open.get(&execution.id).copied();
        if !is_new && known.is_none() {
            return false;
        }
        self.newest = self.newest.max(execution.id);
        let written = known.flatten();
        if execution.status.is_final() {
            self.open.remove(&execution.id);
            return known.is_some() || !self.was_final(execution);
        }
        let waits = execution.waiting_for == Some(WaitReason::RetryBackoff);
        let news = waits && written != Some(execution.attempt);
        let written = if news {
            Some(execution.attempt)
        } else {
            written
        };
        self.open.insert(execution.id, written);
        news
    }
}
