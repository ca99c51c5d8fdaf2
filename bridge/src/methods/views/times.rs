//! An instant as a model tells it to a person: in UTC, in the schedule's zone, with the weekday.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// An instant in UTC and in a zone. An unknown zone is UTC.
pub(in super::super) fn moment(at: u64, timezone: &str) -> Value {
    let Ok(instant) = Timestamp::from_nanosecond(i128::from(at)) else {
        return Value::Null;
    };
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let local = instant.to_zoned(zone.clone());
    json!({
        "utc": instant.to_string(),
        "local": instant.display_with_offset(zone.to_offset(instant)).to_string(),
        "weekday": local.strftime("%A").to_string(),
    })
}

/// Instants in UTC and in a zone.
pub(in super::super) fn runs(at: &[u64], timezone: &str) -> Value {
    at.iter().map(|at| moment(*at, timezone)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_tell_both_times_and_the_weekday() {
        let at = 1_780_000_000_000_000_000;
        assert_eq!(
            moment(at, "Europe/Zurich"),
            json!({
                "utc": "2026-05-28T20:26:40Z",
                "local": "2026-05-28T22:26:40+02:00",
                "weekday": "Thursday",
            })
        );
        assert_eq!(moment(at, "UTC")["local"], "2026-05-28T20:26:40+00:00");
        assert_eq!(moment(at, "Asia/Tokyo")["weekday"], "Friday");
    }
}
