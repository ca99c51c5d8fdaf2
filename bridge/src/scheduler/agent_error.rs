//! From the agent's errors to the program's: what happened, and whether anything was changed.

use ic_agent::AgentError;
use ic_agent::agent::{RejectCode, RejectResponse};
use ic_agent::agent_error::{HttpErrorPayload, TransportError};

use crate::error::{Error, Kind};

/// What an agent's error means while doing `what`, such as `call create_task`.
///
/// The distinction that matters is whether the request can have been carried out: an error after
/// it was sent is `OutcomeUnknown`, and only then.
#[must_use]
pub fn agent_error(error: AgentError, what: &str) -> Error {
    match &error {
        AgentError::UncertifiedReject { reject, .. }
            if reject.reject_code == RejectCode::CanisterError =>
        {
            turned_away(reject, what)
        }
        AgentError::CertifiedReject { reject, .. }
        | AgentError::UncertifiedReject { reject, .. } => rejected(reject, what),
        AgentError::HttpError(payload) if payload.status == TOO_LARGE => {
            let (kind, rule, fix) = http(payload);
            // The network's own words are about its protocol.
            Error::new(kind, format!("{what}: {rule}"), fix)
        }
        _ => {
            let (kind, rule, fix) = meaning(&error);
            Error::new(kind, format!("{what}: {rule}"), fix).because(error)
        }
    }
}

/// A canister looked at an update call before it was taken, and did not want it. It says why.
fn turned_away(reject: &RejectResponse, what: &str) -> Error {
    Error::new(
        Kind::Refused,
        format!("{what}: the canister turned the call away"),
        "nothing was changed; the canister's words say what it wants",
    )
    .said_by_callee(&reject.reject_message)
}

/// What an agent's error means while asking a query, which changes nothing: an answer that did not
/// come can simply be asked for again.
#[must_use]
pub fn query_error(error: AgentError, what: &str) -> Error {
    if let AgentError::UncertifiedReject { reject, .. } = &error {
        return rejected(reject, what);
    }
    let made = agent_error(error, what);
    if made.kind() != Kind::OutcomeUnknown {
        return made;
    }
    let rule = made.rule().to_string();
    Error::new(Kind::Unreachable, rule, RETRY).because(made)
}

const RETRY: &str = "try again in a moment";
const UNKNOWN: &str = "look whether it was done before doing it again; a create with the same \
                       idempotency key is safe to repeat";
const ADDRESS: &str = "check that the network runs and the address given with --network";

fn meaning(error: &AgentError) -> (Kind, &'static str, &'static str) {
    match error {
        AgentError::TransportError(error) => transport(error),
        AgentError::HttpError(payload) => http(payload),
        AgentError::TimeoutWaitingForResponse() | AgentError::RequestStatusDoneNoReply(_) => {
            (Kind::OutcomeUnknown, "no answer came in time", UNKNOWN)
        }
        AgentError::InvalidReplicaUrl(_)
        | AgentError::UrlParseError(_)
        | AgentError::RouteProviderError(_) => {
            (Kind::Usage, "the network's address is not valid", ADDRESS)
        }
        AgentError::SigningError(_) => (
            Kind::Identity,
            "the private key cannot sign",
            "use another key with --identity FILE.pem",
        ),
        AgentError::CertificateOutdated(_) => (
            Kind::Untrusted,
            "the answer is certified for another time",
            "set this machine's clock",
        ),
        AgentError::CertificateVerificationFailed()
        | AgentError::QuerySignatureVerificationFailed
        | AgentError::CertificateNotAuthorized()
        | AgentError::CertificateHasTooManyDelegations
        | AgentError::MissingSignature
        | AgentError::MalformedSignature
        | AgentError::MalformedPublicKey
        | AgentError::TooManySignatures { .. } => (
            Kind::Untrusted,
            "the answer's signature does not verify",
            "check that the address belongs to the network that is meant, and do not trust the \
             answer",
        ),
        AgentError::CandidError(_) | AgentError::InvalidCborData(_) => (
            Kind::Incompatible,
            "the answer cannot be read",
            "check that the canister is a scheduler of this version of chime",
        ),
        AgentError::LookupPathAbsent(_) => (
            Kind::NotFound,
            "the network holds no such thing",
            "check the canister's id given with --canister",
        ),
        _ => (
            Kind::Internal,
            "the network's answer is not understood",
            "report it with the text of this message",
        ),
    }
}

