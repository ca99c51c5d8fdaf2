//! What a `nat64` means, which Candid cannot say: its field's name does.

use candid_parser::syntax::{IDLType, PrimType};
use jiff::Timestamp;

/// What the numbers in a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Convention {
    /// Numbers.
    Number,
    /// Nanoseconds since 1970.
    Instant,
    /// Seconds.
    Duration,
    /// An identifier.
    Identifier,
    /// Bytes that are small numbers, each by itself.
    Numbers,
    /// Numbers of a range that is narrower than that of their type.
    Range(Range),
}

/// What a number may be, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) minimum: u64,
    pub(super) maximum: u64,
}

/// The ranges of fields whose documentation refers to that of another.
const BY_NAME: [(&str, u64, u64); 5] = [
    ("weekday", 0, 6),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("day", 1, 31),
    ("nth", 1, 5),
];

impl Range {
    /// The range of a field: the first one that its documentation names, such as `1 to 500`.
    pub(super) fn of_field(name: &str, documentation: &[String]) -> Option<Self> {
        let text = documentation.join(" ");
        let words: Vec<_> = text
            .split_whitespace()
            // What is in parentheses says what an end means.
            .filter(|word| !word.starts_with('('))
            .collect();
        let number = |word: &str| -> Option<u64> {
            let word = word.trim_end_matches(['.', ';', ':', ',', ')']);
            word.replace(',', "").parse().ok()
        };
        let found = words.windows(4).find_map(|window| match window {
            // What is taken for null is no range.
            [before, first, "to", last] if !matches!(*before, "is" | "of") => {
                Some((number(first)?, number(last)?))
            }
            _ => None,
        });
        let at_start = || match words.as_slice() {
            [first, "to", last, ..] => Some((number(first)?, number(last)?)),
            _ => None,
        };
        let by_name = || {
            let row = BY_NAME.iter().find(|(it, ..)| *it == name);
            row.map(|(_, minimum, maximum)| (*minimum, *maximum))
        };
        let (minimum, maximum) = at_start().or(found).or_else(by_name)?;
        (minimum < maximum).then_some(Self { minimum, maximum })
    }

    /// A number in it.
    pub(super) fn example(self) -> u64 {
        const USUAL: u64 = 7;
        USUAL.clamp(self.minimum, self.maximum)
    }
}

impl Convention {
    /// The convention of a field's name. It holds for `nat64` in the field, or for `blob`, also
    /// within `opt` and `vec`, and for nothing else.
    pub(super) fn of_field(name: &str) -> Self {
        if name.ends_with("_at") || name == "slots_until" {
            Self::Instant
        } else if name == "seconds" || name.ends_with("_seconds") {
            Self::Duration
        } else if is_identifier(name) {
            Self::Identifier
        } else if name == "weekdays" {
            Self::Numbers
        } else {
            Self::Number
        }
    }

    /// The convention as it applies to a type that is no name.
    pub(super) fn on(self, typ: &IDLType) -> Self {
        match (self, typ) {
            (Self::Numbers, IDLType::VecT(_)) => self,
            (Self::Numbers, _) => Self::Number,
            (Self::Range(_), IDLType::PrimT(prim)) if is_whole(prim) => self,
            (Self::Range(_), _) => Self::Number,
            (_, IDLType::PrimT(PrimType::Nat64)) => self,
            _ => Self::Number,
        }
    }
}

/// Whether a type has whole numbers and nothing else.
pub(super) const fn is_whole(prim: &PrimType) -> bool {
    use PrimType::{Int, Int8, Int16, Int32, Int64, Nat, Nat8, Nat16, Nat32, Nat64};
    matches!(
        prim,
        Nat | Nat8 | Nat16 | Nat32 | Nat64 | Int | Int8 | Int16 | Int32 | Int64
    )
}

/// Executions name each other by what they are to each other, and a codex its tasks by what they do.
fn is_identifier(name: &str) -> bool {
    matches!(name, "id" | "replay_of" | "replayed_by" | "used_by")
        || name.ends_with("_id")
        || name.ends_with("_ids")
}

/// Reads an instant, with its zone, as nanoseconds since 1970.
pub(super) fn read_instant(text: &str) -> Option<u64> {
    let instant: Timestamp = text.trim().parse().ok()?;
    u64::try_from(instant.as_nanosecond()).ok()
}

/// Writes an instant in UTC.
pub(super) fn write_instant(nanoseconds: u64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .expect("BUG: 64 bits of nanoseconds lie within the calendar")
        .to_string()
}

