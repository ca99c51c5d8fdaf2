//! Alerts that look by themselves: at the silence of a task, at the balance of cycles.

use chime_tests::{Sender, World, call, every, in_virtual_time, note, task};
use chime_types::{
    Action, AlertCondition, AlertResult, Channel, ConfigureRequest, CreateAlertRequest, NewStep,
    TaskResult, UpdateTaskRequest,
};

use crate::alerts::{COOLDOWN_SECONDS, Ears, counts};
use crate::support::{HOUR, ask, ask_as, configure, on_request, replica};

#[test]
fn should_tell_when_nothing_began_for_twice_the_interval() {
    in_virtual_time(|world| {
        let made = world.create(&task("watched", vec![note("x")], every(60)));
        let mut ears = Ears::open(world, &AlertCondition::Silent {}, Some(made.id));
        world.pass(600);
        assert!(ears.heard(world).is_empty(), "it runs");
        // Nobody claims it.
        let command = NewStep::new(Action::Command {
            command: "true".to_string(),
            queue: None,
        });
        let waiting = UpdateTaskRequest {
            task_id: made.id,
            steps: Some(vec![command]),
            ..UpdateTaskRequest::default()
        };
        let changed: TaskResult = ask(world, "update_task", &waiting);
        changed.into_result().expect("a task");
        world.pass(119);
        assert!(ears.heard(world).is_empty());
        world.pass(1);
        let told = ears.heard(world);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].task_id, Some(made.id));
        assert_eq!(told[0].subject, "watch: watched is silent for 120 s");
        world.pass(COOLDOWN_SECONDS - 1);
        assert_eq!(ears.heard(world).len(), 1);
        world.pass(1);
        assert_eq!(ears.heard(world).len(), 2);
        assert_eq!(counts(world), (2, 0));
    });
}

fn cycles(world: &mut World) -> u128 {
    let scheduler = world.scheduler;
    let view = replica(world).canister_view(&scheduler);
    view.expect("a canister").cycles
}

/// Lets the scheduler give some of its cycles away.
fn spend(world: &mut World, cycles: u128) {
    let step = NewStep::new(Action::Call {
        canister: world.callee.0,
        method: "accept_cycles".to_string(),
        arguments: None,
        cycles: Some(cycles.into()),
        with_context: None,
        error_cases: None,
    });
    let made = world.create(&task("spending", vec![step], on_request()));
    world.run_now(made.id);
}

#[test]
fn should_tell_that_cycles_are_low_though_nothing_else_starts() {
    in_virtual_time(|world| {
        let before = cycles(world);
        let below = before / 2;
        configure(
            world,
            &ConfigureRequest {
                minimum_cycles: Some(below.into()),
                ..ConfigureRequest::default()
            },
        );
        let condition = AlertCondition::CyclesLow {
            below: below.into(),
        };
        let mut ears = Ears::open(world, &condition, None);
        world.pass(HOUR);
        assert!(ears.heard(world).is_empty());
        spend(world, before / 2 + 1_000_000_000_000);
        let told = ears.heard(world);
        assert_eq!(told.len(), 1);
        assert!(world.stats().cycles_low, "nothing new is started");
        assert!(
            told[0]
                .message
                .contains(&format!("fewer than {}", candid::Nat::from(below))),
            "{}",
            told[0].message
        );
        // It looks every hour: once in the cool-down, once after it.
        world.pass(2 * HOUR);
        assert_eq!(ears.heard(world).len(), 2);
        assert_eq!(counts(world), (2, 1));
        let scheduler = world.scheduler;
        replica(world).add_cycles(&scheduler, before);
        world.pass(5 * HOUR);
        assert_eq!(ears.heard(world).len(), 2, "there are enough again");
        assert!(!world.stats().cycles_low);
    });
}

#[test]
fn should_tell_of_cycles_to_admins_only() {
    in_virtual_time(|world| {
        let request = CreateAlertRequest {
            name: "cycles".to_string(),
            task_id: None,
            condition: AlertCondition::CyclesLow {
                below: 1_000_000u64.into(),
            },
            channel: Channel::Inbox {},
            cooldown_seconds: None,
        };
        let answer: AlertResult = ask_as(world, Sender::Stranger, "create_alert", &request);
        let error = answer.into_result().expect_err("no admin");
        assert!(
            error
                .field
                .is_some_and(|field| field.starts_with("condition"))
        );
        let answer: AlertResult = ask(world, "create_alert", &request);
        let made = answer.into_result().expect("an alert");
        assert_eq!(made.cooldown_seconds, 3_600, "the documented cool-down");
    });
}

#[test]
fn should_not_take_a_paused_task_for_silent() {
    in_virtual_time(|world| {
        let step = call(world.callee, "count", "()");
        let made = world.create(&task("watched", vec![step], every(60)));
        let mut ears = Ears::open(world, &AlertCondition::Silent {}, Some(made.id));
        world.pass(60);
        world.kill(made.id);
        world.pass(HOUR);
        assert!(ears.heard(world).is_empty());
    });
}
