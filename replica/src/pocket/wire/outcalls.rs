//! HTTPS outcalls.

use serde::{Deserialize, Serialize};

use super::{Blob, SubnetId};

/// The method of an outcall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::pocket) enum HttpMethod {
    Get,
    Post,
    Head,
    Put,
    Delete,
    Patch,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::pocket) struct HttpHeader {
    pub(in crate::pocket) name: String,
    pub(in crate::pocket) value: String,
}

/// Which nodes make an outcall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::pocket) enum Replication {
    /// All of them.
    FullyReplicated,
}

/// How an outcall is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::pocket) enum PricingVersion {
    /// By what its response may be at most.
    Legacy,
}

/// An outcall that waits for its answer.
#[derive(Clone, Debug, Serialize)]
pub(in crate::pocket) struct HttpRequest {
    pub(in crate::pocket) subnet_id: SubnetId,
    pub(in crate::pocket) request_id: u64,
    pub(in crate::pocket) http_method: HttpMethod,
    pub(in crate::pocket) url: String,
    pub(in crate::pocket) headers: Vec<HttpHeader>,
    pub(in crate::pocket) body: Blob,
    pub(in crate::pocket) max_response_bytes: Option<u64>,
    pub(in crate::pocket) replication: Replication,
    pub(in crate::pocket) pricing_version: PricingVersion,
}

/// What a web server answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::pocket) struct HttpReply {
    pub(in crate::pocket) status: u16,
    pub(in crate::pocket) headers: Vec<HttpHeader>,
    pub(in crate::pocket) body: Blob,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::pocket) struct HttpReject {
    pub(in crate::pocket) reject_code: u64,
    pub(in crate::pocket) message: String,
}

/// What one node reports.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::pocket) enum HttpResponse {
    CanisterHttpReply(HttpReply),
    CanisterHttpReject(HttpReject),
}

/// What the nodes report: all the same, or each its own.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct MockHttpResponse {
    pub(in crate::pocket) subnet_id: SubnetId,
    pub(in crate::pocket) request_id: u64,
    pub(in crate::pocket) response: HttpResponse,
    pub(in crate::pocket) additional_responses: Vec<HttpResponse>,
}
