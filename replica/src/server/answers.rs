//! The bodies of answers, in CBOR.

use ic_transport_types::{
    NodeSignature, QueryResponse, ReadStateResponse, RejectCode, RejectResponse, ReplyResponse,
    RequestId, TransportCallResponse,
};
use serde::Serialize;

use super::cbor;
use super::keys::Keys;
use crate::Rejection;

/// The status of a replica. Interface specification, 'Status endpoint'.
#[derive(Serialize)]
struct Status<'a> {
    impl_version: &'static str,
    replica_health_status: &'static str,
    #[serde(with = "serde_bytes")]
    root_key: &'a [u8],
}

/// The answer to `status`: a server that answers at all is healthy.
pub(super) fn status(keys: &Keys) -> Vec<u8> {
    cbor::encode(&Status {
        impl_version: concat!("chime-replica ", env!("CARGO_PKG_VERSION")),
        replica_health_status: "healthy",
        root_key: &keys.root_key,
    })
}

/// The answer to a call that was executed.
pub(super) fn certified_call(certificate: Vec<u8>) -> Vec<u8> {
    cbor::encode(&TransportCallResponse::Replied { certificate })
}

/// The answer to a call that the replica did not take.
pub(super) fn not_taken(rejection: &Rejection) -> Vec<u8> {
    cbor::encode(&TransportCallResponse::NonReplicatedRejection(reject(
        rejection,
    )))
}

/// The answer to a `read_state`.
pub(super) fn read_state(certificate: Vec<u8>) -> Vec<u8> {
    cbor::encode(&ReadStateResponse { certificate })
}

/// The answer to a query, signed by the node.
pub(super) fn signed_query(
    keys: &Keys,
    id: RequestId,
    result: Result<Vec<u8>, Rejection>,
    now_ns: u64,
) -> Vec<u8> {
    let mut response = match result {
        Ok(arg) => QueryResponse::Replied {
            reply: ReplyResponse { arg },
            signatures: Vec::new(),
        },
        Err(rejection) => QueryResponse::Rejected {
            reject: reject(&rejection),
            signatures: Vec::new(),
        },
    };
    let signature = NodeSignature {
        timestamp: now_ns,
        signature: keys.sign_answer(&response.signable(id, now_ns)),
        identity: keys.node_id,
    };
    let (QueryResponse::Replied { signatures, .. } | QueryResponse::Rejected { signatures, .. }) =
        &mut response;
    signatures.push(signature);
    cbor::encode(&response)
}

fn reject(rejection: &Rejection) -> RejectResponse {
    RejectResponse {
        // The sixth code, 'unknown', is for calls between canisters; outside it is transient.
        reject_code: RejectCode::try_from(rejection.code as u64)
            .unwrap_or(RejectCode::SysTransient),
        reject_message: rejection.message.clone(),
        error_code: Some(rejection.error_code.to_string()),
    }
}
