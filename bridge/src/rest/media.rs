//! Media types: what a client takes, and what it sent.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use super::problem::{Outcome, Place, Problem};

/// The type of JSON:API.
pub const JSON_API: &str = "application/vnd.api+json";

/// The type of any JSON, which is taken and given too.
pub const JSON: &str = "application/json";

/// The type in which a client wants its answer.
pub fn wanted(headers: &HeaderMap) -> Outcome<&'static str> {
    let mut all = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let text = value.to_str().map_err(|_| not_acceptable())?;
        all.extend(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty()),
        );
    }
    if all.is_empty() {
        return Ok(JSON_API);
    }
    let takes = |wanted: &str| {
        all.iter().any(|part| {
            let (name, parameters) = split(part);
            // JSON:API knows no parameters but these two, whose values no one here knows.
            let is_refused = parameters.iter().any(|it| it.eq_ignore_ascii_case("q=0"));
            let is_plain = name != JSON_API || parameters.iter().all(|it| it.starts_with("q="));
            name == wanted && is_plain && !is_refused
        })
    };
    match (
        takes(JSON_API) || takes("*/*") || takes("application/*"),
        takes(JSON),
    ) {
        (true, _) => Ok(JSON_API),
        (false, true) => Ok(JSON),
        (false, false) => Err(not_acceptable()),
    }
}

/// Whether the body is of a type that can be read.
pub fn check_sent(headers: &HeaderMap) -> Outcome<()> {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let (first, second) = (given.next(), given.next());
    let text = first
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (name, parameters) = split(text);
    let is_taken = match name.as_str() {
        JSON_API => parameters.is_empty(),
        JSON => parameters
            .iter()
            .all(|it| it.replace('"', "").eq_ignore_ascii_case("charset=utf-8")),
        _ => false,
    };
    match is_taken && second.is_none() {
        true => Ok(()),
        false => Err(wrong(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body is not of a type that is read here",
            "send Content-Type: application/vnd.api+json without parameters, or application/json",
            "Content-Type",
        )
        .with_header(HeaderName::from_static("accept-post"), JSON_API)),
    }
}

fn not_acceptable() -> Problem {
    wrong(
        StatusCode::NOT_ACCEPTABLE,
        "the answer would be of a type that the client does not take",
        "accept application/vnd.api+json without parameters, or application/json",
        "Accept",
    )
}

fn wrong(status: StatusCode, rule: &str, fix: &str, header: &'static str) -> Problem {
    Problem::new(status, rule, fix).at(Place::Header(header))
}

/// The name of a type, and its parameters.
fn split(text: &str) -> (String, Vec<String>) {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next().unwrap_or_default();
    (name, parts.filter(|part| !part.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn should_answer_in_a_type_that_the_client_takes() {
        for (accept, expected) in [
            (&[][..], Some(JSON_API)),
            (&["*/*"], Some(JSON_API)),
            (&["text/html, application/*;q=0.8"], Some(JSON_API)),
            (&["application/json"], Some(JSON)),
            (&["application/json", JSON_API], Some(JSON_API)),
            (&["application/vnd.api+json;q=0.5"], Some(JSON_API)),
            (
                &["application/vnd.api+json; ext=x, application/vnd.api+json"],
                Some(JSON_API),
            ),
            (&["application/vnd.api+json; ext=x"], None),
            (&["application/json;q=0"], None),
            (&["text/html"], None),
        ] {
            let wanted = wanted(&headers(header::ACCEPT, accept));
            match expected {
                Some(expected) => assert_eq!(wanted.unwrap(), expected, "{accept:?}"),
                None => {
                    let status = wanted.unwrap_err().status();
                    assert_eq!(status, StatusCode::NOT_ACCEPTABLE, "{accept:?}");
                }
            }
        }
    }

    #[test]
    fn should_read_json_only() {
        for (sent, is_taken) in [
            (&[JSON_API][..], true),
            (&[JSON], true),
            (&["application/json; charset=UTF-8"], true),
            (&["application/vnd.api+json; charset=utf-8"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&[JSON, JSON], false),
            (&[], false),
        ] {
            let checked = check_sent(&headers(header::CONTENT_TYPE, sent));
            assert_eq!(checked.is_ok(), is_taken, "{sent:?}");
        }
    }
}
