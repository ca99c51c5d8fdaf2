//! Priorities with ageing, and limits on attempts under way.

use chime_types::{Priority, PutUserRequest, Quotas};

use super::*;

fn at(priority: Priority) -> CreateTaskRequest {
    CreateTaskRequest {
        priority: Some(priority),
        timeout_seconds: Some(10_000),
        ..task(now_once())
    }
}

fn limited(total: u32, owner: u32, target: u32) -> World {
    World::configured(ConfigureRequest {
        maximum_concurrent: Some(total),
        maximum_concurrent_per_owner: Some(owner),
        maximum_concurrent_per_target: Some(target),
        ..ConfigureRequest::default()
    })
}

fn calling(canister: u8) -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![NewStep::new(Action::Call {
            canister: Principal::from_slice(&[canister, 7]),
            method: "work".to_string(),
            arguments: None,
            cycles: None,
            with_context: None,
            error_cases: None,
        })],
        ..task(now_once())
    }
}

#[test]
fn should_let_low_go_before_what_is_more_urgent_and_much_later() {
    let mut world = limited(1, 1, 1);
    let blocker = world.create(at(Priority::Urgent));
    let first = world.run_one();
    let low = world.create(at(Priority::Low)).id;
    world.run();
    // Three classes of 300 s lie between low and urgent.
    world.pass(899);
    let soon = world.create(at(Priority::Urgent)).id;
    world.run();
    world.pass(2);
    let late = world.create(at(Priority::Urgent)).id;
    world.run();
    let mut order = Vec::new();
    let mut start = first;
    for _ in 0..3 {
        world.succeed(&start);
        start = world.run_one();
        order.push(start.task_id.0);
    }
    assert_eq!(order, [soon, low, late]);
    assert_ne!(blocker.id, low);
}

#[test]
fn should_never_starve_low_under_a_flood_of_urgent_ones() {
    let mut world = limited(1, 1, 1);
    world.configure(ConfigureRequest {
        maximum_tasks_per_owner: Some(2_000),
        ..ConfigureRequest::default()
    });
    let low = world.create(at(Priority::Low)).id;
    world.create(at(Priority::Urgent));
    let mut start = world.run_one();
    for second in 0..1_000 {
        if start.task_id.0 == low {
            assert!(second <= 910, "after {second} s");
            return;
        }
        world.create(at(Priority::Urgent));
        world.pass(1);
        world.succeed(&start);
        start = world.run_one();
    }
    panic!("low never ran");
}

#[test]
fn should_heed_the_limit_of_a_task() {
    let mut world = limited(10, 10, 10);
    let schedule = NewSchedule {
        overlap: Some(chime_types::OverlapPolicy::AllowAll),
        ..every(10)
    };
    let made = world.create(CreateTaskRequest {
        maximum_concurrent: Some(2),
        ..task(schedule)
    });
    let mut starts = Vec::new();
    for _ in 0..5 {
        world.pass(10);
        starts.extend(world.run());
    }
    assert_eq!(starts.len(), 2);
    assert_eq!(world.state.parked_len(), 3);
    for index in 0..5 {
        world.succeed(&starts[index].clone());
        starts.extend(world.run());
    }
    let slots: Vec<u64> = starts
        .iter()
        .map(|start| (start.scheduled_at - START) / SECOND)
        .collect();
    assert_eq!(slots, [10, 20, 30, 40, 50], "in their order");
    assert_eq!(world.get(made.id).active_executions, 0);
}

#[test]
fn should_heed_the_limit_of_an_owner_and_let_others_go_on() {
    let mut world = limited(10, 2, 10);
    for _ in 0..5 {
        world.create(task(now_once()));
    }
    let others =
        service::create(&mut world.state, stranger(), world.now, task(now_once())).unwrap();
    let starts = world.run();
    assert_eq!(starts.len(), 3);
    assert!(starts.iter().any(|start| start.task_id.0 == others.id));
    let quota = PutUserRequest {
        principal: owner().principal,
        name: None,
        role: None,
        quotas: Some(Quotas {
            maximum_concurrent: Some(3),
            ..Quotas::default()
        }),
        disabled: None,
    };
    service::put_user(&mut world.state, admin(), world.now, quota).unwrap();
    assert_eq!(
        world.run().len(),
        1,
        "a higher quota lets one go on at once"
    );
    world.succeed(&starts[0]);
    assert_eq!(world.run().len(), 1, "a free place wakes one");
}

#[test]
fn should_heed_the_limit_of_a_target_and_call_others_meanwhile() {
    let mut world = limited(10, 10, 3);
    for _ in 0..4 {
        world.create(calling(1));
    }
    world.create(calling(2));
    let starts = world.run();
    assert_eq!(starts.len(), 3);
    assert_eq!(world.state.parked_len(), 2);
    world.fail(&starts[0]);
    assert_eq!(world.run().len(), 1);
}

#[test]
fn should_use_every_place_when_limits_cross() {
    let mut world = limited(10, 3, 1);
    for canister in [1, 1, 1, 2, 2, 3] {
        world.create(calling(canister));
    }
    let mut running = world.run();
    let mut done = 0;
    while let Some(start) = running.pop() {
        world.succeed(&start);
        done += 1;
        running.extend(world.run());
        let targets: std::collections::BTreeSet<String> = running
            .iter()
            .map(|start| format!("{:?}", start.work))
            .collect();
        assert_eq!(targets.len(), running.len(), "one call of each canister");
    }
    assert_eq!(done, 6);
    assert_eq!((world.state.parked_len(), world.state.running()), (0, 0));
}

#[test]
fn should_free_the_place_of_what_is_cancelled_while_it_is_parked() {
    let mut world = limited(10, 1, 10);
    let first = world.create(task(now_once()));
    let second = world.create(task(now_once()));
    let start = world.run_one();
    assert_eq!(world.state.parked_len(), 1);
    service::delete(&mut world.state, owner(), world.now, second.id).unwrap();
    assert_eq!(world.state.parked_len(), 0);
    world.succeed(&start);
    assert!(world.run().is_empty());
    assert_eq!(world.get(first.id).active_executions, 0);
}

#[test]
fn should_write_notes_while_all_places_are_taken() {
    let mut world = World::configured(ConfigureRequest {
        maximum_concurrent: Some(1),
        maximum_concurrent_per_owner: Some(1),
        ..ConfigureRequest::default()
    });
    world.create(task(now_once()));
    let call = world.run_one();
    let mut request = task(now_once());
    request.maximum_concurrent = Some(1);
    request.steps = vec![NewStep::new(Action::Note {
        text: "by the way".to_string(),
    })];
    let made = world.create(request);
    assert!(world.run().is_empty());
    assert_eq!(world.statuses(made.id), [ExecutionStatus::Completed]);
    let attempt = &world.executions(made.id)[0].attempts[0];
    assert_eq!(attempt.result.as_deref(), Some("by the way"));
    assert_eq!((attempt.number, attempt.started_at), (1, world.now));
    world.succeed(&call);
    assert_eq!(world.state.running(), 0);
}
