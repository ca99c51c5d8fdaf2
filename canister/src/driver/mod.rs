//! Between the engine and the world: performs what a tick decided, hands outcomes back, and keeps
//! the timer armed for the first entry of the agenda.
//!
//! What is due is done in an errand, that is in a message of its own, and nowhere else: an update
//! call or an answer that comes in changes the store and arms the timer, so that what fails in the
//! errand takes nothing of theirs with it.
//!
//! It decides nothing about tasks.

mod answer;
mod charging;
mod deliveries;
mod error_answer;
mod http;
mod outgoing;
mod programs;
#[cfg(test)]
mod tests;

use candid::Principal;
use chime_types::Cause;

use crate::engine::budget::Kind;
use crate::engine::builtin;
use crate::engine::poison::{self, Try};
use crate::engine::{self, Budget, Effect, Failure, Outcome, Progress, Start, Work, rights};
use crate::errand::{Errand, Failed};
use crate::runtime::timer::WATCHDOG_NANOSECONDS;
use crate::runtime::{CallError, CallRequest, HttpResponse, Runtime};
use crate::state::State;
use crate::state::keys::{ExecutionId, Token};
use crate::state::records::Unit;

use charging::Charged;
pub use charging::{charge_caller, charge_rest, prices};
pub use http::transform;
use outgoing::Out;
pub use programs::{compile, download};

/// A tick begins nothing new after this many instructions: an eighth of what a message may spend,
/// so that one that is dearer than expected still fits.
pub const MAXIMUM_INSTRUCTIONS: u64 = 5_000_000_000;
/// The longest that the Internet Computer waits for a bounded-wait call.
const LONGEST_CALL_SECONDS: u64 = 300;

/// Access to the store. A closure, so that no borrow can be held while something is awaited.
pub trait Store: Copy + 'static {
    /// Runs `work` on the store.
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T;
}

/// Carries an errand out.
pub fn carry_out<R: Runtime + Copy, S: Store>(runtime: R, store: S, errand: Errand) {
    match errand {
        Errand::Work => work(runtime, store, None),
        Errand::Recover(failed) => work(runtime, store, Some(failed)),
        Errand::Unit(number) => one(runtime, store, number),
        Errand::Slice(id, token) => {
            slice(runtime, store, id, token);
            arm(runtime, store);
        }
    }
}

/// Does what is due: in bulk, or carefully if a message failed.
fn work<R: Runtime + Copy, S: Store>(runtime: R, store: S, failed: Option<Failed>) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Work);
    let messages = runtime.take_failed();
    if messages > 0 || failed.is_some() {
        let failed = failed.unwrap_or(Failed::Work);
        let now = runtime.now();
        if !store.with(|state| poison::note_failure(state, now, failed, messages)) {
            return;
        }
    }
    if !go_carefully(runtime, store) {
        pump(runtime, store);
    }
}

/// Sends the errand of the next try, which the store names from this message on. False if the
/// scheduler need not be careful any more.
fn go_carefully<R: Runtime + Copy, S: Store>(runtime: R, store: S) -> bool {
    let now = runtime.now();
    let Some(number) = store.with(|state| poison::next_try(state, now)) else {
        return false;
    };
    // One try sends the next. Should that get lost, the watchdog goes on.
    runtime.rearm(Some(now.saturating_add(WATCHDOG_NANOSECONDS)));
    runtime.send(Errand::Unit(number));
    true
}

