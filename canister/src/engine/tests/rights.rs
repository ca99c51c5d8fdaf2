//! What exists for whom, and rights that are asked for when they are used, not when something was
//! made.

use chime_types::{
    BackfillRequest, ClaimJobsRequest, CompleteJobRequest, Error, ErrorKind, Event,
    EventsSinceRequest, FailJobRequest, HeartbeatJobRequest, Job, PutUserRequest,
    ReleaseJobRequest, WaitReason,
};

use super::*;

/// A number that nothing has.
const NOTHING: u64 = 999_999;

fn operator() -> Caller {
    someone(&[2, 2], Role::Operator)
}

fn viewer() -> Caller {
    someone(&[3, 3], Role::Viewer)
}

pub fn worker() -> Caller {
    someone(&[5, 5], Role::Worker)
}

pub fn register(world: &mut World, caller: Caller, disabled: bool) {
    let request = PutUserRequest {
        principal: caller.principal,
        name: None,
        role: Some(caller.role),
        quotas: None,
        disabled: Some(disabled),
    };
    service::put_user(&mut world.state, admin(), world.now, request).unwrap();
}

pub fn command() -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![NewStep::new(Action::Command {
            command: "echo hello".to_string(),
            queue: None,
        })],
        ..task(now_once())
    }
}

pub fn claim(world: &mut World, caller: Caller) -> Job {
    let request = ClaimJobsRequest {
        worker: "w1".to_string(),
        queue: None,
        limit: None,
        lease_seconds: Some(30),
    };
    let claimed = service::claim_jobs(&mut world.state, caller, world.now, request);
    claimed.unwrap().jobs.remove(0)
}

/// What the four reports about a job are answered.
fn reports(world: &mut World, caller: Caller, execution_id: u64, fencing_token: u64) -> [Error; 4] {
    let (state, now) = (&mut world.state, world.now);
    let heartbeat = HeartbeatJobRequest {
        execution_id,
        fencing_token,
        lease_seconds: None,
        log: None,
    };
    let complete = CompleteJobRequest {
        execution_id,
        fencing_token,
        result: String::new(),
    };
    let fail = FailJobRequest {
        execution_id,
        fencing_token,
        error: String::new(),
        terminal: None,
    };
    let release = ReleaseJobRequest {
        execution_id,
        fencing_token,
        snooze_seconds: None,
    };
    [
        service::heartbeat_job(state, caller, now, heartbeat).unwrap_err(),
        service::complete_job(state, caller, now, complete).unwrap_err(),
        service::fail_job(state, caller, now, fail).unwrap_err(),
        service::release_job(state, caller, now, &release).unwrap_err(),
    ]
}

/// The kind of the answer to all four reports, which say nothing else than for a job that never was
/// if it is `not_found`.
fn kind(world: &mut World, caller: Caller, execution_id: u64, token: u64) -> ErrorKind {
    let errors = reports(world, caller, execution_id, token);
    let missing = reports(world, caller, NOTHING, token);
    let kind = errors[0].kind;
    for (error, mut none) in errors.into_iter().zip(missing) {
        assert_eq!(error.kind, kind);
        if kind == ErrorKind::NotFound {
            none.rule = none.rule.replace("999999", &execution_id.to_string());
            assert_eq!(error, none);
        }
    }
    kind
}

#[test]
fn should_tell_nobody_of_jobs_that_it_may_not_know_of() {
    let mut world = World::new();
    let made = world.create(command());
    world.run();
    let waiting = world.executions(made.id)[0].id;
    let never_claimed = [
        (owner(), ErrorKind::Conflict),
        (stranger(), ErrorKind::NotFound),
        (viewer(), ErrorKind::Forbidden),
        (worker(), ErrorKind::NotFound),
        (operator(), ErrorKind::Conflict),
        (admin(), ErrorKind::Conflict),
    ];
    for (caller, expected) in never_claimed {
        assert_eq!(kind(&mut world, caller, waiting, 1), expected, "{caller:?}");
    }
    let job = claim(&mut world, worker());
    let held_by_a_worker = [
        (owner(), ErrorKind::NotFound),
        (stranger(), ErrorKind::NotFound),
        (viewer(), ErrorKind::Forbidden),
        (operator(), ErrorKind::NotFound),
        (admin(), ErrorKind::NotFound),
    ];
    let token = job.fencing_token;
    for (caller, expected) in held_by_a_worker {
        assert_eq!(
            kind(&mut world, caller, waiting, token),
            expected,
            "{caller:?}"
        );
    }
    let wrong_token = kind(&mut world, worker(), waiting, token + 1);
    assert_eq!(wrong_token, ErrorKind::Conflict);
}

