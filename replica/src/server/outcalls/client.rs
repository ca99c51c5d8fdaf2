//! Makes one request, and gives what came of it the codes and texts of the Internet Computer.
//!
//! No redirect is followed, no proxy is asked and no connection is used twice. The addresses of a
//! host are checked where they are resolved, so that what was checked is what is connected to.

use std::error::Error;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, RequestBuilder, Response, Url, redirect};
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::Outcalls;
use crate::limits::OUTCALL_TIMEOUT;
use crate::replica::check_size;
use crate::{
    CanisterHttpHeader, CanisterHttpMethod, CanisterHttpReject, CanisterHttpReply,
    CanisterHttpRequest, CanisterHttpResponse,
};

/// What a request without the header says it comes from, as on the Internet Computer.
const AGENT: HeaderValue = HeaderValue::from_static("ic/1.0");

/// Makes requests under a policy.
pub(super) struct Client {
    policy: Arc<Outcalls>,
    /// The text says why there is none.
    client: Result<reqwest::Client, String>,
}

/// All addresses of a host are of a kind that may not be reached.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} is in a private network or on this machine; name it with `--outcall-host {0}` to allow it"
)]
struct Unreachable(String);

impl Client {
    pub(super) fn new(policy: Outcalls) -> Self {
        let policy = Arc::new(policy);
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .dns_resolver(Resolver(Arc::clone(&policy)))
            .build()
            .map_err(|error| with_causes(&error));
        Self { policy, client }
    }

    pub(super) async fn perform(&self, request: CanisterHttpRequest) -> CanisterHttpResponse {
        let result = timeout(OUTCALL_TIMEOUT, self.fetch(request)).await;
        let timed_out = |_| Err(CanisterHttpReject::transient("Timeout expired"));
        match result.unwrap_or_else(timed_out) {
            Ok(reply) => CanisterHttpResponse::CanisterHttpReply(reply),
            Err(reject) => CanisterHttpResponse::CanisterHttpReject(reject),
        }
    }

    async fn fetch(
        &self,
        request: CanisterHttpRequest,
    ) -> Result<CanisterHttpReply, CanisterHttpReject> {
        let url = Url::parse(&request.url)
            .map_err(|error| CanisterHttpReject::fatal(format!("Failed to parse URL: {error}")))?;
        self.check(&url)?;
        let client = self.client.as_ref().map_err(CanisterHttpReject::fatal)?;
        let limit = request.max_response_bytes;
        let mut builder = client
            .request(method(request.http_method), url)
            .headers(to_headers(&request.headers)?);
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        }
        receive(send(builder).await?, limit).await
    }

    /// Checks host and, when the URL holds one, address.
    fn check(&self, url: &Url) -> Result<(), CanisterHttpReject> {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.policy.check_host(host)?;
        match host.parse() {
            Ok(address) if !self.policy.may_reach(host, address) => Err(CanisterHttpReject::fatal(
                Unreachable(host.to_owned()).to_string(),
            )),
            _ => Ok(()),
        }
    }
}

fn method(method: CanisterHttpMethod) -> Method {
    match method {
        CanisterHttpMethod::GET => Method::GET,
        CanisterHttpMethod::HEAD => Method::HEAD,
        CanisterHttpMethod::POST => Method::POST,
        CanisterHttpMethod::PUT => Method::PUT,
        CanisterHttpMethod::DELETE => Method::DELETE,
        CanisterHttpMethod::PATCH => Method::PATCH,
    }
}

fn to_headers(headers: &[CanisterHttpHeader]) -> Result<HeaderMap, CanisterHttpReject> {
    let mut map = HeaderMap::new();
    for header in headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let name = name.map_err(|error| bad_header(&error))?;
        let value = HeaderValue::from_str(&header.value);
        map.append(name, value.map_err(|error| bad_header(&error))?);
    }
    map.entry(USER_AGENT).or_insert(AGENT);
    Ok(map)
}

fn bad_header(error: &dyn Error) -> CanisterHttpReject {
    CanisterHttpReject::fatal(format!("Failed to parse headers: {error}"))
}

async fn send(builder: RequestBuilder) -> Result<Response, CanisterHttpReject> {
    builder.send().await.map_err(|error| {
        let unreachable = causes(&error).find_map(|cause| cause.downcast_ref::<Unreachable>());
        if let Some(unreachable) = unreachable {
            return CanisterHttpReject::fatal(unreachable.to_string());
        }
        let text = with_causes(&error.without_url());
        CanisterHttpReject::transient(format!("Failed to connect: {text}"))
    })
}

/// Reads a response as far as its limit goes.
async fn receive(
    mut response: Response,
    limit: u64,
) -> Result<CanisterHttpReply, CanisterHttpReject> {
    let status = response.status().as_u16();
    let mut headers = Vec::new();
    for (name, value) in response.headers() {
        headers.push(CanisterHttpHeader {
            name: name.as_str().to_owned(),
            value: value
                .to_str()
                .map_err(|error| bad_header(&error))?
                .to_owned(),
        });
    }
    let header_bytes = crate::management::bytes_of(&headers) as u64;
    let mut body = Vec::new();
    check_size(header_bytes, header_bytes, limit)?;
    while let Some(chunk) = response.chunk().await.map_err(|error| {
        let text = with_causes(&error.without_url());
        CanisterHttpReject::transient(format!("Failed to fetch body: {text}"))
    })? {
        check_size(
            header_bytes,
            header_bytes + (body.len() + chunk.len()) as u64,
            limit,
        )?;
        body.extend_from_slice(&chunk);
    }
    Ok(CanisterHttpReply {
        status,
        headers,
        body,
    })
}

/// An error and what caused it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<_> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// Resolves names to addresses that may be reached.
struct Resolver(Arc<Outcalls>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let mut found = lookup_host((host.as_str(), 0)).await?.peekable();
            let any = found.peek().is_some();
            let reachable: Vec<_> = found
                .filter(|address| policy.may_reach(&host, address.ip()))
                .collect();
            if any && reachable.is_empty() {
                return Err(Unreachable(host).into());
            }
            Ok(Box::new(reachable.into_iter()) as Addrs)
        })
    }
}
