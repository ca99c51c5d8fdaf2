//! From a step to the work that is to be done: names are looked up, placeholders filled in,
//! arguments encoded.

use candid::{Nat, Principal};
use chime_types::{
    Action, CallArguments, Cause, Channel, ExecutionContext, HttpAction, HttpHeader, HttpMethod,
    HttpTransform, Message, limits,
};

use super::arguments::encode_arguments;
use super::builtin::Builtin;
use super::error_cases;
use super::failure::Failure;
use super::program;
use super::values::Values;
use crate::state::State;
use crate::state::keys::NameKey;
use crate::state::records::{ExecutionRecord, Step, TaskRecord};

/// What an attempt does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Calls a canister.
    Call {
        canister: Principal,
        method: String,
        arguments: Vec<u8>,
        cycles: u128,
        /// The cases of an answer that mean failure.
        error_cases: Vec<String>,
    },
    /// Sends an HTTPS request.
    Http(HttpWork),
    /// A slice of a built-in action, to be done on the store.
    Slice(Builtin),
    /// A part of a program.
    Program(Box<program::Part>),
}

/// An HTTPS request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpWork {
    pub url: String,
    pub method: HttpMethod,
    pub headers: Vec<HttpHeader>,
    pub body: Vec<u8>,
    pub max_response_bytes: u64,
    /// Empty: 200 to 299.
    pub expected_status: Vec<u16>,
    pub transform: HttpTransform,
    pub replicated: bool,
    /// What must not appear in the history.
    pub secrets: Vec<String>,
}

/// An action and what a named step gave for it.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub action: Action,
    pub(super) attributes: Option<String>,
    pub(super) entity_name: Option<String>,
}

/// The action of a step: a named one as it is defined now.
///
/// # Errors
/// Why there is none.
pub fn action_of(state: &State, task: &TaskRecord, step: &Step) -> Result<Resolved, Failure> {
    let Action::Named {
        action_name,
        entity_name,
        attributes,
        ..
    } = &step.action
    else {
        return Ok(Resolved {
            action: step.action.clone(),
            attributes: None,
            entity_name: None,
        });
    };
    let defined = [task.owner, Principal::management_canister()]
        .into_iter()
        .find_map(|owner| {
            let name = action_name.clone();
            state.action(&NameKey { owner, name })
        })
        .ok_or_else(|| {
            let text = format!(
                "there is no action `{action_name}`: define it with define_action, and replay"
            );
            Failure::new(Cause::NoSuchAction, text)
        })?;
    if let Some(wanted) = &defined.entity_name
        && entity_name.as_ref() != Some(wanted)
    {
        let given = entity_name.as_deref().unwrap_or("");
        let text = format!("the action `{action_name}` works on `{wanted}`, not on `{given}`");
        return Err(Failure::new(Cause::UnfitAction, text));
    }
    Ok(Resolved {
        action: defined.action,
        attributes: Some(attributes.clone()),
        entity_name: entity_name.clone(),
    })
}

/// The canister that an action calls.
pub const fn target_of(action: &Action) -> Option<Principal> {
    match action {
        Action::Call { canister, .. }
        | Action::Notification {
            channel: Channel::Canister { canister, .. },
            ..
        } => Some(*canister),
        _ => None,
    }
}

/// The step that an execution is at.
pub(super) fn step_of(state: &State, execution: &ExecutionRecord) -> Step {
    let mut plan = state.plan(execution.task_id, execution.plan);
    plan.steps.swap_remove(execution.step as usize)
}

/// The canister that the step calls which an execution is at.
pub fn target_of_step(state: &State, execution: &ExecutionRecord) -> Option<Principal> {
    let task = state.task(execution.task_id)?;
    let plan = state.find_plan(execution.task_id, execution.plan)?;
    let step = plan.steps.get(execution.step as usize)?;
    let resolved = action_of(state, &task, step).ok()?;
    target_of(&resolved.action)
}

/// In whose name a task is meant to run: the name of that user, or its principal.
pub fn user_name(state: &State, task: &TaskRecord) -> String {
    let user = task.run_as.unwrap_or(task.owner);
    state
        .user(user)
        .and_then(|record| record.name)
        .unwrap_or_else(|| user.to_text())
}

