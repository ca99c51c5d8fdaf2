//! Tools and a prompt that ask by answering: the way since 2026-07-28, in rounds.

use chime::mcp::{Answer, Call};
use rmcp::ErrorData;
use rmcp::model::{InputRequests, InputRequiredResult, InputResponses};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::contents::made;

/// What a round ends with.
pub enum Round {
    /// Another one is needed.
    Ask(InputRequiredResult),
    /// Everything is known; this is said.
    Done(String),
}

/// What the client sent along.
pub struct Given<'a> {
    pub answers: Option<&'a InputResponses>,
    pub state: Option<&'a str>,
}

impl Given<'_> {
    /// What the user filled in, if it is the answer to a form.
    pub fn form(&self, key: &str) -> Option<&Value> {
        let answer = self.answers?.get(key)?;
        (answer["action"] == "accept").then(|| &answer["content"])
    }

    fn answer(&self, key: &str) -> Option<&Value> {
        self.answers?.get(key).filter(|answer| answer.is_object())
    }
}

/// The next round of a tool; `None` if this tool does not ask.
pub fn call(name: &str, given: &Given<'_>, call: &Call) -> Option<Answer<Round>> {
    let kind = name.strip_prefix("test_input_required_result_")?;
    Some(match kind {
        "elicitation" => Ok(match given.form("user_name") {
            Some(form) => Round::Done(format!("Hello, {}!", word(&form["name"]))),
            None => ask(
                json!({ "user_name": form("What is your name?", "name") }),
                None,
            ),
        }),
        "sampling" => Ok(match given.answer("capital_question") {
            Some(answer) => Round::Done(answer["content"]["text"].to_string()),
            None => ask(json!({ "capital_question": capital() }), None),
        }),
        "list_roots" => Ok(match given.answer("client_roots") {
            Some(answer) => Round::Done(format!("Roots: {}", answer["roots"])),
            None => ask(json!({ "client_roots": roots() }), None),
        }),
        "request_state" | "tampered_state" => confirmed(given),
        "multiple_inputs" => several(given),
        "multi_round" => three_rounds(given),
        "capabilities" => Ok(ask(by_capability(call), None)),
        _ => return None,
    })
}

/// The next round of the prompt: the context that it shall use, or the question for it.
pub fn prompt(given: &Given<'_>) -> Round {
    match given.form("user_context") {
        Some(form) => Round::Done(word(&form["context"]).to_string()),
        None => ask(
            json!({ "user_context": form("What context should the prompt use?", "context") }),
            None,
        ),
    }
}

fn confirmed(given: &Given<'_>) -> Answer<Round> {
    match (given.state, given.answer("confirm")) {
        (Some(state), Some(_)) => {
            verified(state)?;
            Ok(Round::Done("state-ok".to_string()))
        }
        _ => Ok(ask(
            json!({ "confirm": form("Please confirm", "ok") }),
            Some("confirm"),
        )),
    }
}

fn several(given: &Given<'_>) -> Answer<Round> {
    let keys = ["user_name", "greeting", "client_roots"];
    if keys.iter().all(|key| given.answer(key).is_some()) {
        verified(given.state.unwrap_or_default())?;
        return Ok(Round::Done("All there.".to_string()));
    }
    Ok(ask(
        json!({
            "user_name": form("What is your name?", "name"),
            "greeting": message("Generate a greeting", 50),
            "client_roots": roots(),
        }),
        Some("several"),
    ))
}

fn three_rounds(given: &Given<'_>) -> Answer<Round> {
    let step = match given.state {
        None => "",
        Some(state) => verified(state)?,
    };
    Ok(match (step, given.form("step1"), given.form("step2")) {
        ("round-2", _, Some(form)) => Round::Done(format!("Colour: {}", word(&form["color"]))),
        ("round-1", Some(_), _) => ask(
            json!({ "step2": form("Step 2: What is your favorite color?", "color") }),
            Some("round-2"),
        ),
        _ => ask(
            json!({ "step1": form("Step 1: What is your name?", "name") }),
            Some("round-1"),
        ),
    })
}

/// Questions that the client can answer, and no others.
fn by_capability(call: &Call) -> Value {
    let declared = call.context().client_capabilities();
    let declared = serde_json::to_value(declared).unwrap_or_default();
    let mut questions = json!({});
    if declared["sampling"].is_object() {
        questions["capital_question"] = capital();
    }
    if declared["elicitation"].is_object() {
        questions["user_name"] = form("What is your name?", "name");
    }
    questions
}

pub fn ask(questions: Value, state: Option<&str>) -> Round {
    let questions: InputRequests = made(questions);
    Round::Ask(InputRequiredResult::new(Some(questions), state.map(signed)))
}

pub fn form(message: &str, field: &str) -> Value {
    let kind = if field == "ok" { "boolean" } else { "string" };
    json!({ "method": "elicitation/create", "params": {
        "mode": "form",
        "message": message,
        "requestedSchema": {
            "type": "object",
            "properties": { field: { "type": kind } },
            "required": [field],
        },
    } })
}

fn capital() -> Value {
    message("What is the capital of France?", 100)
}

fn message(text: &str, tokens: u32) -> Value {
    json!({ "method": "sampling/createMessage", "params": {
        "messages": [{ "role": "user", "content": { "type": "text", "text": text } }],
        "maxTokens": tokens,
    } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A state that nobody else can make.
fn signed(state: &str) -> String {
    format!("{state}.{}", seal(state))
}

fn verified(signed: &str) -> Answer<&str> {
    match signed.rsplit_once('.') {
        Some((state, sealed)) if sealed == seal(state) => Ok(state),
        _ => Err(ErrorData::invalid_params(
            "requestState is not what this server gave out",
            None,
        )),
    }
}

fn seal(state: &str) -> String {
    // A fixture keeps no secret.
    hex::encode(Sha256::digest(format!("fixture {state}")))
}
