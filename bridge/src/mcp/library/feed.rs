//! The one poller behind all subscriptions: it looks at the timeline and tells what changed.
//!
//! Nothing is lost when the network is away: it goes on after the last event that it saw. What the
//! scheduler has removed from the timeline by then is told as 'anything may have changed'.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chime_types::{Event, EventPage, EventsSinceRequest, limits};
use tokio::time::{Instant, sleep};

use super::address::changes_of;
use crate::error::Result;
use crate::mcp::changes::{Change, Teller};
use crate::scheduler::Scheduler;

/// How often the feed looks, and how far back it begins.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Pause between two looks: a change is told after at most this and the time of a query.
    pub pause: Duration,
    /// The longest pause while the network is away; it doubles from `pause`.
    pub longest_pause: Duration,
    /// What happened so shortly before the first look is told too: somebody may have asked to be
    /// told of changes, and changed something, before that look arrived. It also covers clocks
    /// that differ a little.
    pub overlap: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            overlap: Duration::from_secs(5),
        }
    }
}

/// Events looked back at for [`Pace::overlap`].
const OVERLAP_EVENTS: u32 = limits::MAXIMUM_PAGE_ITEMS;

/// A cursor behind every event: the answer to it says which event is the latest.
const BEHIND_EVERYTHING: u64 = u64::MAX - 1;

/// Where events come from.
pub trait Timeline: Send + Sync + 'static {
    /// The events after the cursor.
    fn after(&self, cursor: u64, limit: u32) -> impl Future<Output = Result<EventPage>> + Send;
}

impl Timeline for Scheduler {
    async fn after(&self, cursor: u64, limit: u32) -> Result<EventPage> {
        let request = EventsSinceRequest {
            cursor: Some(cursor),
            limit: Some(limit),
            ..EventsSinceRequest::default()
        };
        self.events_since(&request).await
    }
}

/// Tells what changes until it is dropped.
pub async fn feed(timeline: Arc<impl Timeline>, pace: Pace, teller: Teller) {
    let start = Start {
        asked: Instant::now(),
        overlap: pace.overlap,
        since: now_at().saturating_sub(nanoseconds(pace.overlap)),
    };
    let mut cursor = None;
    let mut pause = pace.pause;
    loop {
        let looked = match cursor {
            None => begin(timeline.as_ref(), &start, &teller).await,
            Some(cursor) => go_on(timeline.as_ref(), cursor, &teller).await,
        };
        match looked {
            Ok(Seen { last, more }) => {
                // A query may be answered by a node that is behind.
                cursor = Some(cursor.map_or(last, |cursor: u64| cursor.max(last)));
                pause = pace.pause;
                if more {
                    continue;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot look for changes");
                pause = (pause * 2).min(pace.longest_pause);
            }
        }
        sleep(pause).await;
    }
}

/// How far a look went.
struct Seen {
    last: u64,
    more: bool,
}

/// When somebody asked to be told of changes, and which events count as after that.
struct Start {
    asked: Instant,
    overlap: Duration,
    since: u64,
}

/// Finds the end of the timeline, and tells what happened since somebody asked.
async fn begin(timeline: &impl Timeline, start: &Start, teller: &Teller) -> Result<Seen> {
    let last = timeline.after(BEHIND_EVERYTHING, 1).await?.next_cursor;
    if start.asked.elapsed() > start.overlap {
        teller.tell(Change::Anything);
        return Ok(Seen { last, more: false });
    }
    let before = last.saturating_sub(u64::from(OVERLAP_EVENTS));
    let page = timeline.after(before, OVERLAP_EVENTS).await?;
    let recent = |event: &&Event| event.occurred_at >= start.since;
    tell(page.events.iter().filter(recent), teller);
    Ok(seen(&page))
}

async fn go_on(timeline: &impl Timeline, cursor: u64, teller: &Teller) -> Result<Seen> {
    let page = timeline.after(cursor, limits::MAXIMUM_PAGE_ITEMS).await?;
    if page.lost {
        teller.tell(Change::Anything);
    }
    tell(page.events.iter(), teller);
    Ok(seen(&page))
}

fn seen(page: &EventPage) -> Seen {
    Seen {
        last: page.next_cursor,
        more: page.more,
    }
}

/// Tells each change once, however many events are behind it.
fn tell<'a>(events: impl Iterator<Item = &'a Event>, teller: &Teller) {
    let mut told = Vec::new();
    for change in events.flat_map(changes_of) {
        if !told.contains(&change) {
            teller.tell(change.clone());
            told.push(change);
        }
    }
}

fn now_at() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, nanoseconds)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
