//! What the scheduler's work costs is charged to those whom it is for.

use candid::Principal;

use crate::engine::budget::{self, Kind, Prices};
use crate::runtime::{CallError, CallRequest, HttpRequest, Runtime};
use crate::state::State;

/// What work costs on this network.
pub fn prices(runtime: &impl Runtime) -> Prices {
    Prices::new(runtime.call_cost(0), runtime.call_cost(1))
}

/// What was charged for a call, until it is answered.
#[derive(Clone, Copy)]
pub(super) struct Charged {
    pub owner: Principal,
    pub kind: Kind,
    pub cycles: u128,
    pub at: u64,
}

/// What a call costs.
pub(super) fn of_call(runtime: &impl Runtime, request: &CallRequest) -> u128 {
    let bytes = request.method.len() + request.arguments.len();
    let call = prices(runtime).call(bytes);
    call.saturating_add(request.cycles)
}

/// The most that a request over HTTPS costs.
pub(super) fn of_http(runtime: &impl Runtime, request: &HttpRequest) -> u128 {
    let bytes = request.body.as_ref().map_or(0, Vec::len);
    let call = prices(runtime).call(bytes);
    call.saturating_add(runtime.http_cost(request))
}

/// Charges the pieces of work that were done, and what leaves. What the message costs by itself is
/// shared by those whose work it did, once.
pub(super) fn charge_work(
    runtime: &impl Runtime,
    state: &mut State,
    prices: Prices,
    overhead: &mut u128,
) {
    let now = runtime.now();
    let work = state.meter.take_work();
    let units: u64 = work.values().map(|work| work.units).sum();
    let share = overhead.checked_div(units.into()).unwrap_or(0);
    if units > 0 {
        *overhead = 0;
    }
    for (owner, work) in work {
        let own = prices.instructions(work.instructions);
        let cycles = own.saturating_add(share.saturating_mul(work.units.into()));
        budget::charge(state, now, owner, Kind::Instructions, cycles);
        look_at_control(runtime, state, now, owner);
    }
}

/// Whether an owner controls the canister is asked only when its budget would be used up: it may have
/// become a controller, or be none any more, since it called.
fn look_at_control(runtime: &impl Runtime, state: &mut State, now: u64, owner: Principal) {
    if budget::obstacle_to_others(state, now, owner, 1).is_some() {
        budget::note_control(state, owner, runtime.is_controller(owner));
    }
}

/// Charges the whole message under way to one owner.
pub(super) fn charge_message(runtime: &impl Runtime, state: &mut State, owner: Principal) {
    let cycles = prices(runtime).message(runtime.instructions());
    budget::charge(state, runtime.now(), owner, Kind::Instructions, cycles);
}

/// Charges a message of so many bytes that an owner sent. Whoever has nothing here is not counted: a
/// stranger's messages leave no record.
pub fn charge_caller(runtime: &impl Runtime, state: &mut State, caller: Principal, bytes: usize) {
    state.meter.take_work();
    if state.has_owner(caller) {
        // A canister pays for its calls itself.
        if !is_canister(caller) {
            let cycles = prices(runtime).ingress(bytes);
            budget::charge(state, runtime.now(), caller, Kind::Instructions, cycles);
        }
        charge_message(runtime, state, caller);
        budget::note_control(state, caller, runtime.is_controller(caller));
    }
}

/// Charges what a message took after it was charged: the store is written then, and the answer encoded.
/// It is known when the next one comes.
pub fn charge_rest(
    runtime: &impl Runtime,
    state: &mut State,
    caller: Principal,
    instructions: u64,
) {
    if state.has_owner(caller) {
        let cycles = prices(runtime).instructions(instructions);
        budget::charge(state, runtime.now(), caller, Kind::Instructions, cycles);
    }
}

/// The last byte of an opaque principal, such as a canister's, says its class.
fn is_canister(principal: Principal) -> bool {
    principal.as_slice().last() == Some(&1)
}

/// Takes in that a call was answered, or did not leave: what came back is given back, and its answer
/// is charged, with the message that takes it in.
pub(super) fn answered(
    runtime: &impl Runtime,
    state: &mut State,
    charged: Charged,
    (refunded, bytes): (u128, usize),
) {
    let now = runtime.now();
    let Charged {
        owner,
        kind,
        at,
        cycles: _,
    } = charged;
    budget::give_back(state, now, owner, kind, (at, refunded));
    let prices = prices(runtime);
    let work = prices.instructions(runtime.instructions());
    let cycles = prices.answer(bytes).saturating_add(work);
    let kind = match kind {
        Kind::Deliveries => Kind::Deliveries,
        Kind::Calls | Kind::Outcalls | Kind::Instructions => Kind::Instructions,
    };
    budget::charge(state, now, owner, kind, cycles);
    look_at_control(runtime, state, now, owner);
}

/// What came back of a call that was answered so, and how large its answer is. All comes back of what
/// did not leave.
pub(super) fn refund<T>(
    runtime: &impl Runtime,
    charged: Charged,
    answer: &Result<T, CallError>,
    bytes: impl Fn(&T) -> usize,
) -> (u128, usize) {
    match answer {
        Ok(answer) => (runtime.refunded(), bytes(answer)),
        Err(CallError::Rejected { message, .. }) => (runtime.refunded(), message.len()),
        Err(CallError::NotSent(..)) => (charged.cycles, 0),
    }
}
