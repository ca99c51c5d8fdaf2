//! Descriptions, read as a person would read them.

use crate::{at, compile, cron};
use chime_schedule::{Definition, Schedule};
use chime_types::Rule;

/// Expressions and what they are called.
const EXPRESSIONS: &[(&str, &str)] = &[
    ("* * * * *", "every minute"),
    ("*/15 * * * *", "every 15 minutes"),
    ("0,15,30,45 * * * *", "every 15 minutes"),
    ("5/15 * * * *", "every 15 minutes from 00:05"),
    ("0 * * * *", "every hour"),
    ("15 * * * *", "at 15 minutes past every hour"),
    ("1 * * * *", "at 1 minute past every hour"),
    ("5,20 * * * *", "at 5 and 20 minutes past every hour"),
    (
        "*/7 * * * *",
        "every 7 minutes from minute 0 to 56 of every hour",
    ),
    (
        "0-10 * * * *",
        "every minute from minute 0 to 10 of every hour",
    ),
    ("0 */2 * * *", "every 2 hours"),
    ("15 */2 * * *", "every 2 hours from 00:15"),
    ("0 */5 * * *", "every 5 hours from 00:00 to 20:00"),
    ("0 9-17 * * *", "every hour from 09:00 to 17:00"),
    (
        "*/15 9-17 * * 1-5",
        "every 15 minutes from 09:00 to 17:45, Monday to Friday",
    ),
    ("* 9 * * *", "every minute from 09:00 to 09:59"),
    ("0-10 9 * * *", "every minute from 09:00 to 09:10"),
    ("*/10 */2 * * *", "every 10 minutes in every even hour"),
    ("*/10 9,17 * * *", "every 10 minutes in hours 9 and 17"),
    ("0 2 * * *", "every day at 02:00"),
    ("0 2,14 * * *", "every day at 02:00 and 14:00"),
    ("0,30 9 * * *", "every day at 09:00 and 09:30"),
    (
        "5 0,1,2,3,4,9,10 * * *",
        "at 5 minutes past the hour in hours 0 to 4, 9 and 10",
    ),
    (
        "0 1-5,10-12 * * *",
        "on the hour in hours 1 to 5 and 10 to 12",
    ),
    ("0 9 * * 1", "at 09:00 on Monday"),
    ("0 9 * * MON-FRI", "at 09:00, Monday to Friday"),
    ("0 9 * * 0,6", "at 09:00 on Saturday and Sunday"),
    ("0 9 * * 1,3,5", "at 09:00 on Monday, Wednesday and Friday"),
    ("0 9 * 1 1", "at 09:00 on Monday in January"),
    ("0 3 L * *", "on the last day of the month at 03:00"),
    (
        "0 3 L-3 * *",
        "on the day 3 days before the last day of the month at 03:00",
    ),
    (
        "0 3 LW * *",
        "on the last working day of the month at 03:00",
    ),
    (
        "0 3 15W * *",
        "on the working day nearest to the 15th of the month at 03:00",
    ),
    (
        "0 3 1,15 * *",
        "on the 1st and the 15th of the month at 03:00",
    ),
    (
        "0 3 1-7 * *",
        "from the 1st to the 7th of the month at 03:00",
    ),
    ("0 3 */2 * *", "on every 2nd day of the month at 03:00"),
    (
        "0 3 5-25/10 * *",
        "on every 10th day from the 5th to the 25th of the month at 03:00",
    ),
    ("0 0 29 2 *", "on the 29th of February at 00:00"),
    (
        "0 0 1 */3 *",
        "on the 1st of January, April, July and October at 00:00",
    ),
    ("0 0 * 6-8 *", "every day from June to August at 00:00"),
    ("*/5 * * 12 *", "every 5 minutes in December"),
    ("0 9 * * 1#1", "on the 1st Monday of the month at 09:00"),
    ("0 9 * * 5L", "on the last Friday of the month at 09:00"),
    (
        "0 0 13 * 5",
        "at 00:00 on the 13th of the month or on Friday",
    ),
    (
        "0 0 13 * +5",
        "at 00:00 on the 13th of the month if it is Friday",
    ),
    (
        "0 0 1-7 * +1,2",
        "at 00:00 from the 1st to the 7th of the month if it is Monday or Tuesday",
    ),
    ("* * * * * *", "every second"),
    ("*/10 * * * * *", "every 10 seconds"),
    ("30 * * * * *", "at 30 seconds past every minute"),
    (
        "*/10 * 9-17 * * *",
        "every 10 seconds from 09:00:00 to 17:59:50",
    ),
    (
        "*/10 30 * * * *",
        "every 10 seconds in minute 30 of every hour",
    ),
    ("30 0 2 * * *", "every day at 02:00:30"),
    ("0 0 2 * * * 2030", "every day at 02:00 in 2030"),
    (
        "0 9 * 6-8 1-5",
        "at 09:00, Monday to Friday from June to August",
    ),
    (
        "0 0 1 6-8 *",
        "on the 1st of June, July and August at 00:00",
    ),
    (
        "0 0 1,15 1 5#2",
        "at 00:00 on the 1st and the 15th or on the 2nd Friday of January",
    ),
    ("0 */12 * * *", "every 12 hours"),
    ("30 5 * * * *", "at second 30 in minute 5 of every hour"),
    ("0,30 9-17 * * *", "every 30 minutes from 09:00 to 17:30"),
    (
        "0-29 9-17 * * *",
        "every minute from minute 0 to 29 in hours 9 to 17",
    ),
    (
        "0 0 1-5,10 * *",
        "on the 1st to the 5th and the 10th of the month at 00:00",
    ),
    (
        "0 0 2 1 1 * 2030-2040/2",
        "on the 1st of January at 02:00 in every 2nd year from 2030 to 2040",
    ),
    (
        "0 0 2 1 1 * 2030-9999",
        "on the 1st of January at 02:00 from 2030 on",
    ),
    (
        "0 0 2 1 1 * */2",
        "on the 1st of January at 02:00 in every 2nd year (1971, 1973, 1975 and so on)",
    ),
    ("@yearly", "on the 1st of January at 00:00"),
    ("@monthly", "on the 1st of the month at 00:00"),
    ("@weekly", "at 00:00 on Sunday"),
    ("@daily", "every day at 00:00"),
    ("@hourly", "every hour"),
    ("@every 90m", "every 1 hour and 30 minutes"),
    ("TZ=Europe/Zurich 0 9 * * *", "every day at 09:00"),
];

