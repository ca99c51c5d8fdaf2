//! What the HTTP side and the driver say to each other.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use candid::Principal;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::read_state::ReadState;
use super::refusal::Refusal;
use crate::{CanisterHttpRequest, Ingress, MockCanisterHttpResponse, Rejection};

/// What the HTTP side wants of the replica. Each command carries the place for its answer; a
/// place that is dropped without an answer means that the driver has ended.
pub(super) enum Command {
    /// Execute an update.
    Call(Ingress, oneshot::Sender<Accepted>),
    /// Execute a query.
    Query(Query, oneshot::Sender<Result<Vec<u8>, Rejection>>),
    /// Read the state.
    ReadState(ReadState, oneshot::Sender<Result<Vec<u8>, Refusal>>),
    /// Take the answer to an HTTPS outcall.
    Outcall(MockCanisterHttpResponse),
    /// Let time pass faster than the wall clock.
    Advance(Duration, oneshot::Sender<()>),
    /// Look whether to stop.
    Wake,
}

/// Where the driver gets its orders from, and gives its own.
pub(super) struct Orders {
    /// What there is to do.
    pub(super) commands: Receiver<Command>,
    /// Whether to finish the batch and end.
    pub(super) stopping: Arc<AtomicBool>,
    /// The HTTPS outcalls to be made.
    pub(super) outcalls: UnboundedSender<CanisterHttpRequest>,
}

/// A query from outside.
pub(super) struct Query {
    pub(super) sender: Principal,
    pub(super) canister_id: Principal,
    pub(super) method: String,
    pub(super) arg: Vec<u8>,
}

/// What is known of a call once it is stored.
pub(super) enum Accepted {
    /// It was not taken; nothing is stored of it.
    Rejected(Rejection),
    /// It is answered: the certificate of its status.
    Answered(Vec<u8>),
    /// It goes on; the certificate will come.
    Waiting(oneshot::Receiver<Vec<u8>>),
}
