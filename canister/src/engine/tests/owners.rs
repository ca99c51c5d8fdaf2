//! What owners ask for, and what they are refused.

use chime_types::{Error, ErrorKind, GetMyTasksRequest, UpdateTaskRequest};

use super::*;

fn refused(request: CreateTaskRequest) -> Error {
    let mut world = World::new();
    let error = service::create(&mut world.state, owner(), START, request).unwrap_err();
    let page = list(&world, GetMyTasksRequest::default());
    assert_eq!(
        (page.total_tasks, page.tasks.len()),
        (0, 0),
        "nothing was written"
    );
    assert_eq!(world.state.agenda_len(), 0, "nothing was armed");
    error
}

fn list(world: &World, request: GetMyTasksRequest) -> chime_types::TaskPage {
    service::list(&world.state, owner(), &request, &ample()).unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table with a row for each rule")]
fn should_name_the_field_and_the_rule_of_what_is_refused() {
    let past = NewSchedule {
        start_at: Some(START - 60 * SECOND),
        ..every(60)
    };
    let once_past = NewSchedule::new(Rule::Once {
        run_at: Some(START - 2 * SECOND),
    });
    let both = NewSchedule {
        start_at: Some(START + SECOND),
        start_after_seconds: Some(1),
        ..every(60)
    };
    let ended = NewSchedule {
        start_at: Some(START + 5 * SECOND),
        end_at: Some(START + 5 * SECOND),
        ..every(60)
    };
    let never = NewSchedule {
        end_at: Some(START + 5 * SECOND),
        ..every(60)
    };
    let long = "x".repeat(limits::MAXIMUM_NAME_CHARACTERS + 1);
    let call = |canister, method: &str, arguments: &str, cycles: Option<u64>| {
        let mut request = task(every(60));
        request.steps = vec![NewStep::new(Action::Call {
            canister,
            method: method.to_string(),
            arguments: Some(chime_types::CallArguments::Text {
                value: arguments.to_string(),
            }),
            cycles: cycles.map(Into::into),
            with_context: None,
            error_cases: None,
        })];
        request
    };
    let other = Principal::from_slice(&[7, 7]);
    let rows: Vec<(CreateTaskRequest, &str, &str)> = vec![
        (
            CreateTaskRequest {
                name: String::new(),
                ..task(every(60))
            },
            "name",
            "1 to 128",
        ),
        (
            CreateTaskRequest {
                name: long,
                ..task(every(60))
            },
            "name",
            "got 129",
        ),
        (
            CreateTaskRequest {
                name: "  ".into(),
                ..task(every(60))
            },
            "name",
            "not a space",
        ),
        (
            CreateTaskRequest {
                steps: vec![],
                ..task(every(60))
            },
            "steps",
            "1 to 32",
        ),
        (
            CreateTaskRequest {
                schedules: vec![],
                ..task(every(60))
            },
            "schedules",
            "1 to 16",
        ),
        (
            CreateTaskRequest {
                schedules: vec![every(60); 17],
                ..task(every(60))
            },
            "schedules",
            "got 17",
        ),
        (
            task(every(0)),
            "schedules[0].rule.interval.repeat_every_seconds",
            "",
        ),
        (task(past), "schedules[0].start_at", "not in the past"),
        (
            task(once_past),
            "schedules[0].rule.once.run_at",
            "not in the past",
        ),
        (
            task(both),
            "schedules[0].start_after_seconds",
            "not together",
        ),
        (task(ended), "schedules[0].end_at", "later than the start"),
        (task(never), "schedules[0].end_at", "after the end"),
        (
            CreateTaskRequest {
                timeout_seconds: Some(0),
                ..task(every(60))
            },
            "timeout_seconds",
            "1 to 86400",
        ),
        (
            CreateTaskRequest {
                retry: Some(retries(0, 0)),
                ..task(every(60))
            },
            "retry.initial_delay_seconds",
            "from 1",
        ),
        (
            CreateTaskRequest {
                idempotency_key: Some(String::new()),
                ..task(every(60))
            },
            "idempotency_key",
            "1 to 128",
        ),
        (
            call(other, "", "()", None),
            "steps[0].action.call.method",
            "1 to 256",
        ),
        (
            call(other, "m", "(", None),
            "steps[0].action.call.arguments",
            "not Candid text",
        ),
        (
            call(other, "m", "()", Some(1)),
            "steps[0].action.call.cycles",
            "controller",
        ),
        (
            call(
                Principal::management_canister(),
                "stop_canister",
                "()",
                None,
            ),
            "steps[0].action.call.method",
            "controller",
        ),
        (
            call(owner().scheduler, "m", "()", None),
            "steps[0].action.call.canister",
            "controller",
        ),
    ];
    for (request, field, rule) in rows {
        let error = refused(request);
        assert_eq!(error.kind, ErrorKind::InvalidArgument);
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
        assert!(error.rule.contains(rule), "{error}");
        assert!(!error.fix.is_empty(), "{error}");
    }
}

#[test]
fn should_accept_what_is_just_within_the_limits() {
    let mut world = World::new();
    let mut request = task(every(1));
    request.name = "x".repeat(limits::MAXIMUM_NAME_CHARACTERS);
    request.metadata = Some("m".repeat(limits::MAXIMUM_METADATA_BYTES));
    request.steps = vec![call_step(); limits::MAXIMUM_STEPS];
    request.schedules = vec![every(limits::MAXIMUM_DURATION_SECONDS); limits::MAXIMUM_SCHEDULES];
    request.timeout_seconds = Some(limits::MAXIMUM_TIMEOUT_SECONDS);
    assert_eq!(world.create(request).steps.len(), limits::MAXIMUM_STEPS);
}

#[test]
fn should_refuse_the_anonymous_principal() {
    let error = Caller::admit(
        &State::open(),
        Principal::anonymous(),
        false,
        owner().scheduler,
    )
    .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
}

#[test]
fn should_hide_tasks_from_everybody_but_their_owner() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let state = &mut world.state;
    let errors = [
        service::get(state, stranger(), made.id).unwrap_err(),
        service::delete(state, stranger(), START, made.id).unwrap_err(),
        service::run_now(
            state,
            stranger(),
            START,
            RunTaskNowRequest {
                task_id: made.id,
                idempotency_key: None,
                scheduled_at: None,
            },
        )
        .unwrap_err(),
        service::resume(state, stranger(), START, made.id).unwrap_err(),
        service::get(state, owner(), made.id + 1).unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.kind == ErrorKind::NotFound));
    assert!(
        service::list(state, stranger(), &GetMyTasksRequest::default(), &ample())
            .unwrap()
            .tasks
            .is_empty()
    );
}

