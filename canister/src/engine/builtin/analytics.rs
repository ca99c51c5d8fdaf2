//! `analytics`: figures of the owner's tasks over a window of time, as far as the history goes back.
//! What ended within the window counts. Some executions of a task are a piece.

use std::cmp::Reverse;

use chime_types::{Action, ExecutionStatus, Percentiles, Report, TaskFigures, limits};
use serde::{Deserialize, Serialize};

use super::slices::{Piece, Slice, Work};
use crate::engine::Failure;
use crate::figures::Histogram;
use crate::state::counter::Counter;
use crate::state::keys::{ExecutionId, TaskId};
use crate::state::records::ExecutionRecord;

/// Executions of one piece.
const EXECUTIONS: usize = 20;

/// What is counted of a task, or of all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counts {
    completed: u64,
    failed: u64,
    cancelled: u64,
    skipped: u64,
    missed: u64,
    durations: Histogram,
    lags: Histogram,
}

/// How far the report is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Analytics {
    since_at: u64,
    until_at: u64,
    all: Counts,
    /// The tasks that are done, those with the most failures first.
    tasks: Vec<TaskFigures>,
    /// The task that is being counted, or was counted last.
    task: u64,
    /// Its last execution that was counted, and its counts; none if it is done.
    counting: Option<(u64, Counts)>,
}

impl Work for Analytics {
    const KIND: &'static str = "analytics";
    const PIECES: usize = 250;

    fn begin(slice: &mut Slice<'_>, action: &Action) -> Result<Self, Failure> {
        let Action::Analytics { window_seconds } = action else {
            panic!("BUG: it is analytics");
        };
        let seconds = window_seconds.unwrap_or(limits::DEFAULT_WINDOW_SECONDS);
        let window = seconds.saturating_mul(limits::NANOSECONDS);
        Ok(Self {
            since_at: slice.now.saturating_sub(window),
            until_at: slice.now,
            all: Counts::default(),
            tasks: Vec::new(),
            task: 0,
            counting: None,
        })
    }

    fn piece(&mut self, slice: &mut Slice<'_>, _: &Action) -> Result<Piece, Failure> {
        let Some((last, mut counts)) = self.counting.take() else {
            let next = slice
                .state
                .tasks_of(slice.task.owner, TaskId(self.task))
                .next();
            let Some(task) = next else {
                return Ok(Piece::Done(self.report(slice)));
            };
            self.task = task.id.0;
            self.counting = Some((0, Counts::default()));
            return Ok(Piece::More);
        };
        let executions: Vec<ExecutionRecord> = slice
            .state
            .oldest_executions_of(TaskId(self.task), ExecutionId(last))
            .take(EXECUTIONS)
            .collect();
        let window = self.since_at + 1..=self.until_at;
        for execution in &executions {
            if execution.finished_at.is_some_and(|at| window.contains(&at)) {
                counts.add(execution);
            }
        }
        match executions.last() {
            Some(last) => self.counting = Some((last.id.0, counts)),
            None => self.take(slice, counts),
        }
        Ok(Piece::More)
    }
}

impl Counts {
    fn add(&mut self, execution: &ExecutionRecord) {
        use ExecutionStatus::{Cancelled, Completed, Failed, Missed, Skipped, TimedOut};
        let status = execution.status.get();
        match status {
            Completed => self.completed.raise(1),
            Failed | TimedOut => self.failed.raise(1),
            Cancelled => self.cancelled.raise(1),
            Skipped => self.skipped = self.skipped.saturating_add(execution.slots),
            Missed => self.missed = self.missed.saturating_add(execution.slots),
            _ => return,
        }
        let (Some(started_at), Some(finished_at)) = (execution.started_at, execution.finished_at)
        else {
            return;
        };
        self.lags.add(started_at.saturating_sub(execution.due_at));
        if status != Cancelled {
            self.durations.add(finished_at.saturating_sub(started_at));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.completed.raise(other.completed);
        self.failed.raise(other.failed);
        self.cancelled.raise(other.cancelled);
        self.skipped = self.skipped.saturating_add(other.skipped);
        self.missed = self.missed.saturating_add(other.missed);
        self.durations.merge(&other.durations);
        self.lags.merge(&other.lags);
    }

    fn figures(&self, task_id: u64, name: String) -> TaskFigures {
        let percentiles = |histogram: &Histogram| -> Percentiles { histogram.percentiles() };
        TaskFigures {
            task_id,
            name,
            completed: self.completed,
            failed: self.failed,
            cancelled: self.cancelled,
            skipped: self.skipped,
            missed: self.missed,
            duration: percentiles(&self.durations),
            lag: percentiles(&self.lags),
        }
    }
}

/// Completed among completed and failed, in hundredths of a percent.
fn success(counts: &Counts) -> Option<u32> {
    let all = counts.completed.saturating_add(counts.failed);
    let points = counts.completed.saturating_mul(10_000).checked_div(all)?;
    u32::try_from(points).ok()
}

impl Analytics {
    /// Takes in a task that is counted.
    fn take(&mut self, slice: &Slice<'_>, counts: Counts) {
        let task = slice.state.task(TaskId(self.task));
        let name = task.map_or_else(String::new, |task| task.name);
        let figures = counts.figures(self.task, name);
        self.all.merge(&counts);
        let events = [
            counts.completed,
            counts.failed,
            counts.cancelled,
            counts.skipped,
            counts.missed,
        ];
        if events == [0; 5] {
            return;
        }
        let rank = |figures: &TaskFigures| (Reverse(figures.failed), figures.task_id);
        let at = self
            .tasks
            .partition_point(|other| rank(other) < rank(&figures));
        self.tasks.insert(at, figures);
        self.tasks.truncate(limits::MAXIMUM_REPORTED_TASKS);
    }

    /// Keeps the report. Returns a summary of it.
    fn report(&mut self, slice: &mut Slice<'_>) -> serde_json::Value {
        let report = Report {
            id: slice.state.new_other_id(),
            execution_id: slice.execution_id.0,
            since_at: self.since_at,
            until_at: self.until_at,
            success_basis_points: success(&self.all),
            all: self.all.figures(0, String::new()),
            tasks: std::mem::take(&mut self.tasks),
        };
        let summary = serde_json::json!({
            "report_id": report.id,
            "tasks": report.tasks.len(),
            "completed": report.all.completed,
            "failed": report.all.failed,
            "cancelled": report.all.cancelled,
            "skipped": report.all.skipped,
            "missed": report.all.missed,
            "success_basis_points": report.success_basis_points,
        });
        let owner = slice.task.owner;
        slice
            .state
            .add_report(owner, report, limits::MAXIMUM_REPORTS);
        summary
    }
}
