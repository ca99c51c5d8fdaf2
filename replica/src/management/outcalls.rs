//! `http_request`: the rules for an HTTPS outcall, and its price. The answer comes later.
//!
//! The rules, their order and their texts are those of the Internet Computer
//! (`CanisterHttpRequestContext` in its public sources). Cycles are taken when the call is
//! accepted; a call that breaks a rule costs nothing.

use std::net::IpAddr;

use ic_error_types::ErrorCode;
use ic_management_canister_types::{HttpHeader, HttpMethod, HttpRequestArgs};
use url::{Host, Url};

use super::{Call, MethodResult, Outcome, decode};
use crate::limits::{
    OUTCALL_HEADER_BYTES, OUTCALL_HEADERS, OUTCALL_HEADERS_BYTES, OUTCALL_REQUEST_BYTES,
    OUTCALL_RESPONSE_BYTES, OUTCALL_TIMEOUT, OUTCALL_URL_BYTES,
};
use crate::state::{Outcall, Transform};
use crate::sys::http_cycles;
use crate::{CanisterHttpReject, Rejection, Replica};

/// The pricing version by which the response is paid for when it is there.
const PAY_AS_YOU_GO: u32 = 2;

pub(super) fn http_request(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: HttpRequestArgs = decode(&call.arg)?;
    check(&args, call)?;
    let paid_by_use = args.pricing_version == Some(PAY_AS_YOU_GO);
    let max_response_bytes = args.max_response_bytes.unwrap_or(OUTCALL_RESPONSE_BYTES);
    let paid_bytes = if paid_by_use { 0 } else { max_response_bytes };
    let price = http_cycles(request_bytes(&args), paid_bytes);
    pay(call, price)?;
    check_scheme(&args.url, replica.config.loopback_http)?;
    if let Some(caller) = replica.canisters.get_mut(&call.caller) {
        caller.meta.consumed.http_outcalls += price;
    }
    let timeout_ns = OUTCALL_TIMEOUT.as_nanos() as u64;
    replica.meta.outcalls.add(Outcall {
        caller: call.caller,
        origin: call.origin.clone(),
        cycles: std::mem::take(&mut call.cycles),
        response_byte_cycles: if paid_by_use { byte_cycles() } else { 0 },
        deadline_ns: replica.meta.time_ns.saturating_add(timeout_ns),
        method: args.method,
        url: args.url,
        headers: args.headers,
        body: args.body.unwrap_or_default(),
        max_response_bytes,
        transform: args.transform.map(|transform| Transform {
            method: transform.function.0.method,
            context: transform.context,
        }),
    });
    Ok(Outcome::Deferred)
}

/// Price of one byte of a response.
fn byte_cycles() -> u128 {
    http_cycles(0, 1) - http_cycles(0, 0)
}

fn check(args: &HttpRequestArgs, call: &Call) -> Result<(), Rejection> {
    if let Some(transform) = &args.transform
        && transform.function.0.principal != call.caller
    {
        return refuse(format!(
            "transform principal id expected to be {}, got {}",
            call.caller, transform.function.0.principal
        ));
    }
    let url_bytes = args.url.len();
    if url_bytes > OUTCALL_URL_BYTES {
        return refuse(format!("url size {url_bytes} exceeds {OUTCALL_URL_BYTES}"));
    }
    let body_bytes = args.body.as_ref().map_or(0, Vec::len);
    check_headers_and_body(&args.headers, body_bytes).map_err(by_rule)?;
    match args.max_response_bytes {
        Some(given) if given > OUTCALL_RESPONSE_BYTES => {
            return refuse(format!(
                "max_response_bytes expected to be in the range [0..{OUTCALL_RESPONSE_BYTES}], \
                 got {given}"
            ));
        }
        _ => {}
    }
    // With all nodes asking, a late one could undo what came after the first.
    let one_node_only = matches!(
        args.method,
        HttpMethod::PUT | HttpMethod::DELETE | HttpMethod::PATCH
    );
    if one_node_only && args.is_replicated != Some(false) {
        return refuse("The requested HTTP method is only allowed for non-replicated requests.");
    }
    Ok(())
}

fn by_rule(text: impl Into<String>) -> Rejection {
    Rejection::new(ErrorCode::CanisterRejectedMessage, text)
}

fn refuse(text: impl Into<String>) -> Result<(), Rejection> {
    Err(by_rule(text))
}

