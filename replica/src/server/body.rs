//! Bodies of requests, read under limits: one body has a size and a time, and all bodies that are
//! held at the same time share a number of bytes.
//!
//! A body takes its share as it arrives, so one that was announced but does not come takes nothing
//! from the others.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::limits::{BODY_WAIT, LARGE_BODIES_BYTES, SMALL_BODIES_BYTES, SMALL_BODY_BYTES};
use super::refusal::Refusal;

/// The bytes that all bodies share. What small bodies share is apart from the rest, so that large
/// ones that hardly come on do not keep them away.
#[derive(Clone)]
pub(crate) struct Room {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// A body, which gives its share back when it is dropped.
pub(super) struct Read {
    pub(super) bytes: Vec<u8>,
    _share: Share,
}

/// What a body has taken of each room.
#[derive(Default)]
struct Share {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            small: Arc::new(Semaphore::new(SMALL_BODIES_BYTES)),
            large: Arc::new(Semaphore::new(LARGE_BODIES_BYTES)),
        }
    }

    /// Reads a body to its end, if it has no more than `limit_bytes`.
    pub(super) async fn read(&self, body: Body, limit_bytes: usize) -> Result<Read, Refusal> {
        match timeout(BODY_WAIT, self.read_all(body, limit_bytes)).await {
            Ok(read) => read,
            Err(_) => Err(Refusal::Slow),
        }
    }

    async fn read_all(&self, mut body: Body, limit_bytes: usize) -> Result<Read, Refusal> {
        check_length(body.size_hint().lower(), limit_bytes)?;
        let mut bytes = Vec::new();
        let mut share = Share::default();
        while let Some(frame) =
            std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
        {
            let frame = frame.map_err(|e| Refusal::Invalid(format!("the body: {e}")))?;
            let Ok(part) = frame.into_data() else {
                continue;
            };
            let length = bytes.len() + part.len();
            check_length(length as u64, limit_bytes)?;
            if length <= SMALL_BODY_BYTES {
                take(&self.small, part.len(), &mut share.small)?;
            } else {
                take(&self.large, part.len(), &mut share.large)?;
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Read {
            bytes,
            _share: share,
        })
    }
}

/// Adds bytes to what a body has taken of a room.
fn take(
    room: &Arc<Semaphore>,
    bytes: usize,
    share: &mut Option<OwnedSemaphorePermit>,
) -> Result<(), Refusal> {
    let count = u32::try_from(bytes).map_err(|_| Refusal::Overloaded)?;
    let added = Arc::clone(room).try_acquire_many_owned(count);
    let added = added.map_err(|_| Refusal::Overloaded)?;
    match share {
        Some(share) => share.merge(added),
        None => *share = Some(added),
    }
    Ok(())
}

fn check_length(bytes: u64, limit_bytes: usize) -> Result<(), Refusal> {
    if bytes <= limit_bytes as u64 {
        return Ok(());
    }
    Err(Refusal::TooLarge(format!(
        "The body is larger than {limit_bytes} bytes."
    )))
}