#[test]
fn should_make_one_task_for_one_key() {
    let mut world = World::new();
    let request = CreateTaskRequest {
        idempotency_key: Some("k".to_string()),
        ..task(every(60))
    };
    let first = world.create(request.clone());
    assert_eq!(world.create(request.clone()).id, first.id);
    let other = service::create(&mut world.state, stranger(), START, request.clone());
    assert_ne!(other.unwrap().id, first.id, "keys belong to their owner");
    service::delete(&mut world.state, owner(), START, first.id).unwrap();
    assert_ne!(
        world.create(request).id,
        first.id,
        "a deleted task frees its key"
    );
}

#[test]
fn should_list_every_task_once_over_pages() {
    let mut world = World::new();
    let made: Vec<u64> = (0..25).map(|_| world.create(task(every(60))).id).collect();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = list(
            &world,
            GetMyTasksRequest {
                cursor,
                limit: Some(10),
                owner: None,
            },
        );
        assert_eq!(page.total_tasks, 25);
        seen.extend(page.tasks.iter().map(|task| task.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[test]
fn should_refuse_a_change_of_another_version() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let change = |version, name: &str| UpdateTaskRequest {
        task_id: made.id,
        expected_version: Some(version),
        name: Some(name.to_string()),
        ..UpdateTaskRequest::default()
    };
    let state = &mut world.state;
    let changed = service::update(state, owner(), START, change(1, "a")).unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("a", 2));
    let error = service::update(state, owner(), START, change(1, "b")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(service::get(state, owner(), made.id).unwrap().name, "a");
}

#[test]
fn should_change_nothing_when_one_part_of_a_change_is_refused() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let change = UpdateTaskRequest {
        task_id: made.id,
        name: Some("new".to_string()),
        schedules: Some(vec![every(0)]),
        ..UpdateTaskRequest::default()
    };
    let before = world.get(made.id);
    service::update(&mut world.state, owner(), START, change).unwrap_err();
    assert_eq!(world.get(made.id), before);
}

#[test]
fn should_count_what_finished_today_and_begin_anew_the_next_day() {
    let mut world = World::new();
    let ok = world.create(task(every(60)));
    let bad = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(every(60))
    });
    world.pass(60);
    for start in world.run() {
        world.pass(2);
        if start.task_id.0 == ok.id {
            world.succeed(&start)
        } else {
            world.fail(&start)
        }
    }
    let platform = |world: &World| service::Platform {
        now: world.now,
        cycles: 5,
        stable_pages: 1,
        timer_armed_at: None,
        failed_in_a_row: 0,
    };
    let stats = service::stats(&world.state, owner(), &platform(&world)).unwrap();
    assert_eq!(
        (stats.total_tasks, stats.completed_today, stats.failed_today),
        (2, 1, 1)
    );
    assert_eq!(stats.average_duration_nanoseconds, Some(3 * SECOND));
    let ids: Vec<u64> = stats.upcoming.iter().map(|run| run.task_id).collect();
    assert_eq!(ids, [ok.id, bad.id]);
    world.pass(86_400);
    let stats = service::stats(&world.state, owner(), &platform(&world)).unwrap();
    assert_eq!((stats.completed_today, stats.failed_today), (0, 0));
    assert_eq!(stats.average_duration_nanoseconds, None);
}
