//! `call_*`: calls to other canisters.

use super::run::OutgoingCall;
use super::{Guest, Run, Trap};
use crate::fees;
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
        prepaid: 0,
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
    run.check_poison(bytes)?;
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
    attach(run, (u128::from(a[0]) << 64) | u128::from(a[1]))
}

pub(super) fn cycles_add_64(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    attach(run, u128::from(a[0]))
}

fn attach(run: &mut Run, amount: u128) -> Result<u64, Trap> {
    let available = run.liquid_cycles();
    let call = pending(run, "call_cycles_add")?;
    if amount > available {
        return Err(Trap::OutOfCycles {
            available,
            requested: amount,
        });
    }
    call.cycles += amount;
    run.cycles -= amount;
    Ok(0)
}

/// What is set aside for the answer of a call, and the price of sending it.
fn price(call: &OutgoingCall, is_paid: bool) -> (u128, u128) {
    if !is_paid {
        return (0, 0);
    }
    let bytes = call.method.len() + call.arg.len();
    (fees::response_reserve(), fees::request(bytes))
}

pub(super) fn perform(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    let (liquid, is_paid) = (run.liquid_cycles(), run.fees.is_paid());
    let is_paid = is_paid && run.input.mode.is_replicated();
    let call = pending(run, "call_perform")?;
    let (callee, bytes) = (call.callee, call.arg.len());
    let (reserve, price) = price(call, is_paid);
    let open = run.open_calls.entry(callee).or_insert(0);
    let has_cycles = reserve + price <= liquid;
    let has_room = *open < QUEUE_MESSAGES
        && run.open_calls_in_all < OPEN_CALLS
        && run.outgoing_bytes + bytes <= OUTGOING_BYTES;
    if !(has_room && has_cycles) {
        abandon(run);
        return Ok(QUEUE_FULL);
    }
    run.cycles -= reserve + price;
    *open += 1;
    run.open_calls_in_all += 1;
    run.outgoing_bytes += bytes;
    let call = run.pending_call.take();
    run.calls.extend(call.map(|call| OutgoingCall {
        prepaid: reserve,
        ..call
    }));
    Ok(0)
}
