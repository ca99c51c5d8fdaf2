//! Each edge of the execution state machine.

use chime_types::ExecutionStatus::{
    Cancelled, Completed, Failed, Ready, Running, TimedOut, Waiting,
};
use chime_types::{
    Cause, Outcome as AttemptOutcome, PauseTaskRequest, StepStatus, TaskStatus, WaitReason,
};

use super::*;

fn kill(world: &mut World, task_id: u64) -> Task {
    let request = PauseTaskRequest {
        task_id,
        reason: None,
        cancel_running: Some(true),
    };
    service::pause(&mut world.state, owner(), world.now, request).unwrap()
}

#[test]
fn should_go_from_ready_over_running_to_completed() {
    let mut world = World::new();
    let made = world.create(task(now_once()));
    assert_eq!(made.status, TaskStatus::Pending);
    let start = world.run_one();
    assert_eq!(world.statuses(made.id), [Running]);
    assert_eq!(world.get(made.id).status, TaskStatus::Running);
    world.pass(2);
    world.succeed(&start);
    let executions = world.executions(made.id);
    assert_eq!(executions[0].status, Completed);
    assert_eq!(executions[0].result.as_deref(), Some("(1)"));
    assert_eq!(executions[0].finished_at, Some(START + 2 * SECOND));
    assert_eq!(world.get(made.id).status, TaskStatus::Completed);
    assert_eq!(
        world.next_in_seconds(),
        None,
        "nothing is left in the agenda"
    );
}

#[test]
fn should_wait_for_a_retry_and_run_it_at_the_stated_times() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(2, 10)),
        ..task(now_once())
    });
    for (attempt, pause) in [(1, 10), (2, 20)] {
        let start = world.run_one();
        assert_eq!(start.attempt, attempt);
        world.fail(&start);
        let execution = &world.executions(made.id)[0];
        assert_eq!(execution.status, Waiting);
        assert_eq!(execution.waiting_for, Some(WaitReason::RetryBackoff));
        assert_eq!(execution.wake_at, Some(world.now + pause * SECOND));
        world.pass(pause - 1);
        assert!(world.run().is_empty(), "not before its time");
        world.pass(1);
    }
    let last = world.run_one();
    world.fail(&last);
    let execution = &world.executions(made.id)[0];
    assert_eq!(execution.status, Failed);
    assert_eq!(
        execution.error.as_deref(),
        Some("step 1 failed at attempt 3: broken")
    );
    let outcomes: Vec<AttemptOutcome> = execution.attempts.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Failed; 3]);
    assert_eq!(world.get(made.id).status, TaskStatus::Failed);
}

#[test]
fn should_not_retry_what_no_attempt_can_mend() {
    let mut world = World::new();
    let made = world.create(task(now_once()));
    let start = world.run_one();
    assert!(world.finish(
        &start,
        &Outcome::failed(Cause::NoSuchAction, "no such action")
    ));
    assert_eq!(world.statuses(made.id), [Failed]);
}

#[test]
fn should_time_out_at_the_deadline_and_drop_the_late_answer() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        timeout_seconds: Some(30),
        ..task(now_once())
    });
    let start = world.run_one();
    world.pass(29);
    assert!(world.run().is_empty());
    assert_eq!(world.statuses(made.id), [Running]);
    world.pass(1);
    assert!(world.run().is_empty());
    assert_eq!(world.statuses(made.id), [TimedOut]);
    let late = Outcome::Completed {
        result: "(2)".to_string(),
        log: None,
    };
    assert!(!world.finish(&start, &late), "the token is spent");
    assert_eq!(world.executions(made.id)[0].result, None);
    assert_eq!(world.state.running(), 0);
}

