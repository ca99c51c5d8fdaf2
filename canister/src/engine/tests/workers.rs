//! Commands: claimed, kept alive, reported, taken back.

use chime_types::ExecutionStatus::{Cancelled, Completed, Failed, Running, Waiting};
use chime_types::{
    CancelExecutionRequest, ClaimJobsRequest, CompleteJobRequest, ErrorKind, FailJobRequest,
    HeartbeatJobRequest, Job, Outcome as AttemptOutcome, Priority, ReleaseJobRequest, WaitReason,
};

use super::*;

fn worker() -> Caller {
    someone(&[5, 5], Role::Worker)
}

fn command() -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![NewStep::new(Action::Command {
            command: "echo hello".to_string(),
            queue: None,
        })],
        retry: Some(retries(1, 10)),
        ..task(now_once())
    }
}

fn claim_as(world: &mut World, caller: Caller, limit: u32) -> Vec<Job> {
    let request = ClaimJobsRequest {
        worker: "w1".to_string(),
        queue: None,
        limit: Some(limit),
        lease_seconds: Some(30),
    };
    service::claim_jobs(&mut world.state, caller, world.now, request)
        .unwrap()
        .jobs
}

fn claim(world: &mut World) -> Job {
    claim_as(world, worker(), 1).remove(0)
}

fn complete(world: &mut World, job: &Job) -> Result<TaskExecution, chime_types::Error> {
    let request = CompleteJobRequest {
        execution_id: job.execution_id,
        fencing_token: job.fencing_token,
        result: "hello".to_string(),
    };
    service::complete_job(&mut world.state, worker(), world.now, request)
}

#[test]
fn should_wait_for_a_worker_and_complete_under_its_report() {
    let mut world = World::new();
    let made = world.create(command());
    assert!(world.run().is_empty(), "nothing is called");
    let waiting = &world.executions(made.id)[0];
    assert_eq!(waiting.status, Waiting);
    assert_eq!(waiting.waiting_for, Some(WaitReason::Worker));
    world.pass(3_600);
    assert!(world.run().is_empty(), "it waits as long as it takes");
    let job = claim(&mut world);
    assert_eq!((job.command.as_str(), job.attempt), ("echo hello", 1));
    assert_eq!(world.statuses(made.id), [Running]);
    assert!(claim_as(&mut world, worker(), 10).is_empty(), "it is taken");
    let done = complete(&mut world, &job).unwrap();
    assert_eq!(
        (done.status, done.result.as_deref()),
        (Completed, Some("hello"))
    );
    assert_eq!(done.attempts[0].worker.as_deref(), Some("w1"));
    assert_eq!(world.state.agenda_len(), 0);
}

#[test]
fn should_give_the_most_urgent_out_first_and_never_one_twice() {
    let mut world = World::new();
    for priority in [Priority::Low, Priority::Urgent, Priority::Medium] {
        world.create(CreateTaskRequest {
            priority: Some(priority),
            ..command()
        });
    }
    world.run();
    let jobs = claim_as(&mut world, worker(), 2);
    let ids: Vec<u64> = jobs.iter().map(|job| job.task_id).collect();
    assert_eq!(ids, [2, 3]);
    let last = claim_as(&mut world, worker(), 50);
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].task_id, 1);
}

#[test]
fn should_keep_a_job_while_its_heart_beats() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        timeout_seconds: Some(100),
        ..command()
    });
    world.run();
    let job = claim(&mut world);
    for _ in 0..4 {
        world.pass(20);
        world.run();
        let beat = HeartbeatJobRequest {
            execution_id: job.execution_id,
            fencing_token: job.fencing_token,
            lease_seconds: None,
            log: Some("going on".to_string()),
        };
        let lease = service::heartbeat_job(&mut world.state, worker(), world.now, beat).unwrap();
        assert!(lease.lease_until_at <= job.deadline_at);
    }
    assert_eq!(world.statuses(made.id), [Running]);
    assert_eq!(world.executions(made.id)[0].logs.len(), 4);
    world.pass(20);
    world.run();
    let shown = &world.executions(made.id)[0];
    assert_eq!(
        shown.attempts[0].outcome,
        AttemptOutcome::TimedOut,
        "the step's time is over"
    );
    assert_eq!(
        complete(&mut world, &job).unwrap_err().kind,
        ErrorKind::Conflict
    );
}

#[test]
fn should_take_a_job_back_from_a_silent_worker_and_refuse_its_late_report() {
    let mut world = World::new();
    let made = world.create(command());
    world.run();
    let first = claim(&mut world);
    world.pass(30);
    world.run();
    assert_eq!(world.statuses(made.id), [Waiting]);
    let second = claim(&mut world);
    assert!(second.fencing_token > first.fencing_token);
    let error = complete(&mut world, &first).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("fencing_token"));
    let done = complete(&mut world, &second).unwrap();
    assert_eq!((done.status, done.rescues), (Completed, 1));
    let outcomes: Vec<AttemptOutcome> = done.attempts.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Lost, AttemptOutcome::Completed]);
}

#[test]
fn should_give_a_job_up_after_too_many_rescues() {
    let mut world = World::configured(ConfigureRequest {
        maximum_rescues: Some(2),
        ..ConfigureRequest::default()
    });
    let made = world.create(command());
    world.run();
    for _ in 0..3 {
        claim(&mut world);
        world.pass(30);
        world.run();
    }
    let shown = &world.executions(made.id)[0];
    assert_eq!((shown.status, shown.rescues), (Failed, 3));
    assert!(shown.error.as_deref().unwrap().contains("fell silent"));
}

