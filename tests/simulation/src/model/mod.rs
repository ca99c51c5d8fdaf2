//! What the scheduler owes, told from what its clients were answered: an account of the tasks, of
//! when their schedules were on, and of what went wrong meanwhile. Written without the engine, and
//! without asking the scheduler for anything but the numbers that it gave.

mod slots;
mod task;
mod trouble;

pub use slots::slots_between;
pub use task::{ScheduleModel, Span, TaskModel};
pub use trouble::{GRACE, Kind, Trouble};

use std::collections::BTreeMap;

use candid::Principal;

use crate::story::{Label, Limits, Worker};

/// Runs of an owner in an hour that nobody uses up.
const ENOUGH_RUNS: u64 = 1_000_000;
/// Runs of an owner in an hour where the limits are narrow.
const FEW_RUNS: u64 = 40;

/// The runs of an hour that each owner has under these limits.
#[must_use]
pub const fn runs(limits: Limits) -> u64 {
    match limits {
        Limits::Default | Limits::Wide => ENOUGH_RUNS,
        Limits::Narrow => FEW_RUNS,
    }
}

/// A job that a worker was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The execution.
    pub execution_id: u64,
    /// Its task.
    pub task_id: u64,
    /// Under which to report.
    pub token: u64,
    /// Until when nobody else may have it.
    pub until_at: u64,
    /// Who has it.
    pub worker: Worker,
}

/// How a report of a worker was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// Done.
    Completed,
    /// Failed.
    Failed,
    /// Handed back.
    Released,
}

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The tasks that are there, by their numbers.
    pub tasks: BTreeMap<u64, TaskModel>,
    /// Their numbers, by their labels.
    pub labels: BTreeMap<Label, u64>,
    /// What went wrong, and when.
    pub trouble: Trouble,
    /// The limits on what is under way, and since when each set of them counts.
    pub limits: Vec<(u64, Limits)>,
    /// When owners were switched off.
    pub disabled: BTreeMap<Principal, Vec<Span>>,
    /// Since when owners have the action that `Named` steps use.
    pub defined: BTreeMap<Principal, u64>,
    /// Cycles are paid for, so that budgets may be used up.
    pub fees: bool,
    /// The quotas of runs in an hour that owners were given, and since when.
    pub runs_per_hour: BTreeMap<Principal, Vec<(u64, u64)>>,
    /// Owners of whom a task was deleted: their figures hold what no history shows.
    pub deleted_tasks: BTreeMap<Principal, u64>,
    /// The jobs that workers hold, as they were told.
    pub jobs: Vec<Job>,
    /// Until when each token was good, as its worker was told.
    pub leases: BTreeMap<u64, u64>,
    /// The reports that were taken, by their tokens.
    pub reports: BTreeMap<u64, Reported>,
    /// The second callee was deleted at this time.
    pub doomed_at: Option<u64>,
    /// Calls that the callee received before the scheduler was set back.
    pub forgotten_calls: usize,
    /// When the scheduler was set back last.
    pub set_back_at: u64,
    /// Pieces of work that were set aside or put off, and those that were put off, until `looked_at`.
    pub set_aside: u64,
    /// Of them, those that were put off.
    pub put_off: u64,
    /// When that was looked at last.
    pub looked_at: u64,
    /// The time of the account.
    pub now: u64,
}

impl Model {
    /// The task of a label.
    #[must_use]
    pub fn task(&self, label: Label) -> Option<&TaskModel> {
        self.tasks.get(self.labels.get(&label)?)
    }

    /// The task of a label.
    pub fn task_mut(&mut self, label: Label) -> Option<&mut TaskModel> {
        self.tasks.get_mut(self.labels.get(&label)?)
    }

    /// Whether an owner was switched off at a time.
    #[must_use]
    pub fn was_disabled(&self, owner: Principal, at: u64) -> bool {
        self.was_disabled_between(owner, at, at)
    }

    /// Whether an owner was switched off for a while between two times.
    #[must_use]
    pub fn was_disabled_between(&self, owner: Principal, from: u64, until: u64) -> bool {
        let mut spans = self.disabled.get(&owner).into_iter().flatten();
        spans.any(|span| span.from <= until && span.until.is_none_or(|end| from <= end))
    }

    /// The limits in force at a time.
    #[must_use]
    pub fn limits_at(&self, at: u64) -> Limits {
        let before = self.limits.iter().rev().find(|(since, _)| *since <= at);
        before.map_or(Limits::Default, |(_, limits)| *limits)
    }

    /// Whether an owner might make only few runs in an hour, at some time between two others.
    #[must_use]
    pub fn had_few_runs(&self, owner: Principal, from: u64, until: u64) -> bool {
        let few = |runs: u64| runs < ENOUGH_RUNS;
        let own = self.runs_per_hour.get(&owner);
        let own: Vec<(u64, bool)> = own
            .into_iter()
            .flatten()
            .map(|(since, runs)| (*since, few(*runs)))
            .collect();
        let first = own.first().map_or(u64::MAX, |(since, _)| *since);
        let of_all = self.limits.iter().filter(|(since, _)| *since <= first);
        let of_all = of_all.map(|(since, limits)| (*since, few(runs(*limits))));
        let spans: Vec<(u64, bool)> = of_all.chain(own).collect();
        spans.iter().enumerate().any(|(index, (since, is_few))| {
            let end = spans.get(index + 1).map_or(u64::MAX, |next| next.0);
            *is_few && *since <= until && from <= end
        })
    }

    /// Whether the limits were changed between two times.
    #[must_use]
    pub fn limits_changed(&self, from: u64, until: u64) -> bool {
        let mut changes = self.limits.windows(2);
        changes.any(|pair| pair[0].1 != pair[1].1 && (from..=until).contains(&pair[1].0))
    }

    /// Whether attempts that take long may keep an owner's from beginning: its own, and those of all
    /// where there are hardly more places than owners, or where they began when there were more places.
    #[must_use]
    pub fn places_may_be_taken(&self, owner: Principal) -> bool {
        let is_narrow = |(_, limits): &(u64, Limits)| *limits == Limits::Narrow;
        let mut changes = self.limits.windows(2);
        let others_count = self.limits.iter().any(is_narrow)
            || changes.any(|pair| pair[0].1 == Limits::Wide && pair[1].1 != Limits::Wide);
        let mut tasks = self.tasks.values();
        self.had_bad_answers()
            || !self.deleted_tasks.is_empty()
            || tasks.any(|task| (others_count || task.owner == owner) && task.may_take_long())
    }

    fn had_bad_answers(&self) -> bool {
        self.trouble.disturbed(0, self.now)
    }

    /// Takes a job from whoever holds it.
    pub fn drop_job(&mut self, execution_id: u64) {
        self.jobs.retain(|job| job.execution_id != execution_id);
    }
}
