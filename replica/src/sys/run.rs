//! The state of one message while it runs. Nothing in it takes effect before it is committed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use candid::Principal;

use super::{Mode, Trap};
use crate::limits::{LOG_MEMORY_BYTES_MAX, LOG_RECORD_BYTES};
use crate::memory::{StableMemory, StableOverlay};
use crate::state::{Closure, Payload};
use crate::{CanisterStatus, Fees};

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
    /// Cycles set aside for the answer.
    pub prepaid: u128,
}

/// What a message printed: the latest lines, as many as the largest log can hold.
#[derive(Debug, Default)]
pub(crate) struct PrintedLines {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl PrintedLines {
    /// Adds a line; one that is too long for any log is cut.
    pub(super) fn push(&mut self, content: &[u8]) {
        let longest = LOG_MEMORY_BYTES_MAX - LOG_RECORD_BYTES;
        let content = &content[..content.len().min(longest)];
        self.lines.push_back(content.to_vec());
        self.bytes += LOG_RECORD_BYTES + content.len();
        while self.bytes > LOG_MEMORY_BYTES_MAX {
            let oldest = self.lines.pop_front().map_or(0, |line| line.len());
            self.bytes -= LOG_RECORD_BYTES + oldest;
        }
    }

    /// Takes the lines out, the oldest first.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Vec<u8>> + use<> {
        std::mem::take(self).lines.into_iter()
    }
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
    pub fees: Fees,
    /// The part of the balance that cannot be spent.
    pub freezing_limit: u128,
    /// Cycles that it burned on purpose.
    pub burned_cycles: u128,
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
    /// Host calls up to an injected trap; 0 once it has happened.
    pub host_calls_to_trap: Option<u64>,
    /// What may not be written, and whether the message tried.
    pub poison: Vec<Arc<[u8]>>,
    pub is_poisoned: bool,
    pub log: PrintedLines,
}

impl Run {
    /// A message of a canister that has nothing yet.
    pub(crate) fn new(input: RunInput, environment: Environment) -> Self {
        Self {
            environment,
            fuel: input.instruction_limit,
            spent_before: 0,
            cycles: 0,
            fees: Fees::Free,
            freezing_limit: 0,
            burned_cycles: 0,
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
            host_calls_to_trap: None,
            poison: Vec::new(),
            is_poisoned: false,
            log: PrintedLines::default(),
            input,
        }
    }

    /// A copy of a message that did not run yet.
    pub(crate) fn fresh_copy(&self) -> Box<Self> {
        Box::new(Self {
            cycles: self.cycles,
            fees: self.fees,
            freezing_limit: self.freezing_limit,
            open_calls: self.open_calls.clone(),
            open_calls_in_all: self.open_calls_in_all,
            stable: StableOverlay::with_size(self.stable.wasm_pages()),
            global_timer_ns: self.global_timer_ns,
            ..Self::new(self.input.clone(), self.environment.clone())
        })
    }

    /// Counts a host call, and traps at the one at which a fault is planned.
    pub(super) fn count_host_call(&mut self) -> Result<(), Trap> {
        match self.host_calls_to_trap.as_mut() {
            None => Ok(()),
            Some(left) => {
                *left = left.saturating_sub(1);
                if *left > 0 {
                    return Ok(());
                }
                Err(Trap::Called("a fault was injected".to_owned()))
            }
        }
    }

    /// Traps when a fault is planned for a message that writes such bytes.
    pub(super) fn check_poison(&mut self, bytes: &[u8]) -> Result<(), Trap> {
        let holds = |poison: &Arc<[u8]>| bytes.windows(poison.len()).any(|part| *part == **poison);
        if !self.poison.iter().any(holds) {
            return Ok(());
        }
        self.is_poisoned = true;
        Err(Trap::Called("a fault was injected".to_owned()))
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

    /// Cycles that may be spent.
    pub(super) fn liquid_cycles(&self) -> u128 {
        self.cycles.saturating_sub(self.freezing_limit)
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
