//! The records between gateway and canister, as the HTTP gateway protocol defines them.
//!
//! The token of a stream is of a type that only the canister knows. It is read as a value that
//! carries its type, and written in that type again. Lists in it have to be of values of one kind: a
//! list of different variants has no type that could be told from its values.

use std::collections::BTreeMap;

use candid::de::IDLDeserialize;
use candid::types::Label;
use candid::types::value::{IDLValue, VariantValue};
use candid::{CandidType, DecoderConfig, IDLArgs, Principal, Reserved};
use serde::Deserialize;
use serde_bytes::{ByteBuf, Bytes};

use super::failure::Failure;
use super::headers::Headers;
use crate::server::limits::GATEWAY_DECODING_COST;

/// What certification the gateway understands: version 2, as those of the Internet Computer.
const CERTIFICATE_VERSION: u16 = 2;

/// The argument of `http_request`.
#[derive(Debug, CandidType)]
pub(super) struct HttpRequest<'r> {
    method: &'r str,
    url: &'r str,
    headers: &'r Headers,
    body: &'r Bytes,
    certificate_version: Option<u16>,
}

/// The argument of `http_request_update`.
#[derive(Debug, CandidType)]
pub(super) struct HttpUpdateRequest<'r> {
    method: &'r str,
    url: &'r str,
    headers: &'r Headers,
    body: &'r Bytes,
}

/// What a canister answers.
#[derive(Debug)]
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
    /// Whether `http_request_update` is to be called instead.
    pub(super) upgrade: bool,
    /// How the rest of the body is to be had.
    pub(super) streaming: Option<StreamingStrategy>,
}

/// Who gives the next part of a body, and for which token.
#[derive(Debug, PartialEq)]
pub(super) struct StreamingStrategy {
    pub(super) canister: Principal,
    pub(super) method: String,
    pub(super) token: Token,
}

/// What a canister recognises the next part of a body by: an argument in Candid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token(pub(super) Vec<u8>);

/// A part of a body, and the token of the next one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) body: Vec<u8>,
    pub(super) next: Option<Token>,
}

#[derive(CandidType, Deserialize)]
struct Response {
    status_code: u16,
    headers: Headers,
    body: ByteBuf,
    upgrade: Option<bool>,
    streaming_strategy: Option<Reserved>,
}

impl<'r> HttpRequest<'r> {
    pub(super) fn new(method: &'r str, url: &'r str, headers: &'r Headers, body: &'r [u8]) -> Self {
        Self {
            method,
            url,
            headers,
            body: Bytes::new(body),
            certificate_version: Some(CERTIFICATE_VERSION),
        }
    }
}

impl<'r> HttpUpdateRequest<'r> {
    pub(super) fn new(method: &'r str, url: &'r str, headers: &'r Headers, body: &'r [u8]) -> Self {
        Self {
            method,
            url,
            headers,
            body: Bytes::new(body),
        }
    }
}

impl HttpResponse {
    /// Reads the answer of `http_request` or `http_request_update`.
    pub(super) fn decode(reply: &[u8]) -> Result<Self, Failure> {
        let response: Response = candid::utils::decode_one_with_config(reply, &limited())
            .map_err(|error| malformed(&error))?;
        let streaming = match response.streaming_strategy {
            Some(_) => Some(strategy_of(reply)?),
            None => None,
        };
        Ok(Self {
            status: response.status_code,
            headers: response.headers,
            body: response.body.into_vec(),
            upgrade: response.upgrade == Some(true),
            streaming,
        })
    }
}

impl Chunk {
    /// Reads the answer of a streaming callback; none if the stream has ended.
    pub(super) fn decode(reply: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(chunk) = optional(value_of(reply)?) else {
            return Ok(None);
        };
        let mut fields = Fields::of(chunk)?;
        let IDLValue::Blob(body) = fields.take("body")? else {
            return Err(malformed(&"the body of a part is no blob"));
        };
        let token = optional(fields.take("token").unwrap_or(IDLValue::None));
        let next = token.map(Token::of).transpose()?;
        Ok(Some(Self { body, next }))
    }
}

impl Token {
    fn of(value: IDLValue) -> Result<Self, Failure> {
        let bytes = IDLArgs::new(&[value]).to_bytes();
        bytes.map(Self).map_err(|error| malformed(&error))
    }
}

/// The strategy in an answer that is known to have one.
fn strategy_of(reply: &[u8]) -> Result<StreamingStrategy, Failure> {
    let mut response = Fields::of(value_of(reply)?)?;
    let strategy = optional(response.take("streaming_strategy")?);
    let Some(IDLValue::Variant(VariantValue(variant, _))) = strategy else {
        return Err(malformed(&"the streaming strategy is no variant"));
    };
    if variant.id.get_id() != Label::Named("Callback".to_owned()).get_id() {
        return Err(malformed(&"the streaming strategy is not known"));
    }
    let mut callback = Fields::of(variant.val)?;
    let IDLValue::Func(canister, method) = callback.take("callback")? else {
        return Err(malformed(&"the streaming callback is no function"));
    };
    Ok(StreamingStrategy {
        canister,
        method,
        token: Token::of(callback.take("token")?)?,
    })
}

/// The fields of a record of any type, by the hashes of their names.
struct Fields(BTreeMap<u32, IDLValue>);

impl Fields {
    fn of(value: IDLValue) -> Result<Self, Failure> {
        let IDLValue::Record(fields) = value else {
            return Err(malformed(&"it is no record"));
        };
        let fields = fields.into_iter();
        let fields = fields.map(|field| (field.id.get_id(), field.val));
        Ok(Self(fields.collect()))
    }

    fn take(&mut self, name: &str) -> Result<IDLValue, Failure> {
        let value = self.0.remove(&Label::Named(name.to_owned()).get_id());
        value.ok_or_else(|| malformed(&format!("the field {name} is missing")))
    }
}

fn optional(value: IDLValue) -> Option<IDLValue> {
    match value {
        IDLValue::Opt(value) => Some(*value),
        _ => None,
    }
}

fn value_of(reply: &[u8]) -> Result<IDLValue, Failure> {
    let read = || -> candid::Result<IDLValue> {
        IDLDeserialize::new_with_config(reply, &limited())?.get_value()
    };
    read().map_err(|error| malformed(&error))
}

fn limited() -> DecoderConfig {
    let mut config = DecoderConfig::new();
    config
        .set_decoding_quota(GATEWAY_DECODING_COST)
        .set_skipping_quota(GATEWAY_DECODING_COST);
    config
}

fn malformed(reason: &dyn std::fmt::Display) -> Failure {
    Failure::bad_answer(format!(
        "the canister's answer is not that of the HTTP gateway protocol: {reason}"
    ))
}
