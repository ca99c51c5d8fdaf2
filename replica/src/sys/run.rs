//! The state of one message while it runs. Nothing in it takes effect before it is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use candid::Principal;

use super::{Mode, Trap};
use crate::CanisterStatus;
use crate::memory::{StableMemory, StableOverlay};
use crate::state::{Closure, Payload};

/// What a message sees of its canister and of the subnet.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub canister_id: Principal,
    pub time_ns: u64,
    pub status: CanisterStatus,
    pub version: u64,
    pub controllers: BTreeSet<Principal>,
    pub variables: BTreeMap<String, String>,
    pub root_key: Arc<[u8]>,
    pub certificate: Option<Vec<u8>>,
}

/// What a message is given.
#[derive(Clone, Debug)]
pub(crate) struct RunInput {
    pub mode: Mode,
    pub caller: Principal,
    pub method: String,
    /// The argument, or the answer in a callback.
    pub payload: Payload,
    pub available_cycles: u128,
    pub refunded_cycles: u128,
    pub deadline_ns: u64,
    /// Instructions that earlier messages of the call context took.
    pub context_instructions: u64,
    pub instruction_limit: u64,
    /// The call context has its answer already.
    pub responded: bool,
}

impl RunInput {
    /// A message without argument, cycles or answer.
    pub(crate) fn new(mode: Mode, caller: Principal, instruction_limit: u64) -> Self {
        Self {
            mode,
            caller,
            method: String::new(),
            payload: Payload::Reply(Vec::new()),
            available_cycles: 0,
            refunded_cycles: 0,
            deadline_ns: 0,
            context_instructions: 0,
            instruction_limit,
            responded: false,
        }
    }
}

/// A call being put together or made.
#[derive(Clone, Debug)]
pub(crate) struct OutgoingCall {
    pub callee: Principal,
    pub method: String,
    pub reply: Closure,
    pub reject: Closure,
    pub cleanup: Option<Closure>,
    pub arg: Vec<u8>,
    pub cycles: u128,
    /// `None` for an unbounded call.
    pub timeout_seconds: Option<u32>,
}

/// One message being executed.
pub(crate) struct Run {
    pub input: RunInput,
    pub environment: Environment,
    /// Instructions left.
    pub fuel: u64,
    /// Instructions spent by the earlier stages of an installation, which share the limit.
    pub spent_before: u64,
    /// The canister's balance as this message sees it.
    pub cycles: u128,
    pub available_cycles: u128,
    pub reply_data: Vec<u8>,
    pub response: Option<Payload>,
    pub pending_call: Option<OutgoingCall>,
    pub calls: Vec<OutgoingCall>,
    /// Calls open to each canister, those of this message included.
    pub open_calls: BTreeMap<Principal, usize>,
    pub open_calls_in_all: usize,
    /// Bytes of the payloads of `calls`.
    pub outgoing_bytes: usize,
    pub stable_base: StableMemory,
    pub stable: StableOverlay,
    pub certified_data: Option<Vec<u8>>,
    pub global_timer_ns: u64,
    pub accepted: bool,
    pub log: Vec<String>,
}

impl Run {
    /// A message of a canister that has nothing yet.
    pub(crate) fn new(input: RunInput, environment: Environment) -> Self {
        Self {
            environment,
            fuel: input.instruction_limit,
            spent_before: 0,
            cycles: 0,
            available_cycles: input.available_cycles,
            reply_data: Vec::new(),
            response: None,
            pending_call: None,
            calls: Vec::new(),
            open_calls: BTreeMap::new(),
            open_calls_in_all: 0,
            outgoing_bytes: 0,
            stable_base: StableMemory::default(),
            stable: StableOverlay::default(),
            certified_data: None,
            global_timer_ns: 0,
            accepted: false,
            log: Vec::new(),
            input,
        }
    }

    /// A copy of a message that did not run yet.
    pub(crate) fn fresh_copy(&self) -> Box<Self> {
        Box::new(Self {
            cycles: self.cycles,
            open_calls: self.open_calls.clone(),
            open_calls_in_all: self.open_calls_in_all,
            stable: StableOverlay::with_size(self.stable.wasm_pages()),
            global_timer_ns: self.global_timer_ns,
            ..Self::new(self.input.clone(), self.environment.clone())
        })
    }

    /// Takes instructions from the message.
    pub(super) fn charge(&mut self, instructions: u64) -> Result<(), Trap> {
        match self.fuel.checked_sub(instructions) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(Trap::InstructionLimit(0))
            }
        }
    }

    /// Instructions that the message has taken.
    pub(crate) fn instructions(&self) -> u64 {
        self.input.instruction_limit.saturating_sub(self.fuel)
    }

    /// The argument of a call, or the reply in a reply callback.
    pub(super) fn argument(&self) -> &[u8] {
        match &self.input.payload {
            Payload::Reply(bytes) => bytes,
            Payload::Reject(_) => &[],
        }
    }
}
