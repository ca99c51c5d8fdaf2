//! `dry_run` on the compiled wasm: it answers what the methods would, and nothing is kept of it.

use candid::Encode;
use chime_tests::interface::Interface;
use chime_tests::reading::{differences, read};
use chime_tests::{Sender, World, every, in_virtual_time, note, on_each_network, task};
use chime_types::{
    Action, Change, Changed, ConfigResult, ConfigureRequest, CreateTaskRequest, DryRunRequest,
    DryRunResult, Error, ErrorKind, HttpAction, NewSchedule, NewStep, PutCodexRequest, Rule,
    RunTaskNowRequest, SetScheduleRequest, Task, TaskRequest, TaskResult, TriedChange,
    UpdateTaskRequest, limits,
};

fn create(request: &CreateTaskRequest) -> Change {
    Change::create_task(request.clone())
}

fn hourly(name: &str) -> CreateTaskRequest {
    task(name, vec![note("x")], every(3_600))
}

fn ask(world: &mut World, changes: Vec<Change>) -> Result<Vec<TriedChange>, Error> {
    let request = DryRunRequest { changes };
    let answer: DryRunResult = world
        .query(Sender::Owner, "dry_run", &request)
        .expect("no rejection");
    Ok(answer.into_result()?.outcomes)
}

fn dry_run(world: &mut World, changes: Vec<Change>) -> Vec<Result<Changed, Error>> {
    let outcomes = ask(world, changes).expect("tried").into_iter();
    let outcomes = outcomes.map(|outcome| match outcome {
        TriedChange::Ok(changed) => Ok(changed),
        TriedChange::Err(error) => Err(error),
    });
    outcomes.collect()
}

/// The task that each of these changes answers with.
fn task_of(outcome: Result<Changed, Error>) -> Result<Task, Error> {
    Ok(match outcome? {
        Changed::create_task(task)
        | Changed::update_task(task)
        | Changed::resume_task(task)
        | Changed::set_schedule(task) => task,
        other => panic!("no task: {other:?}"),
    })
}

fn configure(world: &mut World, request: &ConfigureRequest) {
    let answer: ConfigResult = world
        .update(Sender::Owner, "configure", request)
        .expect("no rejection");
    answer.into_result().expect("configured");
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
        let changes = vec![
            create(&hourly("first")),
            create(&hourly("second")),
            Change::set_schedule(off),
            Change::delete_task(id.clone()),
            Change::resume_task(id),
        ];
        let mut outcomes = dry_run(world, changes).into_iter();
        let first = task_of(outcomes.next().unwrap()).expect("made");
        let second = task_of(outcomes.next().unwrap()).expect("made");
        assert_eq!(first.name, "first");
        assert_eq!(second.name, "second");
        assert_eq!(second.id, first.id + 1, "the first counts for the second");
        assert!(first.next_run_at.is_some());
        let set = task_of(outcomes.next().unwrap()).expect("set");
        assert!(set.schedules[0].disabled);
        let deleted = outcomes.next().unwrap().expect("deleted");
        assert!(matches!(deleted, Changed::delete_task(_)), "{deleted:?}");
        let gone = outcomes.next().unwrap().expect_err("refused");
        assert_eq!(gone.kind, ErrorKind::NotFound);
        let differ = differences(&before, &read(world, &interface));
        let differ: Vec<_> = differ
            .iter()
            .filter(|(path, _)| path != "get_stats.Ok.now_at")
            .collect();
        assert!(differ.is_empty(), "{differ:?}");
        world.pass(3_600);
        assert_eq!(world.executions(made.id).len(), 1, "it fires as before");
    });
}

