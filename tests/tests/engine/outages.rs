//! Slots that pass while the scheduler is stopped, or has too few cycles to start anything.

use chime_tests::{World, every, in_virtual_time};
use chime_types::ExecutionStatus::{Completed, Missed, Ready, Skipped};
use chime_types::{
    BackfillRequest, BackfillResult, ConfigureRequest, EventKind, EventsSinceRequest,
    EventsSinceResult, ExecutionResult, MissedRuns, NewSchedule, RetryExecutionRequest,
};

use crate::support::{DAY, HOUR, SECOND, ask, configure, noting, replica, show};

#[test]
fn should_account_for_an_outage_and_backfill_it() {
    in_virtual_time(|world| {
        let schedule = NewSchedule {
            missed_runs: Some(MissedRuns::Skip),
            missed_window_seconds: Some(DAY),
            ..every(3_600)
        };
        let made = world.create(&noting(schedule));
        world.pass(3_600);
        world.stop_scheduler();
        world.pass(10 * 3_600);
        world.start_scheduler();
        world.pass(3_600);
        let statuses = world.statuses(made.id);
        assert_eq!(statuses, [Completed, Missed, Completed, Completed]);
        assert_eq!(world.executions(made.id)[1].slots, 9, "in one record");
        let from_at = made.schedules[0].next_run_at.expect("a slot");
        let request = BackfillRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            from_at,
            until_at: from_at + 20 * 3_600 * SECOND / 2,
            maximum_concurrent: Some(2),
            count_only: None,
            expected_slots: None,
        };
        let answer: BackfillResult = ask(world, "backfill", &request);
        answer.into_result().expect("a backfill");
        world.pass(60);
        assert_eq!(
            world.statuses(made.id),
            [Completed; 12],
            "one record for each slot"
        );
    });
}

#[test]
fn should_stop_starting_when_cycles_run_low_and_recover_by_itself() {
    in_virtual_time(|world| {
        let made = world.create(&noting(every(60)));
        let scheduler = world.scheduler;
        let view = replica(world)
            .canister_view(&scheduler)
            .expect("a canister");
        configure(
            world,
            &ConfigureRequest {
                minimum_cycles: Some((view.cycles + 1_000_000_000_000).into()),
                ..ConfigureRequest::default()
            },
        );
        world.pass(200);
        let stats = world.stats();
        assert!(stats.cycles_low);
        assert_eq!(world.statuses(made.id).first(), Some(&Ready));
        replica(world).add_cycles(&scheduler, 2_000_000_000_000);
        world.pass(301);
        assert!(!world.stats().cycles_low);
        assert_eq!(world.statuses(made.id).first(), Some(&Completed));
    });
}

#[test]
fn should_make_up_for_missed_slots_by_the_policy_of_the_schedule() {
    in_virtual_time(|world| {
        let all = |maximum| MissedRuns::All { maximum };
        let rows = [
            (MissedRuns::Skip, None, vec![Missed], 3),
            (MissedRuns::Latest, None, vec![Missed, Completed], 2),
            (all(5), None, vec![Completed, Completed, Completed], 0),
            (all(2), None, vec![Completed, Completed, Missed], 1),
            (
                all(5),
                Some(2 * HOUR),
                vec![Missed, Completed, Completed],
                1,
            ),
        ];
        let made = rows.map(|(missed_runs, missed_window_seconds, expected, missed)| {
            let schedule = NewSchedule {
                missed_runs: Some(missed_runs),
                missed_window_seconds,
                ..every(HOUR)
            };
            let made = world.try_create(&noting(schedule)).expect("a task");
            (made.id, missed_runs, expected, missed)
        });
        world.stop_scheduler();
        world.pass(3 * HOUR + HOUR / 2);
        world.start_scheduler();
        world.pass(1);
        for (id, missed_runs, expected, missed) in &made {
            assert_eq!(world.statuses(*id), *expected, "{missed_runs:?}");
            assert_eq!(world.get(*id).schedules[0].missed, *missed);
        }
        world.pass(HOUR / 2);
        for (id, _, expected, _) in &made {
            let statuses = world.statuses(*id);
            assert_eq!(statuses[expected.len()..], [Completed], "it goes on");
        }
    });
}

/// What kinds of events there were in the scheduler as a whole.
fn kinds(world: &mut World) -> Vec<EventKind> {
    let request = EventsSinceRequest {
        all_owners: Some(true),
        limit: Some(500),
        ..EventsSinceRequest::default()
    };
    let answer: EventsSinceResult = show(world, "events_since", &request);
    let events = answer.into_result().expect("events").events;
    events.into_iter().map(|event| event.kind).collect()
}

#[test]
fn should_account_for_every_slot_without_cycles_and_run_on_with_them() {
    in_virtual_time(|world| {
        let made = world.create(&noting(every(60)));
        let scheduler = world.scheduler;
        let view = replica(world).canister_view(&scheduler);
        let cycles = view.expect("a canister").cycles;
        configure(
            world,
            &ConfigureRequest {
                minimum_cycles: Some((cycles + 1_000_000_000_000).into()),
                ..ConfigureRequest::default()
            },
        );
        world.pass(600);
        let mut expected = vec![Skipped; 10];
        expected[0] = Ready;
        assert_eq!(world.statuses(made.id), expected);
        assert_eq!(world.executions(made.id)[0].started_at, None);
        replica(world).add_cycles(&scheduler, 2_000_000_000_000);
        world.pass(300);
        let statuses = world.statuses(made.id);
        assert_eq!(statuses.len(), 15, "a record for each slot");
        assert_eq!(statuses[0], Completed);
        assert_eq!(statuses[14], Completed, "without being asked");
        let seen = kinds(world);
        for kind in [EventKind::CyclesLow, EventKind::CyclesRestored] {
            let count = seen.iter().filter(|one| **one == kind).count();
            assert_eq!(count, 1, "{kind:?}");
        }
        let skipped = world.executions(made.id)[5].id;
        let request = RetryExecutionRequest {
            execution_id: skipped,
            from_start: None,
            from_step: None,
        };
        let answer: ExecutionResult = ask(world, "retry_execution", &request);
        let made_up = answer.into_result().expect("an execution").id;
        let last = world.executions(made.id).pop().expect("an execution");
        assert_eq!((last.id, last.status), (made_up, Completed));
    });
}
