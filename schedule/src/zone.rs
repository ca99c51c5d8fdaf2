//! Time zones: the names, and the way from a wall clock to instants.
//!
//! Only the database that is part of the program is used, never that of the machine, so that every
//! copy of Chime of one release agrees on all slots. A zone is read from it once and then kept for
//! the life of the program (by the feature `std` of jiff), which makes compiling a schedule several
//! times faster and changes no answer.

use chime_types::Error;
use chime_types::limits::{LATEST_AT, NANOSECONDS};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// Longer than every name in the database.
const MAXIMUM_NAME_BYTES: usize = 64;
/// More than the changes of the clock that any zone had within the two days that are looked at.
const MAXIMUM_CHANGES: usize = 8;

/// A time zone with its canonical name.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    name: String,
    zone: TimeZone,
}

/// What a wall-clock time means in a zone; instants in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It occurs once.
    Once(i64),
    /// It is jumped over. The gap ends at this instant, when the clock shows this time.
    Gap { end: i64, clock: DateTime },
    /// It occurs at both instants.
    Twice { first: i64, second: i64 },
}

/// A span of time in which the clock is not changed; instants in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Its first second.
    pub(crate) from: i64,
    /// Its last second.
    pub(crate) until: i64,
    /// What the clock shows at its first second.
    pub(crate) clock: DateTime,
    /// The change of the clock before it, whether or not it lies within the span asked for.
    pub(crate) change: Option<Change>,
}

/// A change of the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// When.
    pub(crate) at: i64,
    /// What the clock would show then without the change.
    pub(crate) clock_before: DateTime,
    /// What it shows.
    pub(crate) clock: DateTime,
}

impl Stretch {
    /// What the clock shows at the last second.
    pub(crate) fn last_clock(&self) -> Option<DateTime> {
        self.clock
            .checked_add((self.until - self.from).seconds())
            .ok()
    }
}

impl Zone {
    /// The zone with this name, in any case.
    ///
    /// # Errors
    /// Names `field` and, where there is one, the name that was probably meant.
    pub(crate) fn find(name: &str, field: &str) -> Result<Self, Error> {
        let name = name.trim();
        // "Etc/Unknown" is a placeholder of the library and no zone.
        let found = (name.len() <= MAXIMUM_NAME_BYTES && !name.eq_ignore_ascii_case("Etc/Unknown"))
            .then(|| TimeZoneDatabase::bundled().get(name).ok())
            .flatten();
        match found {
            Some(zone) => Ok(Self {
                name: zone.iana_name().unwrap_or("UTC").to_string(),
                zone,
            }),
            None => Err(unknown(name, field)),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the clocks of both show the same at all times that schedules have: one zone under two
    /// names, such as Asia/Calcutta and Asia/Kolkata.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let begin = Timestamp::UNIX_EPOCH;
        let end = i64::try_from(LATEST_AT / NANOSECONDS).expect("BUG: a year of four digits");
        let changes = |zone: &Self| -> Vec<_> {
            let after = zone.zone.following(begin);
            after
                .map(|change| (change.timestamp(), change.offset()))
                .take_while(|(at, _)| at.as_second() < end)
                .collect()
        };
        self.name == other.name
            || (self.zone.to_offset(begin) == other.zone.to_offset(begin)
                && changes(self) == changes(other))
    }

    /// What the clock shows at an instant.
    pub(crate) fn clock(&self, instant: i64) -> Option<DateTime> {
        let instant = Timestamp::from_second(instant).ok()?;
        Some(self.zone.to_offset(instant).to_datetime(instant))
    }

    /// The instant or instants at which the clock shows `wall`.
    pub(crate) fn meaning(&self, wall: DateTime) -> Option<Meaning> {
        let instant = |offset: Offset| Some(offset.to_timestamp(wall).ok()?.as_second());
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(Meaning::Once(instant(offset)?)),
            AmbiguousOffset::Fold { before, after } => Some(Meaning::Twice {
                first: instant(before)?,
                second: instant(after)?,
            }),
            AmbiguousOffset::Gap { after, .. } => {
                let (end, clock) = self.set_to(instant(after)?, after)?;
                Some(Meaning::Gap { end, clock })
            }
        }
    }

