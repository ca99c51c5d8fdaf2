//! HTTPS requests: from the work to the request, from the response to the outcome, and the
//! transform that lets all nodes agree upon a response. Pure.

use candid::{CandidType, Deserialize};
use chime_types::{Cause, HttpTransform, limits};
use serde::{Serialize, Serializer};

use super::answer;
use crate::engine::secrets::Secrets;
use crate::engine::{HttpWork, Outcome};
use crate::runtime::{CallError, HttpRequest, HttpResponse, HttpUses};

/// What the transform is told.
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq, Eq)]
struct Wanted {
    transform: HttpTransform,
}

/// The request that an attempt sends.
pub fn request(work: &HttpWork, timeout_seconds: u32) -> HttpRequest {
    let wanted = Wanted {
        transform: work.transform.clone(),
    };
    HttpRequest {
        url: work.url.clone(),
        method: work.method,
        headers: work.headers.clone(),
        body: work.method.has_body().then(|| work.body.clone()),
        max_response_bytes: work.max_response_bytes,
        transform_context: candid::encode_one(wanted).expect("BUG: a record can be encoded"),
        replicated: work.replicated,
        uses: uses(work, timeout_seconds),
        timeout_seconds,
    }
}

/// The longest that the network waits for a response.
const LONGEST_ROUND_TRIP_SECONDS: u32 = 60;
/// Instructions of a transform that keeps the body as it is, or nothing of it: for the call, and for
/// each byte that is decoded and encoded.
const TRANSFORM_INSTRUCTIONS: u64 = 20_000_000;
const TRANSFORM_INSTRUCTIONS_PER_BYTE: u64 = 100;
/// The same for each byte of JSON that is parsed and written again.
const JSON_INSTRUCTIONS_PER_BYTE: u64 = 2_000;
/// What a query may spend at most.
const LARGEST_TRANSFORM: u64 = 5_000_000_000;
/// Room for the status and the form of a response around its body.
const RESPONSE_FRAME_BYTES: u64 = 1_024;

/// What a request may use at most, declared to the network.
fn uses(work: &HttpWork, timeout_seconds: u32) -> HttpUses {
    let bytes = work.max_response_bytes;
    let (per_byte, kept_bytes) = match &work.transform {
        HttpTransform::Body => (TRANSFORM_INSTRUCTIONS_PER_BYTE, bytes),
        HttpTransform::Status => (TRANSFORM_INSTRUCTIONS_PER_BYTE, 0),
        HttpTransform::Json { .. } => (JSON_INSTRUCTIONS_PER_BYTE, bytes),
    };
    let instructions = TRANSFORM_INSTRUCTIONS + per_byte.saturating_mul(bytes);
    let seconds = timeout_seconds.min(LONGEST_ROUND_TRIP_SECONDS);
    HttpUses {
        round_trip_milliseconds: u64::from(seconds) * 1_000,
        transform_instructions: instructions.min(LARGEST_TRANSFORM),
        transformed_bytes: kept_bytes + RESPONSE_FRAME_BYTES,
    }
}

/// What of a response is kept. What cannot be read is kept whole: the outcome will tell.
pub fn transform(context: &[u8], response: HttpResponse) -> HttpResponse {
    let wanted: HttpTransform = candid::decode_one(context)
        .map(|wanted: Wanted| wanted.transform)
        .unwrap_or_default();
    let body = match wanted {
        HttpTransform::Body => response.body,
        HttpTransform::Status => Vec::new(),
        HttpTransform::Json { pointers } => parts(&response.body, &pointers),
    };
    HttpResponse {
        status: response.status,
        body,
    }
}

/// What was found at the pointers, in their order.
struct Found<'a>(Vec<(&'a str, Option<&'a serde_json::Value>)>);

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// Parts of a JSON body as a JSON object: pointer to value, null where there is none. They may overlap,
/// and are larger together than the body: above what a response may have the body is kept whole.
fn parts(body: &[u8], pointers: &[String]) -> Vec<u8> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return body.to_vec();
    };
    let found = Found(
        pointers
            .iter()
            .map(|pointer| (pointer.as_str(), value.pointer(pointer)))
            .collect(),
    );
    let mut parts = Bounded::default();
    match serde_json::to_writer(&mut parts, &found) {
        Ok(()) => parts.0,
        Err(_) => body.to_vec(),
    }
}

/// Bytes, no more than a response may have.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = (self.0.len() + bytes.len()) as u64;
        if length > limits::MAXIMUM_RESPONSE_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How the network says that it makes no outcalls, or none to that host.
const DISABLED: [&str; 2] = [
    "not enabled on this subnet",
    "only to hosts that it was started",
];
/// How it says that the response, or what the transform left of it, is too large.
const TOO_LARGE: [&str; 3] = [
    "body exceeds size limit",
    "response exceeds limit",
    "exceeds specified response size limit",
];
/// How it says that the nodes got different answers.
const NO_CONSENSUS: &str = "No consensus";

