//! The shapes of the answers about single things, wide and in 80 columns, and their JSON.

use candid::Principal;
use chime_types::limits::NANOSECONDS;
use chime_types::{
    Action, ActionDefinition, Alert, AlertCondition, Attempt, Backfill, Backup, Channel, Config,
    CyclesBudget, Delivery, DeliveryState, Event, EventKind, ExecutionResult, ExecutionStatus,
    FailedMessages, LogEntry, Message, Outcome, Percentiles, Quotas, RetentionRule, Role, Rule,
    SchedulePreview, Spender, SpentCycles, Stats, Task, TaskExecution, TaskResult, UpcomingRun,
    User,
};
use insta::{assert_json_snapshot, assert_snapshot};
use jiff::tz::TimeZone;

use crate::cli::action::show::actions;
use crate::cli::alert::show::{alerts, changed_alert, inbox, tested_alert};
use crate::cli::backup::show::{backup, backups};
use crate::cli::changed::{changed, made};
use crate::cli::events::show::{event_item, event_line, events};
use crate::cli::execution::show::{execution_details, executions};
use crate::cli::record::{Record, answer_json, request_json};
use crate::cli::schedule::show::{dry_run, preview, schedules};
use crate::cli::scheduler::show::configuration;
use crate::cli::secret::show::secrets;
use crate::cli::stats::show::stats;
use crate::cli::task::backfills::{backfill, backfills};
use crate::cli::task::list::{TaskList, tasks};
use crate::cli::task::show::task_details;
use crate::cli::top::show::Snapshot;
use crate::cli::user::show::{user, users};
use crate::fixtures;
use crate::scheduler::Latest;
use crate::terminal::{Answer, Page};
use crate::words::Clock;

const NOW_AT: u64 = 1_780_000_000 * NANOSECONDS;

fn clock() -> Clock {
    Clock::fixed(NOW_AT, TimeZone::get("Europe/Zurich").unwrap())
}

fn text(record: &Record, width: Option<u16>) -> String {
    let clock = clock();
    let page = Page {
        width,
        colour: false,
        clock: &clock,
    };
    record.text(&page)
}

/// The record as people see it, wide and in 80 columns, and as programs do, in both forms.
macro_rules! shown {
    ($name:literal, $record:expr) => {{
        let record = $record;
        assert_snapshot!(concat!($name, "_text"), text(&record, None));
        let narrow = text(&record, Some(80));
        assert_snapshot!(concat!($name, "_narrow"), narrow);
        assert_json_snapshot!(concat!($name, "_json"), record);
        let yaml = serde_norway::to_string(&record).unwrap();
        assert_snapshot!(concat!($name, "_yaml"), yaml);
    }};
}

fn task() -> Task {
    let mut task = fixtures::task(7, "pipeline");
    task.description = "From the sources to the report".into();
    task.owner = Principal::from_slice(&[7; 29]);
    task.created_at = NOW_AT - 90_000 * NANOSECONDS;
    task.updated_at = NOW_AT - 60 * NANOSECONDS;
    task.pause_after_failures = Some(10);
    task.execution_timeout_seconds = Some(3_600);
    task.steps = vec![
        fixtures::step(Action::Note {
            text: "begin".into(),
        }),
        fixtures::step(Action::call(Principal::management_canister(), "raw_rand")),
    ];
    task.steps[0].run_next_after_seconds = 5;
    task.steps[1].name = Some("draw".into());
    let mut daily = fixtures::schedule(
        3,
        Rule::Daily {
            hour: 2,
            minute: Some(30),
        },
    );
    daily.description = "every day at 02:30".into();
    daily.timezone = "Europe/Zurich".into();
    daily.next_run_at = Some(NOW_AT + 14_600 * NANOSECONDS);
    daily.last_run_at = Some(NOW_AT - 71_800 * NANOSECONDS);
    daily.runs = 12;
    task.next_run_at = daily.next_run_at;
    task.last_run_at = daily.last_run_at;
    task.schedules = vec![daily];
    task.total_executions = 12;
    task
}

