//! The system's timer, and the messages that the scheduler sends to itself. It knows nothing of
//! tasks; what an errand does is in `driver`.
//!
//! The message that the system starts must not fail, for the system has one timer and clears it
//! before that message begins: were it to trap, nothing would be armed any more. So it arms the
//! watchdog, asks for the work in a message of its own, and does nothing else: eight host calls, no
//! stable memory, no allocation, no decoding. Whatever happens to the work, the watchdog is armed.
//!
//! What is called back here holds no pointer into the heap: the callbacks are given the number of an
//! errand, which is looked up. An answer that arrives in the heap of another program finds nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::errand::{self, Errand};

/// The watchdog goes off so long after a message that began work.
pub const WATCHDOG_NANOSECONDS: u64 = 30 * chime_types::limits::NANOSECONDS;
/// How long the answer to an errand is waited for. The answer only says that it failed, and the
/// watchdog comes before.
const ERRAND_SECONDS: u32 = 60;
/// A failure is followed at once as long as no more messages than these failed in a row; after that
/// the watchdog sets the pace, so that a failure of everything burns nothing.
const FOLLOWED_AT_ONCE: u64 = 3;
/// The reject code of a message that trapped or had too many instructions, and of a stopping canister.
const CANISTER_ERROR: u32 = 5;
/// The status of a running canister.
const RUNNING: u32 = 1;
/// The number of every errand that the timer sends.
const OF_THE_TIMER: usize = 0;

thread_local! {
    /// What the system's timer was set to last, 0 if it is off.
    static ARMED_AT: Cell<u64> = const { Cell::new(0) };
    /// Calls whose callbacks are in this program.
    static CALLS_OUT: Cell<u64> = const { Cell::new(0) };
    /// Errands that failed since the last that did not.
    static FAILED_IN_A_ROW: Cell<u64> = const { Cell::new(0) };
    /// Errands that failed and that the store knows nothing of yet.
    static FAILED: Cell<u64> = const { Cell::new(0) };
    static ERRANDS: RefCell<Errands> = const { RefCell::new(Errands { last: OF_THE_TIMER, out: BTreeMap::new() }) };
}

/// Errands that were sent and not answered, by number.
struct Errands {
    last: usize,
    out: BTreeMap<usize, Errand>,
}

/// When the timer goes off.
pub fn armed_at() -> Option<u64> {
    Some(ARMED_AT.get()).filter(|at| *at != 0)
}

/// Sets the timer to go off at that time at the latest.
pub fn arm(at: u64) {
    let before = ic0::global_timer_set(at);
    if before != 0 && before < at {
        ic0::global_timer_set(before);
        ARMED_AT.set(before);
    } else {
        ARMED_AT.set(at);
    }
}

/// Sets the timer to go off at exactly that time, or not at all.
pub fn rearm(at: Option<u64>) {
    // 0 turns the timer off; nothing is due at 1970.
    let at = at.map_or(0, |at| at.max(1));
    ic0::global_timer_set(at);
    ARMED_AT.set(at);
}

/// Counts a call that is out until it is dropped: when its answer came, or when the message that
/// took the answer in trapped.
#[must_use]
pub struct CallOut(());

impl CallOut {
    /// A call leaves.
    pub fn new() -> Self {
        CALLS_OUT.set(CALLS_OUT.get().saturating_add(1));
        Self(())
    }
}

impl Drop for CallOut {
    fn drop(&mut self) {
        came_back();
    }
}

fn came_back() {
    CALLS_OUT.set(CALLS_OUT.get().saturating_sub(1));
}

/// Calls whose answers this program waits for.
pub fn calls_out() -> u64 {
    CALLS_OUT.get()
}

/// The system's timer went off.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "the system calls it by this name, and the macros of ic-cdk have none for it"
)]
#[unsafe(export_name = "canister_global_timer")]
extern "C" fn global_timer() {
    arm(ic0::time().saturating_add(WATCHDOG_NANOSECONDS));
    // If it cannot leave, because cycles are short or the queue is full, the watchdog tries again.
    let _is_on_its_way = perform(OF_THE_TIMER, &[]);
}

/// Sends an errand. What it is for must be found in the store if it does not arrive.
pub fn send(errand: Errand) {
    let number = ERRANDS.with_borrow_mut(|errands| {
        errands.last += 1;
        errands.out.insert(errands.last, errand);
        errands.last
    });
    if !perform(number, &errand.encode()) {
        take(number);
    }
}

fn take(number: usize) -> Option<Errand> {
    if number == OF_THE_TIMER {
        return Some(Errand::Work);
    }
    ERRANDS.with_borrow_mut(|errands| errands.out.remove(&number))
}

/// Calls the scheduler's own method. False if the call cannot leave.
#[expect(
    unsafe_code,
    reason = "callbacks can only be named by their address; all take any number"
)]
fn perform(number: usize, argument: &[u8]) -> bool {
    // A principal has at most 29 bytes.
    let mut own_id = [0; 29];
    let own_id = &mut own_id[..ic0::canister_self_size()];
    ic0::canister_self_copy(own_id, 0);
    // SAFETY: the callbacks look the number up and take it for nothing else.
    unsafe {
        ic0::call_new(own_id, errand::METHOD, on_reply, number, on_reject, number);
        ic0::call_on_cleanup(on_cleanup, number);
    }
    if !argument.is_empty() {
        ic0::call_data_append(argument);
    }
    ic0::call_with_best_effort_response(ERRAND_SECONDS);
    let is_on_its_way = ic0::call_perform() == 0;
    if is_on_its_way {
        CALLS_OUT.set(CALLS_OUT.get().saturating_add(1));
    }
    is_on_its_way
}

/// Errands that failed since the last that did not.
pub fn failed_in_a_row() -> u64 {
    FAILED_IN_A_ROW.get()
}

/// Errands that failed since this was asked last.
pub fn take_failed() -> u64 {
    FAILED.take()
}

extern "C" fn on_reply(number: usize) {
    came_back();
    take(number);
    FAILED_IN_A_ROW.set(0);
}

/// One of the two callbacks trapped, and what it changed was undone: the call came back all the same.
extern "C" fn on_cleanup(number: usize) {
    came_back();
    take(number);
}

/// An errand was not carried out. If its message failed, carefulness follows at once. Otherwise it did
/// not run: cycles are short, the queue is full or the canister is about to stop, which nobody is to
/// blame for, and the watchdog tries again.
extern "C" fn on_reject(number: usize) {
    came_back();
    let errand = take(number);
    if ic0::msg_reject_code() != CANISTER_ERROR || ic0::canister_status() != RUNNING {
        return;
    }
    arm(ic0::time().saturating_add(WATCHDOG_NANOSECONDS));
    FAILED.set(FAILED.get().saturating_add(1));
    FAILED_IN_A_ROW.set(FAILED_IN_A_ROW.get().saturating_add(1));
    if let Some(errand) = errand
        && FAILED_IN_A_ROW.get() <= FOLLOWED_AT_ONCE
    {
        send(errand.when_failed());
    }
}
