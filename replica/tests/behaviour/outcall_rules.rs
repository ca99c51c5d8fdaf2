//! What an HTTPS outcall may ask for, what it costs, and what it may bring.

use candid::Encode;
use chime_replica::{ErrorCode, RejectCode, Replica, ReplicaConfig};
use ic_management_canister_types::{
    HttpHeader, HttpMethod, HttpRequestArgs, TransformContext, TransformFunc,
};

use crate::outcalls::{CLIENT, PLENTY, Seen, ask, reply, request, respond, seen};
use crate::support::{add, assert_rejected, stranger, with};

const URL: &str = "https://example.com";

/// Makes an outcall; what the canister saw when it was refused at once.
fn refused(args: &HttpRequestArgs) -> Option<Seen> {
    let (mut replica, id) = with(CLIENT);
    let call = ask(&mut replica, id, PLENTY, args);
    let is_refused = replica.get_canister_http().is_empty();
    is_refused.then(|| seen(&mut replica, &call))
}

#[track_caller]
fn assert_limit(within: &HttpRequestArgs, beyond: &HttpRequestArgs, text: &str) {
    assert_eq!(refused(within), None);
    let seen = refused(beyond).unwrap();
    assert_eq!(seen.reject_code, RejectCode::CanisterReject as u8);
    assert!(seen.text().contains(text), "{}", seen.text());
    assert_eq!(seen.refunded, PLENTY, "what is refused costs nothing");
}

fn with_url(bytes: usize) -> HttpRequestArgs {
    request(&format!("{URL}/{}", "x".repeat(bytes - URL.len() - 1)))
}

fn with_headers(count: usize, name_bytes: usize, value_bytes: usize) -> HttpRequestArgs {
    let header = HttpHeader {
        name: "n".repeat(name_bytes),
        value: "v".repeat(value_bytes),
    };
    HttpRequestArgs {
        headers: vec![header; count],
        ..request(URL)
    }
}

fn with_body(bytes: usize) -> HttpRequestArgs {
    HttpRequestArgs {
        body: Some(vec![7; bytes]),
        ..with_headers(1, 10, 10)
    }
}

fn with_response_bytes(bytes: u64) -> HttpRequestArgs {
    HttpRequestArgs {
        max_response_bytes: Some(bytes),
        ..request(URL)
    }
}

#[test]
fn should_limit_the_request_on_both_sides() {
    let at_8192 = "exceeds 8192";
    assert_limit(&with_url(8192), &with_url(8193), at_8192);
    assert_limit(
        &with_headers(64, 1, 1),
        &with_headers(65, 1, 1),
        "number of all http headers 65 exceeds 64",
    );
    assert_limit(
        &with_headers(1, 8192, 1),
        &with_headers(1, 8193, 1),
        at_8192,
    );
    assert_limit(
        &with_headers(1, 1, 8192),
        &with_headers(1, 1, 8193),
        at_8192,
    );
    assert_limit(
        &with_headers(6, 4096, 4096),
        &with_headers(6, 4096, 4097),
        "exceeds 49152",
    );
    assert_limit(
        &with_body(1_999_980),
        &with_body(1_999_981),
        "exceeds 2000000",
    );
    assert_limit(
        &with_response_bytes(2_000_000),
        &with_response_bytes(2_000_001),
        "max_response_bytes expected to be in the range [0..2000000], got 2000001",
    );
}

#[test]
fn should_allow_methods_that_change_things_to_one_node_only() {
    for method in [HttpMethod::PUT, HttpMethod::DELETE, HttpMethod::PATCH] {
        let by = |is_replicated| HttpRequestArgs {
            method,
            is_replicated,
            ..request(URL)
        };
        assert_limit(
            &by(Some(false)),
            &by(None),
            "only allowed for non-replicated",
        );
        assert!(refused(&by(Some(true))).is_some());
    }
    for method in [HttpMethod::GET, HttpMethod::HEAD, HttpMethod::POST] {
        let args = HttpRequestArgs {
            method,
            ..request(URL)
        };
        assert_eq!(refused(&args), None);
    }
}

#[test]
fn should_refuse_the_transform_of_another_canister() {
    let args = HttpRequestArgs {
        transform: Some(TransformContext {
            function: TransformFunc(candid::Func {
                principal: stranger(),
                method: "echo".to_owned(),
            }),
            context: Vec::new(),
        }),
        ..request(URL)
    };
    let seen = refused(&args).unwrap();
    assert!(seen.text().contains("transform principal id expected"));
}

