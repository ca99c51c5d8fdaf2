//! Fair shares: nobody waits because others fill the places.

use chime_types::{ClaimJobsRequest, OverlapPolicy, Priority};

use super::*;
use crate::engine::poison;
use crate::state::records::Unit;

fn user(number: u8) -> Caller {
    someone(&[50, number], Role::User)
}

/// Makes tasks of a user that are due at once, and returns their numbers.
fn make(world: &mut World, caller: Caller, count: usize, request: &CreateTaskRequest) -> Vec<u64> {
    let mut make = |_| {
        service::create(&mut world.state, caller, world.now, request.clone())
            .expect("made")
            .id
    };
    (0..count).map(&mut make).collect()
}

fn urgent_calls() -> CreateTaskRequest {
    CreateTaskRequest {
        priority: Some(Priority::Urgent),
        timeout_seconds: Some(86_400),
        ..task(now_once())
    }
}

fn calls_of(canister: u8) -> CreateTaskRequest {
    let mut request = task(now_once());
    request.steps = vec![NewStep::new(Action::Call {
        canister: Principal::from_slice(&[canister, 7]),
        method: "work".to_string(),
        arguments: None,
        cycles: None,
        with_context: None,
        error_cases: None,
    })];
    request
}

fn started_of(world: &World, starts: &[Start], caller: Caller) -> usize {
    let owner_of = |start: &&Start| world.state.task(start.task_id).map(|task| task.owner);
    starts
        .iter()
        .filter(|start| owner_of(start) == Some(caller.principal))
        .count()
}

#[test]
fn should_leave_a_place_to_another_owner_under_the_default_limits() {
    let mut world = World::new();
    make(&mut world, owner(), 50, &urgent_calls());
    let held = world.run();
    assert_eq!(
        held.len(),
        8,
        "three quarters of ten, and the limit of one owner"
    );
    make(&mut world, stranger(), 1, &task(now_once()));
    assert_eq!(
        world.run().len(),
        1,
        "at once, whatever the first one holds"
    );
}

#[test]
fn should_leave_a_place_whatever_limits_are_set() {
    for (total, most) in [(1, 1), (2, 1), (3, 2), (4, 3), (8, 6), (200, 150)] {
        let mut world = World::configured(ConfigureRequest {
            maximum_concurrent: Some(total),
            maximum_concurrent_per_owner: Some(200),
            maximum_concurrent_per_target: Some(200),
            maximum_tasks_per_owner: Some(1_000),
            ..ConfigureRequest::default()
        });
        make(&mut world, owner(), 220, &urgent_calls());
        assert_eq!(world.run().len(), most, "of {total}");
        make(&mut world, stranger(), 1, &calls_of(3));
        assert_eq!(world.run().len(), usize::from(total > 1), "of {total}");
    }
}

#[test]
fn should_leave_the_reserve_to_those_who_hold_nothing_however_many_fill_the_rest() {
    let mut world = World::new();
    let crowd: Vec<Caller> = (0..2).map(user).collect();
    for caller in &crowd {
        make(&mut world, *caller, 20, &urgent_calls());
    }
    let held = world.run();
    assert_eq!(held.len(), 9, "the first holds eight, the other one");
    make(&mut world, stranger(), 3, &task(now_once()));
    let starts = world.run();
    assert_eq!(
        starts.len(),
        1,
        "a second one is not what the reserve is for"
    );
}

#[test]
fn should_give_the_places_that_all_share_to_one_owner_after_the_other() {
    let mut world = World::new();
    let crowd: Vec<Caller> = (0..3).map(user).collect();
    make(&mut world, crowd[0], 30, &urgent_calls());
    let mut held = world.run();
    for caller in &crowd[1..] {
        make(&mut world, *caller, 30, &task(now_once()));
    }
    held.extend(world.run());
    assert_eq!(held.len(), 10, "one each of the reserve");
    let mut starts = Vec::new();
    for start in held.iter().take(6) {
        world.succeed(start);
        starts.extend(world.run());
    }
    let got: Vec<usize> = crowd
        .iter()
        .map(|caller| started_of(&world, &starts, *caller))
        .collect();
    assert_eq!(
        got,
        [2, 1, 1],
        "two fill the reserve again, the others go round"
    );
    for start in held.iter().skip(6) {
        world.succeed(start);
    }
    while let Some(start) = starts.pop() {
        world.succeed(&start);
        starts.extend(world.run());
    }
    assert_eq!(world.state.parked_len(), 0, "everybody went on");
}

#[test]
fn should_leave_calls_of_a_canister_to_owners_who_make_none() {
    let mut world = World::configured(ConfigureRequest {
        maximum_concurrent: Some(100),
        maximum_concurrent_per_owner: Some(60),
        ..ConfigureRequest::default()
    });
    make(&mut world, owner(), 20, &calls_of(1));
    assert_eq!(world.run().len(), 8, "of ten calls of one canister");
    make(&mut world, stranger(), 5, &calls_of(1));
    assert_eq!(world.run().len(), 1, "one of the reserve");
    make(&mut world, user(1), 1, &calls_of(1));
    assert_eq!(world.run().len(), 1, "the other one");
    make(&mut world, owner(), 1, &calls_of(2));
    assert_eq!(world.run().len(), 1, "another canister is not concerned");
}

