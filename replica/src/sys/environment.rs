//! `env_var_*`: the environment variables that controllers set.

use super::{Guest, Run, Trap};
use crate::limits::ENVIRONMENT_VARIABLE_BYTES;

type Args = [u64; 8];

pub(super) fn count(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.environment.variables.len() as u64)
}

fn name_at<'r>(run: &'r Run, function: &str, index: u64) -> Result<&'r [u8], Trap> {
    usize::try_from(index)
        .ok()
        .and_then(|index| run.environment.variables.keys().nth(index))
        .map(String::as_bytes)
        .ok_or_else(|| Trap::contract(function, "the index is out of bounds"))
}

pub(super) fn name_size(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    Ok(name_at(run, "env_var_name_size", a[0])?.len() as u64)
}

pub(super) fn name_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    const NAME: &str = "env_var_name_copy";
    guest.copy(NAME, name_at(run, NAME, a[0])?, [a[1], a[2], a[3]])?;
    Ok(0)
}

fn name(guest: &Guest<'_>, function: &str, start: u64, len: u64) -> Result<String, Trap> {
    if len > ENVIRONMENT_VARIABLE_BYTES as u64 {
        return Err(Trap::contract(function, "the name is too long"));
    }
    guest.text(function, start, len)
}

pub(super) fn name_exists(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let name = name(guest, "env_var_name_exists", a[0], a[1])?;
    Ok(u64::from(run.environment.variables.contains_key(&name)))
}

fn value<'r>(run: &'r Run, function: &str, name: &str) -> Result<&'r [u8], Trap> {
    let value = run.environment.variables.get(name).map(String::as_bytes);
    value.ok_or_else(|| Trap::contract(function, "there is no variable of that name"))
}

pub(super) fn value_size(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    const NAME: &str = "env_var_value_size";
    let name = name(guest, NAME, a[0], a[1])?;
    Ok(value(run, NAME, &name)?.len() as u64)
}

pub(super) fn value_copy(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    const NAME: &str = "env_var_value_copy";
    let name = name(guest, NAME, a[0], a[1])?;
    guest.copy(NAME, value(run, NAME, &name)?, [a[2], a[3], a[4]])?;
    Ok(0)
}
