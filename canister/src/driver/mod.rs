//! Between the engine and the world: performs what a tick decided, hands outcomes back, and keeps
//! the timer armed for the first entry of the agenda.
//!
//! What is due is done in an errand, that is in a message of its own, and nowhere else: an update
//! call or an answer that comes in changes the store and arms the timer, so that what fails in the
//! errand takes nothing of theirs with it.
//!
//! It decides nothing about tasks.

mod answer;
mod http;
#[cfg(test)]
mod tests;

use chime_types::{Cause, Channel, Message, limits};

use crate::engine::builtin;
use crate::engine::{
    self, Budget, Effect, Failure, Outcome, Progress, Start, Work, deliver, rights, webhook,
};
use crate::errand::Errand;
use crate::runtime::{CallError, CallRequest, Runtime};
use crate::state::State;
use crate::state::keys::{ExecutionId, MessageId, Token};
use crate::state::records::Payload;

pub use http::transform;

/// A tick begins nothing new after this many instructions: an eighth of what a message may spend,
/// so that one that is dearer than expected still fits.
pub const MAXIMUM_INSTRUCTIONS: u64 = 5_000_000_000;
/// The longest that the Internet Computer waits for a bounded-wait call.
const LONGEST_CALL_SECONDS: u64 = 300;
/// How long a message or a callback may take to arrive.
const DELIVERY_SECONDS: u64 = 60;

/// Access to the store. A closure, so that no borrow can be held while something is awaited.
pub trait Store: Copy + 'static {
    /// Runs `work` on the store.
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T;
}

/// Carries an errand out.
pub fn carry_out<R: Runtime + Copy, S: Store>(runtime: R, store: S, errand: Errand) {
    match errand {
        Errand::Work => pump(runtime, store),
        Errand::Slice(id, token) => slice(runtime, store, id, token),
    }
}

/// Does everything that is due, as far as one message may, and arms the timer for the rest.
fn pump<R: Runtime + Copy, S: Store>(runtime: R, store: S) {
    let now = runtime.now();
    let counter = || runtime.instructions();
    let budget = Budget {
        instructions: &counter,
        maximum_instructions: MAXIMUM_INSTRUCTIONS,
    };
    store.with(|state| engine::cycles::watch(state, now, runtime.cycles()));
    loop {
        let tick = store.with(|state| engine::tick(state, now, &budget));
        for effect in tick.effects {
            match effect {
                Effect::Attempt(start) => attempt(runtime, store, *start),
                Effect::Deliver(id, payload) => send(runtime, store, id, *payload),
            }
        }
        if tick.progress == Progress::Idle || budget.is_spent() {
            break;
        }
    }
    arm(runtime, store);
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
    let (id, token) = (start.execution_id, start.token);
    if let Some(text) = refusal(runtime, store, &start) {
        let outcome = Outcome::Failed(Failure::new(Cause::NotAllowed, text));
        store.with(|state| engine::finish(state, runtime.now(), id, token, &outcome));
        return;
    }
    let deadline = deadline(runtime.now(), start.timeout_seconds);
    match start.work {
        Work::Call {
            canister,
            method,
            arguments,
            cycles,
        } => {
            let request = CallRequest {
                canister,
                method,
                arguments,
                cycles,
                timeout_seconds: call_seconds(start.timeout_seconds),
            };
            runtime.spawn(async move {
                let answer = runtime.call(request).await;
                let outcome = answer::outcome(answer, runtime.now() >= deadline);
                settle(runtime, store, (id, token), &outcome);
            });
        }
        Work::Http(work) => runtime.spawn(async move {
            let request = http::request(&work, call_seconds(start.timeout_seconds));
            let answer = runtime.http(request).await;
            let outcome = http::outcome(&work, answer, runtime.now() >= deadline);
            settle(runtime, store, (id, token), &outcome);
        }),
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
    outcome: &Outcome,
) {
    let now = runtime.now();
    store.with(|state| engine::finish(state, now, id, token, outcome));
    arm(runtime, store);
}

/// Does a slice of the built-in action of an attempt, unless the attempt is over.
fn slice<R: Runtime + Copy, S: Store>(runtime: R, store: S, id: ExecutionId, token: Token) {
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
        outcome.map(|outcome| engine::finish(state, now, id, token, &outcome))
    });
    arm(runtime, store);
}

/// Brings a message or a callback on its way. That it will be tried again is in the agenda already.
fn send<R: Runtime + Copy, S: Store>(runtime: R, store: S, id: MessageId, payload: Payload) {
    runtime.spawn(async move {
        let outcome = bring(runtime, payload).await;
        let now = runtime.now();
        store.with(|state| deliver::delivered(state, now, id, outcome));
        arm(runtime, store);
    });
}

async fn bring<R: Runtime>(runtime: R, payload: Payload) -> Result<(), String> {
    match payload {
        Payload::Finished(callback, finished) => {
            let arguments = candid::encode_one(&finished).expect("BUG: a record can be encoded");
            call(runtime, callback.canister, callback.method, arguments).await
        }
        Payload::Message(Channel::Canister { canister, method }, message) => {
            let arguments = candid::encode_one(&message).expect("BUG: a record can be encoded");
            call(runtime, canister, method, arguments).await
        }
        Payload::Message(Channel::Webhook { url, headers }, message) => {
            post(runtime, &url, headers.unwrap_or_default(), &message).await
        }
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

async fn call<R: Runtime>(
    runtime: R,
    canister: candid::Principal,
    method: String,
    arguments: Vec<u8>,
) -> Result<(), String> {
    let request = CallRequest {
        canister,
        method,
        arguments,
        cycles: 0,
        timeout_seconds: call_seconds(DELIVERY_SECONDS),
    };
    match runtime.call(request).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

async fn post<R: Runtime>(
    runtime: R,
    url: &str,
    headers: Vec<chime_types::HttpHeader>,
    message: &Message,
) -> Result<(), String> {
    let work = webhook(url, headers, message);
    let request = http::request(&work, call_seconds(DELIVERY_SECONDS));
    let answer = runtime.http(request).await;
    match http::outcome(&work, answer, false) {
        Outcome::Completed { .. } => Ok(()),
        Outcome::Failed(failure) => Err(failure.error),
        other => panic!("BUG: a webhook cannot answer {other:?}"),
    }
}

fn call_seconds(timeout_seconds: u64) -> u32 {
    u32::try_from(timeout_seconds.min(LONGEST_CALL_SECONDS)).expect("BUG: at most 300")
}

/// When an unknown outcome counts as a time-out. The platform rounds the deadline of a call down to
/// whole seconds, so its answer may come a little early.
const fn deadline(now: u64, timeout_seconds: u64) -> u64 {
    let seconds = timeout_seconds.saturating_sub(1);
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
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
