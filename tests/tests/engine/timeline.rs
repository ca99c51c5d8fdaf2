//! The timeline: who did what, and what came of it.

use candid::Principal;
use chime_tests::{Sender, World, every, in_virtual_time, now_once};
use chime_types::{
    ConfigureRequest, EventKind, EventsSinceRequest, EventsSinceResult, PutSecretRequest,
    SecretsResult,
};

use crate::support::{ask_as, configure, noting, show};

#[test]
fn should_tell_who_did_what_in_the_timeline() {
    in_virtual_time(|world| {
        let made = world.create(&noting(now_once()));
        world.kill(made.id);
        let request = EventsSinceRequest {
            task_id: Some(made.id),
            ..EventsSinceRequest::default()
        };
        let answer: EventsSinceResult = world
            .query(Sender::Owner, "events_since", &request)
            .expect("no rejection");
        let page = answer.into_result().expect("events");
        let kinds: Vec<EventKind> = page.events.iter().map(|event| event.kind).collect();
        assert_eq!(
            kinds,
            [
                EventKind::TaskCreated,
                EventKind::ExecutionStarted,
                EventKind::ExecutionCompleted,
                EventKind::ScheduleEnded,
                EventKind::TaskPaused
            ]
        );
        let owner = world.network.principal(Sender::Owner);
        assert_eq!(page.events[0].actor, Some(owner));
        assert_eq!(page.events[2].actor, None::<Principal>);
    });
}

#[test]
fn should_keep_the_newest_events_and_tell_who_fell_behind() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_events: Some(1_000),
                ..ConfigureRequest::default()
            },
        );
        let made = world.create(&noting(every(1)));
        world.pass(10);
        let read = |world: &mut World, cursor| {
            let request = EventsSinceRequest {
                cursor,
                limit: Some(500),
                task_id: Some(made.id),
                all_owners: None,
            };
            let answer: EventsSinceResult = show(world, "events_since", &request);
            answer.into_result().expect("events")
        };
        let first = read(world, None);
        assert_eq!(first.events.len(), 1 + 2 * 10, "two for each run");
        assert!(!first.more && !first.lost);
        world.pass(100);
        let next = read(world, Some(first.next_cursor));
        assert_eq!(next.events.len(), 2 * 100, "what happened meanwhile");
        assert!(!next.lost);
        world.pass(600);
        let late = read(world, Some(next.next_cursor));
        assert!(late.lost, "the page begins after a gap");
        assert_eq!(late.events.len(), 500);
        let last = read(world, Some(late.next_cursor));
        assert!(late.more && !last.more && !last.lost);
        assert_eq!(last.events.len(), 500);
    });
}

#[test]
fn should_keep_what_an_owner_did_whatever_a_stranger_does() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_events: Some(1_000),
                maximum_events_per_owner: Some(500),
                ..ConfigureRequest::default()
            },
        );
        let made = world.create(&noting(now_once()));
        let told = |world: &mut World| {
            let request = EventsSinceRequest {
                limit: Some(500),
                task_id: Some(made.id),
                ..EventsSinceRequest::default()
            };
            let answer: EventsSinceResult = show(world, "events_since", &request);
            answer.into_result().expect("events").events
        };
        let before = told(world);
        assert!(before.len() >= 3, "{before:?}");
        for number in 0..1_500 {
            let secret = PutSecretRequest {
                name: "NOISE".to_string(),
                secret: number.to_string(),
            };
            let answer: SecretsResult = ask_as(world, Sender::Stranger, "put_secret", &secret);
            answer.into_result().expect("put");
            world.pass(1);
        }
        assert_eq!(told(world), before);
    });
}