#[test]
fn should_refuse_what_the_method_refuses_in_the_same_words() {
    in_virtual_time(|world| {
        let long = "x".repeat(limits::MAXIMUM_NAME_CHARACTERS + 1);
        let past = NewSchedule::new(Rule::Once { run_at: Some(1) });
        let nowhere = Action::Http {
            request: HttpAction::get("gopher://example.org"),
        };
        let wrong = [
            CreateTaskRequest::default(),
            hourly(""),
            hourly(&long),
            task("past", vec![note("x")], past),
            task("fast", vec![note("x")], every(0)),
            task("stepless", Vec::new(), every(60)),
            task("nowhere", vec![NewStep::new(nowhere)], every(60)),
            CreateTaskRequest {
                metadata: Some("m".repeat(limits::MAXIMUM_METADATA_BYTES + 1)),
                ..hourly("metadata")
            },
            CreateTaskRequest {
                schedules: vec![every(60); limits::MAXIMUM_SCHEDULES + 1],
                ..hourly("schedules")
            },
        ];
        for request in wrong {
            let tried = dry_run(world, vec![create(&request)]).remove(0);
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
        let tried = dry_run(world, vec![Change::update_task(version)]).remove(0);
        assert_eq!(tried.expect_err("refused").kind, ErrorKind::Conflict);
    });
}

/// A file of a thousand tasks, of which the quota takes a hundred.
#[test]
fn should_count_towards_the_quota_what_was_tried_before() {
    in_virtual_time(|world| {
        world.create(&hourly("there"));
        let changes = (0..1_000).map(|number| create(&hourly(&format!("new {number}"))));
        let outcomes = dry_run(world, changes.collect());
        assert_eq!(outcomes.len(), 1_000);
        let made = outcomes
            .iter()
            .take_while(|outcome| outcome.is_ok())
            .count();
        assert_eq!(made, 99);
        for outcome in &outcomes[made..] {
            let error = outcome.as_ref().expect_err("refused");
            assert_eq!(error.kind, ErrorKind::LimitExceeded, "{error}");
        }
        for number in 0..made {
            world.create(&hourly(&format!("new {number}")));
        }
        let one_more = world.try_create(&hourly("one more")).expect_err("refused");
        assert_eq!(outcomes[made].as_ref().expect_err("refused"), &one_more);
    });
}

/// What is known of a full owner is forgotten when something would make room.
#[test]
fn should_find_the_room_that_a_change_would_make() {
    in_virtual_time(|world| {
        let fewer = ConfigureRequest {
            maximum_tasks_per_owner: Some(1),
            ..ConfigureRequest::default()
        };
        configure(world, &fewer);
        let task_id = world.create(&hourly("there")).id;
        let changes = vec![
            create(&hourly("first")),
            create(&hourly("second")),
            Change::delete_task(TaskRequest { task_id }),
            create(&hourly("third")),
            create(&hourly("fourth")),
        ];
        let outcomes = dry_run(world, changes);
        let done: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
        assert_eq!(done, [false, false, true, true, false]);
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
        let both = vec![Change::put_codex(program.clone()), create(&runs)];
        let mut outcomes = dry_run(world, both);
        task_of(outcomes.remove(1)).expect("made");
        let Ok(Changed::put_codex(stored)) = outcomes.remove(0) else {
            panic!("it is not stored");
        };
        assert_eq!(stored.version.number, 1);
        let address = PutCodexRequest {
            code: None,
            url: Some("https://example.org/job.py".to_string()),
            checksum: Some(format!("sha256:{}", "0".repeat(64))),
            ..program
        };
        let refused = dry_run(world, vec![Change::put_codex(address)]).remove(0);
        let refused = refused.expect_err("refused");
        assert_eq!(refused.field.as_deref(), Some("url"), "{refused}");
    });
}

/// As an update it would be paid for by the scheduler, and what it tried has to stay untried.
#[test]
fn should_be_a_query_only() {
    on_each_network(|world| {
        let request = DryRunRequest {
            changes: vec![create(&hourly("tried"))],
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

#[test]
fn should_refuse_strangers_before_it_reads_what_they_send() {
    in_virtual_time(|world| {
        for sender in [Sender::Anonymous, Sender::Stranger] {
            let request = DryRunRequest {
                changes: vec![Change::configure(ConfigureRequest::default())],
            };
            let answer: DryRunResult = world
                .query(sender, "dry_run", &request)
                .expect("no rejection");
            let refused = match answer.into_result() {
                Err(error) => error,
                Ok(tried) => match &tried.outcomes[..] {
                    [TriedChange::Err(error)] => error.clone(),
                    other => panic!("{sender:?} may: {other:?}"),
                },
            };
            let expected = match sender {
                Sender::Anonymous => ErrorKind::Unauthenticated,
                _ => ErrorKind::Forbidden,
            };
            assert_eq!(refused.kind, expected, "{sender:?}");
        }
    });
}

/// What does not fit into a query is left out, from the end, and what was tried is right.
#[test]
fn should_end_before_a_query_does() {
    in_virtual_time(|world| {
        world.raise_limits();
        let large = CreateTaskRequest {
            description: Some("d".repeat(500)),
            schedules: vec![every(60); limits::MAXIMUM_SCHEDULES],
            ..hourly("many")
        };
        let outcomes = dry_run(world, vec![create(&large); 1_000]);
        assert!((100..1_000).contains(&outcomes.len()), "{}", outcomes.len());
        assert!(outcomes.iter().all(Result::is_ok));
        let error = ask(world, vec![create(&hourly("many")); 1_001]).expect_err("refused");
        assert_eq!(error.field.as_deref(), Some("changes"), "{error}");
        let huge = CreateTaskRequest {
            description: Some("d".repeat(4_000)),
            ..hourly("many")
        };
        let error = ask(world, vec![create(&huge); 1_000]).expect_err("refused");
        assert_eq!(error.field.as_deref(), Some("request"), "{error}");
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
        let Ok(Changed::run_task_now(run)) =
            dry_run(world, vec![Change::run_task_now(request)]).remove(0)
        else {
            panic!("it does not begin");
        };
        assert_eq!(run.task_id, made.id);
        world.pass(10);
        assert!(world.executions(made.id).is_empty());
    });
}
