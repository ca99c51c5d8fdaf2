//! What happened.

use chime_types::Event;
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{shown, time};
use crate::words::word;

/// The page: events, the newest first, of those kinds whose names contain `kind`.
#[must_use]
pub fn timeline(context: &Context, events: &[Event], kind: &str) -> String {
    let body = html! {
        form .filters method="get" action="/timeline" role="search" {
            div { label for="kind" { "Kind contains" } input id="kind" name="kind" value=(kind); }
            button { "Show" }
        }
        section #events data-live { (table(context, events)) }
    };
    page(context, "Events", &body)
}

fn table(context: &Context, events: &[Event]) -> Markup {
    html! {
        @if events.is_empty() {
            div .card.empty { p { "Nothing happened yet." } }
        } @else {
            table .wide {
                caption .hidden { "Events, the newest first" }
                thead { tr {
                    th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Task" }
                    th scope="col" { "Run" } th scope="col" { "Detail" }
                } }
                tbody {
                    @for event in events {
                        tr {
                            th scope="row" data-label="When" { (time(context, event.occurred_at)) }
                            td data-label="What" { (word(&event.kind)) }
                            td data-label="Task" {
                                @if let Some(id) = event.task_id { a href={ "/tasks/" (id) } { (id) } }
                            }
                            td data-label="Run" {
                                @if let Some(id) = event.execution_id { a href={ "/executions/" (id) } { (id) } }
                            }
                            td data-label="Detail" { (shown(&event.detail)) }
                        }
                    }
                }
            }
        }
    }
}
