//! `chime scheduler`: the configuration of the scheduler, and its guide.

use candid::Principal;
use chime_types::{ConfigPreset, ConfigureRequest, EmptyRequest, ExecutionStatus, RetentionRule};
use serde_json::{Map, Value, json};

use crate::cli::confirm::confirm;
use crate::cli::record::{Record, documentation};
use crate::cli::scheduler::show::configuration;
use crate::cli::session::{Session, with_scheduler};
use crate::cli::{GlobalArguments, SchedulerCommand, SchedulerSetArguments};
use crate::error::{Error, Kind, Result};
use crate::methods::removed_history;
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
                ask_before_removing(session, &request, arguments, writer).await?;
                let done = session.scheduler.configure(&request).await;
                done.map_err(in_names_of_settings)
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

/// Lower limits and new rules remove the history of all owners, which cannot be had back.
async fn ask_before_removing(
    session: &Session,
    request: &ConfigureRequest,
    arguments: &SchedulerSetArguments,
    writer: &Writer,
) -> Result<()> {
    if arguments.confirm.yes {
        return Ok(());
    }
    let now = session.scheduler.get_config(&EmptyRequest {}).await?;
    let removed = removed_history(&now, request);
    if removed.is_empty() {
        return Ok(());
    }
    let what = format!("Remove history of all owners: {}", removed.join("; "));
    confirm(writer, arguments.confirm, &what).await
}

/// The scheduler's error about a setting that has another name here.
fn in_names_of_settings(error: Error) -> Error {
    let name = error.field().and_then(|field| {
        let name = field.strip_suffix("_seconds")?;
        DURATIONS.contains(&name).then(|| name.to_string())
    });
    let Some(name) = name else {
        return error;
    };
    let (rule, fix) = (
        format!("{} (seconds)", error.rule()),
        error.fix().to_string(),
    );
    error.with_words(Some(name), rule, fix)
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
            "runners" => request.runners = Some(runners(value)?),
            "minimum_cycles" => request.minimum_cycles = Some(cycles(value)?),
            _ => {
                let (field, value) = field(name, value)?;
                fields.insert(field, value);
            }
        }
    }
    let read: ConfigureRequest = serde_json::from_value(Value::Object(fields))
        .expect("BUG: each field was read alone before");
    Ok(ConfigureRequest {
        preset: request.preset,
        retention: request.retention,
        minimum_cycles: request.minimum_cycles,
        runners: request.runners,
        ..read
    })
}

/// A field of the interface, and its value.
fn field(name: &str, value: &str) -> Result<(String, Value)> {
    let bad = |what: &str| wrong(name, format!("`{value}` is not {what}"));
    if DURATIONS.contains(&name) {
        let field = format!("{name}_seconds");
        let seconds = chime_schedule::parse_duration(value).map_err(|error| {
            let range = range(&field).map_or_else(String::new, |it| format!("{it} seconds, "));
            wrong(name, format!("{range}got `{value}`: {}", error.rule))
        })?;
        return Ok((field, json!(seconds)));
    }
    if COUNTS.contains(&name) {
        let range = range(name).map_or_else(String::new, |it| format!(" from {it}"));
        let bad = || bad(&format!("a whole number{range}"));
        let count: u64 = value.parse().map_err(|_| bad())?;
        // Some have 32 bits.
        let alone = Map::from_iter([(name.to_string(), json!(count))]);
        serde_json::from_value::<ConfigureRequest>(Value::Object(alone)).map_err(|_| bad())?;
        return Ok((name.to_string(), json!(count)));
    }
    if SWITCHES.contains(&name) {
        let flag: bool = value.parse().map_err(|_| bad("true or false"))?;
        return Ok((name.to_string(), json!(flag)));
    }
    Err(wrong(name, "there is no such setting".into()))
}

/// What a setting may be, as the interface says it: `1 to 86,400`, or `1,000 and more`.
fn range(field: &str) -> Option<String> {
    let text = documentation("get_config", field)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| {
        let word = word.trim_end_matches([',', '.', ';', ':']);
        let is_number = word.bytes().all(|it| it.is_ascii_digit() || it == b',');
        (is_number && !word.is_empty()).then(|| word.to_string())
    };
    words.windows(3).find_map(|part| match part[1] {
        "to" => Some(format!("{} to {}", number(part[0])?, number(part[2])?)),
        "and" if part[2].starts_with("more") => Some(format!("{} and more", number(part[0])?)),
        _ => None,
    })
}

