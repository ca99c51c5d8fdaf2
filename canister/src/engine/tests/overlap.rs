//! A slot that comes while an execution of the task is not final, and the judgement of slots.

use chime_types::ExecutionStatus::{Cancelled, Completed, Ready, Running, Skipped};
use chime_types::OverlapPolicy;

use super::*;
use crate::engine::fire::{Judgement, Reason, Situation, judge};

const CALM: Situation = Situation {
    overlap: OverlapPolicy::Skip,
    made_up: false,
    active: 0,
    buffered: 0,
    maximum_buffered: 2,
    has_quota: true,
    has_bytes: true,
    used_up: None,
    owner_disabled: false,
};

#[test]
fn should_run_what_is_made_up_for_behind_what_is_under_way() {
    let made_up = |active| {
        judge(&Situation {
            made_up: true,
            active,
            ..CALM
        })
    };
    assert_eq!(made_up(0), Judgement::Run);
    assert_eq!(made_up(1), Judgement::Buffer);
    assert_eq!(made_up(500), Judgement::Buffer);
}

#[test]
fn should_judge_a_slot_by_the_policy_for_overlap() {
    use Judgement::{Buffer, CancelOthers, Run, Skip, TerminateOthers};
    use OverlapPolicy as Policy;
    let full = Skip(Reason::BufferFull);
    let rows = [
        // policy, buffered -> judgement while one is active
        (Policy::Skip, 0, Skip(Reason::Overlap)),
        (Policy::BufferOne, 0, Buffer),
        (Policy::BufferOne, 1, full),
        (Policy::BufferAll, 1, Buffer),
        (Policy::BufferAll, 2, full),
        (Policy::CancelOther, 0, CancelOthers),
        (Policy::TerminateOther, 0, TerminateOthers),
        (Policy::AllowAll, 0, Run),
    ];
    for (overlap, buffered, expected) in rows {
        let busy = Situation {
            overlap,
            buffered,
            active: buffered + 1,
            ..CALM
        };
        assert_eq!(judge(&busy), expected, "{overlap:?}");
        assert_eq!(
            judge(&Situation { overlap, ..CALM }),
            Run,
            "nothing is active"
        );
    }
    let crowded = Situation {
        overlap: Policy::AllowAll,
        active: limits::MAXIMUM_ACTIVE_EXECUTIONS,
        ..CALM
    };
    assert_eq!(judge(&crowded), full);
}

#[test]
fn should_judge_the_owner_and_the_quota_before_overlap() {
    let rows = [
        (
            Situation {
                has_quota: false,
                ..CALM
            },
            Judgement::Skip(Reason::Quota),
        ),
        (
            Situation {
                owner_disabled: true,
                has_quota: false,
                ..CALM
            },
            Judgement::Skip(Reason::OwnerDisabled),
        ),
    ];
    for (situation, expected) in rows {
        assert_eq!(judge(&situation), expected, "{situation:?}");
    }
}

/// A task that fires every 10 s under a policy, with its first execution under way.
fn busy(overlap: OverlapPolicy) -> (World, u64, Start) {
    let mut world = World::new();
    let schedule = NewSchedule {
        overlap: Some(overlap),
        ..every(10)
    };
    let made = world.create(task(schedule));
    world.pass(10);
    let start = world.run_one();
    (world, made.id, start)
}

#[test]
fn should_buffer_one_slot_and_leave_later_ones_out() {
    let (mut world, id, slow) = busy(OverlapPolicy::BufferOne);
    for _ in 0..3 {
        world.pass(10);
        assert!(world.run().is_empty());
    }
    assert_eq!(world.statuses(id), [Running, Ready, Skipped, Skipped]);
    world.succeed(&slow);
    let next = world.run_one();
    assert_eq!(next.scheduled_at, START + 20 * SECOND);
    world.succeed(&next);
    assert_eq!(world.statuses(id), [Completed, Completed, Skipped, Skipped]);
    assert_eq!(world.get(id).schedules[0].skipped_runs, 2);
}

#[test]
fn should_buffer_all_slots_up_to_the_limit_and_run_them_in_order() {
    let mut world = World::configured(ConfigureRequest {
        maximum_buffered_executions: Some(2),
        ..ConfigureRequest::default()
    });
    let schedule = NewSchedule {
        overlap: Some(OverlapPolicy::BufferAll),
        ..every(10)
    };
    let made = world.create(task(schedule));
    world.pass(10);
    let mut start = world.run_one();
    for _ in 0..3 {
        world.pass(10);
        assert!(world.run().is_empty());
    }
    assert_eq!(world.statuses(made.id), [Running, Ready, Ready, Skipped]);
    for slot in [20, 30] {
        world.succeed(&start);
        start = world.run_one();
        assert_eq!(start.scheduled_at, START + slot * SECOND);
    }
}

#[test]
fn should_ask_the_other_to_stop_and_wait_for_its_attempt() {
    let (mut world, id, slow) = busy(OverlapPolicy::CancelOther);
    world.pass(10);
    assert!(
        world.run().is_empty(),
        "the attempt under way is let finish"
    );
    assert_eq!(world.statuses(id), [Running, Ready]);
    world.fail(&slow);
    assert_eq!(world.statuses(id), [Cancelled, Ready], "no retry follows");
    assert_eq!(world.run_one().scheduled_at, START + 20 * SECOND);
}

#[test]
fn should_let_an_execution_complete_that_was_asked_to_stop_at_its_last_step() {
    let (mut world, id, slow) = busy(OverlapPolicy::CancelOther);
    world.pass(10);
    world.run();
    world.succeed(&slow);
    assert_eq!(world.statuses(id), [Completed, Ready]);
    assert_eq!(world.run().len(), 1);
}