fn failed() -> TaskExecution {
    let started_at = NOW_AT - 30 * NANOSECONDS;
    TaskExecution {
        id: 12,
        schedule_id: Some(3),
        scheduled_at: NOW_AT - 31 * NANOSECONDS,
        started_at: Some(started_at),
        finished_at: Some(started_at + 5 * NANOSECONDS),
        attempt: 1,
        step_to_execute: 1,
        error: Some("step 1 failed at attempt 1: the canister is stopped".into()),
        attempts: vec![Attempt {
            number: 1,
            step: 1,
            started_at,
            finished_at: Some(started_at + 5 * NANOSECONDS),
            fencing_token: 41,
            worker: None,
            outcome: Outcome::Failed,
            result: None,
            error: Some("the canister is stopped".into()),
            cause: None,
        }],
        logs: vec![LogEntry {
            logged_at: started_at,
            message: "begin\u{1b}[2J".into(),
        }],
        ..fixtures::execution(ExecutionStatus::Failed)
    }
}

#[test]
fn should_show_a_task_and_its_executions() {
    shown!("task", task_details(task(), vec![failed()]));
    shown!(
        "executions",
        executions(&[task()], vec![failed()], "execution")
    );
    shown!("execution", execution_details(Some(task()), failed(), None));
    shown!("schedules", schedules(vec![task()]));
    assert_snapshot!(text(&executions(&[], vec![], "dead letter"), None), @"No dead letters.");
}

#[test]
fn should_give_programs_the_answer_of_the_scheduler() {
    let whole = answer_json("get_task", &TaskResult::Ok(task()));
    let json = |record: Record| serde_json::to_value(record).unwrap();
    assert_eq!(json(changed("pause_task", task(), "is paused")), whole);
    assert_eq!(json(made(task(), None)), whole);
    let listed = json(tasks(
        &[task()],
        &Latest::default(),
        TaskList::new(&[task()], &Latest::default(), NOW_AT, false),
    ));
    let mut standing = whole.clone();
    crate::words::Standing::of(&task(), &[]).put(&mut standing);
    assert_eq!(listed["tasks"], serde_json::json!([standing]));
    assert_eq!(listed["total_tasks"], 1);
    let waited = json(made(task(), Some(failed())));
    let execution = answer_json("get_execution", &ExecutionResult::Ok(failed()));
    assert_eq!(waited["execution"], execution);
    assert_eq!(whole["id"], "7");
    assert_eq!(
        whole["created_at"],
        crate::words::rfc3339(task().created_at)
    );
}

#[test]
fn should_show_what_would_be_asked_for() {
    let seen = SchedulePreview {
        description: "every day at 02:30".into(),
        timezone: "Europe/Zurich".into(),
        next_at: vec![NOW_AT + 14_600 * NANOSECONDS],
        clock_change: Some("on 2027-03-28 at 02:00 the clocks go forward to 03:00".into()),
    };
    shown!("preview", preview(seen.clone()));
    let request = chime_types::UpdateTaskRequest {
        task_id: 7,
        timeout_seconds: Some(90),
        ..Default::default()
    };
    let json = request_json("update_task", &request);
    let outlook = serde_json::json!({
        "dry_run": true,
        "would": "Update task: task 7 (\"pipeline\")",
        "schedules": [{
            "description": seen.description,
            "timezone": seen.timezone,
            "next_runs": [{ "utc": crate::words::rfc3339(seen.next_at[0]) }],
            "clock_change": seen.clock_change,
        }],
    });
    let outlook = outlook.as_object().unwrap().clone();
    shown!("dry_run", dry_run("update_task", json, outlook));
}

