//! A task as its owner knows it.

use std::collections::BTreeSet;

use candid::Principal;
use chime_types::{Task, TaskSchedule, limits};

use super::slots::slots_between;
use crate::story::{SchedulePlan, StepKind, StepPlan, TaskPlan};
use crate::world::SECOND;

/// A time while something was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From then on.
    pub from: u64,
    /// Up to then; none while it goes on.
    pub until: Option<u64>,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct ScheduleModel {
    /// Its number.
    pub id: u64,
    /// As it was asked for.
    pub plan: SchedulePlan,
    /// When it starts.
    pub start_at: u64,
    /// The start was asked for.
    pub explicit_start: bool,
    /// No slot after this.
    pub end_at: Option<u64>,
    /// Switched off by itself.
    pub disabled: bool,
    /// While it was on.
    pub spans: Vec<Span>,
}

impl ScheduleModel {
    /// A schedule that was made now. The scheduler gives the number, and the whole second at which
    /// what is asked for "now" begins.
    #[must_use]
    pub fn new(plan: &SchedulePlan, made: &TaskSchedule, now: u64) -> Self {
        let delay = plan.start_after_seconds.map(|seconds| seconds * SECOND);
        let begin = now - now % SECOND;
        let start_at = begin + delay.unwrap_or(0);
        Self {
            id: made.id,
            plan: plan.clone(),
            start_at,
            explicit_start: delay.is_some(),
            end_at: plan
                .end_after_seconds
                .map(|seconds| begin + seconds * SECOND),
            disabled: false,
            spans: Vec::new(),
        }
    }

    /// On or off from now on.
    pub fn switch(&mut self, on: bool, now: u64) {
        let is_on = self.spans.last().is_some_and(|span| span.until.is_none());
        if on && !is_on {
            // The first slot is one of the present second or later.
            self.spans.push(Span {
                from: now - now % SECOND,
                until: None,
            });
        }
        if !on && let Some(span) = self.spans.last_mut() {
            span.until.get_or_insert(now);
        }
    }

    /// The pause between a slot and its start, at most.
    #[must_use]
    pub fn jitter(&self) -> u64 {
        self.plan.jitter_seconds.unwrap_or(0) * SECOND
    }

    /// The slots until a time: those that leave a record, and those that may. A slot may leave none
    /// if the schedule was switched off in its pause.
    #[must_use]
    pub fn expected(&self, now: u64) -> (BTreeSet<u64>, BTreeSet<u64>) {
        let mut required = BTreeSet::new();
        let mut optional = BTreeSet::new();
        for span in &self.spans {
            let until = span.until.unwrap_or(now).min(now);
            for slot in slots_between(self, span.from, until) {
                let is_in_pause = self.jitter() > 0 && slot + self.jitter() > until;
                if is_in_pause {
                    optional.insert(slot);
                } else {
                    required.insert(slot);
                }
            }
        }
        optional.retain(|slot| !required.contains(slot));
        (required, optional)
    }
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskModel {
    /// Its number.
    pub id: u64,
    /// Whose it is.
    pub owner: Principal,
    /// As it was asked for.
    pub plan: TaskPlan,
    /// All that its steps ever were: an execution keeps those that it began with.
    pub versions: Vec<Vec<StepPlan>>,
    /// All that its retries ever were: how many, and the seconds before the first.
    pub policies: Vec<(u32, u64)>,
    /// Its schedules.
    pub schedules: Vec<ScheduleModel>,
    /// Schedules that were taken away.
    pub removed: Vec<ScheduleModel>,
    /// Switched off.
    pub paused: bool,
    /// Slots of the past were run: the counters of its schedules are not those of its history.
    pub has_backfill: bool,
    /// When it was made.
    pub created_at: u64,
    /// When somebody last asked for something that ends or moves executions.
    pub touched: Vec<u64>,
}

impl TaskModel {
    /// A task that was made now.
    #[must_use]
    pub fn new(plan: &TaskPlan, made: &Task, now: u64) -> Self {
        let schedules = plan.schedules.iter().zip(&made.schedules);
        let mut task = Self {
            id: made.id,
            owner: made.owner,
            plan: plan.clone(),
            versions: vec![plan.steps.clone()],
            policies: vec![(plan.retries, plan.retry_delay_seconds)],
            schedules: schedules
                .map(|(plan, made)| ScheduleModel::new(plan, made, now))
                .collect(),
            removed: Vec::new(),
            paused: false,
            has_backfill: false,
            created_at: now,
            touched: Vec::new(),
        };
        task.switch_all(now);
        task
    }

    /// Brings the spans of the schedules in step with what is switched on.
    pub fn switch_all(&mut self, now: u64) {
        for schedule in &mut self.schedules {
            let on = !self.paused && !schedule.disabled;
            schedule.switch(on, now);
        }
    }

    /// Takes a schedule away.
    pub fn remove_schedule(&mut self, id: u64, now: u64) {
        let Some(index) = self.schedules.iter().position(|schedule| schedule.id == id) else {
            return;
        };
        let mut schedule = self.schedules.remove(index);
        schedule.switch(false, now);
        self.removed.push(schedule);
    }

    /// Schedules that are or were there.
    pub fn all_schedules(&self) -> impl Iterator<Item = &ScheduleModel> {
        self.schedules.iter().chain(&self.removed)
    }

    /// A schedule that is or was there.
    #[must_use]
    pub fn schedule(&self, id: u64) -> Option<&ScheduleModel> {
        self.all_schedules().find(|schedule| schedule.id == id)
    }

    /// Whether somebody ended or moved executions between two times.
    #[must_use]
    pub fn was_touched(&self, from: u64, until: u64) -> bool {
        self.touched.iter().any(|at| (from..=until).contains(at))
    }

    /// Whether an attempt of it may keep a place for long.
    #[must_use]
    pub fn may_take_long(&self) -> bool {
        let mut steps = self.versions.iter().flatten();
        steps.any(|step| {
            step.what.is_web() || matches!(step.what, StepKind::Never | StepKind::Command)
        })
    }

    /// The longest time, in seconds, that one of its steps may take. Steps that replace others do not have
    /// the timeout of the plan.
    #[must_use]
    pub fn longest_timeout(&self) -> u64 {
        let of_plan = self.plan.timeout_seconds;
        match self.versions.len() {
            1 => of_plan,
            _ => of_plan.max(limits::DEFAULT_TIMEOUT_SECONDS),
        }
    }

    /// Whether its executions begin when a worker claims them.
    #[must_use]
    pub fn waits_for_workers(&self) -> bool {
        let first = |steps: &Vec<StepPlan>| steps.first().map(|step| step.what);
        let mut versions = self.versions.iter();
        versions.any(|steps| first(steps) == Some(StepKind::Command))
    }

    /// What a step of an execution may have been, in any version of the task.
    pub fn kinds(&self, step: u32) -> impl Iterator<Item = &StepPlan> {
        let step = step as usize;
        self.versions
            .iter()
            .filter_map(move |steps| steps.get(step))
    }
}
