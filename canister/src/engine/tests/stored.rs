//! Stores that all owners share: nobody takes away from another what it has there.

use chime_types::{
    ErrorKind, EventKind, EventPage, EventsSinceRequest, PutSecretRequest, PutUserRequest, Quotas,
};

use super::*;

fn events(world: &World, caller: Caller, cursor: Option<u64>) -> EventPage {
    let request = EventsSinceRequest {
        cursor,
        limit: Some(500),
        ..EventsSinceRequest::default()
    };
    service::events_since(&world.state, caller, &request).unwrap()
}

fn put_secret(world: &mut World, caller: Caller, secret: &str) {
    let request = PutSecretRequest {
        name: "KEY".to_string(),
        secret: secret.to_string(),
    };
    service::put_secret(&mut world.state, caller, START, request).unwrap();
}

/// So many events of an owner.
fn flood(world: &mut World, caller: Caller, count: usize) {
    for index in 0..count {
        put_secret(world, caller, &index.to_string());
    }
}

fn at_most(events: u64, of_owner: u64) -> ConfigureRequest {
    ConfigureRequest {
        maximum_events: Some(events),
        maximum_events_per_owner: Some(of_owner),
        ..ConfigureRequest::default()
    }
}

#[test]
fn should_take_nothing_from_the_timeline_of_another_owner() {
    let mut world = World::configured(at_most(1_000, 300));
    for _ in 0..10 {
        world.create(task(every(86_400)));
    }
    let before = events(&world, owner(), None);
    flood(&mut world, stranger(), 2_000);
    let after = events(&world, owner(), Some(0));
    assert_eq!(after.events, before.events);
    assert!(!after.lost);
    let flooded = events(&world, stranger(), Some(1));
    assert_eq!(flooded.events.len(), 300);
    assert!(flooded.lost, "it lost its own");
}

#[test]
fn should_take_from_who_has_most_when_there_are_too_many_of_all() {
    let mut world = World::configured(at_most(1_000, 1_000));
    flood(&mut world, stranger(), 900);
    for _ in 0..10 {
        world.create(task(every(86_400)));
    }
    // Many owners, none of whom has more than an equal share.
    for index in 0..30u8 {
        flood(&mut world, someone(&[8, index], Role::User), 20);
    }
    assert!(world.state.events_len() <= 1_001);
    assert_eq!(events(&world, owner(), None).events.len(), 10);
    for index in 0..30u8 {
        let own = events(&world, someone(&[8, index], Role::User), None);
        assert_eq!(own.events.len(), 20, "owner {index}");
    }
}

#[test]
fn should_keep_changes_of_access_apart_and_longer() {
    let mut world = World::configured(at_most(1_000, 100));
    let put = |principal, disabled| PutUserRequest {
        principal,
        name: None,
        role: None,
        quotas: Some(Quotas::default()),
        disabled: Some(disabled),
    };
    let who = stranger().principal;
    for disabled in [true, false] {
        service::put_user(&mut world.state, admin(), START, put(who, disabled)).unwrap();
    }
    flood(&mut world, stranger(), 2_000);
    flood(&mut world, owner(), 2_000);
    let kept = events(&world, stranger(), None).events;
    let kinds: Vec<EventKind> = kept.iter().take(3).map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            EventKind::UserChanged,
            EventKind::UserChanged,
            EventKind::SecretChanged
        ]
    );
    assert_eq!(kept.len(), 102);
    let request = EventsSinceRequest {
        all_owners: Some(true),
        ..EventsSinceRequest::default()
    };
    let all = service::events_since(&world.state, admin(), &request).unwrap();
    assert_eq!(all.events[0].kind, EventKind::Configured);
    assert!(all.events.is_sorted_by_key(|event| event.id));
}