#[test]
fn should_show_the_library_and_the_people() {
    let action = ActionDefinition {
        name: "greet".into(),
        description: "says hello".into(),
        entity_name: None,
        action: Action::Note {
            text: "hello {{attributes.who}}".into(),
        },
        shared: true,
        defined_by: Principal::anonymous(),
        updated_at: NOW_AT - 60 * NANOSECONDS,
    };
    shown!("actions", actions(vec![action]));
    let operator = User {
        principal: Principal::from_slice(&[7; 29]),
        name: Some("ops@example.com".into()),
        role: Role::Operator,
        quotas: Quotas {
            maximum_tasks: Some(500),
            ..Quotas::default()
        },
        disabled: true,
        created_at: Some(NOW_AT - 60 * NANOSECONDS),
        tasks: 3,
        executions: 41,
        runs_this_hour: 2,
        slots_per_hour: Some(3_660),
        bytes: Some(123_456),
        budget: Some(budget()),
    };
    shown!("user", user(operator.clone()));
    shown!("users", users(vec![operator]));
    shown!("secrets", secrets(vec!["TOKEN".into()], None));
}

#[test]
fn should_show_alerts_and_messages() {
    let delivery = Delivery {
        id: 8,
        state: DeliveryState::Retrying,
        attempts: 1,
        last_attempt_at: Some(NOW_AT - 60 * NANOSECONDS),
        last_attempt_arrived: Some(false),
        next_attempt_at: Some(NOW_AT),
        error: Some("answered with status 500: ".into()),
        pending: 1,
    };
    let alert = Alert {
        id: 4,
        name: "late".into(),
        task_id: Some(7),
        condition: AlertCondition::Late { seconds: 600 },
        channel: Channel::Webhook {
            url: "https://example.com/hook".into(),
            headers: None,
        },
        cooldown_seconds: 3_600,
        disabled: false,
        fired_at: Some(NOW_AT - 60 * NANOSECONDS),
        fired: 2,
        suppressed: 5,
        delivery: Some(delivery.clone()),
    };
    shown!("alerts", alerts(vec![alert.clone()]));
    shown!("alert_test", tested_alert(alert.clone(), delivery));
    shown!("alert", changed_alert(alert, "created"));
    let message = Message {
        id: 9,
        sent_at: NOW_AT - 60 * NANOSECONDS,
        subject: "late: pipeline".into(),
        message: "It began 11m late.\nLook at it.".into(),
        task_id: Some(7),
        execution_id: Some(12),
        alert_id: Some(4),
    };
    shown!("inbox", inbox(vec![message]));
}

#[test]
fn should_show_backups_and_backfills() {
    let made = Backup {
        id: 5,
        owner: Principal::anonymous(),
        task_id: Some(8),
        all_owners: false,
        created_at: NOW_AT - 61 * NANOSECONDS,
        completed_at: Some(NOW_AT - 60 * NANOSECONDS),
        tasks: 3,
        executions: 1,
        chunks: 2,
        bytes: 1_450_000,
        sha256: "81f5f113bea472cd".repeat(4),
    };
    shown!("backup", backup(made.clone(), "It is in a.backup.".into()));
    shown!("backups", backups(vec![made]));
    let running = Backfill {
        id: 6,
        task_id: 7,
        schedule_id: 3,
        from_at: NOW_AT - 864_000 * NANOSECONDS,
        until_at: NOW_AT,
        maximum_concurrent: 2,
        slots: Some(240),
        next_at: Some(NOW_AT - 1_000 * NANOSECONDS),
        runs: 4,
        left_out: 1,
        active: 2,
        cancelled: false,
        created_at: NOW_AT,
        finished_at: None,
    };
    shown!("backfills", backfills(vec![running.clone()]));
    shown!("backfill", backfill(running, "started"));
}

fn budget() -> CyclesBudget {
    CyclesBudget {
        this_hour: SpentCycles {
            instructions: 2_500_000_000,
            ..SpentCycles::default()
        },
        today: SpentCycles {
            calls: 1_000_000_000,
            outcalls: 20_000_000_000,
            deliveries: 0,
            instructions: 4_000_000_000,
        },
        maximum_per_hour: Some(100_000_000_000),
        maximum_per_day: None,
        begins_anew_at: None,
        free: false,
    }
}

