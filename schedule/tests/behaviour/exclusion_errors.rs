//! Exclusions that are refused, and what the caller is told.

use crate::exclusions::{dates, matching, weekdays};
use crate::{at, cron};
use chime_schedule::{Definition, Schedule};
use chime_types::limits::MAXIMUM_EXCLUSIONS;
use chime_types::{Advice, Error, Exclusion, Rule};

fn refused(rule: &Rule, exclusions: &[Exclusion]) -> Error {
    Schedule::compile(&Definition {
        exclusions,
        ..Definition::new(rule)
    })
    .unwrap_err()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table with a row for each rule")]
fn should_name_the_field_of_an_exclusion() {
    let table = [
        (
            dates("2026-02-30", None),
            "dates.from",
            "got \"2026-02-30\"",
        ),
        (
            dates("24.12.2026", None),
            "dates.from",
            "a day of the calendar",
        ),
        (
            dates("20261224", None),
            "dates.from",
            "a day of the calendar",
        ),
        (
            dates("2026-1-24\u{e9}", None),
            "dates.from",
            "a day of the calendar",
        ),
        (dates("", None), "dates.from", "got \"\""),
        (dates("2026-12-24", Some("x")), "dates.to", "got \"x\""),
        (
            dates("2026-12-24", Some("2026-12-23")),
            "dates.to",
            "not before the first day",
        ),
        (
            weekdays(&[]),
            "weekdays.weekdays",
            "1-6 days of the week, got 0",
        ),
        (
            weekdays(&[0, 1, 2, 3, 4, 5, 6]),
            "weekdays.weekdays",
            "got 7",
        ),
        (weekdays(&[6, 8]), "weekdays.weekdays[1]", "0-7, got 8"),
        (weekdays(&[0, 7]), "weekdays.weekdays[1]", "got 7 again"),
        (weekdays(&[3, 1, 3]), "weekdays.weekdays[2]", "got 3 again"),
        (
            matching("* 24 * * *"),
            "cron.expression",
            "hour: 0-23, got 24",
        ),
        (
            matching("@every 1h"),
            "cron.expression",
            "got \"@every 1h\"",
        ),
        (
            matching("TZ=UTC * 12 * * *"),
            "cron.expression",
            "got TZ=UTC",
        ),
        (
            matching("CRON_TZ=Mars * 12 * * *"),
            "cron.expression",
            "got TZ=Mars",
        ),
        (
            matching(&"*".repeat(257)),
            "cron.expression",
            "at most 256 bytes, got 257",
        ),
    ];
    for (exclusion, field, rule) in table {
        let error = refused(&cron("0 0 * * *"), &[dates("2026-12-24", None), exclusion]);
        let expected = format!("exclusions[1].{field}");
        assert_eq!(error.field, Some(expected), "{error}");
        assert!(error.rule.contains(rule), "{error}");
        assert_eq!(error.advice, Advice::FixRequest);
        assert!(!error.fix.is_empty());
    }
}

#[test]
fn should_limit_the_number_of_exclusions() {
    let rule = cron("0 0 * * *");
    let many = vec![dates("2026-12-24", None); MAXIMUM_EXCLUSIONS + 1];
    let error = refused(&rule, &many);
    assert_eq!(error.field.as_deref(), Some("exclusions"));
    assert!(error.rule.contains("at most 16, got 17"), "{error}");
    let accepted = Schedule::compile(&Definition {
        exclusions: &many[1..],
        ..Definition::new(&rule)
    });
    assert!(accepted.is_ok());
}

#[test]
fn should_refuse_exclusions_that_leave_no_slot() {
    let interval = |repeat_every_seconds| Rule::Interval {
        repeat_every_seconds,
        phase_seconds: Some(7_200),
    };
    let table = [
        (cron("0 2 * * *"), vec![matching("* 0-11 * * *")]),
        (cron("0 2 * * 1-5"), vec![weekdays(&[1, 2, 3, 4, 5])]),
        (cron("0 0 29 2 *"), vec![matching("* * * 2 *")]),
        (
            cron("* * * * *"),
            vec![weekdays(&[0, 1, 2]), weekdays(&[3, 4, 5, 6])],
        ),
        (
            cron("* * * * *"),
            vec![dates("1960-01-01", Some("2600-01-01"))],
        ),
        (
            cron("* * * * *"),
            vec![matching("0-29 * * * *"), matching("30-59 * * * *")],
        ),
        (interval(86_400), vec![matching("0 2 * * *")]),
        (
            cron("@every 1s"),
            vec![matching("*/2 * * * *"), matching("1-59/2 * * * *")],
        ),
        (interval(604_800), vec![weekdays(&[4])]),
        (Rule::Once { run_at: None }, vec![dates("1970-01-01", None)]),
    ];
    for (rule, exclusions) in table {
        let error = refused(&rule, &exclusions);
        assert_eq!(
            error.field.as_deref(),
            Some("exclusions"),
            "{rule:?}: {error}"
        );
        assert!(error.rule.contains("one time of the rule"), "{error}");
    }
}

#[test]
fn should_tell_what_leaves_no_slot() {
    let rule = cron("0 0 * * *");
    let field = |end: &str, exclusions: &[Exclusion]| {
        let schedule = Schedule::compile(&Definition {
            start_at: at("2026-12-24T06:00:00Z"),
            end_at: Some(at(end)),
            exclusions,
            ..Definition::new(&rule)
        });
        schedule.map_err(|error| error.field.unwrap()).err()
    };
    let holidays = [dates("2026-12-24", Some("2026-12-26"))];
    let (early, late) = ("2026-12-24T12:00:00Z", "2026-12-26T12:00:00Z");
    assert_eq!(field(early, &[]).as_deref(), Some("end_at"));
    assert_eq!(field(early, &holidays).as_deref(), Some("end_at"));
    assert_eq!(field(late, &[]), None);
    assert_eq!(field(late, &holidays).as_deref(), Some("exclusions"));
    assert_eq!(field("2026-12-27T00:00:00Z", &holidays), None);
    let error = refused(&cron("0 0 30 2 *"), &holidays);
    assert_eq!(error.field.as_deref(), Some("rule.cron.expression"));
}
