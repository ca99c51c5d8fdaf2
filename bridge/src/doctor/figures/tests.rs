//! Figures of schedulers in good and in bad health.

use candid::Nat;
use chime_types::{CyclesBudget, FailedMessages};

use super::*;
use crate::diagnosis::message_trouble;
use crate::doctor::Verdict;
use crate::fixtures::stats;

const NOW_AT: u64 = 1_800_000_000 * NANOSECONDS;

fn healthy() -> Figures {
    Figures {
        stats: stats(NOW_AT),
        config: Config {
            minimum_cycles: Nat::from(TRILLION),
            ..Config::default()
        },
        commands: Commands::default(),
    }
}

fn found(subject: &str, change: impl FnOnce(&mut Figures)) -> Finding {
    let mut given = healthy();
    change(&mut given);
    let all = figures(&given);
    all.into_iter().find(|one| one.subject == subject).unwrap()
}

#[test]
fn should_find_nothing_wrong_with_a_healthy_scheduler() {
    for finding in figures(&healthy()) {
        assert_eq!(finding.verdict, Verdict::Ok, "{finding:?}");
    }
    assert!(found("timer", |_| {}).text.contains("in 1m30s"));
}

#[test]
fn should_say_where_cycles_do_not_apply_and_warn_of_a_budget_that_is_used_up() {
    let free = CyclesBudget {
        free: true,
        ..CyclesBudget::default()
    };
    for subject in ["cycles", "budget"] {
        let finding = found(subject, |given| {
            given.stats.cycles = Nat::from(0_u8);
            given.stats.budget = Some(free);
        });
        assert_eq!(finding.verdict, Verdict::Ok);
        assert!(finding.text.contains("do not apply"), "{}", finding.text);
    }
    let used_up = found("budget", |given| {
        given.stats.budget = Some(CyclesBudget {
            begins_anew_at: Some(NOW_AT + 600 * NANOSECONDS),
            ..CyclesBudget::default()
        });
    });
    assert_eq!(used_up.verdict, Verdict::Warn);
    assert!(used_up.text.contains("another 10m"), "{}", used_up.text);
}

#[test]
fn should_tell_a_dead_timer_from_one_that_is_not_needed() {
    let dead = found("timer", |given| given.stats.timer_armed_at = None);
    assert_eq!(dead.verdict, Verdict::Fail(Kind::Internal));
    let idle = found("timer", |given| {
        given.stats.timer_armed_at = None;
        given.stats.next_wake_at = None;
    });
    assert_eq!(idle.verdict, Verdict::Ok);
    for (seconds, verdict) in [
        (OVERDUE_SECONDS, Verdict::Ok),
        (OVERDUE_SECONDS + 1, Verdict::Fail(Kind::Unavailable)),
    ] {
        let late = found("timer", |given| {
            given.stats.next_wake_at = Some(NOW_AT - seconds * NANOSECONDS);
        });
        assert_eq!(late.verdict, verdict, "{seconds}");
    }
}

#[test]
fn should_tell_of_messages_that_fail_and_of_what_was_set_aside() {
    let with = |failed_in_a_row, careful, quarantined| {
        let mut given = healthy();
        given.stats.failed_messages = Some(FailedMessages {
            failed_in_a_row,
            careful,
            quarantined,
            suspect: Some("the slot of task 7".to_string()),
            ..FailedMessages::default()
        });
        message_trouble(&given.stats)
    };
    assert_eq!(message_trouble(&healthy().stats), None);
    assert_eq!(with(0, false, 0), None);
    for (failed_in_a_row, careful, quarantined, words) in [
        (
            2,
            true,
            0,
            "last 2 messages of the scheduler failed: the slot of task 7",
        ),
        (0, true, 1, "one piece of work at a time"),
        (0, false, 3, "3 pieces of work were set aside"),
    ] {
        let text = with(failed_in_a_row, careful, quarantined).unwrap();
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn should_say_how_long_cycles_last() {
    for (days, verdict) in [(29, Verdict::Warn), (30, Verdict::Ok)] {
        let left = found("cycles", |given| {
            given.stats.cycles = Nat::from((days + 1) * TRILLION);
        });
        assert_eq!(left.verdict, verdict, "{days}: {left:?}");
        assert!(left.text.contains(&format!("{days} days")), "{left:?}");
    }
    let low = found("cycles", |given| given.stats.cycles_low = true);
    assert_eq!(low.verdict, Verdict::Fail(Kind::Unavailable));
    let unknown = found("cycles", |given| given.stats.cycles_per_day = None);
    assert_eq!(unknown.text, "40.00 T");
}

#[test]
fn should_warn_of_what_waits() {
    for (subject, change) in [
        (
            "lag",
            (|given: &mut Figures| {
                given.stats.lag.p95_nanoseconds = Some(LATE_SECONDS * NANOSECONDS);
            }) as fn(&mut Figures),
        ),
        ("workers", |given| {
            given.stats.waiting_for_workers = 1;
            given.commands.own = 1;
        }),
        ("dead letters", |given| given.stats.dead_letters = 1),
        ("load", |given| {
            given.stats.ready = 1;
            given.stats.running = 10;
        }),
    ] {
        let finding = found(subject, change);
        assert_eq!(finding.verdict, Verdict::Warn, "{subject}");
        assert!(finding.fix.is_some(), "{subject}");
    }
}

#[test]
fn should_warn_only_of_commands_that_are_somebody_s_business() {
    for (all, own, sees_all, verdict, text) in [
        (0, 0, false, Verdict::Ok, "no command waits for one"),
        (
            1,
            0,
            false,
            Verdict::Ok,
            "no command of yours waits for one",
        ),
        (1, 1, false, Verdict::Warn, "1 command waits for one"),
        (
            3,
            2,
            false,
            Verdict::Warn,
            "2 commands of yours wait for one",
        ),
        (
            1,
            0,
            true,
            Verdict::Warn,
            "1 command of other owners waits for one",
        ),
        (
            3,
            1,
            true,
            Verdict::Warn,
            "1 command of yours waits for one, 2 of other owners",
        ),
    ] {
        let finding = found("workers", |given| {
            given.stats.waiting_for_workers = all;
            given.commands = Commands { own, sees_all };
        });
        assert_eq!((finding.verdict, finding.text.as_str()), (verdict, text));
    }
}
