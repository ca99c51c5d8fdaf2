//! Durations as people write them, and as the process table shows them.
//!
//! The grammar is that of Go's `time.ParseDuration`, because `@every` comes from there, plus days.

use chime_types::Error;
use chime_types::limits::{MAXIMUM_DURATION_SECONDS, NANOSECONDS};

/// The units, the longer name first where one begins with another; in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", NANOSECONDS),
    ("m", 60 * NANOSECONDS),
    ("h", 3_600 * NANOSECONDS),
    ("d", 86_400 * NANOSECONDS),
];

const FIX: &str = "Write whole seconds as a number with units, such as 90s, 15m, 1h30m or 1d.";

/// The shortest common form of an interval in seconds: `once` for 0, else days, hours, minutes
/// and seconds without the parts that are zero.
///
/// ```
/// assert_eq!(chime_schedule::format_interval(0), "once");
/// assert_eq!(chime_schedule::format_interval(90_000), "1d1h");
/// ```
#[must_use]
pub fn format_interval(seconds: u64) -> String {
    if seconds == 0 {
        return "once".to_string();
    }
    let parts = [
        (seconds / 86_400, 'd'),
        (seconds / 3_600 % 24, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let shown = parts.iter().filter(|(amount, _)| *amount > 0);
    shown
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect()
}

/// Reads a duration in seconds: numbers with the units `d h m s ms us ns`, decimal fractions
/// allowed (`1h30m`, `1.5h`, `90s`), or a plain whole number of seconds (`90`).
///
/// # Errors
/// If the text is none of these, or not a whole number of seconds, or zero, or longer than
/// [`MAXIMUM_DURATION_SECONDS`]. The error names no field: put it under yours with
/// [`Error::within`].
///
/// ```
/// assert_eq!(chime_schedule::parse_duration("1h30m")?, 5_400);
/// assert!(chime_schedule::parse_duration("500ms").is_err());
/// # Ok::<(), chime_types::Error>(())
/// ```
pub fn parse_duration(text: &str) -> Result<u64, Error> {
    let text = text.trim();
    let nanoseconds = match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => plain_seconds(text),
        false => sum_of_parts(text),
    };
    let nanoseconds = nanoseconds.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        refused(format!("\"{shown}\" is not a duration"))
    })?;
    if nanoseconds == 0 {
        return Err(refused("a duration must be longer than zero".into()));
    }
    if !nanoseconds.is_multiple_of(u128::from(NANOSECONDS)) {
        let rule = format!("a duration must be whole seconds, got \"{text}\"");
        return Err(refused(rule));
    }
    let seconds = nanoseconds / u128::from(NANOSECONDS);
    match u64::try_from(seconds) {
        Ok(seconds) if seconds <= MAXIMUM_DURATION_SECONDS => Ok(seconds),
        _ => Err(refused(format!(
            "a duration is at most {MAXIMUM_DURATION_SECONDS} seconds, got {seconds}"
        ))),
    }
}

fn refused(rule: String) -> Error {
    let kind = chime_types::ErrorKind::InvalidArgument;
    Error::new(kind, rule, FIX)
}

fn plain_seconds(text: &str) -> Option<u128> {
    // An empty text has only digits too; parsing refuses it.
    let seconds: u64 = text.parse().ok()?;
    Some(u128::from(seconds) * u128::from(NANOSECONDS))
}

fn sum_of_parts(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let (unit, scale) = UNITS
            .iter()
            .filter(|(unit, _)| after.starts_with(unit))
            .max_by_key(|(unit, _)| unit.len())?;
        total = total.checked_add(scaled(number, u128::from(*scale))?)?;
        rest = &after[unit.len()..];
    }
    Some(total)
}

/// A decimal number times a scale; digits below a nanosecond are refused unless they are zero.
fn scaled(number: &str, scale: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits = |text: &str| -> Option<u128> {
        if text.is_empty() {
            return Some(0);
        }
        (text.len() <= 18)
            .then(|| text.parse::<u64>().ok().map(u128::from))
            .flatten()
    };
    let shift = 10_u128.pow(u32::try_from(fraction.len()).ok().filter(|n| *n <= 18)?);
    let part = digits(fraction)? * scale;
    part.is_multiple_of(shift)
        .then(|| digits(whole).map(|whole| whole * scale + part / shift))
        .flatten()
}
