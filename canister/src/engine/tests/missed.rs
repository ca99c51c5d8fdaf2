//! Slots that passed while the scheduler could not run, and slots behind a slow execution.

use chime_types::ExecutionStatus::{Completed, Missed, Running, Skipped};
use chime_types::MissedRuns;

use super::*;

fn schedule(seconds: u64, missed_runs: MissedRuns) -> NewSchedule {
    NewSchedule {
        missed_runs: Some(missed_runs),
        ..every(seconds)
    }
}

/// A task that fires every 100 s, the world stopped over 5 slots and a half.
fn after_an_outage(missed_runs: MissedRuns) -> (World, u64) {
    let mut world = World::new();
    let made = world.create(task(schedule(100, missed_runs)));
    world.pass(550);
    (world, made.id)
}

#[test]
fn should_run_the_latest_missed_slot_and_record_the_others() {
    let (mut world, id) = after_an_outage(MissedRuns::Latest);
    let start = world.run_one();
    assert_eq!(start.scheduled_at, START + 500 * SECOND);
    assert_eq!(world.statuses(id), [Missed, Running]);
    assert_eq!(world.executions(id)[0].slots, 4, "in one record");
    world.succeed(&start);
    assert_eq!(
        world.get(id).next_run_at,
        Some(START + 600 * SECOND),
        "counted from the slot"
    );
    assert_eq!(world.get(id).schedules[0].missed, 4);
}

#[test]
fn should_run_no_late_slot_under_skip() {
    let (mut world, id) = after_an_outage(MissedRuns::Skip);
    // The slot at 500 s is 50 s old: not late yet.
    let start = world.run_one();
    assert_eq!(start.scheduled_at, START + 500 * SECOND);
    assert_eq!(world.statuses(id), [Missed, Running]);
    assert_eq!(world.executions(id)[0].slots, 4, "in one record");
}

#[test]
fn should_make_up_for_slots_one_after_the_other_up_to_the_maximum() {
    let (mut world, id) = after_an_outage(MissedRuns::All { maximum: 3 });
    let mut slots = Vec::new();
    for _ in 0..3 {
        let start = world.run_one();
        slots.push((start.scheduled_at - START) / SECOND);
        world.succeed(&start);
    }
    assert_eq!(slots, [100, 200, 300]);
    assert_eq!(
        world.statuses(id),
        [Completed, Completed, Completed, Missed, Skipped]
    );
}

#[test]
fn should_make_up_for_no_more_than_the_maximum_whatever_completes_meanwhile() {
    for (minutes, maximum) in [(90, 3), (90, 100), (1_000, 3), (576_000, 100)] {
        let mut world = World::new();
        let made = world.create(task(schedule(60, MissedRuns::All { maximum })));
        world.pass(minutes * 60 + 30);
        let mut running = world.run();
        while let Some(start) = running.pop() {
            world.succeed(&start);
            running.extend(world.run());
        }
        let ran: Vec<u64> = world
            .executions(made.id)
            .iter()
            .filter(|execution| execution.status == Completed)
            .map(|execution| (execution.scheduled_at - START) / SECOND / 60)
            .collect();
        let most = u64::from(maximum).min(minutes - 1);
        assert_eq!(ran, (1..=most).collect::<Vec<_>>(), "the oldest, no more");
        let missed = world.get(made.id).schedules[0].missed;
        assert_eq!(missed, minutes - 1 - most, "the latest is left out as busy");
    }
}

#[test]
fn should_make_up_for_what_is_inside_the_window_however_long_the_outage_was() {
    for minutes in [90, 180, 576_000] {
        let mut world = World::new();
        let made = world.create(task(NewSchedule {
            missed_window_seconds: Some(600),
            ..schedule(60, MissedRuns::All { maximum: 100 })
        }));
        world.pass(minutes * 60 + 30);
        let mut runs = 0;
        let mut running = world.run();
        while let Some(start) = running.pop() {
            runs += 1;
            world.succeed(&start);
            running.extend(world.run());
        }
        assert_eq!(runs, 9, "after {minutes} minutes");
        assert_eq!(world.executions(made.id)[0].status, Missed);
        assert_eq!(world.executions(made.id)[0].slots, minutes - 10);
    }
}

#[test]
fn should_make_up_for_no_more_runs_than_the_schedule_has_left() {
    let mut world = World::new();
    let made = world.create(task(NewSchedule {
        maximum_runs: Some(2),
        ..schedule(60, MissedRuns::All { maximum: 100 })
    }));
    world.pass(3_600);
    let start = world.run_one();
    world.succeed(&start);
    let start = world.run_one();
    world.succeed(&start);
    assert_eq!(world.statuses(made.id), [Completed, Completed]);
    assert_eq!(world.get(made.id).next_run_at, None);
}

#[test]
fn should_note_an_outage_in_one_record_that_says_from_when_to_when() {
    let second = NewSchedule::new(Rule::Cron {
        expression: "* * * * * *".to_string(),
    });
    for (schedule, first) in [(every(1), 1), (second, 0)] {
        let mut world = World::new();
        let made = world.create(task(schedule));
        world.pass(400 * 86_400);
        let start = world.run_one();
        assert_eq!(start.scheduled_at, world.now, "the latest slot runs");
        let executions = world.executions(made.id);
        assert_eq!(executions.len(), 2);
        let missed = &executions[0];
        assert_eq!(missed.scheduled_at, START + first * SECOND);
        assert_eq!(missed.slots_until, Some(world.now - SECOND));
        assert_eq!(
            missed.slots,
            400 * 86_400 - first,
            "every slot is accounted for"
        );
        let text = missed.error.as_deref().unwrap();
        assert!(text.contains(" slots, from 2026-03-01T00:00:0"), "{text}");
        assert!(text.ends_with(" to 2027-04-04T23:59:59Z"), "{text}");
    }
}

#[test]
fn should_leave_a_slot_out_behind_a_slow_execution() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    world.pass(10);
    let slow = world.run_one();
    world.pass(10);
    assert!(world.run().is_empty());
    world.succeed(&slow);
    world.pass(10);
    let next = world.run_one();
    assert_eq!(next.scheduled_at, START + 30 * SECOND);
    assert_eq!(world.statuses(made.id), [Completed, Skipped, Running]);
    assert_eq!(world.get(made.id).schedules[0].skipped_runs, 1);
}

#[test]
fn should_go_on_for_ever_after_failures() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(every(10))
    });
    for _ in 0..50 {
        world.pass(10);
        let start = world.run_one();
        world.fail(&start);
    }
    assert_eq!(world.get(made.id).schedules[0].runs, 50);
    assert_eq!(world.next_in_seconds(), Some(10));
}

#[test]
fn should_fire_nothing_while_paused_and_make_up_for_nothing_when_resumed() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    let request = chime_types::PauseTaskRequest {
        task_id: made.id,
        reason: Some("holiday".to_string()),
        cancel_running: None,
    };
    let paused = service::pause(&mut world.state, owner(), world.now, request).unwrap();
    assert_eq!(
        (paused.next_run_at, paused.pause_reason.as_deref()),
        (None, Some("holiday"))
    );
    world.pass(95);
    assert!(world.run().is_empty());
    let resumed = service::resume(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(resumed.next_run_at, Some(START + 100 * SECOND));
    assert!(world.executions(made.id).is_empty());
}