#[test]
fn should_hand_commands_out_while_all_places_are_taken_and_take_none_for_them() {
    let mut world = World::new();
    let schedule = NewSchedule {
        overlap: Some(OverlapPolicy::AllowAll),
        ..every(1)
    };
    let request = CreateTaskRequest {
        steps: vec![NewStep::new(Action::Command {
            command: "sleep".to_string(),
            queue: None,
        })],
        timeout_seconds: Some(86_400),
        ..task(schedule)
    };
    make(&mut world, owner(), 1, &request);
    for _ in 0..30 {
        world.pass(1);
        world.run();
    }
    let claim = ClaimJobsRequest {
        worker: "hog".to_string(),
        queue: None,
        limit: Some(50),
        lease_seconds: Some(3_600),
    };
    let claimed = service::claim_jobs(&mut world.state, owner(), world.now, claim).unwrap();
    assert_eq!(claimed.jobs.len(), 30);
    make(&mut world, stranger(), 9, &task(now_once()));
    assert_eq!(world.run().len(), 8, "all that one owner may have");
}

#[test]
fn should_bound_the_commands_that_are_claimed_of_one_owner() {
    let mut world = World::configured(ConfigureRequest {
        maximum_tasks_per_owner: Some(2_000),
        ..ConfigureRequest::default()
    });
    let most = limits::MAXIMUM_CLAIMED_JOBS as usize;
    let request = CreateTaskRequest {
        steps: vec![NewStep::new(Action::Command {
            command: "sleep".to_string(),
            queue: None,
        })],
        timeout_seconds: Some(86_400),
        ..task(now_once())
    };
    make(&mut world, owner(), most + 1, &request);
    world.run();
    let claim = || ClaimJobsRequest {
        worker: "hog".to_string(),
        queue: None,
        limit: Some(50),
        lease_seconds: Some(3_600),
    };
    let mut jobs = Vec::new();
    loop {
        let got = service::claim_jobs(&mut world.state, owner(), world.now, claim()).unwrap();
        if got.jobs.is_empty() {
            break;
        }
        jobs.extend(got.jobs);
    }
    assert_eq!(jobs.len(), most);
    assert_eq!(world.state.parked_len(), 1);
}

#[test]
fn should_keep_no_place_for_what_is_set_aside_or_passed_over() {
    type End = fn(&mut State, u64, Unit);
    let ends: [(End, u64); 2] = [(poison::set_aside, 1), (poison::pass_over, 0)];
    for (end, kept) in ends {
        let mut world = World::configured(ConfigureRequest {
            maximum_concurrent: Some(8),
            maximum_concurrent_per_owner: Some(200),
            ..ConfigureRequest::default()
        });
        make(&mut world, owner(), 20, &urgent_calls());
        let held = world.run();
        world.succeed(&held[0]);
        assert_eq!(world.state.header().granted, 1, "for the next one");
        let key = world.state.first_ready().unwrap();
        end(&mut world.state, START, Unit::Ready(key));
        assert_ne!(world.state.first_ready(), Some(key));
        assert_eq!(world.state.header().granted, kept);
        // What is but passed over can still be cancelled.
        crate::engine::cancel(&mut world.state, key.execution_id, START, "gone", true);
        assert_eq!(
            world.state.header().granted,
            1,
            "cancelling lets the next go on"
        );
    }
}

#[test]
fn should_let_everybody_go_on_at_once_when_there_are_more_places() {
    let places = |total, of_owner| ConfigureRequest {
        maximum_concurrent: Some(total),
        maximum_concurrent_per_owner: Some(of_owner),
        maximum_concurrent_per_target: Some(total),
        ..ConfigureRequest::default()
    };
    let hog = |number: u8| someone(&[number, 7], Role::User);
    for (number, owners) in [(3, 1), (3, 3), (10, 2), (10, 5)] {
        let mut world = World::configured(places(number, number - 2));
        for owner in 0..owners {
            make(&mut world, hog(owner), 20, &urgent_calls());
        }
        let mut running = world.run();
        world.configure(places(200, 200));
        running.extend(world.run());
        assert_eq!(
            running.len(),
            20 * usize::from(owners),
            "{number} places, {owners} owners"
        );
        assert_eq!(violations(&world.state), Vec::<String>::new());
        running.iter().for_each(|start| world.succeed(start));
    }
}

#[test]
fn should_get_along_with_more_places_while_owners_wait_for_their_turn() {
    let places = |total| ConfigureRequest {
        maximum_concurrent: Some(total),
        maximum_concurrent_per_owner: Some(total),
        ..ConfigureRequest::default()
    };
    let mut world = World::configured(places(4));
    let made = [owner(), stranger()].map(|who| {
        let request = urgent_calls();
        service::create(&mut world.state, who, world.now, request).unwrap()
    });
    let run_each = |world: &mut World| {
        for (who, task) in [owner(), stranger()].into_iter().zip(&made) {
            let request = RunTaskNowRequest {
                task_id: task.id,
                idempotency_key: None,
                scheduled_at: None,
            };
            service::run_now(&mut world.state, who, world.now, request).unwrap();
        }
        world.run()
    };
    let mut running = 0;
    for _ in 0..4 {
        running += run_each(&mut world).len();
    }
    assert!(running <= 4);
    // Nobody lets the others go on before one of them comes up against the limits again.
    world.state.set_config(chime_types::Config {
        maximum_concurrent: 100,
        maximum_concurrent_per_owner: 100,
        maximum_concurrent_per_target: 100,
        ..world.state.config().clone()
    });
    for _ in 0..3 {
        running += run_each(&mut world).len();
    }
    assert_eq!(violations(&world.state), Vec::<String>::new());
    world.configure(places(50));
    running += world.run().len();
    assert_eq!(
        running, 14,
        "all but the slots, which came after the first runs"
    );
}
