//! Who may do what: users, roles, quotas, the configuration, and who did what in the timeline.

use chime_types::{ConfigPreset, ErrorKind, EventKind, EventsSinceRequest, PutUserRequest, Quotas};

use super::*;

fn put(
    world: &mut World,
    caller: Caller,
    request: PutUserRequest,
) -> Result<chime_types::User, chime_types::Error> {
    service::put_user(&mut world.state, caller, world.now, request)
}

fn user(principal: Principal) -> PutUserRequest {
    PutUserRequest {
        principal,
        name: None,
        role: None,
        quotas: None,
        disabled: None,
    }
}

fn admit(world: &World, principal: Principal, is_controller: bool) -> Result<Caller, ErrorKind> {
    Caller::admit(&world.state, principal, is_controller, owner().scheduler)
        .map_err(|error| error.kind)
}

#[test]
fn should_admit_by_the_register_and_the_configuration() {
    let mut world = World::new();
    let someone = Principal::from_slice(&[4, 4]);
    assert_eq!(admit(&world, someone, false).unwrap().role, Role::User);
    assert_eq!(admit(&world, someone, true).unwrap().role, Role::Admin);
    world.configure(ConfigureRequest {
        open_to_everybody: Some(false),
        ..ConfigureRequest::default()
    });
    assert_eq!(admit(&world, someone, false), Err(ErrorKind::Forbidden));
    let viewer = PutUserRequest {
        role: Some(Role::Viewer),
        ..user(someone)
    };
    put(&mut world, admin(), viewer).unwrap();
    assert_eq!(admit(&world, someone, false).unwrap().role, Role::Viewer);
    let off = PutUserRequest {
        disabled: Some(true),
        ..user(someone)
    };
    put(&mut world, admin(), off).unwrap();
    assert_eq!(admit(&world, someone, false), Err(ErrorKind::Forbidden));
}

#[test]
fn should_allow_each_role_what_it_may_and_no_more() {
    // see, operate, change, create, configure
    let rows = [
        (Role::Admin, [true, true, true, true, true]),
        (Role::Operator, [true, true, false, true, false]),
        (Role::User, [false, false, false, true, false]),
        (Role::Viewer, [true, false, false, false, false]),
        (Role::Worker, [false, false, false, false, false]),
    ];
    for (role, expected) in rows {
        let mut world = World::new();
        let made = world.create(task(every(60)));
        let caller = someone(&[7, 7, 7], role);
        let state = &mut world.state;
        let change = chime_types::UpdateTaskRequest {
            task_id: made.id,
            name: Some("new".to_string()),
            ..Default::default()
        };
        let allowed = [
            service::get(state, caller, made.id).is_ok(),
            service::resume(state, caller, START, made.id).is_ok(),
            service::update(state, caller, START, change).is_ok(),
            service::create(state, caller, START, task(every(60))).is_ok(),
            service::configure(state, caller, START, ConfigureRequest::default()).is_ok(),
        ];
        assert_eq!(allowed, expected, "{role:?}");
    }
}

#[test]
fn should_let_only_an_admin_run_in_the_name_of_another() {
    let mut world = World::new();
    let request = |run_as| CreateTaskRequest {
        run_as: Some(run_as),
        ..task(every(60))
    };
    let other = stranger().principal;
    let state = &mut world.state;
    let error = service::create(state, owner(), START, request(other)).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("run_as"));
    service::create(state, owner(), START, request(owner().principal)).unwrap();
    service::create(state, admin(), START, request(other)).unwrap();
}

#[test]
fn should_keep_names_of_users_apart() {
    let mut world = World::new();
    let named = |bytes: &[u8], name: &str| PutUserRequest {
        name: Some(name.to_string()),
        ..user(Principal::from_slice(bytes))
    };
    put(&mut world, admin(), named(&[1], "ann@example.org")).unwrap();
    let error = put(&mut world, admin(), named(&[2], "ann@example.org")).unwrap_err();
    assert_eq!(
        (error.kind, error.field.as_deref()),
        (ErrorKind::Conflict, Some("name"))
    );
    put(&mut world, admin(), named(&[1], "ann@example.com")).unwrap();
    put(&mut world, admin(), named(&[2], "ann@example.org")).unwrap();
    let error = put(&mut world, owner(), user(owner().principal)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
}

#[test]
fn should_hold_the_documented_defaults_and_the_production_set() {
    let mut world = World::new();
    let shown = service::get_config(&world.state, owner()).unwrap();
    let five = |config: &chime_types::Config| {
        (
            config.maximum_concurrent,
            config.maximum_tasks_per_owner,
            config.maximum_executions_per_task,
            config.default_timeout_seconds,
            config.cleanup_interval_seconds / 3_600,
        )
    };
    assert_eq!(five(&shown), (10, 100, 1_000, 300, 24));
    let request = ConfigureRequest {
        preset: Some(ConfigPreset::Production),
        ..ConfigureRequest::default()
    };
    let set = service::configure(&mut world.state, admin(), START, request).unwrap();
    assert_eq!(five(&set), (20, 500, 5_000, 600, 12));
    let request = ConfigureRequest {
        maximum_concurrent: Some(201),
        ..ConfigureRequest::default()
    };
    let error = service::configure(&mut world.state, admin(), START, request).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("maximum_concurrent"));
    assert_eq!(service::get_config(&world.state, owner()).unwrap(), set);
}