#[test]
fn should_refuse_http_unless_it_goes_to_this_machine_and_is_allowed() {
    for (url, loopback_http, accepted) in [
        ("http://127.0.0.1:8080/", false, false),
        ("http://127.0.0.1:8080/", true, true),
        ("http://example.com/", true, false),
    ] {
        let mut replica = Replica::new(ReplicaConfig {
            loopback_http,
            ..ReplicaConfig::default()
        });
        let id = add(&mut replica, CLIENT);
        let call = ask(&mut replica, id, PLENTY, &request(url));
        assert_eq!(replica.get_canister_http().len(), usize::from(accepted));
        if !accepted {
            let seen = seen(&mut replica, &call);
            assert_eq!(seen.reject_code, RejectCode::SysFatal as u8);
            assert_eq!(seen.text(), "URL needs to specify HTTPS scheme");
        }
    }
}

/// The price of [`request`] with a body of 100 bytes.
const PRICE: u64 = 49_140_000 + 5_200 * (URL.len() as u64 + 100) + 10_400 * 1_000;

fn priced() -> HttpRequestArgs {
    HttpRequestArgs {
        body: Some(vec![0; 100]),
        ..request(URL)
    }
}

#[test]
fn should_take_the_price_of_the_largest_response_and_refund_the_rest() {
    for given in [PRICE, PRICE + 7] {
        let (mut replica, id) = with(CLIENT);
        let before = replica.canister_view(&id).unwrap().cycles;
        let call = ask(&mut replica, id, given, &priced());
        respond(&mut replica, reply(b"short"));
        assert_eq!(seen(&mut replica, &call).refunded, given - PRICE);
        let after = replica.canister_view(&id).unwrap().cycles;
        assert_eq!(before - after, u128::from(PRICE));
    }
}

#[test]
fn should_refuse_one_cycle_too_few() {
    let (mut replica, id) = with(CLIENT);
    let call = ask(&mut replica, id, PRICE - 1, &priced());
    let seen = seen(&mut replica, &call);
    assert_eq!(
        seen.text(),
        "http_request request sent with 60_158_799 cycles, but 60_158_800 cycles are required."
    );
    assert_eq!(seen.refunded, PRICE - 1);
}

#[test]
fn should_reserve_two_million_bytes_when_no_limit_is_given() {
    let args = HttpRequestArgs {
        max_response_bytes: None,
        ..request(URL)
    };
    let (mut replica, id) = with(CLIENT);
    let call = ask(&mut replica, id, PLENTY, &args);
    respond(&mut replica, reply(b""));
    let price = 49_140_000 + 5_200 * URL.len() as u64 + 10_400 * 2_000_000;
    assert_eq!(seen(&mut replica, &call).refunded, PLENTY - price);
}

#[test]
fn should_charge_for_the_bytes_that_came_when_paid_by_use() {
    let (mut replica, id) = with(CLIENT);
    let args = HttpRequestArgs {
        pricing_version: Some(2),
        ..request(URL)
    };
    let call = ask(&mut replica, id, PLENTY, &args);
    respond(&mut replica, reply(b"12345"));
    let price = 49_140_000 + 5_200 * URL.len() as u64 + 10_400 * 5;
    assert_eq!(seen(&mut replica, &call).refunded, PLENTY - price);
}

#[test]
fn should_limit_the_response_on_both_sides() {
    let header = |bytes: usize| HttpHeader {
        name: "n".to_owned(),
        value: "v".repeat(bytes - 1),
    };
    for (header_bytes, body_bytes, text) in [
        (500, 500, None),
        (
            500,
            501,
            Some("Http body exceeds size limit of 1000 bytes."),
        ),
        (1_000, 0, None),
        (
            1_001,
            0,
            Some("Header size exceeds specified response size limit 1000"),
        ),
    ] {
        let (mut replica, id) = with(CLIENT);
        let call = ask(&mut replica, id, PLENTY, &request(URL));
        let mut response = reply(&vec![1; body_bytes]);
        response.headers.push(header(header_bytes));
        respond(&mut replica, response);
        let seen = seen(&mut replica, &call);
        let expected = text.map_or(0, |_| RejectCode::SysFatal as u8);
        assert_eq!(seen.reject_code, expected);
        assert!(text.is_none_or(|text| seen.text() == text));
    }
}

#[test]
fn should_be_for_canisters_only() {
    let (mut replica, id) = with(CLIENT);
    let arg = Encode!(&request(URL)).unwrap();
    let management = candid::Principal::management_canister();
    let result = replica.update_call(stranger(), management, "http_request", arg);
    let text = "Only canisters can call ic00 method http_request";
    assert_rejected(result, ErrorCode::CanisterRejectedMessage, text);

    let garbage = [PLENTY.to_le_bytes().to_vec(), b"garbage".to_vec()].concat();
    let call = replica.submit_call(stranger(), id, "ask", garbage).unwrap();
    let seen = seen(&mut replica, &call);
    assert_eq!(seen.reject_code, RejectCode::CanisterReject as u8);
}
