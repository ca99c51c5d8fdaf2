//! `msg_*`: the message at hand, its answer and its cycles.

use super::{Guest, Run, Trap};
use crate::Rejection;
use crate::limits::{QUERY_REPLY_BYTES, REPLY_BYTES};
use crate::state::Payload;

type Args = [u64; 8];

pub(super) fn arg_data_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.argument().len() as u64)
}

pub(super) fn arg_data_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    run.charge(a[2])?;
    guest.copy("msg_arg_data_copy", run.argument(), [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn caller_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.input.caller.as_slice().len() as u64)
}

pub(super) fn caller_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let caller = run.input.caller;
    guest.copy("msg_caller_copy", caller.as_slice(), [a[0], a[1], a[2]])?;
    Ok(0)
}

/// No caller here carries signed information about itself.
pub(super) fn caller_info_size(_: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(0)
}

pub(super) fn caller_info_copy(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.copy("msg_caller_info_copy", &[], [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn reject_code(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(match &run.input.payload {
        Payload::Reply(_) => 0,
        Payload::Reject(rejection) => rejection.code as u64,
    })
}

fn reject_text(run: &Run) -> &[u8] {
    match &run.input.payload {
        Payload::Reply(_) => &[],
        Payload::Reject(rejection) => rejection.message.as_bytes(),
    }
}

pub(super) fn reject_msg_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(reject_text(run).len() as u64)
}

pub(super) fn reject_msg_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.copy("msg_reject_msg_copy", reject_text(run), [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn deadline(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.input.deadline_ns)
}

fn check_open(run: &Run, function: &str) -> Result<(), Trap> {
    if run.input.responded || run.response.is_some() {
        return Err(Trap::contract(function, "the call is already replied"));
    }
    Ok(())
}

pub(super) fn reply_data_append(
    run: &mut Run,
    guest: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    check_open(run, "msg_reply_data_append")?;
    run.charge(a[1])?;
    let bytes = guest.read(a[0], a[1])?;
    let limit = if run.input.mode.is_replicated() {
        REPLY_BYTES
    } else {
        QUERY_REPLY_BYTES
    };
    if run.reply_data.len() + bytes.len() > limit {
        let text = format!("application payload size exceeds the limit of {limit} bytes");
        return Err(Trap::contract("msg_reply_data_append", &text));
    }
    run.reply_data.extend_from_slice(bytes);
    Ok(0)
}

pub(super) fn reply(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    check_open(run, "msg_reply")?;
    run.response = Some(Payload::Reply(std::mem::take(&mut run.reply_data)));
    Ok(0)
}

pub(super) fn reject(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    check_open(run, "msg_reject")?;
    run.charge(a[1])?;
    let text = guest.text("msg_reject", a[0], a[1])?;
    run.response = Some(Payload::Reject(Rejection::by_canister(text)));
    Ok(0)
}

/// Cycles of the call that were not accepted yet. An answered call has none: they went back.
fn available(run: &Run) -> u128 {
    if run.response.is_some() || run.input.responded {
        return 0;
    }
    run.available_cycles
}

fn accept(run: &mut Run, most: u128) -> u128 {
    let amount = most.min(available(run));
    run.available_cycles -= amount;
    run.cycles = run.cycles.saturating_add(amount);
    amount
}

/// An amount as the functions with 64 bits give it, or a trap when it does not fit.
pub(super) fn narrow(amount: u128) -> Result<u64, Trap> {
    u64::try_from(amount).map_err(|_| {
        Trap::Contract(format!(
            "The number of cycles {amount} does not fit into 64 bits; use the function with 128 bits"
        ))
    })
}

pub(super) fn cycles_available(
    run: &mut Run,
    guest: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    guest.write_u128(a[0], available(run))?;
    Ok(0)
}

pub(super) fn cycles_available_64(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    narrow(available(run))
}

pub(super) fn cycles_refunded(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.write_u128(a[0], run.input.refunded_cycles)?;
    Ok(0)
}

pub(super) fn cycles_refunded_64(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    narrow(run.input.refunded_cycles)
}

pub(super) fn cycles_accept(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let most = (u128::from(a[0]) << 64) | u128::from(a[1]);
    let amount = accept(run, most);
    guest.write_u128(a[2], amount)?;
    Ok(0)
}

pub(super) fn cycles_accept_64(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    narrow(accept(run, u128::from(a[0])))
}

pub(super) fn method_name_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.input.method.len() as u64)
}

pub(super) fn method_name_copy(
    run: &mut Run,
    guest: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    let name = run.input.method.as_bytes();
    guest.copy("msg_method_name_copy", name, [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn accept_message(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    if run.accepted {
        return Err(Trap::contract(
            "accept_message",
            "the function was already called",
        ));
    }
    run.accepted = true;
    Ok(0)
}
