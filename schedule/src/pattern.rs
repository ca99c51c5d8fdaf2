//! The wall-clock times that a calendar or cron rule selects, without any time zone.

use crate::bits::Bits;
use crate::days::Days;
use jiff::civil::{Date, DateTime, Time};

/// A set of wall-clock times: days, and times of day on each of them.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) seconds: Bits,
    pub(crate) minutes: Bits,
    pub(crate) hours: Bits,
    pub(crate) days: Days,
    /// Whether the times of day were written as an interval: with `*`, a range or a step, and not
    /// as single values. Such a rule fires again in an hour that the clock shows twice.
    pub(crate) repeats: bool,
}

impl Pattern {
    /// One time on each of these days.
    pub(crate) fn daily_at(hour: u8, minute: u8, days: Days) -> Self {
        Self {
            seconds: Bits::one(0),
            minutes: Bits::one(u32::from(minute)),
            hours: Bits::one(u32::from(hour)),
            days,
            repeats: false,
        }
    }

    /// Every second of every day.
    pub(crate) fn every_second() -> Self {
        Self {
            seconds: Bits::stepped(0, 59, 1),
            minutes: Bits::stepped(0, 59, 1),
            hours: Bits::stepped(0, 23, 1),
            days: Days::every(),
            repeats: true,
        }
    }

    /// The first selected time that is not before `from`.
    pub(crate) fn at_or_after(&self, from: DateTime) -> Option<DateTime> {
        let today = from.date();
        if let Some(time) = self.time_at_or_after(from.time())
            && self.days.contains(today)
        {
            return Some(today.to_datetime(time));
        }
        let day: Date = self.days.at_or_after(today.tomorrow().ok()?)?;
        let first = self.time_at_or_after(Time::midnight())?;
        Some(day.to_datetime(first))
    }

    /// Whether it selects this time.
    pub(crate) fn contains(&self, clock: DateTime) -> bool {
        let has = |set: Bits, part: i8| u32::try_from(part).is_ok_and(|part| set.contains(part));
        has(self.hours, clock.hour())
            && has(self.minutes, clock.minute())
            && has(self.seconds, clock.second())
            && self.days.contains(clock.date())
    }

    pub(crate) fn time_at_or_after(&self, from: Time) -> Option<Time> {
        let number = |value: i8| u32::try_from(value).ok();
        let hour = number(from.hour())?;
        let minute = number(from.minute())?;
        let second = number(from.second())?;
        let (first_minute, first_second) = (self.minutes.first()?, self.seconds.first()?);
        if self.hours.contains(hour) {
            if self.minutes.contains(minute)
                && let Some(next) = self.seconds.at_or_after(second)
            {
                return time(hour, minute, next);
            }
            if let Some(next) = self.minutes.at_or_after(minute + 1) {
                return time(hour, next, first_second);
            }
        }
        let next = self.hours.at_or_after(hour + 1)?;
        time(next, first_minute, first_second)
    }
}

/// A time of day.
pub(crate) fn time(hour: u32, minute: u32, second: u32) -> Option<Time> {
    let part = |value: u32| i8::try_from(value).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}
