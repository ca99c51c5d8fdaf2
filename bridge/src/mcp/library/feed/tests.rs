//! A timeline that grows, loses events, answers from a node that is behind, and goes away.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use candid::Principal;
use chime_types::{EventKind, EventPage};
use tokio::time::sleep;

use super::*;
use crate::error::{Error, Kind, Result};
use crate::mcp::changes::{Changes, Listener};

const PACE: Pace = Pace {
    pause: Duration::from_millis(20),
    longest_pause: Duration::from_millis(40),
    overlap: Duration::from_millis(100),
};

/// Long enough for the feed to have looked, and to have given up on its beginning.
const A_WHILE: Duration = Duration::from_millis(400);

fn now_at() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

#[derive(Default)]
struct Script {
    events: Mutex<Vec<Event>>,
    away: AtomicBool,
    behind: AtomicBool,
}

impl Timeline for Script {
    async fn after(&self, cursor: u64, limit: u32) -> Result<EventPage> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Error::new(Kind::Unreachable, "gone", "wait"));
        }
        let events = self.events.lock().unwrap();
        if self.behind.load(Ordering::SeqCst) {
            return Ok(EventPage {
                events: Vec::new(),
                next_cursor: 1,
                more: false,
                lost: false,
            });
        }
        let after: Vec<_> = events.iter().filter(|event| event.id > cursor).collect();
        let limit = usize::try_from(limit).unwrap();
        let more = after.len() > limit;
        let page: Vec<_> = after.into_iter().take(limit).cloned().collect();
        let last = events.last().map_or(0, |event| event.id);
        let first = events.first().map_or(0, |event| event.id);
        Ok(EventPage {
            next_cursor: page.last().filter(|_| more).map_or(last, |event| event.id),
            events: page,
            more,
            lost: cursor + 1 < first,
        })
    }
}

impl Script {
    fn happens(&self, id: u64, task_id: u64, occurred_at: u64) {
        self.events.lock().unwrap().push(Event {
            id,
            occurred_at,
            kind: EventKind::TaskUpdated,
            actor: None,
            owner: Principal::anonymous(),
            task_id: Some(task_id),
            schedule_id: None,
            execution_id: None,
            detail: String::new(),
        });
    }
}

fn listen_to(script: &Arc<Script>) -> Listener {
    let script = script.clone();
    let changes = Changes::new(Box::new(move |teller| {
        Box::pin(feed(script.clone(), PACE, teller))
    }));
    // The feed lives as long as its listener.
    changes.listen()
}

fn of_task(id: u64) -> Change {
    Change::Resource(format!("chime://task/{id}"))
}

#[tokio::test]
async fn should_begin_at_the_end_but_tell_what_happened_while_it_began() {
    let script = Arc::new(Script::default());
    script.happens(1, 11, 0);
    script.happens(2, 12, now_at());
    let mut listener = listen_to(&script);
    assert_eq!(listener.next().await, of_task(12));
    script.happens(3, 13, 0);
    assert_eq!(listener.next().await, of_task(13));
}

#[tokio::test]
async fn should_tell_a_change_once_for_many_events() {
    let script = Arc::new(Script::default());
    let mut listener = listen_to(&script);
    sleep(A_WHILE).await;
    // The feed sees all of them in one look.
    script.away.store(true, Ordering::SeqCst);
    for id in 1..=3 {
        script.happens(id, 11, 0);
    }
    script.happens(4, 12, 0);
    script.away.store(false, Ordering::SeqCst);
    assert_eq!(listener.next().await, of_task(11));
    assert_eq!(listener.next().await, of_task(12));
}

#[tokio::test]
async fn should_go_on_where_it_was_after_the_network_was_away() {
    let script = Arc::new(Script::default());
    script.happens(1, 11, 0);
    let mut listener = listen_to(&script);
    sleep(A_WHILE).await;
    script.away.store(true, Ordering::SeqCst);
    sleep(A_WHILE).await;
    script.happens(2, 12, 0);
    script.happens(3, 13, 0);
    script.away.store(false, Ordering::SeqCst);
    assert_eq!(listener.next().await, of_task(12));
    assert_eq!(listener.next().await, of_task(13));
}

#[tokio::test]
async fn should_begin_late_if_the_network_is_away_at_first() {
    let script = Arc::new(Script::default());
    script.away.store(true, Ordering::SeqCst);
    let mut listener = listen_to(&script);
    sleep(A_WHILE).await;
    script.happens(1, 11, now_at());
    script.away.store(false, Ordering::SeqCst);
    assert_eq!(listener.next().await, Change::Anything);
    script.happens(2, 12, 0);
    assert_eq!(listener.next().await, of_task(12));
}

#[tokio::test]
async fn should_not_go_back_when_a_node_is_behind() {
    let script = Arc::new(Script::default());
    for id in 1..=5 {
        script.happens(id, 10 + id, 0);
    }
    let mut listener = listen_to(&script);
    sleep(A_WHILE).await;
    script.behind.store(true, Ordering::SeqCst);
    sleep(A_WHILE).await;
    script.happens(6, 16, 0);
    script.behind.store(false, Ordering::SeqCst);
    assert_eq!(listener.next().await, of_task(16));
}

#[tokio::test]
async fn should_say_that_anything_may_have_changed_when_events_are_gone() {
    let script = Arc::new(Script::default());
    script.happens(1, 11, 0);
    let mut listener = listen_to(&script);
    sleep(A_WHILE).await;
    {
        let mut events = script.events.lock().unwrap();
        events.clear();
    }
    script.happens(9, 19, 0);
    assert_eq!(listener.next().await, Change::Anything);
    assert_eq!(listener.next().await, of_task(19));
}
