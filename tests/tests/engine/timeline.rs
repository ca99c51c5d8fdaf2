//! The timeline: who did what, and what came of it.

use candid::Principal;
use chime_tests::{Sender, World, every, in_virtual_time, now_once};
use chime_types::{ConfigureRequest, EventKind, EventsSinceRequest, EventsSinceResult};

use crate::support::{configure, noting, show};

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
