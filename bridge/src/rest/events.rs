//! What happens, told while somebody listens: `/events`, as server-sent events from one poller.
//!
//! Each has the number of its event as its id, so that a client that comes back with `Last-Event-ID` misses
//! nothing that is still there. `lost` says that something may have been missed.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chime_types::{Event, EventsSinceRequest, limits};
use futures::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::gate::Caller;
use super::problem::Problem;
use super::query::pairs;
use super::served::{Account, Happening, Served};
use super::timeline;
use crate::error::Result;
use crate::feed::Listener;

/// Who may listen at a time.
pub const MAXIMUM_LISTENERS: usize = 256;

/// Pages of events that are told again to who comes back; what is more counts as lost.
const MAXIMUM_PAGES: usize = 10;

/// After so long without an event something is sent all the same, so that nobody takes the connection for
/// dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// When who was turned away may come back.
const COME_BACK_SECONDS: &str = "10";

/// Ends every stream when the server stops.
#[derive(Clone)]
pub struct Open(pub CancellationToken);

/// Counts a listener until it is dropped.
struct Place(Arc<Served>);

impl Place {
    fn take(served: &Arc<Served>) -> Option<Self> {
        let before = served.listening.fetch_add(1, Ordering::SeqCst);
        // Given back by the drop, whether or not there was room.
        let place = Self(served.clone());
        (before < MAXIMUM_LISTENERS).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.listening.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tells what happens.
pub async fn listen(
    State(served): State<Arc<Served>>,
    Extension(caller): Extension<Caller>,
    Extension(Open(open)): Extension<Open>,
    request: Request,
) -> Response {
    let Some(place) = Place::take(&served) else {
        return Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{MAXIMUM_LISTENERS} listen already"),
            "come back later",
        )
        .with_header(header::RETRY_AFTER, COME_BACK_SECONDS)
        .into_response();
    };
    let since = since(&request);
    // Heard from now on, and then told what was before: nothing falls between them.
    let listener = caller.account.happenings.listen();
    let (missed, last) = match missed(&caller.account, since).await {
        Ok(found) => found,
        Err(error) => return super::api::failed(error),
    };
    let told = stream::iter(missed).chain(live(listener, last));
    let told = told.take_until(open.cancelled_owned()).map(move |sent| {
        let _place = &place;
        Ok::<_, Infallible>(sent)
    });
    Sse::new(told)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// The number of the event that the client saw last, by the header or by the parameter `since`.
fn since(request: &Request) -> Option<u64> {
    let header = request.headers().get("last-event-id");
    let header = header.and_then(|value| value.to_str().ok()?.parse().ok());
    header.or_else(|| {
        let all = pairs(request.uri().query().unwrap_or_default());
        let found = all.into_iter().find(|(name, _)| name == "since");
        found.and_then(|(_, value)| value.parse().ok())
    })
}

/// What happened since an event, and the number of the last one.
async fn missed(account: &Account, since: Option<u64>) -> Result<(Vec<Sent>, u64)> {
    let Some(since) = since else {
        return Ok((Vec::new(), 0));
    };
    let mut told = Vec::new();
    let mut cursor = since;
    for _ in 0..MAXIMUM_PAGES {
        let request = EventsSinceRequest {
            cursor: Some(cursor),
            limit: Some(limits::MAXIMUM_PAGE_ITEMS),
            ..EventsSinceRequest::default()
        };
        let page = account.scheduler.events_since(&request).await?;
        if page.lost {
            told.push(lost());
        }
        told.extend(page.events.iter().map(event));
        cursor = page.next_cursor;
        if !page.more {
            return Ok((told, cursor));
        }
    }
    told.push(lost());
    Ok((told, timeline::last_id(&account.scheduler).await?))
}

fn live(listener: Listener<Happening>, last: u64) -> impl Stream<Item = Sent> {
    stream::unfold((listener, last), async |(mut listener, mut last)| {
        loop {
            match listener.next().await {
                Some(Happening::Event(found)) if found.id > last => {
                    last = found.id;
                    return Some((event(&found), (listener, last)));
                }
                Some(Happening::Event(_)) => {}
                Some(Happening::Lost) | None => return Some((lost(), (listener, last))),
            }
        }
    })
}

fn event(event: &Event) -> Sent {
    let resource = timeline::resource(event);
    let mut members = resource.attributes;
    members.insert("id".to_string(), resource.id.clone().into());
    let data = serde_json::Value::Object(members).to_string();
    Sent::default().event("timeline").id(resource.id).data(data)
}

fn lost() -> Sent {
    Sent::default().event("lost").data("{}")
}