/// The work of an attempt that has begun under a token.
///
/// # Errors
/// Why it cannot be done. No retry fixes it.
pub fn work(
    state: &State,
    task: &TaskRecord,
    execution: &ExecutionRecord,
    resolved: &Resolved,
    token: u64,
    now: u64,
) -> Result<Work, Failure> {
    let values = Values::new(state, task, execution, resolved, token);
    match &resolved.action {
        Action::Call { .. } => call(&values),
        Action::Http { request } => http(&values, request).map(Work::Http),
        Action::Notification {
            channel,
            subject,
            message,
        } => notification(&values, channel, subject, message, now),
        Action::Codex { .. } => program::next(&values).map(Box::new).map(Work::Program),
        // One that was built in when its work began, and was defined anew meanwhile.
        Action::Note { .. } | Action::Command { .. } => {
            let text = "the action was redefined while it was carried out";
            Err(Failure::new(Cause::UnfitAction, text))
        }
        Action::Named { .. } => {
            let text = "an action may not stand for another named one";
            Err(Failure::new(Cause::UnfitAction, text))
        }
        other => Builtin::of(other).map(Work::Slice),
    }
}

/// The text of a note.
///
/// # Errors
/// Why it cannot be filled in. No retry fixes it.
pub fn note(
    state: &State,
    task: &TaskRecord,
    execution: &ExecutionRecord,
    resolved: &Resolved,
    token: u64,
) -> Result<String, Failure> {
    let Action::Note { text } = &resolved.action else {
        panic!("BUG: it is a note");
    };
    let values = Values::new(state, task, execution, resolved, token);
    values.fill("the note has", text, limits::MAXIMUM_FILLED_BYTES)
}

fn call(values: &Values<'_>) -> Result<Work, Failure> {
    let Action::Call {
        canister,
        method,
        arguments,
        cycles,
        with_context,
        error_cases,
    } = &values.resolved.action
    else {
        panic!("BUG: it is a call");
    };
    let filled = match arguments {
        Some(CallArguments::Text { value }) => Some(CallArguments::Text {
            value: values.fill("the arguments have", value, limits::MAXIMUM_FILLED_BYTES)?,
        }),
        other => other.clone(),
    };
    let context = (with_context == &Some(true)).then(|| context(values));
    let encoded = encode_arguments(filled.as_ref(), context.as_ref())?;
    Ok(Work::Call {
        canister: *canister,
        method: method.clone(),
        arguments: encoded,
        cycles: cycles.as_ref().map_or(0, to_u128),
        error_cases: error_cases::kept(error_cases),
    })
}

fn context(values: &Values<'_>) -> ExecutionContext {
    ExecutionContext {
        task_id: values.task.id.0,
        execution_id: values.execution.id.0,
        scheduled_at: values.execution.scheduled_at,
        step: values.execution.step,
        attempt: values.execution.attempt,
        fencing_token: values.token,
        user: values.task.run_as.unwrap_or(values.task.owner),
    }
}

fn to_u128(cycles: &Nat) -> u128 {
    u128::try_from(cycles.0.clone()).expect("BUG: the cycles of a call were checked when made")
}

fn http(values: &Values<'_>, request: &HttpAction) -> Result<HttpWork, Failure> {
    let url = values.fill("the address has", &request.url, limits::MAXIMUM_URL_BYTES)?;
    let headers = filled_headers(values, request.headers.as_deref().unwrap_or_default())?;
    let body = request.body.as_deref().unwrap_or("");
    let body = values.fill("the body has", body, limits::MAXIMUM_FILLED_BYTES)?;
    Ok(HttpWork {
        url,
        method: request.method.unwrap_or_default(),
        headers,
        body: body.into_bytes(),
        max_response_bytes: request
            .max_response_bytes
            .unwrap_or(limits::DEFAULT_RESPONSE_BYTES),
        expected_status: request.expected_status.clone().unwrap_or_default(),
        transform: request.transform.clone().unwrap_or_default(),
        replicated: request.replicated.unwrap_or(true),
        secrets: secrets_of(values.state, values.task.owner),
    })
}

fn filled_headers(values: &Values<'_>, headers: &[HttpHeader]) -> Result<Vec<HttpHeader>, Failure> {
    fill_headers(headers, |part, text| {
        values.fill(part, text, limits::MAXIMUM_HEADER_BYTES)
    })
}