/// Reads a duration in seconds. Zero is fine here: whether it is allowed is for the scheduler to
/// say.
pub(super) fn read_duration(text: &str) -> Option<u64> {
    match text.trim() {
        "0" | "0s" => Some(0),
        text => chime_schedule::parse_duration(text)
            .ok()
            .or_else(|| read_words(text)),
    }
}

/// Reads a duration in words: `1 hour`, `2 days 30 minutes`.
fn read_words(text: &str) -> Option<u64> {
    const DAYS_OF_A_WEEK: u64 = 7;
    let mut short = String::new();
    let mut words = text.split_whitespace();
    while let Some(number) = words.next() {
        let unit = words.next()?.trim_end_matches(',').to_lowercase();
        let (letter, times) = match unit.trim_end_matches('s') {
            "second" | "sec" => ('s', 1),
            "minute" | "min" => ('m', 1),
            "hour" => ('h', 1),
            "day" => ('d', 1),
            "week" => ('d', DAYS_OF_A_WEEK),
            _ => return None,
        };
        let number = number.parse::<u64>().ok()?.checked_mul(times)?;
        short.push_str(&format!("{number}{letter}"));
    }
    chime_schedule::parse_duration(&short).ok()
}

/// Writes a duration.
pub(super) fn write_duration(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_string(),
        _ => chime_schedule::format_interval(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_go_by_the_name() {
        for (name, expected) in [
            ("run_at", Convention::Instant),
            ("next_at", Convention::Instant),
            ("format", Convention::Number),
            ("timeout_seconds", Convention::Duration),
            ("id", Convention::Identifier),
            ("task_id", Convention::Identifier),
            ("execution_ids", Convention::Identifier),
            ("replay_of", Convention::Identifier),
            ("replayed_by", Convention::Identifier),
            ("slots_until", Convention::Instant),
            ("weekdays", Convention::Numbers),
            ("paid", Convention::Number),
            ("count", Convention::Number),
        ] {
            assert_eq!(Convention::of_field(name), expected, "{name}");
        }
    }

    #[test]
    fn should_take_ranges_from_the_documentation() {
        for (name, documentation, expected) in [
            (
                "max_retries",
                "Retries after the first attempt, 0 to 1,000.",
                Some((0, 1_000)),
            ),
            (
                "limit",
                "Most items on the page, 1 to 500; null is 50.",
                Some((1, 500)),
            ),
            (
                "weekday",
                "Day of the week, 0 (Sunday) to 6 (Saturday); 7 is Sunday too.",
                Some((0, 6)),
            ),
            (
                "day",
                "1 to 31; a shorter month has its last day.",
                Some((1, 31)),
            ),
            ("weekday", "As in `weekly`.", Some((0, 6))),
            (
                "expected_status",
                "Statuses that count as success; null is 200 to 299.",
                None,
            ),
            ("step", "The step, counted from 0.", None),
        ] {
            let documentation = [documentation.to_string()];
            let found = Range::of_field(name, &documentation);
            let found = found.map(|range| (range.minimum, range.maximum));
            assert_eq!(found, expected, "{name}: {documentation:?}");
        }
    }

    #[test]
    fn should_read_durations_in_words() {
        for (text, expected) in [
            ("1 hour", Some(3_600)),
            ("90 seconds", Some(90)),
            ("2 days, 30 minutes", Some(174_600)),
            ("1 week", Some(604_800)),
            ("1m", Some(60)),
            ("1 month", None),
            ("an hour", None),
            ("5", Some(5)),
        ] {
            assert_eq!(read_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn should_read_instants_with_a_zone_only() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some(1_000_000_000)),
            ("1970-01-01T01:00:01+01:00", Some(1_000_000_000)),
            ("1970-01-01T00:00:00.5Z", Some(500_000_000)),
            ("1969-12-31T23:59:59Z", None),
            ("2026-03-29T02:30:00", None),
            ("2026-03-29", None),
            ("soon", None),
        ] {
            assert_eq!(read_instant(text), expected, "{text}");
        }
    }

    #[test]
    fn should_write_what_it_reads() {
        for nanoseconds in [0, 1, 1_774_751_400_000_000_000, u64::MAX] {
            let text = write_instant(nanoseconds);
            assert_eq!(read_instant(&text), Some(nanoseconds), "{text}");
        }
        for seconds in [0, 1, 90, 5_400, 90_061] {
            let text = write_duration(seconds);
            assert_eq!(read_duration(&text), Some(seconds), "{text}");
        }
    }
}