#[test]
fn should_retry_a_time_out_only_if_the_task_says_so() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        timeout_seconds: Some(30),
        on_unknown: Some(OnUnknown::Retry),
        retry: Some(retries(1, 5)),
        ..task(now_once())
    });
    let first = world.run_one();
    world.pass(30);
    world.run();
    assert_eq!(world.statuses(made.id), [Waiting]);
    world.pass(5);
    let second = world.run_one();
    assert!(!world.finish(&first, &Outcome::failed(Cause::Rejected, "late")));
    world.succeed(&second);
    assert_eq!(world.statuses(made.id), [Completed]);
}

#[test]
fn should_follow_the_policy_when_the_outcome_is_unknown() {
    for (policy, expected) in [(OnUnknown::Fail, Failed), (OnUnknown::Retry, Waiting)] {
        let mut world = World::new();
        let made = world.create(CreateTaskRequest {
            on_unknown: Some(policy),
            ..task(now_once())
        });
        let start = world.run_one();
        world.finish(&start, &Outcome::failed(Cause::OutcomeUnknown, "lost"));
        assert_eq!(world.statuses(made.id), [expected]);
        assert_eq!(
            world.executions(made.id)[0].attempts[0].outcome,
            AttemptOutcome::Unknown
        );
    }
}

#[test]
fn should_pause_between_steps_and_never_rerun_a_completed_one() {
    let mut world = World::new();
    let mut first = call_step();
    first.run_next_after_seconds = Some(60);
    let mut request = task(now_once());
    request.steps = vec![first, call_step(), call_step()];
    request.retry = Some(retries(1, 5));
    let made = world.create(request);

    let start = world.run_one();
    world.succeed(&start);
    let execution = &world.executions(made.id)[0];
    assert_eq!(
        (execution.status, execution.waiting_for),
        (Waiting, Some(WaitReason::StepDelay))
    );
    assert_eq!(execution.step_to_execute, 1);
    world.pass(60);
    let second = world.run_one();
    world.fail(&second);
    assert_eq!(
        world
            .get(made.id)
            .steps
            .iter()
            .map(|step| step.status)
            .collect::<Vec<_>>(),
        [
            StepStatus::Completed,
            StepStatus::Running,
            StepStatus::Pending
        ]
    );
    world.pass(5);
    let again = world.run_one();
    world.succeed(&again);
    assert_eq!(
        world.statuses(made.id),
        [Ready],
        "the third step follows at once"
    );
    let third = world.run_one();
    world.succeed(&third);
    let execution = &world.executions(made.id)[0];
    assert_eq!(execution.status, Completed);
    let steps: Vec<(u32, u32)> = execution
        .attempts
        .iter()
        .map(|attempt| (attempt.step, attempt.number))
        .collect();
    assert_eq!(steps, [(0, 1), (1, 1), (1, 2), (2, 1)]);
}

#[test]
fn should_cancel_what_is_ready_running_or_waiting() {
    let mut world = World::new();
    let running = world.create(task(now_once()));
    let start = world.run_one();
    let waiting = world.create(task(now_once()));
    let failed = world.run_one();
    world.fail(&failed);
    let ready = world.create(task(every(60)));
    world.run_now(ready.id);

    for id in [running.id, waiting.id, ready.id] {
        let killed = kill(&mut world, id);
        assert_eq!(killed.status, TaskStatus::Paused);
        assert_eq!(world.statuses(id), [Cancelled]);
    }
    assert!(!world.finish(&start, &Outcome::failed(Cause::Rejected, "late")));
    assert_eq!(world.state.running(), 0);
    assert_eq!(world.state.ready_len(), 0);
    assert_eq!(world.state.agenda_len(), 0);
}

#[test]
#[should_panic(expected = "BUG: execution Completed cannot become Running")]
fn should_refuse_an_edge_that_is_not_drawn() {
    let mut world = World::new();
    let made = world.create(task(now_once()));
    let start = world.run_one();
    world.succeed(&start);
    let id = crate::state::keys::ExecutionId(world.executions(made.id)[0].id);
    let mut record = world.state.execution(id).unwrap();
    record.status.enter(Running);
}
