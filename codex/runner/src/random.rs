//! Where randomness comes from: a stream that the seed of the execution determines, so that a program
//! that is run again draws the same numbers. Whoever knows the seed knows them all: they are no secrets.

use std::cell::Cell;

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// Begins the stream of a seed.
pub fn seed(seed: &[u8]) {
    // FNV-1a: the seed is random already, only all of its bytes have to count.
    let folded = seed.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    STATE.set(folded);
}

/// SplitMix64.
fn next() -> u64 {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What `getrandom` calls.
///
/// # Safety
/// `destination` points to `length` bytes that may be written.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    destination: *mut u8,
    length: usize,
) -> Result<(), getrandom::Error> {
    // SAFETY: as the caller promises. Bytes are written before any is read.
    unsafe { destination.write_bytes(0, length) };
    // SAFETY: as above, and all bytes are initialised now.
    let bytes = unsafe { core::slice::from_raw_parts_mut(destination, length) };
    for part in bytes.chunks_mut(8) {
        part.copy_from_slice(&next().to_le_bytes()[..part.len()]);
    }
    Ok(())
}
