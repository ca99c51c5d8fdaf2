//! The two day fields, with `L`, `W`, `#` and `+`.

use super::fields::{MONTH_DAY, WEEKDAY, number};
use crate::bits::Bits;
use crate::days::{MonthDays, WeekDays};
use chime_types::Error;

/// Reads the day of month: plain values, `L` (the last day), `L-3` (three days before it), `15W`
/// (the working day nearest to the 15th), `LW`, `L-3W`, and ranges that end with `L`.
pub(super) fn month_days(text: &str) -> Result<MonthDays, Error> {
    let mut month_days = MonthDays::default();
    if is_any(text) {
        month_days.any = true;
        return Ok(month_days);
    }
    for item in MONTH_DAY.items(text)? {
        if let Some(back) = item.strip_prefix('L') {
            let (back, near) = match back.strip_suffix('W') {
                Some(back) => (back, true),
                None => (back, false),
            };
            let back = days_before_last(back, item)?;
            if near {
                month_days.nearest_from_last.insert(back);
            } else {
                month_days.from_last.insert(back);
            }
        } else if let Some(day) = item.strip_suffix('W') {
            month_days.nearest.insert(MONTH_DAY.value(day)?);
        } else if let Some(first) = item.strip_suffix("-L") {
            let first = MONTH_DAY.value(first)?;
            month_days.days = month_days.days.union(Bits::stepped(first, 31, 1));
        } else {
            let range = MONTH_DAY.range(item)?;
            let days = Bits::stepped(range.first, range.last, range.step);
            month_days.days = month_days.days.union(days);
        }
    }
    Ok(month_days)
}

/// Reads what follows an `L`: nothing, or `-` and a number of days.
fn days_before_last(text: &str, item: &str) -> Result<u32, Error> {
    if text.is_empty() {
        return Ok(0);
    }
    let back = text.strip_prefix('-').and_then(number);
    match back.ok_or_else(|| MONTH_DAY.unreadable(item))? {
        back @ 1..=30 => Ok(back),
        back => Err(MONTH_DAY.error(
            format_args!("L-1 to L-30, got L-{back}"),
            "A month has at most 31 days: choose a smaller number.",
        )),
    }
}

/// Reads the weekday: plain values, `5L` (the last Friday of the month), `5#3` (its third), `5#L`;
/// and whether a `+` in front asks for both day fields to match.
pub(super) fn week_days(text: &str) -> Result<(WeekDays, bool), Error> {
    let (text, both) = match text.strip_prefix('+') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut week_days = WeekDays::default();
    if is_any(text) {
        week_days.any = true;
        return Ok((week_days, both));
    }
    for item in WEEKDAY.items(text)? {
        if let Some((day, nth)) = item.split_once('#') {
            let day = weekday(day)?;
            match nth {
                "L" => week_days.last.insert(day),
                _ => week_days.nth[occurrence(nth)?].insert(day),
            }
        } else if let Some(day) = item.strip_suffix('L') {
            if day.is_empty() {
                return Err(WEEKDAY.error(
                    format_args!("L needs a weekday in front of it"),
                    "Write 6L for the last Saturday of the month, or 6 for every Saturday.",
                ));
            }
            week_days.last.insert(weekday(day)?);
        } else {
            let range = WEEKDAY.range(item)?;
            for day in Bits::stepped(range.first, range.last, range.step).iter() {
                week_days.days.insert(day % 7);
            }
        }
    }
    Ok((week_days, both))
}

fn weekday(text: &str) -> Result<u32, Error> {
    WEEKDAY.value(text).map(|day| day % 7)
}

/// The index of the first to fifth occurrence.
fn occurrence(text: &str) -> Result<usize, Error> {
    match number(text) {
        Some(nth @ 1..=5) => Ok(nth as usize - 1),
        _ => Err(WEEKDAY.error(
            format_args!("#1 to #5 or #L, got #{text}"),
            "A weekday occurs four or five times a month: choose 1 to 5, or L for the last.",
        )),
    }
}

/// Only `*`, `?` and their trivial step leave a day field open; `1-31` is a restriction that every
/// day satisfies.
fn is_any(text: &str) -> bool {
    matches!(text, "*" | "?" | "*/1")
}
