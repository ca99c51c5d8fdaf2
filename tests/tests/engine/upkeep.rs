//! What keeps the scheduler tidy: cleaning up by age and count, reports, maintenance.

use chime_tests::{Sender, World, call, every, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{self, Completed, Failed};
use chime_types::{
    Action, ConfigureRequest, CreateCleanupTaskRequest, CreateTaskRequest, ListReportsResult,
    NewStep, Report, RetentionRule, Rule, Task, TaskResult,
};

use crate::support::{
    DAY, FIRST_PAGE, HOUR, SECOND, ask, ask_as, configure, noting, now, on_request, show_as,
    taking_task,
};

/// Runs a built-in action once. Answers with its result.
fn run(world: &mut World, action: Action) -> serde_json::Value {
    let made = world.create(&task("built in", vec![NewStep::new(action)], now_once()));
    world.pass(1);
    result_of(world, made.id)
}

/// The result of the only execution of a task.
fn result_of(world: &mut World, task_id: u64) -> serde_json::Value {
    let execution = world.execution(task_id);
    assert_eq!(execution.status, Completed, "{execution:?}");
    serde_json::from_str(execution.result.as_deref().expect("a result")).expect("JSON")
}

fn failing(world: &World, name: &str, seconds: u64) -> CreateTaskRequest {
    let step = call(world.callee, "reject", "(\"no\")");
    CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(name, vec![step], every(seconds))
    }
}

fn cleanup_task(world: &mut World, hours: u64, rules: Option<Vec<RetentionRule>>) -> TaskResult {
    let request = CreateCleanupTaskRequest {
        interval_hours: hours,
        retention: rules,
    };
    ask(world, "create_cleanup_task", &request)
}

const fn rule(
    status: Option<ExecutionStatus>,
    maximum_age_seconds: Option<u64>,
    keep_latest: Option<u64>,
) -> RetentionRule {
    RetentionRule {
        status,
        maximum_age_seconds,
        keep_latest,
    }
}

#[test]
fn should_clean_up_by_age_and_by_count_for_each_outcome() {
    in_virtual_time(|world| {
        let rules = vec![
            rule(Some(Completed), Some(HOUR), None),
            rule(Some(Failed), None, Some(2)),
        ];
        let made = cleanup_task(world, 6, Some(rules)).into_result();
        let cleaner = made.expect("a task");
        // The slots of the others lie five minutes beside those of the cleanup.
        world.pass(300);
        let good = world.create(&noting(every(600)));
        let request = failing(world, "bad", 600);
        let bad = world.create(&request);
        world.pass(6 * HOUR - 300);
        let result = result_of(world, cleaner.id);
        assert_eq!(result["removed"], (35 - 6) + (35 - 2), "{result}");
        assert_eq!(world.statuses(good.id), [Completed; 6]);
        assert_eq!(world.statuses(bad.id), [Failed; 2]);
        let oldest = world.executions(good.id)[0].finished_at.expect("an end");
        assert!(now(world) - oldest <= (HOUR + 1) * SECOND);
        assert_eq!(world.stats().dead_letters, 2, "the others are gone too");
    });
}

#[test]
fn should_make_a_cleanup_from_the_template() {
    in_virtual_time(|world| {
        let made: Task = cleanup_task(world, 12, None).into_result().expect("a task");
        assert_eq!(made.name, "Cleanup every 12 hours");
        let rule_of = &made.schedules[0].rule;
        assert!(
            matches!(rule_of, Rule::Interval { repeat_every_seconds, .. } if *repeat_every_seconds == 12 * HOUR)
        );
        let Action::Cleanup {
            retention,
            all_owners: None,
            task_id: None,
        } = &made.steps[0].action
        else {
            panic!("{made:?}");
        };
        assert_eq!(retention, &[rule(None, Some(30 * DAY), None)]);
        for (hours, rules, field) in [
            (0, None, "interval_hours"),
            (87_601, None, "interval_hours"),
            (1, Some(vec![rule(None, None, None)]), "retention[0]"),
        ] {
            let error = cleanup_task(world, hours, rules).into_result();
            let error = error.expect_err("out of range");
            assert_eq!(error.field.as_deref(), Some(field), "{error}");
        }
    });
}