#[test]
fn should_stop_at_once_what_waits_for_a_retry() {
    let (mut world, id, slow) = busy(OverlapPolicy::CancelOther);
    world.fail(&slow);
    world.pass(10);
    assert_eq!(world.run_one().scheduled_at, START + 20 * SECOND);
    assert_eq!(world.statuses(id), [Cancelled, Running]);
}

#[test]
fn should_end_the_other_and_drop_what_it_answers() {
    let (mut world, id, slow) = busy(OverlapPolicy::TerminateOther);
    world.pass(10);
    let next = world.run_one();
    assert_eq!(world.statuses(id), [Cancelled, Running]);
    let late = Outcome::Completed {
        result: "(1)".to_string(),
        log: None,
    };
    assert!(!world.finish(&slow, &late));
    world.succeed(&next);
    assert_eq!(world.statuses(id), [Cancelled, Completed]);
}

#[test]
fn should_run_beside_the_others_under_allow_all() {
    let (mut world, id, _slow) = busy(OverlapPolicy::AllowAll);
    for _ in 0..3 {
        world.pass(10);
        world.run_one();
    }
    assert_eq!(world.statuses(id), [Running; 4]);
}

#[test]
fn should_count_those_that_wait_instead_of_looking_through_them() {
    let mut world = World::new();
    let schedule = NewSchedule {
        overlap: Some(OverlapPolicy::BufferAll),
        ..every(10)
    };
    let made = world.create(task(schedule));
    let id = crate::state::keys::TaskId(made.id);
    let counted = |world: &World| world.state.task(id).unwrap().buffered;
    world.pass(10);
    let first = world.run_one();
    for waiting in 1..=5 {
        world.pass(10);
        assert!(world.run().is_empty());
        assert_eq!(counted(&world), Some(waiting));
    }
    // Cancelled while it waits, put off, and let go on by the one before it.
    let ids: Vec<u64> = world.executions(made.id).iter().map(|one| one.id).collect();
    crate::engine::cancel(
        &mut world.state,
        crate::state::keys::ExecutionId(ids[5]),
        world.now,
        "stop",
        true,
    );
    assert_eq!(counted(&world), Some(4));
    let request = chime_types::SnoozeExecutionRequest {
        execution_id: ids[4],
        seconds: 1_000,
    };
    service::snooze_execution(&mut world.state, owner(), world.now, &request).unwrap();
    assert_eq!(counted(&world), Some(3));
    world.succeed(&first);
    assert_eq!(counted(&world), Some(2));
    // A store of before does not know it: it is counted once.
    let mut old = world.state.task(id).unwrap();
    old.buffered = None;
    world.state.put_task(&old);
    world.pass(10);
    world.run();
    assert_eq!(counted(&world), Some(3));
}

#[test]
fn should_wait_for_those_before_it_when_it_was_put_off_meanwhile() {
    for seconds in [0, 5, 60] {
        let mut world = World::new();
        let schedule = NewSchedule {
            overlap: Some(OverlapPolicy::BufferAll),
            maximum_runs: Some(2),
            ..every(10)
        };
        let made = world.create(task(schedule));
        world.pass(10);
        let first = world.run_one();
        world.pass(10);
        world.run();
        let waiting = world.executions(made.id)[1].id;
        let request = chime_types::SnoozeExecutionRequest {
            execution_id: waiting,
            seconds,
        };
        service::snooze_execution(&mut world.state, owner(), world.now, &request).unwrap();
        world.pass(seconds + 1);
        assert!(world.run().is_empty(), "the one before it is under way");
        assert_eq!(world.statuses(made.id), [Running, Ready]);
        world.succeed(&first);
        let second = world.run_one();
        world.succeed(&second);
        assert_eq!(world.statuses(made.id), [Completed; 2]);
    }
}

/// The error of the slot that came last.
fn why_skipped(world: &World, task_id: u64) -> (u64, String) {
    let executions = world.executions(task_id);
    let skipped = executions.iter().rev().find(|one| one.status == Skipped);
    (executions[0].id, skipped.unwrap().error.clone().unwrap())
}

#[test]
fn should_say_what_the_execution_in_the_way_waits_for() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(3, 300)),
        ..task(every(60))
    });
    world.pass(60);
    let start = world.run_one();
    world.pass(60);
    world.run();
    let (id, why) = why_skipped(&world, made.id);
    assert_eq!(why, format!("skipped: execution {id} is not finished"));
    world.fail(&start);
    world.pass(60);
    world.run();
    let at = chime_schedule::format_instant(START + 420 * limits::NANOSECONDS);
    let (id, why) = why_skipped(&world, made.id);
    assert_eq!(
        why,
        format!("skipped: execution {id} waits for its retry at {at}")
    );
}

#[test]
fn should_say_that_the_execution_in_the_way_waits_for_a_worker_or_its_next_step() {
    let pausing = NewStep {
        run_next_after_seconds: Some(600),
        ..NewStep::new(Action::Note {
            text: "x".to_string(),
        })
    };
    let command = NewStep::new(Action::Command {
        command: "date".to_string(),
        queue: None,
    });
    let at = chime_schedule::format_instant(START + 660 * limits::NANOSECONDS);
    for (first, expected) in [
        (pausing, format!("waits for its next step at {at}")),
        (command, "waits for a worker".to_string()),
    ] {
        let mut world = World::new();
        let made = world.create(CreateTaskRequest {
            steps: vec![first, call_step()],
            ..task(every(60))
        });
        world.pass(60);
        world.run();
        world.pass(60);
        world.run();
        let (id, why) = why_skipped(&world, made.id);
        assert_eq!(why, format!("skipped: execution {id} {expected}"));
    }
}
