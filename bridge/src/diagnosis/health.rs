//! What is wrong with a task, as far as the task itself shows it. Pure.

use chime_types::limits::NANOSECONDS;
use chime_types::{SET_ASIDE_PREFIX, Stats, Task, TaskSchedule, TaskStatus};

/// A time that is later than this is overdue.
const OVERDUE_SECONDS: u64 = 60;

/// What somebody should know about a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In a sentence.
    pub text: String,
    /// Nobody wanted it so. Else it is worth a word, like a schedule that is switched off.
    pub is_problem: bool,
}

fn problem(text: String) -> Finding {
    Finding {
        text,
        is_problem: true,
    }
}

fn remark(text: String) -> Finding {
    Finding {
        text,
        is_problem: false,
    }
}

/// What is wrong with a task at `now_at`, or worth a word; nothing if all is well.
#[must_use]
pub fn findings(task: &Task, now_at: u64) -> Vec<Finding> {
    let mut found = Vec::new();
    if task.disabled {
        let reason = task.pause_reason.as_deref().unwrap_or("no reason is given");
        // In quotation marks: somebody else may have written it.
        let text = format!("It is paused ({reason:?}): no schedule fires until resume_task.");
        // Nobody wanted a pause that the scheduler made to get past it.
        let is_problem = reason.starts_with(SET_ASIDE_PREFIX);
        found.push(Finding { text, is_problem });
    }
    match (task.consecutive_failures, task.status) {
        (0, TaskStatus::Failed) => found.push(problem("Its latest execution failed.".into())),
        (0, _) => {}
        (1, _) => {
            let text = "Its latest execution failed: see explain_failure.";
            found.push(problem(text.into()));
        }
        (count, _) => {
            let text = format!("It failed {count} times in a row: see explain_failure.");
            found.push(problem(text));
        }
    }
    for schedule in &task.schedules {
        found.extend(finding(task, schedule, now_at));
    }
    found
}

/// What is wrong with the scheduler's own messages; none if nothing is, or it does not say.
#[must_use]
pub fn message_trouble(stats: &Stats) -> Option<String> {
    let failures = stats.failed_messages.as_ref()?;
    let suspect = failures.suspect.as_deref().unwrap_or("see its log");
    let in_a_row = failures.failed_in_a_row;
    let set_aside = failures.quarantined;
    match (in_a_row, failures.careful, set_aside) {
        (0, false, 0) => None,
        (0, true, _) => Some(format!(
            "The scheduler does one piece of work at a time, since a message failed: {suspect}."
        )),
        (0, false, _) => Some(format!(
            "{set_aside} pieces of work were set aside since its own messages failed at them: \
             events_since shows which."
        )),
        _ => Some(format!(
            "The last {in_a_row} messages of the scheduler failed: {suspect}."
        )),
    }
}

fn finding(task: &Task, schedule: &TaskSchedule, now_at: u64) -> Option<Finding> {
    let name = format!("Schedule {} ({})", schedule.id, schedule.description);
    if task.disabled {
        return None;
    }
    if schedule.disabled {
        let text = format!("{name} is disabled: see set_schedule.");
        return Some(remark(text));
    }
    let Some(next_at) = schedule.fires_at.or(schedule.next_run_at) else {
        return Some(remark(format!("{name} has no time left.")));
    };
    let late_seconds = now_at.saturating_sub(next_at) / NANOSECONDS;
    if late_seconds > OVERDUE_SECONDS {
        return Some(problem(format!(
            "{name} is overdue by {late_seconds} s: the scheduler is stopped, or too busy."
        )));
    }
    if schedule.missed > 0 {
        return Some(problem(format!(
            "{name} missed {} times while the scheduler could not run.",
            schedule.missed
        )));
    }
    None
}

#[cfg(test)]
mod tests {
    use chime_types::Rule;

    use super::*;
    use crate::fixtures::{schedule, task};

    const NOW_AT: u64 = 1_000_000 * NANOSECONDS;

    fn with_schedule(change: impl FnOnce(&mut TaskSchedule)) -> Task {
        let rule = Rule::Daily {
            hour: 2,
            minute: None,
        };
        let mut schedule = TaskSchedule {
            next_run_at: Some(NOW_AT),
            ..schedule(3, rule)
        };
        change(&mut schedule);
        Task {
            schedules: vec![schedule],
            ..task(7, "report")
        }
    }

    #[test]
    fn should_find_nothing_where_all_is_well() {
        assert!(findings(&with_schedule(|_| {}), NOW_AT).is_empty());
    }

    #[test]
    fn should_find_what_keeps_a_schedule_from_firing() {
        for (task, words, is_problem) in [
            (with_schedule(|it| it.disabled = true), "is disabled", false),
            (
                with_schedule(|it| it.next_run_at = None),
                "no time left",
                false,
            ),
            (
                with_schedule(|it| it.next_run_at = Some(0)),
                "overdue",
                true,
            ),
            (with_schedule(|it| it.missed = 3), "missed 3 times", true),
        ] {
            let found = findings(&task, NOW_AT);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].text.contains(words), "{found:?}");
            assert_eq!(found[0].is_problem, is_problem, "{words}");
        }
    }

    #[test]
    fn should_find_failures_and_a_pause() {
        let failing = Task {
            consecutive_failures: 3,
            ..with_schedule(|_| {})
        };
        assert!(
            findings(&failing, NOW_AT)[0]
                .text
                .contains("3 times in a row")
        );
        let paused = Task {
            disabled: true,
            pause_reason: Some("holidays".into()),
            ..with_schedule(|it| it.disabled = true)
        };
        let found = findings(&paused, NOW_AT);
        assert_eq!(found.len(), 1, "the pause explains the schedule: {found:?}");
        assert!(found[0].text.contains("holidays"));
        assert!(!found[0].is_problem);
        let aside = Task {
            pause_reason: Some(format!("{SET_ASIDE_PREFIX}its message failed twice")),
            ..paused
        };
        assert!(findings(&aside, NOW_AT)[0].is_problem);
    }
}
