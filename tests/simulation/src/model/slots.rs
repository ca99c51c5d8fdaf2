//! The slots of a schedule, counted out one by one. Only rules of cron and of time zones ask
//! `chime-schedule`.

use chime_schedule::{Definition, Schedule};
use chime_types::Rule;

use super::task::ScheduleModel;
use crate::story::RulePlan;
use crate::world::SECOND;

const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The slots of a schedule from one time to another, both included, whether it was on or not.
///
/// # Panics
/// If a rule of cron is none.
#[must_use]
pub fn slots_between(schedule: &ScheduleModel, from: u64, until: u64) -> Vec<u64> {
    let from = from.max(schedule.start_at);
    let until = schedule.end_at.map_or(until, |end| until.min(end));
    if from > until {
        return Vec::new();
    }
    match &schedule.plan.rule {
        RulePlan::Once => (from..=until)
            .contains(&schedule.start_at)
            .then_some(schedule.start_at)
            .into_iter()
            .collect(),
        RulePlan::Every {
            seconds,
            phase_seconds,
        } => every(schedule, *seconds, *phase_seconds, from, until),
        RulePlan::Daily { hour, minute } => {
            let at = u64::from(*hour) * HOUR + u64::from(*minute) * MINUTE;
            days(from, until, at, |_| true)
        }
        RulePlan::Weekly { weekday, hour } => {
            // 1970-01-01 was a Thursday.
            let is_day = |day: u64| (day + 4) % 7 == u64::from(*weekday);
            days(from, until, u64::from(*hour) * HOUR, is_day)
        }
        RulePlan::Monthly { day, hour } => {
            let wanted = i8::try_from(*day).expect("a day of a month");
            days(from, until, u64::from(*hour) * HOUR, |number| {
                is_day_of_month(number, wanted)
            })
        }
        RulePlan::Cron { expression, zone } => by_oracle(schedule, expression, zone, from, until),
    }
}

fn every(
    schedule: &ScheduleModel,
    seconds: u64,
    phase_seconds: Option<u64>,
    from: u64,
    until: u64,
) -> Vec<u64> {
    let step = seconds * SECOND;
    let first = match phase_seconds {
        Some(phase) => phase * SECOND % step,
        None if schedule.explicit_start => schedule.start_at,
        None => schedule.start_at + step,
    };
    let behind = from.saturating_sub(first).div_ceil(step);
    let mut slot = first + behind * step;
    let mut slots = Vec::new();
    while slot <= until {
        slots.push(slot);
        slot += step;
    }
    slots
}

fn days(from: u64, until: u64, at: u64, is_day: impl Fn(u64) -> bool) -> Vec<u64> {
    (from / DAY..=until / DAY)
        .filter(|day| is_day(*day))
        .map(|day| day * DAY + at)
        .filter(|slot| (from..=until).contains(slot))
        .collect()
}

/// Whether a day is the wanted one of its month, or the last of a shorter month.
fn is_day_of_month(number: u64, wanted: i8) -> bool {
    let seconds = i64::try_from(number * DAY / SECOND).expect("a time");
    let date = jiff::Timestamp::from_second(seconds)
        .expect("a time")
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    date.day() == wanted.min(date.days_in_month())
}

fn by_oracle(
    schedule: &ScheduleModel,
    expression: &str,
    zone: &str,
    from: u64,
    until: u64,
) -> Vec<u64> {
    let rule = Rule::Cron {
        expression: expression.to_string(),
    };
    let definition = Definition {
        timezone: Some(zone),
        start_at: schedule.start_at,
        explicit_start: schedule.explicit_start,
        ..Definition::new(&rule)
    };
    let rule = Schedule::compile(&definition).expect("a rule that the scheduler has taken");
    let first = rule.next_after(from.saturating_sub(1));
    std::iter::successors(first, |slot| rule.next_after(*slot))
        .take_while(|slot| *slot <= until)
        .collect()
}

#[cfg(test)]
mod tests {
    use chime_types::{MissedRuns, OverlapPolicy};

    use super::*;
    use crate::story::SchedulePlan;

    /// 2026-01-01, the start of every story.
    const START: u64 = 1_767_225_600 * SECOND;

    fn schedule(rule: RulePlan, explicit_start: bool) -> ScheduleModel {
        ScheduleModel {
            id: 1,
            plan: SchedulePlan {
                rule,
                start_after_seconds: None,
                end_after_seconds: None,
                missed: MissedRuns::Latest,
                window_seconds: None,
                overlap: OverlapPolicy::Skip,
                maximum_runs: None,
                jitter_seconds: None,
            },
            start_at: START,
            explicit_start,
            end_at: None,
            disabled: false,
            spans: Vec::new(),
        }
    }

    fn by_library(schedule: &ScheduleModel, rule: &Rule, until: u64) -> Vec<u64> {
        let definition = Definition {
            start_at: schedule.start_at,
            explicit_start: schedule.explicit_start,
            ..Definition::new(rule)
        };
        let rule = Schedule::compile(&definition).expect("a rule");
        let first = rule.next_after(schedule.start_at - 1);
        std::iter::successors(first, |slot| rule.next_after(*slot))
            .take_while(|slot| *slot <= until)
            .collect()
    }

    #[test]
    fn should_count_the_same_slots_as_the_library_that_it_does_not_use() {
        let interval = |seconds, phase_seconds| {
            (
                RulePlan::Every {
                    seconds,
                    phase_seconds,
                },
                Rule::Interval {
                    repeat_every_seconds: seconds,
                    phase_seconds,
                },
            )
        };
        let calendar = [
            (
                RulePlan::Daily {
                    hour: 23,
                    minute: 59,
                },
                Rule::Daily {
                    hour: 23,
                    minute: Some(59),
                },
            ),
            (
                RulePlan::Weekly {
                    weekday: 0,
                    hour: 5,
                },
                Rule::Weekly {
                    weekday: 0,
                    hour: 5,
                    minute: None,
                },
            ),
            (
                RulePlan::Monthly { day: 31, hour: 0 },
                Rule::Monthly {
                    day: 31,
                    hour: 0,
                    minute: None,
                },
            ),
        ];
        let intervals = [interval(86_401, None), interval(70_000, Some(69_999))];
        for (plan, rule) in intervals.into_iter().chain(calendar) {
            for explicit_start in [false, true] {
                let until = START + 400 * DAY;
                let schedule = schedule(plan.clone(), explicit_start);
                let counted = slots_between(&schedule, START, until);
                assert!(counted.len() > 10, "{plan:?}");
                assert_eq!(counted, by_library(&schedule, &rule, until), "{plan:?}");
            }
        }
    }

    #[test]
    fn should_leave_out_what_is_outside() {
        let schedule = schedule(
            RulePlan::Every {
                seconds: 60,
                phase_seconds: None,
            },
            false,
        );
        let slots = slots_between(&schedule, START + 61 * SECOND, START + 180 * SECOND);
        assert_eq!(slots, [START + 120 * SECOND, START + 180 * SECOND]);
    }
}
