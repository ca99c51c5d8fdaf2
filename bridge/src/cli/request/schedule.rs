//! Flags of a schedule as the fields of a job file.

use chime_types::{NewSchedule, Rule};
use serde_json::{Map, Value, json};

use super::nanoseconds;
use crate::apply;
use crate::cli::{ScheduleArguments, instant};
use crate::error::{Error, Kind, Result};

/// The schedule that the flags describe.
pub(in crate::cli) fn schedule(arguments: &ScheduleArguments) -> Result<NewSchedule> {
    let document = document(arguments)?;
    let read = apply::schedule_of(&document).map_err(|refusal| at_flag(refusal.into()))?;
    let zone = arguments.timezone.as_deref();
    let moment = |flag, given: &Option<String>| {
        let given = given.as_ref();
        given.map(|text| moment_at(flag, text, zone)).transpose()
    };
    Ok(NewSchedule {
        name: arguments.schedule_name.clone(),
        start_at: moment("start", &arguments.start)?,
        end_at: moment("end", &arguments.end)?,
        ..read
    })
}

/// The instant that a flag gives. A local time is one of the zone that is named beside it, and only
/// where none is, one of this machine's.
pub(in crate::cli) fn moment_at(flag: &str, text: &str, zone: Option<&str>) -> Result<u64> {
    let Some(zone) = zone else {
        let at = format!("--{flag}");
        let found = instant(text).map_err(|rule| {
            Error::new(
                Kind::Usage,
                rule,
                "Give a time such as 2026-12-01T08:00:00Z.",
            )
            .at(at)
        })?;
        return nanoseconds(flag, found);
    };
    // Job files read it by the same rules.
    let read = apply::schedule_of(&json!({ "at": text, "timezone": zone }));
    let read = read.map_err(|refusal| {
        let error = at_flag(refusal.into());
        match error.field() {
            Some("--at") => error.at(format!("--{flag}")),
            _ => error,
        }
    })?;
    match read.rule {
        Rule::Once { run_at: Some(at) } => Ok(at),
        other => unreachable!("BUG: an instant is read as {other:?}"),
    }
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
    // The quotation marks of a job file are none of a command line.
    let fix = error.fix().replace(", in quotation marks", "");
    let rule = error.rule().to_string();
    error.with_words(Some(flag), rule, fix)
}

