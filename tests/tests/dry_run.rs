//! `dry_run` on the compiled wasm: it answers what the methods would, and nothing is kept of it.

use candid::{CandidType, Encode};
use chime_tests::interface::Interface;
use chime_tests::reading::{differences, read};
use chime_tests::{Sender, World, every, in_virtual_time, note, on_each_network, task};
use chime_types::{
    Action, CodexResult, ConfigureRequest, CreateTaskRequest, DryRunRequest, DryRunResult, Error,
    ErrorKind, ExecutionResult, NewSchedule, NewStep, PutCodexRequest, Rule, RunTaskNowRequest,
    SetScheduleRequest, Task, TaskRequest, TaskResult, TriedCall, UpdateTaskRequest, limits,
};
use serde::de::DeserializeOwned;

fn call(method: &str, request: &impl CandidType) -> TriedCall {
    TriedCall {
        method: method.to_string(),
        argument: Encode!(request).expect("a request can be encoded"),
    }
}

fn create(request: &CreateTaskRequest) -> TriedCall {
    call("create_task", request)
}

fn hourly(name: &str) -> CreateTaskRequest {
    task(name, vec![note("x")], every(3_600))
}

fn dry_run(world: &mut World, calls: Vec<TriedCall>) -> Result<Vec<Vec<u8>>, Error> {
    let request = DryRunRequest { calls };
    let answer: DryRunResult = world
        .query(Sender::Owner, "dry_run", &request)
        .expect("no rejection");
    let answers = answer.into_result()?.answers;
    Ok(answers
        .into_iter()
        .map(|answer| answer.into_vec())
        .collect())
}

fn read_as<T: CandidType + DeserializeOwned>(answer: &[u8]) -> T {
    candid::decode_one(answer).expect("the answer of the method")
}

fn tasks(answers: &[Vec<u8>]) -> Vec<Result<Task, Error>> {
    let each = answers.iter().map(|answer| read_as::<TaskResult>(answer));
    each.map(TaskResult::into_result).collect()
}

#[test]
fn should_answer_as_the_methods_would_and_keep_nothing() {
    on_each_network(|world| {
        let interface = Interface::shown_by(world);
        let made = world.create(&hourly("there"));
        let before = read(world, &interface);
        let id = TaskRequest { task_id: made.id };
        let off = SetScheduleRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            disabled: true,
        };
        let answers = dry_run(
            world,
            vec![
                create(&hourly("first")),
                create(&hourly("second")),
                call("set_schedule", &off),
                call("delete_task", &id),
                call("resume_task", &id),
            ],
        )
        .expect("tried");
        let [first, second, set, deleted, gone] = answers.as_slice() else {
            panic!("{} answers", answers.len());
        };
        let first = read_as::<TaskResult>(first).into_result().expect("made");
        let second = read_as::<TaskResult>(second).into_result().expect("made");
        assert_eq!(
            (first.name.as_str(), second.name.as_str()),
            ("first", "second")
        );
        assert_eq!(second.id, first.id + 1, "the first counts for the second");
        assert!(first.next_run_at.is_some());
        let set = read_as::<TaskResult>(set).into_result().expect("set");
        assert!(set.schedules[0].disabled);
        read_as::<chime_types::DeleteTaskResult>(deleted)
            .into_result()
            .expect("deleted");
        let gone = read_as::<TaskResult>(gone).into_result().unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
        assert_eq!(differences(&before, &read(world, &interface)), []);
        world.pass(3_600);
        assert_eq!(world.executions(made.id).len(), 1, "it fires as before");
    });
}

#[test]
fn should_refuse_what_the_method_refuses_in_the_same_words() {
    in_virtual_time(|world| {
        let long = "x".repeat(limits::MAXIMUM_NAME_CHARACTERS + 1);
        let past = NewSchedule::new(Rule::Once { run_at: Some(1) });
        let unknown = Action::Named {
            action_name: "nobody".to_string(),
            entity_name: None,
            attributes: "{}".to_string(),
            as_user: None,
        };
        let wrong = [
            CreateTaskRequest::default(),
            hourly(""),
            hourly(&long),
            task("past", vec![note("x")], past),
            task("fast", vec![note("x")], every(0)),
            task("stepless", Vec::new(), every(60)),
            task("unknown", vec![NewStep::new(unknown)], every(60)),
            CreateTaskRequest {
                metadata: Some("{".to_string()),
                ..hourly("metadata")
            },
            CreateTaskRequest {
                schedules: vec![every(60); limits::MAXIMUM_SCHEDULES + 1],
                ..hourly("schedules")
            },
        ];
        for request in wrong {
            let tried = dry_run(world, vec![create(&request)]).expect("tried");
            let tried = read_as::<TaskResult>(&tried[0]).into_result();
            let done: TaskResult = world
                .update(Sender::Owner, "create_task", &request)
                .expect("no rejection");
            let done = done.into_result().expect_err("refused");
            assert_eq!(tried.expect_err("refused"), done);
        }
        let version = UpdateTaskRequest {
            task_id: world.create(&hourly("there")).id,
            expected_version: Some(7),
            name: Some("other".to_string()),
            ..UpdateTaskRequest::default()
        };
        let tried = dry_run(world, vec![call("update_task", &version)]).expect("tried");
        let tried = tasks(&tried).remove(0).expect_err("refused");
        assert_eq!(tried.kind, ErrorKind::Conflict);
    });
}

