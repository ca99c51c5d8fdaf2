//! The shapes that scripts and people rely on. `cargo insta review`, or INSTA_UPDATE=always,
//! accepts a wanted change.

use chime_schedule::{Definition, Schedule};
use chime_types::limits::NANOSECONDS;
use chime_types::{
    Action, Attempt, ExecutionStatus, HttpAction, LogEntry, Outcome, Rule, Task, TaskExecution,
    TaskSchedule, TaskStatus,
};
use insta::{assert_json_snapshot, assert_snapshot};
use jiff::tz::TimeZone;

use crate::cli::apply::show::{Applied, AppliedRow, FieldFault};
use crate::cli::changed::{Change, Made};
use crate::cli::execution::log::{ExecutionLog, follow_line};
use crate::cli::preview::show::Previewed;
use crate::cli::task::list::{TaskList, interval};
use crate::cli::up::show::Listening;
use crate::fixtures;
use crate::scheduler::Latest;
use crate::terminal::{Answer, Page};
use crate::words::Clock;

const NOW_AT: u64 = 1_780_000_000 * NANOSECONDS;

fn clock() -> Clock {
    Clock::fixed(NOW_AT, TimeZone::get("Europe/Zurich").unwrap())
}

fn text(answer: &impl Answer) -> String {
    let clock = clock();
    answer.text(&Page {
        width: None,
        colour: false,
        clock: &clock,
    })
}

fn schedule(id: u64, rule: Rule, description: &str, next_run_at: Option<u64>) -> TaskSchedule {
    TaskSchedule {
        description: description.into(),
        timezone: "Europe/Zurich".into(),
        next_run_at,
        ..fixtures::schedule(id, rule)
    }
}

fn tasks() -> Vec<Task> {
    let every = Rule::Interval {
        repeat_every_seconds: 90,
        phase_seconds: None,
    };
    let nightly = Rule::Cron {
        expression: "30 2 * * *".into(),
    };
    let mut heartbeat = fixtures::task(1, "heartbeat");
    heartbeat.schedules = vec![schedule(
        1,
        every,
        "every 1m30s",
        Some(NOW_AT + 30 * NANOSECONDS),
    )];
    heartbeat.last_run_at = Some(NOW_AT - 60 * NANOSECONDS);
    heartbeat.metadata = "{}".into();
    heartbeat.steps = vec![fixtures::step(Action::Note {
        text: "still here".into(),
    })];
    let mut report = fixtures::task(2, "report\u{1b}[31m");
    report.schedules = vec![
        schedule(
            2,
            nightly,
            "every day at 02:30",
            Some(NOW_AT + 14_600 * NANOSECONDS),
        ),
        schedule(3, Rule::Once { run_at: None }, "once", Some(NOW_AT)),
    ];
    report.steps = vec![
        fixtures::step(Action::Http {
            request: HttpAction::get("https://example.com/figures"),
        }),
        fixtures::step(Action::Cleanup {
            retention: vec![],
            task_id: None,
            all_owners: None,
        }),
    ];
    let mut paused = fixtures::task(3, "paused");
    paused.schedules = vec![schedule(
        4,
        Rule::Weekly {
            weekday: 1,
            hour: 8,
            minute: None,
        },
        "every Monday at 08:00",
        None,
    )];
    paused.disabled = true;
    paused.status = TaskStatus::Paused;
    vec![heartbeat, report, paused]
}

#[test]
fn should_list_tasks() {
    let list = TaskList::new(&tasks(), &Latest::default(), NOW_AT, false);
    assert_snapshot!(text(&list));
    assert_json_snapshot!(list);
    assert_snapshot!(text(&TaskList::new(
        &tasks(),
        &Latest::default(),
        NOW_AT,
        true
    )));
    assert_snapshot!(text(&TaskList::new(&[], &Latest::default(), NOW_AT, false)));
}

#[test]
fn should_fit_a_narrow_terminal() {
    let clock = clock();
    let page = Page {
        width: Some(80),
        colour: false,
        clock: &clock,
    };
    let shown = TaskList::new(&tasks(), &Latest::default(), NOW_AT, false).text(&page);
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
}

#[test]
fn should_show_intervals_in_short() {
    let table = [
        (Rule::Once { run_at: None }, 0, "once"),
        (
            Rule::Cron {
                expression: "@every 1h".into(),
            },
            3_600,
            "1h",
        ),
        (
            Rule::Cron {
                expression: "0 9 * * 1-5".into(),
            },
            0,
            "0 9 * * 1-5",
        ),
        (
            Rule::Daily {
                hour: 2,
                minute: Some(5),
            },
            0,
            "daily 02:05",
        ),
        (
            Rule::Weekly {
                weekday: 0,
                hour: 2,
                minute: None,
            },
            0,
            "Sunday 02:00",
        ),
        (
            Rule::Monthly {
                day: 31,
                hour: 23,
                minute: Some(59),
            },
            0,
            "monthly 31 23:59",
        ),
    ];
    for (rule, seconds, expected) in table {
        assert_eq!(interval(&rule, seconds), expected);
    }
}

