//! Zones that a request names, checked before it is sent: what people write for a zone is often no name
//! of the database, or that of another zone than they think. Times of the clock beside a zone become
//! instants, so that nobody has to work out an offset.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Object;
use crate::error::{Error, Kind, Result};
use crate::words::zone_doubt;

/// Refuses arguments in which a zone is in doubt.
///
/// # Errors
/// `InvalidArgument` with the place.
pub(super) fn check(arguments: &Object) -> Result<()> {
    arguments
        .iter()
        .try_for_each(|(name, value)| look(name, value, name))
}

/// Puts instants in the place of times of the clock, such as `2026-11-30T08:00:00`, in schedules that name
/// their zone. A time that the clocks jump over is that after the jump; of two the first.
pub(super) fn settle(value: &mut Value) {
    match value {
        Value::Object(schedule) => {
            let zone = schedule.get("timezone").and_then(Value::as_str);
            if let Some(zone) = zone.and_then(|zone| TimeZone::get(zone.trim()).ok()) {
                for name in ["start_at", "end_at"] {
                    if let Some(time) = schedule.get_mut(name) {
                        settle_one(time, &zone);
                    }
                }
                let rule = schedule.get_mut("rule");
                let once = rule.and_then(|rule| rule.get_mut("once"));
                if let Some(time) = once.and_then(|once| once.get_mut("run_at")) {
                    settle_one(time, &zone);
                }
            }
            schedule.values_mut().for_each(settle);
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn settle_one(time: &mut Value, zone: &TimeZone) {
    let Some(text) = time.as_str().map(str::trim) else {
        return;
    };
    // Whoever gives an offset means it.
    if text.parse::<Timestamp>().is_ok() {
        return;
    }
    let local: Option<DateTime> = text.parse().ok().filter(|_| text.contains(':'));
    let instant = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
    if let Some(instant) = instant {
        *time = Value::String(instant.to_string());
    }
}

fn look(name: &str, value: &Value, place: &str) -> Result<()> {
    match value {
        Value::String(zone) if name == "timezone" => zone_doubt(zone).map_or(Ok(()), |doubt| {
            Err(Error::new(Kind::InvalidArgument, doubt.rule, doubt.fix).at(place))
        }),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| look(name, value, &format!("{place}.{name}"))),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| look(name, item, &format!("{place}[{index}]"))),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn should_take_times_of_the_clock_beside_a_zone() {
        let once = |run_at: &str, zone: Option<&str>| {
            let mut schedule = json!({ "rule": { "once": { "run_at": run_at } } });
            schedule["timezone"] = json!(zone);
            let mut request = json!({ "schedules": [schedule] });
            settle(&mut request);
            request["schedules"][0]["rule"]["once"]["run_at"]
                .as_str()
                .unwrap()
                .to_string()
        };
        let zurich = Some("Europe/Zurich");
        for (given, zone, expected) in [
            ("2026-11-30T08:00:00", zurich, "2026-11-30T07:00:00Z"),
            ("2026-07-30 08:00", zurich, "2026-07-30T06:00:00Z"),
            // The clocks jump from two to three.
            ("2027-03-28T02:30:00", zurich, "2027-03-28T01:30:00Z"),
            ("2026-11-30T08:00:00Z", zurich, "2026-11-30T08:00:00Z"),
            (
                "2026-11-30T08:00:00+05:00",
                zurich,
                "2026-11-30T08:00:00+05:00",
            ),
            ("2026-11-30", zurich, "2026-11-30"),
            ("tomorrow", zurich, "tomorrow"),
            ("2026-11-30T08:00:00", None, "2026-11-30T08:00:00"),
            ("2026-11-30T08:00:00", Some("PST"), "2026-11-30T08:00:00"),
        ] {
            assert_eq!(once(given, zone), expected, "{given} {zone:?}");
        }
        let mut ends = json!({ "end_at": "2026-12-31T00:00:00", "timezone": "America/New_York" });
        settle(&mut ends);
        assert_eq!(ends["end_at"], "2026-12-31T05:00:00Z");
    }

    #[test]
    fn should_find_a_zone_in_doubt_wherever_it_stands() {
        let refused = |value: Value| check(value.as_object().unwrap()).unwrap_err();
        for (value, field) in [
            (json!({ "timezone": "PST" }), "timezone"),
            (
                json!({ "schedule": { "timezone": "PST" } }),
                "schedule.timezone",
            ),
            (
                json!({ "schedules": [{}, { "timezone": "PST" }] }),
                "schedules[1].timezone",
            ),
        ] {
            let error = refused(value);
            assert_eq!(error.field(), Some(field));
            assert!(
                error.fix().contains("America/Los_Angeles"),
                "{}",
                error.fix()
            );
        }
        let right = json!({ "schedule": { "timezone": "Europe/Zurich" }, "name": "PST" });
        assert!(check(right.as_object().unwrap()).is_ok());
    }
}
