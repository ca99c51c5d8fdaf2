//! An HTTP request of Chime's own job form: its address alone, or a mapping.
//!
//! ```yaml
//! http: https://example.com/health
//! ---
//! http:
//!   url: https://example.com/hook
//!   method: post
//!   headers: {content-type: application/json, idempotency-key: "{{execution_id}}"}
//!   body: {task: "{{task_name}}"}
//!   expected_status: [200, 204]
//!   transform: status
//! ```

use chime_types::{Action, HttpAction, HttpHeader, HttpMethod, HttpTransform, limits};
use serde_json::Value;

use super::Refusal;
use super::dialect::missing;
use super::fields::{Fields, Spelling, wrong};

/// Reads the value of `http`, which lies at `path`.
pub(super) fn read(value: &Value, path: String) -> Result<Action, Refusal> {
    if let Value::String(url) = value {
        let request = HttpAction::get(checked(url, &path)?);
        return Ok(Action::Http { request });
    }
    let mut fields = Fields::new(value, &path, Spelling::Exact)?;
    let Some(url) = fields.filled(&["url"])? else {
        return Err(missing(&path, &["url"]));
    };
    let method = fields.choice(
        "method",
        &[
            ("get", HttpMethod::Get),
            ("post", HttpMethod::Post),
            ("head", HttpMethod::Head),
            ("put", HttpMethod::Put),
            ("patch", HttpMethod::Patch),
            ("delete", HttpMethod::Delete),
        ],
    )?;
    let body = body(&mut fields)?;
    let sent_as = method.unwrap_or_default();
    if body.is_some() && !sent_as.has_body() {
        return Err(Refusal::of(
            fields.at("body"),
            format!("a request of the method {} has no body", sent_as.name()),
            "Add `method: post` (or put, patch, delete), or leave the body out.",
        ));
    }
    let replicated = fields.flag(&["replicated"])?;
    if sent_as.needs_one_node() && replicated != Some(false) {
        return Err(Refusal::of(
            fields.at("replicated"),
            format!("{} is sent by one node alone", sent_as.name()),
            "Add `replicated: false`.",
        ));
    }
    let request = HttpAction {
        url: checked(&url, &fields.at("url"))?,
        method,
        headers: headers(&mut fields)?,
        body,
        max_response_bytes: fields
            .count(&["max_response_bytes"], limits::MAXIMUM_RESPONSE_BYTES)?,
        expected_status: expected_status(&mut fields)?,
        transform: transform(&mut fields)?,
        replicated,
    };
    fields.refuse_unknown()?;
    Ok(Action::Http { request })
}

/// The rule of the scheduler: HTTPS, but for a server on this machine, or a placeholder.
fn checked(url: &str, path: &str) -> Result<String, Refusal> {
    let url = url.trim();
    let known = ["https://", "http://127.0.0.1:", "{{"];
    if known.iter().any(|begin| url.starts_with(begin)) {
        return Ok(url.to_string());
    }
    Err(Refusal::of(
        path,
        format!("`{url}` does not begin with https://"),
        "The nodes of the network send requests over HTTPS only.",
    ))
}

fn headers(fields: &mut Fields<'_>) -> Result<Option<Vec<HttpHeader>>, Refusal> {
    let Some((path, value)) = fields.value(&["headers"]) else {
        return Ok(None);
    };
    let mut values = Fields::new(value, &path, Spelling::Exact)?;
    let mut headers = Vec::new();
    for name in values.names() {
        let value = values.text(&[&name])?.unwrap_or_default();
        headers.push(HttpHeader { name, value });
    }
    Ok(Some(headers))
}

/// Text as it is; a mapping or a list becomes JSON.
fn body(fields: &mut Fields<'_>) -> Result<Option<String>, Refusal> {
    match fields.value(&["body"]) {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text.clone())),
        Some((_, value @ (Value::Object(_) | Value::Array(_)))) => Ok(Some(value.to_string())),
        Some((path, other)) => Err(wrong(path, "text, a mapping or a list", other)),
    }
}

fn expected_status(fields: &mut Fields<'_>) -> Result<Option<Vec<u16>>, Refusal> {
    let Some((path, items)) = fields.list(&["expected_status"])? else {
        return Ok(None);
    };
    let read = |(index, item): (usize, &Value)| {
        let status = item.as_u64().filter(|status| (100..600).contains(status));
        status
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| wrong(format!("{path}[{index}]"), "a status, 100 to 599", item))
    };
    items
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// `body`, `status`, or `{json: [/data/price]}`.
fn transform(fields: &mut Fields<'_>) -> Result<Option<HttpTransform>, Refusal> {
    let Some((path, value)) = fields.value(&["transform"]) else {
        return Ok(None);
    };
    match value.as_str() {
        Some("body") => return Ok(Some(HttpTransform::Body)),
        Some("status") => return Ok(Some(HttpTransform::Status)),
        _ => {}
    }
    let pointers = value
        .get("json")
        .and_then(Value::as_array)
        .and_then(|items| items.iter().map(pointer).collect::<Option<Vec<_>>>())
        .filter(|pointers| (1..=limits::MAXIMUM_POINTERS).contains(&pointers.len()));
    match pointers {
        Some(pointers) => Ok(Some(HttpTransform::Json { pointers })),
        None => Err(Refusal {
            fix: "Write body, status, or {json: [/data/price]} with 1 to 16 JSON pointers.".into(),
            ..wrong(path, "a transform", value)
        }),
    }
}

fn pointer(item: &Value) -> Option<String> {
    let text = item.as_str()?;
    (text.is_empty() || text.starts_with('/')).then(|| text.to_string())
}
