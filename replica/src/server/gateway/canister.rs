//! Speaks with a canister in the name of nobody.

use candid::{CandidType, Encode, Principal};
use ic_certification::{Certificate, LookupResult};
use tokio::time::timeout;

use axum::http::StatusCode;

use super::failure::Failure;
use crate::limits::INGRESS_PAYLOAD_BYTES;
use crate::server::commands::{Accepted, Command, Query};
use crate::server::http::{Context, ask};
use crate::server::keys::random_seed;
use crate::server::limits::{GATEWAY_CALL_EXPIRY, GATEWAY_CALL_WAIT};
use crate::{Ingress, MessageId};

/// A canister behind the gateway.
pub(super) struct Canister<'c> {
    pub(super) context: &'c Context,
    pub(super) id: Principal,
}

impl Canister<'_> {
    /// Runs a query with one argument.
    pub(super) async fn query(
        &self,
        method: &str,
        arg: &impl CandidType,
    ) -> Result<Vec<u8>, Failure> {
        let arg = Encode!(arg).expect("BUG: the records of the protocol are encodable");
        self.query_bytes(method, arg).await
    }

    /// Runs a query with an argument in Candid.
    pub(super) async fn query_bytes(&self, method: &str, arg: Vec<u8>) -> Result<Vec<u8>, Failure> {
        check_size(&arg)?;
        let query = Query {
            sender: Principal::anonymous(),
            canister_id: self.id,
            method: method.to_owned(),
            arg,
        };
        let result = ask(self.context, |answer| Command::Query(query, answer)).await?;
        result.map_err(|rejection| Failure::rejected(&self.id, &rejection))
    }

    /// Calls an update method with one argument and waits for the answer.
    pub(super) async fn update(
        &self,
        method: &str,
        arg: &impl CandidType,
    ) -> Result<Vec<u8>, Failure> {
        let arg = Encode!(arg).expect("BUG: the records of the protocol are encodable");
        check_size(&arg)?;
        let now_ns = self.context.desk.now_ns();
        let expiry_ns = u64::try_from(GATEWAY_CALL_EXPIRY.as_nanos()).unwrap_or(u64::MAX);
        let message_id = MessageId(random_seed());
        let ingress = Ingress {
            message_id,
            sender: Principal::anonymous(),
            canister_id: self.id,
            method: method.to_owned(),
            arg,
            ingress_expiry_ns: now_ns.saturating_add(expiry_ns),
        };
        let certificate = match ask(self.context, |answer| Command::Call(ingress, answer)).await? {
            Accepted::Rejected(rejection) => {
                return Err(Failure::rejected(&self.id, &rejection));
            }
            Accepted::Answered(certificate) => certificate,
            Accepted::Waiting(promise) => match timeout(GATEWAY_CALL_WAIT, promise).await {
                Ok(Ok(certificate)) => certificate,
                Ok(Err(_)) | Err(_) => return Err(too_late()),
            },
        };
        self.reply_in(&certificate, &message_id)
    }

    /// The reply to a message, from the certificate of its status.
    fn reply_in(&self, certificate: &[u8], id: &MessageId) -> Result<Vec<u8>, Failure> {
        let certificate: Certificate =
            serde_cbor::from_slice(certificate).expect("BUG: it was made by this server");
        let value = |name: &[u8]| {
            let path = [b"request_status".as_slice(), &id.0, name];
            match certificate.tree.lookup_path(path) {
                LookupResult::Found(value) => Some(value.to_vec()),
                _ => None,
            }
        };
        if let Some(reply) = value(b"reply") {
            return Ok(reply);
        }
        let text = |name: &[u8]| String::from_utf8(value(name).unwrap_or_default());
        let code = text(b"error_code").unwrap_or_default();
        let reason = text(b"reject_message").unwrap_or_default();
        let text = format!("canister {}: {code}: {reason}", self.id);
        Err(Failure::bad_answer(text))
    }
}

fn check_size(arg: &[u8]) -> Result<(), Failure> {
    if arg.len() <= INGRESS_PAYLOAD_BYTES {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "headers and body are {} bytes of a message that has at most {INGRESS_PAYLOAD_BYTES}",
            arg.len()
        ),
    ))
}

fn too_late() -> Failure {
    let seconds = GATEWAY_CALL_WAIT.as_secs();
    Failure::new(
        StatusCode::GATEWAY_TIMEOUT,
        format!("the canister has not answered the update within {seconds} s"),
    )
}