    /// If the clock shows this time for the first of two times at `instant`: the instant at which
    /// it is put back, and what it shows then.
    pub(crate) fn repeat_after(&self, instant: i64) -> Option<(i64, DateTime)> {
        let wall = self.clock(instant)?;
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Fold { before, after }
                if before.to_timestamp(wall).ok()?.as_second() == instant =>
            {
                self.set_to(instant, after)
            }
            _ => None,
        }
    }

    /// The first instant after this one at which the clock may be put forward or back.
    pub(crate) fn next_change(&self, instant: i64) -> Option<i64> {
        let from = Timestamp::from_second(instant).ok()?;
        let change = self.zone.following(from).next()?;
        Some(change.timestamp().as_second())
    }

    /// The stretches of `from..=until`, in order.
    pub(crate) fn stretches(&self, from: i64, until: i64) -> impl Iterator<Item = Stretch> {
        let mut next = Some(from).filter(|from| *from <= until);
        std::iter::from_fn(move || {
            let from = next?;
            let change = self.next_change(from).filter(|change| *change <= until);
            next = change;
            Some(Stretch {
                from,
                until: change.map_or(until, |change| change - 1),
                clock: self.clock(from)?,
                change: self.change_before(from),
            })
        })
    }

    /// The first change of the clock after this instant that moves it.
    pub(crate) fn change_after(&self, instant: i64) -> Option<Change> {
        let mut at = instant;
        for _ in 0..MAXIMUM_CHANGES {
            at = self.next_change(at)?;
            let change = self.change_before(at)?;
            if change.clock != change.clock_before {
                return Some(change);
            }
        }
        None
    }

    /// The last change of the clock that is not after this instant.
    fn change_before(&self, instant: i64) -> Option<Change> {
        let beyond = Timestamp::from_second(instant + 1).ok()?;
        let at = self.zone.preceding(beyond).next()?.timestamp();
        let before = self.zone.to_offset(at.checked_sub(1.second()).ok()?);
        Some(Change {
            at: at.as_second(),
            clock_before: before.to_datetime(at),
            clock: self.zone.to_offset(at).to_datetime(at),
        })
    }

    /// The first instant after this one at which the clock is set to `offset`, and what it shows.
    fn set_to(&self, instant: i64, offset: Offset) -> Option<(i64, DateTime)> {
        let from = Timestamp::from_second(instant).ok()?;
        let mut changes = self.zone.following(from).take(MAXIMUM_CHANGES);
        let change = changes.find(|change| change.offset() == offset)?;
        let at = change.timestamp();
        Some((at.as_second(), offset.to_datetime(at)))
    }
}

fn unknown(name: &str, field: &str) -> Error {
    let shown: String = name.chars().take(MAXIMUM_NAME_BYTES).collect();
    let rule = format!("a time zone of the IANA database, got \"{shown}\"");
    let fix = match closest(&shown) {
        Some(close) => format!("Did you mean {close}?"),
        None => "Use a name such as Europe/Zurich, America/New_York or UTC.".to_string(),
    };
    Error::invalid(field, rule, fix)
}

/// The name in the database that this one was probably meant to be: the same city, or at most two
/// letters away.
fn closest(name: &str) -> Option<String> {
    let wanted = name.to_ascii_lowercase().replace(' ', "_");
    let database = TimeZoneDatabase::bundled();
    let mut best: Option<(usize, String)> = None;
    for candidate in database.available() {
        let candidate = candidate.as_str();
        let lower = candidate.to_ascii_lowercase();
        let city = lower.rsplit('/').next().unwrap_or(&lower);
        let wanted_city = wanted.rsplit('/').next().unwrap_or(&wanted);
        let distance = if city == wanted_city && city.len() > 3 {
            1
        } else {
            distance(&lower, &wanted).min(distance(city, &wanted))
        };
        if distance <= 2 && best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate.to_string()));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters must be changed, added or removed to get from one word to the other (3 stands
/// for more).
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 2 || one.len() < 4 {
        return 3;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()].min(3)
}
