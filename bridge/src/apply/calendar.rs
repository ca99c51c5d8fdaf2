//! Every so many days, weeks or months by the calendar, as job files and flags write it:
//!
//! ```yaml
//! every: 2 weeks            # 14d, 2w, 3 months, other friday, month
//! on: monday, friday        # last friday, 2nd tuesday, 15, last, last working day
//! at: "08:00"
//! anchor: "2026-11-27"      # the day to count from; that of the start if not given
//! ```
//!
//! `every` alone is an interval of seconds as long as it is a plain duration; a time of the day makes
//! it one of the calendar.

use chime_types::{CalendarUnit, MonthDay, Rule};
use serde_json::Value;

use super::Refusal;
use super::fields::{Fields, wrong};
use super::schedule::{time, weekday};

const EVERY_FIX: &str = "Write it as 14d, 2 weeks, 3 months or other friday.";
const ON_FIX: &str = "Write days of the week such as monday,friday; of a month 15, last, last \
                      friday, 2nd tuesday or last working day.";

/// The rule of `every` with what makes it one of the calendar: `at` with a time of the day, `on`,
/// `anchor`, or a unit that no interval has. `None` if it is an interval of seconds.
pub(super) fn rule(fields: &mut Fields<'_>) -> Result<Option<Rule>, Refusal> {
    let Some((path, every)) = fields.value(&["every"]) else {
        return none_without_every(fields);
    };
    let at = fields.value(&["at"]);
    let on = fields.filled(&["on"])?;
    let anchor = fields.filled(&["anchor"])?;
    let text = match every {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_interval = super::schedule::duration(&text).is_some();
    if at.is_none() && on.is_none() && anchor.is_none() && is_interval {
        return Ok(None);
    }
    let read = period(&text).ok_or_else(|| Refusal {
        fix: EVERY_FIX.into(),
        ..wrong(&path, "a number of days, weeks or months", every)
    });
    let (every, unit) = match read {
        Ok(read) => read,
        // No duration, and nothing of the calendar either: it is refused as a duration.
        Err(_) if at.is_none() && on.is_none() && anchor.is_none() => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let (hour, minute) = time_of_day(fields, at)?;
    let unit = match on {
        None => unit,
        Some(text) => days(unit, &text).ok_or_else(|| {
            Refusal::of(
                fields.at("on"),
                format!("`{text}` names no day of it"),
                ON_FIX,
            )
        })?,
    };
    Ok(Some(Rule::Calendar {
        every,
        unit,
        hour,
        minute: Some(minute),
        anchor,
    }))
}

/// What belongs to `every` says nothing without it.
fn none_without_every(fields: &mut Fields<'_>) -> Result<Option<Rule>, Refusal> {
    for name in ["on", "anchor"] {
        if let Some((path, _)) = fields.value(&[name]) {
            return Err(Refusal::of(path, "it belongs to every", EVERY_FIX));
        }
    }
    Ok(None)
}

fn time_of_day(fields: &Fields<'_>, at: Option<(String, &Value)>) -> Result<(u8, u8), Refusal> {
    let fix = "Write the time of day as \"08:00\", in quotation marks.";
    let Some((path, value)) = at else {
        let rule = "a calendar rule has a time of day, and none is given";
        return Err(Refusal::of(fields.at("at"), rule, fix));
    };
    value.as_str().and_then(time).ok_or_else(|| Refusal {
        fix: fix.into(),
        ..wrong(path, "a time of day", value)
    })
}

/// `14d`, `2 weeks`, `month`, `other friday`, `3rd day`.
fn period(text: &str) -> Option<(u16, CalendarUnit)> {
    let text = text.trim().to_lowercase();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = text.split_at(digits);
    let (every, rest) = match (number, rest.trim_start()) {
        ("", rest) => match rest.strip_prefix("other ").or(rest.strip_prefix("second ")) {
            Some(rest) => (2, rest.trim_start()),
            None => (1, rest),
        },
        (number, rest) => (number.parse().ok()?, without_ordinal(rest)),
    };
    let unit = match rest {
        "d" | "day" | "days" => CalendarUnit::Days {},
        "w" | "week" | "weeks" => CalendarUnit::Weeks { weekdays: vec![] },
        "mo" | "month" | "months" => CalendarUnit::Months {
            on: MonthDay::Day { day: 1 },
        },
        names => CalendarUnit::Weeks {
            weekdays: weekdays(names)?,
        },
    };
    Some((every, unit))
}

fn without_ordinal(rest: &str) -> &str {
    let suffixes = ["st ", "nd ", "rd ", "th "];
    let found = suffixes.iter().find_map(|suffix| rest.strip_prefix(suffix));
    found.unwrap_or(rest).trim_start()
}

/// The days of a unit that `on` names.
fn days(unit: CalendarUnit, text: &str) -> Option<CalendarUnit> {
    match unit {
        CalendarUnit::Days {} => None,
        CalendarUnit::Weeks { .. } => Some(CalendarUnit::Weeks {
            weekdays: weekdays(text)?,
        }),
        CalendarUnit::Months { .. } => Some(CalendarUnit::Months {
            on: month_day(&text.trim().to_lowercase())?,
        }),
    }
}

/// Days of the week, with commas or `and` between them.
fn weekdays(text: &str) -> Option<Vec<u8>> {
    let text = text.to_lowercase().replace(" and ", ",");
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let days: Option<Vec<u8>> = names.map(weekday).collect();
    days.filter(|days| !days.is_empty())
}

/// `15`, `15th`, `last`, `last friday`, `2nd tuesday`, `last working day`.
fn month_day(text: &str) -> Option<MonthDay> {
    match text {
        "last" | "last day" => return Some(MonthDay::Day { day: 31 }),
        "last working day" | "last weekday" => return Some(MonthDay::LastWorkingDay {}),
        _ => {}
    }
    if let Some(name) = text.strip_prefix("last ") {
        let weekday = weekday(name.trim())?;
        return Some(MonthDay::Last { weekday });
    }
    let names = [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
    ];
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let named = names.iter().find(|(name, _)| *name == first);
    let number = first.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = named.map_or_else(|| number.parse().ok(), |(_, number)| Some(*number))?;
    match rest.trim() {
        "" | "day" => Some(MonthDay::Day { day: number }),
        name => Some(MonthDay::Nth {
            nth: number,
            weekday: weekday(name)?,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_how_often() {
        let weeks = |weekdays: &[u8]| CalendarUnit::Weeks {
            weekdays: weekdays.to_vec(),
        };
        let month = CalendarUnit::Months {
            on: MonthDay::Day { day: 1 },
        };
        let rows = [
            ("14d", 14, CalendarUnit::Days {}),
            ("1 day", 1, CalendarUnit::Days {}),
            ("day", 1, CalendarUnit::Days {}),
            ("3rd day", 3, CalendarUnit::Days {}),
            ("2w", 2, weeks(&[])),
            ("other week", 2, weeks(&[])),
            ("other Friday", 2, weeks(&[5])),
            ("2 fridays", 0, weeks(&[])),
            ("second mon and thu", 2, weeks(&[1, 4])),
            ("3 months", 3, month.clone()),
            ("6mo", 6, month),
        ];
        for (text, every, unit) in rows {
            let expected = (every > 0).then_some((every, unit));
            assert_eq!(period(text), expected, "{text}");
        }
    }

    #[test]
    fn should_read_days_of_a_month() {
        let rows = [
            ("15", MonthDay::Day { day: 15 }),
            ("1st", MonthDay::Day { day: 1 }),
            ("last", MonthDay::Day { day: 31 }),
            ("last friday", MonthDay::Last { weekday: 5 }),
            ("2nd tuesday", MonthDay::Nth { nth: 2, weekday: 2 }),
            ("first sun", MonthDay::Nth { nth: 1, weekday: 0 }),
            ("last working day", MonthDay::LastWorkingDay {}),
        ];
        for (text, expected) in rows {
            assert_eq!(month_day(text), Some(expected), "{text}");
        }
        for text in ["", "someday", "last someday", "300", "2nd"] {
            let day = month_day(text);
            assert!(
                !matches!(day, Some(MonthDay::Nth { .. } | MonthDay::Last { .. })),
                "{day:?}"
            );
        }
    }
}
