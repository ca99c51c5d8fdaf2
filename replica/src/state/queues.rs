//! The input queues of a canister: one per sender, in order, and one for ingress.
//!
//! Senders take turns, and so do ingress and canisters, so that nobody starves anybody.

use std::collections::{BTreeMap, VecDeque};

use candid::Principal;
use serde::{Deserialize, Serialize};

use super::{Input, Origin, Request};

/// Messages that wait for one canister.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queues {
    by_sender: BTreeMap<Principal, VecDeque<Input>>,
    /// Senders with messages, in the order of their turns.
    turns: VecDeque<Principal>,
    ingress: VecDeque<Request>,
    ingress_had_last_turn: bool,
}

impl Queues {
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.ingress.is_empty()
    }

    pub(crate) fn ingress_len(&self) -> usize {
        self.ingress.len()
    }

    pub(crate) fn push_ingress(&mut self, request: Request) {
        self.ingress.push_back(request);
    }

    pub(crate) fn push(&mut self, sender: Principal, input: Input) {
        let queue = self.by_sender.entry(sender).or_default();
        if queue.is_empty() {
            self.turns.push_back(sender);
        }
        queue.push_back(input);
    }

    pub(crate) fn pop(&mut self) -> Option<Input> {
        let ingress_first = !self.ingress_had_last_turn || self.turns.is_empty();
        self.ingress_had_last_turn = ingress_first && !self.ingress.is_empty();
        if self.ingress_had_last_turn {
            return self.ingress.pop_front().map(Input::Request);
        }
        let sender = self.turns.pop_front()?;
        let queue = self
            .by_sender
            .get_mut(&sender)
            .expect("BUG: a sender without a queue has a turn");
        let input = queue.pop_front();
        if queue.is_empty() {
            self.by_sender.remove(&sender);
        } else {
            self.turns.push_back(sender);
        }
        input
    }

    /// Removes the requests whose deadline is over and returns those that came by ingress; the
    /// callers of the others are told by their own callbacks.
    pub(crate) fn remove_expired(&mut self, now_ns: u64) -> Vec<Request> {
        for queue in self.by_sender.values_mut() {
            queue.retain(|input| match input {
                Input::Request(request) => !is_over(request.origin.deadline_ns(), now_ns),
                Input::Response(_) => true,
            });
        }
        self.by_sender.retain(|_, queue| !queue.is_empty());
        let by_sender = &self.by_sender;
        self.turns.retain(|sender| by_sender.contains_key(sender));
        remove_expired_ingress(&mut self.ingress, now_ns)
    }
}

/// Whether a deadline has passed; 0 is no deadline.
pub(crate) fn is_over(deadline_ns: u64, now_ns: u64) -> bool {
    deadline_ns != 0 && deadline_ns <= now_ns
}

/// Removes the ingress messages that can no longer be started, in order.
pub(crate) fn remove_expired_ingress(queue: &mut VecDeque<Request>, now_ns: u64) -> Vec<Request> {
    let (expired, kept) =
        std::mem::take(queue)
            .into_iter()
            .partition(|request| match request.origin {
                Origin::Ingress { expiry_ns, .. } => expiry_ns < now_ns,
                Origin::Call { .. } | Origin::System => false,
            });
    *queue = kept;
    Vec::from_iter::<VecDeque<Request>>(expired)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str) -> Request {
        Request {
            origin: Origin::System,
            caller: Principal::anonymous(),
            method: name.to_owned(),
            arg: Vec::new(),
            cycles: 0,
        }
    }

    fn order(queues: &mut Queues) -> String {
        std::iter::from_fn(|| match queues.pop()? {
            Input::Request(request) => Some(request.method),
            Input::Response(_) => None,
        })
        .collect()
    }

    #[test]
    fn should_take_turns_among_senders_and_ingress_and_keep_the_order_of_each() {
        let (a, b) = (Principal::from_slice(&[1]), Principal::from_slice(&[2]));
        let mut queues = Queues::default();
        for name in ["a", "b", "c"] {
            queues.push(a, Input::Request(request(name)));
        }
        queues.push(b, Input::Request(request("x")));
        queues.push(b, Input::Request(request("y")));
        queues.push_ingress(request("1"));
        queues.push_ingress(request("2"));
        assert_eq!(order(&mut queues), "1a2xbyc");
        assert!(queues.is_empty());
    }
}
