//! The days of a pattern in words.

use super::words::{Progression, every, list, ordinal, runs};
use crate::bits::Bits;
use crate::days::{Days, MonthDays, WeekDays, Years};
use crate::period::{Period, Unit};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
/// The last year that can be searched: a year field that ends here has no end.
const LAST_YEAR: u32 = 2_554;
/// Years of a step without an end that are named.
const SHOWN_YEARS: usize = 3;

/// Days in words, and where they stand in a sentence.
pub(super) enum Dates {
    /// Every day, perhaps of some months only: ` in January`.
    Every(String),
    /// Said after the time, with its preposition: `at 09:00` and ` on Monday`.
    Behind(String),
    /// Said before the time: `on the last day of the month` and `at 03:00`.
    Before(String),
}

/// The days of a pattern, without their years.
pub(super) fn dates(days: &Days) -> Dates {
    let of_months = of_months(days.months);
    let in_months = in_months(days.months);
    let month_days = month_days(&days.month_days);
    let on_month_days = match month_days.as_slice() {
        [run] if days.month_days.days.is_run() => format!("from {run}"),
        items => format!("on {}", list(items, "and")),
    };
    let week_days = week_days(&days.week_days);
    let on_week_days = match week_days.as_slice() {
        [run] if days.week_days.days.len() > 2 => format!("from {run}"),
        items => format!("on {}", list(items, "and")),
    };
    let plain = days.week_days.is_plain();
    match (days.month_days.any, days.week_days.any) {
        (true, true) => Dates::Every(in_months),
        (false, true) => Dates::Before(format!("{on_month_days} {of_months}")),
        (true, false) if plain => Dates::Behind(match week_days.as_slice() {
            [run] if days.week_days.days.len() > 2 => format!(", {run}{in_months}"),
            _ => format!(" {on_week_days}{in_months}"),
        }),
        (true, false) => Dates::Before(format!("{on_week_days} {of_months}")),
        (false, false) if days.both => {
            let wanted = list(&week_days, "or");
            Dates::Behind(format!(" {on_month_days} {of_months} if it is {wanted}"))
        }
        (false, false) if plain => Dates::Behind(format!(
            " {on_month_days} {of_months} or {on_week_days}{in_months}"
        )),
        (false, false) => Dates::Behind(format!(" {on_month_days} or {on_week_days} {of_months}")),
    }
}

/// The days in periods that are counted: what is said before the time, and behind it.
pub(super) fn period(days: &Days, period: &Period) -> (String, String) {
    let unit = match period.unit {
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
    };
    let mut front = every(period.every.into(), unit);
    let mut items = month_days(&days.month_days);
    items.extend(week_days(&days.week_days));
    if !items.is_empty() {
        front += &format!(" on {}", list(&items, "and"));
    }
    let behind = match (period.every, period.from_anchor) {
        (1, false) => String::new(),
        (1, true) => format!(", from {} on", period.anchor),
        _ => format!(", counted from {}", period.anchor),
    };
    (front, behind)
}

/// The years, of those in steps the next three from `first_year` on: nothing if there is no year
/// field. A step counts from the first year that the field can name, which nobody knows by heart.
pub(super) fn years(years: Option<&Years>, first_year: i16) -> String {
    let Some(years) = years else {
        return String::new();
    };
    let first_year = u32::try_from(first_year).unwrap_or(0);
    let all: Vec<u32> = years.iter().collect();
    let ahead: Vec<String> = all
        .iter()
        .filter(|year| **year >= first_year)
        .take(SHOWN_YEARS)
        .map(ToString::to_string)
        .collect();
    let steps = |pair: &[u32]| pair[1] - pair[0];
    let even = all.len() > 2 && all.windows(2).map(steps).all(|step| step == steps(&all));
    match (all.as_slice(), all.last()) {
        ([first, second, ..], Some(last)) if even => {
            let step = second - first;
            let which = match step {
                1 => String::new(),
                _ => format!("in every {} year ", ordinal(step)),
            };
            match (*last > LAST_YEAR - step, step) {
                (true, 1) => format!(" from {first} on"),
                (true, _) => format!(" {which}({} and so on)", ahead.join(", ")),
                (false, _) => format!(" {which}from {first} to {last}"),
            }
        }
        _ => {
            let shown = runs(&all, |year| year.to_string());
            format!(" in {}", list(&shown, "and"))
        }
    }
}

/// `of the month`, `of January and July`.
fn of_months(set: Bits) -> String {
    if set.len() == 12 {
        return "of the month".to_string();
    }
    let names: Vec<String> = set.iter().map(month).collect();
    format!("of {}", list(&names, "and"))
}

/// Nothing for all months, else ` in January and July` or ` from June to August`.
fn in_months(set: Bits) -> String {
    if set.len() == 12 {
        return String::new();
    }
    let all: Vec<u32> = set.iter().collect();
    match runs(&all, month).as_slice() {
        [run] if set.len() > 2 => format!(" from {run}"),
        items => format!(" in {}", list(items, "and")),
    }
}

fn month(number: u32) -> String {
    MONTHS[number as usize - 1].to_string()
}

fn month_days(days: &MonthDays) -> Vec<String> {
    let the = |day: u32| format!("the {}", ordinal(day));
    let before_last = |back: u32| match back {
        0 => "the last day".to_string(),
        1 => "the day before the last day".to_string(),
        _ => format!("the day {back} days before the last day"),
    };
    let mut items = Vec::new();
    match Progression::of(days.days, 31) {
        Some(steps) if !steps.is_run() => {
            let which = format!("every {} day", ordinal(steps.step));
            let whole = steps.first == 1 && steps.last + steps.step > 31;
            items.push(match whole {
                true => which,
                false => format!("{which} from {} to {}", the(steps.first), the(steps.last)),
            });
        }
        _ if days.clamped && days.days == Bits::one(31) => items.push(before_last(0)),
        _ => {
            let all: Vec<u32> = days.days.iter().collect();
            items.extend(runs(&all, the));
        }
    }
    if days.clamped && (days.days.contains(29) || days.days.contains(30)) {
        items = items
            .iter()
            .map(|item| format!("{item} (or the last day)"))
            .collect();
    }
    items.extend(
        days.nearest
            .iter()
            .map(|day| format!("the working day nearest to {}", the(day))),
    );
    items.extend(days.from_last.iter().map(before_last));
    items.extend(days.nearest_from_last.iter().map(|back| match back {
        0 => "the last working day".to_string(),
        _ => format!("the working day nearest to {}", before_last(back)),
    }));
    items
}

/// The name of a day of the week; Sunday is 0 and 7.
pub(super) fn weekday(number: u32) -> String {
    WEEKDAYS[number as usize % 7].to_string()
}

/// Monday comes first and Sunday, as 7, last.
pub(super) fn from_monday(weekdays: Bits) -> Vec<u32> {
    let sunday = weekdays.contains(0).then_some(7);
    weekdays.from(1).iter().chain(sunday).collect()
}

fn week_days(days: &WeekDays) -> Vec<String> {
    let mut items = runs(&from_monday(days.days), weekday);
    for (nth, weekdays) in (1..).zip(&days.nth) {
        items.extend(
            weekdays
                .iter()
                .map(|day| format!("the {} {}", ordinal(nth), weekday(day))),
        );
    }
    items.extend(
        days.last
            .iter()
            .map(|day| format!("the last {}", weekday(day))),
    );
    items
}

impl WeekDays {
    /// Whether it names weekdays only, none of them by its place in the month.
    fn is_plain(&self) -> bool {
        self.last.is_empty() && self.nth.iter().all(|weekdays| weekdays.is_empty())
    }
}
