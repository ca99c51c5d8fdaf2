//! The next times of a schedule, computed here from what the scheduler says about it.

use chime_schedule::{Definition, Schedule};
use chime_types::TaskSchedule;

/// The next times of a task's schedule, at most `count`, without the jitter. The first is the one
/// that the scheduler itself names; none if it names none.
#[must_use]
pub fn next_runs(schedule: &TaskSchedule, count: usize) -> Vec<u64> {
    let Some(first) = schedule.next_run_at else {
        return Vec::new();
    };
    let left = schedule.maximum_runs.map_or(usize::MAX, |maximum| {
        usize::try_from(maximum.saturating_sub(schedule.runs)).unwrap_or(usize::MAX)
    });
    let count = count.min(left);
    let definition = Definition {
        rule: &schedule.rule,
        timezone: Some(&schedule.timezone),
        gap: schedule.gap,
        start_at: schedule.start_at,
        // After the first time it makes no difference.
        explicit_start: true,
        end_at: schedule.end_at,
        exclusions: &schedule.exclusions,
    };
    let mut next = vec![first];
    // A rule that only a newer scheduler knows has its first time at least.
    if let Ok(compiled) = Schedule::compile(&definition) {
        next.extend(compiled.next_times(first, count.saturating_sub(1)));
    }
    next.truncate(count);
    next
}

#[cfg(test)]
mod tests {
    use chime_types::Rule;
    use chime_types::limits::NANOSECONDS;

    use super::*;
    use crate::fixtures::schedule;

    fn every_hour() -> TaskSchedule {
        TaskSchedule {
            next_run_at: Some(7_200 * NANOSECONDS),
            ..schedule(
                1,
                Rule::Interval {
                    repeat_every_seconds: 3_600,
                    phase_seconds: None,
                },
            )
        }
    }

    fn hours(schedule: &TaskSchedule, count: usize) -> Vec<u64> {
        let next = next_runs(schedule, count);
        next.iter().map(|at| at / (3_600 * NANOSECONDS)).collect()
    }

    #[test]
    fn should_go_on_from_the_time_that_the_scheduler_names() {
        assert_eq!(hours(&every_hour(), 3), [2, 3, 4]);
        assert_eq!(hours(&every_hour(), 0), [0_u64; 0]);
        let off = TaskSchedule {
            next_run_at: None,
            ..every_hour()
        };
        assert_eq!(hours(&off, 3), [0_u64; 0]);
    }

    #[test]
    fn should_end_with_the_schedule_and_its_last_run() {
        let ending = TaskSchedule {
            end_at: Some(3 * 3_600 * NANOSECONDS),
            ..every_hour()
        };
        assert_eq!(hours(&ending, 3), [2, 3]);
        let counted = TaskSchedule {
            maximum_runs: Some(5),
            runs: 4,
            ..every_hour()
        };
        assert_eq!(hours(&counted, 3), [2]);
    }

    #[test]
    fn should_keep_to_the_clock_of_the_zone() {
        let daily = TaskSchedule {
            timezone: "Europe/Zurich".into(),
            // 2026-03-28T01:30:00Z, the day before the clocks go forward.
            next_run_at: Some(1_774_661_400 * NANOSECONDS),
            ..schedule(
                1,
                Rule::Daily {
                    hour: 2,
                    minute: Some(30),
                },
            )
        };
        let next: Vec<_> = next_runs(&daily, 3)
            .iter()
            .map(|at| at / NANOSECONDS)
            .collect();
        // At 03:00 on the day itself, then at 02:30 summer time.
        assert_eq!(next, [1_774_661_400, 1_774_746_000, 1_774_830_600]);
    }
}
