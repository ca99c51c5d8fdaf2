//! A slot comes while an execution of the task is not final.

use chime_tests::{call, every, in_virtual_time, task};
use chime_types::ExecutionStatus::{Cancelled, Completed, Ready, Running, Skipped};
use chime_types::{ConfigureRequest, NewSchedule, OverlapPolicy, PauseTaskRequest, TaskResult};

use crate::support::{SECOND, ask, configure, taking_task};

#[test]
fn should_heed_each_overlap_policy() {
    in_virtual_time(|world| {
        let rows = [
            (OverlapPolicy::Skip, vec![Running, Skipped, Skipped]),
            (OverlapPolicy::BufferOne, vec![Running, Ready, Skipped]),
            (OverlapPolicy::BufferAll, vec![Running, Ready, Ready]),
            (OverlapPolicy::CancelOther, vec![Running, Cancelled, Ready]),
            (
                OverlapPolicy::TerminateOther,
                vec![Cancelled, Cancelled, Running],
            ),
            (OverlapPolicy::AllowAll, vec![Running, Running, Running]),
        ];
        for (overlap, expected) in rows {
            let schedule = NewSchedule {
                overlap: Some(overlap),
                maximum_runs: Some(3),
                ..every(10)
            };
            let steps = vec![call(world.callee, "never", "()")];
            let made = world.create(&task("slow", steps, schedule));
            world.pass(35);
            assert_eq!(world.statuses(made.id), expected, "{overlap:?}");
            let kept = world.get(made.id).schedules[0].skipped_runs;
            let skipped = expected.iter().filter(|status| **status == Skipped).count();
            assert_eq!(kept, skipped as u64);
            world.kill(made.id);
        }
        world.callee_update("release");
    });
}

#[test]
fn should_buffer_no_more_slots_than_configured_and_run_them_in_order() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_buffered_executions: Some(3),
                ..ConfigureRequest::default()
            },
        );
        let schedule = NewSchedule {
            overlap: Some(OverlapPolicy::BufferAll),
            ..every(10)
        };
        let made = world.create(&taking_task(world.callee, "slow", 60, schedule));
        world.pass(65);
        assert_eq!(
            world.statuses(made.id),
            [Running, Ready, Ready, Ready, Skipped, Skipped]
        );
        let reason = world.executions(made.id)[4].error.clone();
        assert_eq!(
            reason.as_deref(),
            Some("skipped: 4 executions are not finished")
        );
        let pause = PauseTaskRequest {
            task_id: made.id,
            reason: None,
            cancel_running: None,
        };
        let paused: TaskResult = ask(world, "pause_task", &pause);
        paused.into_result().expect("paused");
        world.pass(300);
        let executions = world.executions(made.id);
        let statuses: Vec<_> = executions.iter().map(|one| one.status).collect();
        assert_eq!(
            statuses,
            [Completed, Completed, Completed, Completed, Skipped, Skipped]
        );
        let pauses: Vec<u64> = executions[..4]
            .windows(2)
            .map(|pair| (pair[1].started_at.unwrap() - pair[0].started_at.unwrap()) / SECOND)
            .collect();
        assert_eq!(pauses, [60, 60, 60], "one after the other, in order");
    });
}
