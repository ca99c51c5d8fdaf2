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
    /// Runs a query method (composite ones too), of the management canister as well. Changes
    /// nothing but the canister's query statistics.
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

    /// Runs a query of a canister on the response to its HTTPS outcall.
    pub(super) fn transform_query(
        &mut self,
        id: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        let subnet = self.subnet();
        let canister = self.canisters.get_mut(&id);
        let canister = canister.ok_or_else(|| Rejection::canister_not_found(&id))?;
        let call = QueryCall {
            sender: Principal::management_canister(),
            method: method.to_owned(),
            arg,
            certificate: None,
        };
        on_guest_stack(|| canister.transform(&subnet, call))
    }

    fn evaluate(
        &mut self,
        id: Principal,
        call: QueryCall,
        callers: &mut Vec<Principal>,
    ) -> Result<Vec<u8>, Rejection> {
        if id == Principal::management_canister() {
            return crate::management::query(self, &call.sender, &call.method, &call.arg);
        }
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
            let result = canister.query(&subnet, call);
            canister.count_answer(&result);
            return result;
        }
        callers.push(id);
        let result = self.evaluate_composite(id, call, callers);
        callers.pop();
        let canister = self.canisters.get_mut(&id);
        let canister = canister.expect("BUG: a query deletes no canister");
        canister.end_composite();
        canister.count_answer(&result);
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
