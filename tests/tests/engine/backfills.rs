//! Slots of the past are run: a few at a time, the oldest first, over upgrades.

use chime_tests::{World, every, in_virtual_time};
use chime_types::ExecutionStatus::{Completed, Running};
use chime_types::{
    Backfill, BackfillIdRequest, BackfillRequest, BackfillResult, ListBackfillsRequest,
    ListBackfillsResult, Task, TaskExecution, Trigger,
};

use crate::support::{HOUR, SECOND, ask, show, taking_task};

const SLOTS: usize = 12;

/// A task that was switched off for twelve hours, each of which had a slot. Its runs take 10 s.
fn with_a_past(world: &mut World) -> Task {
    let made = world.create(&taking_task(world.callee, "slow", 10, every(HOUR)));
    world.kill(made.id);
    world.pass(12 * HOUR + 1);
    assert!(world.executions(made.id).is_empty());
    made
}

fn begin(world: &mut World, task: &Task, maximum_concurrent: u32) -> Backfill {
    let from_at = task.schedules[0].next_run_at.expect("a slot");
    let request = BackfillRequest {
        task_id: task.id,
        schedule_id: task.schedules[0].id,
        from_at,
        until_at: from_at + 11 * HOUR * SECOND,
        maximum_concurrent: Some(maximum_concurrent),
        count_only: None,
        expected_slots: None,
    };
    let answer: BackfillResult = ask(world, "backfill", &request);
    answer.into_result().expect("a backfill")
}

fn shown(world: &mut World, task: &Task) -> Vec<Backfill> {
    let request = ListBackfillsRequest {
        task_id: task.id,
        cursor: None,
        limit: None,
    };
    let answer: ListBackfillsResult = show(world, "list_backfills", &request);
    answer.into_result().expect("a page").backfills
}

/// Most of the executions that were under way at the same time.
fn most_at_a_time(executions: &[TaskExecution]) -> usize {
    let begins = executions.iter().filter_map(|one| one.started_at);
    begins
        .map(|at| {
            let is_under_way =
                |one: &&TaskExecution| one.started_at <= Some(at) && Some(at) < one.finished_at;
            executions.iter().filter(is_under_way).count()
        })
        .max()
        .expect("executions")
}

#[test]
fn should_fill_in_a_few_at_a_time_and_go_on_after_upgrades() {
    in_virtual_time(|world| {
        let made = with_a_past(world);
        begin(world, &made, 2);
        let backfill = shown(world, &made).remove(0);
        assert_eq!((backfill.runs, backfill.active), (2, 2));
        assert_eq!(world.statuses(made.id), [Running; 2]);
        world.pass(15);
        world.force_upgrade_of_scheduler();
        assert_eq!(shown(world, &made)[0].active, 2, "it is still under way");
        world.pass(30);
        world.force_upgrade_of_scheduler();
        world.pass(60);
        let executions = world.executions(made.id);
        assert_eq!(executions.len(), SLOTS);
        assert_eq!(most_at_a_time(&executions), 2);
        let from_at = made.schedules[0].next_run_at.expect("a slot");
        for (index, execution) in executions.iter().enumerate() {
            assert_eq!(execution.status, Completed);
            assert_eq!(execution.trigger, Trigger::Backfill);
            assert_eq!(execution.backfill_id, Some(backfill.id));
            let slot = from_at + index as u64 * HOUR * SECOND;
            assert_eq!(execution.scheduled_at, slot, "the oldest first");
        }
        let done = shown(world, &made).remove(0);
        assert_eq!((done.runs, done.left_out, done.active), (12, 0, 0));
        assert!(done.finished_at.is_some());
    });
}

#[test]
fn should_not_run_a_slot_twice() {
    in_virtual_time(|world| {
        let made = with_a_past(world);
        begin(world, &made, 6);
        world.pass(20);
        assert_eq!(world.statuses(made.id), [Completed; SLOTS]);
        begin(world, &made, 6);
        world.pass(20);
        assert_eq!(world.executions(made.id).len(), SLOTS);
        let second = shown(world, &made).remove(1);
        assert_eq!((second.runs, second.left_out), (0, 12));
    });
}

#[test]
fn should_stop_filling_in_when_cancelled() {
    in_virtual_time(|world| {
        let made = with_a_past(world);
        let backfill = begin(world, &made, 3);
        let request = BackfillIdRequest {
            backfill_id: backfill.id,
        };
        let answer: BackfillResult = ask(world, "cancel_backfill", &request);
        assert!(answer.into_result().expect("a backfill").cancelled);
        world.pass(60);
        assert_eq!(
            world.statuses(made.id),
            [Completed; 3],
            "those under way went on"
        );
        assert_eq!(shown(world, &made)[0].active, 0);
    });
}
