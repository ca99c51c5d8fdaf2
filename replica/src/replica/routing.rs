//! Carries what messages do outside of their canister: calls to callees, answers to who waits.

use candid::Principal;
use ic_error_types::ErrorCode;

use super::Replica;
use crate::Rejection;
use crate::canister::{Answer, Effects};
use crate::faults::{CallFault, Delayed};
use crate::state::{CallbackId, Input, Origin, Payload, Request, Response, is_over};
use crate::sys::OutgoingCall;

impl Replica {
    /// Inducts the effects of a message of `sender`; canisters of the subnet see them at once.
    pub(crate) fn route(&mut self, sender: Principal, effects: Effects) {
        for (callback, call) in effects.calls {
            self.route_call(sender, callback, call);
        }
        for answer in effects.answers {
            self.deliver(sender, answer);
        }
        if let Some(id) = effects.processing {
            self.history.start(&id);
        }
    }

    fn route_call(&mut self, sender: Principal, callback: CallbackId, call: OutgoingCall) {
        let deadline_ns = self
            .canisters
            .get(&sender)
            .and_then(|canister| canister.meta.callbacks.get(&callback))
            .map_or(0, |callback| callback.deadline_ns);
        let fault = self.faults.on_call(sender, callback, deadline_ns != 0);
        let request = Request {
            origin: Origin::Call {
                caller: sender,
                callback,
                deadline_ns,
            },
            caller: sender,
            method: call.method,
            arg: call.arg,
            cycles: call.cycles,
        };
        if matches!(
            fault,
            Some(CallFault::UnknownBeforeCall | CallFault::UnknownAfterCall)
        ) {
            self.deliver_now(call.callee, unknown(request.origin.clone()));
        }
        if fault == Some(CallFault::UnknownBeforeCall) {
            return;
        }
        if call.callee == Principal::management_canister() {
            self.meta.management.push_back(request);
        } else if let Some(callee) = self.canisters.get_mut(&call.callee) {
            callee.meta.queues.push(sender, Input::Request(request));
        } else {
            let answer = Answer {
                origin: request.origin,
                payload: Payload::Reject(Rejection::canister_not_found(&call.callee)),
                refund: request.cycles,
            };
            self.deliver(call.callee, answer);
        }
    }

    /// Gives an answer to who waits for it, unless a fault is in its way.
    pub(crate) fn deliver(&mut self, from: Principal, answer: Answer) {
        let fault = match &answer.origin {
            Origin::Call {
                caller, callback, ..
            } => self.faults.on_answer(*caller, *callback),
            Origin::Ingress { .. } | Origin::System => None,
        };
        let now_ns = self.meta.time_ns;
        match fault {
            None => self.deliver_now(from, answer),
            Some(CallFault::DelayAnswer(by)) => {
                let by_ns = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
                let delayed = Delayed { from, answer };
                self.faults.delay(now_ns.saturating_add(by_ns), delayed);
            }
            Some(CallFault::DuplicateAnswer) => {
                let mut answer_again = answer.clone();
                answer_again.refund = 0;
                self.deliver_now(from, answer);
                let again = Delayed {
                    from,
                    answer: answer_again,
                };
                self.faults.delay(now_ns, again);
            }
            // The caller is told at the deadline, or was told at once.
            Some(
                CallFault::LoseAnswer | CallFault::UnknownAfterCall | CallFault::UnknownBeforeCall,
            ) => {}
        }
    }

    /// Gives the answers that faults have held back until now; true when there were any.
    pub(super) fn deliver_delayed(&mut self) -> bool {
        let arrived = self.faults.arrived(self.meta.time_ns);
        let any = !arrived.is_empty();
        for Delayed { from, answer } in arrived {
            self.deliver_now(from, answer);
        }
        any
    }

    /// Gives an answer to who waits for it. A late one, whose callback was told otherwise before,
    /// is dropped together with its refund.
    pub(super) fn deliver_now(&mut self, from: Principal, answer: Answer) {
        match answer.origin {
            Origin::Ingress { message_id, .. } => {
                let now_ns = self.meta.time_ns;
                self.history.answer(&message_id, answer.payload, now_ns);
            }
            Origin::Call {
                caller,
                callback,
                deadline_ns,
            } => {
                let response = Response {
                    callback,
                    payload: answer.payload,
                    refund: answer.refund,
                };
                self.deliver_to_callback(from, caller, deadline_ns, response);
            }
            Origin::System => {}
        }
    }

    fn deliver_to_callback(
        &mut self,
        from: Principal,
        caller: Principal,
        deadline_ns: u64,
        response: Response,
    ) {
        let now_ns = self.meta.time_ns;
        let Some(canister) = self.canisters.get_mut(&caller) else {
            return;
        };
        let Some(callback) = canister.meta.callbacks.get_mut(&response.callback) else {
            // The caller was uninstalled in between and its cycles still belong to it, unless
            // they are lost because the answer is late.
            if !is_over(deadline_ns, now_ns) {
                canister.meta.cycles = canister.meta.cycles.saturating_add(response.refund);
            }
            return;
        };
        if callback.answered {
            return;
        }
        callback.answered = true;
        canister.meta.queues.push(from, Input::Response(response));
    }
}

/// What a caller is told of a call whose outcome is unknown. Its cycles are lost.
fn unknown(origin: Origin) -> Answer {
    Answer {
        origin,
        payload: Payload::Reject(Rejection::new(
            ErrorCode::ResponseDropped,
            "The outcome of the call is unknown.",
        )),
        refund: 0,
    }
}
