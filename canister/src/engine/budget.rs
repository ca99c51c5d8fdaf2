//! Budgets of cycles: what is spent for an owner in an hour and in a day, and how much may be.
//!
//! Prices follow from one: all prices of a network are in proportion to that of a byte between
//! canisters. It knows no runtime: who asks brings what a call costs, and says what was spent.

use std::fmt;

use candid::Principal;
use chime_schedule::format_instant;
use chime_types::limits::BUDGET_RESERVE_PERCENT;
use chime_types::{CyclesBudget, EventKind, Message, Role, SpentCycles};

use super::periods::{HOUR, begin_day, begin_hour, day, hour};
use super::timeline::Note;
use super::totals;
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::records::OwnerRecord;

/// A call costs as much as so many bytes, besides its own.
const CALL_BYTES: u128 = 260;
/// The same for a message that is executed.
const MESSAGE_BYTES: u128 = 5_000;
/// An ingress message costs as much as so many bytes, besides its own, which cost twice as much.
const INGRESS_BYTES: u128 = 1_200;
/// So many instructions cost as much as a byte.
const INSTRUCTIONS_PER_BYTE: u128 = 1_000;
/// Messages that an errand takes: that of the timer, its own and the callback.
const MESSAGES_OF_ERRAND: u128 = 3;

/// What the scheduler's own work costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    byte: u128,
}

impl Prices {
    /// By what two calls cost of which one has a byte more.
    pub const fn new(call: u128, longer_call: u128) -> Self {
        Self {
            byte: longer_call.saturating_sub(call),
        }
    }

    /// Whether nothing costs anything.
    pub const fn are_nothing(self) -> bool {
        self.byte == 0
    }

    /// A call with so many bytes.
    pub const fn call(self, bytes: usize) -> u128 {
        self.byte.saturating_mul(CALL_BYTES + bytes as u128)
    }

    /// An answer with so many bytes, and its callback without its instructions.
    pub const fn answer(self, bytes: usize) -> u128 {
        self.byte.saturating_mul(MESSAGE_BYTES + bytes as u128)
    }

    /// A message from outside with so many bytes, before it is executed.
    pub const fn ingress(self, bytes: usize) -> u128 {
        self.byte.saturating_mul(INGRESS_BYTES + 2 * bytes as u128)
    }

    /// A message that takes so many instructions.
    pub const fn message(self, instructions: u64) -> u128 {
        self.byte
            .saturating_mul(MESSAGE_BYTES)
            .saturating_add(self.instructions(instructions))
    }

    /// So many instructions.
    pub const fn instructions(self, instructions: u64) -> u128 {
        self.byte.saturating_mul(instructions as u128) / INSTRUCTIONS_PER_BYTE
    }

    /// What it takes to do what is due, without the instructions: it is shared by those whose turn
    /// it is.
    pub const fn errand(self) -> u128 {
        let messages = self.byte.saturating_mul(MESSAGES_OF_ERRAND * MESSAGE_BYTES);
        messages.saturating_add(self.call(0))
    }
}

/// What cycles are spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Calls,
    Outcalls,
    Deliveries,
    Instructions,
}

impl Kind {
    /// The figure of a kind.
    pub const fn of(self, spent: &mut SpentCycles) -> &mut u64 {
        match self {
            Self::Calls => &mut spent.calls,
            Self::Outcalls => &mut spent.outcalls,
            Self::Deliveries => &mut spent.deliveries,
            Self::Instructions => &mut spent.instructions,
        }
    }
}

fn counted(cycles: u128) -> u64 {
    u64::try_from(cycles).unwrap_or(u64::MAX)
}

/// Counts cycles that are spent for an owner.
pub fn charge(state: &mut State, now: u64, owner: Principal, kind: Kind, cycles: u128) {
    let cycles = counted(cycles);
    if cycles == 0 {
        return;
    }
    let today = state.change_owner(owner, |owner| {
        begin_hour(owner, now);
        begin_day(owner, now);
        kind.of(&mut owner.spent_this_hour).raise(cycles);
        kind.of(&mut owner.spent_today).raise(cycles);
        owner.spent_today.total()
    });
    totals::on_spent(state, now, kind, cycles, (owner, today));
}

