//! Messages and callbacks leave, and what became of them is reported.

use candid::Principal;
use chime_types::{Cause, Channel, limits};

use super::charging::{self, Charged};
use super::outgoing::after;
use super::{Store, answer, arm, call_seconds, http};
use crate::engine::budget::{self, Kind};
use crate::engine::deliver::{self, Parcel};
#[cfg(test)]
use crate::engine::poison;
use crate::engine::{Failure, HttpWork, Outcome, error_cases, webhook};
use crate::runtime::{CallRequest, HttpRequest, HttpResponse, Runtime};
use crate::state::outgoing::CallOut;
use crate::state::records::Payload;

/// Brings a message or a callback on its way. The end of the attempt is in the agenda already.
pub(super) fn send<R: Runtime + Copy, S: Store>(runtime: R, store: S, parcel: Parcel) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Delivery(parcel.id));
    let now = runtime.now();
    let out = CallOut {
        target: target_of(&parcel.payload),
        owner: parcel.owner,
        until: after(now, limits::DELIVERY_SECONDS),
    };
    let packed = pack(parcel.payload);
    let charged = Charged {
        owner: parcel.owner,
        kind: Kind::Deliveries,
        cycles: packed.cost(&runtime),
        at: now,
    };
    // Its place is counted with the deliveries; here so that its receiver is known to be called.
    store.with(|state| {
        state.outgoing.add(out, now);
        budget::charge(state, now, charged.owner, charged.kind, charged.cycles);
    });
    runtime.spawn(async move {
        let (outcome, back) = packed.bring(runtime, charged).await;
        let now = runtime.now();
        store.with(|state| {
            state.outgoing.give_back(out);
            deliver::delivered(state, now, parcel.id, parcel.attempt, arrival(outcome));
            charging::answered(&runtime, state, charged, back);
        });
        arm(runtime, store);
    });
}

/// The canister that a delivery calls.
fn target_of(payload: &Payload) -> Principal {
    match payload {
        Payload::Finished(callback, _) => callback.canister,
        Payload::Message(Channel::Canister { canister, .. }, _) => *canister,
        Payload::Message(Channel::Webhook { .. }, _) => Principal::management_canister(),
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

/// A delivery as it leaves.
enum Packed {
    /// With the cases of its answer that mean failure.
    Call(CallRequest, Vec<String>),
    Post(Box<(HttpWork, HttpRequest)>),
}

fn pack(payload: Payload) -> Packed {
    let encoded = "BUG: a record can be encoded";
    match payload {
        Payload::Finished(callback, finished) => {
            let arguments = candid::encode_one(&finished).expect(encoded);
            let cases = error_cases::kept(&callback.error_cases);
            call(callback.canister, callback.method, arguments, cases)
        }
        Payload::Message(
            Channel::Canister {
                canister,
                method,
                error_cases,
            },
            message,
        ) => {
            let arguments = candid::encode_one(&message).expect(encoded);
            let cases = error_cases::kept(&error_cases);
            call(canister, method, arguments, cases)
        }
        Payload::Message(Channel::Webhook { url, headers }, message) => {
            let work = webhook(&url, headers.unwrap_or_default(), &message);
            let request = http::request(&work, call_seconds(limits::DELIVERY_SECONDS));
            Packed::Post(Box::new((work, request)))
        }
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

fn call(
    canister: Principal,
    method: String,
    arguments: Vec<u8>,
    error_cases: Vec<String>,
) -> Packed {
    let request = CallRequest {
        canister,
        method,
        arguments,
        cycles: 0,
        timeout_seconds: call_seconds(limits::DELIVERY_SECONDS),
    };
    Packed::Call(request, error_cases)
}

impl Packed {
    fn cost(&self, runtime: &impl Runtime) -> u128 {
        match self {
            Self::Call(request, _) => charging::of_call(runtime, request),
            Self::Post(post) => charging::of_http(runtime, &post.1),
        }
    }

    /// What became of it, what came back of its cycles, and how many bytes its answer had.
    async fn bring<R: Runtime + Copy>(
        self,
        runtime: R,
        charged: Charged,
    ) -> (Outcome, (u128, usize)) {
        match self {
            Self::Call(request, error_cases) => {
                let answer = runtime.call(request).await;
                let back = charging::refund(&runtime, charged, &answer, Vec::len);
                (answer::outcome(answer, false, &error_cases), back)
            }
            Self::Post(post) => {
                let (work, request) = *post;
                let answer = runtime.http(request).await;
                let body = |response: &HttpResponse| response.body.len();
                let back = charging::refund(&runtime, charged, &answer, body);
                (http::outcome(&work, answer, false), back)
            }
        }
    }
}

/// What the outcome of a call means for a delivery.
fn arrival(outcome: Outcome) -> Result<(), Failure> {
    match outcome {
        Outcome::Completed { .. } => Ok(()),
        Outcome::Failed(failure) => Err(failure),
        Outcome::Snoozed { seconds } => {
            let text = format!("its receiver asked to be told {seconds} s later");
            Err(Failure::new(Cause::Rejected, text))
        }
        Outcome::More { .. }
        | Outcome::PutOff { .. }
        | Outcome::Later { .. }
        | Outcome::Part(_) => {
            panic!("BUG: a delivery is put off by the engine, and has no parts")
        }
    }
}
