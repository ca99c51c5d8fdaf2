//! What bytes of strangers reach first, for fuzzing. No part of the interface of this crate.
//!
//! Each function takes any bytes, must neither panic nor hang, and tells whether they meant
//! anything. The targets are in `fuzz/`; `tests/fuzzing.rs` runs their corpus in every test run.

use candid::Principal;

use crate::engine::{CompiledModule, Instance, take_this_stack};
use crate::state::{CallbackId, Origin, Request};
use crate::{Ingress, InstallMode, MessageId, Replica, ReplicaConfig, management};

pub use crate::server::fuzzing::envelope;

/// A canister that does nothing.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// Longest arguments tried: what is longer is refused before it is looked at.
const ARGUMENT_BYTES: usize = 64 * 1024;
/// Rounds after which nothing may be left to do.
const ROUNDS: usize = 100;
/// Cycles that come with a call.
const CYCLES: u128 = 1_000_000_000_000;

/// To be called once by a thread with a stack of 16 MiB at least; it makes what follows faster.
pub fn on_this_stack() {
    take_this_stack();
}

/// A module: decompressed, transformed, validated, compiled and instantiated, but not run.
pub fn module(bytes: &[u8]) -> bool {
    let module = CompiledModule::compile(bytes);
    module.is_ok_and(|module| Instance::new(&module).is_ok())
}

/// A call of the management canister: a method name, a line break and the argument. It comes from
/// outside first and from a canister then, in a replica where one exists: the one with counter 0.
pub fn management(bytes: &[u8]) -> bool {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let (name, arg) = (&bytes[..end], &bytes[end + 1..]);
    let Ok(method) = std::str::from_utf8(name) else {
        return false;
    };
    if arg.len() > ARGUMENT_BYTES {
        return false;
    }
    let sender = Principal::self_authenticating([1]);
    let mut replica = Replica::new(ReplicaConfig::default());
    let made = replica.create_canister(sender).and_then(|canister| {
        let mode = InstallMode::Install;
        replica.install_code(sender, canister, mode, MODULE.to_vec(), Vec::new())?;
        Ok(canister)
    });
    let canister = made.expect("BUG: a canister can be made");
    let ingress = Ingress {
        message_id: MessageId([7; 32]),
        sender,
        canister_id: Principal::management_canister(),
        method: method.to_owned(),
        arg: arg.to_vec(),
        ingress_expiry_ns: replica.time_ns(),
    };
    let taken = replica.submit_ingress(ingress).is_ok();
    let request = Request {
        origin: Origin::Call {
            caller: canister,
            callback: CallbackId(0),
            deadline_ns: 0,
        },
        caller: canister,
        method: method.to_owned(),
        arg: arg.to_vec(),
        cycles: CYCLES,
    };
    let rounds = replica.run_until_idle(ROUNDS);
    management::execute(&mut replica, request);
    assert!(rounds < ROUNDS, "it does not come to rest");
    taken
}
