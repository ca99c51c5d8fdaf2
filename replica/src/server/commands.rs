//! What the HTTP side and the driver say to each other.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::time::Duration;

use candid::Principal;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::clock::now_ns;
use super::read_state::ReadState;
use super::refusal::Refusal;
use crate::{CanisterHttpRequest, Ingress, MockCanisterHttpResponse, Rejection};

/// What the HTTP side wants of the replica. Each command carries the place for its answer; a
/// place that is dropped without an answer means that the driver has ended.
pub(crate) enum Command {
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

/// Where the HTTP side hands its commands in.
pub(crate) trait Desk: Send + Sync {
    /// Hands a command in.
    fn hand_in(&self, command: Command) -> HandedIn;
    /// The time that requests and certificates are measured by, in nanoseconds since 1970.
    fn now_ns(&self) -> u64;
}

/// What became of a command that was handed in.
pub(crate) enum HandedIn {
    /// The driver will take it.
    Taken,
    /// Too many wait: here it is again.
    Full(Command),
    /// The driver has ended.
    Ended,
}

/// The desk of a driver that follows the wall clock.
impl Desk for SyncSender<Command> {
    fn hand_in(&self, command: Command) -> HandedIn {
        match self.try_send(command) {
            Ok(()) => HandedIn::Taken,
            Err(TrySendError::Full(command)) => HandedIn::Full(command),
            Err(TrySendError::Disconnected(_)) => HandedIn::Ended,
        }
    }

    fn now_ns(&self) -> u64 {
        now_ns()
    }
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
pub(crate) struct Query {
    pub(crate) sender: Principal,
    pub(crate) canister_id: Principal,
    pub(crate) method: String,
    pub(crate) arg: Vec<u8>,
}

/// What is known of a call once it is stored.
pub(crate) enum Accepted {
    /// It was not taken; nothing is stored of it.
    Rejected(Rejection),
    /// It is answered: the certificate of its status.
    Answered(Vec<u8>),
    /// It goes on; the certificate will come.
    Waiting(oneshot::Receiver<Vec<u8>>),
}
