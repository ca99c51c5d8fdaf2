//! `call_*`: calls to other canisters.

use super::run::OutgoingCall;
use super::{Guest, Run, Trap};
use crate::limits::{
    CALL_PAYLOAD_BYTES, CALL_TIMEOUT_SECONDS_MAX, METHOD_NAME_BYTES, OPEN_CALLS, OUTGOING_BYTES,
    QUEUE_MESSAGES,
};
use crate::state::Closure;

type Args = [u64; 8];

/// What `call_perform` returns when the call cannot be made: the reject code SYS_TRANSIENT.
const QUEUE_FULL: u64 = 2;

pub(super) fn new(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    abandon(run);
    let callee = guest.principal("call_new", a[0], a[1])?;
    if a[3] > METHOD_NAME_BYTES as u64 {
        return Err(Trap::contract("call_new", "the method name is too long"));
    }
    run.pending_call = Some(OutgoingCall {
        callee,
        method: guest.text("call_new", a[2], a[3])?,
        reply: Closure {
            function: a[4],
            env: a[5],
        },
        reject: Closure {
            function: a[6],
            env: a[7],
        },
        cleanup: None,
        arg: Vec::new(),
        cycles: 0,
        timeout_seconds: None,
    });
    Ok(0)
}

/// Drops the call that was being put together; its cycles come back.
fn abandon(run: &mut Run) {
    if let Some(call) = run.pending_call.take() {
        run.cycles += call.cycles;
    }
}

fn pending<'r>(run: &'r mut Run, function: &str) -> Result<&'r mut OutgoingCall, Trap> {
    run.pending_call
        .as_mut()
        .ok_or_else(|| Trap::contract(function, "called when no call is under construction"))
}

pub(super) fn on_cleanup(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let call = pending(run, "call_on_cleanup")?;
    if call.cleanup.is_some() {
        return Err(Trap::contract("call_on_cleanup", "can be called only once"));
    }
    call.cleanup = Some(Closure {
        function: a[0],
        env: a[1],
    });
    Ok(0)
}

pub(super) fn data_append(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    run.charge(a[1])?;
    let bytes = guest.read(a[0], a[1])?;
    let call = pending(run, "call_data_append")?;
    if call.arg.len() + bytes.len() > CALL_PAYLOAD_BYTES {
        let text = format!("the payload exceeds the limit of {CALL_PAYLOAD_BYTES} bytes");
        return Err(Trap::contract("call_data_append", &text));
    }
    call.arg.extend_from_slice(bytes);
    Ok(0)
}

pub(super) fn with_best_effort_response(
    run: &mut Run,
    _: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    const NAME: &str = "call_with_best_effort_response";
    let call = pending(run, NAME)?;
    if call.timeout_seconds.is_some() {
        return Err(Trap::contract(NAME, "a timeout was already set"));
    }
    let seconds = u32::try_from(a[0]).unwrap_or(u32::MAX);
    call.timeout_seconds = Some(seconds.min(CALL_TIMEOUT_SECONDS_MAX));
    Ok(0)
}

pub(super) fn cycles_add(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let amount = (u128::from(a[0]) << 64) | u128::from(a[1]);
    let available = run.cycles;
    let call = pending(run, "call_cycles_add128")?;
    let left = available.checked_sub(amount).ok_or(Trap::OutOfCycles {
        available,
        requested: amount,
    })?;
    call.cycles += amount;
    run.cycles = left;
    Ok(0)
}

pub(super) fn perform(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    let call = pending(run, "call_perform")?;
    let (callee, bytes) = (call.callee, call.arg.len());
    let open = run.open_calls.entry(callee).or_insert(0);
    let has_room = *open < QUEUE_MESSAGES
        && run.open_calls_in_all < OPEN_CALLS
        && run.outgoing_bytes + bytes <= OUTGOING_BYTES;
    if !has_room {
        abandon(run);
        return Ok(QUEUE_FULL);
    }
    *open += 1;
    run.open_calls_in_all += 1;
    run.outgoing_bytes += bytes;
    run.calls.extend(run.pending_call.take());
    Ok(0)
}