#[test]
fn should_take_no_report_under_a_role_that_may_not_hold_the_job() {
    let mut world = World::new();
    world.create(command());
    world.run();
    let job = claim(&mut world, worker());
    let now_a = |role| Caller { role, ..worker() };
    let (id, token) = (job.execution_id, job.fencing_token);
    let rows = [
        (Role::Viewer, ErrorKind::Forbidden),
        (Role::User, ErrorKind::NotFound),
    ];
    for (role, expected) in rows {
        assert_eq!(
            kind(&mut world, now_a(role), id, token),
            expected,
            "{role:?}"
        );
    }
    world.pass(31);
    world.run();
    let execution = world.execution(id);
    assert_eq!(execution.waiting_for, Some(WaitReason::Worker));
}

fn put_user(world: &mut World, caller: Caller, role: Option<Role>, disabled: Option<bool>) {
    let request = PutUserRequest {
        principal: caller.principal,
        name: None,
        role,
        quotas: None,
        disabled,
    };
    service::put_user(&mut world.state, admin(), world.now, request).unwrap();
}

#[test]
fn should_end_leases_at_once_that_their_holder_may_not_have_any_more() {
    let registered = |role| move |world: &mut World| put_user(world, worker(), Some(role), None);
    type Change = Box<dyn Fn(&mut World)>;
    let changes: [(Change, bool); 6] = [
        (Box::new(registered(Role::Viewer)), true),
        (Box::new(registered(Role::User)), true),
        (Box::new(registered(Role::Admin)), false),
        (
            Box::new(|world| put_user(world, worker(), None, Some(true))),
            true,
        ),
        (
            Box::new(|world| {
                let principal = worker().principal;
                service::delete_user(&mut world.state, admin(), world.now, principal).unwrap();
            }),
            true,
        ),
        (
            Box::new(|world| {
                put_user(world, stranger(), Some(Role::Viewer), None);
            }),
            false,
        ),
    ];
    for (index, (change, ends)) in changes.iter().enumerate() {
        let mut world = World::new();
        put_user(&mut world, worker(), Some(Role::Worker), None);
        let made = world.create(command());
        world.run();
        let job = claim(&mut world, worker());
        change(&mut world);
        world.run();
        let execution = &world.executions(made.id)[0];
        assert_eq!(
            execution.waiting_for == Some(WaitReason::Worker),
            *ends,
            "{index}"
        );
        if *ends {
            let error = execution.attempts[0].error.as_deref();
            assert_eq!(error, Some("the worker w1 may not hold the job any more"));
            // Somebody else gets it at once, under a higher token.
            let other = someone(&[6, 6], Role::Worker);
            assert!(claim(&mut world, other).fencing_token > job.fencing_token);
        } else {
            world.pass(29);
            world.run();
            assert_eq!(world.executions(made.id)[0].waiting_for, None, "{index}");
        }
    }
}

#[test]
fn should_leave_its_own_jobs_to_a_worker_that_becomes_a_user() {
    let mut world = World::new();
    world.create(command());
    world.run();
    let job = claim(&mut world, owner());
    put_user(&mut world, owner(), Some(Role::User), None);
    world.run();
    assert_eq!(world.execution(job.execution_id).waiting_for, None);
}

fn events(world: &World, caller: Caller, request: &EventsSinceRequest) -> (Vec<Event>, u64, bool) {
    let page = service::events_since(&world.state, caller, request).unwrap();
    (page.events, page.next_cursor, page.lost)
}

#[test]
fn should_not_tell_in_a_cursor_how_much_happens_to_others() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let all = EventsSinceRequest::default();
    let of_task = EventsSinceRequest {
        task_id: Some(made.id),
        ..EventsSinceRequest::default()
    };
    let (shown, own, _) = events(&world, owner(), &all);
    assert_eq!(own, shown.last().unwrap().id);
    for _ in 0..20 {
        service::create(&mut world.state, stranger(), START, task(every(60))).unwrap();
    }
    for request in [&all, &of_task] {
        assert_eq!(events(&world, owner(), request).1, own);
        let behind = EventsSinceRequest {
            cursor: Some(u64::MAX - 1),
            ..request.clone()
        };
        assert_eq!(events(&world, owner(), &behind), (Vec::new(), own, false));
    }
    let everything = EventsSinceRequest {
        all_owners: Some(true),
        ..EventsSinceRequest::default()
    };
    assert!(events(&world, admin(), &everything).1 > own);
    let nobody = someone(&[8, 8], Role::User);
    assert_eq!(events(&world, nobody, &all), (Vec::new(), 0, false));
}

