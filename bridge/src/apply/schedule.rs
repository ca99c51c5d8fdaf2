//! Schedules as job files write them, checked before anything is sent.

use chime_schedule::{Definition, Schedule};
use chime_types::{GapPolicy, MissedRuns, NewSchedule, OverlapPolicy, Rule, limits};
use serde_json::Value;

use super::fields::{Fields, Spelling, wrong};
use super::{Refusal, calendar, exclusions};
use crate::words::zone_doubt;

pub(super) const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const ONE_RULE: &str = "Give at most one of every (with its at), cron, daily, weekly, monthly and at; without \
                        any the task runs once.";
const TIME_FIX: &str = "Write the time of day as \"02:30\", in quotation marks.";

/// A cron expression in the field `name`.
pub(super) fn cron(fields: &mut Fields<'_>, name: &str) -> Result<Option<NewSchedule>, Refusal> {
    let Some(expression) = fields.filled(&[name])? else {
        return Ok(None);
    };
    let schedule = NewSchedule::new(Rule::Cron { expression });
    check(&fields.at(name), &schedule)?;
    Ok(Some(schedule))
}

/// Whether the scheduler would take it; a fault is reported at `path`.
pub(super) fn check(path: &str, schedule: &NewSchedule) -> Result<(), Refusal> {
    let beside = |field: &str| {
        path.rsplit_once('.')
            .map_or(field.into(), |(entry, _)| format!("{entry}.{field}"))
    };
    if let Some(doubt) = schedule.timezone.as_deref().and_then(zone_doubt) {
        return Err(Refusal::of(beside("timezone"), doubt.rule, doubt.fix));
    }
    let explicit = schedule.start_at.is_some() || schedule.start_after_seconds.is_some();
    let compiled = Schedule::compile(&Definition {
        rule: &schedule.rule,
        timezone: schedule.timezone.as_deref(),
        gap: schedule.gap.unwrap_or_default(),
        start_at: schedule.start_at.unwrap_or(0),
        explicit_start: explicit,
        end_at: schedule.end_at,
        exclusions: schedule.exclusions.as_deref().unwrap_or_default(),
    });
    compiled.map(drop).map_err(|error| {
        let field = match error.field.as_deref() {
            Some(other) if other == "timezone" || other.starts_with("exclusions") => beside(other),
            _ => path.to_string(),
        };
        Refusal::of(field, error.rule, error.fix)
    })
}

/// A duration in seconds, which may be 0.
pub(super) fn duration(text: &str) -> Option<u64> {
    match text.trim().parse() {
        Ok(seconds) => (seconds <= limits::MAXIMUM_DURATION_SECONDS).then_some(seconds),
        Err(_) => chime_schedule::parse_duration(text).ok(),
    }
}

/// The fields that a rule is given by.
pub(super) const RULES: [&str; 6] = ["every", "cron", "daily", "weekly", "monthly", "at"];

/// A schedule in a list of them: with a name, and a switch of its own.
pub(super) fn item(value: &Value, path: String) -> Result<NewSchedule, Refusal> {
    let mut fields = Fields::new(value, path, Spelling::Exact)?;
    let schedule = NewSchedule {
        name: fields.filled(&["name"])?,
        disabled: (fields.flag(&["enabled"])? == Some(false)).then_some(true),
        ..own(&mut fields)?
    };
    fields.refuse_unknown()?;
    Ok(schedule)
}

/// The schedule of an entry in Chime's own form.
pub(super) fn own(fields: &mut Fields<'_>) -> Result<NewSchedule, Refusal> {
    let mut rules = Vec::new();
    let calendar = calendar::rule(fields)?;
    let is_calendar = calendar.is_some();
    rules.extend(calendar.map(|rule| ("every", rule)));
    let seconds = match is_calendar {
        true => None,
        false => fields.seconds(&["every"])?,
    };
    let phase = fields.seconds(&["phase"])?;
    if let Some(repeat_every_seconds) = seconds {
        rules.push((
            "every",
            Rule::Interval {
                repeat_every_seconds,
                phase_seconds: phase,
            },
        ));
    } else if phase.is_some() {
        return Err(Refusal::of(
            fields.at("phase"),
            "only an interval has a phase",
            "Give every in seconds beside it, or leave it out.",
        ));
    }
    if let Some(expression) = fields.filled(&["cron"])? {
        rules.push(("cron", Rule::Cron { expression }));
    }
    for (name, read) in [
        ("daily", daily as CalendarReader),
        ("weekly", weekly),
        ("monthly", monthly),
    ] {
        if let Some((path, value)) = fields.value(&[name]) {
            rules.push((name, read(value, path)?));
        }
    }
    let timezone = fields.filled(&["timezone"])?;
    // `at` is the time of day of a calendar rule.
    if let Some((path, value)) = fields.value(&["at"]).filter(|_| !is_calendar) {
        let run_at = Some(instant(value, path, timezone.as_deref())?);
        rules.push(("at", Rule::Once { run_at }));
    }
    if let [_, (second, _), ..] = rules.as_slice() {
        return Err(Refusal::of(
            fields.at(second),
            "a second rule is given",
            ONE_RULE,
        ));
    }
    let (name, rule) = rules
        .pop()
        .unwrap_or(("schedule", Rule::Once { run_at: None }));
    let start_at = bound(fields, "start", timezone.as_deref())?;
    let end_at = bound(fields, "end", timezone.as_deref())?;
    let schedule = NewSchedule {
        timezone,
        start_at,
        end_at,
        start_after_seconds: fields.seconds(&["after"])?,
        gap: fields.choice("gap", &GAPS)?,
        missed_runs: missed_runs(fields)?,
        missed_window_seconds: fields.seconds(&["missed_window"])?,
        overlap: fields.choice("overlap", &OVERLAPS)?,
        maximum_runs: fields.count(&["maximum_runs"], u64::MAX)?,
        jitter_seconds: fields.seconds(&["jitter"])?,
        exclusions: exclusions::read(fields)?,
        ..NewSchedule::new(rule)
    };
    check(&fields.at(name), &schedule)?;
    refuse_zone_of_interval(fields, &schedule)?;
    Ok(schedule)
}

