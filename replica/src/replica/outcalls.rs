//! HTTPS outcalls from the moment they wait until their canisters are answered.

use candid::{Encode, Nat, Principal};
use ic_management_canister_types::{HttpRequestResult, TransformArgs};

use super::Replica;
use crate::canister::Answer;
use crate::management::{bytes_of, check_headers_and_body};
use crate::outcall::{
    CanisterHttpReject, CanisterHttpReply, CanisterHttpRequest, CanisterHttpResponse,
    MockCanisterHttpResponse, UnknownCanisterHttpRequest,
};
use crate::state::{Outcall, Payload, Transform};

impl Replica {
    /// The HTTPS outcalls that wait for their answers, the oldest first. The replica makes no
    /// request: answer with [`Self::mock_canister_http_response`]. An outcall is rejected with
    /// `Timeout expired` when [`crate::limits::OUTCALL_TIMEOUT`] of virtual time has passed, and
    /// when the replica is restored from a store.
    pub fn get_canister_http(&self) -> Vec<CanisterHttpRequest> {
        self.canister_http_from(0)
    }

    /// Those of them whose ids are not below `first_id`.
    pub(crate) fn canister_http_from(&self, first_id: u64) -> Vec<CanisterHttpRequest> {
        let outcalls = self.meta.outcalls.from(first_id);
        outcalls
            .map(|(request_id, outcall)| CanisterHttpRequest {
                request_id,
                canister_id: outcall.caller,
                http_method: outcall.method,
                url: outcall.url.clone(),
                headers: outcall.headers.clone(),
                body: outcall.body.clone(),
                max_response_bytes: outcall.max_response_bytes,
            })
            .collect()
    }

    /// Answers an outcall: checks the response against its limits and runs it through the
    /// canister's transform. The canister takes the result in the next round.
    ///
    /// # Errors
    /// When no outcall with that id waits; nothing has changed then.
    pub fn mock_canister_http_response(
        &mut self,
        answer: MockCanisterHttpResponse,
    ) -> Result<(), UnknownCanisterHttpRequest> {
        let unknown = UnknownCanisterHttpRequest(answer.request_id);
        let mut outcall = self.meta.outcalls.take(answer.request_id).ok_or(unknown)?;
        let result = match answer.response {
            CanisterHttpResponse::CanisterHttpReply(reply) => self.receive(&mut outcall, reply),
            CanisterHttpResponse::CanisterHttpReject(reject) => Err(reject),
        };
        self.finish_outcall(outcall, result);
        Ok(())
    }

    fn receive(
        &mut self,
        outcall: &mut Outcall,
        reply: CanisterHttpReply,
    ) -> Result<Vec<u8>, CanisterHttpReject> {
        let header_bytes = bytes_of(&reply.headers) as u64;
        let response_bytes = header_bytes + reply.body.len() as u64;
        let price = outcall.response_byte_cycles * u128::from(response_bytes);
        let price = price.min(outcall.cycles);
        outcall.cycles -= price;
        if let Some(caller) = self.canisters.get_mut(&outcall.caller) {
            caller.meta.consumed.http_outcalls += price;
        }
        check_size(header_bytes, response_bytes, outcall.max_response_bytes)?;
        check_headers_and_body(&reply.headers, reply.body.len())
            .map_err(CanisterHttpReject::fatal)?;
        let response = HttpRequestResult {
            status: Nat::from(reply.status),
            headers: reply.headers,
            body: reply.body,
        };
        match &outcall.transform {
            Some(transform) => self.transform(outcall, transform, response),
            None => Ok(Encode!(&response).expect("BUG: a response is encodable")),
        }
    }

    /// Runs the canister's query on a response.
    fn transform(
        &mut self,
        outcall: &Outcall,
        transform: &Transform,
        response: HttpRequestResult,
    ) -> Result<Vec<u8>, CanisterHttpReject> {
        let canister = self.canisters.get(&outcall.caller);
        if canister.is_some_and(|canister| canister.is_composite(&transform.method)) {
            let text = "Composite query cannot be used as transform in canister http outcalls.";
            return Err(CanisterHttpReject {
                reject_code: ic_error_types::RejectCode::CanisterError,
                message: text.to_owned(),
            });
        }
        let context = transform.context.clone();
        let arg = Encode!(&TransformArgs { response, context });
        let arg = arg.expect("BUG: a response is encodable");
        let transformed = self
            .transform_query(outcall.caller, &transform.method, arg)
            .map_err(|rejection| CanisterHttpReject {
                reject_code: rejection.code,
                message: rejection.message,
            })?;
        let limit = outcall.max_response_bytes;
        if transformed.len() as u64 > limit {
            return Err(CanisterHttpReject::fatal(format!(
                "Transformed http response exceeds limit: {limit}"
            )));
        }
        Ok(transformed)
    }

    fn finish_outcall(&mut self, outcall: Outcall, result: Result<Vec<u8>, CanisterHttpReject>) {
        let answer = Answer {
            origin: outcall.origin,
            payload: Payload::from(result.map_err(Into::into)),
            refund: outcall.cycles,
        };
        self.deliver(Principal::management_canister(), answer);
    }

    /// Rejects the outcalls that nobody answered in time; true when there were any.
    pub(super) fn expire_outcalls(&mut self) -> bool {
        let now_ns = self.meta.time_ns;
        self.reject_outcalls("Timeout expired", |outcall| outcall.deadline_ns <= now_ns)
    }

    /// Rejects the outcalls of a replica that ended before they were answered: nobody knows
    /// whether the web server got them, and nobody will bring an answer.
    pub(super) fn abandon_outcalls(&mut self) {
        let text = "The network was restarted during the outcall";
        self.reject_outcalls(text, |_| true);
    }

    fn reject_outcalls(&mut self, text: &str, chosen: impl Fn(&Outcall) -> bool) -> bool {
        let rejected = self.meta.outcalls.take_if(chosen);
        let any = !rejected.is_empty();
        for outcall in rejected {
            self.finish_outcall(outcall, Err(CanisterHttpReject::transient(text)));
        }
        any
    }
}

/// Whether a response of that size, or what has come of it so far, is within `limit` bytes.
pub(crate) fn check_size(
    header_bytes: u64,
    response_bytes: u64,
    limit: u64,
) -> Result<(), CanisterHttpReject> {
    if header_bytes > limit {
        return Err(CanisterHttpReject::fatal(format!(
            "Header size exceeds specified response size limit {limit}"
        )));
    }
    if response_bytes > limit {
        return Err(CanisterHttpReject::fatal(format!(
            "Http body exceeds size limit of {limit} bytes."
        )));
    }
    Ok(())
}