/// Headers as they leave: what the network would refuse, or a server could take for further
/// headers, fails here.
pub(super) fn fill_headers(
    headers: &[HttpHeader],
    fill: impl Fn(&str, &str) -> Result<String, Failure>,
) -> Result<Vec<HttpHeader>, Failure> {
    let mut filled = Vec::with_capacity(headers.len());
    let mut bytes = 0;
    for HttpHeader { name, value } in headers {
        let value = fill(&format!("header {name} has"), value)?;
        if value.chars().any(char::is_control) {
            let text = format!("header {name} has a control character when filled in");
            return Err(Failure::new(Cause::Placeholder, text));
        }
        bytes += name.len() + value.len();
        if bytes > limits::MAXIMUM_HEADERS_BYTES {
            let maximum = limits::MAXIMUM_HEADERS_BYTES;
            let text = format!(
                "the headers up to {name} have {bytes} bytes when filled in, at most {maximum}"
            );
            return Err(Failure::new(Cause::TooLarge, text));
        }
        let name = name.clone();
        filled.push(HttpHeader { name, value });
    }
    Ok(filled)
}

/// All secrets of an owner, the longest first, since one may hold another: whichever of them a
/// response repeats is kept out of the history.
pub(super) fn secrets_of(state: &State, owner: Principal) -> Vec<String> {
    let mut secrets: Vec<String> = state.secrets_of(owner).map(|(_, secret)| secret).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
}

/// The number of the message of a step: the same at every attempt, and above all that are counted.
fn message_id(execution: &ExecutionRecord) -> u64 {
    (1 << 63) | (execution.id.0 << 6) | u64::from(execution.step)
}

fn notification(
    values: &Values<'_>,
    channel: &Channel,
    subject: &str,
    message: &str,
    now: u64,
) -> Result<Work, Failure> {
    let message = Message {
        id: message_id(values.execution),
        sent_at: now,
        subject: values.fill(
            "the subject has",
            subject,
            limits::MAXIMUM_FILLED_SUBJECT_BYTES,
        )?,
        message: values.fill(
            "the message has",
            message,
            limits::MAXIMUM_FILLED_MESSAGE_BYTES,
        )?,
        task_id: Some(values.task.id.0),
        execution_id: Some(values.execution.id.0),
        alert_id: None,
    };
    match channel {
        Channel::Inbox {} => Ok(Work::Slice(Builtin::Inbox(message))),
        Channel::Webhook { url, headers } => {
            let headers = filled_headers(values, headers.as_deref().unwrap_or_default())?;
            let url = values.fill("the address has", url, limits::MAXIMUM_URL_BYTES)?;
            let mut work = webhook(&url, headers, &message);
            work.secrets = secrets_of(values.state, values.task.owner);
            Ok(Work::Http(work))
        }
        Channel::Canister {
            canister,
            method,
            error_cases,
        } => Ok(Work::Call {
            canister: *canister,
            method: method.clone(),
            arguments: candid::encode_one(&message).expect("BUG: a message can be encoded"),
            cycles: 0,
            error_cases: error_cases::kept(error_cases),
        }),
    }
}

/// A message in JSON. Numbers above 2^53 lose digits in JavaScript, so identifiers are texts.
fn posted(message: &Message) -> serde_json::Value {
    let text = |id: Option<u64>| id.map(|id| id.to_string());
    serde_json::json!({
        "id": message.id.to_string(),
        "sent_at": jiff::Timestamp::from_nanosecond(message.sent_at.into())
            .expect("BUG: the present can be shown")
            .to_string(),
        "subject": message.subject,
        "message": message.message,
        "task_id": text(message.task_id),
        "execution_id": text(message.execution_id),
        "alert_id": text(message.alert_id),
    })
}

/// The request that brings a message to a webhook.
pub fn webhook(url: &str, mut headers: Vec<HttpHeader>, message: &Message) -> HttpWork {
    headers.push(HttpHeader {
        name: "content-type".to_string(),
        value: "application/json".to_string(),
    });
    headers.push(HttpHeader {
        name: "idempotency-key".to_string(),
        value: message.id.to_string(),
    });
    HttpWork {
        url: url.to_string(),
        method: HttpMethod::Post,
        headers,
        body: posted(message).to_string().into_bytes(),
        max_response_bytes: 1_024,
        expected_status: Vec::new(),
        transform: HttpTransform::Status,
        replicated: true,
        secrets: Vec::new(),
    }
}
