//! Executions run again, dead letters, backfills, snoozing, and timeouts of whole executions.

use chime_types::ExecutionStatus::{
    Cancelled, Completed, Failed, Missed, Running, Skipped, TimedOut, Waiting,
};
use chime_types::{
    BackfillRequest, CancelExecutionRequest, Cause, DeadLettersRequest, ErrorKind,
    RetryExecutionRequest, SnoozeExecutionRequest, StepStatus, Trigger, UpdateTaskRequest,
};

use super::*;

fn no_retries(schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(schedule)
    }
}

/// A task of three steps whose second failed.
fn stopped_in_the_middle() -> (World, u64, u64) {
    let mut world = World::new();
    let mut request = no_retries(now_once());
    request.steps = vec![call_step(), call_step(), call_step()];
    let made = world.create(request);
    let first = world.run_one();
    world.succeed(&first);
    let second = world.run_one();
    world.fail(&second);
    assert_eq!(world.statuses(made.id), [Failed]);
    let execution = world.executions(made.id)[0].id;
    (world, made.id, execution)
}

fn retry(
    world: &mut World,
    execution_id: u64,
    from_start: bool,
) -> Result<TaskExecution, chime_types::Error> {
    let request = RetryExecutionRequest {
        execution_id,
        from_start: Some(from_start),
        from_step: None,
    };
    service::retry_execution(&mut world.state, owner(), world.now, &request)
}

fn dead_letters(world: &World) -> Vec<u64> {
    let request = DeadLettersRequest::default();
    let page = service::dead_letters(&world.state, owner(), &request, &ample()).unwrap();
    page.executions
        .iter()
        .map(|execution| execution.id)
        .collect()
}

#[test]
fn should_go_on_with_the_first_step_not_completed() {
    let (mut world, id, failed) = stopped_in_the_middle();
    assert_eq!(dead_letters(&world), [failed]);
    let new = retry(&mut world, failed, false).unwrap();
    assert_eq!(
        (new.trigger, new.replay_of),
        (Trigger::Replay, Some(failed))
    );
    assert_eq!(new.scheduled_at, START, "the slot of the first");
    assert_eq!(new.steps.len(), 1);
    assert_eq!(new.steps[0].status, StepStatus::Completed);
    let start = world.run_one();
    world.succeed(&start);
    let start = world.run_one();
    world.succeed(&start);
    let done = world.execution(new.id);
    assert_eq!(done.status, Completed);
    let steps: Vec<u32> = done.attempts.iter().map(|attempt| attempt.step).collect();
    assert_eq!(steps, [1, 2], "the first never runs again");
    assert_eq!(world.execution(failed).replayed_by, Some(new.id));
    assert!(dead_letters(&world).is_empty());
    assert_eq!(
        retry(&mut world, failed, false).unwrap_err().kind,
        ErrorKind::Conflict
    );
    assert_eq!(
        retry(&mut world, new.id, false).unwrap_err().kind,
        ErrorKind::Conflict
    );
    assert_eq!(world.get(id).active_executions, 0);
}

#[test]
fn should_run_every_step_from_the_start_when_asked_to() {
    let (mut world, _, failed) = stopped_in_the_middle();
    let new = retry(&mut world, failed, true).unwrap();
    assert!(new.steps.is_empty());
    assert_eq!(new.step_to_execute, 0);
}

