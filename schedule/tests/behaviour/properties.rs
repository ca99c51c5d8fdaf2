//! What holds for every schedule, whatever its rule.

use crate::{SECOND, cron};
use chime_schedule::{Definition, Schedule};
use chime_types::limits::LATEST_AT;
use chime_types::{GapPolicy, Rule};
use proptest::prelude::*;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Santiago",
    "Antarctica/Troll",
];

/// Expressions that are nearly right, so that some of them compile.
fn expression() -> impl Strategy<Value = String> {
    let item = "(\\*|\\?|[0-9]{1,2}|[0-9]-[0-9]{1,2}|\\*/[0-9]|[0-9]/[0-9]{1,2}|L|L-[0-9]|[0-9]W|LW|[0-7]#[0-6]|[0-7]L|\\+[0-7]|MON|JAN-FEB|2[0-9]{3})";
    let field = proptest::string::string_regex(&format!("{item}(,{item})?")).unwrap();
    let weighted = prop_oneof![2 => Just("*".to_string()), 3 => field];
    prop::collection::vec(weighted, 5..8).prop_map(|fields| fields.join(" "))
}

fn rule() -> impl Strategy<Value = Rule> {
    let minute = || prop::option::of(0..70_u8);
    prop_oneof![
        6 => expression().prop_map(|text| cron(&text)),
        1 => "(\\*|[0-9]{1,2})(/[0-9]{1,2})? (\\*|[0-9]{1,2}) \\* \\* \\*".prop_map(|text| cron(&text)),
        1 => "@every [0-9]{1,9}[smhd]".prop_map(|text| cron(&text)),
        1 => (0..26_u8, minute()).prop_map(|(hour, minute)| Rule::Daily { hour, minute }),
        1 => (0..9_u8, 0..26_u8, minute())
            .prop_map(|(weekday, hour, minute)| Rule::Weekly { weekday, hour, minute }),
        1 => (0..33_u8, 0..26_u8, minute())
            .prop_map(|(day, hour, minute)| Rule::Monthly { day, hour, minute }),
        1 => (any::<u64>(), prop::option::of(any::<u64>())).prop_map(
            |(repeat_every_seconds, phase_seconds)| Rule::Interval { repeat_every_seconds, phase_seconds }
        ),
        1 => (1..10_000_u64, prop::option::of(0..10_000_u64)).prop_map(
            |(repeat_every_seconds, phase_seconds)| Rule::Interval { repeat_every_seconds, phase_seconds }
        ),
        1 => prop::option::of(any::<u64>()).prop_map(|run_at| Rule::Once { run_at }),
    ]
}

fn instant() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0..4_102_444_800 * SECOND,
        1 => any::<u64>(),
        1 => Just(0),
        1 => Just(LATEST_AT),
        1 => Just(u64::MAX),
    ]
}

fn schedule() -> impl Strategy<Value = Result<Schedule, chime_types::Error>> {
    let gap = prop_oneof![Just(GapPolicy::RunAfter), Just(GapPolicy::Skip)];
    let zone = prop::sample::select(&ZONES[..]);
    let start = prop_oneof![Just(0), instant()];
    let end = prop_oneof![3 => Just(None), 1 => instant().prop_map(Some)];
    (rule(), zone, gap, start, any::<bool>(), end).prop_map(
        |(rule, zone, gap, start_at, explicit_start, end_at)| {
            Schedule::compile(&Definition {
                rule: &rule,
                timezone: Some(zone),
                gap,
                start_at,
                explicit_start,
                end_at,
                exclusions: &[],
            })
        },
    )
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn should_never_panic_on_any_text(text in ".{0,80}", zone in prop::option::of(".{0,30}"), at in any::<u64>()) {
        for rule in [cron(&text), cron(&format!("@every {text}")), cron(&format!("{text} * * * *"))] {
            let definition = Definition { timezone: zone.as_deref(), start_at: at, ..Definition::new(&rule) };
            if let Ok(schedule) = Schedule::compile(&definition) {
                let _ = (schedule.next_after(at), schedule.describe());
            }
        }
        let _ = chime_schedule::parse_duration(&text);
        let _ = chime_schedule::format_interval(at);
    }

    #[test]
    fn should_give_slots_in_strict_order(schedule in schedule(), after_at in instant()) {
        let Ok(schedule) = schedule else { return Ok(()) };
        let slots = schedule.next_times(after_at, 6);
        prop_assert!(slots.first().is_none_or(|slot| *slot > after_at));
        prop_assert!(slots.is_sorted_by(|one, next| one < next));
        let mut at = after_at;
        for slot in &slots {
            prop_assert_eq!(schedule.next_after(at), Some(*slot));
            // Nothing lies between: every instant before the slot leads to it.
            prop_assert_eq!(schedule.next_after(at + (slot - at) / 2), Some(*slot));
            prop_assert_eq!(schedule.next_after(slot - 1), Some(*slot));
            at = *slot;
        }
        prop_assert!(!schedule.describe().is_empty());
    }

    #[test]
    fn should_count_the_slots_that_it_gives(schedule in schedule(), after_at in instant()) {
        let Ok(schedule) = schedule else { return Ok(()) };
        let slots = schedule.next_times(after_at, 8);
        let Some(last) = slots.last().copied() else { return Ok(()) };
        let until_at = last.saturating_add(1).min(last + SECOND / 2);
        let count = schedule.slots_between(after_at, until_at);
        prop_assert_eq!((count.count, count.last_at), (slots.len() as u64, Some(last)));
        prop_assert_eq!(schedule.last_between(after_at, until_at), Some(last));
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn should_stay_between_start_and_end(rule in rule(), start_at in 0..LATEST_AT, span in 1..LATEST_AT) {
        let end_at = start_at.saturating_add(span).min(LATEST_AT);
        let definition = Definition { start_at, end_at: Some(end_at), ..Definition::new(&rule) };
        let Ok(schedule) = Schedule::compile(&definition) else {
            return Ok(());
        };
        let first = schedule.next_after(0);
        prop_assert!(first.is_some_and(|slot| (start_at..=end_at).contains(&slot)));
        let last = schedule.last_between(0, u64::MAX);
        prop_assert!(last.is_some_and(|slot| (start_at..=end_at).contains(&slot)));
        prop_assert_eq!(schedule.next_after(end_at), None);
    }
}
