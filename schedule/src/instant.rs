//! Instants as people read them.

use chime_types::limits::NANOSECONDS;
use jiff::Timestamp;

/// An instant in RFC 3339, in UTC, in whole seconds: `2026-03-29T01:00:00Z`.
///
/// ```
/// assert_eq!(chime_schedule::format_instant(1_774_746_000_500_000_000), "2026-03-29T01:00:00Z");
/// ```
#[must_use]
pub fn format_instant(at: u64) -> String {
    let seconds = i64::try_from(at / NANOSECONDS).expect("BUG: 64 bits of nanoseconds");
    let instant = Timestamp::from_second(seconds).expect("BUG: before the year 2555");
    instant.to_string()
}
