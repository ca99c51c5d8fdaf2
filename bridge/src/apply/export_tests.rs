//! A task, written as a job file and read again, is the same task.

use candid::Principal;
use chime_types::{
    Action, CalendarUnit, CallArguments, Callback, Channel, Exclusion, ExecutionStatus, GapPolicy,
    HttpAction, HttpHeader, HttpMethod, HttpTransform, MissedRuns, MonthDay, OnUnknown,
    OverlapPolicy, Priority, RetentionRule, RetryPolicy, Rule, Task, TaskSchedule,
};
use proptest::prelude::*;

use super::{Outcome, Plan, Step, exported, read};
use crate::fixtures;

/// What applying the file of a task does to it.
fn apply_again(task: &Task) -> (Step, String) {
    let tasks = std::slice::from_ref(task);
    let text = serde_norway::to_string(&exported(tasks, tasks)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jobs.yaml");
    std::fs::write(&path, &text).unwrap();
    let finding = read(&[path]).remove(0);
    let Outcome::Task(declaration) = finding.outcome else {
        panic!("{text}\n{:?}", finding.outcome);
    };
    assert!(finding.notes.is_empty(), "{text}: {:?}", finding.notes);
    let step = Plan::new(vec![task.clone()]).declare(&declaration, "jobs.yaml");
    (step, text)
}

fn is_kept(task: &Task) {
    let (step, text) = apply_again(task);
    assert!(matches!(step, Step::Unchanged(_)), "{text}\n{step:?}");
}

pub(super) fn with_action(action: Action) -> Task {
    Task {
        steps: vec![fixtures::step(action)],
        schedules: vec![fixtures::schedule(
            1,
            Rule::Daily {
                hour: 2,
                minute: Some(30),
            },
        )],
        ..fixtures::task(7, "a task")
    }
}

fn note() -> Action {
    Action::Note {
        text: "x: 1 # y".into(),
    }
}

fn canister() -> Principal {
    Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap()
}

/// Every action there is; a new one fails to compile here.
fn actions() -> Vec<Action> {
    let is_listed = |action: &Action| match action {
        Action::Call { .. }
        | Action::Http { .. }
        | Action::Note { .. }
        | Action::Command { .. }
        | Action::Named { .. }
        | Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Notification { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. }
        | Action::Codex { .. } => true,
    };
    let actions: Vec<_> = outward().into_iter().chain(own()).collect();
    assert!(actions.iter().all(is_listed));
    actions
}

fn headers() -> Vec<HttpHeader> {
    vec![HttpHeader {
        name: "x-a".into(),
        value: "true".into(),
    }]
}

/// What somebody else carries out.
fn outward() -> Vec<Action> {
    let call = |arguments| Action::Call {
        canister: canister(),
        method: "m".into(),
        arguments,
        cycles: Some("340282366920938463463374607431768211456".parse().unwrap()),
        with_context: Some(true),
        error_cases: Some(vec![]),
    };
    vec![
        note(),
        Action::call(canister(), "m"),
        call(Some(CallArguments::Text {
            value: "(7 : nat)".into(),
        })),
        call(Some(CallArguments::Bytes {
            value: b"DIDL\0\0".to_vec(),
        })),
        Action::Http {
            request: HttpAction::get("https://example.com"),
        },
        Action::Http {
            request: HttpAction {
                method: Some(HttpMethod::Put),
                headers: Some(headers()),
                body: Some("{\"a\": 1}".into()),
                max_response_bytes: Some(9),
                expected_status: Some(vec![200, 204]),
                transform: Some(HttpTransform::Json {
                    pointers: vec!["/a".into()],
                }),
                replicated: Some(false),
                ..HttpAction::get("https://example.com")
            },
        },
        Action::Command {
            command: "echo 'a'\necho b\n".into(),
            queue: Some("q".into()),
        },
        Action::Named {
            action_name: "act".into(),
            entity_name: Some("e".into()),
            attributes: "{\"b\": 1, \"a\": 2}".into(),
            as_user: Some("u".into()),
        },
    ]
}

/// What the scheduler itself carries out.
fn own() -> Vec<Action> {
    vec![
        Action::Cleanup {
            retention: vec![RetentionRule {
                status: Some(ExecutionStatus::Completed),
                maximum_age_seconds: Some(90),
                keep_latest: None,
            }],
            task_id: Some(3),
            all_owners: None,
        },
        Action::Backup {
            keep: Some(7),
            all_owners: Some(true),
        },
        Action::Notification {
            channel: Channel::Inbox {},
            subject: "s".into(),
            message: "m".into(),
        },
        Action::Notification {
            channel: Channel::Webhook {
                url: "https://example.com".into(),
                headers: Some(headers()),
            },
            subject: "s".into(),
            message: "m".into(),
        },
        Action::Notification {
            channel: Channel::Canister {
                canister: canister(),
                method: "m".into(),
                error_cases: None,
            },
            subject: "s".into(),
            message: "m".into(),
        },
        Action::Analytics {
            window_seconds: Some(60),
        },
        Action::Maintenance { dry_run: None },
        Action::Codex {
            name: "a.py".into(),
            code: Some("print(1)\n".into()),
            input: Some("{\"day\": 7}".into()),
        },
    ]
}

#[test]
fn should_read_back_every_action() {
    for action in actions() {
        is_kept(&with_action(action));
    }
}

#[test]
fn should_read_back_every_field_of_a_task() {
    let task = Task {
        description: "what: it is".into(),
        metadata: "{\"own\": {\"a\": [1, null]}}".into(),
        priority: Priority::Urgent,
        retry: RetryPolicy {
            max_retries: 9,
            initial_delay_seconds: 7,
            factor_percent: 150,
            maximum_delay_seconds: 70,
            jitter_percent: Some(5),
            maximum_age_seconds: Some(700),
            terminal_errors: Some(vec!["no: more".into()]),
        },
        on_unknown: OnUnknown::Complete,
        execution_timeout_seconds: Some(60),
        maximum_concurrent: Some(2),
        pause_after_failures: Some(3),
        run_as: Some(canister()),
        callback: Some(Callback {
            error_cases: Some(vec!["Err".into()]),
            ..Callback::new(canister(), "done")
        }),
        steps: vec![
            chime_types::TaskStep {
                name: Some("first".into()),
                run_next_after_seconds: 5,
                timeout_seconds: 60,
                continue_on_error: true,
                ..fixtures::step(note())
            },
            fixtures::step(note()),
        ],
        ..with_action(note())
    };
    is_kept(&task);
    is_kept(&Task {
        metadata: "free text".into(),
        ..task.clone()
    });
    is_kept(&Task {
        disabled: true,
        ..task.clone()
    });
    for name in [
        "7",
        "yes",
        "a: b",
        "- x",
        "null",
        "1.10",
        "é\u{1F600}",
        " padded",
        "0x10",
    ] {
        is_kept(&Task {
            name: name.trim().to_string(),
            ..task.clone()
        });
    }
}

fn rules() -> Vec<Rule> {
    let calendar = |unit| Rule::Calendar {
        every: 2,
        unit,
        hour: 8,
        minute: Some(5),
        anchor: Some("2026-11-27".into()),
    };
    let months = |on| calendar(CalendarUnit::Months { on });
    vec![
        Rule::Once { run_at: None },
        Rule::Once {
            run_at: Some(1_900_000_000_000_000_000),
        },
        Rule::Interval {
            repeat_every_seconds: 90,
            phase_seconds: None,
        },
        Rule::Interval {
            repeat_every_seconds: 90,
            phase_seconds: Some(7),
        },
        Rule::Daily {
            hour: 2,
            minute: None,
        },
        Rule::Daily {
            hour: 2,
            minute: Some(0),
        },
        Rule::Weekly {
            weekday: 0,
            hour: 2,
            minute: None,
        },
        Rule::Weekly {
            weekday: 6,
            hour: 2,
            minute: Some(30),
        },
        Rule::Monthly {
            day: 31,
            hour: 2,
            minute: None,
        },
        Rule::Cron {
            expression: "*/5 9-17 * * MON-FRI".into(),
        },
        Rule::Cron {
            expression: "@daily".into(),
        },
        calendar(CalendarUnit::Days {}),
        calendar(CalendarUnit::Weeks { weekdays: vec![] }),
        calendar(CalendarUnit::Weeks {
            weekdays: vec![1, 5],
        }),
        months(MonthDay::Day { day: 15 }),
        months(MonthDay::Nth { nth: 2, weekday: 2 }),
        months(MonthDay::Last { weekday: 5 }),
        months(MonthDay::LastWorkingDay {}),
    ]
}

fn any_schedule() -> impl Strategy<Value = TaskSchedule> {
    let exclusions = vec![
        Exclusion::Dates {
            from: "2026-12-25".into(),
            to: None,
        },
        Exclusion::Dates {
            from: "2026-12-24".into(),
            to: Some("2027-01-02".into()),
        },
        Exclusion::Weekdays { weekdays: vec![3] },
        Exclusion::Cron {
            expression: "* 12-13 * * *".into(),
        },
    ];
    let missed = vec![
        MissedRuns::Skip,
        MissedRuns::Latest,
        MissedRuns::All { maximum: 7 },
    ];
    let overlaps = vec![
        OverlapPolicy::Skip,
        OverlapPolicy::BufferOne,
        OverlapPolicy::TerminateOther,
    ];
    let choices = (
        prop::sample::select(rules()),
        prop::sample::subsequence(exclusions, 0..3),
        prop::sample::select(missed),
        prop::sample::select(overlaps),
        any::<[bool; 7]>(),
    );
    choices.prop_map(
        |(
            rule,
            exclusions,
            missed_runs,
            overlap,
            [zoned, named, gap, window, limited, ends, off],
        )| {
            let is_interval = matches!(rule, Rule::Interval { .. });
            let zoned = zoned && (!is_interval || !exclusions.is_empty());
            TaskSchedule {
                name: named.then(|| "early".into()),
                timezone: if zoned { "Europe/Zurich" } else { "UTC" }.into(),
                gap: if gap {
                    GapPolicy::Skip
                } else {
                    GapPolicy::RunAfter
                },
                missed_runs,
                missed_window_seconds: window.then_some(60),
                overlap,
                maximum_runs: limited.then_some(3),
                jitter_seconds: if limited { 30 } else { 0 },
                end_at: ends.then_some(2_000_000_000_000_000_000),
                exclusions,
                disabled: off,
                ..fixtures::schedule(1, rule)
            }
        },
    )
}

proptest! {
    #[test]
    fn should_read_back_every_schedule(schedules in prop::collection::vec(any_schedule(), 1..4)) {
        let task = Task { schedules, ..with_action(note()) };
        let (step, text) = apply_again(&task);
        prop_assert!(matches!(step, Step::Unchanged(_)), "{text}\n{step:?}");
    }
}

#[test]
fn should_change_the_task_whose_file_was_edited() {
    let task = with_action(note());
    let tasks = std::slice::from_ref(&task);
    let text = serde_norway::to_string(&exported(tasks, tasks)).unwrap();
    let edited = text.replace("x: 1 # y", "other");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jobs.yaml");
    std::fs::write(&path, edited).unwrap();
    let Outcome::Task(declaration) = read(&[path]).remove(0).outcome else {
        panic!("{text}");
    };
    let Step::Update(change) = Plan::new(vec![task.clone()]).declare(&declaration, "jobs.yaml")
    else {
        panic!("{text}");
    };
    let update = change.update.unwrap();
    assert!(update.steps.is_some() && update.schedules.is_none());
    assert_eq!(update.task_id, task.id);
    // On another scheduler the number is that of another task.
    let other = Task {
        name: "another".into(),
        ..task
    };
    let step = Plan::new(vec![other]).declare(&declaration, "jobs.yaml");
    assert!(matches!(step, Step::Create(_)), "{step:?}");
}

#[test]
fn should_refuse_what_no_such_step_has() {
    for (step, words) in [
        (
            "cleanup: {retention: [{maximum_age: 30d}]}",
            "cleanup.retention[0].maximum_age: the field is not known",
        ),
        ("backup: {kep: 7}", "backup.kep: the field is not known"),
        ("notification: {subject: s, message: m}", "channel"),
        ("analytics: {window_seconds: soon}", "analytics"),
        ("backup: {keep: 7}, note: x", "more than one action"),
        (
            "codex: {name: a}, schedules: [{daily: '2:00'}], every: 60",
            "a list of schedules besides",
        ),
        (
            "note: x, schedules: [{daily: '2:00', evry: 5}]",
            "schedules[0].evry",
        ),
        (
            "note: x, daily: '2:00', phase: 7",
            "only an interval has a phase",
        ),
        ("note: x, every: 60, missed_runs: {all: 0, some: 1}", "some"),
        ("note: x, every: 60, run_as: nobody", "run_as"),
        (
            "note: x, every: 60, callback: {canister: aaaaa-aa}",
            "Missing required fields",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jobs.yaml");
        std::fs::write(&path, format!("tasks:\n- {{key: a, {step}}}\n")).unwrap();
        match read(&[path]).remove(0).outcome {
            Outcome::Refused(refusal) => {
                let text = refusal.to_string();
                assert!(text.contains(words), "{step}: {text}");
            }
            other => panic!("{step}: {other:?}"),
        }
    }
}