#[test]
fn should_count_towards_the_quota_what_was_tried_before() {
    in_virtual_time(|world| {
        let fewer = ConfigureRequest {
            maximum_tasks_per_owner: Some(5),
            ..ConfigureRequest::default()
        };
        let answer: chime_types::ConfigResult = world
            .update(Sender::Owner, "configure", &fewer)
            .expect("no rejection");
        answer.into_result().expect("configured");
        world.create(&hourly("there"));
        let calls = (0..7).map(|number| create(&hourly(&format!("new {number}"))));
        let answers = dry_run(world, calls.collect()).expect("tried");
        let answers = tasks(&answers);
        let refused: Vec<_> = answers.iter().map(Result::is_err).collect();
        assert_eq!(refused, [false, false, false, false, true, true, true]);
        let error = answers[4].as_ref().unwrap_err();
        assert_eq!(error.kind, ErrorKind::LimitExceeded, "{error}");
        for number in 0..4 {
            world.create(&hourly(&format!("new {number}")));
        }
    });
}

#[test]
fn should_let_a_task_run_the_program_that_is_stored_before_it() {
    in_virtual_time(|world| {
        let program = PutCodexRequest {
            name: "job".to_string(),
            code: Some("result = 1".to_string()),
            ..PutCodexRequest::default()
        };
        let step = NewStep::new(Action::Codex {
            name: "job".to_string(),
            code: None,
            input: None,
        });
        let runs = task("runs it", vec![step], every(60));
        let both = vec![call("put_codex", &program), create(&runs)];
        let answers = dry_run(world, both).expect("tried");
        let stored = read_as::<CodexResult>(&answers[0])
            .into_result()
            .expect("stored");
        assert_eq!(stored.version.number, 1);
        tasks(&answers[1..]).remove(0).expect("made");
        let address = PutCodexRequest {
            code: None,
            url: Some("https://example.org/job.py".to_string()),
            checksum: Some(format!("sha256:{}", "0".repeat(64))),
            ..program
        };
        let answers = dry_run(world, vec![call("put_codex", &address)]).expect("tried");
        let refused = read_as::<CodexResult>(&answers[0])
            .into_result()
            .unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("url"), "{refused}");
    });
}

#[test]
fn should_name_the_call_that_is_none() {
    in_virtual_time(|world| {
        for method in [
            "",
            "no_such_method",
            "get_task",
            "dry_run",
            "go_on",
            "http_request",
        ] {
            let calls = vec![create(&hourly("fine")), call(method, &0u8)];
            let error = dry_run(world, calls).expect_err("refused");
            assert_eq!(error.kind, ErrorKind::InvalidArgument, "{method}");
            assert_eq!(error.field.as_deref(), Some("calls[1].method"), "{method}");
        }
        let garbage = TriedCall {
            method: "create_task".to_string(),
            argument: b"garbage".to_vec(),
        };
        let answers = dry_run(world, vec![garbage]).expect("tried");
        let error = tasks(&answers).remove(0).expect_err("refused");
        assert_eq!(error.field.as_deref(), Some("request"));
    });
}

/// As an update it would be paid for by the scheduler, and what it tried has to stay untried.
#[test]
fn should_be_a_query_only() {
    on_each_network(|world| {
        let request = DryRunRequest {
            calls: vec![create(&hourly("tried"))],
        };
        let scheduler = world.scheduler;
        let bytes = Encode!(&request).expect("a request can be encoded");
        let refused = world
            .network
            .update(Sender::Owner, scheduler, "dry_run", bytes)
            .expect_err("refused");
        assert!(refused.contains("a query only"), "{refused}");
        assert!(world.list(None, 10).tasks.is_empty());
    });
}

/// What does not fit into a query is left out, from the end, and what was tried is right.
#[test]
fn should_end_before_a_query_does() {
    in_virtual_time(|world| {
        world.raise_limits();
        let large = CreateTaskRequest {
            description: Some("d".repeat(200)),
            ..hourly("many")
        };
        let calls: Vec<_> = (0..6_000).map(|_| create(&large)).collect();
        let bytes: usize = calls.iter().map(|call| call.argument.len()).sum();
        assert!(bytes < limits::MAXIMUM_DRY_RUN_REQUEST_BYTES, "{bytes}");
        let answers = dry_run(world, calls).expect("tried");
        assert!((500..6_000).contains(&answers.len()), "{}", answers.len());
        assert!(tasks(&answers).iter().all(Result::is_ok));
        assert!(world.list(None, 10).tasks.is_empty());
    });
}

#[test]
fn should_try_a_run_without_running_it() {
    in_virtual_time(|world| {
        let made = world.create(&hourly("there"));
        let request = RunTaskNowRequest {
            task_id: made.id,
            ..RunTaskNowRequest::default()
        };
        let answers = dry_run(world, vec![call("run_task_now", &request)]).expect("tried");
        let run = read_as::<ExecutionResult>(&answers[0])
            .into_result()
            .expect("begun");
        assert_eq!(run.task_id, made.id);
        world.pass(10);
        assert!(world.executions(made.id).is_empty());
    });
}
