//! Between the engine and the world: performs what a tick decided, hands outcomes back, and keeps
//! the timer armed for the first entry of the agenda.
//!
//! It decides nothing about tasks.

use candid::{DecoderConfig, IDLArgs, Nat};
use chime_types::{Action, CallArguments, limits};

use crate::engine::{self, Budget, Outcome, Progress, Start};
use crate::runtime::{CallError, CallRequest, Runtime};
use crate::state::State;

/// A tick begins nothing new after this many instructions: an eighth of what a message may spend,
/// so that one that is dearer than expected still fits.
const MAXIMUM_INSTRUCTIONS: u64 = 5_000_000_000;
/// The longest that the Internet Computer waits for a bounded-wait call.
const LONGEST_CALL_SECONDS: u64 = 300;
/// Answers larger than this are not decoded, only measured.
const LARGEST_DECODED_ANSWER: usize = 64 * 1024;

/// What decoding an answer may cost, in units of the Candid library: a few instructions each.
const MAXIMUM_DECODING_COST: usize = 2_000_000;

/// Access to the store. A closure, so that no borrow can be held while something is awaited.
pub trait Store: Copy + 'static {
    /// Runs `work` on the store.
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T;
}

/// Does everything that is due, as far as one message may, and arms the timer for the rest.
pub fn pump<R: Runtime + Copy, S: Store>(runtime: R, store: S, on_timer: fn()) {
    let now = runtime.now();
    let counter = || runtime.instructions();
    let budget = Budget {
        instructions: &counter,
        maximum_instructions: MAXIMUM_INSTRUCTIONS,
    };
    loop {
        let tick = store.with(|state| engine::tick(state, now, &budget));
        for start in tick.starts {
            perform(runtime, store, on_timer, start);
        }
        if tick.progress == Progress::Idle || counter() >= MAXIMUM_INSTRUCTIONS {
            break;
        }
    }
    arm(runtime, store, on_timer);
}

/// Arms the timer for the next tick. To be called at the end of every message that may have
/// changed the agenda.
pub fn arm<R: Runtime, S: Store>(runtime: R, store: S, on_timer: fn()) {
    let at = store.with(|state| engine::next_tick_at(state, runtime.now()));
    runtime.arm(at, on_timer);
}

fn perform<R: Runtime + Copy, S: Store>(runtime: R, store: S, on_timer: fn(), start: Start) {
    let (id, token) = (start.execution_id, start.token);
    let outcome = match start.action {
        Action::Call {
            canister,
            method,
            arguments,
            cycles,
        } => {
            let arguments = encode_arguments(arguments.as_ref());
            match arguments {
                Err(error) => Outcome::Refused { error },
                Ok(arguments) => {
                    let request = CallRequest {
                        canister,
                        method,
                        arguments,
                        cycles: cycles.as_ref().map_or(0, to_u128),
                        timeout_seconds: u32::try_from(
                            start.timeout_seconds.min(LONGEST_CALL_SECONDS),
                        )
                        .expect("BUG: at most 300"),
                    };
                    let deadline = deadline(runtime.now(), start.timeout_seconds);
                    runtime.spawn(async move {
                        let answer = runtime.call(request).await;
                        let now = runtime.now();
                        let outcome = call_outcome(answer, now >= deadline);
                        store.with(|state| engine::finish(state, now, id, token, &outcome));
                        pump(runtime, store, on_timer);
                    });
                    return;
                }
            }
        }
        Action::Note { text } => Outcome::Completed {
            result: text.clone(),
            log: Some(text),
        },
        Action::Command { .. } => not_yet("command", "it has no workers"),
        Action::Named { action_name, .. } => not_yet(
            &format!("named ({action_name})"),
            "it has no register of actions",
        ),
        Action::Codex { name, .. } => {
            not_yet(&format!("codex ({name})"), "it has no Python runner")
        }
    };
    let now = runtime.now();
    store.with(|state| engine::finish(state, now, id, token, &outcome));
}

fn not_yet(action: &str, reason: &str) -> Outcome {
    Outcome::Refused {
        error: format!("this version of the scheduler cannot run the action {action}: {reason}"),
    }
}

/// The arguments of a call as bytes.
pub fn encode_arguments(arguments: Option<&CallArguments>) -> Result<Vec<u8>, String> {
    match arguments {
        None => Ok(b"DIDL\0\0".to_vec()),
        Some(CallArguments::Bytes { value }) => Ok(value.clone()),
        Some(CallArguments::Text { value }) => {
            let parsed = candid_parser::parse_idl_args(value)
                .map_err(|error| format!("the arguments are not Candid text: {error}"))?;
            parsed
                .to_bytes()
                .map_err(|error| format!("the arguments cannot be encoded: {error}"))
        }
    }
}

fn to_u128(cycles: &Nat) -> u128 {
    u128::try_from(cycles.0.clone()).expect("BUG: the cycles of a call were checked when made")
}

/// When an unknown outcome counts as a time-out. The platform rounds the deadline of a call down to
/// whole seconds, so its answer may come a little early.
const fn deadline(now: u64, timeout_seconds: u64) -> u64 {
    let seconds = timeout_seconds.saturating_sub(1);
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}

fn call_outcome(answer: Result<Vec<u8>, CallError>, overdue: bool) -> Outcome {
    match answer {
        Ok(bytes) => Outcome::Completed {
            result: answer_text(&bytes),
            log: None,
        },
        Err(CallError::Failed(error)) => Outcome::Failed { error },
        Err(CallError::Unknown(error)) if overdue => Outcome::TimedOut { error },
        Err(CallError::Unknown(error)) => Outcome::Unknown { error },
    }
}

/// An answer in Candid's textual form, or its size if it is large or not Candid.
fn answer_text(bytes: &[u8]) -> String {
    if bytes.len() > LARGEST_DECODED_ANSWER {
        return format!("({} bytes)", bytes.len());
    }
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(MAXIMUM_DECODING_COST);
    match IDLArgs::from_bytes_with_config(bytes, &config) {
        Ok(arguments) => arguments.to_string(),
        Err(_) => format!("({} bytes, not Candid)", bytes.len()),
    }
}
