//! What waits for a budget: it stays where it is parked, and goes on when the budget begins anew.

use chime_types::{
    CancelExecutionRequest, PutUserRequest, Quotas, SnoozeExecutionRequest, WaitReason,
};

use super::*;
use crate::engine::budget::{self, Kind};
use crate::engine::builtin::maintenance::violations;

const HOUR: u64 = 3_600;
const PLACES: u32 = 3;
const WAITING: usize = 40;

fn with_places() -> World {
    World::configured(ConfigureRequest {
        maximum_concurrent_per_owner: Some(PLACES),
        ..ConfigureRequest::default()
    })
}

fn use_up(world: &mut World, owner: Principal) {
    let cycles = limits::DEFAULT_CYCLES_PER_HOUR;
    budget::charge(
        &mut world.state,
        world.now,
        owner,
        Kind::Calls,
        cycles.into(),
    );
}

/// Executions of a task that wait for their owner's budget.
fn waiting(world: &World, task_id: u64) -> usize {
    let all = world.executions(task_id);
    all.iter()
        .filter(|it| it.waiting_for == Some(WaitReason::Budget))
        .count()
}

/// A task with as many executions under way as there are places, and others behind them.
fn busy(world: &mut World) -> (u64, Vec<Start>) {
    let made = world.create(task(every(86_400)));
    for _ in 0..WAITING {
        world.run_now(made.id);
    }
    let starts = world.run();
    assert_eq!(starts.len(), PLACES as usize);
    (made.id, starts)
}

/// Runs all that is ready until nothing is left. Returns how many ran.
fn run_all(world: &mut World) -> usize {
    let mut done = 0;
    loop {
        let starts = world.run();
        assert!(starts.len() <= PLACES as usize);
        if starts.is_empty() {
            return done;
        }
        for start in starts {
            world.succeed(&start);
            done += 1;
        }
    }
}

#[test]
fn should_leave_those_alone_that_are_parked_while_the_budget_is_used_up() {
    let mut world = with_places();
    let (task_id, starts) = busy(&mut world);
    use_up(&mut world, owner().principal);
    for start in &starts {
        world.succeed(start);
        assert!(world.run().is_empty());
    }
    assert_eq!(waiting(&world, task_id), 1, "only the first was taken up");
    assert_eq!(world.state.parked_len() as usize, WAITING - starts.len());
    assert_eq!(violations(&world.state), Vec::<String>::new());
    world.pass(HOUR - 1);
    assert!(world.run().is_empty());
    world.pass(1);
    assert_eq!(run_all(&mut world), WAITING - starts.len());
    assert_eq!(
        world.state.header().budgets.wake,
        None,
        "nothing is left to look at"
    );
}

#[test]
fn should_go_on_whatever_becomes_of_those_that_were_taken_up() {
    for ends in ["cancel", "snooze"] {
        let mut world = with_places();
        let (task_id, starts) = busy(&mut world);
        use_up(&mut world, owner().principal);
        starts.iter().for_each(|start| world.succeed(start));
        world.run();
        let all = world.executions(task_id);
        for execution in all.iter().filter(|it| it.waiting_for.is_some()) {
            let now = world.now;
            if ends == "cancel" {
                let request = CancelExecutionRequest {
                    execution_id: execution.id,
                    reason: None,
                    terminate: None,
                };
                service::cancel_execution(&mut world.state, owner(), now, &request).unwrap();
            } else {
                let request = SnoozeExecutionRequest {
                    execution_id: execution.id,
                    seconds: 86_400,
                };
                service::snooze_execution(&mut world.state, owner(), now, &request).unwrap();
            }
        }
        world.run();
        assert_eq!(violations(&world.state), Vec::<String>::new(), "{ends}");
        world.pass(HOUR);
        assert_eq!(run_all(&mut world), WAITING - 2 * starts.len(), "{ends}");
    }
}

#[test]
fn should_go_on_at_once_when_a_budget_is_made_larger() {
    let larger = limits::DEFAULT_CYCLES_PER_HOUR * 2;
    let quota = |world: &mut World| {
        let request = PutUserRequest {
            principal: owner().principal,
            name: None,
            role: None,
            quotas: Some(Quotas {
                maximum_cycles_per_hour: Some(larger),
                ..Quotas::default()
            }),
            disabled: None,
        };
        service::put_user(&mut world.state, admin(), world.now, request).unwrap();
    };
    let setting = |world: &mut World| {
        world.configure(ConfigureRequest {
            maximum_cycles_per_hour: Some(larger),
            ..ConfigureRequest::default()
        });
    };
    for (name, enlarge) in [
        ("quota", &quota as &dyn Fn(&mut World)),
        ("setting", &setting),
    ] {
        let mut world = with_places();
        let (_, starts) = busy(&mut world);
        use_up(&mut world, owner().principal);
        starts.iter().for_each(|start| world.succeed(start));
        assert!(world.run().is_empty(), "{name}");
        enlarge(&mut world);
        assert_eq!(run_all(&mut world), WAITING - starts.len(), "{name}");
    }
}

#[test]
fn should_look_at_all_owners_a_bounded_number_at_a_time() {
    let owners = limits::OWNERS_LOOKED_AT * 2 + 1;
    let mut world = World::new();
    for number in 0..owners {
        let owner = someone(&[7, (number / 256) as u8, (number % 256) as u8], Role::User);
        let request = CreateTaskRequest {
            retry: Some(retries(3, 1)),
            ..task(now_once())
        };
        service::create(&mut world.state, owner, world.now, request).unwrap();
    }
    loop {
        let starts = world.run();
        if starts.is_empty() {
            break;
        }
        for start in starts {
            use_up(&mut world, start.owner);
            world.fail(&start);
        }
    }
    world.pass(10);
    assert!(world.run().is_empty());
    assert_eq!(world.state.parked_len() as usize, owners);
    world.pass(HOUR);
    let mut done = 0;
    loop {
        let starts = world.run();
        if starts.is_empty() {
            break;
        }
        done += starts.len();
        starts.iter().for_each(|start| world.succeed(start));
    }
    assert_eq!(done, owners);
}

#[test]
fn should_say_until_when_an_execution_waits_for_a_budget() {
    let mut world = with_places();
    let (task_id, starts) = busy(&mut world);
    use_up(&mut world, owner().principal);
    starts.iter().for_each(|start| world.succeed(start));
    world.run();
    let all = world.executions(task_id);
    let held = all.iter().find(|it| it.waiting_for.is_some()).unwrap();
    assert_eq!(held.status, ExecutionStatus::Ready);
    assert_eq!(held.wake_at, Some(START + HOUR * SECOND));
    assert_eq!(world.next_in_seconds(), Some(HOUR));
}