fn transport(error: &TransportError) -> (Kind, &'static str, &'static str) {
    match error {
        TransportError::Reqwest(error) if error.is_connect() || error.is_builder() => {
            (Kind::Unreachable, "the network does not answer", ADDRESS)
        }
        // The connection broke after the request may have been taken.
        TransportError::Reqwest(_) | TransportError::Generic(_) => (
            Kind::OutcomeUnknown,
            "the connection broke before an answer came",
            UNKNOWN,
        ),
    }
}

/// The status of a request that the network does not take for its size.
const TOO_LARGE: u16 = 413;

fn http(payload: &HttpErrorPayload) -> (Kind, &'static str, &'static str) {
    match payload.status {
        TOO_LARGE => (
            Kind::InvalidArgument,
            "the request is larger than the network takes (2 MB)",
            "make its largest part smaller: keep what is large elsewhere, and put a link to it in its place",
        ),
        429 | 503 => (Kind::Unavailable, "the network is busy", RETRY),
        500.. => (
            Kind::OutcomeUnknown,
            "the network failed before an answer came",
            UNKNOWN,
        ),
        404 => (
            Kind::Unreachable,
            "the address is not that of a network",
            ADDRESS,
        ),
        _ => (
            Kind::Refused,
            "the network does not accept the request",
            "set this machine's clock, and check the canister's id and the key",
        ),
    }
}

/// Error codes of the execution environment that say more than the reject code.
const STOPPED: [&str; 2] = ["IC0508", "IC0509"];
const NO_MODULE: &str = "IC0537";
const NO_METHOD: &str = "IC0536";
const OUT_OF_CYCLES: [&str; 2] = ["IC0207", "IC0501"];
const NOT_CONTROLLER: &str = "IC0512";

