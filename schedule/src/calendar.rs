//! Which days a calendar rule selects, from how it is written.

use crate::bits::Bits;
use crate::compile::check;
use crate::days::Days;
use crate::exclusions::read::date;
use crate::period::{Period, Unit};
use chime_types::limits::MAXIMUM_CALENDAR_EVERY;
use chime_types::{CalendarUnit, Error, MonthDay};
use jiff::civil::Date;

/// Days in a week: the number that stands for Sunday beside 0.
const SUNDAY: u8 = 7;

/// The days of a rule for every so many days, weeks or months, for a schedule that starts on a day.
pub(crate) fn days(
    every: u16,
    unit: &CalendarUnit,
    anchor: Option<&str>,
    start: Date,
) -> Result<Days, Error> {
    if !(1..=MAXIMUM_CALENDAR_EVERY).contains(&every) {
        return Err(Error::invalid(
            "rule.calendar.every",
            format!("1-{MAXIMUM_CALENDAR_EVERY}, got {every}"),
            "Choose a smaller number, or a larger unit.",
        ));
    }
    let from_anchor = anchor.is_some();
    let anchor = anchor.map_or(Ok(start), |text| date("rule.calendar.anchor", text))?;
    let (unit, days) = match unit {
        CalendarUnit::Days {} => (Unit::Days, Days::every()),
        CalendarUnit::Weeks { weekdays } => (Unit::Weeks, on_weekdays(weekly(weekdays, anchor)?)),
        CalendarUnit::Months { on } => (Unit::Months, monthly(on)?),
    };
    Ok(Days {
        period: Some(Period {
            unit,
            every,
            anchor,
            from_anchor,
        }),
        ..days
    })
}

/// These days of every week.
pub(crate) fn on_weekdays(weekdays: Bits) -> Days {
    let mut days = Days::every();
    days.week_days.any = false;
    days.week_days.days = weekdays;
    days
}

/// This day of every month, or its last.
pub(crate) fn on_month_day(day: u8) -> Days {
    let mut days = Days::every();
    days.month_days.any = false;
    days.month_days.days = Bits::one(u32::from(day));
    days.month_days.clamped = true;
    days
}

/// A day of the week; 7 is Sunday, as in cron.
pub(crate) fn weekday(field: impl Into<String>, number: u8) -> Result<u32, Error> {
    check(field, 0, SUNDAY, number)?;
    Ok(u32::from(number % SUNDAY))
}

fn weekly(weekdays: &[u8], anchor: Date) -> Result<Bits, Error> {
    let mut set = Bits::default();
    for (index, number) in weekdays.iter().enumerate() {
        let field = format!("rule.calendar.unit.weeks.weekdays[{index}]");
        let day = weekday(field.clone(), *number)?;
        if set.contains(day) {
            let rule = format!("each day of the week once, got {number} again");
            return Err(Error::invalid(field, rule, "Remove the second one."));
        }
        set.insert(day);
    }
    if set.is_empty() {
        let day = anchor.weekday().to_sunday_zero_offset();
        set.insert(u32::try_from(day).expect("BUG: weekdays are not negative"));
    }
    Ok(set)
}

fn monthly(on: &MonthDay) -> Result<Days, Error> {
    let field = |name: &str| format!("rule.calendar.unit.months.on.{name}");
    let mut days = Days::every();
    match on {
        MonthDay::Day { day } => {
            check(field("day.day"), 1, 31, *day)?;
            return Ok(on_month_day(*day));
        }
        MonthDay::Nth { nth, weekday: day } => {
            check(field("nth.nth"), 1, 5, *nth)?;
            let day = weekday(field("nth.weekday"), *day)?;
            days.week_days.any = false;
            days.week_days.nth[usize::from(*nth) - 1] = Bits::one(day);
        }
        MonthDay::Last { weekday: day } => {
            let day = weekday(field("last.weekday"), *day)?;
            days.week_days.any = false;
            days.week_days.last = Bits::one(day);
        }
        MonthDay::LastWorkingDay {} => {
            days.month_days.any = false;
            days.month_days.nearest_from_last = Bits::one(0);
        }
    }
    Ok(days)
}