#[test]
fn should_retry_a_failed_job_but_not_a_terminal_failure() {
    for (terminal, expected) in [(None, Waiting), (Some(true), Failed)] {
        let mut world = World::new();
        let made = world.create(command());
        world.run();
        let job = claim(&mut world);
        let report = FailJobRequest {
            execution_id: job.execution_id,
            fencing_token: job.fencing_token,
            error: "exit code 1".to_string(),
            terminal,
        };
        service::fail_job(&mut world.state, worker(), world.now, report).unwrap();
        assert_eq!(world.statuses(made.id), [expected]);
    }
}

#[test]
fn should_take_a_job_back_that_is_handed_back_at_no_cost() {
    let mut world = World::new();
    let made = world.create(command());
    world.run();
    let job = claim(&mut world);
    let release = ReleaseJobRequest {
        execution_id: job.execution_id,
        fencing_token: job.fencing_token,
        snooze_seconds: Some(60),
    };
    let shown = service::release_job(&mut world.state, worker(), world.now, &release).unwrap();
    assert_eq!(shown.waiting_for, Some(WaitReason::Snooze));
    world.run();
    assert!(claim_as(&mut world, worker(), 1).is_empty(), "not yet");
    world.pass(60);
    world.run();
    assert_eq!(claim(&mut world).attempt, 1);
    assert_eq!(world.executions(made.id)[0].rescues, 0);
}

#[test]
fn should_tell_a_worker_that_it_should_stop() {
    let mut world = World::new();
    let made = world.create(command());
    world.run();
    let job = claim(&mut world);
    let cancel = CancelExecutionRequest {
        execution_id: job.execution_id,
        reason: Some("not needed".to_string()),
        terminate: Some(false),
    };
    service::cancel_execution(&mut world.state, owner(), world.now, &cancel).unwrap();
    let beat = HeartbeatJobRequest {
        execution_id: job.execution_id,
        fencing_token: job.fencing_token,
        lease_seconds: None,
        log: None,
    };
    let lease = service::heartbeat_job(&mut world.state, worker(), world.now, beat).unwrap();
    assert_eq!(lease.cancel_requested.as_deref(), Some("not needed"));
    let report = FailJobRequest {
        execution_id: job.execution_id,
        fencing_token: job.fencing_token,
        error: "stopped".to_string(),
        terminal: None,
    };
    service::fail_job(&mut world.state, worker(), world.now, report).unwrap();
    assert_eq!(world.statuses(made.id), [Cancelled]);
}

#[test]
fn should_give_an_owner_its_own_jobs_only_and_take_reports_from_the_claimer_only() {
    let mut world = World::new();
    world.create(command());
    world.run();
    assert!(claim_as(&mut world, stranger(), 10).is_empty());
    let job = claim_as(&mut world, owner(), 10).remove(0);
    assert_eq!(
        complete(&mut world, &job).unwrap_err().kind,
        ErrorKind::NotFound
    );
    let error = service::get(&world.state, worker(), job.task_id).unwrap_err();
    assert!(matches!(
        error.kind,
        ErrorKind::NotFound | ErrorKind::Forbidden
    ));
}

#[test]
fn should_not_give_out_more_than_the_limits_allow() {
    let mut world = World::new();
    let every_second = NewSchedule {
        overlap: Some(chime_types::OverlapPolicy::AllowAll),
        ..every(1)
    };
    world.create(CreateTaskRequest {
        maximum_concurrent: Some(2),
        schedules: vec![every_second],
        ..command()
    });
    for _ in 0..5 {
        world.pass(1);
        world.run();
    }
    let jobs = claim_as(&mut world, worker(), 50);
    assert_eq!(jobs.len(), 2);
    complete(&mut world, &jobs[0]).unwrap();
    world.run();
    assert_eq!(claim_as(&mut world, worker(), 50).len(), 1);
}

#[test]
fn should_give_out_as_many_jobs_as_fit_into_an_answer() {
    let mut world = World::new();
    let metadata = "m".repeat(limits::MAXIMUM_METADATA_BYTES);
    for _ in 0..limits::MAXIMUM_CLAIM {
        world.create(CreateTaskRequest {
            metadata: Some(metadata.clone()),
            steps: vec![NewStep::new(Action::Command {
                command: "c".repeat(limits::MAXIMUM_COMMAND_BYTES),
                queue: None,
            })],
            ..command()
        });
    }
    world.run();
    let mut given = 0;
    for _ in 0..limits::MAXIMUM_CLAIM {
        let jobs = claim_as(&mut world, worker(), limits::MAXIMUM_CLAIM);
        let bytes: usize = jobs
            .iter()
            .map(|job| job.command.len() + job.metadata.len())
            .sum();
        assert!(
            bytes < 2 * limits::MAXIMUM_PAGE_BYTES,
            "{bytes} bytes in one answer"
        );
        given += jobs.len();
    }
    assert_eq!(
        given,
        limits::MAXIMUM_CLAIM as usize,
        "the rest in the next answers"
    );
}

#[test]
fn should_look_at_a_bounded_number_of_jobs_for_a_claim() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        maximum_concurrent: Some(1),
        schedules: vec![NewSchedule {
            disabled: Some(true),
            ..every(3_600)
        }],
        ..command()
    });
    for _ in 0..=2 * limits::MAXIMUM_LOOKED_AT_FOR_A_CLAIM {
        world.run_now(made.id);
    }
    world.run();
    let before = world.state.jobs_of(None, "default").count();
    assert_eq!(claim_as(&mut world, worker(), 50).len(), 1);
    let left = world.state.jobs_of(None, "default").count();
    assert_eq!(before - left, limits::MAXIMUM_LOOKED_AT_FOR_A_CLAIM);
}
