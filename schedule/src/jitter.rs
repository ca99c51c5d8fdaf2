//! Jitter: how long after its slot a run starts, so that many schedules of the same time do not
//! start at once.
//!
//! It is drawn from the schedule and the slot and from nothing else: whoever computes it again, at
//! an upgrade or in a preview, gets the same.

use chime_types::limits::NANOSECONDS;

/// Keeps zero from being mixed to zero, and neighbours apart (the golden ratio of 64 bits).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The nanoseconds between a slot and the start of its run, from 0 to `maximum_seconds` seconds,
/// both included, all equally likely.
///
/// * `slot_at`, `next_at`: the slot and the one after it, in nanoseconds since 1970. The run starts
///   strictly before `next_at`; if that is nearer than the maximum, it is the limit instead and all
///   values below are equally likely. `None`: no slot follows.
///
/// The sum of slot and jitter is never beyond the last instant of 64 bits.
///
/// ```
/// let slot_at = 1_774_742_400_000_000_000;
/// let jitter = chime_schedule::jitter_nanoseconds(7, slot_at, 60, None);
/// assert!(jitter <= 60_000_000_000);
/// assert_eq!(chime_schedule::jitter_nanoseconds(7, slot_at, 60, None), jitter);
/// assert_eq!(chime_schedule::jitter_nanoseconds(7, slot_at, 60, Some(slot_at + 1)), 0);
/// ```
#[must_use]
pub fn jitter_nanoseconds(
    schedule_id: u64,
    slot_at: u64,
    maximum_seconds: u64,
    next_at: Option<u64>,
) -> u64 {
    let room = match next_at {
        Some(next_at) => next_at.saturating_sub(slot_at).saturating_sub(1),
        None => u64::MAX - slot_at,
    };
    let maximum = maximum_seconds.saturating_mul(NANOSECONDS).min(room);
    let drawn = mixed(mixed(schedule_id) ^ slot_at);
    // The drawn number, as a fraction of 2^64, of the range.
    let scaled = (u128::from(drawn) * (u128::from(maximum) + 1)) >> 64;
    u64::try_from(scaled).unwrap_or(maximum)
}

/// Spreads a number over all 64 bits: a step of SplitMix64 (Steele, Lea and Flood, 2014).
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(STEP);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
