//! Random rules and exclusions around the changes of the clock: the slots are those of the same
//! rule without exclusions, filtered by a judge that knows nothing of searching.

use crate::exclusions::{dates, matching, weekdays};
use crate::walk::CHANGES;
use crate::{SECOND, compile, cron, in_zone, shown};
use chime_schedule::{Definition, Schedule};
use chime_types::{Exclusion, GapPolicy, Rule};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Slots of the rule without exclusions that are looked at.
const SLOTS: usize = 400;

/// Slots from the beginning that are all covered where a rule is refused that has free ones later.
const LONG: usize = 3_000;

/// Whether an exclusion covers a slot: reads the clock and asks a pattern in UTC.
struct Judge {
    zone: TimeZone,
    exclusions: Vec<(Exclusion, Option<Schedule>)>,
}

impl Judge {
    fn new(zone: &str, exclusions: &[Exclusion]) -> Self {
        let pattern = |exclusion: &Exclusion| match exclusion {
            Exclusion::Cron { expression } => Some(compile(&cron(expression), "UTC")),
            _ => None,
        };
        let judged = exclusions.iter().map(|one| (one.clone(), pattern(one)));
        Self {
            zone: TimeZone::get(zone).expect("a zone"),
            exclusions: judged.collect(),
        }
    }

