//! HTTPS requests: from the work to the request, from the response to the outcome, and the
//! transform that lets all nodes agree upon a response. Pure.

use candid::{CandidType, Deserialize};
use chime_types::{HttpMethod, HttpTransform};

use crate::engine::{HttpWork, Outcome};
use crate::runtime::{CallError, HttpRequest, HttpResponse};

/// Reject code of the interface specification.
const SYS_UNKNOWN: u32 = 6;

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
        body: (work.method == HttpMethod::Post).then(|| work.body.clone()),
        max_response_bytes: work.max_response_bytes,
        transform_context: candid::encode_one(wanted).expect("BUG: a record can be encoded"),
        replicated: work.replicated,
        timeout_seconds,
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

/// Parts of a JSON body as a JSON object: pointer to value, null where there is none.
fn parts(body: &[u8], pointers: &[String]) -> Vec<u8> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return body.to_vec();
    };
    let found = pointers.iter().map(|pointer| {
        let part = value.pointer(pointer).cloned();
        (pointer.clone(), part.unwrap_or_default())
    });
    let object: serde_json::Map<_, _> = found.collect();
    serde_json::to_vec(&object).expect("BUG: JSON can be encoded")
}

/// What a response means.
pub fn outcome(work: &HttpWork, answer: Result<HttpResponse, CallError>, overdue: bool) -> Outcome {
    let hide = |text: String| hidden(text, &work.secrets);
    match answer {
        Ok(response) => {
            let text = hide(body_text(&response.body));
            by_status(work, response.status, text)
        }
        Err(error) => {
            let text = hide(error.to_string());
            match error {
                CallError::Rejected { code, .. } if code == SYS_UNKNOWN && overdue => {
                    Outcome::TimedOut { error: text }
                }
                CallError::Rejected { code, .. } if code == SYS_UNKNOWN => {
                    Outcome::Unknown { error: text }
                }
                _ => Outcome::Failed { error: text },
            }
        }
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
    // Time-out, too early, too many requests: the server may take it later.
    let is_terminal = (400..500).contains(&status) && !matches!(status, 408 | 425 | 429);
    if is_terminal {
        Outcome::Refused { error }
    } else {
        Outcome::Failed { error }
    }
}

fn body_text(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_string(),
        Err(_) => format!("({} bytes, not text)", body.len()),
    }
}

/// The text without the secrets in it.
fn hidden(text: String, secrets: &[String]) -> String {
    secrets
        .iter()
        .fold(text, |text, secret| text.replace(secret.as_str(), "***"))
}

#[cfg(test)]
mod tests {
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
    fn should_tell_success_failure_and_refusal_apart_by_the_status() {
        for (status, kind) in [
            (200, "Completed"),
            (299, "Completed"),
            (301, "Failed"),
            (400, "Refused"),
            (404, "Refused"),
            (408, "Failed"),
            (425, "Failed"),
            (429, "Failed"),
            (500, "Failed"),
            (503, "Failed"),
        ] {
            let outcome = format!("{:?}", answered(&work(), status, "x"));
            assert!(outcome.starts_with(kind), "{status}: {outcome}");
        }
        let picky = HttpWork {
            expected_status: vec![404],
            ..work()
        };
        assert!(matches!(
            answered(&picky, 404, ""),
            Outcome::Completed { .. }
        ));
        assert!(matches!(answered(&picky, 200, ""), Outcome::Failed { .. }));
    }

    #[test]
    fn should_keep_secrets_out_of_results_and_errors() {
        let Outcome::Completed { result, .. } = answered(&work(), 200, "you sent s3cret") else {
            panic!("completed");
        };
        assert_eq!(result, "you sent ***");
        let Outcome::Refused { error } = answered(&work(), 401, "bad key s3cret") else {
            panic!("refused");
        };
        assert_eq!(error, "answered with status 401: bad key ***");
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
    fn should_send_a_body_with_a_post_only() {
        assert_eq!(request(&work(), 1).body, None);
        let post = HttpWork {
            method: HttpMethod::Post,
            ..work()
        };
        assert_eq!(request(&post, 1).body.as_deref(), Some(&b"unused"[..]));
    }
}
