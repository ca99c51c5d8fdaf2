//! Schedules of a task.

use chime_schedule::{Definition, Schedule, format_instant};
use chime_types::{Error, MissedRuns, NewSchedule, Rule, limits};

use super::{characters, items, optional, range};

/// A schedule with its defaults filled in, and its compiled rule.
#[derive(Debug)]
pub struct CheckedSchedule {
    pub given: NewSchedule,
    pub rule: Schedule,
    pub start_at: u64,
    pub explicit_start: bool,
}

/// The schedules of a task.
pub fn schedules(given: Vec<NewSchedule>, now: u64) -> Result<Vec<CheckedSchedule>, Error> {
    items(
        "schedules",
        given.len(),
        limits::MAXIMUM_SCHEDULES,
        "give at least one schedule; for a task that runs only on demand give one that is disabled",
    )?;
    let checked = given.into_iter().enumerate().map(|(index, schedule)| {
        self::schedule(schedule, now).map_err(|error| error.within(&format!("schedules[{index}]")))
    });
    checked.collect()
}

/// One schedule: its start is settled, its rule compiles and has at least one time ahead.
pub fn schedule(given: NewSchedule, now: u64) -> Result<CheckedSchedule, Error> {
    if let Some(name) = &given.name {
        characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    }
    if let Some(MissedRuns::All { maximum }) = given.missed_runs {
        range(
            "missed_runs.all.maximum",
            maximum.into(),
            1,
            limits::MAXIMUM_MADE_UP_RUNS,
        )?;
    }
    counts(&given)?;
    for (field, instant) in [("start_at", given.start_at), ("end_at", given.end_at)] {
        if let Some(instant) = instant {
            future(field, instant, now)?;
        }
    }
    if let Rule::Once {
        run_at: Some(run_at),
    } = given.rule
    {
        future("rule.once.run_at", run_at, now)?;
    }
    let start_at = start(&given, now)?;
    let explicit_start = given.start_at.is_some() || given.start_after_seconds.is_some();
    if given.end_at.is_some_and(|end_at| end_at <= start_at) {
        return Err(Error::invalid(
            "end_at",
            "later than the start",
            "move the end or the start",
        ));
    }
    let gap = given.gap.unwrap_or_default();
    let rule = Schedule::compile(&Definition {
        rule: &given.rule,
        timezone: given.timezone.as_deref(),
        gap,
        start_at,
        explicit_start,
        end_at: given.end_at,
        exclusions: given.exclusions.as_deref().unwrap_or_default(),
    })?;
    zone_of_interval(&given, &rule)?;
    Ok(CheckedSchedule {
        given,
        rule,
        start_at,
        explicit_start,
    })
}

/// An interval counts seconds: a zone with it means another rule. Schedules that were stored with one
/// go on as they did.
fn zone_of_interval(given: &NewSchedule, rule: &Schedule) -> Result<(), Error> {
    let is_interval = rule.repeat_every_seconds() > 0;
    let is_utc = matches!(rule.timezone(), "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT");
    let exclusions = given.exclusions.as_deref().unwrap_or_default();
    // What is left out is read from the clock of the zone.
    if !is_interval || is_utc || !exclusions.is_empty() {
        return Ok(());
    }
    let field = match given.timezone {
        Some(_) => "timezone",
        None => "rule.cron.expression",
    };
    Err(Error::invalid(
        field,
        format!(
            "an interval counts seconds and has no time zone, got {}",
            rule.timezone()
        ),
        "for every so many days, weeks or months at a time of the clock use the rule `calendar` \
         (chime: --every 14d --at 08:00); else leave the time zone out",
    ))
}

fn counts(given: &NewSchedule) -> Result<(), Error> {
    let longest = limits::MAXIMUM_DURATION_SECONDS;
    optional(
        "missed_window_seconds",
        given.missed_window_seconds,
        longest,
        false,
    )?;
    optional("maximum_runs", given.maximum_runs, u64::MAX, false)?;
    let jitter = limits::MAXIMUM_JITTER_SECONDS;
    optional("jitter_seconds", given.jitter_seconds, jitter, true)
}

/// The start of a schedule: what was given, or now, in whole seconds.
fn start(given: &NewSchedule, now: u64) -> Result<u64, Error> {
    let now = now - now % limits::NANOSECONDS;
    match (given.start_at, given.start_after_seconds) {
        (Some(_), Some(_)) => Err(Error::invalid(
            "start_after_seconds",
            "not together with start_at",
            "give one of the two",
        )),
        (Some(start_at), None) => Ok(start_at),
        (None, Some(seconds)) => {
            range(
                "start_after_seconds",
                seconds,
                0,
                limits::MAXIMUM_DURATION_SECONDS,
            )?;
            Ok(now + seconds * limits::NANOSECONDS)
        }
        (None, None) => Ok(now),
    }
}

fn future(field: &str, instant: u64, now: u64) -> Result<(), Error> {
    if instant < now - now % limits::NANOSECONDS {
        return Err(Error::invalid(
            field,
            format!(
                "not in the past: now is {}, got {}",
                format_instant(now),
                format_instant(instant)
            ),
            "give a later time, or leave it out to start now",
        ));
    }
    if instant > limits::LATEST_AT {
        return Err(Error::invalid(
            field,
            format!(
                "at most {}, got {}",
                format_instant(limits::LATEST_AT),
                format_instant(instant)
            ),
            "times are nanoseconds since 1970: check the unit",
        ));
    }
    Ok(())
}