    fn covers(&self, slot: u64) -> bool {
        let instant = Timestamp::from_second((slot / SECOND) as i64).expect("an instant");
        let clock = self.zone.to_datetime(instant);
        let utc = clock.to_zoned(TimeZone::UTC).expect("a time in UTC");
        let second = utc.timestamp().as_second() as u64;
        self.exclusions
            .iter()
            .any(|(exclusion, pattern)| match exclusion {
                Exclusion::Dates { from, to } => {
                    let day = clock.date().to_string();
                    *from <= day && day <= *to.as_ref().unwrap_or(from)
                }
                Exclusion::Weekdays { weekdays } => {
                    let weekday = clock.date().weekday().to_sunday_zero_offset();
                    weekdays.contains(&(weekday as u8))
                }
                Exclusion::Cron { expression } => {
                    let seconds = expression.split(' ').count() > 5;
                    let clock = if seconds { second } else { second / 60 * 60 } * SECOND;
                    let pattern = pattern.as_ref().expect("the pattern of an expression");
                    pattern.next_after(clock - 1) == Some(clock)
                }
            })
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let expressions = prop::sample::select(vec![
        "* * * * *",
        "*/7 * * * *",
        "0 * * * *",
        "30 * * * *",
        "15,45 1-3 * * *",
        "30 2 * * *",
        "0 3 * * *",
        "* * * * * *",
        "*/20 0 * * * *",
        "30 1 * * 0",
        "0 0 1,15 * *",
        "0 0,12 L * *",
        "59 23 * * *",
        "0 2 * * 1-5",
    ]);
    let seconds = prop::sample::select(vec![
        1_u64, 7, 60, 90, 900, 1_800, 3_600, 3_601, 5_400, 43_200, 86_400, 86_460, 172_800, 604_800,
    ]);
    let phase = any::<prop::sample::Index>();
    let interval = (seconds, phase).prop_map(|(repeat_every_seconds, phase)| Rule::Interval {
        repeat_every_seconds,
        phase_seconds: Some(phase.index(repeat_every_seconds as usize) as u64),
    });
    let hours = (0..5_u8, prop::sample::select(vec![0, 15, 30, 45]));
    let daily = hours.prop_map(|(hour, minute)| Rule::Daily {
        hour,
        minute: Some(minute),
    });
    prop_oneof![4 => expressions.prop_map(cron), 4 => interval, 1 => daily]
}

/// An exclusion near a day.
fn exclusion(day: jiff::civil::Date) -> impl Strategy<Value = Exclusion> {
    let near = move |from: i64, days: i64| {
        let first = day + SignedDuration::from_hours(24 * from);
        let last = first + SignedDuration::from_hours(24 * days);
        dates(&first.to_string(), Some(&last.to_string()))
    };
    let expressions = prop::sample::select(vec![
        "* 2 * * *",
        "* 1-2 * * *",
        "30-59 1 * * *",
        "0-29 2 * * *",
        "* 3-23 * * *",
        "*/2 * * * *",
        "1-59/2 * * * *",
        "0 * * * *",
        "30 * * * *",
        "* * 1-15 * *",
        "* * * 3,10 *",
        "* 0 * * *",
        "* * * * 0",
        "0 2-3 * * *",
        "*/2 * * * * *",
        "0-29 * * * * *",
        "0 0 * * * *",
        "* * L * *",
        "0-29 12 * 1-6 *",
        "30-59 * * 4-12 1-5",
        "* * * * 6#L",
        "@daily",
        "@hourly",
    ]);
    let days = prop::collection::btree_set(0..7_u8, 1..6);
    prop_oneof![
        2 => (-3..3_i64, 0..4_i64).prop_map(move |(from, days)| near(from, days)),
        1 => (0..40_i64, 0..400_i64).prop_map(move |(from, days)| near(from, days)),
        2 => days.prop_map(|days| weekdays(&days.into_iter().collect::<Vec<_>>())),
        5 => expressions.prop_map(matching),
    ]
}

fn case() -> impl Strategy<Value = (&'static str, Timestamp, Vec<Exclusion>)> {
    let change = prop::sample::select(&CHANGES[..]);
    change.prop_flat_map(|(zone, instant)| {
        let instant: Timestamp = instant.parse().expect("an instant");
        let zone_of = TimeZone::get(zone).expect("a zone");
        let day = zone_of.to_datetime(instant).date();
        let exclusions = prop::collection::vec(exclusion(day), 1..4);
        (Just(zone), Just(instant), exclusions)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_agree_with_the_filtered_slots(
        rule in rule(),
        (zone, instant, exclusions) in case(),
        minutes_before in 0..3_000_i64,
        skip in any::<bool>(),
    ) {
        let gap = if skip { GapPolicy::Skip } else { GapPolicy::RunAfter };
        let plain = Definition { gap, ..in_zone(&rule, zone) };
        let all = Schedule::compile(&plain).unwrap();
        let judge = Judge::new(zone, &exclusions);
        let from = instant - SignedDuration::from_mins(minutes_before);
        let after_at = from.as_second() as u64 * SECOND;
        let mut every = all.next_times(after_at, SLOTS);
        let until_at = *every.last().unwrap();
        every.retain(|slot| !judge.covers(*slot));
        let definition = Definition { exclusions: &exclusions, ..plain };
        let Ok(schedule) = Schedule::compile(&definition) else {
            // What keeps missing the free times for too many steps from the beginning is refused, too. The
            // judge knows no time of a clock before 1970.
            let mut first = all.next_times(2 * 86_400 * SECOND, LONG);
            first.retain(|slot| !judge.covers(*slot));
            let is_refused = every.is_empty() || first.is_empty();
            prop_assert!(is_refused, "{:?} {:?}: {:?}", rule, exclusions, shown(&every));
            return Ok(());
        };
        let mut free = schedule.next_times(after_at, every.len() + 1);
        if let Some(beyond) = free.pop_if(|slot| *slot > until_at) {
            prop_assert!(!judge.covers(beyond));
            prop_assert_eq!(all.next_after(beyond - 1), Some(beyond));
        }
        prop_assert_eq!(shown(&free), shown(&every), "{:?} {} {:?}", rule, zone, exclusions);
        let count = schedule.slots_between(after_at, until_at);
        prop_assert_eq!((count.count, count.last_at), (every.len() as u64, every.last().copied()));
        prop_assert_eq!(schedule.last_between(after_at, until_at), every.last().copied());
    }
}
