//! `stable64_*` and the older 32-bit `stable_*`.

use super::{Guest, Run, Trap};
use crate::limits::STABLE_DIRTY_PAGES;
use crate::memory::PAGE_BYTES;

type Args = [u64; 8];

/// Instructions for the first write to a page of 4 KiB.
const DIRTY_PAGE_INSTRUCTIONS: u64 = 1_000;
/// Pages that the 32-bit functions can address.
const PAGES_32_BIT: u64 = 65_536;

pub(super) fn size(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    Ok(run.stable.wasm_pages())
}

pub(super) fn grow(run: &mut Run, _: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    Ok(run.stable.grow(a[0]).unwrap_or(u64::MAX))
}

pub(super) fn write(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let [offset, source, len, ..] = *a;
    run.charge(len)?;
    let bytes = guest.read(source, len)?;
    run.check_poison(bytes)?;
    let touched = bytes.len() / PAGE_BYTES + 2;
    if run.stable.dirty_pages() + touched > STABLE_DIRTY_PAGES {
        return Err(Trap::StableAccessLimit);
    }
    let dirtied = run
        .stable
        .write(&run.stable_base, offset, bytes)
        .map_err(|_| Trap::stable_out_of_bounds())?;
    run.charge(dirtied as u64 * DIRTY_PAGE_INSTRUCTIONS)?;
    Ok(0)
}

pub(super) fn read(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let [destination, offset, len, ..] = *a;
    run.charge(len)?;
    let buffer = guest.slice_mut(destination, len)?;
    run.stable
        .read(&run.stable_base, offset, buffer)
        .map_err(|_| Trap::stable_out_of_bounds())?;
    Ok(0)
}

fn check_32_bit(run: &Run) -> Result<(), Trap> {
    if run.stable.wasm_pages() > PAGES_32_BIT {
        return Err(Trap::Engine(
            "32 bit stable memory api used on a memory larger than 4GB",
        ));
    }
    Ok(())
}

pub(super) fn size_32(run: &mut Run, _: &mut Guest<'_>, _: &Args) -> Result<u64, Trap> {
    check_32_bit(run)?;
    Ok(run.stable.wasm_pages())
}

pub(super) fn grow_32(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    check_32_bit(run)?;
    if run.stable.wasm_pages() + a[0] > PAGES_32_BIT {
        return Ok(u64::from(u32::MAX));
    }
    grow(run, guest, a)
}

pub(super) fn write_32(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    check_32_bit(run)?;
    write(run, guest, a)
}

pub(super) fn read_32(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    check_32_bit(run)?;
    read(run, guest, a)
}
