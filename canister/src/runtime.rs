//! The world outside the store, as one trait: time, caller, calls, timer, counters. `IcRuntime` is
//! the Internet Computer; no rule lives here.

pub mod timer;

use std::future::Future;

use candid::{CandidType, Principal};
use chime_types::{Cause, HttpHeader, HttpMethod, limits};
use ic_cdk::call::{Call, CallFailed, RejectCode};
use ic_management_canister_types::{
    HttpHeader as OutcallHeader, HttpMethod as OutcallMethod, HttpRequestArgs, HttpRequestResult,
    TransformContext, TransformFunc,
};

use crate::errand::Errand;

/// A call to another canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// Whom to call.
    pub canister: Principal,
    /// What to call.
    pub method: String,
    /// The arguments, encoded.
    pub arguments: Vec<u8>,
    /// Cycles to send along.
    pub cycles: u128,
    /// How long to wait, at most 300 seconds.
    pub timeout_seconds: u32,
}

/// How a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// It did not leave, for this cause, in words.
    NotSent(Cause, String),
    /// It was rejected, with a code of the interface specification.
    Rejected { code: u32, message: String },
}

/// A request over HTTPS, sent by the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The address.
    pub url: String,
    /// The method.
    pub method: HttpMethod,
    /// The headers.
    pub headers: Vec<HttpHeader>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Most bytes of the response; they are paid for.
    pub max_response_bytes: u64,
    /// Given to the transform, the query `transform_http_response` of the canister.
    pub transform_context: Vec<u8>,
    /// Sent by all nodes.
    pub replicated: bool,
    /// What it may use at most, beside the bytes of the response.
    pub uses: HttpUses,
    /// How long to wait, at most 300 seconds.
    pub timeout_seconds: u32,
}

/// What a request over HTTPS may use at most. It is declared, so that so much is held back; what is
/// not used is paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpUses {
    /// Until the response is there, in milliseconds.
    pub round_trip_milliseconds: u64,
    /// Instructions of the transform on one node.
    pub transform_instructions: u64,
    /// Bytes of the response as the transform leaves it.
    pub transformed_bytes: u64,
}

/// A response as the transform left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What the scheduler needs from the platform.
pub trait Runtime: 'static {
    /// Nanoseconds since 1970.
    fn now(&self) -> u64;
    /// Who sent the message under way.
    fn caller(&self) -> Principal;
    /// The scheduler itself.
    fn own_id(&self) -> Principal;
    /// Whether a principal controls the scheduler.
    fn is_controller(&self, principal: Principal) -> bool;
    /// Calls another canister.
    fn call(&self, request: CallRequest) -> impl Future<Output = Result<Vec<u8>, CallError>>;
    /// Sends a request over HTTPS, and pays for it.
    fn http(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, CallError>>;
    /// What a call costs at most that has a method and arguments of so many bytes.
    fn call_cost(&self, bytes: u64) -> u128;
    /// The most that a request over HTTPS costs.
    fn http_cost(&self, request: &HttpRequest) -> u128;
    /// Cycles that came back with the answer which the message under way takes in.
    fn refunded(&self) -> u128;
    /// Sends a message to the scheduler itself. It may be lost.
    fn send(&self, errand: Errand);
    /// Runs a future to its end, also past the end of this message.
    fn spawn(&self, future: impl Future<Output = ()> + 'static);
    /// Errands whose messages failed since this was asked last.
    fn take_failed(&self) -> u64;
    /// Instructions spent in this message.
    fn instructions(&self) -> u64;
    /// Cycles of the canister.
    fn cycles(&self) -> u128;
    /// Stable memory in use, in pages of 64 KiB.
    fn stable_pages(&self) -> u64;
    /// Sets the one timer to go off at that time at the latest. It sends [`Errand::Work`].
    fn arm(&self, at: u64);
    /// Sets the one timer to go off at exactly that time, or not at all. Only while nothing is due:
    /// else it might take the watchdog away.
    fn rearm(&self, at: Option<u64>);
    /// When the timer goes off.
    fn armed_at(&self) -> Option<u64>;
    /// The runners that the environment of the canister names.
    fn runners(&self) -> Vec<Principal>;
}

/// The Internet Computer.
#[derive(Clone, Copy, Debug)]
pub struct IcRuntime;

impl Runtime for IcRuntime {
    fn now(&self) -> u64 {
        ic_cdk::api::time()
    }

    fn caller(&self) -> Principal {
        ic_cdk::api::msg_caller()
    }

    fn own_id(&self) -> Principal {
        ic_cdk::api::canister_self()
    }

    fn is_controller(&self, principal: Principal) -> bool {
        ic_cdk::api::is_controller(&principal)
    }

    async fn call(&self, request: CallRequest) -> Result<Vec<u8>, CallError> {
        let out = timer::CallOut::new();
        let answer = Call::bounded_wait(request.canister, &request.method)
            .take_raw_args(request.arguments)
            .with_cycles(request.cycles)
            .change_timeout(request.timeout_seconds)
            .await;
        drop(out);
        answer
            .map(ic_cdk::call::Response::into_bytes)
            .map_err(call_error)
    }

    async fn http(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let cycles = price(&request);
        let timeout_seconds = request.timeout_seconds;
        let arguments = outcall(self.own_id(), request);
        let answer = self
            .call(CallRequest {
                canister: Principal::management_canister(),
                method: "http_request".to_string(),
                arguments: candid::encode_one(arguments).expect("BUG: a request can be encoded"),
                cycles,
                timeout_seconds,
            })
            .await?;
        let decoded = candid::decode_one::<HttpRequestResult>(&answer);
        let response = decoded.map_err(|error| CallError::Rejected {
            code: RejectCode::SysFatal as u32,
            message: format!("the response cannot be decoded: {error}"),
        })?;
        Ok(HttpResponse {
            status: u16::try_from(response.status.0).unwrap_or(0),
            body: response.body,
        })
    }

    fn call_cost(&self, bytes: u64) -> u128 {
        ic_cdk::api::cost_call(0, bytes)
    }

    fn http_cost(&self, request: &HttpRequest) -> u128 {
        price(request)
    }

    fn refunded(&self) -> u128 {
        ic_cdk::api::msg_cycles_refunded()
    }

    fn send(&self, errand: Errand) {
        timer::send(errand);
    }

    fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        // Not tied to the message that started it: a trap in one callback must not end the others.
        ic_cdk::futures::spawn_migratory(future);
    }

    fn take_failed(&self) -> u64 {
        timer::take_failed()
    }

    fn instructions(&self) -> u64 {
        ic_cdk::api::instruction_counter()
    }

    fn cycles(&self) -> u128 {
        ic_cdk::api::canister_cycle_balance()
    }

    fn stable_pages(&self) -> u64 {
        ic_cdk::api::stable_size()
    }

    fn arm(&self, at: u64) {
        timer::arm(at);
    }

    fn rearm(&self, at: Option<u64>) {
        timer::rearm(at);
    }

    fn armed_at(&self) -> Option<u64> {
        timer::armed_at()
    }

    fn runners(&self) -> Vec<Principal> {
        let names = (0..ic_cdk::api::env_var_count()).map(ic_cdk::api::env_var_name);
        let names = names.filter(|name| name.starts_with(RUNNERS));
        names
            .filter_map(|name| Principal::from_text(ic_cdk::api::env_var_value(name)).ok())
            .take(limits::MAXIMUM_RUNNERS)
            .collect()
    }
}

