//! Operations that took longer than a request waits: their names, and their ends to be polled.
//!
//! The client polls `/read_graph/<state label>/<op id>` until it is not 404, and then prunes it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::limits::ENDED_OPERATIONS;
use super::problem::json_bytes;

/// The name of an operation, unique in the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    instance: usize,
    number: u64,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) json: Vec<u8>,
}

/// The operations of a server that have ended and were not pruned, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Graph {
    numbers: AtomicU64,
    ended: Mutex<BTreeMap<u64, (Ticket, Outcome)>>,
}

#[derive(Serialize)]
struct StartedOrBusy {
    state_label: String,
    op_id: String,
}

impl Ticket {
    fn state_label(&self) -> String {
        format!("instance-{}", self.instance)
    }

    fn op_id(&self) -> String {
        self.number.to_string()
    }

    /// The body of an answer 202 or 409.
    pub(super) fn answer(&self, status: StatusCode) -> Response {
        let body = StartedOrBusy {
            state_label: self.state_label(),
            op_id: self.op_id(),
        };
        super::problem::json(status, &body)
    }
}

impl std::fmt::Display for Ticket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.state_label(), self.op_id())
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        json_bytes(self.status, self.json)
    }
}

impl Graph {
    /// A name for an operation on an instance.
    pub(super) fn ticket(&self, instance: usize) -> Ticket {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Ticket { instance, number }
    }

    /// Keeps the end of an operation.
    pub(super) fn keep(&self, ticket: Ticket, outcome: Outcome) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.insert(ticket.number, (ticket, outcome));
        if ended.len() > ENDED_OPERATIONS {
            ended.pop_first();
        }
    }

    /// How an operation ended, if it has.
    pub(super) fn read(&self, state_label: &str, op_id: &str) -> Option<Outcome> {
        let number = op_id.parse().ok()?;
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let (ticket, outcome) = ended.get(&number)?;
        (ticket.state_label() == state_label).then(|| outcome.clone())
    }

    /// Forgets an operation; false when it is not known.
    pub(super) fn prune(&self, state_label: &str, op_id: &str) -> bool {
        if self.read(state_label, op_id).is_none() {
            return false;
        }
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let number = op_id.parse().ok();
        number.and_then(|number| ended.remove(&number)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Outcome {
        Outcome {
            status: StatusCode::OK,
            json: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn should_give_the_end_of_an_operation_until_it_is_pruned() {
        let graph = Graph::default();
        let (first, second) = (graph.ticket(0), graph.ticket(1));
        let read = |ticket: &Ticket| graph.read(&ticket.state_label(), &ticket.op_id());
        assert_eq!(read(&first), None);
        graph.keep(first, outcome("1"));
        graph.keep(second, outcome("2"));
        assert_eq!(read(&first), Some(outcome("1")));
        assert_eq!(graph.read(&first.state_label(), &second.op_id()), None);
        assert!(graph.prune(&first.state_label(), &first.op_id()));
        assert!(!graph.prune(&first.state_label(), &first.op_id()));
        assert_eq!(read(&first), None);
        assert_eq!(read(&second), Some(outcome("2")));
    }

    #[test]
    fn should_forget_the_oldest_beyond_the_limit() {
        let graph = Graph::default();
        let tickets: Vec<_> = (0..=ENDED_OPERATIONS).map(|_| graph.ticket(0)).collect();
        for ticket in &tickets {
            graph.keep(*ticket, outcome("1"));
        }
        let read = |ticket: &Ticket| graph.read(&ticket.state_label(), &ticket.op_id());
        assert_eq!(read(&tickets[0]), None);
        assert!(read(&tickets[1]).is_some());
    }
}
