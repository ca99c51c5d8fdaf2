//! Flags of a schedule as the fields of a job file.

use chime_types::NewSchedule;
use serde_json::{Map, Value, json};

use super::nanoseconds;
use crate::apply;
use crate::cli::ScheduleArguments;
use crate::error::{Error, Result};

/// The schedule that the flags describe.
pub(in crate::commands) fn schedule(arguments: &ScheduleArguments) -> Result<NewSchedule> {
    let document = document(arguments);
    let read = apply::schedule_of(&document).map_err(|refusal| at_flag(refusal.into()))?;
    let instant = |flag, given: Option<jiff::Timestamp>| {
        given.map(|instant| nanoseconds(flag, instant)).transpose()
    };
    Ok(NewSchedule {
        name: arguments.schedule_name.clone(),
        start_at: instant("start", arguments.start)?,
        end_at: instant("end", arguments.end)?,
        ..read
    })
}

/// The same error at the flag that stands for the field.
fn at_flag(error: Error) -> Error {
    let Some(field) = error.field().map(str::to_string) else {
        return error;
    };
    let flag = match field.split(['.', '[']).next().unwrap_or_default() {
        "exclusions" => "--exclude-…".to_string(),
        name => format!("--{}", name.replace('_', "-")),
    };
    error.at(flag)
}

fn document(arguments: &ScheduleArguments) -> Value {
    let fields = [
        ("every", json!(arguments.every)),
        ("cron", json!(arguments.cron)),
        ("daily", json!(arguments.daily)),
        ("weekly", json!(arguments.weekly)),
        ("monthly", json!(arguments.monthly)),
        ("at", json!(arguments.at.map(|instant| instant.to_string()))),
        ("after", json!(arguments.after)),
        ("timezone", json!(arguments.timezone)),
        ("overlap", json!(arguments.overlap)),
        ("missed_runs", json!(arguments.missed_runs)),
        ("missed_window", json!(arguments.missed_window)),
        ("gap", json!(arguments.gap)),
        ("jitter", json!(arguments.jitter)),
        ("maximum_runs", json!(arguments.maximum_runs)),
        ("exclusions", exclusions(arguments)),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        given
            .map(|(name, value)| (name.to_string(), value))
            .collect::<Map<_, _>>(),
    )
}

fn exclusions(arguments: &ScheduleArguments) -> Value {
    let dates = arguments
        .exclude_dates
        .iter()
        .map(|text| match text.split_once("..") {
            Some((from, to)) => json!({ "from": from, "to": to }),
            None => json!({ "date": text }),
        });
    let weekdays = (!arguments.exclude_weekdays.is_empty())
        .then(|| json!({ "weekdays": arguments.exclude_weekdays }));
    let expressions = arguments
        .exclude_cron
        .iter()
        .map(|text| json!({ "cron": text }));
    let all: Vec<Value> = dates.chain(weekdays).chain(expressions).collect();
    match all.is_empty() {
        true => Value::Null,
        false => Value::Array(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chime_types::{Exclusion, MissedRuns, OverlapPolicy, Rule};

    #[test]
    fn should_read_each_flag_as_its_field() {
        let arguments = ScheduleArguments {
            weekly: Some("monday 02:30".into()),
            timezone: Some("Europe/Zurich".into()),
            overlap: Some("buffer_one".into()),
            missed_runs: Some("all".into()),
            jitter: Some(30),
            maximum_runs: Some(3),
            exclude_dates: vec!["2026-12-25".into(), "2026-12-27..2027-01-02".into()],
            exclude_weekdays: vec!["sunday".into()],
            schedule_name: Some("early".into()),
            ..ScheduleArguments::default()
        };
        let read = schedule(&arguments).unwrap();
        let rule = Rule::Weekly {
            weekday: 1,
            hour: 2,
            minute: Some(30),
        };
        assert_eq!(read.rule, rule);
        assert_eq!(read.timezone.as_deref(), Some("Europe/Zurich"));
        assert_eq!(read.overlap, Some(OverlapPolicy::BufferOne));
        assert_eq!(read.missed_runs, Some(MissedRuns::All { maximum: 100 }));
        assert_eq!(
            (read.jitter_seconds, read.maximum_runs),
            (Some(30), Some(3))
        );
        assert_eq!(read.name.as_deref(), Some("early"));
        let exclusions = read.exclusions.unwrap();
        assert_eq!(exclusions.len(), 3);
        assert_eq!(exclusions[2], Exclusion::Weekdays { weekdays: vec![0] });
    }

    #[test]
    fn should_name_the_flag_at_fault() {
        for (arguments, flag) in [
            (
                ScheduleArguments {
                    cron: Some("61 * * * *".into()),
                    ..Default::default()
                },
                "--cron",
            ),
            (
                ScheduleArguments {
                    daily: Some("25:00".into()),
                    ..Default::default()
                },
                "--daily",
            ),
            (
                ScheduleArguments {
                    daily: Some("2:00".into()),
                    timezone: Some("Europe/Nowhere".into()),
                    ..Default::default()
                },
                "--timezone",
            ),
            (
                ScheduleArguments {
                    daily: Some("2:00".into()),
                    exclude_weekdays: vec!["someday".into()],
                    ..Default::default()
                },
                "--exclude-…",
            ),
        ] {
            assert_eq!(schedule(&arguments).unwrap_err().field(), Some(flag));
        }
    }
}
