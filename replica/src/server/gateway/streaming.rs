//! Collects the body of a response that comes in parts.
//!
//! All of it is fetched before the answer begins: so a stream that fails, or is longer than its
//! limit, is answered with an error and not with half a body.

use super::canister::Canister;
use super::failure::Failure;
use super::messages::{Chunk, StreamingStrategy};
use crate::server::limits::{GATEWAY_STREAM_BYTES, GATEWAY_STREAM_CHUNKS};

/// Appends the further parts of a body to its first one.
pub(super) async fn collect(
    canister: &Canister<'_>,
    strategy: StreamingStrategy,
    body: &mut Vec<u8>,
) -> Result<(), Failure> {
    let StreamingStrategy {
        canister: callee,
        method,
        token,
    } = strategy;
    if callee != canister.id {
        return Err(Failure::bad_answer(format!(
            "the streaming callback is a method of {callee}, not of the canister itself"
        )));
    }
    let mut next = Some(token);
    for _ in 0..GATEWAY_STREAM_CHUNKS {
        let Some(token) = next else {
            return Ok(());
        };
        let reply = canister.query_bytes(&method, token.0).await?;
        let Some(chunk) = Chunk::decode(&reply)? else {
            return Ok(());
        };
        if body.len() + chunk.body.len() > GATEWAY_STREAM_BYTES {
            return Err(Failure::bad_answer(format!(
                "the body has more than {GATEWAY_STREAM_BYTES} bytes"
            )));
        }
        body.extend_from_slice(&chunk.body);
        next = chunk.next;
    }
    match next {
        None => Ok(()),
        Some(_) => Err(Failure::bad_answer(format!(
            "the body comes in more than {GATEWAY_STREAM_CHUNKS} parts"
        ))),
    }
}
