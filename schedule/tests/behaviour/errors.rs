//! What is refused, and what the caller is told.

use crate::{at, compile, cron};
use chime_schedule::{Definition, Schedule};
use chime_types::limits::{LATEST_AT, MAXIMUM_CRON_BYTES, MAXIMUM_DURATION_SECONDS};
use chime_types::{Advice, Error, Rule};

fn refused(rule: &Rule, timezone: Option<&str>) -> Error {
    let start_at = at("2026-01-01T00:00:00Z");
    let definition = Definition {
        timezone,
        start_at,
        ..Definition::new(rule)
    };
    Schedule::compile(&definition).unwrap_err()
}

/// Expressions, and words of the rule they break.
const EXPRESSIONS: &[(&str, &str)] = &[
    ("", "5, 6 or 7 fields, got 0"),
    ("* * * *", "5, 6 or 7 fields, got 4"),
    ("* * * * * * * *", "5, 6 or 7 fields, got 8"),
    ("TZ=UTC", "5, 6 or 7 fields, got 0"),
    ("0 24 * * *", "hour: 0-23, got 24"),
    ("60 * * * *", "minute: 0-59, got 60"),
    ("99999999999999999999 * * * *", "minute: 0-59, got 9999"),
    ("60 0 0 * * *", "second: 0-59, got 60"),
    ("0 0 0 * *", "day of month: 1-31, got 0"),
    ("0 0 * 13 *", "month: 1-12, got 13"),
    ("0 0 * FOO *", "month: \"FOO\" cannot be read"),
    ("0 0 * * 8", "weekday: 0-7, got 8"),
    ("0 0 * * MONDAY", "weekday: \"MONDAY\" cannot be read"),
    ("0 0 0 1 1 * 0", "year: 1-9999, got 0"),
    ("0,,1 * * * *", "minute: a list has no empty items"),
    (",1 * * * *", "minute: a list has no empty items"),
    ("*/0 * * * *", "minute: a step is 1-59, got 0"),
    ("*/60 * * * *", "minute: a step is 1-59, got 60"),
    ("0 */24 * * *", "hour: a step is 1-23, got 24"),
    ("*/ * * * *", "minute: \"/\" cannot be read"),
    ("/5 * * * *", "minute: \"\" cannot be read"),
    ("?/5 * * * *", "minute: \"?\" cannot be read"),
    ("1-5-9 * * * *", "minute: \"5-9\" cannot be read"),
    ("-1 * * * *", "minute: \"\" cannot be read"),
    ("+1 * * * *", "minute: \"+1\" cannot be read"),
    ("1_0 * * * *", "minute: \"1_0\" cannot be read"),
    ("0 17-9 * * *", "hour: a range goes upwards, got 17-9"),
    (
        "0 0 * * SAT-TUE",
        "weekday: a range goes upwards, got SAT-TUE",
    ),
    ("0 0 L-0 * *", "day of month: L-1 to L-30, got L-0"),
    ("0 0 L-31 * *", "day of month: L-1 to L-30, got L-31"),
    ("0 0 LX * *", "day of month: \"LX\" cannot be read"),
    ("0 0 32W * *", "day of month: 1-31, got 32"),
    ("0 0 W * *", "day of month: \"\" cannot be read"),
    ("0 0 * * L", "weekday: L needs a weekday"),
    ("0 0 * * 1#6", "weekday: #1 to #5 or #L, got #6"),
    ("0 0 * * #1", "weekday: \"\" cannot be read"),
    ("0 0 * * ++1", "weekday: \"+1\" cannot be read"),
    ("@reboot", "\"@reboot\" is not a known nickname"),
    ("@daily 5", "\"@daily 5\" is not a known nickname"),
    ("@every", "\"\" is not a duration"),
    ("@every 500ms", "whole seconds"),
    ("@every 0s", "longer than zero"),
    ("0 0 30 2 *", "no time at or after its start"),
    ("0 0 31 4,6,9,11 *", "no time at or after its start"),
    ("0 0 0 1 1 * 2025", "no time at or after its start"),
    ("0 0 0 29 2 * 2027,2029", "no time at or after its start"),
    ("0 0 1-7 * +1#2", "no time at or after its start"),
    (
        "TZ=Mars/Olympus 0 0 * * *",
        "a time zone of the IANA database",
    ),
    ("TZ= 0 0 * * *", "a time zone of the IANA database"),
    ("0 0 * * *\u{e9}", "weekday: \"*\u{e9}\" cannot be read"),
];

#[test]
fn should_name_the_cron_field_and_its_rule() {
    for (expression, rule) in EXPRESSIONS {
        let error = refused(&cron(expression), None);
        assert!(error.rule.contains(rule), "{expression}: {error}");
        assert_eq!(error.field.as_deref(), Some("rule.cron.expression"));
        assert_eq!(error.advice, Advice::FixRequest);
        assert!(!error.fix.is_empty());
    }
}

#[test]
fn should_limit_the_length_of_an_expression() {
    let expression = |bytes: usize| format!("0 0 * * {}", "1,".repeat((bytes - 8) / 2 - 1) + "01");
    let accepted = expression(MAXIMUM_CRON_BYTES);
    assert_eq!(accepted.len(), MAXIMUM_CRON_BYTES);
    assert!(Schedule::compile(&Definition::new(&cron(&accepted))).is_ok());
    let error = refused(&cron(&(accepted + " ")), None);
    assert!(error.rule.contains("256 bytes, got 257"), "{error}");
}

