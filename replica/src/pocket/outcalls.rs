//! HTTPS outcalls as a test sees them: those that wait, and the answers it gives instead of the
//! nodes of the subnet.
//!
//! A test answers for all nodes alike, or for each of them. Then two thirds and more have to agree,
//! as on the Internet Computer, or the outcall fails.

use super::limits::REJECT_TEXT_BYTES;
use super::machine::Machine;
use super::problem::Problem;
use super::wire::{
    Blob, HttpHeader, HttpMethod, HttpReject, HttpReply, HttpRequest, HttpResponse, Id,
    MockHttpResponse, PricingVersion, Replication, SubnetId,
};
use crate::limits::SUBNET_NODES;
use crate::{
    CanisterHttpHeader, CanisterHttpMethod, CanisterHttpReject, CanisterHttpReply,
    CanisterHttpRequest, CanisterHttpResponse, MockCanisterHttpResponse, RejectCode,
};

impl Machine {
    /// The outcalls that wait for their answers.
    pub(super) fn get_canister_http(&self) -> Vec<HttpRequest> {
        let subnet_id = SubnetId {
            subnet_id: Id(self.keys.subnet_id),
        };
        let outcalls = self.replica.get_canister_http().into_iter();
        outcalls.map(|request| shown(subnet_id, request)).collect()
    }

    /// Answers an outcall.
    pub(super) fn mock_canister_http(&mut self, mock: MockHttpResponse) -> Result<(), Problem> {
        self.check_subnet(mock.subnet_id.subnet_id.0)?;
        let request_id = mock.request_id;
        let response = agreed(mock)?;
        let answer = MockCanisterHttpResponse {
            request_id,
            response: taken(response)?,
        };
        self.replica
            .mock_canister_http_response(answer)
            .map_err(|_| {
                let subnet = self.keys.subnet_id;
                Problem::new(format!(
                    "InvalidCanisterHttpRequestId(({subnet}, {request_id}))"
                ))
            })
    }
}

fn shown(subnet_id: SubnetId, request: CanisterHttpRequest) -> HttpRequest {
    HttpRequest {
        subnet_id,
        request_id: request.request_id,
        http_method: match request.http_method {
            CanisterHttpMethod::GET => HttpMethod::Get,
            CanisterHttpMethod::POST => HttpMethod::Post,
            CanisterHttpMethod::HEAD => HttpMethod::Head,
            CanisterHttpMethod::PUT => HttpMethod::Put,
            CanisterHttpMethod::DELETE => HttpMethod::Delete,
            CanisterHttpMethod::PATCH => HttpMethod::Patch,
        },
        url: request.url,
        headers: request
            .headers
            .into_iter()
            .map(|header| HttpHeader {
                name: header.name,
                value: header.value,
            })
            .collect(),
        body: Blob(request.body),
        max_response_bytes: Some(request.max_response_bytes),
        replication: Replication::FullyReplicated,
        pricing_version: PricingVersion::Legacy,
    }
}

/// What the nodes agree on.
fn agreed(mock: MockHttpResponse) -> Result<HttpResponse, Problem> {
    let nodes = SUBNET_NODES as usize;
    let responses = mock.additional_responses.len() + 1;
    if responses == 1 {
        return Ok(mock.response);
    }
    if responses != nodes {
        return Err(Problem::new(format!(
            "InvalidMockCanisterHttpResponses(({responses}, {nodes}))"
        )));
    }
    let needed = nodes - (nodes - 1) / 3;
    let mut votes: Vec<(HttpResponse, usize)> = Vec::new();
    for response in mock.additional_responses.into_iter().chain([mock.response]) {
        match votes.iter_mut().find(|(other, _)| *other == response) {
            Some((_, count)) => *count += 1,
            None => votes.push((response, 1)),
        }
    }
    let winner = votes.into_iter().find(|(_, count)| *count >= needed);
    Ok(winner.map_or_else(no_consensus, |(response, _)| response))
}

fn no_consensus() -> HttpResponse {
    HttpResponse::CanisterHttpReject(HttpReject {
        reject_code: RejectCode::SysTransient as u64,
        message: "No consensus could be reached. Replicas had different responses.".to_owned(),
    })
}

fn taken(response: HttpResponse) -> Result<CanisterHttpResponse, Problem> {
    match response {
        HttpResponse::CanisterHttpReply(reply) => {
            Ok(CanisterHttpResponse::CanisterHttpReply(reply_of(reply)))
        }
        HttpResponse::CanisterHttpReject(reject) => {
            reject_of(reject).map(CanisterHttpResponse::CanisterHttpReject)
        }
    }
}

fn reply_of(reply: HttpReply) -> CanisterHttpReply {
    let header = |header: HttpHeader| CanisterHttpHeader {
        name: header.name,
        value: header.value,
    };
    CanisterHttpReply {
        status: reply.status,
        headers: reply.headers.into_iter().map(header).collect(),
        body: reply.body.0,
    }
}

fn reject_of(reject: HttpReject) -> Result<CanisterHttpReject, Problem> {
    let code = reject.reject_code;
    let reject_code = RejectCode::try_from(code)
        .map_err(|_| Problem::new(format!("InvalidRejectCode({code})")))?;
    if reject.message.len() > REJECT_TEXT_BYTES {
        return Err(Problem::new(format!(
            "The text of a mocked rejection has at most {REJECT_TEXT_BYTES} bytes"
        )));
    }
    Ok(CanisterHttpReject {
        reject_code,
        message: reject.message,
    })
}

#[cfg(test)]
mod tests {
    use candid::Principal;

    use super::*;

    fn reply(status: u16) -> HttpResponse {
        HttpResponse::CanisterHttpReply(HttpReply {
            status,
            headers: Vec::new(),
            body: Blob::default(),
        })
    }

    fn mock(statuses: impl IntoIterator<Item = u16>) -> Result<HttpResponse, Problem> {
        let mut responses = statuses.into_iter().map(reply);
        agreed(MockHttpResponse {
            subnet_id: SubnetId {
                subnet_id: Id(Principal::management_canister()),
            },
            request_id: 0,
            response: responses.next().unwrap(),
            additional_responses: responses.collect(),
        })
    }

    #[test]
    fn should_take_what_two_thirds_of_the_nodes_report() {
        let split = |first: usize| {
            let rest = SUBNET_NODES as usize - first;
            [vec![200; first], vec![500; rest]].concat()
        };
        assert_eq!(mock([200]), Ok(reply(200)));
        assert_eq!(mock(split(9)), Ok(reply(200)));
        assert_eq!(mock(split(4)), Ok(reply(500)));
        assert_eq!(mock(split(8)), Ok(no_consensus()));
        assert!(mock([200, 200]).is_err());
    }

    #[test]
    fn should_refuse_a_rejection_that_no_node_could_report() {
        let reject = |reject_code, bytes| {
            reject_of(HttpReject {
                reject_code,
                message: "x".repeat(bytes),
            })
        };
        assert!(reject(2, REJECT_TEXT_BYTES).is_ok());
        assert!(reject(2, REJECT_TEXT_BYTES + 1).is_err());
        assert!(reject(0, 1).is_err());
        assert!(reject(7, 1).is_err());
    }
}
