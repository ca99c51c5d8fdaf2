//! Carries what messages do outside of their canister: calls to callees, answers to who waits.

use candid::Principal;

use super::Replica;
use crate::Rejection;
use crate::canister::{Answer, Effects};
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

    /// Gives an answer to who waits for it. A late one, whose callback was told otherwise before,
    /// is dropped together with its refund.
    pub(crate) fn deliver(&mut self, from: Principal, answer: Answer) {
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

    /// Rejects the requests that wait for a canister that is going away.
    pub(crate) fn reject_queued(&mut self, id: Principal, requests: Vec<Request>) {
        for request in requests {
            let answer = Answer {
                origin: request.origin,
                payload: Payload::Reject(Rejection::canister_not_found(&id)),
                refund: request.cycles,
            };
            self.deliver(id, answer);
        }
    }
}
