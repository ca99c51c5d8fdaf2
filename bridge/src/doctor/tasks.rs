//! Whether the tasks that somebody believes to run will run, and whether somebody can see them.

use chime_types::limits::NANOSECONDS;
use chime_types::{Alert, ExecutionStatus, Outcome, TaskExecution, WaitReason};

use super::Finding;
use crate::diagnosis::{AlertTrouble, alert_trouble};
use crate::error::Kind;

/// A scheduler's clock that is off by more fires schedules at times that people see are wrong.
const SKEW_WARNED_SECONDS: u64 = 30;
/// By more than this, what is due is not run for minutes, or long before its time.
const SKEW_REFUSED_SECONDS: u64 = 240;

/// Alerts that are named in a finding.
const NAMED: usize = 5;

/// Schedules fire by the scheduler's clock, whatever the certificates of the network say.
#[must_use]
pub fn scheduler_clock(scheduler_at: u64, here_at: u64) -> Finding {
    let subject = "its clock";
    let seconds = scheduler_at.abs_diff(here_at) / NANOSECONDS;
    let away = chime_schedule::format_interval(seconds);
    let (word, fix) = match scheduler_at > here_at {
        true => (
            "ahead of",
            "set this machine's clock if it is wrong (NTP); otherwise the network's clock continues when \
             this one has caught up: slots until then have already run",
        ),
        false => (
            "behind",
            "set this machine's clock, or look at the network's",
        ),
    };
    let text = format!("the scheduler's clock is {away} {word} this machine's");
    match seconds {
        skew if skew > SKEW_REFUSED_SECONDS => Finding::fail(subject, Kind::Unavailable, text, fix),
        skew if skew > SKEW_WARNED_SECONDS => Finding::warn(subject, text, fix),
        _ => Finding::ok(subject, "the scheduler's clock agrees"),
    }
}

/// Whether anybody runs the network while no command does.
#[must_use]
pub fn host(hosted_here: bool, tasks: u64) -> Finding {
    match (hosted_here, tasks) {
        (false, _) => Finding::ok(
            "running",
            "the network keeps running when this command ends",
        ),
        (true, 0) => Finding::ok("running", "for this command only; there are no tasks"),
        (true, _) => Finding::warn(
            "running",
            "the network runs only while a command of chime does: no schedule fires in between",
            "leave `chime up` running, or have it started by the system",
        ),
    }
}

/// Commands that workers looked at and gave back: nobody will run them.
#[must_use]
pub fn released_commands(executions: &[TaskExecution]) -> Option<Finding> {
    let is_released = |it: &&TaskExecution| {
        let last = it.attempts.last();
        it.status == ExecutionStatus::Waiting
            && matches!(
                it.waiting_for,
                Some(WaitReason::Snooze | WaitReason::Worker)
            )
            && last.is_some_and(|last| last.worker.is_some() && last.outcome == Outcome::Snoozed)
    };
    let released = executions.iter().filter(is_released).count();
    (released > 0).then(|| {
        let (wait, were) = match released {
            1 => ("1 command waits", "it was"),
            _ => ("several commands wait", "they were"),
        };
        let wait = match released {
            1 => wait.to_string(),
            count => wait.replace("several", &count.to_string()),
        };
        Finding::warn(
            "commands",
            format!("{wait} although a worker runs: {were} released by it"),
            "put the command into a job file of the worker, or start one with --allow-remote-commands; \
             `chime execution show` shows the command",
        )
    })
}

/// Alerts that nobody may hear: the last message did not arrive, or nothing did so far.
#[must_use]
pub fn alerts(alerts: &[Alert]) -> Finding {
    let (mut lost, mut doubtful) = (Vec::new(), Vec::new());
    for alert in alerts {
        match alert_trouble(alert) {
            Some(AlertTrouble::Lost) => lost.push(alert),
            Some(AlertTrouble::Doubtful(_)) => doubtful.push(alert),
            None => {}
        }
    }
    let of = |alerts: &[&Alert]| {
        let names = alerts.iter().take(NAMED);
        let names = names.map(|alert| format!("{} ({:?})", alert.id, alert.name));
        let names = names.collect::<Vec<_>>().join(", ");
        match alerts.len() {
            1 => format!("alert {names}"),
            count => format!("{count} alerts ({names})"),
        }
    };
    let mut texts = Vec::new();
    if !lost.is_empty() {
        texts.push(format!("the last message of {} did not arrive", of(&lost)));
    }
    if !doubtful.is_empty() {
        texts.push(format!("no message of {} has arrived yet", of(&doubtful)));
    }
    if texts.is_empty() {
        return Finding::ok("alerts", "no message was lost");
    }
    let fix = "`chime alert ls` says why; `chime alert test` sends another message";
    Finding::warn("alerts", texts.join("; "), fix)
}

