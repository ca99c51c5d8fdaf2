//! Which days of a month a rule selects.
//!
//! The days of one month are computed at once, as bits, from the length of the month and the
//! weekday of its first day. A search for the next day therefore walks over months, never over
//! days, and its cost has a small fixed bound even for 29 February on a Monday.

use crate::bits::Bits;
use crate::period::Period;
use jiff::civil::Date;

/// The years a search may look at: those that 64 bits of nanoseconds since 1970 can name, and the
/// one before, in which 1970 begins for zones west of Greenwich.
const FIRST_YEAR: u32 = 1969;
/// See [`FIRST_YEAR`].
const LAST_YEAR: u32 = 2554;
/// All days from 1 to 31.
const EVERY_DAY: u64 = 0xffff_fffe;

/// The days of the month named by a day-of-month field.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MonthDays {
    /// The field restricts nothing.
    pub(crate) any: bool,
    /// Days counted from the first, 1 to 31.
    pub(crate) days: Bits,
    /// Days counted back from the last, which is 0 (`L`, `L-3`).
    pub(crate) from_last: Bits,
    /// Working days (Monday to Friday) nearest to a day of the same month (`15W`).
    pub(crate) nearest: Bits,
    /// Working days nearest to a day counted back from the last (`LW`, `L-3W`).
    pub(crate) nearest_from_last: Bits,
    /// A day that a month lacks is its last day.
    pub(crate) clamped: bool,
}

/// The days of the week named by a weekday field; Sunday is 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WeekDays {
    /// The field restricts nothing.
    pub(crate) any: bool,
    /// Every such weekday.
    pub(crate) days: Bits,
    /// Such weekdays only in their first, second .. fifth occurrence in the month (`5#3`).
    pub(crate) nth: [Bits; 5],
    /// Such weekdays only in their last occurrence in the month (`5L`).
    pub(crate) last: Bits,
}

/// The years named by a year field.
#[derive(Clone, Debug)]
pub(crate) struct Years([Bits; 10]);

/// A rule for days.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    pub(crate) month_days: MonthDays,
    pub(crate) week_days: WeekDays,
    /// If both are restricted, a day must satisfy both instead of either.
    pub(crate) both: bool,
    /// Months, 1 to 12.
    pub(crate) months: Bits,
    /// `None`: every year.
    pub(crate) years: Option<Years>,
    /// `None`: all of these days, else those in certain periods.
    pub(crate) period: Option<Period>,
}

impl Years {
    /// The empty set.
    pub(crate) fn new() -> Self {
        Self([Bits::default(); 10])
    }

    /// Adds a year; one outside of the years that can be searched is left out.
    pub(crate) fn insert(&mut self, year: u32) {
        if (FIRST_YEAR..=LAST_YEAR).contains(&year) {
            let index = year - FIRST_YEAR;
            self.0[(index / 64) as usize].insert(index % 64);
        }
    }

    fn contains(&self, year: u32) -> bool {
        let index = year - FIRST_YEAR;
        self.0[(index / 64) as usize].contains(index % 64)
    }

    /// The years in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        (FIRST_YEAR..=LAST_YEAR).filter(|year| self.contains(*year))
    }
}

impl Days {
    /// Every day.
    pub(crate) fn every() -> Self {
        Self {
            month_days: MonthDays {
                any: true,
                ..MonthDays::default()
            },
            week_days: WeekDays {
                any: true,
                ..WeekDays::default()
            },
            both: false,
            months: Bits::stepped(1, 12, 1),
            years: None,
            period: None,
        }
    }

    pub(crate) fn contains(&self, date: Date) -> bool {
        let every_day = self.month_days.any && self.week_days.any && self.period.is_none();
        self.has_month(date) && (every_day || self.of_month(date).contains(number(date.day())))
    }

    /// The days of the month in which `date` lies.
    pub(crate) fn in_month(&self, date: Date) -> Bits {
        match self.has_month(date) {
            true => self.of_month(date),
            false => Bits::default(),
        }
    }

