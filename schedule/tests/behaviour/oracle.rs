//! Random expressions against the library croner, which is independent of this one, in UTC.
//!
//! Only what both read alike is generated: `*/n` in a day field is no restriction to one of them,
//! and weekdays beyond 6 and the start of years differ as well.

use crate::{compile, cron};
use croner::parser::{CronParser, Seconds};
use jiff::Timestamp;
use proptest::prelude::*;

/// Lists of values, ranges and steps from `minimum` to `maximum`.
fn field(minimum: u32, maximum: u32, open: bool) -> impl Strategy<Value = String> {
    let value = move || minimum..=maximum;
    let range = (value(), value()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    let stepped = (value(), value(), 1..=maximum / 2)
        .prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b)));
    let item = prop_oneof![4 => value().prop_map(|v| v.to_string()), 1 => range, 1 => stepped];
    let list = prop::collection::vec(item, 1..4).prop_map(|items| items.join(","));
    let every = (1..=maximum / 2).prop_map(|step| format!("*/{step}"));
    let star = Just("*".to_string());
    prop_oneof![
        3 => star,
        4 => list,
        u32::from(open) * 2 => every,
    ]
}

fn month_day() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => field(1, 31, false),
        1 => Just("L".to_string()),
        1 => Just("LW".to_string()),
        1 => (1..=31).prop_map(|day| format!("{day}W")),
    ]
}

fn weekday() -> impl Strategy<Value = String> {
    let both = prop_oneof![3 => Just(""), 1 => Just("+")];
    let days = prop_oneof![
        6 => field(0, 6, false),
        1 => (0..=6).prop_map(|day| format!("{day}L")),
        1 => (0..=6, 1..=5).prop_map(|(day, nth)| format!("{day}#{nth}")),
    ];
    (both, days).prop_map(|(both, days)| match days.as_str() {
        "*" => days,
        _ => format!("{both}{days}"),
    })
}

fn expression() -> impl Strategy<Value = String> {
    (
        field(0, 59, true),
        field(0, 59, true),
        field(0, 23, true),
        month_day(),
        field(1, 12, true),
        weekday(),
    )
        .prop_map(|(second, minute, hour, month_day, month, weekday)| {
            format!("{second} {minute} {hour} {month_day} {month} {weekday}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_agree_with_another_library(expression in expression(), from in 0_i64..4_102_444_800) {
        let parser = CronParser::builder().seconds(Seconds::Required).build();
        let theirs = parser.parse(&expression).unwrap();
        let clock = Timestamp::from_second(from).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let mut theirs = theirs.iter_after(clock);
        let first = theirs.next();
        // Dates that do not exist have no slot in either.
        let rule = cron(&expression);
        let ours = chime_schedule::Schedule::compile(&crate::in_zone(&rule, "UTC"));
        prop_assert_eq!(ours.is_ok(), first.is_some(), "{}", expression);
        if ours.is_ok() {
            let ours = compile(&rule, "UTC").next_times(from as u64 * crate::SECOND, 4);
            let theirs = first.into_iter().chain(theirs).take(4);
            let theirs: Vec<u64> = theirs
                .map(|slot| slot.timestamp().as_second() as u64 * crate::SECOND)
                .collect();
            prop_assert_eq!(ours, theirs, "{}", expression);
        }
    }
}
