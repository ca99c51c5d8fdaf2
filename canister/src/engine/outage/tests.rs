//! What becomes of slots that passed: a table by hand, and random rules, outages and windows against an
//! oracle that walks over every slot.

use chime_schedule::{Definition, jitter_nanoseconds};
use chime_types::Rule;
use proptest::prelude::*;

use super::*;

const SECOND: u64 = limits::NANOSECONDS;
const MINUTE: u64 = 60 * SECOND;
/// 2026-03-01T00:00:00Z
const START: u64 = 1_772_323_200 * SECOND;

fn compiled(rule: &Rule) -> Schedule {
    let definition = Definition {
        timezone: Some("Europe/Zurich"),
        start_at: START,
        explicit_start: true,
        ..Definition::new(rule)
    };
    Schedule::compile(&definition).expect("a rule")
}

fn every(seconds: u64) -> Schedule {
    compiled(&Rule::Interval {
        repeat_every_seconds: seconds,
        phase_seconds: None,
    })
}

/// The slots that passed between `START` and so many minutes later, and half a minute.
fn after(minutes: u64, missed_runs: MissedRuns, window: Option<u64>) -> Passed {
    let rule = every(60);
    let due = Due {
        rule: &rule,
        fires_at: &|slot| slot,
        slot: START,
        now: START + minutes * MINUTE + 30 * SECOND,
        missed_runs,
        window: window.map(|minutes| minutes * MINUTE),
        room: 1_000,
    };
    due.passed()
}

/// How many slots are missed, made up for, and missed after that; and which minute is next.
fn figures(passed: &Passed) -> (u64, usize, u64, u64) {
    let slots = |stretch: &Option<Stretch>| stretch.map_or(0, |stretch| stretch.slots);
    let next = passed.next.expect("an endless rule");
    (
        slots(&passed.before),
        passed.made_up.len(),
        slots(&passed.after),
        (next - START) / MINUTE,
    )
}

#[test]
fn should_judge_an_outage_by_policy_and_window() {
    let all = |maximum| MissedRuns::All { maximum };
    let rows = [
        // minutes, policy, window -> missed, made up, missed after, next
        (0, MissedRuns::Latest, None, (0, 0, 0, 0)),
        (90, MissedRuns::Skip, None, (90, 0, 0, 90)),
        (90, MissedRuns::Latest, None, (90, 0, 0, 90)),
        (90, MissedRuns::Latest, Some(10), (90, 0, 0, 90)),
        (90, all(3), None, (0, 3, 87, 90)),
        (90, all(100), None, (0, 90, 0, 90)),
        (90, all(100), Some(10), (81, 9, 0, 90)),
        (180, all(100), Some(10), (171, 9, 0, 90 + 90)),
        (180, all(4), Some(10), (171, 4, 5, 180)),
        (576_000, all(100), None, (0, 100, 575_900, 576_000)),
    ];
    for (minutes, missed_runs, window, expected) in rows {
        let passed = after(minutes, missed_runs, window);
        assert_eq!(
            figures(&passed),
            expected,
            "{minutes} {missed_runs:?} {window:?}"
        );
    }
}

#[test]
fn should_make_up_for_the_oldest_inside_the_window_in_their_order() {
    let passed = after(180, MissedRuns::All { maximum: 2 }, Some(10));
    assert_eq!(passed.made_up, [START + 171 * MINUTE, START + 172 * MINUTE]);
    let rest = passed.after.expect("a rest");
    assert_eq!(rest.from_at, START + 173 * MINUTE);
    assert_eq!(rest.until_at, START + 179 * MINUTE);
}

#[test]
fn should_make_up_for_no_more_than_there_is_room_for() {
    let rule = every(60);
    let due = Due {
        rule: &rule,
        fires_at: &|slot| slot,
        slot: START,
        now: START + 20 * MINUTE + 30 * SECOND,
        missed_runs: MissedRuns::All { maximum: 100 },
        window: None,
        room: 0,
    };
    let passed = due.passed();
    assert_eq!(figures(&passed), (0, 0, 20, 20));
    assert!(!passed.is_nothing());
}

#[test]
fn should_say_from_when_to_when_and_how_many() {
    let passed = after(5, MissedRuns::Skip, None);
    assert_eq!(
        passed.before.expect("missed").to_string(),
        "missed: the scheduler could not run at 5 slots, from 2026-03-01T00:00:00Z to \
         2026-03-01T00:04:00Z"
    );
    let passed = after(1, MissedRuns::Latest, None);
    assert_eq!(
        passed.before.expect("missed").to_string(),
        "missed: the scheduler could not run at 2026-03-01T00:00:00Z"
    );
}