#[test]
fn should_write_no_event_for_what_changes_nothing() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let all = EventsSinceRequest {
        all_owners: Some(true),
        limit: Some(500),
        ..EventsSinceRequest::default()
    };
    let count = |world: &World| {
        let page = service::events_since(&world.state, admin(), &all).unwrap();
        page.events.len()
    };
    let mut expected = count(&world);
    for _ in 0..3 {
        put_secret(&mut world, owner(), "same");
        let user = PutUserRequest {
            principal: stranger().principal,
            name: None,
            role: Some(Role::Viewer),
            quotas: None,
            disabled: None,
        };
        service::put_user(&mut world.state, admin(), START, user).unwrap();
        world.configure(ConfigureRequest {
            ageing_seconds: Some(77),
            ..ConfigureRequest::default()
        });
        let pause = chime_types::PauseTaskRequest {
            task_id: made.id,
            reason: Some("holidays".to_string()),
            cancel_running: None,
        };
        service::pause(&mut world.state, owner(), START, pause).unwrap();
        let define = chime_types::DefineActionRequest {
            name: "note".to_string(),
            description: None,
            entity_name: None,
            action: Action::Note {
                text: "x".to_string(),
            },
            shared: None,
        };
        service::define_action(&mut world.state, owner(), START, define).unwrap();
        if expected < 6 {
            expected += 5;
        }
        assert_eq!(count(&world), expected);
    }
}

fn few_tasks(maximum: u64) -> World {
    World::configured(ConfigureRequest {
        maximum_tasks_per_owner: Some(maximum),
        ..ConfigureRequest::default()
    })
}

#[test]
fn should_let_one_off_tasks_that_are_over_make_way() {
    let mut world = few_tasks(3);
    let lasting = world.create(task(every(86_400)));
    let mut made = Vec::new();
    for _ in 0..10 {
        made.push(world.create(task(now_once())).id);
        let start = world.run_one();
        world.succeed(&start);
        world.pass(1);
    }
    let request = chime_types::GetMyTasksRequest::default();
    let page = service::list(&world.state, owner(), &request, &ample()).unwrap();
    let ids: Vec<u64> = page.tasks.iter().map(|task| task.id).collect();
    assert_eq!(ids, [lasting.id, made[8], made[9]], "the oldest went first");
    let told = events(&world, owner(), None).events;
    let gone = told
        .iter()
        .filter(|event| event.kind == EventKind::TaskDeleted);
    assert_eq!(gone.count(), 8);
}