#[test]
fn should_refuse_to_go_on_in_the_middle_of_other_steps() {
    let (mut world, id, failed) = stopped_in_the_middle();
    let change = UpdateTaskRequest {
        task_id: id,
        steps: Some(vec![call_step()]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
    let error = retry(&mut world, failed, false).unwrap_err();
    assert!(error.fix.contains("from_start"), "{error}");
    retry(&mut world, failed, true).unwrap();
}

/// Changes the steps of a task to so many.
fn change_steps(world: &mut World, id: u64, count: usize) {
    let change = UpdateTaskRequest {
        task_id: id,
        steps: Some(vec![call_step(); count]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
}

fn retry_from(
    world: &mut World,
    execution_id: u64,
    step: u32,
) -> Result<TaskExecution, chime_types::Error> {
    let request = RetryExecutionRequest {
        execution_id,
        from_start: None,
        from_step: Some(step),
    };
    service::retry_execution(&mut world.state, owner(), world.now, &request)
}

#[test]
fn should_go_on_with_a_named_step_of_changed_steps() {
    let (mut world, id, failed) = stopped_in_the_middle();
    change_steps(&mut world, id, 2);
    let new = retry_from(&mut world, failed, 1).unwrap();
    assert_eq!((new.step_to_execute, new.steps.len()), (1, 1));
    let start = world.run_one();
    world.succeed(&start);
    let done = world.execution(new.id);
    assert_eq!(done.status, Completed);
    let steps: Vec<u32> = done.attempts.iter().map(|attempt| attempt.step).collect();
    assert_eq!(steps, [1], "the step before keeps its result");
}

#[test]
fn should_refuse_a_step_that_is_not_there_or_not_reached() {
    let (mut world, id, failed) = stopped_in_the_middle();
    let error = retry_from(&mut world, failed, 2).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("from_step"), "{error}");
    assert!(error.rule.contains("stopped at step 2"), "{error}");
    change_steps(&mut world, id, 1);
    let error = retry_from(&mut world, failed, 1).unwrap_err();
    assert!(error.rule.contains("less than 1"), "{error}");
    let both = RetryExecutionRequest {
        execution_id: failed,
        from_start: Some(true),
        from_step: Some(0),
    };
    service::retry_execution(&mut world.state, owner(), world.now, &both).unwrap_err();
    retry_from(&mut world, failed, 0).unwrap();
}

#[test]
fn should_replay_all_dead_letters_that_match() {
    let mut world = World::new();
    let made = world.create(no_retries(every(10)));
    for index in 0..5 {
        world.pass(10);
        let start = world.run_one();
        let error = format!("error {}", index % 2);
        world.finish(&start, &Outcome::failed(Cause::Rejected, error));
    }
    let request = DeadLettersRequest {
        task_id: Some(made.id),
        error_contains: Some("error 1".to_string()),
        ..DeadLettersRequest::default()
    };
    let state = &mut world.state;
    let replayed =
        service::replay_dead_letters(state, owner(), world.now, &request, &ample()).unwrap();
    assert_eq!(replayed.execution_ids.len(), 2);
    assert!(replayed.left_out.is_empty());
    assert_eq!(dead_letters(&world).len(), 3);
    assert_eq!(world.run().len(), 2);
    let others = service::dead_letters(
        &world.state,
        stranger(),
        &DeadLettersRequest::default(),
        &ample(),
    );
    assert!(others.unwrap().executions.is_empty());
}

#[test]
fn should_run_what_was_skipped_or_missed_on_request() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    world.pass(10);
    let slow = world.run_one();
    world.pass(10);
    world.run();
    assert_eq!(world.statuses(made.id), [Running, Skipped]);
    let skipped = world.executions(made.id)[1].id;
    retry(&mut world, skipped, false).unwrap();
    world.succeed(&slow);
    assert_eq!(world.run_one().scheduled_at, START + 20 * SECOND);
}

#[test]
fn should_put_off_at_no_cost() {
    let mut world = World::new();
    let made = world.create(task(now_once()));
    let start = world.run_one();
    world.finish(&start, &Outcome::Snoozed { seconds: 120 });
    assert_eq!(world.statuses(made.id), [Waiting]);
    world.pass(119);
    assert!(world.run().is_empty());
    world.pass(1);
    let again = world.run_one();
    assert_eq!(again.attempt, 1);
    world.fail(&again);
    let id = world.executions(made.id)[0].id;
    let snooze = |world: &mut World, seconds| {
        let request = SnoozeExecutionRequest {
            execution_id: id,
            seconds,
        };
        service::snooze_execution(&mut world.state, owner(), world.now, &request)
    };
    snooze(&mut world, 3_000).unwrap();
    world.pass(2_000);
    assert!(world.run().is_empty(), "later than its retry");
    snooze(&mut world, 0).unwrap();
    let last = world.run_one();
    assert_eq!(snooze(&mut world, 5).unwrap_err().kind, ErrorKind::Conflict);
    world.succeed(&last);
    assert_eq!(snooze(&mut world, 5).unwrap_err().kind, ErrorKind::Conflict);
}

#[test]
fn should_time_a_whole_execution_out_wherever_it_is() {
    let request = || CreateTaskRequest {
        execution_timeout_seconds: Some(100),
        ..task(now_once())
    };
    // While it runs.
    let mut world = World::new();
    let made = world.create(request());
    let start = world.run_one();
    world.pass(100);
    world.run();
    assert_eq!(world.statuses(made.id), [TimedOut]);
    assert!(!world.finish(&start, &Outcome::Snoozed { seconds: 1 }));
    // While it waits for a retry.
    let made = world.create(request());
    let start = world.run_one();
    world.fail(&start);
    world.pass(100);
    world.run();
    assert_eq!(world.statuses(made.id), [TimedOut]);
    // While it is ready.
    let mut world = World::configured(ConfigureRequest {
        maximum_concurrent: Some(1),
        ..ConfigureRequest::default()
    });
    world.create(task(now_once()));
    world.run_one();
    let made = world.create(request());
    world.run();
    world.pass(100);
    world.run();
    assert_eq!(world.statuses(made.id), [TimedOut]);
    assert_eq!(world.state.ready_len(), 0);
}

#[test]
fn should_cancel_one_execution_at_once_or_after_its_attempt() {
    for (terminate, expected) in [(true, Cancelled), (false, Running)] {
        let mut world = World::new();
        let made = world.create(task(now_once()));
        let start = world.run_one();
        let request = CancelExecutionRequest {
            execution_id: world.executions(made.id)[0].id,
            reason: Some("wrong".to_string()),
            terminate: Some(terminate),
        };
        service::cancel_execution(&mut world.state, owner(), world.now, &request).unwrap();
        assert_eq!(world.statuses(made.id), [expected]);
        assert_eq!(
            world.finish(&start, &Outcome::failed(Cause::Rejected, "x")),
            !terminate
        );
        let shown = &world.executions(made.id)[0];
        assert_eq!(
            (shown.status, shown.error.as_deref()),
            (Cancelled, Some("wrong"))
        );
    }
}

fn backfill(
    world: &mut World,
    task_id: u64,
    from: u64,
    until: u64,
    concurrent: u32,
) -> chime_types::Backfill {
    let request = BackfillRequest {
        task_id,
        schedule_id: world.get(task_id).schedules[0].id,
        from_at: START + from * SECOND,
        until_at: START + until * SECOND,
        maximum_concurrent: Some(concurrent),
        count_only: None,
        expected_slots: None,
    };
    service::backfill(&mut world.state, owner(), world.now, &request).unwrap()
}

#[test]
fn should_backfill_the_slots_that_did_not_run_a_few_at_a_time() {
    let mut world = World::new();
    let made = world.create(task(every(100)));
    world.pass(100);
    let first = world.run_one();
    world.succeed(&first);
    world.pass(850);
    let latest = world.run_one();
    world.succeed(&latest);
    assert_eq!(world.statuses(made.id), [Completed, Missed, Completed]);
    assert_eq!(world.executions(made.id)[1].slots, 7);
    backfill(&mut world, made.id, 1, 940, 2);
    let mut slots = Vec::new();
    let mut running = world.run();
    while !running.is_empty() {
        assert!(running.len() <= 2, "throttled");
        let start = running.remove(0);
        slots.push((start.scheduled_at - START) / SECOND);
        world.succeed(&start);
        running.extend(world.run());
    }
    assert_eq!(slots, [200, 300, 400, 500, 600, 700, 800]);
    assert_eq!(
        world.statuses(made.id),
        [Completed; 9],
        "one record for each slot"
    );
    let request = chime_types::ListBackfillsRequest {
        task_id: made.id,
        cursor: None,
        limit: None,
    };
    let page = service::list_backfills(&world.state, owner(), &request).unwrap();
    let done = &page.backfills[0];
    assert_eq!((done.runs, done.left_out, done.active), (7, 2, 0));
    assert!(done.finished_at.is_some());
}

#[test]
fn should_take_backfilled_slots_out_of_a_sum_of_missed_ones() {
    let mut world = World::new();
    let made = world.create(task(every(1)));
    world.pass(1_000);
    let start = world.run_one();
    world.succeed(&start);
    let total = |world: &World| {
        world
            .executions(made.id)
            .iter()
            .map(|one| one.slots)
            .sum::<u64>()
    };
    assert_eq!(total(&world), 1_000);
    backfill(&mut world, made.id, 1, 3, 5);
    for start in world.run() {
        world.succeed(&start);
    }
    backfill(&mut world, made.id, 500, 501, 5);
    for start in world.run() {
        world.succeed(&start);
    }
    assert_eq!(total(&world), 1_000, "every slot is accounted for once");
    let ran = world
        .statuses(made.id)
        .iter()
        .filter(|status| **status == Completed)
        .count();
    assert_eq!(ran, 6);
}

#[test]
fn should_stop_a_backfill_and_refuse_one_without_slots() {
    let mut world = World::new();
    let made = world.create(task(every(100)));
    world.pass(950);
    let latest = world.run_one();
    world.succeed(&latest);
    let begun = backfill(&mut world, made.id, 0, 940, 1);
    let start = world.run_one();
    service::cancel_backfill(&mut world.state, owner(), world.now, begun.id).unwrap();
    world.succeed(&start);
    assert!(world.run().is_empty());
    for (from, until, field) in [(10, 90, "from_at"), (0, 2_000, "until_at")] {
        let request = BackfillRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            from_at: START + from * SECOND,
            until_at: START + until * SECOND,
            maximum_concurrent: None,
            count_only: None,
            expected_slots: None,
        };
        let error = service::backfill(&mut world.state, owner(), world.now, &request).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field));
    }
}