#[test]
fn should_describe_cron_expressions() {
    let wrong: Vec<_> = EXPRESSIONS
        .iter()
        .map(|(expression, words)| {
            let rule = cron(expression);
            let schedule = Schedule::compile(&Definition::new(&rule));
            (expression, words, schedule.unwrap().describe())
        })
        .filter(|(_, words, described)| *words != described)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn should_describe_calendar_rules() {
    let table = [
        (
            Rule::Daily {
                hour: 2,
                minute: None,
            },
            "every day at 02:00",
        ),
        (
            Rule::Weekly {
                weekday: 1,
                hour: 9,
                minute: Some(5),
            },
            "at 09:05 on Monday",
        ),
        (
            Rule::Monthly {
                day: 1,
                hour: 3,
                minute: None,
            },
            "on the 1st of the month at 03:00",
        ),
        (
            Rule::Monthly {
                day: 30,
                hour: 3,
                minute: None,
            },
            "on the 30th (or the last day) of the month at 03:00",
        ),
        (
            Rule::Monthly {
                day: 31,
                hour: 3,
                minute: None,
            },
            "on the last day of the month at 03:00",
        ),
        (
            Rule::Once {
                run_at: Some(at("2026-07-01T07:30:00Z")),
            },
            "once on 2026-07-01 at 09:30",
        ),
        (Rule::Once { run_at: None }, "once, at the start"),
    ];
    for (rule, words) in table {
        assert_eq!(compile(&rule, "Europe/Zurich").describe(), words);
    }
}

#[test]
fn should_describe_intervals() {
    let table = [
        (1, None, "every second"),
        (900, None, "every 15 minutes"),
        (3_600, None, "every hour"),
        (5_400, None, "every 1 hour and 30 minutes"),
        (90_061, None, "every 1 day, 1 hour, 1 minute and 1 second"),
        (604_800, None, "every 7 days"),
        (3_600, Some(900), "every hour from 00:15 UTC"),
        (
            25_200,
            Some(60),
            "every 7 hours counted from 1970-01-01 00:01 UTC",
        ),
        (
            604_800,
            Some(345_600),
            "every 7 days counted from 1970-01-05 00:00 UTC",
        ),
    ];
    for (repeat_every_seconds, phase_seconds, words) in table {
        let rule = Rule::Interval {
            repeat_every_seconds,
            phase_seconds,
        };
        assert_eq!(compile(&rule, "UTC").describe(), words);
    }
}

#[test]
fn should_name_the_years_of_a_step_from_the_start_on() {
    let rule = cron("0 0 2 1 1 * */4");
    let schedule = Schedule::compile(&Definition {
        start_at: at("2026-11-29T00:00:00Z"),
        ..Definition::new(&rule)
    });
    assert_eq!(
        schedule.unwrap().describe(),
        "on the 1st of January at 02:00 in every 4th year (2029, 2033, 2037 and so on)"
    );
}
