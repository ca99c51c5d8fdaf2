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
            (_, IDLType::PrimT(PrimType::Nat64)) => self,
            _ => Self::Number,
        }
    }
}

/// Executions name each other by what they are to each other.
fn is_identifier(name: &str) -> bool {
    matches!(name, "id" | "replay_of" | "replayed_by")
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
        text => chime_schedule::parse_duration(text).ok(),
    }
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