/// Takes cycles off what was spent for an owner: they came back. What was spent in an hour or a day
/// that is over stays there.
pub fn give_back(
    state: &mut State,
    now: u64,
    owner: Principal,
    kind: Kind,
    (charged_at, cycles): (u64, u128),
) {
    let cycles = counted(cycles);
    if cycles == 0 {
        return;
    }
    let less = |spent: &mut SpentCycles| {
        let figure = kind.of(spent);
        *figure = figure.saturating_sub(cycles);
    };
    let is_same_day = day(charged_at) == day(now);
    let today = state.change_owner(owner, |owner| {
        if hour(charged_at) == hour(now) {
            less(&mut owner.spent_this_hour);
        }
        if is_same_day {
            less(&mut owner.spent_today);
        }
        owner.spent_today.total()
    });
    if is_same_day {
        totals::on_refunded(state, now, kind, cycles, (owner, today));
    }
}

/// Takes note of whether an owner controls the canister.
pub fn note_control(state: &mut State, owner: Principal, controls: bool) {
    if state.with_owner(owner, |owner| owner.controls) != controls {
        state.change_owner(owner, |owner| owner.controls = controls);
    }
}

/// The most that may be spent for an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    hour: u64,
    day: u64,
}

/// What may be spent for an owner who does not control the canister; none if there is no limit.
fn limits(state: &State, owner: Principal) -> Option<Limits> {
    let user = state.user(owner);
    if user.as_ref().is_some_and(|user| user.role == Role::Admin) {
        return None;
    }
    let quotas = user.map(|user| user.quotas).unwrap_or_default();
    let config = state.config();
    let hour = quotas.maximum_cycles_per_hour;
    let day = quotas.maximum_cycles_per_day;
    Some(Limits {
        hour: hour.unwrap_or(config.maximum_cycles_per_hour),
        day: day.unwrap_or(config.maximum_cycles_per_day),
    })
}

/// What was spent in the present hour and day.
fn spent(owner: &OwnerRecord, now: u64) -> (SpentCycles, SpentCycles) {
    let if_present = |is_present: bool, spent| {
        if is_present {
            spent
        } else {
            SpentCycles::default()
        }
    };
    (
        if_present(owner.hour == hour(now), owner.spent_this_hour),
        if_present(owner.day == day(now), owner.spent_today),
    )
}

/// A budget that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedUp {
    /// The setting that says how much may be spent.
    setting: &'static str,
    /// That of this hour, or of this day.
    period: &'static str,
    /// The most that may be spent in it.
    maximum: u64,
    /// When it begins anew.
    pub begins_anew_at: u64,
}

impl fmt::Display for UsedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            period,
            maximum,
            begins_anew_at,
        } = self;
        write!(
            f,
            "the owner's cycles of this {period} are used up ({maximum} but for a reserve of \
             {BUDGET_RESERVE_PERCENT}%, {setting}); they reset at {}",
            format_instant(*begins_anew_at)
        )
    }
}

impl UsedUp {
    /// How much may be spent.
    pub fn rule(&self) -> String {
        let Self {
            setting,
            period,
            maximum,
            ..
        } = self;
        format!("at most {maximum} may be spent for its owner in a whole {period} ({setting})")
    }
}

/// What of a budget runs may use: the rest is for requests, and for what is under way when it is spent.
pub const fn for_runs(maximum: u64) -> u64 {
    maximum - maximum / 100 * BUDGET_RESERVE_PERCENT
}

/// What stands in the way of spending more, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It has to wait for the next hour or day.
    Wait(UsedUp),
    /// It is more than may be spent in a whole hour or day.
    Never(UsedUp),
}