impl IcRuntime {
    /// Calls whose answers would come into this program. A stopped canister waits for none, whatever
    /// was counted.
    pub fn calls_out(&self) -> u64 {
        if ic_cdk::api::canister_status() == ic_cdk::api::CanisterStatusCode::Stopped {
            0
        } else {
            timer::calls_out()
        }
    }
}

/// How the environment variables begin in which tools put the canisters of the project whose names
/// begin with `codex`.
const RUNNERS: &str = "PUBLIC_CANISTER_ID:codex";

/// The query that transforms responses.
const TRANSFORM: &str = "transform_http_response";

/// By this version of the prices a request pays for what it uses; the one before is to be removed.
const PRICING_VERSION: u32 = 2;

/// The record that the system wants to know for a price.
#[derive(CandidType)]
struct PriceParameters {
    request_bytes: u64,
    http_roundtrip_time_ms: u64,
    raw_response_bytes: u64,
    transformed_response_bytes: u64,
    transform_instructions: u64,
}

/// The most that a request may cost: the rest is paid back.
fn price(request: &HttpRequest) -> u128 {
    let parameters = PriceParameters {
        request_bytes: request_bytes(request),
        http_roundtrip_time_ms: request.uses.round_trip_milliseconds,
        raw_response_bytes: request.max_response_bytes,
        transformed_response_bytes: request.uses.transformed_bytes,
        transform_instructions: request.uses.transform_instructions,
    };
    let encoded = candid::encode_one(parameters).expect("BUG: a record can be encoded");
    ic_cdk::api::cost_http_request_v2(&encoded)
}

/// What is paid for of a request: address, headers, body, and the transform with its context.
fn request_bytes(request: &HttpRequest) -> u64 {
    let headers: usize = request
        .headers
        .iter()
        .map(|header| header.name.len() + header.value.len())
        .sum();
    let body = request.body.as_ref().map_or(0, Vec::len);
    let bytes =
        request.url.len() + headers + body + TRANSFORM.len() + request.transform_context.len();
    bytes as u64
}

fn outcall(own_id: Principal, request: HttpRequest) -> HttpRequestArgs {
    HttpRequestArgs {
        url: request.url,
        max_response_bytes: Some(request.max_response_bytes),
        method: match request.method {
            HttpMethod::Get => OutcallMethod::GET,
            HttpMethod::Post => OutcallMethod::POST,
            HttpMethod::Head => OutcallMethod::HEAD,
            HttpMethod::Put => OutcallMethod::PUT,
            HttpMethod::Patch => OutcallMethod::PATCH,
            HttpMethod::Delete => OutcallMethod::DELETE,
        },
        headers: request
            .headers
            .into_iter()
            .map(|HttpHeader { name, value }| OutcallHeader { name, value })
            .collect(),
        body: request.body,
        transform: Some(TransformContext {
            function: TransformFunc(candid::Func {
                principal: own_id,
                method: TRANSFORM.to_string(),
            }),
            context: request.transform_context,
        }),
        is_replicated: Some(request.replicated),
        pricing_version: Some(PRICING_VERSION),
    }
}

fn call_error(error: CallFailed) -> CallError {
    match error {
        CallFailed::CallRejected(rejected) => CallError::Rejected {
            code: rejected.raw_reject_code(),
            message: rejected.reject_message().to_string(),
        },
        CallFailed::InsufficientLiquidCycleBalance(error) => {
            let text = format!("the scheduler has too few cycles: {error}");
            CallError::NotSent(Cause::TooFewCycles, text)
        }
        CallFailed::CallPerformFailed(_) => CallError::NotSent(
            Cause::QueueFull,
            "the call could not be sent: the queue to that canister is full".to_string(),
        ),
    }
}
