//! From a step to the work that is to be done: names are looked up, placeholders filled in,
//! arguments encoded.

use candid::{Nat, Principal};
use chime_types::{
    Action, CallArguments, Cause, Channel, ExecutionContext, HttpAction, HttpHeader, HttpMethod,
    HttpTransform, Message, limits,
};

use super::arguments::{encode_arguments, with_one_more};
use super::builtin::Builtin;
use super::failure::Failure;
use super::template;
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
    },
    /// Sends an HTTPS request.
    Http(HttpWork),
    /// Is done already, with a result and a line for the log.
    Done { result: String, log: Option<String> },
    /// A slice of a built-in action, to be done on the store.
    Slice(Builtin),
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
    attributes: Option<String>,
    entity_name: Option<String>,
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

/// The canister that the step calls which an execution is at.
pub fn target_of_step(state: &State, execution: &ExecutionRecord) -> Option<Principal> {
    let task = state.task(execution.task_id)?;
    let plan = state.find_plan(execution.task_id, execution.plan)?;
    let step = plan.steps.get(execution.step as usize)?;
    let resolved = action_of(state, &task, step).ok()?;
    target_of(&resolved.action)
}

/// Everything that placeholders may name.
struct Values<'a> {
    state: &'a State,
    task: &'a TaskRecord,
    execution: &'a ExecutionRecord,
    resolved: &'a Resolved,
    token: u64,
}

impl Values<'_> {
    fn fill(&self, text: &str) -> Result<String, Failure> {
        template::fill(text, |path| {
            self.value(path).map_err(|Failure { cause, error }| {
                let text = format!("{{{{{path}}}}} cannot be filled in: {error}");
                Failure::new(cause, text)
            })
        })
    }

    fn value(&self, path: &str) -> Result<String, Failure> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        Ok(match root {
            "execution_id" => self.execution.id.0.to_string(),
            "task_id" => self.task.id.0.to_string(),
            "task_name" => self.task.name.clone(),
            "scheduled_at" => self.execution.scheduled_at.to_string(),
            "step" => self.execution.step.to_string(),
            "attempt" => self.execution.attempt.to_string(),
            "fencing_token" => self.token.to_string(),
            "user" => user_name(self.state, self.task),
            "entity_name" => self.resolved.entity_name.clone().unwrap_or_default(),
            "attributes" => {
                let attributes = self.resolved.attributes.as_deref().unwrap_or("");
                template::part_of_json(attributes, rest).map_err(placeholder)?
            }
            "secrets" => self.secret(rest)?,
            "steps" => self.step(rest)?,
            _ => return Err(placeholder("there is no such name")),
        })
    }

    fn secret(&self, name: &str) -> Result<String, Failure> {
        let key = NameKey {
            owner: self.task.owner,
            name: name.to_string(),
        };
        self.state.secret(&key).ok_or_else(|| {
            let text = "there is no such secret: put it with put_secret";
            Failure::new(Cause::NoSuchSecret, text)
        })
    }

    fn step(&self, rest: &str) -> Result<String, Failure> {
        let mut parts = rest.splitn(3, '.');
        let number: usize = parts
            .next()
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| placeholder("steps are counted from 0"))?;
        let done = self
            .execution
            .steps
            .get(number)
            .ok_or_else(|| placeholder("that step has not been run"))?;
        let what = parts.next().unwrap_or("");
        let text = match what {
            "result" => done.result.as_deref().unwrap_or(""),
            _ => done.error.as_deref().unwrap_or(""),
        };
        match parts.next() {
            None => Ok(text.to_string()),
            Some(path) => template::part_of_json(text, path).map_err(placeholder),
        }
    }
}

fn placeholder(text: impl Into<String>) -> Failure {
    Failure::new(Cause::Placeholder, text)
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
/// Why it cannot be done. No retry mends it.
pub fn work(
    state: &State,
    task: &TaskRecord,
    execution: &ExecutionRecord,
    resolved: &Resolved,
    token: u64,
    now: u64,
) -> Result<Work, Failure> {
    let values = Values {
        state,
        task,
        execution,
        resolved,
        token,
    };
    match &resolved.action {
        Action::Call { .. } => call(&values),
        Action::Note { text } => {
            let text = values.fill(text)?;
            Ok(Work::Done {
                result: text.clone(),
                log: Some(text),
            })
        }
        Action::Http { request } => http(&values, request).map(Work::Http),
        Action::Notification {
            channel,
            subject,
            message,
        } => notification(&values, channel, subject, message, now),
        Action::Codex { name, .. } => {
            let text = format!(
                "this version of the scheduler cannot run the codex `{name}`: it has no Python \
                 runner"
            );
            Err(Failure::new(Cause::NoPython, text))
        }
        Action::Command { .. } => panic!("BUG: a command waits for a worker"),
        Action::Named { .. } => {
            let text = "an action may not stand for another named one";
            Err(Failure::new(Cause::UnfitAction, text))
        }
        other => Builtin::of(other).map(Work::Slice),
    }
}

fn call(values: &Values<'_>) -> Result<Work, Failure> {
    let Action::Call {
        canister,
        method,
        arguments,
        cycles,
        with_context,
    } = &values.resolved.action
    else {
        panic!("BUG: it is a call");
    };
    let filled = match arguments {
        Some(CallArguments::Text { value }) => Some(CallArguments::Text {
            value: values.fill(value)?,
        }),
        other => other.clone(),
    };
    let bad = |text: String| Failure::new(Cause::BadArguments, text);
    let mut encoded = encode_arguments(filled.as_ref()).map_err(bad)?;
    if with_context == &Some(true) {
        encoded = with_one_more(&encoded, &context(values)).map_err(bad)?;
    }
    Ok(Work::Call {
        canister: *canister,
        method: method.clone(),
        arguments: encoded,
        cycles: cycles.as_ref().map_or(0, to_u128),
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
    let headers = filled_headers(values, request.headers.as_deref().unwrap_or_default())?;
    let url = values.fill(&request.url)?;
    let body = values.fill(request.body.as_deref().unwrap_or(""))?;
    if url.len() > limits::MAXIMUM_URL_BYTES {
        let text = format!("the address has {} bytes when filled in", url.len());
        return Err(Failure::new(Cause::TooLarge, text));
    }
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
    let filled = headers.iter().map(|header| {
        Ok(HttpHeader {
            name: header.name.clone(),
            value: values.fill(&header.value)?,
        })
    });
    filled.collect()
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
        subject: values.fill(subject)?,
        message: values.fill(message)?,
        task_id: Some(values.task.id.0),
        execution_id: Some(values.execution.id.0),
        alert_id: None,
    };
    match channel {
        Channel::Inbox {} => Ok(Work::Slice(Builtin::Inbox(message))),
        Channel::Webhook { url, headers } => {
            let headers = filled_headers(values, headers.as_deref().unwrap_or_default())?;
            let mut work = webhook(url, headers, &message);
            work.secrets = secrets_of(values.state, values.task.owner);
            Ok(Work::Http(work))
        }
        Channel::Canister { canister, method } => Ok(Work::Call {
            canister: *canister,
            method: method.clone(),
            arguments: candid::encode_one(&message).expect("BUG: a message can be encoded"),
            cycles: 0,
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
