//! `chime events`: the timeline.

use std::time::Duration;

use chime_types::{Event, EventsSinceRequest, limits};
use tokio::time::sleep;

use crate::cli::events::show::{event_item, event_line, events};
use crate::cli::session::{Session, streaming, with_scheduler};
use crate::cli::watch::is_passing;
use crate::cli::{EventsArguments, GlobalArguments};
use crate::error::Result;
use crate::terminal::{Progress, Writer};

/// Between two looks at the timeline.
const PAUSE: Duration = Duration::from_secs(1);

/// Failed looks in a row that are put up with.
const MAXIMUM_FAILURES: u32 = 5;

/// `chime events`.
pub(in crate::cli) async fn timeline(
    global: &GlobalArguments,
    arguments: &EventsArguments,
    writer: &Writer,
) -> Result<()> {
    if arguments.follow {
        return streaming(global, writer, async |session| {
            let (latest, filter, cursor) = latest(session, arguments).await?;
            for event in &latest {
                writer.item(&event_item(event), |page| event_line(event, page))?;
            }
            follow(session, writer, filter, cursor).await
        })
        .await;
    }
    let shown = with_scheduler(global, writer, async |session| {
        latest(session, arguments).await
    });
    let (latest, _, cursor) = shown.await?;
    writer.answer(&events(latest, cursor))
}

/// The latest events, what was asked for, and from where to go on.
async fn latest(
    session: &Session,
    arguments: &EventsArguments,
) -> Result<(Vec<Event>, EventsSinceRequest, u64)> {
    let task = match &arguments.task {
        Some(selector) => Some(session.scheduler.find_task(selector).await?),
        None => None,
    };
    let filter = EventsSinceRequest {
        task_id: task.map(|task| task.id),
        all_owners: Some(arguments.all_owners),
        ..EventsSinceRequest::default()
    };
    let most = arguments.limit as usize;
    let progress = Progress::count("Events read");
    let (latest, cursor) = session
        .scheduler
        .latest_events(&filter, most, |count| progress.done(count))
        .await?;
    Ok((latest, filter, cursor))
}

async fn follow(
    session: &Session,
    writer: &Writer,
    filter: EventsSinceRequest,
    cursor: u64,
) -> Result<()> {
    let mut request = EventsSinceRequest {
        cursor: Some(cursor),
        limit: Some(limits::MAXIMUM_PAGE_ITEMS),
        ..filter
    };
    let mut failures = 0;
    loop {
        let page = match session.scheduler.events_since(&request).await {
            Ok(page) => page,
            Err(error) if is_passing(&error) && failures < MAXIMUM_FAILURES => {
                failures += 1;
                sleep(PAUSE).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        failures = 0;
        if page.lost {
            writer.message("Some events were removed before they could be shown.");
        }
        for event in &page.events {
            writer.item(&event_item(event), |page| event_line(event, page))?;
        }
        request.cursor = Some(page.next_cursor);
        if !page.more {
            sleep(PAUSE).await;
        }
    }
}
