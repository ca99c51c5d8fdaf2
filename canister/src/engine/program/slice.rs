//! What the program of an execution needs done next: a slice with all that a runner has to know, or what it
//! asks for.

use candid::Principal;
use chime_types::codex::{ExecutionContext, Request, Slice, SliceLimits};
use chime_types::{Action, Cause, HttpHeader, HttpMethod, HttpTransform, limits};
use sha2::{Digest, Sha256};

use super::sources::Sources;
use super::{Call, Part, UNDER_WAY, changes};
use crate::engine::failure::Failure;
use crate::engine::filling::{Filling, Value};
use crate::engine::resolve::{HttpWork, fill_headers, secrets_of};
use crate::engine::values::Values;
use crate::state::keys::NameKey;
use crate::state::records::{ExecutionRecord, JournalRecord};
use crate::state::{Base, Began, State};

/// What is to be done next for the program of an attempt.
///
/// # Errors
/// Why it cannot be done.
pub fn next(values: &Values<'_>) -> Result<Part, Failure> {
    let Values {
        state, execution, ..
    } = values;
    let journal = under_way(state, execution);
    match journal.as_ref().and_then(|found| found.pending.clone()) {
        Some(request) => ask(values, journal.as_ref(), request),
        None => slice(values, journal.unwrap_or_else(|| begin(execution))),
    }
}

/// The journal of the program that an execution is at, if it was suspended.
pub(super) fn under_way(state: &State, execution: &ExecutionRecord) -> Option<JournalRecord> {
    if execution.progress != UNDER_WAY {
        return None;
    }
    state.journal(execution.id)
}

/// The journal of a program that begins.
pub(super) fn begin(execution: &ExecutionRecord) -> JournalRecord {
    JournalRecord {
        step: execution.step,
        attempt: execution.attempt,
        codex: String::new(),
        began: None,
        is_pinned: false,
        entries: Vec::new(),
        pending: None,
        logged: 0,
        tries: 0,
        traps: 0,
        cycles: 0,
        divergence: None,
    }
}

fn slice(values: &Values<'_>, journal: JournalRecord) -> Result<Part, Failure> {
    let Action::Codex { name, code, input } = &values.resolved.action else {
        panic!("BUG: it is a codex");
    };
    let owner = values.task.owner;
    let inline = code.as_deref();
    let sources = match &journal.began {
        Some(began) if journal.is_pinned => {
            Sources::first(values.state, owner, name, inline, began)?
        }
        _ => Sources::present(values.state, owner, name, inline)?,
    };
    let base = match &journal.began {
        Some(began) => began.base.clone(),
        None => Base {
            task: values.state.task_entities(owner, values.task.id),
            owner: values.state.owner_entities(owner),
        },
    };
    let turn = values.execution.id.0 + journal.entries.len() as u64 + u64::from(journal.tries);
    let began = Began {
        version: sources.version,
        modules: sources.versions,
        base,
    };
    let slice = Slice {
        codex: sources.codex,
        modules: sources.modules,
        execution: context(values, input.as_deref())?,
        state: changes::given(&began.base),
        journal: journal.entries,
        limits: SliceLimits {
            instructions: limits::MAXIMUM_PROGRAM_INSTRUCTIONS,
            memory_bytes: limits::MAXIMUM_PROGRAM_MEMORY,
            output_bytes: limits::MAXIMUM_PROGRAM_OUTPUT,
            state_bytes: limits::MAXIMUM_ENTITIES_BYTES as u64,
        },
    };
    let slice = Box::new(slice);
    Ok(Part::Slice { slice, began, turn })
}

fn context(values: &Values<'_>, input: Option<&str>) -> Result<ExecutionContext, Failure> {
    let input = match input {
        Some(text) => values.fill("the input has", text, limits::MAXIMUM_FILLED_BYTES)?,
        None => values.resolved.attributes.clone().unwrap_or_default(),
    };
    let (task, execution) = (values.task, values.execution);
    let first = execution.attempts.last();
    Ok(ExecutionContext {
        execution_id: execution.id.0,
        task_id: task.id.0,
        attempt: execution.attempt,
        scheduled_at: execution.scheduled_at,
        started_at: first.map_or(execution.scheduled_at, |attempt| attempt.started_at),
        // Known when it leaves.
        scheduler: Principal::anonymous(),
        owner: task.owner,
        input,
        seed: seed(execution),
    })
}