#[test]
fn should_sweep_the_tasks_of_all_owners_by_the_configuration() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                retention: Some(vec![rule(None, Some(DAY), None)]),
                cleanup_interval_seconds: Some(HOUR),
                ..ConfigureRequest::default()
            },
        );
        let request = noting(every(6 * HOUR));
        let own = world.create(&request);
        let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", &request);
        let other = answer.into_result().expect("a task");
        world.pass(5 * DAY);
        let kept = world.executions(own.id).len();
        // Those of a day, and those that waited for the sweep.
        assert!((4..=6).contains(&kept), "{kept}");
        let answer: TaskResult = show_as(
            world,
            Sender::Stranger,
            "get_task",
            &chime_types::TaskRequest { task_id: other.id },
        );
        let kept = answer.into_result().expect("a task").total_executions;
        assert!((4..=6).contains(&kept), "{kept}");
    });
}

fn reports(world: &mut World, sender: Sender) -> Vec<Report> {
    let answer: ListReportsResult = show_as(world, sender, "list_reports", &FIRST_PAGE);
    answer.into_result().expect("a page").reports
}

#[test]
fn should_keep_reports_of_the_window_and_list_the_newest_first() {
    in_virtual_time(|world| {
        let slow = world.create(&taking_task(world.callee, "slow", 8, on_request()));
        let request = failing(world, "bad", 10 * HOUR);
        let bad = world.create(&request);
        for _ in 0..3 {
            world.run_now(slow.id);
            world.pass(8);
        }
        world.run_now(bad.id);
        let analytics = |seconds| Action::Analytics {
            window_seconds: Some(seconds),
        };
        let summary = run(world, analytics(HOUR));
        assert_eq!(summary["success_basis_points"], 7_500);
        world.pass(2 * HOUR);
        world.run_now(slow.id);
        world.pass(8);
        run(world, analytics(HOUR));
        let reports_of_all = reports(world, Sender::Owner);
        assert_eq!(reports_of_all.len(), 2);
        let [newest, oldest] = &reports_of_all[..] else {
            panic!("two reports");
        };
        assert!(newest.until_at > oldest.until_at);
        assert_eq!(newest.until_at - newest.since_at, HOUR * SECOND);
        assert_eq!((newest.all.completed, newest.all.failed), (1, 0));
        assert_eq!((oldest.all.completed, oldest.all.failed), (3, 1));
        assert_eq!(oldest.tasks[0].task_id, bad.id, "the worst first");
        let figures = &oldest.tasks[1];
        assert_eq!((figures.name.as_str(), figures.completed), ("slow", 3));
        let median = figures.duration.p50_nanoseconds.expect("a duration");
        assert!((8 * SECOND..=9 * SECOND).contains(&median), "{median}");
        assert!(reports(world, Sender::Stranger).is_empty());
    });
}

/// Something in every corner of the store: waiting, running, parked, buffered, failed, armed.
fn fill_every_corner(world: &mut World) {
    let callee = world.callee;
    let slow = CreateTaskRequest {
        maximum_concurrent: Some(1),
        ..taking_task(callee, "slow", 300, every(60))
    };
    let slow = world.create(&slow);
    let request = failing(world, "bad", 60);
    world.create(&request);
    let retrying = vec![call(callee, "reject", "(\"no\")")];
    world.create(&task("retrying", retrying, now_once()));
    let command = NewStep::new(Action::Command {
        command: "true".to_string(),
        queue: None,
    });
    world.create(&task("command", vec![command], every(600)));
    let pausing = NewStep {
        run_next_after_seconds: Some(DAY),
        ..note("first")
    };
    world.create(&task("pausing", vec![pausing, note("second")], now_once()));
    let gone = world.create(&noting(every(60)));
    world.pass(600);
    world.run_now(slow.id);
    assert_eq!(world.stats().parked, 1);
    world.force_upgrade_of_scheduler();
    let request = chime_types::TaskRequest { task_id: gone.id };
    let deleted: chime_types::DeleteTaskResult = ask(world, "delete_task", &request);
    deleted.into_result().expect("deleted");
}

#[test]
fn should_find_nothing_to_mend() {
    in_virtual_time(|world| {
        fill_every_corner(world);
        let report = run(world, Action::Maintenance { dry_run: None });
        assert_eq!(report["violation_count"], 0, "{report}");
        assert_eq!(report["repaired"], 0, "{report}");
        for part in ["tasks", "schedules", "executions", "agenda", "owners"] {
            let checked = report["checked"][part].as_u64().expect("a number");
            assert!(checked > 0, "{part}: {report}");
        }
    });
}

#[test]
fn should_keep_maintenance_for_admins() {
    in_virtual_time(|world| {
        let step = NewStep::new(Action::Maintenance { dry_run: None });
        let request = task("maintenance", vec![step], now_once());
        let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", &request);
        let error = answer.into_result().expect_err("no admin");
        assert_eq!(error.field.as_deref(), Some("steps[0].action.maintenance"));
    });
}
