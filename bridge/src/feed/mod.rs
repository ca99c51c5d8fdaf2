//! The one poller behind everything that tells what happens: it looks at the timeline, and goes on after
//! what it saw. [`Shared`] is one feed for all who listen.
//!
//! Nothing is lost when the network is away: it goes on after the last event that it saw. What the
//! scheduler has removed from the timeline by then is told as [`News::Lost`].
//!
//! It knows no surface: whoever is told makes of it what its protocol has.

mod shared;

pub use shared::{Listener, Shared, Teller};

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chime_types::{Event, EventPage, EventsSinceRequest, limits};
use tokio::time::{Instant, sleep};

use crate::error::Result;
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

/// What a look found.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// These events, the oldest first; at least one.
    Events(&'a [Event]),
    /// Nobody can tell what happened: some events were missed.
    Lost,
}

/// Tells what happens until it is dropped.
pub async fn follow(
    timeline: Arc<impl Timeline>,
    pace: Pace,
    tell: impl Fn(News<'_>) + Send + Sync,
) {
    let start = Start {
        asked: Instant::now(),
        overlap: pace.overlap,
        since: now_at().saturating_sub(nanoseconds(pace.overlap)),
    };
    let mut cursor = None;
    let mut pause = pace.pause;
    loop {
        let looked = match cursor {
            None => begin(timeline.as_ref(), &start, &tell).await,
            Some(cursor) => go_on(timeline.as_ref(), cursor, &tell).await,
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
async fn begin(
    timeline: &impl Timeline,
    start: &Start,
    tell: &(impl Fn(News<'_>) + Sync),
) -> Result<Seen> {
    let last = timeline.after(BEHIND_EVERYTHING, 1).await?.next_cursor;
    if start.asked.elapsed() > start.overlap {
        tell(News::Lost);
        return Ok(Seen { last, more: false });
    }
    let before = last.saturating_sub(u64::from(OVERLAP_EVENTS));
    let page = timeline.after(before, OVERLAP_EVENTS).await?;
    let recent = |event: &&Event| event.occurred_at >= start.since;
    let recent: Vec<_> = page.events.iter().filter(recent).cloned().collect();
    tell_events(&recent, tell);
    Ok(seen(&page))
}

async fn go_on(
    timeline: &impl Timeline,
    cursor: u64,
    tell: &(impl Fn(News<'_>) + Sync),
) -> Result<Seen> {
    let page = timeline.after(cursor, limits::MAXIMUM_PAGE_ITEMS).await?;
    if page.lost {
        tell(News::Lost);
    }
    tell_events(&page.events, tell);
    Ok(seen(&page))
}

fn seen(page: &EventPage) -> Seen {
    Seen {
        last: page.next_cursor,
        more: page.more,
    }
}

fn tell_events(events: &[Event], tell: &impl Fn(News<'_>)) {
    if !events.is_empty() {
        tell(News::Events(events));
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