/// Does one piece of work, or sets it aside.
fn one<R: Runtime + Copy, S: Store>(runtime: R, store: S, number: u64) {
    let now = runtime.now();
    let Some(what) = store.with(|state| poison::what_to_try(state, number)) else {
        return;
    };
    match what {
        Try::Do(Unit::Slice(id, token)) => slice(runtime, store, id, token),
        Try::Do(Unit::Balance) => watch(runtime, store),
        Try::Do(unit) => {
            let effect = store.with(|state| {
                let effect = poison::carry_out(state, now, unit);
                if let Some(owner) = state.meter.take_payer() {
                    charging::charge_message(&runtime, state, owner);
                }
                effect
            });
            effect
                .into_iter()
                .for_each(|effect| perform(runtime, store, effect));
        }
        Try::SetAside(unit) => store.with(|state| poison::set_aside(state, now, unit)),
        Try::PassOver(unit) => store.with(|state| poison::pass_over(state, now, unit)),
        Try::LeaveAlone(unit) => store.with(|state| poison::leave_alone(state, now, unit)),
    }
    store.with(|state| poison::has_passed(state, what));
    if !go_carefully(runtime, store) {
        arm(runtime, store);
    }
}

/// Looks at the balance of cycles.
fn watch<R: Runtime, S: Store>(runtime: R, store: S) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Balance);
    let now = runtime.now();
    store.with(|state| {
        if now >= state.care().balance_from {
            engine::cycles::note_prices(state, runtime.cycles(), prices(&runtime));
            engine::cycles::watch(state, now, runtime.cycles());
        }
    });
}

/// Does everything that is due, as far as one message may, and arms the timer for the rest.
fn pump<R: Runtime + Copy, S: Store>(runtime: R, store: S) {
    let now = runtime.now();
    let counter = || runtime.instructions();
    let budget = Budget {
        instructions: &counter,
        maximum_instructions: MAXIMUM_INSTRUCTIONS,
    };
    let prices = prices(&runtime);
    watch(runtime, store);
    let mut overhead = prices.errand();
    loop {
        let tick = store.with(|state| {
            let tick = engine::tick(state, now, &budget);
            charging::charge_work(&runtime, state, prices, &mut overhead);
            tick
        });
        for effect in tick.effects {
            perform(runtime, store, effect);
        }
        if tick.progress == Progress::Idle || budget.is_spent() {
            break;
        }
    }
    arm(runtime, store);
}

fn perform<R: Runtime + Copy, S: Store>(runtime: R, store: S, effect: Effect) {
    match effect {
        Effect::Attempt(start) => attempt(runtime, store, *start),
        Effect::Deliver(parcel) => deliveries::send(runtime, store, *parcel),
    }
}

/// Takes note of whether cycles apply on this network.
pub fn note_prices<R: Runtime, S: Store>(runtime: R, store: S) {
    store.with(|state| {
        engine::cycles::note_prices(state, runtime.cycles(), prices(&runtime));
    });
}

/// Arms the timer for what is due next. To be called at the end of every message that may have
/// changed the agenda.
///
/// What is due already needs the watchdog of the message that will do it: the timer is set to now, or
/// left where it is earlier. With nothing due the watchdog has nothing to watch, and with nothing to
/// come the timer is off.
pub fn arm<R: Runtime + Copy, S: Store>(runtime: R, store: S) {
    let now = runtime.now();
    match store.with(|state| engine::next_tick_at(state, now)) {
        Some(at) if at <= now => runtime.arm(now),
        later => runtime.rearm(later),
    }
}

