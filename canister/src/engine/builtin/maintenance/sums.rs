//! Owners and the scheduler as a whole: their counts are the sums over what they count.

use std::collections::BTreeMap;

use candid::Principal;
use chime_types::ExecutionStatus;

use super::deliveries;
use super::finding::Look;
use crate::engine::{arm_sweep, look_at_budgets};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{BackfillId, Wake};
use crate::state::records::{ExecutionRecord, OwnerRecord, TaskRecord};

/// Most tasks of an owner, and most owners, that are summed up in one message.
const MAXIMUM_SUMMED: u64 = 20_000;

/// Looks at the counts of an owner.
pub fn owner(look: &mut Look<'_>, owner: Principal) {
    let record = look.state.owner(owner);
    if record.tasks > MAXIMUM_SUMMED {
        return;
    }
    let counted = counted(look.state, owner);
    if counted != record {
        look.mendable(
            format!("{owner} {}", differences(&record, &counted)),
            move |state, _| recount_owner(state, owner),
        );
    }
}

/// Looks at what is counted of the store of an owner.
pub fn usage(look: &mut Look<'_>, owner: Principal) {
    let usage = look.state.usage(owner);
    let executions = look.state.owner(owner).executions;
    if executions <= MAXIMUM_SUMMED && look.state.bytes_listed_of(owner) != usage.bytes {
        look.mendable(
            format!("the bytes of {owner} are counted wrong"),
            move |state, _| {
                let listed = state.bytes_listed_of(owner);
                state.set_bytes(owner, listed);
            },
        );
    }
    let is_counted = usage.events.is_none_or(|events| {
        events > MAXIMUM_SUMMED || look.state.events_listed_of(owner, events + 1) == events
    });
    if !is_counted {
        look.mendable(
            format!("the events of {owner} are counted wrong"),
            move |state, _| state.count_events_anew(owner),
        );
    }
}

fn differences(record: &OwnerRecord, counted: &OwnerRecord) -> String {
    macro_rules! compare {
        ($($field:ident),*) => {
            [$((stringify!($field), u64::from(record.$field), u64::from(counted.$field))),*]
        };
    }
    let all = compare!(
        tasks,
        active,
        executions,
        dead_letters,
        alerts,
        backfills,
        running,
        claimed,
        slots_an_hour
    );
    let texts: Vec<String> = all
        .iter()
        .filter(|(_, counts, has)| counts != has)
        .map(|(name, counts, has)| format!("counts {counts} of {name}, there are {has}"))
        .collect();
    texts.join(", ")
}

/// Sets the counts of an owner right.
pub fn recount_owner(state: &mut State, owner: Principal) {
    let counted = counted(state, owner);
    state.change_owner(owner, |record| *record = counted);
}

/// The record of an owner with its counts made anew.
fn counted(state: &State, owner: Principal) -> OwnerRecord {
    let mut record = OwnerRecord {
        tasks: 0,
        active: 0,
        executions: 0,
        dead_letters: state.count_dead_letters_of(owner),
        alerts: u32::try_from(state.count_alerts_of(owner)).unwrap_or(u32::MAX),
        backfills: 0,
        running: 0,
        claimed: 0,
        slots_an_hour: 0,
        ..state.owner(owner)
    };
    for task in tasks_of(state, owner) {
        record.tasks.raise(u64::from(task.deleted_at.is_none()));
        record.active.raise(task.active.len() as u64);
        record.executions.raise(task.total_executions);
        record.running.raise(task.running);
        record.claimed.raise(task.claimed);
        for schedule in task.schedules.iter().filter_map(|id| state.schedule(*id)) {
            if schedule.is_counted {
                record.slots_an_hour.raise(schedule.slots_an_hour.into());
            }
        }
        let backfills = state.backfills_of(task.id, BackfillId(0));
        let unfinished = backfills.filter(|backfill| backfill.0.finished_at.is_none());
        let count = u32::try_from(unfinished.count()).unwrap_or(u32::MAX);
        record.backfills.raise(count);
    }
    record
}

fn tasks_of(state: &State, owner: Principal) -> impl Iterator<Item = TaskRecord> {
    state
        .task_ids_of(owner)
        .chain(state.deleted_tasks_of(owner))
        .filter_map(|id| state.task(id))
        .filter(move |task| task.owner == owner)
}

