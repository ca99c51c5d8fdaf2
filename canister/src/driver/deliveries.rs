//! Messages and callbacks leave, and what became of them is reported.

use candid::Principal;
use chime_types::{Cause, Channel, HttpHeader, Message, limits};

use super::outgoing::after;
use super::{Store, answer, arm, call_seconds, http};
use crate::engine::deliver::{self, Parcel};
#[cfg(test)]
use crate::engine::poison;
use crate::engine::{Failure, Outcome, error_cases, webhook};
use crate::runtime::{CallRequest, Runtime};
use crate::state::outgoing::CallOut;
use crate::state::records::Payload;

/// Brings a message or a callback on its way. The end of the attempt is in the agenda already.
pub(super) fn send<R: Runtime + Copy, S: Store>(runtime: R, store: S, parcel: Parcel) {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Delivery(parcel.id));
    let now = runtime.now();
    let call = CallOut {
        target: target_of(&parcel.payload),
        owner: parcel.owner,
        until: after(now, limits::DELIVERY_SECONDS),
    };
    // Its place is counted with the deliveries; here so that its receiver is known to be called.
    store.with(|state| state.outgoing.add(call, now));
    runtime.spawn(async move {
        let outcome = bring(runtime, parcel.payload).await;
        let now = runtime.now();
        store.with(|state| {
            state.outgoing.give_back(call);
            deliver::delivered(state, now, parcel.id, parcel.attempt, arrival(outcome));
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

async fn bring<R: Runtime>(runtime: R, payload: Payload) -> Outcome {
    match payload {
        Payload::Finished(callback, finished) => {
            let arguments = candid::encode_one(&finished).expect("BUG: a record can be encoded");
            let cases = error_cases::kept(&callback.error_cases);
            call(
                runtime,
                callback.canister,
                callback.method,
                arguments,
                &cases,
            )
            .await
        }
        Payload::Message(
            Channel::Canister {
                canister,
                method,
                error_cases,
            },
            message,
        ) => {
            let arguments = candid::encode_one(&message).expect("BUG: a record can be encoded");
            let cases = error_cases::kept(&error_cases);
            call(runtime, canister, method, arguments, &cases).await
        }
        Payload::Message(Channel::Webhook { url, headers }, message) => {
            post(runtime, &url, headers.unwrap_or_default(), &message).await
        }
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

async fn call<R: Runtime>(
    runtime: R,
    canister: Principal,
    method: String,
    arguments: Vec<u8>,
    error_cases: &[String],
) -> Outcome {
    let request = CallRequest {
        canister,
        method,
        arguments,
        cycles: 0,
        timeout_seconds: call_seconds(limits::DELIVERY_SECONDS),
    };
    answer::outcome(runtime.call(request).await, false, error_cases)
}

async fn post<R: Runtime>(
    runtime: R,
    url: &str,
    headers: Vec<HttpHeader>,
    message: &Message,
) -> Outcome {
    let work = webhook(url, headers, message);
    let request = http::request(&work, call_seconds(limits::DELIVERY_SECONDS));
    http::outcome(&work, runtime.http(request).await, false)
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
        Outcome::More { .. } => panic!("BUG: a delivery has no slices"),
    }
}
