//! Cron expressions: the text as a whole.
//!
//! The grammar is the Open Cron Pattern Specification with what Quartz and robfig/cron users
//! write: five fields, or six with seconds in front, or seven with years behind; the nicknames
//! `@yearly` to `@hourly`; `@every` with a duration; a prefix `TZ=` or `CRON_TZ=`. It is read
//! strictly: whatever could mean two things, or nothing, is refused with the name of the field.
//!
//! Fields are read into sets in `fields` and `days`; nothing here knows of time zones or instants.

mod days;
mod fields;

use crate::bits::Bits;
use crate::days::{Days, Years};
use crate::duration::parse_duration;
use crate::pattern::Pattern;
use chime_types::limits::MAXIMUM_CRON_BYTES;
use chime_types::{Error, ErrorKind};
use fields::{HOUR, MINUTE, MONTH, SECOND, YEAR};

/// What each nickname stands for.
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A cron expression that was read.
pub(crate) enum Expression {
    /// Wall-clock times.
    Pattern(Box<Pattern>),
    /// `@every`: an interval in seconds.
    Every(u64),
}

/// The zone of a prefix `TZ=` or `CRON_TZ=`, if there is one, and the rest.
pub(crate) fn split_zone(expression: &str) -> (Option<&str>, &str) {
    let expression = expression.trim();
    let prefixed = expression
        .strip_prefix("TZ=")
        .or_else(|| expression.strip_prefix("CRON_TZ="));
    let Some(prefixed) = prefixed else {
        return (None, expression);
    };
    let end = prefixed.find(char::is_whitespace).unwrap_or(prefixed.len());
    (Some(&prefixed[..end]), prefixed[end..].trim())
}

/// Reads an expression; the zone of its prefix is left to [`split_zone`].
///
/// # Errors
/// An error without a field, whose rule begins with the name of the cron field at fault.
pub(crate) fn parse(expression: &str) -> Result<Expression, Error> {
    if expression.len() > MAXIMUM_CRON_BYTES {
        return Err(refused(
            format!(
                "a cron expression has at most {MAXIMUM_CRON_BYTES} bytes, got {}",
                expression.len()
            ),
            "Shorten it, for instance with ranges and steps.",
        ));
    }
    let (_, text) = split_zone(expression);
    if text.starts_with('@') {
        return parse_nickname(text);
    }
    parse_fields(text).map(Box::new).map(Expression::Pattern)
}

/// Reads an expression that leaves out times: whatever second it names, or the whole minutes if it
/// has no field for seconds. Returns its times and whether they are whole minutes.
///
/// # Errors
/// Like [`parse`]; also for `@every` and for a time zone, which is that of the schedule.
pub(crate) fn parse_exclusion(expression: &str) -> Result<(Pattern, bool), Error> {
    let (zone, text) = split_zone(expression);
    if let Some(zone) = zone {
        return Err(refused(
            format!("an exclusion has the time zone of its schedule, got TZ={zone}"),
            "Remove the time zone from the expression.",
        ));
    }
    let whole_minutes = text.starts_with('@') || text.split_whitespace().count() == 5;
    match parse(expression)? {
        Expression::Pattern(pattern) => Ok((*pattern, whole_minutes)),
        Expression::Every(_) => Err(refused(
            format!("an exclusion names times of the clock, got \"{text}\""),
            "Write the five fields, such as * 12-13 * * * for the hours from 12:00 to 14:00.",
        )),
    }
}

fn parse_nickname(text: &str) -> Result<Expression, Error> {
    let (name, rest) = text
        .split_once(char::is_whitespace)
        .map_or((text, ""), |(name, rest)| (name, rest.trim()));
    if name.eq_ignore_ascii_case("@every") {
        return parse_duration(rest).map(Expression::Every);
    }
    let known = NICKNAMES
        .iter()
        .find(|(nickname, _)| name.eq_ignore_ascii_case(nickname));
    match known {
        Some((_, fields)) if rest.is_empty() => {
            parse_fields(fields).map(Box::new).map(Expression::Pattern)
        }
        _ => Err(refused(
            format!("\"{text}\" is not a known nickname"),
            "Use @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly or \
             @every with a duration.",
        )),
    }
}

fn parse_fields(text: &str) -> Result<Pattern, Error> {
    let upper = text.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split_whitespace().collect();
    let (second, parts, year) = match parts.as_slice() {
        five if five.len() == 5 => ("0", five, "*"),
        [second, five @ ..] if five.len() == 5 => (*second, five, "*"),
        [second, five @ .., year] if five.len() == 5 => (*second, five, *year),
        _ => {
            return Err(refused(
                format!(
                    "a cron expression has 5, 6 or 7 fields, got {}",
                    parts.len()
                ),
                "Write minute, hour, day of month, month and weekday; seconds may come first and \
                 then years last.",
            ));
        }
    };
    let [minute, hour, month_day, month, weekday] = parts else {
        unreachable!("BUG: five fields were just counted");
    };
    let (week_days, both) = days::week_days(weekday)?;
    Ok(Pattern {
        seconds: SECOND.set(second)?,
        minutes: MINUTE.set(minute)?,
        hours: HOUR.set(hour)?,
        repeats: [second, minute, hour]
            .iter()
            .any(|field| field.contains(['*', '?', '-', '/'])),
        days: Days {
            month_days: days::month_days(month_day)?,
            week_days,
            both,
            months: MONTH.set(month)?,
            years: years(year)?,
            period: None,
        },
    })
}

fn years(text: &str) -> Result<Option<Years>, Error> {
    if matches!(text, "*" | "?") {
        return Ok(None);
    }
    let mut years = Years::new();
    for item in YEAR.items(text)? {
        let range = YEAR.range(item)?;
        let mut year = range.first;
        while year <= range.last {
            years.insert(year);
            year += range.step;
        }
    }
    Ok(Some(years))
}

/// An error without a field; the caller knows where the expression stands.
fn refused(rule: impl Into<String>, fix: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, rule, fix)
}

impl fields::Field {
    /// Reads a whole field of plain values.
    fn set(&self, text: &str) -> Result<Bits, Error> {
        let mut set = Bits::default();
        for item in self.items(text)? {
            let range = self.range(item)?;
            set = set.union(Bits::stepped(range.first, range.last, range.step));
        }
        Ok(set)
    }
}