/// The same for all slices of an attempt, and another one for each attempt. Whoever knows the numbers knows
/// it: what must not be guessed comes from `raw_rand`.
fn seed(execution: &ExecutionRecord) -> Vec<u8> {
    let first = execution.attempts.last();
    let numbers = [
        execution.id.0,
        u64::from(execution.step),
        u64::from(execution.attempt),
        first.map_or(0, |attempt| attempt.fencing_token),
    ];
    let mut hash = Sha256::new();
    for number in numbers {
        hash.update(number.to_be_bytes());
    }
    hash.finalize().to_vec()
}

/// What the program asks for.
fn ask(
    values: &Values<'_>,
    journal: Option<&JournalRecord>,
    request: Request,
) -> Result<Part, Failure> {
    match request {
        Request::Call {
            canister,
            method,
            arguments,
            cycles,
        } => {
            let began = journal.and_then(|journal| journal.began.as_ref());
            let modules = began.map_or(&[][..], |began| &began.modules);
            Ok(Part::Call {
                call: Call {
                    canister,
                    method,
                    arguments,
                    cycles,
                },
                is_own: modules.iter().all(|module| !module.shared),
            })
        }
        Request::Http {
            url,
            method,
            headers,
            body,
            max_response_bytes,
        } => {
            let (url, headers) = with_secrets(values, &url, &headers)?;
            Ok(Part::Http(HttpWork {
                url,
                method: method_named(&method)?,
                headers,
                body,
                max_response_bytes: max_response_bytes
                    .unwrap_or(limits::DEFAULT_RESPONSE_BYTES)
                    .min(limits::MAXIMUM_RESPONSE_BYTES),
                expected_status: Vec::new(),
                transform: HttpTransform::Body,
                replicated: true,
                secrets: secrets_of(values.state, values.task.owner),
            }))
        }
        Request::Sleep { .. } => panic!("BUG: a sleep waits in the agenda"),
    }
}

fn method_named(name: &str) -> Result<HttpMethod, Failure> {
    Ok(match name {
        "GET" => HttpMethod::Get,
        "HEAD" => HttpMethod::Head,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => {
            let text = format!(
                "`{name}` is no method of a request: get, head, post, put, patch or delete"
            );
            return Err(Failure::new(Cause::ProgramInvalid, text));
        }
    })
}

/// The address and the headers with the secrets that they name, which are in no journal.
fn with_secrets(
    values: &Values<'_>,
    url: &str,
    headers: &[(String, String)],
) -> Result<(String, Vec<HttpHeader>), Failure> {
    let filling = Filling::default();
    let look_up = |path: &str| secret(values, path).map(Value::new);
    let url = filling.fill(&look_up, "the address has", url, limits::MAXIMUM_URL_BYTES)?;
    let headers: Vec<HttpHeader> = headers
        .iter()
        .map(|(name, value)| HttpHeader {
            name: name.clone(),
            value: value.clone(),
        })
        .collect();
    let headers = fill_headers(&headers, |part, text| {
        filling.fill(&look_up, part, text, limits::MAXIMUM_HEADER_BYTES)
    })?;
    Ok((url, headers))
}

fn secret(values: &Values<'_>, path: &str) -> Result<String, Failure> {
    let name = path.strip_prefix("secrets.").ok_or_else(|| {
        let text = "it means nothing here: only secrets are filled in";
        Failure::new(Cause::Placeholder, text)
    })?;
    let key = NameKey {
        owner: values.task.owner,
        name: name.to_string(),
    };
    values.state.secret(&key).ok_or_else(|| {
        let text = "there is no such secret: put it with put_secret";
        Failure::new(Cause::NoSuchSecret, text)
    })
}
