//! A compiled schedule and the questions it answers.

use crate::definition::Definition;
use crate::describe;
use crate::exclusions::{Exclusions, Progress};
use crate::interval::Interval;
use crate::wall::WallRule;
use chime_types::Error;
use chime_types::limits::NANOSECONDS;
use jiff::civil::DateTime;

/// A checked rule with its zone, start and end.
///
/// Compiling looks up the zone and reads the cron expression; asking for slots does neither, so
/// keep the value when many slots are asked for.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(crate) times: Times,
    pub(crate) exclusions: Option<Box<Exclusions>>,
    pub(crate) timezone: String,
    pub(crate) start_at: u64,
    pub(crate) end_at: Option<u64>,
}

/// The slots of a rule, before the end and the exclusions are applied.
#[derive(Clone, Debug)]
pub(crate) enum Times {
    /// `clock`: what the clock of the zone shows, if the rule names the instant.
    Once {
        at: u64,
        clock: Option<DateTime>,
    },
    Every {
        interval: Interval,
        aligned: bool,
    },
    Wall(Box<WallRule>),
}

/// How many slots lie in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCount {
    /// The number of slots.
    pub count: u64,
    /// The last slot of the span.
    pub last_at: Option<u64>,
}

impl Schedule {
    /// Checks a rule and prepares it.
    ///
    /// Compiling the same definition again gives the same schedule.
    ///
    /// # Errors
    /// An [`Error`] that names the field relative to a [`NewSchedule`](chime_types::NewSchedule),
    /// such as `rule.daily.hour`, `rule.cron.expression`, `timezone` or `end_at`: a value out of
    /// range, an unknown zone, an expression that cannot be read, a zone in the expression other
    /// than `timezone`, an end that is not after the start, a rule that has no time at all (30
    /// February, or nothing between start and end), or an exclusion that breaks a rule, such as
    /// `exclusions[0].dates.from`.
    ///
    /// `exclusions` itself if they leave no slot until the year 2554, or none that is found in
    /// 20,000 steps: three for each stretch of time left out, one for each month in it and one for
    /// each change of the clock. Only an interval that keeps missing the free times needs more.
    pub fn compile(definition: &Definition<'_>) -> Result<Self, Error> {
        definition.compile()
    }

    /// The first slot strictly after `after_at`; never before the start, none after the end.
    #[must_use]
    pub fn next_after(&self, after_at: u64) -> Option<u64> {
        self.first_after(after_at, u64::MAX)
    }

    /// The next slots after `after_at`, at most `count` of them, in order.
    #[must_use]
    pub fn next_times(&self, after_at: u64, count: usize) -> Vec<u64> {
        let next = self.next_after(after_at);
        std::iter::successors(next, |slot| self.next_after(*slot))
            .take(count)
            .collect()
    }

    /// Like [`Schedule::next_times`], at a bounded cost however dear the exclusions are.
    ///
    /// # Errors
    /// Names `exclusions` if the times cannot be found within what four searches may cost.
    pub fn preview(&self, after_at: u64, count: usize) -> Result<Vec<u64>, Error> {
        let mut progress = Progress::of_preview();
        let mut times = Vec::new();
        let mut last = after_at;
        while times.len() < count {
            let next = last
                .checked_add(1)
                .and_then(|from| self.first_within(from, u64::MAX, &mut progress));
            let Some(next) = next else {
                if progress.is_spent() {
                    return Err(too_dear(count, times.len()));
                }
                break;
            };
            times.push(next);
            last = next;
        }
        Ok(times)
    }

    /// How many slots lie after `after_at` and not after `until_at`, and the last of them: what a
    /// scheduler missed while it could not run.
    ///
    /// It is exact and walks over no slot: an interval is counted in constant time, all else by the
    /// days of the span, each kind of day once. The last slot is found by bisection, in fewer than 80
    /// searches.
    #[must_use]
    pub fn slots_between(&self, after_at: u64, until_at: u64) -> SlotCount {
        let count = after_at
            .checked_add(1)
            .map_or(0, |from_at| self.count(from_at, until_at));
        SlotCount {
            count,
            last_at: (count > 0)
                .then(|| self.last_between(after_at, until_at))
                .flatten(),
        }
    }

    /// The last slot after `after_at` that is not after `until_at`.
    ///
    /// For all but intervals without exclusions it is found by bisection, first near `until_at`: in
    /// about twice the logarithm of the distance of two slots in seconds, and in fewer than 80
    /// searches.
    #[must_use]
    pub fn last_between(&self, after_at: u64, until_at: u64) -> Option<u64> {
        let until_at = self.until(until_at);
        if let Some(interval) = self.plain_interval() {
            return interval.count(after_at.checked_add(1)?, until_at).1;
        }
        // Widen the span before `until_at` until it has a slot.
        let mut span = NANOSECONDS;
        let mut found = loop {
            let from_at = until_at.saturating_sub(span).max(after_at);
            match self.first_after(from_at, until_at) {
                Some(slot) => break slot,
                None if from_at == after_at => return None,
                None => span = span.saturating_mul(2),
            }
        };
        // Slots are a second apart at least, so `found` is the last one when `beyond`, after which
        // there is none, is nearer than that.
        let mut beyond = until_at;
        while beyond.saturating_sub(found) >= NANOSECONDS {
            let middle = found + (beyond - found) / 2;
            match self.first_after(middle, until_at) {
                Some(slot) => found = slot,
                None => beyond = middle,
            }
        }
        Some(found)
    }