/// Tasks of others, of which only admins, operators and viewers know.
#[must_use]
pub fn others(mine: u64, others: u64) -> Finding {
    let text = match others {
        1 => "1 task belongs to another key".to_string(),
        count => format!("{count} tasks belong to other keys"),
    };
    match (mine, others) {
        (_, 0) => Finding::ok("other owners", "none have tasks"),
        // Somebody restored them, or calls with another key than before.
        (0, _) => Finding::warn(
            "other owners",
            format!("{text}, and none to this one"),
            "`chime ps ls --all-owners` shows them; call with their key (--identity) to change them as \
             their owner",
        ),
        (1.., _) => Finding::ok("other owners", format!("{text}: chime ps ls --all-owners")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::fixtures::{attempt, execution};
    use chime_types::{AlertCondition, Channel, Delivery, DeliveryState};

    fn alert(id: u64, state: Option<DeliveryState>) -> Alert {
        let delivery = state.map(|state| Delivery {
            id: 3,
            state,
            attempts: 1,
            last_attempt_at: None,
            last_attempt_arrived: None,
            next_attempt_at: None,
            error: None,
            pending: 0,
        });
        Alert {
            id,
            name: "hook".into(),
            task_id: None,
            condition: AlertCondition::Failure {},
            channel: Channel::Inbox {},
            cooldown_seconds: 0,
            disabled: false,
            fired_at: None,
            fired: 0,
            suppressed: 0,
            delivery,
        }
    }

    #[test]
    fn should_judge_the_scheduler_s_clock_in_both_directions() {
        let noon = 1_000_000 * NANOSECONDS;
        for (seconds, verdict) in [
            (0, Verdict::Ok),
            (30, Verdict::Ok),
            (31, Verdict::Warn),
            (240, Verdict::Warn),
            (241, Verdict::Fail(Kind::Unavailable)),
            (7_200, Verdict::Fail(Kind::Unavailable)),
        ] {
            let off = noon + seconds * NANOSECONDS;
            assert_eq!(scheduler_clock(off, noon).verdict, verdict, "{seconds}");
            assert_eq!(scheduler_clock(noon, off).verdict, verdict, "-{seconds}");
        }
    }

    #[test]
    fn should_warn_where_tasks_do_not_run_between_commands() {
        assert_eq!(host(true, 3).verdict, Verdict::Warn);
        assert_eq!(host(true, 0).verdict, Verdict::Ok);
        assert_eq!(host(false, 3).verdict, Verdict::Ok);
    }

    #[test]
    fn should_warn_of_commands_that_a_worker_gave_back() {
        let mut released = execution(ExecutionStatus::Waiting);
        released.waiting_for = Some(WaitReason::Snooze);
        let mut last = attempt(1, Outcome::Snoozed, Some("not among my job files"));
        assert_eq!(released_commands(&[released.clone()]), None);
        last.worker = Some("w1".into());
        released.attempts = vec![last];
        let found = released_commands(&[released.clone(), released.clone()]).unwrap();
        assert_eq!(found.verdict, Verdict::Warn);
        assert!(found.text.starts_with("2 commands wait"), "{}", found.text);
        released.status = ExecutionStatus::Completed;
        assert_eq!(released_commands(&[released]), None);
    }

    #[test]
    fn should_warn_of_alerts_that_nobody_hears() {
        use DeliveryState::{Delivered, Dropped, GivenUp, Retrying, UnderWay, Waiting};
        for state in [None, Some(Waiting), Some(UnderWay), Some(Delivered)] {
            assert_eq!(alerts(&[alert(1, state)]).verdict, Verdict::Ok, "{state:?}");
        }
        for state in [Retrying, GivenUp, Dropped] {
            let lost = alert(2, Some(state));
            let found = alerts(&[alert(1, None), lost.clone()]);
            assert_eq!(found.verdict, Verdict::Warn, "{state:?}");
            assert!(found.text.contains("alert 2"), "{}", found.text);
            let off = Alert {
                disabled: true,
                ..lost
            };
            assert_eq!(alerts(&[off]).verdict, Verdict::Ok, "it is to be silent");
        }
    }

    /// What the list of models warns of, doctor warns of, too, and the other way round.
    #[test]
    fn should_warn_of_alerts_by_the_rule_of_every_surface() {
        use DeliveryState::{Delivered, Dropped, GivenUp, Retrying, UnderWay, Waiting};
        let url = "https://discord.com/api/webhooks/1/x".to_string();
        let webhook = Channel::Webhook { url, headers: None };
        let mut warned = 0;
        for channel in [Channel::Inbox {}, webhook] {
            for state in [Waiting, UnderWay, Delivered, Retrying, GivenUp, Dropped] {
                for arrived in [None, Some(false), Some(true)] {
                    let mut it = alert(4, Some(state));
                    it.channel = channel.clone();
                    it.delivery.as_mut().unwrap().last_attempt_arrived = arrived;
                    let is_warning = alerts(&[it.clone()]).verdict == Verdict::Warn;
                    assert_eq!(is_warning, alert_trouble(&it).is_some(), "{it:?}");
                    warned += usize::from(is_warning);
                }
            }
        }
        assert!(warned > 12, "{warned}");
        let mut never = alert(4, None);
        never.channel = Channel::Webhook {
            url: "https://hooks.slack.com/services/1".into(),
            headers: None,
        };
        assert_eq!(
            alerts(&[never]).text,
            "no message of alert 4 (\"hook\") has arrived yet"
        );
    }

    #[test]
    fn should_warn_of_tasks_that_only_others_have() {
        assert_eq!(others(0, 16).verdict, Verdict::Warn);
        assert_eq!(others(2, 16).verdict, Verdict::Ok);
        assert_eq!(others(0, 0).verdict, Verdict::Ok);
    }
}
