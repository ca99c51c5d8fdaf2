//! Jitter: its range, its cap, and that it is spread evenly.

use crate::SECOND;
use chime_schedule::jitter_nanoseconds;
use chime_types::limits::MAXIMUM_JITTER_SECONDS;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// 2026-06-01T00:00:00Z.
const SLOT: u64 = 1_780_272_000 * SECOND;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_stay_in_range_and_give_the_same_again(
        schedule_id in any::<u64>(),
        slot_at in any::<u64>(),
        maximum_seconds in prop_oneof![0..=MAXIMUM_JITTER_SECONDS, any::<u64>()],
    ) {
        let jitter = jitter_nanoseconds(schedule_id, slot_at, maximum_seconds, None);
        prop_assert!(jitter <= maximum_seconds.saturating_mul(SECOND));
        prop_assert!(slot_at.checked_add(jitter).is_some());
        let again = jitter_nanoseconds(schedule_id, slot_at, maximum_seconds, None);
        prop_assert_eq!(jitter, again);
        // A next slot beyond the maximum changes nothing.
        let far_at = slot_at.checked_add(maximum_seconds.saturating_mul(SECOND)).and_then(|at| at.checked_add(1));
        if let Some(far_at) = far_at {
            prop_assert_eq!(jitter, jitter_nanoseconds(schedule_id, slot_at, maximum_seconds, Some(far_at)));
        }
    }

    #[test]
    fn should_stay_before_the_next_slot(
        schedule_id in any::<u64>(),
        slot_at in 0..u64::MAX / 2,
        distance in prop_oneof![1..4_u64, 1..10 * SECOND, 1..u64::MAX / 2],
        maximum_seconds in 0..=MAXIMUM_JITTER_SECONDS,
    ) {
        let next_at = slot_at + distance;
        let jitter = jitter_nanoseconds(schedule_id, slot_at, maximum_seconds, Some(next_at));
        prop_assert!(slot_at + jitter < next_at);
        prop_assert!(jitter <= maximum_seconds * SECOND);
    }
}

/// Asserts that draws from `0..=maximum` fill 16 equal parts alike: chi-squared with 15 degrees of
/// freedom exceeds 45 in one of ten thousand cases.
#[track_caller]
fn assert_even(draws: impl Iterator<Item = u64>, maximum: u64) {
    let mut parts = [0_u64; 16];
    for draw in draws {
        parts[(u128::from(draw) * 16 / (u128::from(maximum) + 1)) as usize] += 1;
    }
    let expected = parts.iter().sum::<u64>() as f64 / 16.0;
    let distance = |count: &u64| (*count as f64 - expected).powi(2) / expected;
    let chi_squared: f64 = parts.iter().map(distance).sum();
    assert!(chi_squared < 45.0, "{chi_squared}: {parts:?}");
}

#[test]
fn should_be_even_over_schedules_and_over_slots() {
    let maximum = 600 * SECOND;
    for step in [1, 2, 64, 1 << 32] {
        let of_schedules = (0..20_000).map(|id| jitter_nanoseconds(id * step, SLOT, 600, None));
        assert_even(of_schedules, maximum);
    }
    for step in [SECOND, 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND] {
        for id in [0, 1, 2, 77] {
            let slots = (0..20_000).map(|index| SLOT + index * step);
            let of_slots = slots.map(|slot| jitter_nanoseconds(id, slot, 600, None));
            assert_even(of_slots, maximum);
        }
    }
}

#[test]
fn should_be_even_below_the_next_slot_too() {
    let draws = (0..20_000).map(|id| jitter_nanoseconds(id, SLOT, 600, Some(SLOT + 60 * SECOND)));
    assert_even(draws, 60 * SECOND - 1);
}

#[test]
fn should_reach_both_ends_of_a_small_range() {
    let draws = (0..1_000).map(|id| jitter_nanoseconds(id, SLOT, 1, Some(SLOT + 4)));
    let all: BTreeSet<u64> = draws.collect();
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(jitter_nanoseconds(1, SLOT, 0, None), 0);
    assert_eq!(jitter_nanoseconds(1, SLOT, 9, Some(SLOT)), 0);
    assert_eq!(jitter_nanoseconds(1, u64::MAX, 9, None), 0);
}

#[test]
fn should_not_change_from_release_to_release() {
    // Computed by another program.
    let drawn = [0, 1, 2].map(|id| jitter_nanoseconds(id, SLOT, 3_600, None));
    assert_eq!(
        drawn,
        [2_126_177_926_938, 2_986_790_164_968, 2_545_728_526_156]
    );
}
