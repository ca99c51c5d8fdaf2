//! The scheduler canister: its state, its life, and the door.
//!
//! It decides nothing: `methods` holds the entry points of the interface, `service` the rules for owners,
//! `engine` those for time, and `driver` performs.

mod admission;
mod driver;
mod dry_run;
mod engine;
mod errand;
mod figures;
mod gateway;
mod request;
#[expect(
    clippy::disallowed_methods,
    reason = "what is outside the store is reached here and nowhere else"
)]
mod runtime;
mod service;
mod state;

use std::cell::{Cell, RefCell};

use candid::Principal;
use chime_types::Error;
use ic_cdk::{init, inspect_message, post_upgrade, pre_upgrade, update};

use errand::Errand;
pub use methods::interface;
use runtime::{IcRuntime, Runtime};
use service::Caller;
use state::{State, Vault};

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
static INTERFACE: [u8; include_bytes!("../../scheduler.did").len()] =
    *include_bytes!("../../scheduler.did");

thread_local! {
    static STATE: RefCell<Vault> = RefCell::new(Vault::open());
    /// Who was charged for the message under way, and after how many instructions.
    static CHARGED: Cell<Option<(Principal, u64)>> = const { Cell::new(None) };
    /// What the last message took after it was charged, and who sent it.
    static UNPAID: Cell<Option<(Principal, u64)>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct StableStore;

impl driver::Store for StableStore {
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T {
        STATE.with_borrow_mut(|vault| vault.write(work))
    }
}

fn arm() {
    driver::arm(IcRuntime, StableStore);
}

#[init]
fn init() {
    driver::note_prices(IcRuntime, StableStore);
    arm();
}

/// Refuses an upgrade while calls are out: their answers would come to this program's callbacks in the
/// heap of the next one. A stopped canister has none.
#[pre_upgrade]
fn pre_upgrade() {
    let calls = IcRuntime.calls_out();
    assert!(
        calls == 0,
        "the scheduler waits for the answers to {calls} calls, which would be lost and could harm the \
         new program: stop it first (`icp canister stop` or `dfx canister stop`, which waits for them), \
         upgrade it, and start it again; nothing was changed"
    );
}

#[post_upgrade]
fn post_upgrade() {
    driver::note_prices(IcRuntime, StableStore);
    arm();
}

/// Whether an ingress message is worth a place in a block, and being paid for. No boundary of
/// security: calls between canisters do not come past here, so each method looks at its caller
/// itself.
#[inspect_message]
fn inspect_message() {
    let method = ic_cdk::api::msg_method_name();
    let bytes = ic_cdk::api::msg_arg_data().len();
    let judged = STATE.with_borrow(|vault| {
        let caller = caller(vault.read())?;
        admission::inspect(&method, bytes)?;
        service::may_change(vault.read(), caller, IcRuntime.now(), &method)
    });
    match judged {
        Ok(()) => ic_cdk::api::accept_message(),
        // Says why, where a message that is not accepted could not.
        Err(error) => ic_cdk::trap(error.to_string()),
    }
}

fn caller(state: &State) -> Result<Caller, Error> {
    let principal = IcRuntime.caller();
    let is_controller = IcRuntime.is_controller(principal);
    Caller::admit(state, principal, is_controller, IcRuntime.own_id())
}

/// Refuses a query that comes as an update call, which the scheduler would pay for, before its argument is
/// read: one that is not part of the interface, or one that is dear.
fn only_a_query() -> Result<(), String> {
    if ic_cdk::api::in_replicated_execution() {
        return Err("this method is a query only: call it as one".to_string());
    }
    Ok(())
}

/// Refuses an errand that somebody else sends, before it is read.
fn only_itself() -> Result<(), String> {
    if IcRuntime.caller() == IcRuntime.own_id() {
        Ok(())
    } else {
        Err("only the scheduler itself may call this".to_string())
    }
}

fn errand_of(argument: Vec<u8>) -> Errand {
    Errand::decode(&argument)
}

/// A message of the scheduler to itself; it is not part of the interface.
#[update(hidden = true, guard = "only_itself", decode_with = "errand_of")]
fn go_on(errand: Errand) {
    driver::carry_out(IcRuntime, StableStore, errand);
}

// Below `init`: what is above the end of this module is in the interface that is written there.
mod methods;