fn figures() -> Stats {
    let spread = Percentiles {
        p50_nanoseconds: Some(1_200_000_000),
        p95_nanoseconds: Some(2_000_000_000),
        p99_nanoseconds: Some(5_000_000_000),
    };
    Stats {
        total_tasks: 12,
        active_executions: 1,
        completed_today: 24,
        failed_today: 1,
        average_duration_nanoseconds: Some(1_200_000_000),
        duration: spread,
        lag: spread,
        skipped_today: 2,
        missed_today: 0,
        dead_letters: 1,
        runs_this_hour: 3,
        bytes: Some(123_456),
        budget: Some(budget()),
        spenders: Some(vec![Spender {
            owner: Principal::from_slice(&[7; 29]),
            cycles_today: 25_000_000_000,
        }]),
        upcoming: vec![UpcomingRun {
            task_id: 7,
            schedule_id: 3,
            name: "pipeline".into(),
            run_at: NOW_AT + 14_600 * NANOSECONDS,
        }],
        ready: 0,
        parked: 0,
        waiting_for_workers: 2,
        running: 1,
        agenda: 14,
        next_wake_at: Some(NOW_AT + 30 * NANOSECONDS),
        timer_armed_at: Some(NOW_AT + 30 * NANOSECONDS),
        cycles: 2_950_000_000_000_u64.into(),
        cycles_per_day: Some(31_000_000_000_u64.into()),
        cycles_low: false,
        failed_messages: None,
        stable_pages: 640,
        version: "0.2.0".into(),
        now_at: NOW_AT,
    }
}

#[test]
fn should_show_figures_and_the_configuration() {
    shown!("stats", stats(figures()));
    let config = Config {
        retention: vec![RetentionRule {
            status: Some(ExecutionStatus::Completed),
            maximum_age_seconds: Some(2_592_000),
            keep_latest: Some(100),
        }],
        ..Config::default()
    };
    shown!("configuration", configuration(config));
}

fn event(id: u64, kind: EventKind, detail: &str) -> Event {
    Event {
        id,
        occurred_at: NOW_AT - 60 * NANOSECONDS,
        kind,
        actor: None,
        owner: Principal::anonymous(),
        task_id: Some(7),
        schedule_id: None,
        execution_id: Some(12),
        detail: detail.into(),
    }
}

#[test]
fn should_show_events() {
    let all = vec![
        event(1, EventKind::ExecutionStarted, ""),
        event(2, EventKind::ExecutionFailed, "the canister is stopped"),
    ];
    let clock = clock();
    let page = Page {
        width: None,
        colour: false,
        clock: &clock,
    };
    assert_snapshot!("event_line", event_line(&all[1], &page));
    assert_json_snapshot!("event_item", event_item(&all[1]));
    shown!("events", events(all, 2));
}

#[test]
fn should_draw_a_frame_of_the_live_view() {
    let mut paused = fixtures::task(
        8,
        "a task with a name that is too long for a narrow terminal",
    );
    paused.disabled = true;
    paused.status = chime_types::TaskStatus::Paused;
    let mut running = task();
    running.id = 9;
    running.status = chime_types::TaskStatus::Running;
    running.active_executions = 1;
    let mut tasks = vec![paused, task(), running];
    Snapshot::order(&mut tasks);
    let names = tasks.iter().map(|it| (it.id, it.name.clone())).collect();
    let mut snapshot = Snapshot {
        stats: figures(),
        tasks,
        events: vec![
            event(1, EventKind::ExecutionCompleted, ""),
            event(2, EventKind::ExecutionFailed, "the canister is stopped"),
        ],
        all: names,
        filter: String::new(),
        marked: 1,
        message: "pipeline is resumed".into(),
        clock: clock(),
        colour: false,
    };
    assert_snapshot!("top_wide", snapshot.print(110));
    assert_snapshot!("top_narrow", snapshot.print(60));
    for (failed_in_a_row, quarantined, words) in
        [(3, 1, "3 MESSAGES FAILED"), (0, 1, "1 SET ASIDE")]
    {
        snapshot.stats.failed_messages = Some(FailedMessages {
            failed_in_a_row,
            quarantined,
            ..FailedMessages::default()
        });
        let shown = snapshot.print(60);
        assert!(shown.contains(words), "{shown}");
    }
}
