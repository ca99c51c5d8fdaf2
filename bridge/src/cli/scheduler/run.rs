//! `chime scheduler`: the configuration of the scheduler, and its guide.

use chime_types::{ConfigPreset, ConfigureRequest, EmptyRequest, ExecutionStatus, RetentionRule};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::cli::record::Record;
use crate::cli::scheduler::show::configuration;
use crate::cli::session::with_scheduler;
use crate::cli::{GlobalArguments, SchedulerCommand, SchedulerSetArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Names of settings that are durations: here `default_timeout`, in the interface
/// `default_timeout_seconds`.
const DURATIONS: [&str; 4] = [
    "default_timeout",
    "cleanup_interval",
    "ageing",
    "default_lease",
];
/// All other settings, but for `retention` and `minimum_cycles`.
const COUNTS: [&str; 15] = [
    "maximum_concurrent",
    "maximum_concurrent_per_owner",
    "maximum_concurrent_per_target",
    "maximum_tasks_per_owner",
    "maximum_executions_per_task",
    "maximum_executions_per_owner",
    "maximum_bytes_per_owner",
    "maximum_runs_per_hour",
    "maximum_slots_per_hour",
    "maximum_cycles_per_hour",
    "maximum_cycles_per_day",
    "maximum_buffered_executions",
    "maximum_events",
    "maximum_events_per_owner",
    "maximum_rescues",
];
const SWITCHES: [&str; 2] = ["open_to_everybody", "public_metrics"];

/// Runs a command about the scheduler.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &SchedulerCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        SchedulerCommand::Show => {
            let config = with_scheduler(global, writer, async |session| {
                session.scheduler.get_config(&EmptyRequest {}).await
            });
            writer.answer(&configuration(config.await?))
        }
        SchedulerCommand::Set(arguments) => {
            let request = request(arguments)?;
            let config = with_scheduler(global, writer, async |session| {
                session.scheduler.configure(&request).await
            });
            writer.answer(&configuration(config.await?))
        }
        SchedulerCommand::Guide => {
            let document = with_scheduler(global, writer, async |session| {
                session.scheduler.get_api_doc(&EmptyRequest {}).await
            });
            let document = document.await?;
            let json = json!({ "guide": document.guide, "interface": document.interface });
            writer.answer(&Record::of(json, move |_| document.guide.clone()))
        }
    }
}

fn request(arguments: &SchedulerSetArguments) -> Result<ConfigureRequest> {
    let mut request = ConfigureRequest {
        preset: arguments.preset.as_deref().map(|preset| match preset {
            "production" => ConfigPreset::Production,
            _ => ConfigPreset::Default,
        }),
        ..ConfigureRequest::default()
    };
    let mut fields = Map::new();
    for setting in &arguments.settings {
        let Some((name, value)) = setting.split_once('=') else {
            return Err(wrong(setting, "it is not NAME=VALUE".into()));
        };
        match name {
            "retention" => request.retention = Some(retention(value)?),
            "minimum_cycles" => request.minimum_cycles = Some(cycles(value)?),
            _ => {
                let (field, value) = field(name, value)?;
                fields.insert(field, value);
            }
        }
    }
    let read: ConfigureRequest = filled(fields)?;
    Ok(ConfigureRequest {
        preset: request.preset,
        retention: request.retention,
        minimum_cycles: request.minimum_cycles,
        ..read
    })
}

/// A field of the interface, and its value.
fn field(name: &str, value: &str) -> Result<(String, Value)> {
    let bad = |what: &str| wrong(name, format!("`{value}` is no {what}"));
    if DURATIONS.contains(&name) {
        let seconds =
            chime_schedule::parse_duration(value).map_err(|_| bad("duration such as 10m"))?;
        return Ok((format!("{name}_seconds"), json!(seconds)));
    }
    if COUNTS.contains(&name) {
        let count: u64 = value.parse().map_err(|_| bad("whole number"))?;
        return Ok((name.to_string(), json!(count)));
    }
    if SWITCHES.contains(&name) {
        let flag: bool = value.parse().map_err(|_| bad("true or false"))?;
        return Ok((name.to_string(), json!(flag)));
    }
    Err(wrong(name, "there is no such setting".into()))
}

