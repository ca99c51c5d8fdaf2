//! A turn: one task at one instant, and what becomes of its executions.
//!
//! A [`Turn`] holds the record of its task, and a [`Run`] within it that of one execution. Each is
//! read once and written once, when it goes: no function has to remember it. While a turn lasts it
//! holds the store, so nobody else can change the records that it holds. What may be done only when
//! its executions are written (the history is cut to its limit) is collected and follows at its end.
//!
//! Where executions of several tasks are concerned there is a turn for each; what another task's
//! execution is told (`places::let_go_on`) touches its place in the queues alone.

use std::ops::Deref;
use std::rc::Rc;

use super::lifecycle::is_buffered;
use super::retention;
use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId};
use crate::state::records::{ExecutionRecord, Plan, Step, TaskRecord};

/// A task at one instant.
#[must_use]
pub struct Turn<'s> {
    pub(super) state: &'s mut State,
    pub(super) now: u64,
    pub(super) task: TaskRecord,
    /// The steps that were looked at last, under their number.
    plan: Option<(u64, Rc<Plan>)>,
    /// How many executions the history has grown by.
    grown_by: u32,
    /// Nothing is left to be written.
    is_over: bool,
}

/// An execution within a turn.
#[must_use]
pub struct Run<'t, 's> {
    pub(super) turn: &'t mut Turn<'s>,
    pub(super) execution: ExecutionRecord,
    /// It is counted among those that wait for the ones before them.
    is_counted: bool,
}

impl<'s> Turn<'s> {
    /// The turn of a task that was read already.
    pub fn new(state: &'s mut State, now: u64, task: TaskRecord) -> Self {
        state.meter.is_for(task.owner);
        Self {
            state,
            now,
            task,
            plan: None,
            grown_by: 0,
            is_over: false,
        }
    }

    /// The turn of the task of something that is kept only as long as its task.
    pub fn of(state: &'s mut State, now: u64, id: TaskId) -> Self {
        let task = state
            .task(id)
            .expect("BUG: an execution and a schedule have a task");
        Self::new(state, now, task)
    }

    /// An execution of the task that was read already.
    pub(super) fn hold(&mut self, execution: ExecutionRecord) -> Run<'_, 's> {
        let is_counted = is_buffered(&execution);
        Run {
            turn: self,
            execution,
            is_counted,
        }
    }

    /// An execution of the task that was made just now.
    pub(super) const fn hold_new(&mut self, execution: ExecutionRecord) -> Run<'_, 's> {
        Run {
            turn: self,
            execution,
            is_counted: false,
        }
    }

    /// How many executions of the task wait for those before them.
    pub(super) fn buffered(&mut self) -> usize {
        let Self { state, task, .. } = self;
        let buffered = *task
            .buffered
            .get_or_insert_with(|| count_buffered(state, task.active.iter()));
        buffered as usize
    }

    /// An execution of the task that is not final.
    pub(super) fn active(&mut self, id: ExecutionId) -> Run<'_, 's> {
        let execution = self
            .state
            .execution(id)
            .expect("BUG: an active execution exists");
        self.hold(execution)
    }

    /// The steps under a number.
    fn plan(&mut self, number: u64) -> Rc<Plan> {
        match &self.plan {
            Some((held, plan)) if *held == number => Rc::clone(plan),
            _ => {
                let plan = Rc::new(self.state.plan(self.task.id, number));
                self.plan = Some((number, Rc::clone(&plan)));
                plan
            }
        }
    }

    /// The history has grown: it is cut to its limit at the end of the turn.
    pub(super) const fn has_grown(&mut self) {
        self.grown_by += 1;
    }

    /// The task was removed: nothing of it is written any more.
    pub(super) const fn set_erased(&mut self) {
        self.is_over = true;
    }

    /// Ends the turn. Returns the task as it was written.
    pub fn end(mut self) -> TaskRecord {
        self.write();
        self.task.clone()
    }

    fn write(&mut self) {
        for _ in 0..self.grown_by {
            retention::prune(self.state, &mut self.task, self.now);
        }
        self.state.put_task(&self.task);
        self.is_over = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.write();
        }
    }
}

/// A step of a plan that is held.
pub(super) struct HeldStep {
    plan: Rc<Plan>,
    at: usize,
}

impl Deref for HeldStep {
    type Target = Step;

    fn deref(&self) -> &Step {
        &self.plan.steps[self.at]
    }
}

impl Run<'_, '_> {
    /// The step that the execution is at.
    pub(super) fn step(&mut self) -> HeldStep {
        HeldStep {
            plan: self.turn.plan(self.execution.plan),
            at: self.execution.step as usize,
        }
    }

    /// Whether no step comes after the present one.
    pub(super) fn is_at_last_step(&mut self) -> bool {
        let steps = self.turn.plan(self.execution.plan).steps.len();
        self.execution.step as usize + 1 == steps
    }
}

/// Executions of a list that wait for those before them.
pub(super) fn count_buffered<'i>(state: &State, ids: impl Iterator<Item = &'i ExecutionId>) -> u32 {
    let executions = ids.filter_map(|id| state.execution(*id));
    let buffered = executions.filter(is_buffered).count();
    u32::try_from(buffered).unwrap_or(u32::MAX)
}

impl Drop for Run<'_, '_> {
    fn drop(&mut self) {
        if let Some(buffered) = &mut self.turn.task.buffered {
            let others = buffered.saturating_sub(u32::from(self.is_counted));
            *buffered = others.saturating_add(u32::from(is_buffered(&self.execution)));
        }
        self.turn.state.put_execution(&self.execution);
    }
}