fn attempt(number: u32, outcome: Outcome, error: Option<&str>) -> Attempt {
    Attempt {
        number,
        step: 0,
        started_at: NOW_AT - 10 * NANOSECONDS,
        finished_at: Some(NOW_AT - 9 * NANOSECONDS),
        fencing_token: 0,
        worker: None,
        outcome,
        result: None,
        error: error.map(str::to_string),
        cause: None,
    }
}

fn failed() -> TaskExecution {
    TaskExecution {
        id: 12,
        scheduled_at: NOW_AT - 20 * NANOSECONDS,
        started_at: Some(NOW_AT - 10 * NANOSECONDS),
        finished_at: Some(NOW_AT - 5 * NANOSECONDS),
        attempt: 2,
        attempts: vec![
            attempt(1, Outcome::Failed, Some("no such method")),
            attempt(2, Outcome::TimedOut, None),
        ],
        logs: vec![LogEntry {
            logged_at: NOW_AT,
            message: "a line\nand another".into(),
        }],
        error: Some("the last attempt timed out".into()),
        ..fixtures::execution(ExecutionStatus::TimedOut)
    }
}

fn completed() -> TaskExecution {
    TaskExecution {
        id: 11,
        scheduled_at: NOW_AT - 80 * NANOSECONDS,
        started_at: Some(NOW_AT - 80 * NANOSECONDS),
        finished_at: Some(NOW_AT - 80 * NANOSECONDS + 3_000_000),
        attempt: 1,
        attempts: vec![attempt(1, Outcome::Completed, None)],
        logs: vec![],
        result: Some("(42 : nat)".into()),
        error: None,
        ..fixtures::execution(ExecutionStatus::Completed)
    }
}

#[test]
fn should_show_what_became_of_runs() {
    let log = ExecutionLog::new(&tasks()[0], vec![failed(), completed()], 12);
    assert_snapshot!(text(&log));
    assert_json_snapshot!(log);
    assert_snapshot!(text(&ExecutionLog::new(&tasks()[0], vec![], 0)));
    assert_snapshot!(follow_line("heartbeat", &failed(), &clock()));
}

#[test]
fn should_show_what_was_made_and_changed() {
    let made = Made::new(&tasks()[0], Some(completed()));
    assert_snapshot!(text(&made));
    assert_json_snapshot!(made);
    let change = Change::new(&tasks()[0], "is resumed");
    assert_snapshot!(text(&change));
    assert_json_snapshot!(change);
}

#[test]
fn should_show_what_was_applied() {
    let created = AppliedRow {
        file: "jobs/a.yaml".into(),
        task: Some("backup".into()),
        task_id: Some("4".into()),
        action: "created",
        schedule: Some("every day at 02:00".into()),
        timezone: Some("UTC".into()),
        ..AppliedRow::default()
    };
    let fault = FieldFault {
        field: Some("priority".into()),
        rule: "Invalid priority 'x'".into(),
        fix: "Choose one.".into(),
    };
    let refused = AppliedRow {
        file: "jobs/b.yaml".into(),
        action: "refused",
        notes: vec!["a remark".into()],
        error: Some(fault),
        ..AppliedRow::default()
    };
    let rows = vec![created.next_at(Some(NOW_AT + 3_600 * NANOSECONDS)), refused];
    let applied = Applied::new(false, rows, vec!["1 task runs a shell command".into()]);
    assert_snapshot!(text(&applied));
    assert_snapshot!(applied.messages().join("\n"));
    assert_json_snapshot!(applied);
}

#[test]
fn should_show_a_preview_in_the_schedule_s_own_zone() {
    let rule = Rule::Cron {
        expression: "30 2 * * *".into(),
    };
    let compile = |timezone| {
        let definition = Definition {
            timezone,
            ..Definition::new(&rule)
        };
        Schedule::compile(&definition).unwrap()
    };
    let schedule = compile(Some("America/New_York"));
    let preview = Previewed::new(&schedule, NOW_AT, schedule.next_times(NOW_AT, 2));
    assert_snapshot!(text(&preview));
    assert_json_snapshot!(preview);
    let schedule = compile(None);
    assert_json_snapshot!(Previewed::new(
        &schedule,
        NOW_AT,
        schedule.next_times(NOW_AT, 1)
    ));
}

#[test]
fn should_say_where_it_listens() {
    let ready = Listening {
        url: "http://127.0.0.1:4943".into(),
        canister_id: "aaaaa-aa".into(),
        principal: "2vxsx-fae".into(),
        state: "/var/chime".into(),
        pid: 7,
        named_state: true,
        named_network: false,
        pages: None,
    };
    let clock = clock();
    assert_snapshot!(ready.text(&Page {
        width: None,
        colour: false,
        clock: &clock
    }));
    assert_json_snapshot!(ready);
}