fn wrong(name: &str, rule: String) -> Error {
    let fix = "`chime scheduler show` lists the settings and how their values are written";
    Error::new(Kind::Usage, rule, fix).at(name)
}

fn filled<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T> {
    let names: Vec<_> = fields.keys().cloned().collect();
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| wrong(&names.join(", "), "a number is too large".into()).because(error))
}

fn cycles(text: &str) -> Result<candid::Nat> {
    text.parse()
        .map_err(|_| wrong("minimum_cycles", format!("`{text}` is no whole number")))
}

/// Rules such as `completed:keep=100,age=30d;failed:age=90d`; `none` is no rule.
fn retention(text: &str) -> Result<Vec<RetentionRule>> {
    if text == "none" {
        return Ok(Vec::new());
    }
    text.split(';').map(retention_rule).collect()
}

fn retention_rule(text: &str) -> Result<RetentionRule> {
    let bad = || {
        wrong(
            "retention",
            format!("`{text}` is no rule such as completed:keep=100,age=30d"),
        )
    };
    let (status, limits) = text.split_once(':').ok_or_else(bad)?;
    let status: Option<ExecutionStatus> = match status.trim() {
        "all" => None,
        name => Some(serde_json::from_value(json!(name)).map_err(|_| bad())?),
    };
    let mut rule = RetentionRule {
        status,
        maximum_age_seconds: None,
        keep_latest: None,
    };
    for limit in limits.split(',') {
        match limit.trim().split_once('=') {
            Some(("keep", count)) => rule.keep_latest = Some(count.parse().map_err(|_| bad())?),
            Some(("age", age)) => {
                rule.maximum_age_seconds =
                    Some(chime_schedule::parse_duration(age).map_err(|_| bad())?);
            }
            _ => return Err(bad()),
        }
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[&str]) -> Result<ConfigureRequest> {
        request(&SchedulerSetArguments {
            settings: settings.iter().map(ToString::to_string).collect(),
            preset: None,
        })
    }

    #[test]
    fn should_read_every_setting_that_is_shown() {
        let all: Vec<String> = COUNTS
            .iter()
            .map(|name| format!("{name}=7"))
            .chain(DURATIONS.iter().map(|name| format!("{name}=7m")))
            .chain(SWITCHES.iter().map(|name| format!("{name}=false")))
            .collect();
        let texts: Vec<&str> = all.iter().map(String::as_str).collect();
        let request =
            read(&[&texts[..], &["minimum_cycles=7", "retention=all:keep=3"]].concat()).unwrap();
        let json = crate::cli::record::request_json("configure", &request);
        let Value::Object(fields) = json else {
            panic!("it is a record");
        };
        let missing: Vec<_> = fields
            .iter()
            .filter(|(_, value)| value.is_null())
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(missing, ["preset"]);
    }

    #[test]
    fn should_read_rules_of_retention() {
        let rules = retention("completed:keep=100,age=30d;all:age=90d").unwrap();
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].status, Some(ExecutionStatus::Completed));
        assert_eq!(
            (rules[0].keep_latest, rules[0].maximum_age_seconds),
            (Some(100), Some(2_592_000))
        );
        assert_eq!(
            (rules[1].status, rules[1].maximum_age_seconds),
            (None, Some(7_776_000))
        );
        assert!(retention("none").unwrap().is_empty());
    }

    #[test]
    fn should_name_the_setting_at_fault() {
        for (setting, field) in [
            ("maximum_concurrent", "maximum_concurrent"),
            ("maximum_concurrent=many", "maximum_concurrent"),
            ("maximum_concurrent=99999999999", "maximum_concurrent"),
            ("default_timeout=soon", "default_timeout"),
            ("public_metrics=maybe", "public_metrics"),
            ("colour=red", "colour"),
            ("retention=failed", "retention"),
            ("retention=done:keep=1", "retention"),
            ("minimum_cycles=-1", "minimum_cycles"),
        ] {
            assert_eq!(
                read(&[setting]).unwrap_err().field(),
                Some(field),
                "{setting}"
            );
        }
    }
}
