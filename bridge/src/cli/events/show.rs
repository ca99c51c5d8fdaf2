//! Events: what was changed, by whom, and what came of it.

use chime_types::{Event, EventKind, EventPage, EventsSinceResult};
use serde_json::Value;

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Page, Table, counted, one_line};
use crate::words::word;

/// Most characters of a detail in a table.
const MAXIMUM_TEXT: usize = 160;

fn json(events: &[Event], next_cursor: u64) -> Value {
    list_json("events_since", "events", events, |events| {
        EventsSinceResult::Ok(EventPage {
            events,
            next_cursor,
            more: false,
            lost: false,
        })
    })
}

/// The latest events, the oldest first.
#[must_use]
pub fn events(events: Vec<Event>, next_cursor: u64) -> Record {
    let mut json = json(&events, next_cursor);
    if let Value::Object(map) = &mut json {
        map.insert("next_cursor".into(), next_cursor.into());
    }
    Record::of(json, move |page| {
        if events.is_empty() {
            return "No events.".into();
        }
        let columns = ["EVENT", "WHEN", "WHAT", "TASK", "EXECUTION", "BY", "DETAIL"];
        let mut table = Table::new(page, &columns).spare(&["EVENT", "BY", "EXECUTION"]);
        for event in &events {
            let id = |id: Option<u64>| id.map_or_else(|| "-".to_string(), |id| id.to_string());
            table.row([
                event.id.to_string().into(),
                page.clock.instant(event.occurred_at),
                word(&event.kind).into(),
                id(event.task_id).into(),
                id(event.execution_id).into(),
                actor(event).into(),
                one_line(&event.detail, MAXIMUM_TEXT).into(),
            ]);
        }
        let foot = format!(
            "{}, oldest first; times in {}",
            counted(events.len(), "event"),
            page.clock.zone_name()
        );
        format!("{}\n\n{foot}", table.render())
    })
}

/// Who asked for it, by the beginning of its principal.
fn actor(event: &Event) -> String {
    match event.actor {
        None => "-".into(),
        Some(actor) => {
            let text = actor.to_text();
            text.split('-').next().unwrap_or_default().to_string()
        }
    }
}

/// One event in JSON, for following.
#[must_use]
pub fn event_item(event: &Event) -> Value {
    let all = json(std::slice::from_ref(event), event.id);
    all["events"][0].clone()
}

/// One event in a line, for following.
#[must_use]
pub fn event_line(event: &Event, page: &Page<'_>) -> String {
    let mut line = format!(
        "{}  {}",
        page.clock.time_of_day(event.occurred_at),
        word(&event.kind)
    );
    let about = [
        event.task_id.map(|id| format!("task {id}")),
        event.execution_id.map(|id| format!("execution {id}")),
    ];
    for part in about.into_iter().flatten() {
        line.push_str(&format!("  {part}"));
    }
    if !event.detail.is_empty() {
        line.push_str(&format!("  {}", one_line(&event.detail, MAXIMUM_TEXT)));
    }
    line
}

/// Whether an event is the end of an execution.
pub(in crate::cli) const fn is_end(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ExecutionCompleted
            | EventKind::ExecutionFailed
            | EventKind::ExecutionTimedOut
            | EventKind::ExecutionCancelled
            | EventKind::SlotSkipped
            | EventKind::SlotMissed
    )
}

/// Whether an event is a failure.
pub(in crate::cli) const fn is_failure(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ExecutionFailed
            | EventKind::ExecutionTimedOut
            | EventKind::AttemptFailed
            | EventKind::SlotMissed
            | EventKind::DeliveryFailed
            | EventKind::DeliveryDelayed
            | EventKind::Quarantined
            | EventKind::BudgetUsedUp
    )
}