fn attempt<R: Runtime + Copy, S: Store>(runtime: R, store: S, start: Start) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Attempt(start.execution_id));
    let (id, token) = (start.execution_id, start.token);
    if let Some(text) = refusal(runtime, store, &start) {
        let outcome = Outcome::Failed(Failure::new(Cause::NotAllowed, text));
        store.with(|state| engine::finish(state, runtime.now(), id, token, &outcome));
        return;
    }
    match start.work {
        Work::Call {
            canister,
            method,
            arguments,
            cycles,
            error_cases,
        } => {
            let request = CallRequest {
                canister,
                method,
                arguments,
                cycles,
                timeout_seconds: call_seconds(start.timeout_seconds),
            };
            let out = Out::of(runtime, canister, start.owner, start.timeout_seconds);
            let cycles = charging::of_call(&runtime, &request);
            let Some(charged) = out.leaves(runtime, store, (id, token), (Kind::Calls, cycles))
            else {
                return;
            };
            runtime.spawn(async move {
                let answer = runtime.call(request).await;
                let back = charging::refund(&runtime, charged, &answer, Vec::len);
                let outcome = answer::outcome(answer, out.is_overdue(runtime), &error_cases);
                settle(runtime, store, (id, token), (out, charged, back), &outcome);
            });
        }
        Work::Http(work) => {
            let management = Principal::management_canister();
            let out = Out::of(runtime, management, start.owner, start.timeout_seconds);
            let request = http::request(&work, call_seconds(start.timeout_seconds));
            let cycles = charging::of_http(&runtime, &request);
            let Some(charged) = out.leaves(runtime, store, (id, token), (Kind::Outcalls, cycles))
            else {
                return;
            };
            runtime.spawn(async move {
                let answer = runtime.http(request).await;
                let body = |response: &HttpResponse| response.body.len();
                let back = charging::refund(&runtime, charged, &answer, body);
                let outcome = http::outcome(&work, answer, out.is_overdue(runtime));
                settle(runtime, store, (id, token), (out, charged, back), &outcome);
            });
        }
        Work::Program(part) => {
            let whose = programs::Attempt {
                id,
                token,
                owner: start.owner,
                timeout_seconds: start.timeout_seconds,
            };
            programs::perform(runtime, store, whose, *part);
        }
        // In a message of its own: if it should trap, nothing else is lost.
        Work::Slice(_) => runtime.send(Errand::Slice(id, token)),
    }
}

/// Why work that only a controller may ask for is not done. Whoever asked may be none any more.
fn refusal<R: Runtime, S: Store>(runtime: R, store: S, start: &Start) -> Option<String> {
    let own_id = runtime.own_id();
    let who = store.with(|state| rights::vouching_controller(state, own_id, start))?;
    let is_controller = runtime.is_controller(who);
    (!is_controller).then(|| {
        format!("{who} controls the scheduler no more, and only a controller may ask for this")
    })
}

fn settle<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    (id, token): (ExecutionId, Token),
    (out, charged, back): (Out, Charged, (u128, usize)),
    outcome: &Outcome,
) {
    let now = runtime.now();
    store.with(|state| {
        state.outgoing.give_back(out.call);
        engine::finish(state, now, id, token, outcome);
        charging::answered(&runtime, state, charged, back);
    });
    arm(runtime, store);
    // A call may have spent what was left: whoever wants to know is told now, and not in an hour.
    if store.with(|state| engine::cycles::has_crossed(state, runtime.cycles())) {
        runtime.arm(now);
    }
}

/// Does a slice of the built-in action of an attempt, unless the attempt is over.
fn slice<R: Runtime + Copy, S: Store>(runtime: R, store: S, id: ExecutionId, token: Token) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Slice(id, token));
    let counter = || runtime.instructions();
    let budget = Budget {
        instructions: &counter,
        maximum_instructions: MAXIMUM_INSTRUCTIONS,
    };
    let now = runtime.now();
    store.with(|state| {
        let outcome = match engine::slice_of(state, now, id, token)? {
            Ok(work) => builtin::advance(state, now, id, token, &work, &budget),
            Err(failure) => Some(Outcome::Failed(failure)),
        };
        let finished = outcome.map(|outcome| engine::finish(state, now, id, token, &outcome));
        if let Some(owner) = state.execution(id).and_then(|found| found.owner) {
            charging::charge_message(&runtime, state, owner);
        }
        finished
    });
}

fn call_seconds(timeout_seconds: u64) -> u32 {
    u32::try_from(timeout_seconds.min(LONGEST_CALL_SECONDS)).expect("BUG: at most 300")
}

impl std::fmt::Display for CallError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(_, text) => formatter.write_str(text),
            Self::Rejected { code, message } => {
                write!(formatter, "rejected with code {code}: {message}")
            }
        }
    }
}