/// The first or last instant of a schedule.
fn bound(fields: &mut Fields<'_>, name: &str, zone: Option<&str>) -> Result<Option<u64>, Refusal> {
    let given = fields.value(&[name]);
    given
        .map(|(path, value)| instant(value, path, zone))
        .transpose()
}

/// What becomes of missed runs: a word, or `all` with a number.
fn missed_runs(fields: &mut Fields<'_>) -> Result<Option<MissedRuns>, Refusal> {
    let Some((path, value @ Value::Object(_))) = fields.value(&["missed_runs"]) else {
        return fields.choice("missed_runs", &MISSED_RUNS);
    };
    let mut fields = Fields::new(value, path, Spelling::Exact)?;
    let maximum = fields.count(&["all"], limits::MAXIMUM_MADE_UP_RUNS)?;
    fields.refuse_unknown()?;
    let maximum = maximum.and_then(|maximum| u32::try_from(maximum).ok());
    maximum
        .map(|maximum| Some(MissedRuns::All { maximum }))
        .ok_or_else(|| {
            Refusal::of(
                fields.at("all"),
                "the field is missing",
                "Give the most runs to make up for.",
            )
        })
}

/// An interval counts seconds: a zone with it means another rule.
fn refuse_zone_of_interval(fields: &Fields<'_>, schedule: &NewSchedule) -> Result<(), Refusal> {
    let is_interval = matches!(schedule.rule, Rule::Interval { .. });
    let zone = schedule.timezone.as_deref().filter(|zone| *zone != "UTC");
    let Some(zone) = zone.filter(|_| is_interval && schedule.exclusions.is_none()) else {
        return Ok(());
    };
    Err(Refusal::of(
        fields.at("timezone"),
        format!("an interval counts seconds and has no time zone, got {zone}"),
        "Add the time of day for a rule by the calendar (every: 14d, at: \"08:00\"), or leave the zone \
         out.",
    ))
}

type CalendarReader = fn(&Value, String) -> Result<Rule, Refusal>;

fn daily(value: &Value, path: String) -> Result<Rule, Refusal> {
    if value.is_object() {
        let (hour, minute) = parts(&mut Fields::new(value, path, Spelling::Exact)?)?;
        return Ok(Rule::Daily { hour, minute });
    }
    let (hour, minute) = value.as_str().and_then(time).ok_or_else(|| Refusal {
        fix: TIME_FIX.into(),
        ..wrong(&path, "a time of day", value)
    })?;
    Ok(Rule::Daily {
        hour,
        minute: Some(minute),
    })
}

fn weekly(value: &Value, path: String) -> Result<Rule, Refusal> {
    if value.is_object() {
        let mut fields = Fields::new(value, path, Spelling::Exact)?;
        let (hour, minute) = parts(&mut fields)?;
        let weekday = named_weekday(&mut fields)?;
        return Ok(Rule::Weekly {
            weekday,
            hour,
            minute,
        });
    }
    let parsed = value.as_str().and_then(|text| {
        let (day, rest) = text.trim().split_once(char::is_whitespace)?;
        Some((weekday(day)?, time(rest)?))
    });
    let (weekday, (hour, minute)) = parsed.ok_or_else(|| Refusal {
        fix: "Write it as \"monday 02:30\".".into(),
        ..wrong(&path, "a weekday and a time of day", value)
    })?;
    Ok(Rule::Weekly {
        weekday,
        hour,
        minute: Some(minute),
    })
}

fn monthly(value: &Value, path: String) -> Result<Rule, Refusal> {
    if value.is_object() {
        let mut fields = Fields::new(value, path, Spelling::Exact)?;
        let (hour, minute) = parts(&mut fields)?;
        let day = small(&mut fields, "day", 31)?;
        return Ok(Rule::Monthly { day, hour, minute });
    }
    let parsed = value.as_str().and_then(|text| {
        let (day, rest) = text.trim().split_once(char::is_whitespace)?;
        Some((day.parse::<u8>().ok()?, time(rest)?))
    });
    let (day, (hour, minute)) = parsed.ok_or_else(|| Refusal {
        fix: "Write it as \"1 02:30\".".into(),
        ..wrong(&path, "a day of the month and a time of day", value)
    })?;
    Ok(Rule::Monthly {
        day,
        hour,
        minute: Some(minute),
    })
}

