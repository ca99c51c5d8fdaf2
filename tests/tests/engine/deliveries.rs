//! Callbacks and messages arrive, whatever happens on the way.

use chime_tests::{Sender, World, call, every, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Cancelled, Completed, Failed, TimedOut};
use chime_types::{
    Action, AlertCondition, AlertResult, Callback, Channel, CreateAlertRequest, CreateTaskRequest,
    EventKind, EventsSinceRequest, EventsSinceResult, ExecutionFinished, NewStep, TaskResult,
    UpdateTaskRequest,
};

use crate::support::{ask, callee_shows, header, now, on_request, replica, serve, show};

fn with_callback(world: &World, request: CreateTaskRequest) -> CreateTaskRequest {
    CreateTaskRequest {
        callback: Some(Callback {
            canister: world.callee.0,
            method: "on_finished".to_string(),
            error_cases: None,
        }),
        retry: Some(retries(0, 1)),
        ..request
    }
}

fn finished(world: &mut World) -> Vec<ExecutionFinished> {
    callee_shows(world, "finished")
}

#[test]
fn should_tell_another_canister_how_each_execution_ended() {
    in_virtual_time(|world| {
        let callee = world.callee;
        let silent = NewStep {
            timeout_seconds: Some(20),
            ..call(callee, "never", "()")
        };
        let command = NewStep::new(Action::Command {
            command: "true".to_string(),
            queue: None,
        });
        let rows = [
            (note("done"), Completed, Some("done")),
            (call(callee, "reject", "(\"no\")"), Failed, None),
            (silent, TimedOut, None),
            (command, Cancelled, None),
        ];
        for (step, status, result) in rows {
            let request = with_callback(world, task(status.name(), vec![step], now_once()));
            let made = world.create(&request);
            world.pass(20);
            if status == Cancelled {
                world.kill(made.id);
                world.pass(0);
            }
            let told = finished(world).pop().expect("it was told");
            let execution = world.execution(made.id);
            assert_eq!(execution.status, status, "{execution:?}");
            let expected = ExecutionFinished {
                task_id: made.id,
                task_name: status.name().to_string(),
                execution_id: execution.id,
                scheduled_at: execution.scheduled_at,
                finished_at: execution.finished_at.expect("an end"),
                status,
                result: result.map(str::to_string),
                error: execution.error,
                cause: execution.cause,
            };
            assert_eq!(told, expected);
        }
        assert_eq!(finished(world).len(), 4, "once for each");
    });
}

#[test]
fn should_repeat_a_callback_until_it_arrives_also_over_an_upgrade() {
    in_virtual_time(|world| {
        let owner = world.network.principal(Sender::Owner);
        let callee = world.callee.0;
        let request = with_callback(world, task("told", vec![note("done")], on_request()));
        let made = world.create(&request);
        replica(world)
            .stop_canister(owner, callee)
            .expect("stopped");
        let begun_at = now(world);
        world.run_now(made.id);
        assert_eq!(world.statuses(made.id), [Completed], "it does not wait");
        world.pass(30);
        world.upgrade_scheduler(true);
        world.pass(100);
        replica(world)
            .start_canister(owner, callee)
            .expect("started");
        world.pass(0);
        assert!(finished(world).is_empty());
        world.pass(51);
        assert_eq!(finished(world).len(), 1);
        let arrived_at = world.received()[0].received_at;
        let seconds = (arrived_at - begun_at) / 1_000_000_000;
        assert_eq!(seconds, 60 + 120, "the third attempt");
        world.pass(7_200);
        assert_eq!(finished(world).len(), 1, "and never again");
    });
}

#[test]
fn should_tell_nobody_any_more_when_the_callback_is_taken_away() {
    in_virtual_time(|world| {
        let request = with_callback(world, task("told", vec![note("done")], on_request()));
        let made = world.create(&request);
        let change = UpdateTaskRequest {
            task_id: made.id,
            callback: Some(Callback {
                canister: candid::Principal::management_canister(),
                method: "nothing".to_string(),
                error_cases: None,
            }),
            ..UpdateTaskRequest::default()
        };
        let changed: TaskResult = ask(world, "update_task", &change);
        assert_eq!(changed.into_result().expect("a task").callback, None);
        world.run_now(made.id);
        assert!(finished(world).is_empty());
    });
}

#[test]
fn should_give_a_message_up_after_the_last_attempt_and_say_so() {
    in_virtual_time(|world| {
        let step = call(world.callee, "reject", "(\"no\")");
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("failing", vec![step], every(365 * 86_400))
        });
        let alert = CreateAlertRequest {
            name: "watch".to_string(),
            task_id: Some(made.id),
            condition: AlertCondition::Failure {},
            channel: Channel::Webhook {
                url: "https://hooks.example/secret-path".to_string(),
                headers: None,
            },
            cooldown_seconds: None,
        };
        let answer: AlertResult = ask(world, "create_alert", &alert);
        answer.into_result().expect("an alert");
        world.run_now(made.id);
        let mut keys = Vec::new();
        for pause in [60, 120, 240, 480, 960, 1_920] {
            let posted = serve(world, 500, "broken").remove(0);
            keys.push(
                header(&posted, "idempotency-key")
                    .expect("a key")
                    .to_string(),
            );
            world.pass(pause);
        }
        assert!(serve(world, 500, "broken").is_empty());
        keys.dedup();
        assert_eq!(keys.len(), 1, "the same message at every attempt");
        let request = EventsSinceRequest {
            task_id: Some(made.id),
            ..EventsSinceRequest::default()
        };
        let answer: EventsSinceResult = show(world, "events_since", &request);
        let events = answer.into_result().expect("events").events;
        let last = events.last().expect("an event");
        assert_eq!(last.kind, EventKind::DeliveryFailed);
        assert!(
            last.detail
                .contains("to https://hooks.example did not arrive after 6 attempts"),
            "{}",
            last.detail
        );
    });
}