/// The limits on headers and body, which hold for a request and for a response.
pub(crate) fn check_headers_and_body(
    headers: &[HttpHeader],
    body_bytes: usize,
) -> Result<(), String> {
    let count = headers.len();
    if count > OUTCALL_HEADERS {
        return Err(format!(
            "number of all http headers {count} exceeds {OUTCALL_HEADERS}"
        ));
    }
    let longest = |part: fn(&HttpHeader) -> usize| headers.iter().map(part).max().unwrap_or(0);
    for (what, bytes) in [
        ("name", longest(|header| header.name.len())),
        ("value", longest(|header| header.value.len())),
    ] {
        if bytes > OUTCALL_HEADER_BYTES {
            return Err(format!(
                "number of bytes to represent some http header {what} {bytes} exceeds \
                 {OUTCALL_HEADER_BYTES}"
            ));
        }
    }
    let header_bytes = bytes_of(headers);
    if header_bytes > OUTCALL_HEADERS_BYTES {
        return Err(format!(
            "total number of bytes to represent all http header names and values {header_bytes} \
             exceeds {OUTCALL_HEADERS_BYTES}"
        ));
    }
    let bytes = header_bytes + body_bytes;
    if bytes > OUTCALL_REQUEST_BYTES {
        return Err(format!(
            "total number of bytes to represent all http header names and values and http body \
             {bytes} exceeds {OUTCALL_REQUEST_BYTES}"
        ));
    }
    Ok(())
}

/// Bytes of all names and values.
pub(crate) fn bytes_of(headers: &[HttpHeader]) -> usize {
    let sizes = headers.iter();
    sizes
        .map(|header| header.name.len() + header.value.len())
        .sum()
}

/// The bytes of a request that are paid for.
fn request_bytes(args: &HttpRequestArgs) -> u64 {
    let transform = args.transform.as_ref().map_or(0, |transform| {
        transform.function.0.method.len() + transform.context.len()
    });
    let body = args.body.as_ref().map_or(0, Vec::len);
    (args.url.len() + bytes_of(&args.headers) + body + transform) as u64
}

fn pay(call: &mut Call, price: u128) -> Result<(), Rejection> {
    let Some(left) = call.cycles.checked_sub(price) else {
        return Err(by_rule(format!(
            "http_request request sent with {} cycles, but {} cycles are required.",
            grouped(call.cycles),
            grouped(price)
        )));
    };
    call.cycles = left;
    Ok(())
}

/// A number with `_` between groups of three digits, as the Internet Computer prints cycles.
fn grouped(amount: u128) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Only `https`, or `http` to this machine where that is allowed.
fn check_scheme(url: &str, loopback_http: bool) -> Result<(), CanisterHttpReject> {
    let url = Url::parse(url)
        .map_err(|error| CanisterHttpReject::fatal(format!("Failed to parse URL: {error}")))?;
    let allowed = match url.scheme() {
        "https" => url.has_host(),
        "http" => loopback_http && is_loopback(&url),
        _ => false,
    };
    if allowed {
        return Ok(());
    }
    Err(CanisterHttpReject::fatal(
        "URL needs to specify HTTPS scheme",
    ))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_print_cycles_in_groups() {
        for (amount, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1_000"),
            (49_140_000, "49_140_000"),
        ] {
            assert_eq!(grouped(amount), text);
        }
    }

    #[test]
    fn should_let_https_through_and_http_to_this_machine_only_where_allowed() {
        for (url, by_default, with_loopback) in [
            ("https://example.com/a?b", true, true),
            ("HTTPS://example.com", true, true),
            ("http://example.com", false, false),
            ("http://localhost:8080/", false, true),
            ("http://127.0.0.2", false, true),
            ("http://[::1]:1", false, true),
            ("http://[::ffff:127.0.0.1]", false, true),
            ("http://localhost.example.com", false, false),
            ("http://localhost@example.com", false, false),
            ("ftp://localhost", false, false),
            ("data:,x", false, false),
            ("example.com", false, false),
        ] {
            assert_eq!(check_scheme(url, false).is_ok(), by_default, "{url}");
            assert_eq!(check_scheme(url, true).is_ok(), with_loopback, "{url}");
        }
    }

    #[test]
    fn should_price_a_byte_of_a_response_as_documented() {
        assert_eq!(http_cycles(0, 0), 49_140_000);
        assert_eq!(http_cycles(1, 0) - http_cycles(0, 0), 5_200);
        assert_eq!(byte_cycles(), 10_400);
    }
}