/// What a response means.
pub fn outcome(work: &HttpWork, answer: Result<HttpResponse, CallError>, overdue: bool) -> Outcome {
    let hide = |text: String| Secrets::new(&work.secrets).hide(&text);
    match answer {
        Ok(response) => {
            let text = hide(body_text(&response.body));
            by_status(work, response.status, text)
        }
        Err(error) => Outcome::failed(cause(&error, overdue), hide(error.to_string())),
    }
}

/// Why a request failed: as with calls, but that it is the network that answers.
fn cause(error: &CallError, overdue: bool) -> Cause {
    let message = match error {
        CallError::NotSent(_, message) | CallError::Rejected { message, .. } => message,
    };
    let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
    match answer::cause(error, overdue) {
        // Some networks say so with the code of a canister that traps.
        Cause::SystemFatal | Cause::Rejected | Cause::CalleeTrapped if says(&DISABLED) => {
            Cause::HttpDisabled
        }
        Cause::SystemFatal if says(&TOO_LARGE) => Cause::ResponseTooLarge,
        Cause::SystemFatal | Cause::Rejected | Cause::CalleeTerminal => Cause::HttpRefused,
        Cause::SystemTransient if says(&[NO_CONSENSUS]) => Cause::HttpNoConsensus,
        Cause::SystemTransient | Cause::CalleeTrapped => Cause::HttpUnreachable,
        other => other,
    }
}

fn by_status(work: &HttpWork, status: u16, text: String) -> Outcome {
    let is_expected = if work.expected_status.is_empty() {
        (200..300).contains(&status)
    } else {
        work.expected_status.contains(&status)
    };
    if is_expected {
        return Outcome::Completed {
            result: text,
            log: Some(format!("answered with status {status}")),
        };
    }
    let error = format!("answered with status {status}: {text}");
    Outcome::failed(Cause::HttpStatus { status }, error)
}

fn body_text(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_string(),
        Err(_) => format!("({} bytes, not text)", body.len()),
    }
}

#[cfg(test)]
mod tests {
    use chime_types::HttpMethod;

    use super::*;

    fn work() -> HttpWork {
        HttpWork {
            url: "https://example.org".to_string(),
            method: HttpMethod::Get,
            headers: Vec::new(),
            body: b"unused".to_vec(),
            max_response_bytes: 1_000,
            expected_status: Vec::new(),
            transform: HttpTransform::Body,
            replicated: true,
            secrets: vec!["s3cret".to_string()],
        }
    }

    fn answered(work: &HttpWork, status: u16, body: &str) -> Outcome {
        let body = body.as_bytes().to_vec();
        outcome(work, Ok(HttpResponse { status, body }), false)
    }

    #[test]
    fn should_tell_success_and_failure_apart_by_the_status() {
        let is_completed = |work: &HttpWork, status| {
            matches!(answered(work, status, ""), Outcome::Completed { .. })
        };
        for (status, expected) in [(200, true), (299, true), (301, false), (404, false)] {
            assert_eq!(is_completed(&work(), status), expected, "{status}");
        }
        let failed = Outcome::failed(
            Cause::HttpStatus { status: 503 },
            "answered with status 503: x",
        );
        assert_eq!(answered(&work(), 503, "x"), failed);
        let picky = HttpWork {
            expected_status: vec![404],
            ..work()
        };
        assert!(is_completed(&picky, 404));
        assert!(!is_completed(&picky, 200));
    }

    #[test]
    fn should_know_why_the_network_brought_no_response() {
        for (code, message, expected) in [
            (
                1,
                "This API is not enabled on this subnet",
                Cause::HttpDisabled,
            ),
            (
                1,
                "this network makes HTTPS outcalls only to hosts that it was started with, and x",
                Cause::HttpDisabled,
            ),
            (
                1,
                "Http body exceeds size limit of 7 bytes.",
                Cause::ResponseTooLarge,
            ),
            (
                1,
                "Transformed http response exceeds limit: 7",
                Cause::ResponseTooLarge,
            ),
            (
                1,
                "Header size exceeds specified response size limit 7",
                Cause::ResponseTooLarge,
            ),
            (1, "Failed to parse URL: x", Cause::HttpRefused),
            (4, "url size 9 exceeds 8", Cause::HttpRefused),
            (2, "Failed to connect: x", Cause::HttpUnreachable),
            (2, "Timeout expired", Cause::HttpUnreachable),
            (
                2,
                "No consensus could be reached. Replicas had different responses.",
                Cause::HttpNoConsensus,
            ),
            (5, "the transform trapped", Cause::HttpUnreachable),
            (6, "x", Cause::OutcomeUnknown),
        ] {
            let text = format!("rejected with code {code}: {message}");
            let message = message.to_string();
            let answer = Err(CallError::Rejected { code, message });
            assert_eq!(
                outcome(&work(), answer, false),
                Outcome::failed(expected, text)
            );
        }
    }

