//! HTTPS requests of steps and webhooks.

use candid::{CandidType, Deserialize};
use serde::Serialize;

/// A header of an HTTP message.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct HttpHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The method of an HTTP request.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum HttpMethod {
    /// Fetch (the default).
    #[default]
    #[serde(rename = "get")]
    Get,
    /// Send. Every node of the network sends it, so the server must know duplicates: give it
    /// `{{execution_id}}` in an `Idempotency-Key` header, or set `replicated` to false.
    #[serde(rename = "post")]
    Post,
    /// Fetch the headers only.
    #[serde(rename = "head")]
    Head,
    /// Put something in its place. Only with `replicated` false: with all nodes sending, a late one
    /// could undo what came after the first.
    #[serde(rename = "put")]
    Put,
    /// Change a part. Only with `replicated` false.
    #[serde(rename = "patch")]
    Patch,
    /// Remove. Only with `replicated` false.
    #[serde(rename = "delete")]
    Delete,
}

impl HttpMethod {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Head => "head",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    /// Whether a request of this method may have a body.
    #[must_use]
    pub const fn has_body(self) -> bool {
        match self {
            Self::Post | Self::Put | Self::Patch | Self::Delete => true,
            Self::Get | Self::Head => false,
        }
    }

    /// Whether one node alone must send it: the network refuses it from all of them.
    #[must_use]
    pub const fn needs_one_node(self) -> bool {
        match self {
            Self::Put | Self::Patch | Self::Delete => true,
            Self::Get | Self::Post | Self::Head => false,
        }
    }
}

/// What of a response all nodes must agree upon. Headers differ from node to node, so they are
/// never kept.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub enum HttpTransform {
    /// The status and the body (the default).
    #[default]
    #[serde(rename = "body")]
    Body,
    /// The status alone.
    #[serde(rename = "status")]
    Status,
    /// The status and these parts of a JSON body, by JSON pointer (RFC 6901).
    #[serde(rename = "json")]
    Json {
        /// The pointers, such as `/data/price`; 1 to 16.
        pointers: Vec<String>,
    },
}

/// An HTTPS request. `url`, `headers` and `body` may hold placeholders, `{{secrets.NAME}}` among
/// them: secrets are filled in when the request is sent and never appear in the history.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct HttpAction {
    /// The address, at most 8,192 bytes, beginning with `https://`.
    pub url: String,
    /// The method; null is `get`.
    pub method: Option<HttpMethod>,
    /// Headers, at most 32.
    pub headers: Option<Vec<HttpHeader>>,
    /// The body, at most 64 KiB; null is none.
    pub body: Option<String>,
    /// Most bytes of the response, 1 to 2,000,000; null is 16,384.
    pub max_response_bytes: Option<u64>,
    /// Statuses that count as success; null is 200 to 299.
    pub expected_status: Option<Vec<u16>>,
    /// What of the response is kept; null is `body`.
    pub transform: Option<HttpTransform>,
    /// False: only one node sends the request, and its answer is trusted; `put`, `patch` and `delete`
    /// need it. Null is true.
    pub replicated: Option<bool>,
}

impl HttpAction {
    /// A GET of this address, with the defaults for all else.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: None,
            headers: None,
            body: None,
            max_response_bytes: None,
            expected_status: None,
            transform: None,
            replicated: None,
        }
    }
}
