//! Every so many days, weeks or months of the calendar, counted from a day.

use jiff::civil::Date;

const WEEK_DAYS: i64 = 7;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Days.
    Days,
    /// Weeks from Monday to Sunday.
    Weeks,
    /// Months.
    Months,
}

/// The periods that count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    pub(crate) unit: Unit,
    /// Every so many of them; never zero.
    pub(crate) every: u16,
    /// A day of the first period.
    pub(crate) anchor: Date,
    /// Whether no day before the anchor counts.
    pub(crate) from_anchor: bool,
}

impl Period {
    /// The days of a month that lie in periods that count, one bit for each, given the first day of
    /// the month and how many it has.
    pub(crate) fn of_month(&self, first: Date, length: u32) -> u64 {
        let days = match self.unit {
            Unit::Days => self.stepped(days_between(self.anchor, first), length),
            Unit::Weeks => self.in_weeks(first, length),
            Unit::Months => match months_between(self.anchor, first) % i64::from(self.every) {
                0 => u64::MAX,
                _ => 0,
            },
        };
        match self.from_anchor {
            true => days & self.not_before_anchor(first),
            false => days,
        }
    }

    /// Every so many days, given how many days the first of the month comes after one that counts.
    fn stepped(&self, since: i64, length: u32) -> u64 {
        let every = u32::from(self.every);
        let gone = u32::try_from(since.rem_euclid(every.into())).unwrap_or(0);
        let mut day = (every - gone) % every + 1;
        let mut days = 0;
        while day <= length {
            days |= 1 << day;
            day += every;
        }
        days
    }

    fn in_weeks(&self, first: Date, length: u32) -> u64 {
        let into_week = self.anchor.weekday().to_monday_zero_offset();
        let since_monday = days_between(self.anchor, first) + i64::from(into_week);
        let counts = |day: u32| {
            let week = (since_monday + i64::from(day) - 1).div_euclid(WEEK_DAYS);
            week.rem_euclid(self.every.into()) == 0
        };
        (1..=length)
            .filter(|day| counts(*day))
            .fold(0, |days, day| days | 1 << day)
    }

    fn not_before_anchor(&self, first: Date) -> u64 {
        match months_between(self.anchor, first) {
            0 => u64::MAX << u32::try_from(self.anchor.day()).unwrap_or(0),
            after if after > 0 => u64::MAX,
            _ => 0,
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

fn months_between(from: Date, to: Date) -> i64 {
    let number = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    number(to) - number(from)
}