/// An instant: with its offset, or by the clock on the wall of the zone that is named beside it. The
/// zone of this machine is none of the file's.
pub(super) fn instant(value: &Value, path: String, zone: Option<&str>) -> Result<u64, Refusal> {
    let text = value.as_str().unwrap_or_default().trim();
    let civil = text.parse::<jiff::civil::DateTime>();
    let found = match (text.parse::<jiff::Timestamp>(), civil, zone) {
        (Ok(instant), _, _) => Some(instant),
        (Err(_), Ok(civil), Some(zone)) => Some(on_the_wall(civil, zone, &path)?),
        _ => None,
    };
    let nanoseconds = found.and_then(|instant| u64::try_from(instant.as_nanosecond()).ok());
    nanoseconds.ok_or_else(|| Refusal {
        fix: "Write it as \"2030-01-31T02:30:00Z\", or as \"2030-01-31 02:30\" with a timezone."
            .into(),
        ..wrong(path, "an instant with its offset", value)
    })
}

/// A time by the clock of a zone. One that occurs twice is the first, as in every schedule.
fn on_the_wall(
    civil: jiff::civil::DateTime,
    zone: &str,
    path: &str,
) -> Result<jiff::Timestamp, Refusal> {
    use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};
    let refuse = |rule: String, fix: &str| Refusal::of(path, rule, fix);
    // The zones that the scheduler knows: those of the program, not those of this machine.
    let found = TimeZoneDatabase::bundled().get(zone).map_err(|_| {
        refuse(
            format!("there is no time zone {zone}"),
            "Give a name such as Europe/Zurich.",
        )
    })?;
    let meant = found.to_ambiguous_timestamp(civil);
    if let AmbiguousOffset::Gap { .. } = meant.offset() {
        return Err(refuse(
            format!("the clocks of {zone} jump over {civil}"),
            "Choose a time that there is, or give the offset.",
        ));
    }
    meant
        .earlier()
        .map_err(|error| refuse(format!("{civil}: {error}"), "Choose another time."))
}

/// `hour` and `minute` of a mapping.
fn parts(fields: &mut Fields<'_>) -> Result<(u8, Option<u8>), Refusal> {
    let hour = small(fields, "hour", 23)?;
    let minute = fields
        .count(&["minute"], 59)?
        .and_then(|minute| u8::try_from(minute).ok());
    Ok((hour, minute))
}

fn small(fields: &mut Fields<'_>, name: &str, most: u8) -> Result<u8, Refusal> {
    let number = fields.count(&[name], most.into())?;
    let number = number.ok_or_else(|| {
        Refusal::of(
            fields.at(name),
            "the field is missing",
            format!("Give a number up to {most}."),
        )
    })?;
    Ok(u8::try_from(number).expect("BUG: counted up to a number of eight bits"))
}

pub(super) fn time(text: &str) -> Option<(u8, u8)> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// The field `weekday` of a mapping: a name or a number.
fn named_weekday(fields: &mut Fields<'_>) -> Result<u8, Refusal> {
    let text = fields.filled(&["weekday"])?.unwrap_or_default();
    weekday(&text).ok_or_else(|| {
        Refusal::of(
            fields.at("weekday"),
            "a day of the week is needed",
            "Write a name such as monday, or a number: 0 or 7 is Sunday.",
        )
    })
}

/// A day of the week by its name, the first three letters of it or more, or its number: 0 and 7 are
/// Sunday, as in cron.
pub(super) fn weekday(text: &str) -> Option<u8> {
    let text = text.trim().to_lowercase();
    if let Ok(number) = text.parse::<u8>() {
        return (number <= 7).then_some(number % 7);
    }
    let found = WEEKDAYS
        .iter()
        .position(|day| text.len() >= 3 && day.starts_with(&text));
    found.and_then(|index| u8::try_from(index).ok())
}

const GAPS: [(&str, GapPolicy); 2] = [
    ("run_after", GapPolicy::RunAfter),
    ("skip", GapPolicy::Skip),
];
/// `all` is as many as the scheduler allows.
const MISSED_RUNS: [(&str, MissedRuns); 3] = [
    ("skip", MissedRuns::Skip),
    ("latest", MissedRuns::Latest),
    ("all", MissedRuns::All { maximum: 100 }),
];
const OVERLAPS: [(&str, OverlapPolicy); 6] = [
    ("skip", OverlapPolicy::Skip),
    ("buffer_one", OverlapPolicy::BufferOne),
    ("buffer_all", OverlapPolicy::BufferAll),
    ("cancel_other", OverlapPolicy::CancelOther),
    ("terminate_other", OverlapPolicy::TerminateOther),
    ("allow_all", OverlapPolicy::AllowAll),
];