fn wrong(name: &str, rule: String) -> Error {
    let fix = "`chime scheduler show` lists the settings and how their values are written";
    Error::new(Kind::Usage, rule, fix).at(name)
}

fn cycles(text: &str) -> Result<candid::Nat> {
    text.parse()
        .map_err(|_| wrong("minimum_cycles", format!("`{text}` is not a whole number")))
}

/// Ids of canisters, with commas between them; `none` is none.
fn runners(text: &str) -> Result<Vec<Principal>> {
    if text == "none" {
        return Ok(Vec::new());
    }
    let read = |id: &str| {
        Principal::from_text(id.trim())
            .map_err(|error| wrong("runners", format!("`{id}` is no id of a canister: {error}")))
    };
    text.split(',').map(read).collect()
}

/// Rules such as `completed:keep=100,age=30d;failed:age=90d`; `none` is no rule.
fn retention(text: &str) -> Result<Vec<RetentionRule>> {
    if text == "none" {
        return Ok(Vec::new());
    }
    text.split(';').map(retention_rule).collect()
}

fn retention_rule(text: &str) -> Result<RetentionRule> {
    let because = |cause: &str| {
        let rule = format!("`{text}` is not a rule such as completed:keep=100,age=30d{cause}");
        wrong("retention", rule)
    };
    let bad = || because("");
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
            Some(("keep", count)) => {
                let read = count.parse();
                let read = read.map_err(|_| because(": keep needs a whole number"))?;
                rule.keep_latest = Some(read);
            }
            Some(("age", age)) => {
                let read = chime_schedule::parse_duration(age);
                let read = read.map_err(|error| because(&format!(": {}", error.rule)))?;
                rule.maximum_age_seconds = Some(read);
            }
            _ => return Err(bad()),
        }
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ConfirmArguments;

    fn read(settings: &[&str]) -> Result<ConfigureRequest> {
        request(&SchedulerSetArguments {
            settings: settings.iter().map(ToString::to_string).collect(),
            preset: None,
            confirm: ConfirmArguments::default(),
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
        let request = read(
            &[
                &texts[..],
                &[
                    "minimum_cycles=7",
                    "retention=all:keep=3",
                    "runners=aaaaa-aa",
                ],
            ]
            .concat(),
        )
        .unwrap();
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
    fn should_say_the_rule_and_the_range_of_a_setting() {
        for name in DURATIONS {
            assert!(range(&format!("{name}_seconds")).is_some(), "{name}");
        }
        for name in COUNTS {
            // That of a day is the same as that of an hour.
            let is_said = range(name).is_some() || name == "maximum_cycles_per_day";
            assert!(is_said, "{name}");
        }
        for (setting, parts) in [
            ("ageing=0", ["1 to 86,400 seconds", "longer than zero"]),
            ("ageing=soon", ["1 to 86,400 seconds", "is not a duration"]),
            ("ageing=1.5s", ["1 to 86,400 seconds", "whole seconds"]),
            (
                "cleanup_interval=0s",
                ["60 to 31,536,000 seconds", "longer than zero"],
            ),
            (
                "default_lease=-5",
                ["5 to 3,600 seconds", "is not a duration"],
            ),
            ("maximum_events=-1", ["1,000 to 10,000,000", "whole number"]),
            ("maximum_rescues=5000000000", ["0 to 100", "whole number"]),
            (
                "maximum_cycles_per_hour=x",
                ["1,000,000,000 and more", "whole number"],
            ),
            (
                "retention=failed:age=0",
                ["completed:keep=100", "longer than zero"],
            ),
            (
                "retention=failed:keep=x",
                ["completed:keep=100", "whole number"],
            ),
        ] {
            let error = read(&[setting]).unwrap_err();
            for part in parts {
                assert!(error.rule().contains(part), "{setting}: {error}");
            }
        }
    }

    #[test]
    fn should_name_settings_as_they_are_given() {
        for (field, name, end) in [
            ("ageing_seconds", "ageing", " (seconds)"),
            ("maximum_concurrent", "maximum_concurrent", ""),
        ] {
            let rule = "a whole number from 1 to 9, got 0";
            let error = Error::new(Kind::InvalidArgument, rule, "give one").at(field);
            let said = in_names_of_settings(error).explanation();
            assert_eq!(said, format!("{name}: {rule}{end}"));
        }
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