fn document(arguments: &ScheduleArguments) -> Result<Value> {
    let fields = [
        ("every", json!(arguments.every)),
        ("on", json!(arguments.on)),
        ("anchor", json!(arguments.anchor)),
        ("cron", json!(arguments.cron)),
        ("daily", json!(arguments.daily)),
        ("weekly", json!(arguments.weekly)),
        ("monthly", json!(arguments.monthly)),
        ("at", json!(at(arguments)?)),
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
    Ok(Value::Object(
        given
            .map(|(name, value)| (name.to_string(), value))
            .collect::<Map<_, _>>(),
    ))
}

/// `--at`: beside `--every` a time of day, else an instant.
fn at(arguments: &ScheduleArguments) -> Result<Option<String>> {
    let Some(text) = &arguments.at else {
        return Ok(None);
    };
    if arguments.every.is_some() {
        return Ok(Some(text.clone()));
    }
    let read = instant(text).map_err(|rule| {
        let fix = "For a time of day use --daily 08:00, or --every 14d --at 08:00.";
        Error::new(Kind::Usage, rule, fix).at("--at")
    })?;
    // Beside a zone the text is read by that one's clock, not by this machine's.
    match arguments.timezone {
        Some(_) => Ok(Some(text.clone())),
        None => Ok(Some(read.to_string())),
    }
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
    use chime_types::{CalendarUnit, Exclusion, MissedRuns, MonthDay, OverlapPolicy};

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

    fn every(every: &str, at: Option<&str>, on: Option<&str>) -> ScheduleArguments {
        ScheduleArguments {
            every: Some(every.into()),
            at: at.map(Into::into),
            on: on.map(Into::into),
            ..ScheduleArguments::default()
        }
    }

    #[test]
    fn should_read_an_interval_and_rules_of_the_calendar() {
        let plain = schedule(&every("90m", None, None)).unwrap().rule;
        let expected = Rule::Interval {
            repeat_every_seconds: 5_400,
            phase_seconds: None,
        };
        assert_eq!(plain, expected);
        let calendar = |every, unit, hour| Rule::Calendar {
            every,
            unit,
            hour,
            minute: Some(0),
            anchor: None,
        };
        let rows = [
            (
                every("14d", Some("08:00"), None),
                calendar(14, CalendarUnit::Days {}, 8),
            ),
            (
                every("other friday", Some("17:00"), None),
                calendar(2, CalendarUnit::Weeks { weekdays: vec![5] }, 17),
            ),
            (
                every("2w", Some("17:00"), Some("monday,sunday")),
                calendar(
                    2,
                    CalendarUnit::Weeks {
                        weekdays: vec![1, 0],
                    },
                    17,
                ),
            ),
            (
                every("3 months", Some("9:00"), Some("last friday")),
                calendar(
                    3,
                    CalendarUnit::Months {
                        on: MonthDay::Last { weekday: 5 },
                    },
                    9,
                ),
            ),
        ];
        for (arguments, rule) in rows {
            assert_eq!(schedule(&arguments).unwrap().rule, rule, "{arguments:?}");
        }
    }

    #[test]
    fn should_refuse_a_zone_for_an_interval_and_name_the_way_out() {
        let arguments = ScheduleArguments {
            timezone: Some("Europe/Zurich".into()),
            ..every("1d", None, None)
        };
        let error = schedule(&arguments).unwrap_err();
        assert_eq!(error.field(), Some("--timezone"));
        assert!(error.to_string().contains("time zone"), "{error}");
        let excluded = ScheduleArguments {
            exclude_weekdays: vec!["7".into()],
            ..arguments
        };
        assert!(schedule(&excluded).is_ok(), "exclusions are of the zone");
    }

    #[test]
    fn should_read_a_local_time_by_the_zone_that_is_named_beside_it() {
        let given = |text: &str, zone: Option<&str>| ScheduleArguments {
            at: Some(text.into()),
            start: Some(text.into()),
            end: Some(text.into()),
            timezone: zone.map(Into::into),
            ..ScheduleArguments::default()
        };
        // 08:00 in Zurich, whatever the zone of this machine.
        for text in [
            "2027-12-01 08:00",
            "2027-12-01T08:00:00",
            "2027-12-01T07:00:00Z",
        ] {
            let read = schedule(&given(text, Some("Europe/Zurich"))).unwrap();
            let expected = Some(1_827_644_400_000_000_000);
            assert_eq!(read.rule, Rule::Once { run_at: expected }, "{text}");
            assert_eq!((read.start_at, read.end_at), (expected, expected), "{text}");
        }
        let daylight = moment_at("from", "2027-07-01", Some("America/New_York")).unwrap();
        assert_eq!(crate::words::rfc3339(daylight), "2027-07-01T04:00:00Z");
        let gap = moment_at("from", "2027-03-28 02:30", Some("Europe/Zurich")).unwrap_err();
        assert_eq!(gap.field(), Some("--from"), "{gap}");
        let zone = moment_at("from", "2027-03-28", Some("Europe/Zuric")).unwrap_err();
        assert_eq!(zone.kind(), Kind::Usage, "{zone}");
        assert!(schedule(&given("2027-12-01 08:00", None)).is_ok());
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
            (every("2 weeks", None, None), "--at"),
            (every("2 weeks", Some("25:00"), None), "--at"),
            (every("soon", None, None), "--every"),
            (every("2 weeks", Some("8:00"), Some("someday")), "--on"),
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
            let error = schedule(&arguments).unwrap_err();
            assert_eq!(error.field(), Some(flag));
            assert!(!error.fix().contains("quotation"), "{}", error.fix());
        }
    }
}
