//! From what happens to what changes for those who listen to resources.

use std::sync::Arc;

use chime_types::Event;

use super::address::changes_of;
use crate::feed::{News, Pace, Timeline, follow};
use crate::mcp::changes::{Change, Teller};

/// Tells what changes until it is dropped.
pub async fn feed(timeline: Arc<impl Timeline>, pace: Pace, teller: Teller) {
    let told = |news: News<'_>| match news {
        News::Events(events) => tell(events, &teller),
        News::Lost => teller.tell(Change::Anything),
    };
    follow(timeline, pace, told).await;
}

/// Tells each change once, however many events are behind it.
fn tell(events: &[Event], teller: &Teller) {
    let mut told = Vec::new();
    for change in events.iter().flat_map(changes_of) {
        if !told.contains(&change) {
            teller.tell(change.clone());
            told.push(change);
        }
    }
}

#[cfg(test)]
mod tests;
