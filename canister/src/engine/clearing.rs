//! What ends many executions at once, or removes all of a task: some in the message that asks for it,
//! the rest a slice in each of the messages after it.
//!
//! What is to be ended does not begin anything more in between: whatever takes it up ends it. A task
//! that is deleted is gone for everybody at once; what is left of it is known to the engine alone.

use chime_types::{Cause, EventKind, ExecutionStatus};

use super::failure::Failure;
use super::retention::{remove_by_id, shorten, soon};
use super::turn::{Run, Turn};
use super::{Budget, alerts, backfill};
use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId, Wake};
use crate::state::records::Ending;

/// Executions that are ended, or removed, in the message that asks for it.
const AT_ONCE: usize = 50;
/// Executions that a slice after it ends or removes.
const PER_SLICE: usize = 500;

/// How much may be done now.
#[derive(Clone, Copy)]
struct Share<'a> {
    count: usize,
    budget: Option<&'a Budget<'a>>,
}

impl Share<'_> {
    const NOW: Self = Self {
        count: AT_ONCE,
        budget: None,
    };

    /// Whether more may be done after one piece.
    fn take(&mut self) -> bool {
        self.count = self.count.saturating_sub(1);
        self.count > 0 && self.budget.is_none_or(Budget::has_room_for_upkeep)
    }
}

/// Which of the executions of a task that are not final are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All.
    All,
    /// Those that do not run; those that do are asked to stop after their attempt.
    Waiting,
}

impl Run<'_, '_> {
    /// Ends the execution, which is about to begin an attempt, if it is among those that are to be
    /// ended. True if so.
    pub(super) fn end_in_passing(&mut self) -> bool {
        let ending = self.turn.task.ending.as_ref();
        let Some(why) = ending
            .filter(|ending| self.execution.id <= ending.through)
            .map(|ending| Failure::new(ending.cause, ending.reason.clone()))
        else {
            return false;
        };
        self.cancel(why);
        true
    }

    fn end_for(&mut self, ending: &Ending) {
        let is_running = self.execution.status.get() == ExecutionStatus::Running;
        if ending.running_too || !is_running {
            self.cancel(Failure::new(ending.cause, ending.reason.clone()));
        } else if self.execution.cancel_requested.is_none() {
            self.execution.cancel_requested = Some(ending.reason.clone());
            self.execution.cancel_cause = Some(ending.cause);
            self.note(EventKind::CancelRequested, &ending.reason);
        }
    }
}

/// What a deletion did at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Executions under way, which are cancelled.
    pub cancelled: u64,
    /// Executions that are still to be removed.
    pub remaining: u64,
}

impl Turn<'_> {
    /// Ends the executions of the task that are not final. The youngest are the first, so that none is
    /// let go on in between. Some are ended at once, the others soon.
    pub(super) fn end_all(&mut self, why: Failure, scope: Scope) {
        let Some(last) = self.task.active.last().copied() else {
            return;
        };
        self.task.ending = Some(Ending {
            through: last,
            cause: why.cause,
            reason: why.error,
            running_too: scope == Scope::All,
        });
        self.end_some(Share::NOW);
        self.go_on_later();
    }

    /// Ends some of what is to be ended. Returns what is left of the share.
    fn end_some<'a>(&mut self, mut share: Share<'a>) -> Share<'a> {
        while let Some(mut ending) = self.task.ending.take() {
            let active = &self.task.active;
            let to_come = active.partition_point(|id| *id <= ending.through);
            let Some(id) = to_come.checked_sub(1).map(|last| active[last]) else {
                return share;
            };
            self.active(id).end_for(&ending);
            ending.through = ExecutionId(id.0.saturating_sub(1));
            self.task.ending = Some(ending);
            if !share.take() {
                share.count = 0;
                return share;
            }
        }
        share
    }

    /// Deletes the task with its schedules, its plans, its alerts and its history. At once nobody sees
    /// it any more, it does nothing more, and it does not count as a task of its owner; what it holds
    /// counts until it is removed, in slices.
    pub fn delete(mut self) -> Deleted {
        let owner = self.task.owner;
        backfill::erase_all(self.state, &self.task);
        alerts::erase_all(self.state, &self.task);
        for id in std::mem::take(&mut self.task.schedules) {
            let schedule = self
                .state
                .schedule(id)
                .expect("BUG: a schedule of a task exists");
            self.state.remove_schedule(schedule, owner);
        }
        let cancelled = self.task.active.len() as u64;
        self.state.hide_task(&mut self.task, self.now);
        self.state.change_owner(owner, |record| {
            record.tasks = record.tasks.saturating_sub(1);
        });
        let why = Failure::new(Cause::Cancelled, "the task was deleted");
        self.end_all(why, Scope::All);
        self.remove_some(Share::NOW);
        Deleted {
            cancelled,
            remaining: self.end_deleted(),
        }
    }

    /// Removes some of the history of the task, which was deleted, if it has nothing under way.
    fn remove_some(&mut self, mut share: Share<'_>) {
        if !self.task.active.is_empty() {
            return;
        }
        let ids = self.state.execution_ids_of(self.task.id);
        let ids: Vec<ExecutionId> = ids.take(share.count).collect();
        for id in ids {
            remove_by_id(self.state, &mut self.task, id);
            if !share.take() {
                return;
            }
        }
    }

    /// Ends the turn of a task that was deleted: removes it if nothing is left of it. Answers how many
    /// executions are.
    fn end_deleted(mut self) -> u64 {
        if self.state.execution_ids_of(self.task.id).next().is_some() {
            self.go_on_later();
            return self.task.total_executions;
        }
        for plan in self.state.plans_of(self.task.id) {
            self.state.remove_plan(self.task.id, plan);
        }
        self.state.remove_task(&self.task);
        self.set_erased();
        0
    }

    /// Sees to it that what is begun goes on.
    fn go_on_later(&mut self) {
        let is_needed = self.task.ending.is_some() || self.task.deleted_at.is_some();
        if self.task.tidy.is_none() && is_needed {
            let wake = Wake::Tidy(self.task.id);
            self.task.tidy = Some(self.state.wake_at(soon(self.now), wake));
        }
    }
}

/// Does a slice of what a task is waiting for: executions are ended, its history is shortened, or what
/// is left of it is removed.
pub(super) fn tidy(state: &mut State, now: u64, id: TaskId, budget: &Budget<'_>) {
    let Some(task) = state.task(id) else {
        return;
    };
    let mut turn = Turn::new(state, now, task);
    turn.task.tidy = None;
    let share = turn.end_some(Share {
        count: PER_SLICE,
        budget: Some(budget),
    });
    if turn.task.deleted_at.is_some() {
        if share.count > 0 {
            turn.remove_some(share);
        }
        turn.end_deleted();
        return;
    }
    if share.count > 0 {
        shorten(turn.state, &mut turn.task, now, budget);
    }
    turn.go_on_later();
}