#[test]
fn should_count_every_task_that_may_still_do_something() {
    let mut world = few_tasks(4);
    world.create(task(every(60)));
    world.create(CreateTaskRequest {
        disabled: Some(true),
        ..task(now_once())
    });
    world.create(task(NewSchedule {
        disabled: Some(true),
        ..every(60)
    }));
    let running = world.create(task(now_once()));
    let start = world.run_one();
    let next = task(now_once());
    let error = service::create(&mut world.state, owner(), world.now, next.clone()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    assert!(error.rule.contains("at most 4 tasks"), "{}", error.rule);
    assert!(error.fix.contains("delete"), "{}", error.fix);
    world.succeed(&start);
    service::create(&mut world.state, owner(), world.now, next).unwrap();
    let error = service::get(&world.state, owner(), running.id).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

fn few_bytes(maximum: u64) -> ConfigureRequest {
    ConfigureRequest {
        maximum_bytes_per_owner: Some(maximum),
        ..ConfigureRequest::default()
    }
}

fn bytes(world: &World) -> u64 {
    service::get_me(&world.state, owner(), world.now)
        .bytes
        .unwrap()
}

/// A task whose record is large.
fn large(name: &str) -> CreateTaskRequest {
    CreateTaskRequest {
        metadata: Some(name.repeat(limits::MAXIMUM_METADATA_BYTES / name.len())),
        ..task(every(86_400))
    }
}

#[test]
fn should_count_what_is_stored_for_an_owner_up_and_down() {
    let mut world = World::new();
    assert_eq!(bytes(&world), 0);
    let made = world.create(large("x"));
    let of_task = bytes(&world);
    assert!((16_384..20_000).contains(&of_task), "{of_task}");
    for _ in 0..10 {
        world.run_now(made.id);
        let start = world.run_one();
        world.succeed(&start);
    }
    assert!(bytes(&world) > of_task + 10 * 200);
    service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(bytes(&world), 0, "nothing is left");
}

#[test]
fn should_make_nothing_more_for_who_has_used_its_bytes_up() {
    let mut world = World::configured(few_bytes(limits::MINIMUM_BYTES_PER_OWNER));
    let maximum = limits::MINIMUM_BYTES_PER_OWNER;
    let mut made = Vec::new();
    let error = loop {
        match service::create(&mut world.state, owner(), START, large("y")) {
            Ok(task) => made.push(task.id),
            Err(error) => break error,
        }
    };
    assert!(bytes(&world) >= maximum && bytes(&world) < maximum + 40_000);
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    assert!(error.rule.contains("1048576 bytes"), "{}", error.rule);
    assert!(error.rule.contains("maximum_bytes_per_owner"));
    let run = RunTaskNowRequest {
        task_id: made[0],
        idempotency_key: None,
        scheduled_at: None,
    };
    service::run_now(&mut world.state, owner(), START, run).unwrap_err();
    service::create(&mut world.state, stranger(), START, large("z")).unwrap();
    let quotas = Quotas {
        maximum_bytes: Some(2 * maximum),
        ..Quotas::default()
    };
    let more = PutUserRequest {
        principal: owner().principal,
        name: None,
        role: None,
        quotas: Some(quotas),
        disabled: None,
    };
    service::put_user(&mut world.state, admin(), START, more).unwrap();
    service::create(&mut world.state, owner(), START, large("y")).unwrap();
    world.configure(few_bytes(maximum + 1));
}

#[test]
fn should_remove_old_executions_before_it_refuses_anything() {
    let mut world = World::configured(few_bytes(limits::MINIMUM_BYTES_PER_OWNER));
    let made = world.create(task(NewSchedule {
        disabled: Some(true),
        ..every(60)
    }));
    let result = "r".repeat(limits::MAXIMUM_RESULT_BYTES);
    let mut first = None;
    for _ in 0..200 {
        first.get_or_insert(world.run_now(made.id).id);
        let start = world.run_one();
        let outcome = Outcome::Completed {
            result: result.clone(),
            log: None,
        };
        assert!(world.finish(&start, &outcome));
    }
    let kept = world.executions(made.id).len();
    assert!((20..66).contains(&kept), "{kept} kept");
    assert!(bytes(&world) < limits::MINIMUM_BYTES_PER_OWNER + 100_000);
    let id = first.unwrap();
    service::get_execution(&world.state, owner(), id).expect_err("the oldest went");
}

#[test]
fn should_leave_slots_out_when_the_bytes_are_used_up_and_say_so() {
    let mut world = World::configured(few_bytes(limits::MINIMUM_BYTES_PER_OWNER));
    let made = world.create(task(every(60)));
    while service::create(&mut world.state, owner(), START, large("y")).is_ok() {}
    world.pass(60);
    assert!(world.run().is_empty());
    let left_out = &world.executions(made.id)[0];
    assert_eq!(left_out.status, ExecutionStatus::Skipped);
    let error = left_out.error.as_deref().unwrap();
    assert!(error.contains("maximum_bytes_per_owner"), "{error}");
    world.configure(few_bytes(2 * limits::MINIMUM_BYTES_PER_OWNER));
    world.pass(60);
    assert_eq!(world.run().len(), 1);
}

#[test]
fn should_bound_the_update_calls_of_each_owner() {
    let mut world = World::new();
    let call = |world: &mut World, caller| {
        service::changing(&mut world.state, caller, world.now, "put_secret")
    };
    for _ in 0..limits::CHANGES_AT_ONCE {
        call(&mut world, stranger()).unwrap();
    }
    let error = call(&mut world, stranger()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    let again_at = world.now + limits::NANOSECONDS / limits::CHANGES_EACH_SECOND;
    assert_eq!(error.retry_at, Some(again_at));
    call(&mut world, owner()).expect("others have a rate of their own");
    world.now = again_at;
    call(&mut world, stranger()).unwrap();
    assert!(call(&mut world, stranger()).is_err());
    let controller = Caller {
        is_controller: true,
        ..stranger()
    };
    call(&mut world, controller).expect("who controls it may");
}
