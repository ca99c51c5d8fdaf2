//! HTTPS outcalls between the canister and who answers them.

use candid::{Decode, Encode, Nat, Principal};
use chime_replica::{
    CanisterHttpHeader, CanisterHttpMethod, CanisterHttpReject, CanisterHttpReply,
    CanisterHttpResponse, CanisterStatus, ErrorCode, MessageId, MockCanisterHttpResponse,
    RejectCode, Replica, Snapshot, UnknownCanisterHttpRequest, limits,
};
use ic_management_canister_types::{
    HttpHeader, HttpMethod, HttpRequestArgs, HttpRequestResult, TransformArgs, TransformContext,
    TransformFunc,
};

use crate::support::{assert_rejected, controller, number, restart, stranger, with};

/// Calls `http_request` with the argument after its first 8 bytes, which are the cycles to attach.
/// Answers with the reject code or 0, the cycles refunded, and the response or the text.
pub const CLIENT: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "http_request")
(func $head (param i32)
  (i32.store8 (i32.const 0) (local.get 0)) (call $append (i32.const 0) (i32.const 1))
  (call $refunded (i32.const 0)) (call $append (i32.const 0) (i32.const 16)))
(func $echo
  (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
  (call $append (i32.const 65536) (call $arg_size)) (call $reply))
(func $on_reply (param i32) (call $head (i32.const 0)) (call $echo))
(func $on_reject (param i32)
  (call $head (call $reject_code))
  (call $reject_msg_copy (i32.const 65536) (i32.const 0) (call $reject_msg_size))
  (call $append (i32.const 65536) (call $reject_msg_size)) (call $reply))
(func (export "canister_update ask")
  (drop (memory.grow (i32.const 80)))
  (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
  (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 12)
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
  (call $call_append (i32.const 65544) (i32.sub (call $arg_size) (i32.const 8)))
  (call $cycles_add (i64.const 0) (i64.load (i32.const 65536)))
  (drop (call $perform)))
(func (export "canister_query echo") (call $echo))
(func (export "canister_query trap") (unreachable))
(func (export "canister_query big") (call $append (i32.const 0) (i32.const 1001)) (call $reply))
(func (export "canister_composite_query composite") (call $reply))
"#;

/// Cycles that pay for any outcall.
pub const PLENTY: u64 = 100_000_000_000;

/// What the canister saw of its outcall.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// 0 for a reply.
    pub reject_code: u8,
    pub refunded: u64,
    pub payload: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.payload).unwrap()
    }

    fn response(&self) -> HttpRequestResult {
        assert_eq!(self.reject_code, 0, "{}", self.text());
        Decode!(&self.payload, HttpRequestResult).unwrap()
    }
}

pub fn request(url: &str) -> HttpRequestArgs {
    HttpRequestArgs {
        url: url.to_owned(),
        max_response_bytes: Some(1_000),
        ..HttpRequestArgs::default()
    }
}

/// Lets the canister make an outcall and returns the call that awaits its end.
pub fn ask(replica: &mut Replica, id: Principal, cycles: u64, args: &HttpRequestArgs) -> MessageId {
    let arg = [cycles.to_le_bytes().to_vec(), Encode!(args).unwrap()].concat();
    let call = replica.submit_call(stranger(), id, "ask", arg).unwrap();
    replica.run_until_idle(10);
    call
}

pub fn seen(replica: &mut Replica, call: &MessageId) -> Seen {
    let reply = replica.await_call(call).unwrap();
    Seen {
        reject_code: reply[0],
        refunded: number(&reply[1..]),
        payload: reply[17..].to_vec(),
    }
}

