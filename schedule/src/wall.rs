//! Wall-clock times as instants: where a calendar or cron rule meets a time zone.
//!
//! The search runs on the wall clock, which is cheap, and only its result is looked up in the
//! zone. The wall clock shows the hour before it is put back twice, so a search that starts there
//! has to go over that hour again; see [`WallRule::next_after`].

use crate::pattern::Pattern;
use crate::zone::{Meaning, Zone};
use chime_types::GapPolicy;
use jiff::ToSpan;
use jiff::civil::DateTime;

/// Most wall-clock times that one search may look at. Each one that is not the answer ends a gap
/// or a repeated hour, of which a zone has a few in a year at most, so this is beyond all years
/// that can be named.
const MAXIMUM_LOOKUPS: usize = 4_096;

/// A pattern in a zone.
#[derive(Clone, Debug)]
pub(crate) struct WallRule {
    pub(crate) pattern: Pattern,
    pub(crate) zone: Zone,
    pub(crate) gap: GapPolicy,
}

impl WallRule {
    /// The first slot after this instant, in seconds since 1970.
    pub(crate) fn next_after(&self, after: i64) -> Option<i64> {
        // From what the clock shows at `after`, not from what it shows a second later: in between
        // may lie a gap with times that fire at its end.
        let clock = self.zone.clock(after)?.checked_add(1.second()).ok()?;
        if !self.pattern.repeats {
            return self.search(clock, after + 1);
        }
        let Some((again, clock_again)) = self.zone.repeat_after(after) else {
            return self.search(clock, after + 1);
        };
        // The rest of the hour that will come again, and then that hour from its beginning.
        match self.search(clock, after + 1) {
            Some(slot) if slot < again => Some(slot),
            _ => self.search(clock_again, again),
        }
    }

    /// The first slot, not before the instant `from`, whose time on the wall clock is not before
    /// `clock`.
    fn search(&self, mut clock: DateTime, from: i64) -> Option<i64> {
        for _ in 0..MAXIMUM_LOOKUPS {
            let wall = self.pattern.at_or_after(clock)?;
            clock = match self.zone.meaning(wall)? {
                Meaning::Once(slot) if slot >= from => return Some(slot),
                Meaning::Once(_) => wall.checked_add(1.second()).ok()?,
                Meaning::Gap { end, .. } if end >= from && self.gap == GapPolicy::RunAfter => {
                    return Some(end);
                }
                Meaning::Gap { clock, .. } => clock,
                Meaning::Twice { first, .. } if first >= from => return Some(first),
                Meaning::Twice { second, .. } if self.pattern.repeats && second >= from => {
                    return Some(second);
                }
                Meaning::Twice { first, second } => self.after_repeat(first, second)?,
            };
        }
        None
    }

    /// What the clock shows when a repeated hour is over, given the two instants of any one of its
    /// times.
    fn after_repeat(&self, first: i64, second: i64) -> Option<DateTime> {
        let (_, clock_again) = self.zone.repeat_after(first)?;
        clock_again.checked_add((second - first).seconds()).ok()
    }
}