/// What becomes of one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Missed,
    MadeUp,
    /// It is judged when its turn comes.
    Later,
}

/// One slot after the other, by the words of the interface.
fn oracle(due: &Due<'_>) -> Vec<(u64, Fate)> {
    let is_due = |slot: &u64| (due.fires_at)(*slot) <= due.now;
    let slots = std::iter::successors(Some(due.slot), |slot| due.rule.next_after(*slot));
    let slots: Vec<u64> = slots.take_while(is_due).collect();
    let mut made_up = 0;
    let fate = |(index, slot): (usize, &u64)| {
        let behind = due.now - (due.fires_at)(*slot);
        let is_last = index + 1 == slots.len();
        let late = behind > LATE_AFTER;
        if due.window.is_some_and(|window| behind > window) {
            return (*slot, Fate::Missed);
        }
        let fate = match due.missed_runs {
            MissedRuns::Skip if late => Fate::Missed,
            MissedRuns::Latest if !is_last => Fate::Missed,
            MissedRuns::Skip | MissedRuns::Latest => Fate::Later,
            MissedRuns::All { .. } if is_last && !late => Fate::Later,
            MissedRuns::All { maximum } if made_up < u64::from(maximum).min(due.room) => {
                made_up += 1;
                Fate::MadeUp
            }
            MissedRuns::All { .. } => Fate::Missed,
        };
        (*slot, fate)
    };
    slots.iter().enumerate().map(fate).collect()
}

/// The same list from what was decided.
fn spread(due: &Due<'_>, passed: &Passed) -> Vec<(u64, Fate)> {
    let slots = |stretch: &Stretch| {
        let all = due.rule.next_times(
            stretch.from_at - 1,
            usize::try_from(stretch.slots).expect("few"),
        );
        assert_eq!(all.last(), Some(&stretch.until_at), "{stretch:?}");
        all.into_iter().map(|slot| (slot, Fate::Missed))
    };
    let mut all: Vec<(u64, Fate)> = Vec::new();
    all.extend(passed.before.iter().flat_map(slots));
    all.extend(passed.made_up.iter().map(|slot| (*slot, Fate::MadeUp)));
    all.extend(passed.after.iter().flat_map(slots));
    let later = std::iter::successors(passed.next, |slot| due.rule.next_after(*slot));
    all.extend(
        later
            .take_while(|slot| (due.fires_at)(*slot) <= due.now)
            .map(|slot| (slot, Fate::Later)),
    );
    all
}

fn rule() -> impl Strategy<Value = Rule> {
    let expressions = prop::sample::select(vec![
        "* * * * *",
        "*/15 * * * *",
        "30 * * * *",
        "30 2 * * *",
        "*/20 * * * * *",
        "0 8,9 * * 1-5",
    ]);
    let interval = |repeat_every_seconds| Rule::Interval {
        repeat_every_seconds,
        phase_seconds: None,
    };
    prop_oneof![
        expressions.prop_map(|expression| Rule::Cron {
            expression: expression.to_string()
        }),
        (1..5_000_u64).prop_map(interval),
    ]
}

fn missed_runs() -> impl Strategy<Value = MissedRuns> {
    prop_oneof![
        Just(MissedRuns::Skip),
        Just(MissedRuns::Latest),
        (1..=100_u32).prop_map(|maximum| MissedRuns::All { maximum }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_agree_with_a_walk_over_every_slot(
        rule in rule(),
        missed_runs in missed_runs(),
        window in prop::option::of(1..20_000_u64),
        room in prop_oneof![3 => Just(1_000_u64), 1 => 0..20_u64],
        jitter in prop_oneof![Just(0_u64), 1..100_u64],
        seconds in 0..40_000_u64,
        fraction in 0..SECOND,
        begins in 0..31_000_000_u64,
    ) {
        let rule = compiled(&rule);
        let fires_at = |slot| slot + jitter_nanoseconds(7, slot, jitter, rule.next_after(slot));
        let slot = rule.next_after(START + begins * SECOND).expect("an endless rule");
        let due = Due {
            rule: &rule,
            fires_at: &fires_at,
            slot,
            now: fires_at(slot) + seconds * SECOND + fraction,
            missed_runs,
            window: window.map(|seconds| seconds * SECOND),
            room,
        };
        let passed = due.passed();
        prop_assert_eq!(spread(&due, &passed), oracle(&due), "{:?}", passed);
    }
}
