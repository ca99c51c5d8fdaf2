//! What happened: `/api/timeline`.
//!
//! Events have an `event_type`, which Daptin's documents ask for: `task` for everything that happens to a
//! task and its executions; and a `kind`, which says exactly what.

use axum::http::StatusCode;
use chime_types::{Event, EventKind, EventPage, EventsSinceRequest, EventsSinceResult};
use serde_json::{Value, json};

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::paging::{chosen, page_of};
use super::problem::{Outcome, Problem};
use super::query::Condition;
use crate::error::Result;
use crate::methods::Object;
use crate::methods::records::answer_json;
use crate::scheduler::Scheduler;

/// A list looks at so many of the latest events; older ones are found behind `query` on their id.
pub const LOOKED_AT: u64 = 5_000;

/// A cursor behind every event: the answer to it says which event is the latest.
const BEHIND_EVERYTHING: u64 = u64::MAX - 1;

/// An event.
pub fn resource(event: &Event) -> Resource {
    let page = EventPage {
        events: vec![event.clone()],
        next_cursor: event.id,
        more: false,
        lost: false,
    };
    let record = answer_json("events_since", &EventsSinceResult::Ok(page));
    let mut attributes = match record.pointer("/events/0") {
        Some(Value::Object(members)) => members.clone(),
        _ => Object::new(),
    };
    attributes.shift_remove("id");
    attributes.insert("event_type".into(), json!(event_type(event.kind)));
    Resource::new("timeline", event.id.to_string(), attributes)
}

/// What a kind of event is about.
const fn event_type(kind: EventKind) -> &'static str {
    match kind {
        EventKind::TaskCreated
        | EventKind::TaskUpdated
        | EventKind::TaskPaused
        | EventKind::TaskResumed
        | EventKind::TaskDeleted
        | EventKind::ScheduleEnded
        | EventKind::ExecutionStarted
        | EventKind::AttemptFailed
        | EventKind::JobClaimed
        | EventKind::LeaseLost
        | EventKind::ExecutionSnoozed
        | EventKind::CancelRequested
        | EventKind::ExecutionCompleted
        | EventKind::ExecutionFailed
        | EventKind::ExecutionTimedOut
        | EventKind::ExecutionCancelled
        | EventKind::SlotSkipped
        | EventKind::SlotMissed
        | EventKind::ExecutionReplayed
        | EventKind::BackfillStarted
        | EventKind::BackfillEnded
        | EventKind::ExecutionDiverged => "task",
        EventKind::CodexChanged => "codex",
        EventKind::ActionChanged => "action",
        EventKind::SecretChanged => "secret",
        EventKind::UserChanged | EventKind::BudgetUsedUp => "user",
        EventKind::AlertChanged
        | EventKind::AlertFired
        | EventKind::DeliveryFailed
        | EventKind::DeliveryDelayed => "alert",
        EventKind::BackupChanged => "backup",
        EventKind::Configured
        | EventKind::CyclesLow
        | EventKind::CyclesRestored
        | EventKind::StoreRepaired
        | EventKind::Quarantined => "scheduler",
    }
}

/// Lists what happened, the newest first.
pub async fn list(mut ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let after = ask
        .query
        .conditions
        .iter()
        .find_map(|it: &Condition| it.more_than("id"));
    let task = match ask.query.take_equal("task_id") {
        Some(name) => Some(ask.scheduler().find_task(&name).await?.id),
        None => None,
    };
    let (mut events, is_all) = latest(ask.scheduler(), task, after).await?;
    events.reverse();
    let found = chosen(events.iter().map(resource).collect(), &ask.query)?;
    let answer = page_of(found, &ask.query, &ask.path, &ask.query_text);
    Ok(match is_all {
        true => answer,
        false => answer.with_meta("looked_at", json!(LOOKED_AT)),
    })
}

/// The latest events, the oldest first: after one if it is named, and of one task if it is. Whether there
/// are no earlier ones.
pub async fn latest(
    scheduler: &Scheduler,
    task_id: Option<u64>,
    after: Option<u64>,
) -> Result<(Vec<Event>, bool)> {
    let most = usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
    let cursor = match after {
        Some(after) => after,
        None => last_id(scheduler).await?.saturating_sub(LOOKED_AT),
    };
    let filter = EventsSinceRequest {
        cursor: Some(cursor),
        task_id,
        ..EventsSinceRequest::default()
    };
    let (events, _) = scheduler.latest_events(&filter, most, |_| ()).await?;
    Ok((events, cursor == 0))
}

/// The number of the latest event.
pub async fn last_id(scheduler: &Scheduler) -> Result<u64> {
    let request = EventsSinceRequest {
        cursor: Some(BEHIND_EVERYTHING),
        limit: Some(1),
        ..EventsSinceRequest::default()
    };
    Ok(scheduler.events_since(&request).await?.next_cursor)
}

/// Shows an event.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let id = ask.number()?;
    let request = EventsSinceRequest {
        cursor: Some(id.saturating_sub(1)),
        limit: Some(1),
        ..EventsSinceRequest::default()
    };
    let page = ask.scheduler().events_since(&request).await?;
    match page.events.first().filter(|event| event.id == id) {
        Some(event) => Ok(Answer::one(resource(event))),
        None => Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no event {id} of yours any more"),
            "list those that there are with GET /api/timeline",
        )),
    }
}
