//! The user's consent to what cannot be undone, asked for through the client where it can ask: a model
//! that is led astray can give an argument, but not an answer of its user. Other clients are asked for
//! the argument `confirm`, as `methods` has it.

use std::time::Duration;

use rmcp::model::{
    ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequests, InputRequiredResult, InputResponses,
};
use serde_json::{Value, json};

use super::offer::Call;
use super::plain::plain;

/// The argument that stands for the user's consent.
pub(super) const CONFIRM: &str = "confirm";

/// How long a user may think about it.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// What has become of the question.
pub(super) enum Consent {
    Given,
    /// Refused, or no answer came: why.
    Refused(&'static str),
    /// The client asks, and calls again with the answer.
    Asked(Box<InputRequiredResult>),
}

/// Whether an answer that came with a call is consent.
pub(super) fn is_given(answers: Option<&InputResponses>) -> Option<bool> {
    let answer = answers?.get(CONFIRM)?;
    let answer: ElicitResult = serde_json::from_value(answer.clone()).ok()?;
    Some(answer.action == ElicitationAction::Accept)
}

/// Asks the user about a call of which `body` says what it would do.
pub(super) async fn ask(call: &Call, body: &Value) -> Consent {
    let question = question(body);
    if call.stands_for_itself() {
        let request = InputRequest::Elicitation(ElicitRequest::new(question));
        let requests = InputRequests::from([(CONFIRM.to_string(), request)]);
        return Consent::Asked(Box::new(InputRequiredResult::from_input_requests(requests)));
    }
    let peer = &call.context().peer;
    let answer = peer.create_elicitation_with_timeout(question, Some(PATIENCE));
    match answer.await {
        Ok(answer) if answer.action == ElicitationAction::Accept => Consent::Given,
        Ok(_) => Consent::Refused("the user was asked and did not agree; nothing was done"),
        Err(error) => {
            tracing::warn!(%error, "the user could not be asked");
            Consent::Refused("the user was asked and did not answer; nothing was done")
        }
    }
}

/// The question: what would be done, in our words, with names of others in quotation marks.
fn question(body: &Value) -> ElicitRequestParams {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let lost: Vec<_> = body["would_lose"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let lost = lost.iter().filter_map(|it| it.as_str()).collect::<Vec<_>>();
    let consequence = match lost.is_empty() {
        true => "This cannot be undone.".to_string(),
        false => format!("Settings would be lost: {}.", lost.join("; ")),
    };
    let message = format!("{}? {consequence}", text("would"));
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: plain(json!(message))
            .as_str()
            .unwrap_or_default()
            .to_string(),
        requested_schema: ElicitationSchema::new(std::collections::BTreeMap::new()),
    }
}

/// The body of a refusal.
pub(super) fn refusal(rule: &str) -> Value {
    json!({
        "kind": "declined",
        "field": CONFIRM,
        "rule": rule,
        "fix": "do not try again unless the user asks for it",
    })
}
