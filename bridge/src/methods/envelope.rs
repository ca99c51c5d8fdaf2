//! The arguments that tools take beside those of their method: what they say, and how they are
//! told apart from the method's own.

use serde_json::{Map, Value, json};

use super::Object;
use crate::candid_json;
use crate::error::{Error, Kind, Result};

/// Longest time that a call waits for an outcome.
pub(super) const LONGEST_WAIT_SECONDS: u64 = 300;

/// An argument of the tool itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// Only say what would happen.
    DryRun,
    /// Yes, destroy it.
    Confirm,
    /// How much to show.
    Format,
    /// Wait for the outcome.
    Wait,
    /// The method that is asked about.
    Method,
}

impl Extra {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DryRun => "dry_run",
            Self::Confirm => "confirm",
            Self::Format => "response_format",
            Self::Wait => "wait_seconds",
            Self::Method => "method",
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::DryRun => {
                json!({ "type": "boolean", "description": "Check, say what would happen, change nothing." })
            }
            Self::Confirm => {
                json!({ "type": "boolean", "description": "Needed to do it. Ask the user first." })
            }
            Self::Format => {
                json!({ "type": "string", "enum": ["concise", "detailed"], "description": "Default concise." })
            }
            Self::Wait => json!({
                "anyOf": [{ "type": "string" }, { "type": "integer" }],
                "description": "Wait this long for the outcome, at most 5m; default 0: do not wait.",
                "examples": ["30s"],
            }),
            Self::Method => json!({
                "type": "string",
                "description": "Show all about this method. Left out: the guide, and the names of all methods.",
            }),
        }
    }
}

/// Adds the extras to the schema of a method's arguments.
pub(super) fn extend(schema: &mut Map<String, Value>, extras: &[Extra]) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for extra in extras {
            properties.insert(extra.name().to_string(), extra.schema());
        }
    }
}

/// How much an answer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ResponseFormat {
    /// What people ask about.
    #[default]
    Concise,
    /// Every field of the canister's answer.
    Detailed,
}

/// What was given.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) dry_run: bool,
    pub(super) confirm: bool,
    pub(super) format: ResponseFormat,
    pub(super) wait_seconds: u64,
    pub(super) method: Option<String>,
    /// The method's own arguments.
    pub(super) arguments: Object,
}

impl Given {
    /// Takes the extras out of the arguments of a call.
    pub(super) fn read(arguments: &Object, extras: &[Extra]) -> Result<Self> {
        let mut given = Self {
            arguments: arguments.clone(),
            ..Self::default()
        };
        for extra in extras {
            match given.arguments.shift_remove(extra.name()) {
                None | Some(Value::Null) => {}
                Some(value) if candid_json::is_null(&value) => {}
                Some(value) => given.take(*extra, &value)?,
            }
        }
        Ok(given)
    }

    fn take(&mut self, extra: Extra, value: &Value) -> Result<()> {
        match extra {
            Extra::DryRun => self.dry_run = boolean(extra, value)?,
            Extra::Confirm => self.confirm = boolean(extra, value)?,
            Extra::Format => {
                self.format = match value.as_str() {
                    Some("concise") => ResponseFormat::Concise,
                    Some("detailed") => ResponseFormat::Detailed,
                    _ => return Err(wrong(extra, "concise or detailed", value, "\"concise\"")),
                };
            }
            Extra::Wait => self.wait_seconds = wait(value)?,
            Extra::Method => match value.as_str() {
                Some(name) => self.method = Some(name.to_string()),
                None => {
                    return Err(wrong(
                        extra,
                        "the name of a method",
                        value,
                        "\"create_task\"",
                    ));
                }
            },
        }
        Ok(())
    }
}

/// True or false, which some clients send as text.
fn boolean(extra: Extra, value: &Value) -> Result<bool> {
    value
        .as_bool()
        .or_else(|| candid_json::flag(value))
        .ok_or_else(|| wrong(extra, "true or false", value, "true"))
}

fn wait(value: &Value) -> Result<u64> {
    let seconds = match value {
        Value::String(text) if matches!(text.trim(), "0" | "0s") => Some(0),
        Value::String(text) => chime_schedule::parse_duration(text).ok(),
        value => value.as_u64(),
    };
    seconds
        .filter(|seconds| *seconds <= LONGEST_WAIT_SECONDS)
        .ok_or_else(|| wrong(Extra::Wait, "a duration of at most 5m", value, "\"30s\""))
}

fn wrong(extra: Extra, expected: &str, given: &Value, example: &str) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!("expected {expected}, got {given}"),
        format!("give it for example as {example}"),
    )
    .at(extra.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [Extra; 5] = [
        Extra::DryRun,
        Extra::Confirm,
        Extra::Format,
        Extra::Wait,
        Extra::Method,
    ];

    fn read(arguments: Value) -> Result<Given> {
        Given::read(arguments.as_object().unwrap(), &EVERY)
    }

    #[test]
    fn should_tell_extras_from_the_method_s_own_arguments() {
        let given = read(json!({
            "task_id": "7",
            "dry_run": true,
            "confirm": null,
            "response_format": "detailed",
            "wait_seconds": "1m30s",
        }))
        .unwrap();
        assert!(given.dry_run && !given.confirm);
        assert_eq!(given.format, ResponseFormat::Detailed);
        assert_eq!(given.wait_seconds, 90);
        assert_eq!(Value::Object(given.arguments), json!({ "task_id": "7" }));
        let texts =
            read(json!({ "dry_run": "true", "confirm": "False", "method": "null" })).unwrap();
        assert!(texts.dry_run && !texts.confirm && texts.method.is_none());
        let untouched = Given::read(json!({ "confirm": 7 }).as_object().unwrap(), &[]).unwrap();
        assert_eq!(untouched.arguments["confirm"], 7, "the method's own");
    }

    #[test]
    fn should_refuse_wrong_ones_by_name_and_with_an_example() {
        for (name, value) in [
            ("dry_run", json!("yes")),
            ("confirm", json!(1)),
            ("response_format", json!("short")),
            ("wait_seconds", json!(301)),
            ("wait_seconds", json!("301s")),
            ("wait_seconds", json!(-1)),
            ("method", json!(7)),
        ] {
            let error = read(json!({ name: value })).unwrap_err();
            assert_eq!(error.field(), Some(name));
            assert!(error.fix().contains("example"), "{name}");
        }
        assert_eq!(
            read(json!({ "wait_seconds": 300 })).unwrap().wait_seconds,
            300
        );
        assert_eq!(
            read(json!({ "wait_seconds": "0" })).unwrap().wait_seconds,
            0
        );
    }
}
