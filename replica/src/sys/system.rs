//! The canister itself and the subnet: ids, balance, time, timer, counters, certified data.

use super::{Guest, Run, Trap};
use crate::CanisterStatus;
use crate::limits::{CERTIFIED_DATA_BYTES, SUBNET_NODES, TRAP_TEXT_BYTES};

type Args = [u64; 8];

pub(super) fn self_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.environment.canister_id.as_slice().len() as u64)
}

pub(super) fn self_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let id = run.environment.canister_id;
    guest.copy("canister_self_copy", id.as_slice(), [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn cycle_balance(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.write_u128(a[0], run.cycles)?;
    Ok(0)
}

pub(super) fn liquid_balance(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.write_u128(a[0], run.liquid_cycles())?;
    Ok(0)
}

pub(super) fn cycle_balance_64(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    super::message::narrow(run.cycles)
}

pub(super) fn cycles_burn(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let amount = (u128::from(a[0]) << 64) | u128::from(a[1]);
    let burned = amount.min(run.liquid_cycles());
    run.cycles -= burned;
    run.burned_cycles += burned;
    guest.write_u128(a[2], burned)?;
    Ok(0)
}

pub(super) fn status(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(match run.environment.status {
        CanisterStatus::Running => 1,
        CanisterStatus::Stopping => 2,
        CanisterStatus::Stopped => 3,
    })
}

pub(super) fn version(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.environment.version)
}

pub(super) fn subnet_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    let id = crate::subnet_id(&run.environment.root_key);
    Ok(id.as_slice().len() as u64)
}

pub(super) fn subnet_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let id = crate::subnet_id(&run.environment.root_key);
    guest.copy("subnet_self_copy", id.as_slice(), [a[0], a[1], a[2]])?;
    Ok(0)
}

pub(super) fn subnet_node_count(_: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(u64::from(SUBNET_NODES))
}

pub(super) fn root_key_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.environment.root_key.len() as u64)
}

pub(super) fn root_key_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.copy(
        "root_key_copy",
        &run.environment.root_key,
        [a[0], a[1], a[2]],
    )?;
    Ok(0)
}

pub(super) fn certified_data_set(
    run: &mut Run,
    guest: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    let bytes = guest.read(a[0], a[1])?;
    if bytes.len() > CERTIFIED_DATA_BYTES {
        let text = format!(
            "the data must be no larger than {CERTIFIED_DATA_BYTES} bytes. Found {} bytes",
            bytes.len()
        );
        return Err(Trap::contract("certified_data_set", &text));
    }
    run.certified_data = Some(bytes.to_vec());
    Ok(0)
}

pub(super) fn certificate_present(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(u64::from(run.environment.certificate.is_some()))
}

fn certificate(run: &Run) -> Result<&[u8], Trap> {
    let certificate = run.environment.certificate.as_deref();
    certificate.ok_or_else(|| Trap::contract("data_certificate", "no certificate is present"))
}

pub(super) fn certificate_size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(certificate(run)?.len() as u64)
}

pub(super) fn certificate_copy(
    run: &mut Run,
    guest: &mut Guest<'_>,
    a: &Args,
) -> Result<u64, Trap> {
    guest.copy(
        "data_certificate_copy",
        certificate(run)?,
        [a[0], a[1], a[2]],
    )?;
    Ok(0)
}

pub(super) fn time(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.environment.time_ns)
}

pub(super) fn global_timer_set(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    Ok(std::mem::replace(&mut run.global_timer_ns, a[0]))
}

pub(super) fn performance_counter(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    match a[0] {
        0 => Ok(run.instructions() - run.spent_before),
        1 => Ok(run.input.context_instructions + run.instructions()),
        other => {
            let text = format!("there is no counter of type {other}");
            Err(Trap::contract("performance_counter", &text))
        }
    }
}

pub(super) fn is_controller(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let id = guest.principal("is_controller", a[0], a[1])?;
    Ok(u64::from(run.environment.controllers.contains(&id)))
}

pub(super) fn in_replicated_execution(
    run: &mut Run,
    _: &mut Guest<'_>,
    _: &Args,
) -> Result<u64, Trap> {
    Ok(u64::from(run.input.mode.is_replicated()))
}

pub(super) fn debug_print(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    run.charge(a[1])?;
    match guest.read(a[0], a[1]) {
        Ok(bytes) => run.log.push(bytes),
        Err(_) => run.log.push(b"(debug_print message out of memory bounds)"),
    }
    Ok(0)
}

pub(super) fn trap(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    run.charge(a[1])?;
    let text = match guest.read(a[0], a[1]) {
        Ok(bytes) => String::from_utf8_lossy(&bytes[..bytes.len().min(TRAP_TEXT_BYTES)]).into(),
        Err(_) => "(trap message out of memory bounds)".to_owned(),
    };
    Err(Trap::Called(text))
}