    /// The first day that is not before `from`.
    pub(crate) fn at_or_after(&self, from: Date) -> Option<Date> {
        let mut year = u32::try_from(from.year()).ok()?;
        let mut month = number(from.month());
        let mut day = number(from.day());
        while year <= LAST_YEAR {
            if !self.has_year(year) {
                (year, month, day) = (year + 1, 1, 1);
                continue;
            }
            let Some(next_month) = self.months.at_or_after(month) else {
                (year, month, day) = (year + 1, 1, 1);
                continue;
            };
            if next_month != month {
                (month, day) = (next_month, 1);
            }
            let first = date(year, month, 1)?;
            if let Some(found) = self.of_month(first).at_or_after(day) {
                return date(year, month, found);
            }
            (month, day) = (month + 1, 1);
        }
        None
    }

    fn has_year(&self, year: u32) -> bool {
        (FIRST_YEAR..=LAST_YEAR).contains(&year)
            && self.years.as_ref().is_none_or(|years| years.contains(year))
    }

    fn has_month(&self, date: Date) -> bool {
        let year = u32::try_from(date.year()).unwrap_or(0);
        self.has_year(year) && self.months.contains(number(date.month()))
    }

    /// The selected days of the month in which `date` lies, if its month is selected at all.
    fn of_month(&self, date: Date) -> Bits {
        let length = number(date.days_in_month());
        let first = date.first_of_month().weekday().to_sunday_zero_offset();
        let month = Month {
            length,
            first_weekday: number(first),
        };
        let all = EVERY_DAY & ((1 << (length + 1)) - 1);
        let (by_month, by_week) = (&self.month_days, &self.week_days);
        let selected = match (by_month.any, by_week.any) {
            (true, true) => all,
            (false, true) => by_month.of(month),
            (true, false) => by_week.of(month),
            (false, false) if self.both => by_month.of(month) & by_week.of(month),
            (false, false) => by_month.of(month) | by_week.of(month),
        };
        let in_period = self.period.map_or(u64::MAX, |period| {
            period.of_month(date.first_of_month(), length)
        });
        Bits(selected & in_period & all)
    }
}

/// What the days of a month depend on.
#[derive(Clone, Copy)]
struct Month {
    length: u32,
    /// The weekday of its first day, 0 is Sunday.
    first_weekday: u32,
}

impl Month {
    fn weekday(self, day: u32) -> u32 {
        (self.first_weekday + day - 1) % 7
    }

    /// The first day that is this weekday.
    fn first(self, weekday: u32) -> u32 {
        (weekday + 7 - self.first_weekday) % 7 + 1
    }

    /// The working day nearest to `day` without leaving the month.
    fn nearest_working_day(self, day: u32) -> u32 {
        match self.weekday(day) {
            6 if day > 1 => day - 1,
            6 => day + 2,
            0 if day < self.length => day + 1,
            0 => day - 2,
            _ => day,
        }
    }
}

impl MonthDays {
    fn of(&self, month: Month) -> u64 {
        let mut selected = self.days;
        if self.clamped && selected.at_or_after(month.length + 1).is_some() {
            selected.insert(month.length);
        }
        let from_last = |back: u32| month.length.checked_sub(back).filter(|day| *day > 0);
        for day in self.from_last.iter().filter_map(from_last) {
            selected.insert(day);
        }
        let near = self.nearest.iter().filter(|day| *day <= month.length);
        let near_last = self.nearest_from_last.iter().filter_map(from_last);
        for day in near.chain(near_last) {
            selected.insert(month.nearest_working_day(day));
        }
        selected.0
    }
}

impl WeekDays {
    fn of(&self, month: Month) -> u64 {
        let mut selected = 0;
        for weekday in self.days.iter() {
            // Bits 0, 7, 14, 21 and 28, moved to the first such day.
            selected |= 0x1020_4081 << month.first(weekday);
        }
        for (index, weekdays) in (0..).zip(&self.nth) {
            for weekday in weekdays.iter() {
                selected |= 1 << (month.first(weekday) + 7 * index);
            }
        }
        for weekday in self.last.iter() {
            let first = month.first(weekday);
            selected |= 1 << (first + (month.length - first) / 7 * 7);
        }
        selected
    }
}

fn number(value: i8) -> u32 {
    u32::try_from(value).expect("BUG: parts of a date are not negative")
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let year = i16::try_from(year).ok()?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