fn rejected(reject: &RejectResponse, what: &str) -> Error {
    let code = reject.error_code.as_deref().unwrap_or_default();
    let (kind, fix) = match (code, reject.reject_code) {
        (code, _) if STOPPED.contains(&code) => (
            Kind::Unavailable,
            "the canister is stopped, maybe for an upgrade: try again in a moment, or have a \
             controller start it",
        ),
        (NO_MODULE, _) => (
            Kind::NotFound,
            "nothing is installed in this canister: check the id given with --canister",
        ),
        (NO_METHOD, _) => (
            Kind::Incompatible,
            "check that the canister is a scheduler of this version of chime",
        ),
        (NOT_CONTROLLER, _) => (
            Kind::Refused,
            "use the key of a controller with --identity FILE.pem",
        ),
        (code, _) if OUT_OF_CYCLES.contains(&code) => {
            (Kind::Unavailable, "top the canister up with cycles")
        }
        (_, RejectCode::SysTransient) => (Kind::Unavailable, RETRY),
        (_, RejectCode::DestinationInvalid) => (
            Kind::NotFound,
            "check the canister's id given with --canister",
        ),
        // These words are the canister's own: nobody else knows what they mean.
        (_, RejectCode::CanisterReject) => {
            return Error::new(
                Kind::Refused,
                format!("{what}: the canister refused it"),
                "the canister's words say why; if they are about who calls, use another key with \
                 --identity FILE.pem, and if only canisters may call it, let a task call it",
            )
            .said_by_callee(&reject.reject_message);
        }
        // Of a trap they hold what the canister printed.
        (code, RejectCode::CanisterError) => {
            return Error::new(
                Kind::Internal,
                format!("{what}: the canister failed ({code})"),
                "nothing was changed; report it to those who run the canister, with its words",
            )
            .said_by_callee(&reject.reject_message);
        }
        (_, RejectCode::SysFatal) => (Kind::Refused, "check the request"),
    };
    let code = if code.is_empty() {
        "no error code"
    } else {
        code
    };
    Error::new(
        kind,
        format!("{what}: rejected: {} ({code})", reject.reject_message),
        fix,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(reject_code: RejectCode, error_code: &str) -> AgentError {
        AgentError::CertifiedReject {
            reject: RejectResponse {
                reject_code,
                reject_message: "no".into(),
                error_code: (!error_code.is_empty()).then(|| error_code.to_string()),
            },
            operation: None,
        }
    }

    #[test]
    fn should_tell_what_was_rejected_from_what_may_have_happened() {
        for (error, expected) in [
            (
                AgentError::TimeoutWaitingForResponse(),
                Kind::OutcomeUnknown,
            ),
            (
                AgentError::TransportError(TransportError::Generic("reset".into())),
                Kind::OutcomeUnknown,
            ),
            (reject(RejectCode::SysTransient, ""), Kind::Unavailable),
            (
                reject(RejectCode::DestinationInvalid, "IC0301"),
                Kind::NotFound,
            ),
            (
                reject(RejectCode::DestinationInvalid, "IC0536"),
                Kind::Incompatible,
            ),
            (
                reject(RejectCode::DestinationInvalid, "IC0537"),
                Kind::NotFound,
            ),
            (reject(RejectCode::CanisterError, "IC0503"), Kind::Internal),
            (
                reject(RejectCode::CanisterError, "IC0508"),
                Kind::Unavailable,
            ),
            (reject(RejectCode::CanisterReject, ""), Kind::Refused),
            (AgentError::CertificateVerificationFailed(), Kind::Untrusted),
            (
                AgentError::CandidError("bad magic".into()),
                Kind::Incompatible,
            ),
        ] {
            let text = error.to_string();
            let made = agent_error(error, "call get_task");
            assert_eq!(made.kind(), expected, "{text}");
            assert!(made.rule().starts_with("call get_task: "), "{text}");
        }
    }

    #[test]
    fn should_tell_a_message_that_was_turned_away_from_a_query_that_failed() {
        let uncertified = || AgentError::UncertifiedReject {
            reject: RejectResponse {
                reject_code: RejectCode::CanisterError,
                reject_message: "this user is disabled".into(),
                error_code: Some("IC0503".into()),
            },
            operation: None,
        };
        let update = agent_error(uncertified(), "call pause_task");
        assert_eq!(update.kind(), Kind::Refused);
        assert!(!update.rule().contains("this user is disabled"));
        assert_eq!(update.to_json()["said_by_callee"], "this user is disabled");
        assert!(
            update
                .explanation()
                .ends_with("it said: \"this user is disabled\"")
        );
        let query = query_error(uncertified(), "call get_task");
        assert_eq!(query.kind(), Kind::Internal);
    }

    #[test]
    fn should_never_leave_the_outcome_of_a_query_open() {
        let error = query_error(AgentError::TimeoutWaitingForResponse(), "call get_task");
        assert_eq!(error.kind(), Kind::Unreachable);
        assert_eq!(error.fix(), RETRY);
    }

    #[test]
    fn should_tell_a_busy_network_from_a_wrong_address() {
        let answer = |status| {
            AgentError::HttpError(HttpErrorPayload {
                status,
                content_type: None,
                content: vec![],
            })
        };
        for (status, expected) in [
            (400, Kind::Refused),
            (404, Kind::Unreachable),
            (413, Kind::InvalidArgument),
            (429, Kind::Unavailable),
            (502, Kind::OutcomeUnknown),
            (503, Kind::Unavailable),
        ] {
            assert_eq!(
                agent_error(answer(status), "x").kind(),
                expected,
                "{status}"
            );
        }
    }
}
