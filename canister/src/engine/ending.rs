//! The end of an execution, and what follows from it: it is counted, told to those who want to know,
//! and makes way for the next of its task.

use chime_types::{EventKind, ExecutionFinished, ExecutionStatus};

use super::lifecycle::is_buffered;
use super::periods::begin_day;
use super::timeline::Note;
use super::turn::{Run, Turn};
use super::{alerts, backfill, deliver, retention, totals};
use crate::state::counter::Counter;
use crate::state::records::Payload;

impl Run<'_, '_> {
    /// Ends the execution: counts it, frees its plan, tells those who want to know, and lets the next
    /// buffered execution of the task go on.
    pub(super) fn end(&mut self, status: ExecutionStatus) {
        let Self {
            turn, execution, ..
        } = self;
        execution.status.enter(status);
        execution.finished_at = Some(turn.now);
        execution.waiting_for = None;
        turn.state.cancel_wake(execution.expires.take());
        let id = execution.id;
        turn.task.active.retain(|active| *active != id);
        if matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut) {
            turn.state.add_dead_letter(turn.task.owner, id);
        }
        self.count();
        self.note_end();
        self.free_plan();
        self.tell();
        self.turn.count_failures(status);
        let Self {
            turn, execution, ..
        } = self;
        alerts::on_end(turn.state, turn.now, &turn.task, execution);
        backfill::on_end(turn.state, turn.now, execution);
        turn.release_buffered();
        retention::arm_sweep(turn.state, turn.now);
    }

    fn note_end(&mut self) {
        let kind = match self.execution.status.get() {
            ExecutionStatus::Completed => EventKind::ExecutionCompleted,
            ExecutionStatus::Failed => EventKind::ExecutionFailed,
            ExecutionStatus::TimedOut => EventKind::ExecutionTimedOut,
            _ => EventKind::ExecutionCancelled,
        };
        let detail = self.execution.error.clone().unwrap_or_default();
        self.note(kind, &detail);
    }

    /// Removes the plan of the execution, if it was replaced and nothing else follows it.
    fn free_plan(&mut self) {
        let Self {
            turn, execution, ..
        } = self;
        let plan = execution.plan;
        if plan != turn.task.plan && !turn.is_plan_in_use(plan) {
            turn.state.remove_plan(turn.task.id, plan);
        }
    }

    /// Sends the callback of the task on its way.
    fn tell(&mut self) {
        let Self {
            turn, execution, ..
        } = self;
        let Some(callback) = turn.task.callback.clone() else {
            return;
        };
        let finished = ExecutionFinished {
            task_id: turn.task.id.0,
            task_name: turn.task.name.clone(),
            execution_id: execution.id.0,
            scheduled_at: execution.scheduled_at,
            finished_at: turn.now,
            status: execution.status.get(),
            result: execution.result.clone(),
            error: execution.error.clone(),
            cause: execution.cause,
        };
        let payload = Payload::Finished(callback, finished);
        deliver::send(turn.state, turn.now, turn.task.owner, payload);
    }

    fn count(&mut self) {
        let Self {
            turn, execution, ..
        } = self;
        let now = turn.now;
        totals::on_end(turn.state, now, execution);
        turn.state.change_owner(turn.task.owner, |owner| {
            owner.active.lower(1);
            begin_day(owner, now);
            match execution.status.get() {
                ExecutionStatus::Completed => owner.completed.raise(1),
                ExecutionStatus::Failed | ExecutionStatus::TimedOut => {
                    owner.failed.raise(1);
                    owner.dead_letters.raise(1);
                }
                _ => return,
            }
            let started = execution.started_at.unwrap_or(now);
            owner.figures.add_duration(now.saturating_sub(started));
        });
    }
}

impl Turn<'_> {
    /// Counts failures in a row, and pauses the task when there are too many.
    fn count_failures(&mut self, status: ExecutionStatus) {
        let task = &mut self.task;
        match status {
            ExecutionStatus::Completed => task.consecutive_failures = 0,
            ExecutionStatus::Failed | ExecutionStatus::TimedOut => {
                task.consecutive_failures = task.consecutive_failures.saturating_add(1);
            }
            _ => return,
        }
        let maximum = task.pause_after_failures.unwrap_or(u32::MAX);
        if task.consecutive_failures < maximum || task.disabled {
            return;
        }
        self.pause();
        let reason = format!("paused after {maximum} failures in a row");
        Note::task(EventKind::TaskPaused, &self.task)
            .detail(&reason)
            .write(self.state, self.now);
        self.task.pause_reason = Some(reason);
    }

    /// Whether an execution that is not final follows a plan.
    fn is_plan_in_use(&self, plan: u64) -> bool {
        self.task.active.iter().any(|id| {
            self.state
                .execution(*id)
                .is_some_and(|active| active.plan == plan)
        })
    }

    /// Executions that wait for those before them run one after the other: the oldest goes on when
    /// nothing else of the task is under way.
    fn release_buffered(&mut self) {
        let Some(first) = self.task.active.first() else {
            return;
        };
        let now = self.now;
        let mut first = self.active(*first);
        if is_buffered(&first.execution) {
            first.queue(now);
        }
    }
}
