//! Queries. A composite query calls queries of other canisters; a call graph with a loop, or one
//! too deep, is refused.

use candid::Principal;
use ic_error_types::ErrorCode;

use super::Replica;
use crate::Rejection;
use crate::canister::{CompositeStep, QueryCall};
use crate::engine::on_guest_stack;

/// Canisters in the call graph of a composite query.
const DEPTH_MAX: usize = 6;

impl Replica {
    /// Runs a query method (composite ones too). Changes nothing.
    pub fn query(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        self.query_on_guest_stack(sender, canister_id, method, arg, None)
    }

    /// Like [`Self::query`], with the certificate that `ic0.data_certificate_copy` shall give.
    pub fn query_with_certificate(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        method: &str,
        arg: Vec<u8>,
        certificate: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        self.query_on_guest_stack(sender, canister_id, method, arg, Some(certificate))
    }

    fn query_on_guest_stack(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        method: &str,
        arg: Vec<u8>,
        certificate: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Rejection> {
        let call = QueryCall {
            sender,
            method: method.to_owned(),
            arg,
            certificate,
        };
        on_guest_stack(|| self.evaluate(canister_id, call, &mut Vec::new()))
    }

    fn evaluate(
        &mut self,
        id: Principal,
        call: QueryCall,
        callers: &mut Vec<Principal>,
    ) -> Result<Vec<u8>, Rejection> {
        let refuse = |code, text: &str| Err(Rejection::new(code, text));
        if callers.contains(&id) {
            return refuse(
                ErrorCode::QueryCallGraphLoopDetected,
                "Query call graph contains a loop",
            );
        }
        if callers.len() >= DEPTH_MAX {
            return refuse(
                ErrorCode::QueryCallGraphTooDeep,
                "Query call graph is too deep",
            );
        }
        let subnet = self.subnet();
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Rejection::canister_not_found(&id))?;
        if !canister.is_composite(&call.method) {
            return canister.query(&subnet, call);
        }
        callers.push(id);
        let result = self.evaluate_composite(id, call, callers);
        callers.pop();
        let canister = self.canisters.get_mut(&id);
        canister
            .expect("BUG: a query deletes no canister")
            .end_composite();
        result
    }

    fn evaluate_composite(
        &mut self,
        id: Principal,
        call: QueryCall,
        callers: &mut Vec<Principal>,
    ) -> Result<Vec<u8>, Rejection> {
        const MISSING: &str = "BUG: a query deletes no canister";
        let subnet = self.subnet();
        let canister = self.canisters.get_mut(&id).expect(MISSING);
        let mut composite = canister.begin_composite(&subnet, call)?;
        loop {
            let canister = self.canisters.get_mut(&id).expect(MISSING);
            let call = match canister.next_of_composite(&mut composite) {
                CompositeStep::Done(result) => return result,
                CompositeStep::Call(call) => call,
            };
            let query = QueryCall {
                sender: id,
                method: call.method.clone(),
                arg: call.arg.clone(),
                certificate: None,
            };
            let answer = self.evaluate(call.callee, query, callers);
            let canister = self.canisters.get_mut(&id).expect(MISSING);
            canister.continue_composite(&subnet, &mut composite, &call, answer)?;
        }
    }
}
