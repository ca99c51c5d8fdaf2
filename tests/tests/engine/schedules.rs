//! Schedules: their bounds in time, and switching them off and on.

use chime_tests::{World, every, in_virtual_time, note, task};
use chime_types::ExecutionStatus::Completed;
use chime_types::{NewSchedule, Rule, SetScheduleRequest, Task, TaskResult, TaskStatus};

use crate::support::{SECOND, ask, begin_at, instant, noting, times};

fn set(world: &mut World, task: &Task, index: usize, disabled: bool) -> Task {
    let request = SetScheduleRequest {
        task_id: task.id,
        schedule_id: task.schedules[index].id,
        disabled,
    };
    let answer: TaskResult = ask(world, "set_schedule", &request);
    answer.into_result().expect("a task")
}

#[test]
fn should_switch_one_schedule_off_and_on_without_making_up() {
    in_virtual_time(|world| {
        let mut request = task("two", vec![note("x")], every(60));
        request.schedules.push(every(130));
        let made = world.create(&request);
        let off = set(world, &made, 0, true);
        assert_eq!(off.schedules[0].next_run_at, None);
        assert_eq!(off.next_run_at, off.schedules[1].next_run_at);
        world.pass(250);
        set(world, &made, 0, false);
        world.pass(51);
        let from = made.schedules[0].start_at;
        let slots: Vec<(Option<u64>, u64)> = world
            .executions(made.id)
            .iter()
            .map(|one| (one.schedule_id, (one.scheduled_at - from) / SECOND))
            .collect();
        let [first, second] = [0, 1].map(|index| Some(made.schedules[index].id));
        assert_eq!(slots, [(second, 130), (second, 260), (first, 300)]);
    });
}

#[test]
fn should_run_between_the_bounds_of_a_schedule_and_in_its_phase() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T12:01:00Z");
        let rule = Rule::Interval {
            repeat_every_seconds: 600,
            phase_seconds: Some(120),
        };
        let bounded = NewSchedule {
            start_after_seconds: Some(900),
            end_at: Some(instant("2026-03-01T12:45:00Z")),
            ..NewSchedule::new(rule)
        };
        let made = world.create(&noting(bounded));
        world.pass(86_400);
        assert_eq!(
            times(&world.executions(made.id)),
            ["2026-03-01 12:22", "2026-03-01 12:32", "2026-03-01 12:42"]
        );
        assert_eq!(world.statuses(made.id), [Completed; 3]);
        let over = world.get(made.id);
        assert_eq!(
            (over.next_run_at, over.status),
            (None, TaskStatus::Completed)
        );
        assert_eq!(
            world.stats().next_wake_at,
            None,
            "nothing is left to wait for"
        );
    });
}
