//! Commands that workers outside run.

use chime_tests::{Sender, World, in_virtual_time, now_once, retries, task};
use chime_types::ExecutionStatus::{Cancelled, Completed, Failed, Running, Waiting};
use chime_types::{
    Action, CancelExecutionRequest, ClaimJobsRequest, ClaimJobsResult, CompleteJobRequest,
    ConfigureRequest, CreateTaskRequest, ExecutionResult, FailJobRequest, HeartbeatJobRequest,
    HeartbeatJobResult, Job, NewStep, PutUserRequest, ReleaseJobRequest, Role, TaskResult,
    UserResult,
};

use crate::support::{SECOND, ask, configure, now};

#[test]
fn should_give_commands_to_workers_under_leases() {
    in_virtual_time(|world| {
        let command = NewStep::new(Action::Command {
            command: "echo hello".to_string(),
            queue: Some("fast".to_string()),
        });
        let made = world.create(&task("command", vec![command], now_once()));
        let role = PutUserRequest {
            principal: world.network.principal(Sender::Stranger),
            name: Some("worker-1".to_string()),
            role: Some(Role::Worker),
            quotas: None,
            disabled: None,
        };
        let user: UserResult = ask(world, "put_user", &role);
        user.into_result().expect("a user");
        let claim = ClaimJobsRequest {
            worker: "w1".to_string(),
            queue: Some("fast".to_string()),
            limit: Some(5),
            lease_seconds: Some(30),
        };
        let claim_job = |world: &mut World| {
            let answer: ClaimJobsResult = world
                .update(Sender::Stranger, "claim_jobs", &claim)
                .expect("no rejection");
            answer.into_result().expect("jobs").jobs
        };
        let first = claim_job(world).remove(0);
        world.upgrade_scheduler(true);
        world.pass(31);
        let second = claim_job(world).remove(0);
        assert!(second.fencing_token > first.fencing_token);
        let report = |fencing_token| CompleteJobRequest {
            execution_id: first.execution_id,
            fencing_token,
            result: "hello".to_string(),
        };
        let complete = |world: &mut World, token| -> ExecutionResult {
            let answer = world.update(Sender::Stranger, "complete_job", &report(token));
            answer.expect("no rejection")
        };
        let late = complete(world, first.fencing_token).into_result();
        assert_eq!(late.unwrap_err().field.as_deref(), Some("fencing_token"));
        complete(world, second.fencing_token)
            .into_result()
            .expect("done");
        assert_eq!(world.statuses(made.id), [Completed]);
        let refused: Result<TaskResult, String> = world.query(
            Sender::Stranger,
            "get_task",
            &chime_types::TaskRequest { task_id: made.id },
        );
        refused
            .expect("no rejection")
            .into_result()
            .expect_err("a worker sees no tasks");
    });
}

fn command(name: &str) -> CreateTaskRequest {
    let step = NewStep::new(Action::Command {
        command: "true".to_string(),
        queue: None,
    });
    CreateTaskRequest {
        retry: Some(retries(1, 60)),
        ..task(name, vec![step], now_once())
    }
}

/// The next job of the owner's, under a lease of 30 s.
fn claim(world: &mut World) -> Option<Job> {
    let request = ClaimJobsRequest {
        worker: "w1".to_string(),
        queue: None,
        limit: None,
        lease_seconds: Some(30),
    };
    let answer: ClaimJobsResult = ask(world, "claim_jobs", &request);
    answer.into_result().expect("jobs").jobs.pop()
}

#[test]
fn should_let_a_worker_keep_its_job_as_long_as_it_is_heard_of() {
    in_virtual_time(|world| {
        let made = world.create(&command("long"));
        let job = claim(world).expect("a job");
        for minute in 1..=4 {
            world.pass(29);
            let request = HeartbeatJobRequest {
                execution_id: job.execution_id,
                fencing_token: job.fencing_token,
                lease_seconds: None,
                log: Some(format!("part {minute}")),
            };
            let answer: HeartbeatJobResult = ask(world, "heartbeat_job", &request);
            let lease = answer.into_result().expect("it is still held");
            assert_eq!((lease.lease_until_at - now(world)) / SECOND, 30);
            assert!(claim(world).is_none(), "it belongs to one worker");
        }
        let logs = world.execution(made.id).logs;
        let lines: Vec<&str> = logs.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(lines, ["part 1", "part 2", "part 3", "part 4"]);
        let cancel = CancelExecutionRequest {
            execution_id: job.execution_id,
            reason: Some("enough".to_string()),
            terminate: Some(false),
        };
        let answer: ExecutionResult = ask(world, "cancel_execution", &cancel);
        assert_eq!(answer.into_result().expect("asked to").status, Running);
        let request = HeartbeatJobRequest {
            execution_id: job.execution_id,
            fencing_token: job.fencing_token,
            lease_seconds: None,
            log: None,
        };
        let answer: HeartbeatJobResult = ask(world, "heartbeat_job", &request);
        let told = answer.into_result().expect("it is still held");
        assert_eq!(told.cancel_requested.as_deref(), Some("enough"));
        world.pass(31);
        assert_eq!(
            world.statuses(made.id),
            [Cancelled],
            "it was not given out again"
        );
    });
}

#[test]
fn should_retry_what_a_worker_reports_as_failed_unless_it_is_terminal() {
    in_virtual_time(|world| {
        for terminal in [false, true] {
            let made = world.create(&command("failing"));
            let job = claim(world).expect("a job");
            let request = FailJobRequest {
                execution_id: job.execution_id,
                fencing_token: job.fencing_token,
                error: "exit code 2".to_string(),
                terminal: Some(terminal),
            };
            let answer: ExecutionResult = ask(world, "fail_job", &request);
            let expected = if terminal { Failed } else { Waiting };
            assert_eq!(answer.into_result().expect("taken").status, expected);
            world.pass(60);
            let again = claim(world);
            assert_eq!(again.map(|job| job.attempt), (!terminal).then_some(2));
            world.kill(made.id);
        }
    });
}

#[test]
fn should_take_a_job_back_at_no_cost_now_or_later() {
    in_virtual_time(|world| {
        let made = world.create(&command("released"));
        for snooze_seconds in [None, Some(600)] {
            let job = claim(world).expect("a job");
            assert_eq!(job.attempt, 1, "no attempt was used up");
            let request = ReleaseJobRequest {
                execution_id: job.execution_id,
                fencing_token: job.fencing_token,
                snooze_seconds,
            };
            let answer: ExecutionResult = ask(world, "release_job", &request);
            answer.into_result().expect("released");
        }
        world.pass(599);
        assert!(claim(world).is_none());
        world.pass(1);
        assert_eq!(claim(world).map(|job| job.attempt), Some(1));
        assert_eq!(world.statuses(made.id), [Running]);
    });
}

#[test]
fn should_give_a_command_up_that_no_worker_survives() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_rescues: Some(2),
                ..ConfigureRequest::default()
            },
        );
        let made = world.create(&command("deadly"));
        let mut tokens = Vec::new();
        for _ in 0..3 {
            tokens.push(claim(world).expect("a job").fencing_token);
            world.pass(30);
        }
        assert!(tokens.is_sorted_by(|one, other| one < other));
        assert!(claim(world).is_none());
        let execution = world.execution(made.id);
        assert_eq!((execution.status, execution.rescues), (Failed, 3));
        let error = execution.error.expect("a cause");
        assert!(error.contains("the worker w1 fell silent"), "{error}");
    });
}
