//! The times of the clock that an interval can have.

use crate::bits::Bits;
use crate::days::Days;
use crate::pattern::Pattern;
use jiff::civil::DateTime;

const DAY_SECONDS: u64 = 86_400;

/// What the clock can show at slots every `seconds` seconds of which one falls on `clock`, until
/// the clock is changed: an interval of an hour keeps to its minute, one of a week to its weekday.
/// Never a time too few; `None` only if `clock` is no time.
pub(super) fn reach(seconds: u64, clock: DateTime) -> Option<Pattern> {
    let part = |value: i8| u32::try_from(value).ok();
    let mut days = Days::every();
    if seconds.is_multiple_of(7 * DAY_SECONDS) {
        let weekday = clock.date().weekday().to_sunday_zero_offset();
        days.week_days.any = false;
        days.week_days.days = Bits::one(part(weekday)?);
    }
    Some(Pattern {
        seconds: same(seconds, 1, 60, part(clock.second())?),
        minutes: same(seconds, 60, 60, part(clock.minute())?),
        hours: same(seconds, 3_600, 24, part(clock.hour())?),
        days,
        repeats: true,
    })
}

/// The values that a part of the clock can have, which counts `cycle` units of `unit` seconds.
fn same(seconds: u64, unit: u64, cycle: u32, value: u32) -> Bits {
    let common = divisor(seconds, unit * u64::from(cycle));
    let step = match common.is_multiple_of(unit) {
        true => u32::try_from(common / unit).unwrap_or(1),
        false => 1,
    };
    Bits::stepped(value % step, cycle - 1, step)
}

/// The greatest common divisor.
fn divisor(one: u64, other: u64) -> u64 {
    match other {
        0 => one,
        _ => divisor(other, one % other),
    }
}
