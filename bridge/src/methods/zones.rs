//! Zones that a request names, checked before it is sent: what people write for a zone is often no name
//! of the database, or that of another zone than they think.

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