#[test]
fn should_not_call_the_loss_of_events_of_others_a_gap() {
    let mut world = World::configured(ConfigureRequest {
        maximum_events: Some(1_000),
        ..ConfigureRequest::default()
    });
    let flood = |world: &mut World, task_id| {
        for _ in 0..1_100 {
            let state = &mut world.state;
            service::resume(state, stranger(), START, task_id).unwrap();
            let pause = chime_types::PauseTaskRequest {
                task_id,
                reason: None,
                cancel_running: None,
            };
            service::pause(state, stranger(), START, pause).unwrap();
        }
    };
    let others = service::create(&mut world.state, stranger(), START, task(every(60))).unwrap();
    flood(&mut world, others.id);
    let made = world.create(task(every(60)));
    let all = EventsSinceRequest::default();
    let (shown, cursor, _) = events(&world, owner(), &all);
    assert_eq!(shown.len(), 1);
    let after = EventsSinceRequest {
        cursor: Some(cursor),
        ..EventsSinceRequest::default()
    };
    assert_eq!(events(&world, owner(), &after), (Vec::new(), cursor, false));
    // Their own events are lost: they are told, once.
    let begun = EventsSinceRequest {
        cursor: Some(1),
        ..EventsSinceRequest::default()
    };
    let (_, next, lost) = events(&world, stranger(), &begun);
    assert!(lost);
    let after = EventsSinceRequest {
        cursor: Some(next),
        ..EventsSinceRequest::default()
    };
    assert!(!events(&world, stranger(), &after).2);
    service::delete(&mut world.state, owner(), START, made.id).unwrap();
}

#[test]
fn should_tell_nobody_of_backfills_of_others() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        disabled: Some(true),
        ..task(every(60))
    });
    world.pass(600);
    let request = BackfillRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        from_at: START,
        until_at: world.now - SECOND,
        maximum_concurrent: None,
        count_only: None,
        expected_slots: None,
    };
    let (state, now) = (&mut world.state, world.now);
    let backfill = service::backfill(state, owner(), now, &request).unwrap();
    let mut refused = |id| service::cancel_backfill(state, stranger(), now, id).unwrap_err();
    let real = refused(backfill.id);
    let mut none = refused(NOTHING);
    none.rule = none.rule.replace("999999", &backfill.id.to_string());
    assert_eq!(real, none);
    assert_eq!(real.kind, ErrorKind::NotFound);
}

#[test]
fn should_keep_a_disabled_user_registered_who_would_be_let_in_else() {
    let mut world = World::new();
    register(&mut world, stranger(), true);
    let principal = stranger().principal;
    let remove =
        |world: &mut World| service::delete_user(&mut world.state, admin(), world.now, principal);
    let error = remove(&mut world).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(error.field.as_deref(), Some("principal"));
    let admitted = Caller::admit(&world.state, principal, false, owner().scheduler);
    assert_eq!(admitted.unwrap_err().kind, ErrorKind::Forbidden);
    register(&mut world, stranger(), false);
    assert_eq!(remove(&mut world).unwrap().removed, 1);
}

fn calling(canister: Principal, method: &str, cycles: Option<u64>) -> Action {
    Action::Call {
        canister,
        method: method.to_string(),
        arguments: None,
        cycles: cycles.map(Into::into),
        with_context: None,
        error_cases: None,
    }
}

#[test]
fn should_ask_who_vouches_for_cycles_and_reserved_calls_when_they_are_made() {
    let controller = Caller {
        is_controller: true,
        ..admin()
    };
    let scheduler = controller.scheduler;
    let management = Principal::management_canister();
    let other = Principal::from_slice(&[7, 7]);
    let asker = Some(controller.principal);
    let rows = [
        (calling(other, "work", None), None),
        (calling(other, "work", Some(1)), asker),
        (calling(management, "raw_rand", None), None),
        (calling(management, "stop_canister", None), asker),
        (calling(scheduler, "get_me", None), asker),
        (Action::Maintenance { dry_run: None }, asker),
    ];
    for (action, expected) in rows {
        let mut world = World::new();
        let request = CreateTaskRequest {
            steps: vec![NewStep::new(action.clone())],
            ..task(now_once())
        };
        service::create(&mut world.state, controller, START, request).unwrap();
        let start = world.run_one();
        let asked = crate::engine::rights::vouching_controller(&world.state, scheduler, &start);
        assert_eq!(asked, expected, "{action:?}");
    }
}
