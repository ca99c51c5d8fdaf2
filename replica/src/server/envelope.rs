//! What a request says: its envelope and the three kinds of content.
//!
//! Only the form is checked here. Whether the sender has signed it, and when, is the matter of
//! `authentication.rs`.

use candid::Principal;
use ic_transport_types::RequestId;

use super::cbor::{self, Fields, Value};
use super::limits::{
    DELEGATION_TARGETS, DELEGATIONS, NONCE_BYTES, READ_STATE_LABELS, READ_STATE_PATHS,
};
use super::refusal::Refusal;
use crate::limits::{INGRESS_PAYLOAD_BYTES, METHOD_NAME_BYTES};

/// A path of the state tree.
pub(super) type Path = Vec<Vec<u8>>;

/// A request with its signatures.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    /// The hash of the content.
    pub(super) id: RequestId,
    /// Who claims to send it.
    pub(super) sender: Principal,
    /// When it ends to be valid, in nanoseconds since 1970.
    pub(super) ingress_expiry_ns: u64,
    /// What is asked.
    pub(super) content: Content,
    /// The key behind the sender, in DER.
    pub(super) public_key: Option<Vec<u8>>,
    /// The signature of the content.
    pub(super) signature: Option<Vec<u8>>,
    /// The delegations from the sender's key to the key that has signed.
    pub(super) delegations: Option<Vec<SignedDelegation>>,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An update.
    Call(Invocation),
    /// A query.
    Query(Invocation),
    /// Parts of the state tree, with a certificate.
    ReadState(Vec<Path>),
}

/// A method to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invocation {
    /// Whose method.
    pub(super) canister_id: Principal,
    /// Its name.
    pub(super) method: String,
    /// Its argument.
    pub(super) arg: Vec<u8>,
}

/// A key that may sign for another one.
#[derive(Clone, Debug)]
pub(super) struct SignedDelegation {
    /// What the other key signed: the hash of the delegation.
    pub(super) hash: RequestId,
    /// The signature of the other key.
    pub(super) signature: Vec<u8>,
    /// The key that may sign, in DER.
    pub(super) public_key: Vec<u8>,
    /// When it may no longer, in nanoseconds since 1970.
    pub(super) expiration_ns: u64,
    /// The canisters it may sign for, when it may not for all.
    pub(super) targets: Option<Vec<Principal>>,
    /// Whether it may sign updates too.
    pub(super) permissions: Permissions,
}

/// The kinds of requests that a delegation permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permissions {
    /// Every request.
    All,
    /// Queries and `read_state`.
    Queries,
}

impl Envelope {
    /// Decodes the body of a request.
    pub(super) fn decode(body: &[u8]) -> Result<Self, Refusal> {
        let envelope = cbor::decode(body)
            .and_then(Value::into_map)
            .map_err(|e| Refusal::Invalid(format!("the envelope is malformed: {e}")))?;
        let envelope = read_envelope(envelope)
            .map_err(|e| Refusal::Invalid(format!("the envelope is malformed: {e}")))?;
        envelope.check_size()?;
        Ok(envelope)
    }

    fn check_size(&self) -> Result<(), Refusal> {
        let (Content::Call(call) | Content::Query(call)) = &self.content else {
            return Ok(());
        };
        if call.arg.len() + call.method.len() <= INGRESS_PAYLOAD_BYTES {
            return Ok(());
        }
        Err(Refusal::TooLarge(format!(
            "Request {} is too large. Message byte size {} is larger than the max allowed {}.",
            self.id,
            call.arg.len() + call.method.len(),
            INGRESS_PAYLOAD_BYTES
        )))
    }
}

fn read_envelope(mut envelope: Fields) -> Result<Envelope, String> {
    let mut content = envelope.require("content", Value::into_map)?;
    let id = content.hash();
    content.take("nonce", |nonce| {
        let length = nonce.into_bytes()?.len();
        within(length, NONCE_BYTES, "bytes")
    })?;
    Ok(Envelope {
        id,
        sender: content.require("sender", Value::into_principal)?,
        ingress_expiry_ns: content.require("ingress_expiry", Value::into_nat)?,
        content: read_content(content)?,
        public_key: envelope.take("sender_pubkey", Value::into_bytes)?,
        signature: envelope.take("sender_sig", Value::into_bytes)?,
        delegations: envelope.take("sender_delegation", |chain| {
            let chain = chain.into_array()?;
            within(chain.len(), DELEGATIONS, "delegations")?;
            chain.into_iter().map(read_delegation).collect()
        })?,
    })
}

fn read_content(mut content: Fields) -> Result<Content, String> {
    let kind = content.require("request_type", Value::into_text)?;
    match kind.as_str() {
        "call" => Ok(Content::Call(read_invocation(content)?)),
        "query" => Ok(Content::Query(read_invocation(content)?)),
        "read_state" => Ok(Content::ReadState(content.require("paths", read_paths)?)),
        other => Err(format!("the request type {other:?} is unknown")),
    }
}

fn read_invocation(mut content: Fields) -> Result<Invocation, String> {
    if content.take("sender_info", Ok)?.is_some() {
        return Err("field sender_info is not supported".to_string());
    }
    Ok(Invocation {
        canister_id: content.require("canister_id", Value::into_principal)?,
        method: content.require("method_name", |name| {
            let name = name.into_text()?;
            within(name.len(), METHOD_NAME_BYTES, "bytes")?;
            Ok(name)
        })?,
        arg: content.require("arg", Value::into_bytes)?,
    })
}

fn read_paths(paths: Value) -> Result<Vec<Path>, String> {
    let paths = paths.into_array()?;
    within(paths.len(), READ_STATE_PATHS, "paths")?;
    paths.into_iter().map(read_path).collect()
}

fn read_path(path: Value) -> Result<Path, String> {
    let labels = path.into_array()?;
    within(labels.len(), READ_STATE_LABELS, "labels")?;
    labels.into_iter().map(Value::into_bytes).collect()
}

fn read_delegation(signed: Value) -> Result<SignedDelegation, String> {
    let mut signed = signed.into_map()?;
    let mut delegation = signed.require("delegation", Value::into_map)?;
    Ok(SignedDelegation {
        hash: delegation.hash(),
        signature: signed.require("signature", Value::into_bytes)?,
        public_key: delegation.require("pubkey", Value::into_bytes)?,
        expiration_ns: delegation.require("expiration", Value::into_nat)?,
        targets: delegation.take("targets", |targets| {
            let targets = targets.into_array()?;
            within(targets.len(), DELEGATION_TARGETS, "targets")?;
            targets.into_iter().map(Value::into_principal).collect()
        })?,
        permissions: delegation
            .take("permissions", read_permissions)?
            .unwrap_or(Permissions::All),
    })
}

fn read_permissions(value: Value) -> Result<Permissions, String> {
    match value.into_text()?.as_str() {
        "all" => Ok(Permissions::All),
        "queries" => Ok(Permissions::Queries),
        other => Err(format!("{other:?} is unknown")),
    }
}

fn within(length: usize, limit: usize, unit: &str) -> Result<(), String> {
    if length > limit {
        return Err(format!("{length} {unit} are more than the {limit} allowed"));
    }
    Ok(())
}