#[test]
fn should_name_the_field_of_a_calendar_rule() {
    let daily = |hour, minute| Rule::Daily {
        hour,
        minute: Some(minute),
    };
    let weekly = |weekday, hour, minute| Rule::Weekly {
        weekday,
        hour,
        minute: Some(minute),
    };
    let monthly = |day, hour, minute| Rule::Monthly {
        day,
        hour,
        minute: Some(minute),
    };
    let once = |run_at| Rule::Once {
        run_at: Some(run_at),
    };
    let table = [
        (daily(24, 0), "rule.daily.hour"),
        (daily(0, 60), "rule.daily.minute"),
        (weekly(8, 0, 0), "rule.weekly.weekday"),
        (weekly(0, 24, 0), "rule.weekly.hour"),
        (weekly(0, 0, 60), "rule.weekly.minute"),
        (monthly(0, 0, 0), "rule.monthly.day"),
        (monthly(32, 0, 0), "rule.monthly.day"),
        (monthly(1, 24, 0), "rule.monthly.hour"),
        (monthly(1, 0, 60), "rule.monthly.minute"),
        (once(5), "rule.once.run_at"),
        (once(LATEST_AT + 1), "rule.once.run_at"),
    ];
    for (rule, field) in table {
        assert_eq!(refused(&rule, None).field.as_deref(), Some(field));
    }
}

#[test]
fn should_limit_intervals_and_phases() {
    let field = |repeat_every_seconds, phase_seconds| {
        let rule = Rule::Interval {
            repeat_every_seconds,
            phase_seconds,
        };
        let schedule = Schedule::compile(&Definition::new(&rule));
        schedule.map_err(|error| error.field.unwrap()).err()
    };
    let (interval, phase) = (
        "rule.interval.repeat_every_seconds",
        "rule.interval.phase_seconds",
    );
    assert_eq!(field(0, None).as_deref(), Some(interval));
    assert_eq!(field(1, None), None);
    assert_eq!(field(MAXIMUM_DURATION_SECONDS, None), None);
    assert_eq!(
        field(MAXIMUM_DURATION_SECONDS + 1, None).as_deref(),
        Some(interval)
    );
    assert_eq!(field(u64::MAX, Some(u64::MAX)).as_deref(), Some(interval));
    assert_eq!(field(60, Some(59)), None);
    assert_eq!(field(60, Some(60)).as_deref(), Some(phase));
}

#[test]
fn should_check_start_and_end() {
    let rule = cron("0 0 1 1 *");
    let start_at = at("2026-06-01T00:00:00Z");
    let field = |start_at, end_at| {
        let schedule = Schedule::compile(&Definition {
            start_at,
            end_at,
            ..Definition::new(&rule)
        });
        schedule.map_err(|error| error.field.unwrap()).err()
    };
    assert_eq!(field(LATEST_AT, None), None);
    assert_eq!(field(LATEST_AT + 1, None).as_deref(), Some("start_at"));
    assert_eq!(field(start_at, Some(LATEST_AT)), None);
    assert_eq!(
        field(start_at, Some(LATEST_AT + 1)).as_deref(),
        Some("end_at")
    );
    assert_eq!(field(start_at, Some(start_at)).as_deref(), Some("end_at"));
    // An end before the first time: the schedule would never fire.
    let new_year = at("2027-01-01T00:00:00Z");
    assert_eq!(
        field(start_at, Some(new_year - 1)).as_deref(),
        Some("end_at")
    );
    assert_eq!(field(start_at, Some(new_year)), None);
}

#[test]
fn should_suggest_a_zone_that_was_probably_meant() {
    let table = [
        ("Europe/Zürich", "Europe/Zurich"),
        ("Europe/Zurch", "Europe/Zurich"),
        ("zurich", "Europe/Zurich"),
        ("New York", "America/New_York"),
        ("Asia/Tokio", "Asia/Tokyo"),
        ("America/London", "Europe/London"),
    ];
    for (name, meant) in table {
        let error = refused(&cron("0 0 * * *"), Some(name));
        assert_eq!(error.field.as_deref(), Some("timezone"));
        assert_eq!(error.fix, format!("Did you mean {meant}?"), "{name}");
    }
    for name in ["", "Etc/Unknown", "Middle-earth/Shire", &"x".repeat(10_000)] {
        let error = refused(&cron("0 0 * * *"), Some(name));
        assert!(error.fix.starts_with("Use a name such as"), "{error}");
        assert!(error.rule.len() < 200);
    }
}

#[test]
fn should_take_one_zone_under_two_names() {
    for (one, other) in [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Kolkata", "Asia/Calcutta"),
        ("US/Eastern", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("europe/zurich", "Europe/Zurich"),
    ] {
        let rule = cron(&format!("TZ={one} 0 9 * * *"));
        let compiled = Schedule::compile(&Definition {
            timezone: Some(other),
            ..Definition::new(&rule)
        });
        assert!(compiled.is_ok(), "{one} {other}");
    }
    for (one, other) in [
        ("Asia/Kolkata", "Asia/Colombo"),
        ("Europe/Zurich", "Europe/London"),
        ("Etc/GMT+1", "Etc/GMT-1"),
        ("America/New_York", "America/Detroit"),
    ] {
        let error = refused(&cron(&format!("TZ={one} 0 9 * * *")), Some(other));
        assert!(
            error.rule.contains("names the time zone"),
            "{one} {other}: {error}"
        );
    }
}

#[test]
fn should_refuse_two_different_zones() {
    let rule = cron("CRON_TZ=Europe/Zurich 0 9 * * *");
    let schedule = compile(&rule, "europe/zurich");
    assert_eq!(schedule.timezone(), "Europe/Zurich");
    let error = refused(&rule, Some("UTC"));
    assert_eq!(error.field.as_deref(), Some("rule.cron.expression"));
    assert!(
        error.rule.contains("Europe/Zurich, but `timezone` is UTC"),
        "{error}"
    );
}
