//! What a schedule leaves out, in words.

use super::dates::{from_monday, weekday};
use super::pattern_words;
use super::words::{list, runs};
use crate::exclusions::Exclusions;
use jiff::civil::Date;

/// `, except Saturdays and Sundays, 2026-12-24 to 2026-12-26, and every minute from 12:00 to
/// 12:59`.
pub(super) fn exclusions(exclusions: &Exclusions) -> String {
    let weekdays = runs(&from_monday(exclusions.weekdays), |day| {
        format!("{}s", weekday(day))
    });
    let mut items = Vec::new();
    if !weekdays.is_empty() {
        items.push(list(&weekdays, "and"));
    }
    items.extend(exclusions.dates.iter().map(dates));
    items.extend(exclusions.expressions.iter().map(pattern_words));
    let items = match items.as_slice() {
        [start @ .., last] if !start.is_empty() => format!("{}, and {last}", start.join(", ")),
        items => items.concat(),
    };
    format!(", except {items}")
}

/// `2026-12-24`, or `2026-12-24 to 2026-12-26`.
fn dates((first, last): &(Date, Date)) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    }
}