    #[test]
    fn should_keep_secrets_out_of_results_and_errors() {
        let Outcome::Completed { result, .. } = answered(&work(), 200, "you sent s3cret") else {
            panic!("completed");
        };
        assert_eq!(result, "you sent ***");
        let Outcome::Failed(failure) = answered(&work(), 401, "bad key s3cret") else {
            panic!("refused");
        };
        assert_eq!(failure.error, "answered with status 401: bad key ***");
        let message = "cannot reach https://x/?key=s3cret".to_string();
        let failed = outcome(
            &work(),
            Err(CallError::Rejected { code: 2, message }),
            false,
        );
        assert!(!format!("{failed:?}").contains("s3cret"));
    }

    #[test]
    fn should_keep_of_a_response_what_was_asked_for() {
        let kept = |transform: HttpTransform, body: &str| {
            let context = request(
                &HttpWork {
                    transform,
                    ..work()
                },
                1,
            )
            .transform_context;
            let body = body.as_bytes().to_vec();
            let response = super::transform(&context, HttpResponse { status: 200, body });
            String::from_utf8(response.body).unwrap()
        };
        let json = r#"{"time": 17, "data": {"price": "1.5"}}"#;
        assert_eq!(kept(HttpTransform::Body, json), json);
        assert_eq!(kept(HttpTransform::Status, json), "");
        let pointers = vec!["/data/price".to_string(), "/none".to_string()];
        let transform = HttpTransform::Json { pointers };
        assert_eq!(
            kept(transform.clone(), json),
            r#"{"/data/price":"1.5","/none":null}"#
        );
        assert_eq!(kept(transform, "not json"), "not json");
    }

    #[test]
    fn should_keep_the_body_whole_when_its_parts_would_be_larger_than_a_response() {
        let pointers: Vec<String> = (0..16).map(|depth| "/a".repeat(depth)).collect();
        let nested = |bytes: usize| {
            let text = format!("\"{}\"", "x".repeat(bytes));
            format!("{}{text}{}", "{\"a\":".repeat(15), "}".repeat(15)).into_bytes()
        };
        let small = nested(100_000);
        assert!(parts(&small, &pointers).len() > 1_600_000);
        let large = nested(130_000);
        assert_eq!(parts(&large, &pointers), large);
    }

    #[test]
    fn should_hide_secrets_after_the_escapes_of_json_are_undone() {
        let secret = "pa\"ss\\word/1&2";
        let work = HttpWork {
            secrets: vec![secret.to_string()],
            ..work()
        };
        let body = serde_json::json!({ "/you": secret }).to_string();
        let Outcome::Completed { result, .. } = answered(&work, 200, &body) else {
            panic!("completed");
        };
        assert_eq!(result, r#"{"/you":"***"}"#);
    }

    #[test]
    fn should_tell_that_the_network_makes_no_outcalls_by_whatever_code() {
        for code in [1, 4, 5] {
            let message = "This API is not enabled on this subnet".to_string();
            let rejected = CallError::Rejected { code, message };
            assert_eq!(cause(&rejected, false), Cause::HttpDisabled, "{code}");
        }
    }

    #[test]
    fn should_declare_what_a_request_may_use_and_no_more_than_there_is() {
        let uses = |transform: HttpTransform, max_response_bytes: u64, timeout_seconds: u32| {
            let work = HttpWork {
                transform,
                max_response_bytes,
                ..work()
            };
            request(&work, timeout_seconds).uses
        };
        let pointers = vec!["/a".to_string()];
        let json = HttpTransform::Json { pointers };
        let small = uses(HttpTransform::Status, 1_024, 10);
        assert_eq!(small.round_trip_milliseconds, 10_000);
        assert_eq!(small.transformed_bytes, 1_024, "the frame alone");
        let large = uses(json, 2_000_000, 300);
        assert_eq!(large.round_trip_milliseconds, 60_000);
        assert_eq!(large.transform_instructions, 4_020_000_000);
        assert_eq!(large.transformed_bytes, 2_001_024);
        assert!(small.transform_instructions < 30_000_000);
    }

    #[test]
    fn should_send_a_body_with_methods_that_have_one_only() {
        for (method, has_body) in [
            (HttpMethod::Get, false),
            (HttpMethod::Head, false),
            (HttpMethod::Post, true),
            (HttpMethod::Put, true),
            (HttpMethod::Patch, true),
            (HttpMethod::Delete, true),
        ] {
            let work = HttpWork { method, ..work() };
            assert_eq!(request(&work, 1).body.is_some(), has_body, "{method:?}");
        }
    }
}
