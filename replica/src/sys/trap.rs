//! How the execution of a message fails, with the IC's error codes and texts.

use candid::Principal;
use ic_error_types::ErrorCode;

use crate::Rejection;
use crate::limits::REJECT_MESSAGE_BYTES;

/// Why a message failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trap {
    #[error("Canister called `ic0.trap` with message: '{0}'")]
    Called(String),
    #[error("Canister trapped: {0}")]
    Engine(&'static str),
    #[error("Canister violated contract: {0}")]
    Contract(String),
    #[error("Canister exceeded the limit of {0} instructions for single message execution.")]
    InstructionLimit(u64),
    #[error("Canister exceeded the limit for the number of modified pages in the stable memory.")]
    StableAccessLimit,
    #[error("Canister requested to invoke a non-existent Wasm function")]
    NoSuchFunction,
    #[error("Canister cannot be loaded: {0}")]
    NotLoadable(String),
    #[error("Canister has {available} cycles and cannot attach {requested} to a call")]
    OutOfCycles { available: u128, requested: u128 },
    #[error(
        "Canister exceeded its current Wasm memory limit of {limit} bytes. The peak Wasm memory \
         usage was {bytes} bytes. If the canister reaches 4GiB, then it may stop functioning and \
         may become unrecoverable. Please reach out to the canister owner to investigate the \
         reason for the increased memory usage. It might be necessary to move data from the Wasm \
         memory to the stable memory. If such high Wasm memory usage is expected and safe, then \
         the developer can increase the Wasm memory limit in the canister settings."
    )]
    HeapLimit { bytes: u64, limit: u128 },
    #[error(
        "Canister cannot grow memory by {bytes} bytes due to insufficient cycles. At least \
         {missing} additional cycles are required."
    )]
    CyclesForMemory { bytes: u64, missing: u128 },
}

impl Trap {
    /// The failure of the engine, or the one that a system function put into it.
    pub(crate) fn from_engine(error: &wasmtime::Error) -> Self {
        if let Some(trap) = error.downcast_ref::<Self>() {
            return trap.clone();
        }
        match error.downcast_ref::<wasmtime::Trap>() {
            // The limit is filled in by who knows it.
            Some(wasmtime::Trap::OutOfFuel) => Self::InstructionLimit(0),
            Some(trap) => Self::Engine(engine_text(*trap)),
            None => Self::Engine("unknown"),
        }
    }

    /// The same failure, with the limit that was exceeded.
    pub(crate) fn with_limit(self, limit: u64) -> Self {
        match self {
            Self::InstructionLimit(_) => Self::InstructionLimit(limit),
            other => other,
        }
    }

    pub(crate) fn contract(function: &str, text: &str) -> Self {
        Self::Contract(format!("ic0_{function}: {text}"))
    }

    pub(crate) fn heap_out_of_bounds() -> Self {
        Self::Engine("heap out of bounds")
    }

    pub(crate) fn stable_out_of_bounds() -> Self {
        Self::Engine("stable memory out of bounds")
    }

    /// The line that the canister's log gets; failures other than traps leave none.
    pub(crate) fn log_line(&self) -> Option<Vec<u8>> {
        let text = match self {
            Self::Called(text) if text.is_empty() => "(no message)",
            Self::Called(text) => text,
            Self::Engine(text) => text,
            _ => return None,
        };
        Some(format!("[TRAP]: {text}").into_bytes())
    }

    /// What the caller is told.
    pub(crate) fn into_rejection(self, canister: &Principal) -> Rejection {
        let code = match self {
            Self::Called(_) => ErrorCode::CanisterCalledTrap,
            Self::Engine(_) => ErrorCode::CanisterTrapped,
            Self::Contract(_) => ErrorCode::CanisterContractViolation,
            Self::InstructionLimit(_) => ErrorCode::CanisterInstructionLimitExceeded,
            Self::StableAccessLimit => ErrorCode::CanisterMemoryAccessLimitExceeded,
            Self::NoSuchFunction => ErrorCode::CanisterFunctionNotFound,
            Self::NotLoadable(_) => ErrorCode::CanisterInvalidWasm,
            Self::OutOfCycles { .. } => ErrorCode::InsufficientCyclesInCall,
            Self::HeapLimit { .. } => ErrorCode::CanisterWasmMemoryLimitExceeded,
            Self::CyclesForMemory { .. } => ErrorCode::InsufficientCyclesInMemoryGrow,
        };
        let mut message = format!("Error from Canister {canister}: {self}");
        message.truncate(message.floor_char_boundary(REJECT_MESSAGE_BYTES));
        let advice = match code {
            ErrorCode::CanisterCalledTrap | ErrorCode::CanisterTrapped => {
                ".\nConsider gracefully handling failures from this canister or altering the \
                 canister to handle exceptions."
            }
            _ => "",
        };
        Rejection::new(code, message + advice)
    }
}

fn engine_text(trap: wasmtime::Trap) -> &'static str {
    use wasmtime::Trap as Engine;
    match trap {
        Engine::StackOverflow => "stack overflow",
        Engine::MemoryOutOfBounds => "heap out of bounds",
        Engine::TableOutOfBounds => "table out of bounds",
        Engine::IndirectCallToNull => "null function call",
        Engine::BadSignature => "function signature mismatch",
        Engine::IntegerOverflow => "integer overflow",
        Engine::IntegerDivisionByZero => "integer division by 0",
        Engine::BadConversionToInteger => "bad conversion to integer",
        Engine::UnreachableCodeReached => "unreachable",
        _ => "unknown",
    }
}