/// Looks at the counts of the scheduler, and at the entries of the agenda that are its own.
pub fn whole(look: &mut Look<'_>) {
    numbers(look);
    own_wakes(look);
    deliveries::places(look);
    if look.state.owners_len() > MAXIMUM_SUMMED {
        return;
    }
    let counted = UnderWay::of(look.state);
    let said = (look.state.running(), look.state.claimed());
    if said != (counted.running, counted.claimed) {
        look.mendable(
            format!(
                "the scheduler counts {} attempts under way, {} of them by workers; there are {} and {}",
                said.0, said.1, counted.running, counted.claimed
            ),
            |state, _| {
                let counted = UnderWay::of(state);
                state.set_running(counted.running, counted.claimed);
            },
        );
    }
    let targets: BTreeMap<Principal, u64> = look.state.all_targets().collect();
    if targets != counted.targets || has_wrong_calls(look.state, &counted) {
        look.mendable("the calls under way are counted wrong", |state, _| {
            set_calls(state);
        });
    }
}

fn has_wrong_calls(state: &State, counted: &UnderWay) -> bool {
    let none = BTreeMap::new();
    state
        .owners_after(None)
        .any(|(owner, record)| record.calls != *counted.calls.get(&owner).unwrap_or(&none))
}

fn set_calls(state: &mut State) {
    let mut counted = UnderWay::of(state);
    let targets: Vec<Principal> = state.all_targets().map(|entry| entry.0).collect();
    for canister in targets {
        state.set_target(canister, 0);
    }
    for (canister, calls) in counted.targets {
        state.set_target(canister, calls);
    }
    let owners: Vec<Principal> = state.owners_after(None).map(|entry| entry.0).collect();
    for owner in owners {
        let calls = counted.calls.remove(&owner).unwrap_or_default();
        state.change_owner(owner, |record| record.calls = calls);
    }
}

/// Attempts under way, counted anew.
#[derive(Default)]
struct UnderWay {
    running: u64,
    /// Those that workers make.
    claimed: u64,
    /// Calls of each canister.
    targets: BTreeMap<Principal, u64>,
    /// The same for each owner.
    calls: BTreeMap<Principal, BTreeMap<Principal, u32>>,
}

impl UnderWay {
    fn of(state: &State) -> Self {
        let mut all = Self::default();
        let busy_owners = state
            .owners_after(None)
            .filter(|(_, record)| record.running > 0)
            .map(|(owner, _)| owner);
        let tasks = busy_owners.flat_map(|owner| tasks_of(state, owner));
        for task in tasks.filter(|task| task.running > 0) {
            let active = task.active.iter().filter_map(|id| state.execution(*id));
            active
                .filter(|execution| execution.status.get() == ExecutionStatus::Running)
                .for_each(|execution| all.add(task.owner, &execution));
        }
        all
    }

    fn add(&mut self, owner: Principal, execution: &ExecutionRecord) {
        self.running += 1;
        self.claimed += u64::from(execution.is_claimed);
        if let Some(target) = execution.target {
            *self.targets.entry(target).or_default() += 1;
            let calls = self.calls.entry(owner).or_default();
            *calls.entry(target).or_default() += 1;
        }
    }
}

fn numbers(look: &mut Look<'_>) {
    let header = look.state.header();
    let [task, schedule, execution] = look.state.highest_numbers();
    let is_above = header.next_task > task
        && header.next_schedule > schedule
        && header.next_execution > execution;
    if !is_above {
        look.mendable("a number would be given twice", |state, _| {
            let [task, schedule, execution] = state.highest_numbers();
            state.skip_numbers(task, schedule, execution);
        });
    }
}

fn own_wakes(look: &mut Look<'_>) {
    let state = look.state;
    let header = state.header();
    let sweep = header.sweep.map(|key| state.wake(key));
    if sweep.is_some_and(|wake| wake != Some(Wake::Sweep)) {
        look.mendable("the next sweep is not in the agenda", |state, now| {
            state.set_sweep(None, 0, None);
            arm_sweep(state, now);
        });
    }
    let budgets = header.budgets.wake.map(|key| state.wake(key));
    if budgets.is_some_and(|wake| wake != Some(Wake::Budgets)) {
        look.mendable(
            "the next look at the budgets is not in the agenda",
            look_at_budgets,
        );
    }
    let cycles = header.cycles_wake.map(|key| state.wake(key));
    let is_watched = match cycles {
        Some(wake) => wake == Some(Wake::Cycles),
        None => !header.cycles_low,
    };
    if !is_watched {
        look.mendable(
            "nothing looks at the balance of cycles again",
            |state, now| {
                let low = state.header().cycles_low;
                let wake = low.then(|| state.wake_at(now, Wake::Cycles));
                state.set_cycles_low(low, wake);
            },
        );
    }
}