/// The budget of an owner that is used up, if one is.
pub fn used_up(state: &State, now: u64, owner: Principal) -> Option<UsedUp> {
    match obstacle(state, now, owner, 1)? {
        Obstacle::Wait(used_up) | Obstacle::Never(used_up) => Some(used_up),
    }
}

/// When the budget of an owner begins anew that holds its executions back. It is used up in the hour in
/// which something was spent last.
pub fn holds_back_until(state: &State, owner: Principal) -> Option<u64> {
    let spent_at = state
        .with_owner(owner, |owner| owner.hour)
        .saturating_mul(HOUR);
    used_up(state, spent_at, owner).map(|it| it.begins_anew_at)
}

/// What stands in the way of spending so many cycles for an owner. To be asked before they are spent.
pub fn obstacle(state: &State, now: u64, owner: Principal, cycles: u128) -> Option<Obstacle> {
    let controls = state.with_owner(owner, |owner| owner.controls);
    if controls {
        return None;
    }
    obstacle_to_others(state, now, owner, cycles)
}

/// The same for an owner if it does not control the canister.
pub fn obstacle_to_others(
    state: &State,
    now: u64,
    owner: Principal,
    cycles: u128,
) -> Option<Obstacle> {
    let limits = limits(state, owner)?;
    let cycles = counted(cycles);
    let (this_hour, today) = state.with_owner(owner, |owner| spent(owner, now));
    let of_day = UsedUp {
        setting: "maximum_cycles_per_day",
        period: "day",
        maximum: limits.day,
        begins_anew_at: (day(now) + 1).saturating_mul(24 * HOUR),
    };
    let of_hour = UsedUp {
        setting: "maximum_cycles_per_hour",
        period: "hour",
        maximum: limits.hour,
        begins_anew_at: (hour(now) + 1).saturating_mul(HOUR),
    };
    // That of the day is the longer wait.
    [(of_day, today.total()), (of_hour, this_hour.total())]
        .into_iter()
        .find(|(limit, spent)| spent.saturating_add(cycles) > for_runs(limit.maximum))
        .map(|(limit, _)| match cycles > for_runs(limit.maximum) {
            true => Obstacle::Never(limit),
            false => Obstacle::Wait(limit),
        })
}

/// Tells an owner that its budget is used up, once in an hour.
pub fn tell(state: &mut State, now: u64, owner: Principal, used_up: &UsedUp) {
    let present = hour(now);
    if state.with_owner(owner, |owner| owner.told_of_budget) == present {
        return;
    }
    state.change_owner(owner, |owner| owner.told_of_budget = present);
    let text = format!(
        "{used_up}. Until then slots are skipped, and what is under way waits. get_me shows what they \
         were spent on; an admin may raise the quota (put_user)"
    );
    Note::new(EventKind::BudgetUsedUp, owner)
        .detail(&used_up.to_string())
        .write(state, now);
    let message = Message {
        id: state.new_other_id(),
        sent_at: now,
        subject: "Your budget of cycles is used up".to_string(),
        message: text,
        task_id: None,
        execution_id: None,
        alert_id: None,
    };
    state.add_message(owner, message, chime_types::limits::MAXIMUM_INBOX);
}

/// What is spent for an owner and what may be, as it is shown.
pub fn view(state: &State, now: u64, principal: Principal) -> CyclesBudget {
    let (controls, (this_hour, today)) =
        state.with_owner(principal, |owner| (owner.controls, spent(owner, now)));
    let limits = limits(state, principal).filter(|_| !controls);
    CyclesBudget {
        this_hour,
        today,
        maximum_per_hour: limits.map(|limits| limits.hour),
        maximum_per_day: limits.map(|limits| limits.day),
        begins_anew_at: used_up(state, now, principal).map(|it| it.begins_anew_at),
        free: state.balances().free,
    }
}

/// A controller is known when it calls, also before anything was counted for it.
pub const fn lift(budget: &mut CyclesBudget) {
    budget.maximum_per_hour = None;
    budget.maximum_per_day = None;
    budget.begins_anew_at = None;
}