#[test]
fn should_heed_the_quota_of_tasks() {
    let mut world = World::new();
    for _ in 0..100 {
        world.create(task(every(60)));
    }
    let error = service::create(&mut world.state, owner(), START, task(every(60))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    let more = PutUserRequest {
        quotas: Some(Quotas {
            maximum_tasks: Some(101),
            ..Quotas::default()
        }),
        ..user(owner().principal)
    };
    put(&mut world, admin(), more).unwrap();
    world.create(task(every(60)));
}

#[test]
fn should_skip_slots_above_the_quota_of_runs_and_begin_anew_the_next_hour() {
    let mut world = World::configured(ConfigureRequest {
        maximum_runs_per_hour: Some(3),
        ..ConfigureRequest::default()
    });
    let made = world.create(task(every(600)));
    let mut ran = Vec::new();
    for slot in 1..=12 {
        world.pass(600);
        for start in world.run() {
            ran.push(slot);
            world.succeed(&start);
        }
    }
    // The hour begins at a whole hour: slots 6 and 12 are the first of theirs.
    assert_eq!(ran, [1, 2, 3, 6, 7, 8, 12]);
    let request = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: None,
        scheduled_at: None,
    };
    for expected in [true, true, false] {
        let answer = service::run_now(&mut world.state, owner(), world.now, request.clone());
        assert_eq!(answer.is_ok(), expected);
    }
}

#[test]
fn should_keep_no_more_executions_of_an_owner_than_its_quota() {
    let mut world = World::new();
    let few = PutUserRequest {
        quotas: Some(Quotas {
            maximum_executions: Some(5),
            ..Quotas::default()
        }),
        ..user(owner().principal)
    };
    put(&mut world, admin(), few).unwrap();
    let ids = [
        world.create(task(every(10))).id,
        world.create(task(every(10))).id,
    ];
    for _ in 0..10 {
        world.pass(10);
        for start in world.run() {
            world.succeed(&start);
        }
    }
    let kept: u64 = ids.iter().map(|id| world.get(*id).total_executions).sum();
    assert_eq!(kept, 5);
    assert_eq!(world.state.owner(owner().principal).executions, 5);
}

#[test]
fn should_make_one_run_for_one_key() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let request = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: Some("k".to_string()),
        scheduled_at: None,
    };
    let state = &mut world.state;
    let first = service::run_now(state, owner(), START, request.clone()).unwrap();
    let second = service::run_now(state, owner(), START, request).unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(world.executions(made.id).len(), 1);
}

#[test]
fn should_tell_who_did_what_and_what_came_of_it() {
    let mut world = World::new();
    let made = world.create(task(now_once()));
    let start = world.run_one();
    world.fail(&start);
    world.pass(300);
    let start = world.run_one();
    world.succeed(&start);
    service::delete(&mut world.state, admin(), world.now, made.id).unwrap();
    let page = |cursor, limit| {
        let request = EventsSinceRequest {
            cursor,
            limit: Some(limit),
            ..EventsSinceRequest::default()
        };
        service::events_since(&world.state, owner(), &request).unwrap()
    };
    let all = page(None, 50);
    let seen: Vec<(EventKind, bool)> = all
        .events
        .iter()
        .map(|event| (event.kind, event.actor.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            (EventKind::TaskCreated, true),
            (EventKind::ScheduleEnded, false),
            (EventKind::ExecutionStarted, false),
            (EventKind::AttemptFailed, false),
            (EventKind::ExecutionCompleted, false),
            (EventKind::TaskDeleted, true),
        ]
    );
    assert!(!all.more && !all.lost);
    assert!(page(Some(all.next_cursor), 50).events.is_empty());
    let mut cursor = None;
    let mut paged = Vec::new();
    loop {
        let part = page(cursor, 2);
        paged.extend(part.events);
        cursor = Some(part.next_cursor);
        if !part.more {
            break;
        }
    }
    assert_eq!(paged, all.events);
    let others = service::events_since(&world.state, stranger(), &EventsSinceRequest::default());
    assert!(others.unwrap().events.is_empty());
}

#[test]
fn should_bound_the_timeline_and_say_what_was_lost() {
    let mut world = World::configured(ConfigureRequest {
        maximum_events: Some(1_000),
        ..ConfigureRequest::default()
    });
    let made = world.create(task(every(60)));
    for _ in 0..700 {
        service::pause(
            &mut world.state,
            owner(),
            START,
            chime_types::PauseTaskRequest {
                task_id: made.id,
                reason: None,
                cancel_running: None,
            },
        )
        .unwrap();
        service::resume(&mut world.state, owner(), START, made.id).unwrap();
    }
    // And the change of the configuration, which is kept apart.
    assert_eq!(world.state.events_len(), 1_000 + 1);
    let request = EventsSinceRequest {
        cursor: Some(1),
        ..EventsSinceRequest::default()
    };
    assert!(
        service::events_since(&world.state, owner(), &request)
            .unwrap()
            .lost
    );
}