    /// The same rule without its start: with the slots that it would have had before. One whose
    /// anchor is named keeps to it.
    #[must_use]
    pub fn without_start(&self) -> Self {
        let mut endless = self.clone();
        endless.start_at = 0;
        if let Times::Every { interval, .. } = &mut endless.times {
            *interval = interval.at_the_beginning();
        }
        endless
    }

    /// The rule in plain words, such as `every day at 02:00`. The zone is not part of it.
    #[must_use]
    pub fn describe(&self) -> String {
        describe::schedule(self)
    }

    /// The next change of the clock after an instant, in words, for a rule that is read from the clock:
    /// `on 2027-03-28 at 02:00 the clocks go forward to 03:00`.
    #[must_use]
    pub fn clock_change_after(&self, at: u64) -> Option<String> {
        let Times::Wall(rule) = &self.times else {
            return None;
        };
        let second = i64::try_from(at / NANOSECONDS).ok()?;
        let change = rule.zone.change_after(second)?;
        Some(describe::clock_change(&change))
    }

    /// The canonical IANA name of the zone.
    #[must_use]
    pub fn timezone(&self) -> &str {
        &self.timezone
    }

    /// The interval in seconds if the rule is an interval or `@every`, else 0.
    #[must_use]
    pub const fn repeat_every_seconds(&self) -> u64 {
        match &self.times {
            Times::Every { interval, .. } => interval.seconds(),
            Times::Once { .. } | Times::Wall(_) => 0,
        }
    }

    /// The most slots that lie within an hour, wherever it begins, whatever the start, the end, the days
    /// and the exclusions leave of them. A clock that is read to the second shows each minute and second
    /// once in an hour, so the times of day need not be looked through.
    #[must_use]
    pub fn slots_an_hour(&self) -> u32 {
        const HOUR: u64 = 3_600;
        let slots = match &self.times {
            Times::Once { .. } => 1,
            Times::Every { interval, .. } => HOUR.div_ceil(interval.seconds().max(1)),
            Times::Wall(rule) => {
                u64::from(rule.pattern.seconds.len()) * u64::from(rule.pattern.minutes.len())
            }
        };
        u32::try_from(slots).unwrap_or(u32::MAX)
    }

    /// The interval, if every one of its slots between start and end counts.
    const fn plain_interval(&self) -> Option<&Interval> {
        match (&self.times, &self.exclusions) {
            (Times::Every { interval, .. }, None) => Some(interval),
            _ => None,
        }
    }

    /// This instant, or the end if it comes first.
    fn until(&self, until_at: u64) -> u64 {
        self.end_at.map_or(until_at, |end| end.min(until_at))
    }

    fn first_after(&self, after_at: u64, until_at: u64) -> Option<u64> {
        self.first_between(after_at.checked_add(1)?, until_at)
    }

    /// The first slot in `from_at..=until_at`.
    pub(crate) fn first_between(&self, from_at: u64, until_at: u64) -> Option<u64> {
        self.first_within(from_at, until_at, &mut Progress::default())
    }

    fn first_within(&self, from_at: u64, until_at: u64, progress: &mut Progress) -> Option<u64> {
        let from_at = from_at.max(self.start_at);
        let until_at = self.until(until_at);
        let slot_at = match &self.exclusions {
            None => self.times.at_or_after(from_at),
            Some(exclusions) => exclusions.search(&self.times, from_at, until_at, progress),
        };
        slot_at.filter(|slot| *slot <= until_at)
    }
}

fn too_dear(count: usize, found: usize) -> Error {
    Error::invalid(
        "exclusions",
        format!("{count} times that can be found in a short search, found {found}"),
        "Ask for fewer times (`count`), or leave out fewer kinds of days: join expressions.",
    )
}

impl Times {
    /// The first time that is not before `at`.
    pub(crate) fn at_or_after(&self, at: u64) -> Option<u64> {
        match self {
            Self::Once { at: once_at, .. } => Some(*once_at).filter(|once_at| *once_at >= at),
            Self::Every { interval, .. } => interval.at_or_after(at),
            Self::Wall(rule) => {
                let seconds = i64::try_from(at.div_ceil(NANOSECONDS)).ok()?;
                let slot = u64::try_from(rule.next_after(seconds - 1)?).ok()?;
                slot.checked_mul(NANOSECONDS)
            }
        }
    }
}
