//! The days and hours that the figures of an owner are for.

use chime_types::limits;

use crate::state::records::OwnerRecord;

/// Nanoseconds of an hour.
pub const HOUR: u64 = 3_600 * limits::NANOSECONDS;

/// Nanoseconds of a minute.
pub const MINUTE: u64 = 60 * limits::NANOSECONDS;

/// Days since 1970, UTC.
pub const fn day(now: u64) -> u64 {
    now / (24 * HOUR)
}

/// Hours since 1970.
pub const fn hour(now: u64) -> u64 {
    now / HOUR
}

/// Begins the figures of a new day.
pub(super) fn begin_day(owner: &mut OwnerRecord, now: u64) {
    let today = day(now);
    if owner.day != today {
        owner.day = today;
        owner.completed = 0;
        owner.failed = 0;
        owner.skipped = 0;
        owner.missed = 0;
        owner.spent_today = Default::default();
        owner.figures = Default::default();
    }
}

/// Begins the counts of a new hour.
pub(super) fn begin_hour(owner: &mut OwnerRecord, now: u64) {
    let present = hour(now);
    if owner.hour != present {
        owner.hour = present;
        owner.runs_this_hour = 0;
        owner.spent_this_hour = Default::default();
    }
}
