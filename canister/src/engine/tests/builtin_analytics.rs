//! The figures of a report against a table made by hand.

use chime_types::{MissedRuns, PageRequest, Percentiles, Report};

use super::builtin_cleanup::{on_request, result, run_built_in};
use super::*;

fn analytics(window_seconds: Option<u64>) -> CreateTaskRequest {
    on_request(Action::Analytics { window_seconds })
}

fn reports(world: &World) -> Vec<Report> {
    let request = PageRequest {
        cursor: None,
        limit: Some(500),
    };
    let page = service::list_reports(&world.state, owner(), &request);
    page.unwrap().reports
}

/// Runs a task once: so late, so long, and whether it fails.
fn run(world: &mut World, task_id: u64, (lag, duration, fails): (u64, u64, bool)) {
    world.run_now(task_id);
    world.pass(lag);
    let start = world.run_one();
    world.pass(duration);
    if fails {
        world.fail(&start);
    } else {
        world.succeed(&start);
    }
}

fn quiet(name: &str) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.to_string(),
        steps: vec![call_step()],
        timeout_seconds: Some(10_000),
        ..on_request(Action::Note {
            text: "unused".to_string(),
        })
    }
}

/// Bounds are at most an eighth too high.
fn assert_seconds(figures: Percentiles, expected: [u64; 3]) {
    let bounds = [
        figures.p50_nanoseconds,
        figures.p95_nanoseconds,
        figures.p99_nanoseconds,
    ];
    for (bound, expected) in bounds.into_iter().zip(expected) {
        let (bound, exact) = (bound.unwrap(), expected * SECOND);
        assert!((exact..=exact + exact / 8).contains(&bound), "{figures:?}");
    }
}

#[test]
fn should_report_what_a_table_made_by_hand_says() {
    let mut world = World::new();
    let good = world.create(quiet("good"));
    let bad = world.create(quiet("bad"));
    world.create(quiet("idle"));
    let reporter = world.create(analytics(Some(3_600)));
    run(&mut world, good.id, (0, 1, true));
    world.pass(4_000);
    // Lag, duration and whether it fails, of what lies in the window.
    let rows = [
        (good.id, (1, 10, false)),
        (good.id, (1, 10, false)),
        (good.id, (2, 100, false)),
        (bad.id, (5, 20, true)),
        (bad.id, (5, 20, true)),
    ];
    for (task, row) in rows {
        run(&mut world, task, row);
    }
    let id = world.run_now(bad.id).id;
    crate::engine::cancel(
        &mut world.state,
        crate::state::keys::ExecutionId(id),
        world.now,
        "no",
        true,
    );
    let (execution, slices) = run_built_in(&mut world, reporter.id);
    assert!(slices > 8, "two slices at least for each task: {slices}");
    let summary = result(&execution);
    assert_eq!(summary["completed"], 3);
    assert_eq!(summary["failed"], 2);
    assert_eq!(summary["success_basis_points"], 6_000);
    let report = reports(&world).remove(0);
    assert_eq!(summary["report_id"], report.id);
    assert_eq!(report.until_at - report.since_at, 3_600 * SECOND);
    let [first, second] = report.tasks.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("bad", "good"));
    assert_eq!((first.failed, first.completed, first.cancelled), (2, 0, 1));
    assert_eq!((second.failed, second.completed), (0, 3));
    assert_seconds(second.duration, [10, 100, 100]);
    assert_seconds(second.lag, [1, 2, 2]);
    assert_seconds(first.lag, [5; 3]);
    assert_eq!(report.all.completed + report.all.failed, 5);
    assert_seconds(report.all.lag, [2, 5, 5]);
}

#[test]
fn should_count_slots_that_were_skipped_and_missed() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        timeout_seconds: Some(10_000),
        ..task(NewSchedule {
            missed_runs: Some(MissedRuns::Skip),
            ..every(100)
        })
    });
    world.pass(100);
    let start = world.run_one();
    world.pass(100);
    assert!(world.run().is_empty(), "skipped: the one before runs");
    world.succeed(&start);
    world.pass(365);
    world.run();
    let reporter = world.create(analytics(None));
    run_built_in(&mut world, reporter.id);
    let report = reports(&world).remove(0);
    assert_eq!(report.tasks[0].task_id, made.id);
    let counts = (report.all.completed, report.all.skipped, report.all.missed);
    assert_eq!(counts, (1, 1, 3), "{:?}", world.statuses(made.id));
}

#[test]
fn should_report_nothing_of_nothing() {
    let mut world = World::new();
    let reporter = world.create(analytics(None));
    run_built_in(&mut world, reporter.id);
    let report = reports(&world).remove(0);
    assert_eq!(report.success_basis_points, None);
    assert_eq!(report.all.duration, Percentiles::default());
    assert!(report.tasks.is_empty());
}

#[test]
fn should_keep_so_many_reports_and_list_the_newest_first() {
    let mut world = World::new();
    let reporter = world.create(analytics(None));
    for _ in 0..limits::MAXIMUM_REPORTS + 3 {
        run_built_in(&mut world, reporter.id);
    }
    let kept = reports(&world);
    assert_eq!(kept.len() as u64, limits::MAXIMUM_REPORTS);
    assert!(kept.windows(2).all(|pair| pair[0].id > pair[1].id));
}