pub fn reply(body: &[u8]) -> CanisterHttpReply {
    CanisterHttpReply {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

/// Answers the oldest outcall.
pub fn respond(replica: &mut Replica, reply: CanisterHttpReply) {
    let request_id = replica.get_canister_http()[0].request_id;
    let response = CanisterHttpResponse::CanisterHttpReply(reply);
    let answer = MockCanisterHttpResponse {
        request_id,
        response,
    };
    replica.mock_canister_http_response(answer).unwrap();
}

fn transform(id: Principal, method: &str, context: &[u8]) -> Option<TransformContext> {
    Some(TransformContext {
        function: TransformFunc(candid::Func {
            principal: id,
            method: method.to_owned(),
        }),
        context: context.to_vec(),
    })
}

#[test]
fn should_hand_the_request_out_and_bring_the_response_back() {
    let (mut replica, id) = with(CLIENT);
    let header = |name: &str, value: &str| HttpHeader {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let args = HttpRequestArgs {
        method: HttpMethod::POST,
        headers: vec![header("b", "1"), header("a", "2"), header("b", "3")],
        body: Some(b"question".to_vec()),
        is_replicated: Some(false),
        ..request("https://example.com/path?query")
    };
    let call = ask(&mut replica, id, PLENTY, &args);
    let [request] = replica.get_canister_http().try_into().unwrap();
    assert_eq!(request.canister_id, id);
    assert_eq!(request.http_method, CanisterHttpMethod::POST);
    assert_eq!(request.url, args.url);
    assert_eq!(request.headers, args.headers);
    assert_eq!(request.body, b"question");
    assert_eq!(request.max_response_bytes, 1_000);

    let answer = CanisterHttpReply {
        status: 404,
        headers: vec![CanisterHttpHeader {
            name: "x".to_owned(),
            value: "y".to_owned(),
        }],
        body: b"answer".to_vec(),
    };
    respond(&mut replica, answer);
    assert!(replica.get_canister_http().is_empty());
    let response = seen(&mut replica, &call).response();
    assert_eq!(response.status, Nat::from(404_u16));
    assert_eq!(response.headers, [header("x", "y")]);
    assert_eq!(response.body, b"answer");
}

#[test]
fn should_bring_a_rejection_with_its_code_and_text() {
    for reject_code in [
        RejectCode::SysFatal,
        RejectCode::SysTransient,
        RejectCode::CanisterReject,
        RejectCode::CanisterError,
        RejectCode::SysUnknown,
    ] {
        let (mut replica, id) = with(CLIENT);
        let call = ask(&mut replica, id, PLENTY, &request("https://example.com"));
        let request_id = replica.get_canister_http()[0].request_id;
        let response = CanisterHttpResponse::CanisterHttpReject(CanisterHttpReject {
            reject_code,
            message: "no route".to_owned(),
        });
        let answer = MockCanisterHttpResponse {
            request_id,
            response,
        };
        replica.mock_canister_http_response(answer.clone()).unwrap();
        let seen = seen(&mut replica, &call);
        assert_eq!(seen.reject_code, reject_code as u8);
        assert_eq!(seen.text(), "no route");
        let again = replica.mock_canister_http_response(answer);
        assert_eq!(again, Err(UnknownCanisterHttpRequest(request_id)));
    }
}

#[test]
fn should_run_the_transform_on_the_response_with_its_context() {
    let (mut replica, id) = with(CLIENT);
    let args = HttpRequestArgs {
        transform: transform(id, "echo", b"context"),
        ..request("https://example.com")
    };
    let call = ask(&mut replica, id, PLENTY, &args);
    respond(&mut replica, reply(b"raw"));
    let seen = seen(&mut replica, &call);
    let given = Decode!(&seen.payload, TransformArgs).unwrap();
    assert_eq!(given.response.body, b"raw");
    assert_eq!(given.context, b"context");
}

#[test]
fn should_reject_when_the_transform_fails() {
    for (method, reject_code, text) in [
        ("trap", RejectCode::CanisterError, "unreachable"),
        ("missing", RejectCode::CanisterError, "no query method"),
        ("composite", RejectCode::CanisterError, "Composite query"),
        ("big", RejectCode::SysFatal, "exceeds limit: 1000"),
    ] {
        let (mut replica, id) = with(CLIENT);
        let args = HttpRequestArgs {
            transform: transform(id, method, b""),
            ..request("https://example.com")
        };
        let call = ask(&mut replica, id, PLENTY, &args);
        respond(&mut replica, reply(b"raw"));
        let seen = seen(&mut replica, &call);
        assert_eq!(seen.reject_code, reject_code as u8, "{method}");
        assert!(seen.text().contains(text), "{}", seen.text());
    }
}

#[test]
fn should_time_out_and_then_take_no_answer() {
    let (mut replica, id) = with(CLIENT);
    let started_ns = replica.time_ns();
    let call = ask(&mut replica, id, PLENTY, &request("https://example.com"));
    let timeout_ns = limits::OUTCALL_TIMEOUT.as_nanos() as u64;
    assert_eq!(replica.next_wake_at(), Some(started_ns + timeout_ns));

    replica.set_time_ns(started_ns + timeout_ns - 1);
    assert!(!replica.execute_round());
    assert_eq!(replica.get_canister_http().len(), 1);
    replica.tick();
    assert!(replica.get_canister_http().is_empty());
    let seen = seen(&mut replica, &call);
    assert_eq!(seen.reject_code, RejectCode::SysTransient as u8);
    assert_eq!(seen.text(), "Timeout expired");
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_reject_over_a_restart_and_give_the_cycles_back() {
    let (mut replica, id) = with(CLIENT);
    let call = ask(&mut replica, id, PLENTY, &request("https://example.com"));
    let mut stored = Snapshot::default();
    let mut replica = restart(&mut replica, &mut stored);
    assert!(replica.get_canister_http().is_empty());
    let first = seen(&mut replica, &call);
    assert_eq!(first.reject_code, RejectCode::SysTransient as u8);
    assert!(first.text().contains("restarted"));
    assert!(first.refunded > 0);
    let mut replica = restart(&mut replica, &mut stored);
    assert_eq!(seen(&mut replica, &call), first, "the end is stored");
}

#[test]
fn should_give_a_new_id_to_each_outcall_and_keep_their_order() {
    let (mut replica, id) = with(CLIENT);
    for round in 0..3 {
        for number in 0..3 {
            let url = format!("https://example.com/{round}/{number}");
            ask(&mut replica, id, PLENTY, &request(&url));
        }
        let waiting = replica.get_canister_http();
        let ids: Vec<_> = waiting.iter().map(|request| request.request_id).collect();
        assert_eq!(ids, [3 * round, 3 * round + 1, 3 * round + 2]);
        let urls = waiting.iter().map(|request| request.url.as_str());
        assert!(urls.is_sorted());
        (0..3).for_each(|_| respond(&mut replica, reply(b"")));
    }
}

#[test]
fn should_stop_a_canister_only_after_its_outcall_has_ended() {
    let (mut replica, id) = with(CLIENT);
    let call = ask(&mut replica, id, PLENTY, &request("https://example.com"));
    let stopping = replica.stop_canister(controller(), id);
    assert_rejected(stopping, ErrorCode::ResponseDropped, "not answered yet");
    let status = |replica: &Replica| replica.canister_view(&id).unwrap().status;
    assert_eq!(status(&replica), CanisterStatus::Stopping);
    respond(&mut replica, reply(b"late"));
    assert_eq!(seen(&mut replica, &call).response().body, b"late");
    assert_eq!(status(&replica), CanisterStatus::Stopped);
}
