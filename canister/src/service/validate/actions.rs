//! What steps and registered actions do.

use candid::Principal;
use chime_types::{
    Action, CallArguments, Channel, Error, HttpAction, HttpHeader, HttpTransform, limits,
};

use super::{bytes, characters, items, optional, range, retention};
use crate::engine::encode_arguments;
use crate::engine::rights::is_reserved;
use crate::engine::template::{self, Scope};
use crate::service::Caller;

/// An action. Fields are named from the action on: `call.method`.
pub fn action(action: &Action, scope: Scope, caller: &Caller) -> Result<(), Error> {
    match action {
        Action::Call { .. } => call(action, scope, caller).map_err(|error| error.within("call")),
        Action::Http { request } => {
            http(request, scope).map_err(|error| error.within("http.request"))
        }
        Action::Note { text } => {
            bytes("note.text", text.len(), 1, limits::MAXIMUM_NOTE_BYTES)?;
            template::check("note.text", text, scope)
        }
        Action::Command { command, queue } => {
            let maximum = limits::MAXIMUM_COMMAND_BYTES;
            bytes("command.command", command.len(), 1, maximum)?;
            queue.as_deref().map_or(Ok(()), |queue| {
                let maximum = limits::MAXIMUM_QUEUE_CHARACTERS;
                characters("command.queue", queue, 1, maximum)
            })
        }
        Action::Named { .. } => named(action, scope).map_err(|error| error.within("named")),
        Action::Codex { name, code, input } => {
            characters("codex.name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
            let length = code.as_ref().map_or(0, String::len);
            bytes("codex.code", length, 0, limits::MAXIMUM_COMMAND_BYTES)?;
            let input = input.as_deref().unwrap_or("");
            bytes("codex.input", input.len(), 0, limits::MAXIMUM_INPUT_BYTES)?;
            template::check("codex.input", input, scope)
        }
        Action::Notification {
            channel: to,
            subject,
            message,
        } => notification(to, subject, message, scope, caller)
            .map_err(|error| error.within("notification")),
        other => built_in(other, caller),
    }
}

fn built_in(action: &Action, caller: &Caller) -> Result<(), Error> {
    match action {
        Action::Cleanup {
            retention: rules,
            all_owners,
            ..
        } => {
            let why = "say what to remove";
            items(
                "cleanup.retention",
                rules.len(),
                limits::MAXIMUM_RETENTION_RULES,
                why,
            )?;
            retention("cleanup.retention", rules)?;
            for_admins("cleanup.all_owners", *all_owners, caller)
        }
        Action::Backup { keep, all_owners } => {
            optional(
                "backup.keep",
                keep.map(u64::from),
                limits::MAXIMUM_BACKUPS,
                false,
            )?;
            for_admins("backup.all_owners", *all_owners, caller)
        }
        Action::Analytics { window_seconds } => window_seconds.map_or(Ok(()), |seconds| {
            range("analytics.window_seconds", seconds, 60, 31_536_000)
        }),
        _ => for_admins("maintenance", Some(true), caller),
    }
}

fn for_admins(field: &str, wanted: Option<bool>, caller: &Caller) -> Result<(), Error> {
    if wanted != Some(true) || caller.is_admin() {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "only for admins",
        "leave it out, or ask an admin to make this task",
    ))
}

fn named(action: &Action, scope: Scope) -> Result<(), Error> {
    let Action::Named {
        action_name,
        entity_name,
        attributes,
        as_user,
    } = action
    else {
        panic!("BUG: it is a named action");
    };
    if scope.definition {
        return Err(Error::invalid(
            "action_name",
            "an action may not stand for another named one",
            "say what is to be done",
        ));
    }
    let maximum = limits::MAXIMUM_NAME_CHARACTERS;
    characters("action_name", action_name, 1, maximum)?;
    characters(
        "entity_name",
        entity_name.as_deref().unwrap_or(""),
        0,
        maximum,
    )?;
    characters("as_user", as_user.as_deref().unwrap_or(""), 0, maximum)?;
    bytes(
        "attributes",
        attributes.len(),
        0,
        limits::MAXIMUM_ARGUMENTS_BYTES,
    )?;
    if attributes.is_empty() {
        return Ok(());
    }
    let parsed = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(attributes);
    parsed.map(drop).map_err(|error| {
        Error::invalid(
            "attributes",
            format!("a JSON object: {error}"),
            "write it as {\"name\": \"value\"}, or leave it empty",
        )
    })
}

fn call(action: &Action, scope: Scope, caller: &Caller) -> Result<(), Error> {
    let Action::Call {
        canister,
        method,
        arguments,
        cycles,
        error_cases: cases,
        ..
    } = action
    else {
        panic!("BUG: it is a call");
    };
    bytes("method", method.len(), 1, limits::MAXIMUM_METHOD_BYTES)?;
    call_arguments(arguments.as_ref(), scope)?;
    error_cases(cases.as_deref())?;
    let cycles = cycles.clone().unwrap_or_else(|| 0u8.into());
    if u128::try_from(cycles.0.clone()).is_err() {
        return Err(Error::invalid(
            "cycles",
            "less than 2^128",
            "send fewer cycles",
        ));
    }
    if cycles != 0u8 && !caller.is_controller {
        return Err(Error::invalid(
            "cycles",
            "only a controller of the scheduler may send its cycles along",
            "leave cycles out, or ask a controller to make this task",
        ));
    }
    target(*canister, method, caller)
}

/// The cases of an answer that mean failure.
pub fn error_cases(cases: Option<&[String]>) -> Result<(), Error> {
    let cases = cases.unwrap_or_default();
    if cases.len() > limits::MAXIMUM_ERROR_CASES {
        return Err(Error::invalid(
            "error_cases",
            format!("at most {} cases", limits::MAXIMUM_ERROR_CASES),
            "name fewer of them",
        ));
    }
    for (index, case) in cases.iter().enumerate() {
        let field = format!("error_cases[{index}]");
        bytes(&field, case.len(), 1, limits::MAXIMUM_ERROR_CASE_BYTES)?;
    }
    Ok(())
}

/// What the scheduler may be let call: tasks of all owners speak with its own principal.
fn target(canister: Principal, method: &str, caller: &Caller) -> Result<(), Error> {
    if !is_reserved(caller.scheduler, canister, method) || caller.is_controller {
        return Ok(());
    }
    let is_management = canister == Principal::management_canister();
    let (field, rule) = match is_management {
        true => (
            "method",
            "of the management canister tasks call only `raw_rand`, unless a controller of the \
             scheduler makes them",
        ),
        false => (
            "canister",
            "only a controller of the scheduler may let it call itself",
        ),
    };
    Err(Error::invalid(
        field,
        rule,
        "call another canister, or ask a controller to make this task",
    ))
}

fn call_arguments(arguments: Option<&CallArguments>, scope: Scope) -> Result<(), Error> {
    let length = match arguments {
        None => 0,
        Some(CallArguments::Text { value }) => value.len(),
        Some(CallArguments::Bytes { value }) => value.len(),
    };
    bytes("arguments", length, 0, limits::MAXIMUM_ARGUMENTS_BYTES)?;
    if let Some(CallArguments::Text { value }) = arguments
        && value.contains("{{")
    {
        // What it becomes is known only when it is filled in.
        return template::check("arguments.text", value, scope);
    }
    let encoded = encode_arguments(arguments, None).map_err(|failure| {
        Error::invalid(
            "arguments",
            failure.error,
            "write them in parentheses, such as (\"x\", 7 : nat64)",
        )
    })?;
    if !encoded.starts_with(b"DIDL") {
        return Err(Error::invalid(
            "arguments.bytes",
            "encoded Candid begins with DIDL",
            "encode the arguments as Candid, or give them as text",
        ));
    }
    Ok(())
}

fn http(request: &HttpAction, scope: Scope) -> Result<(), Error> {
    let scope = Scope {
        secrets: true,
        ..scope
    };
    url("url", &request.url)?;
    template::check("url", &request.url, scope)?;
    headers(request.headers.as_deref().unwrap_or_default(), scope)?;
    let body = request.body.as_deref().unwrap_or("");
    bytes("body", body.len(), 0, limits::MAXIMUM_ARGUMENTS_BYTES)?;
    template::check("body", body, scope)?;
    http_method(request)?;
    let maximum = limits::MAXIMUM_RESPONSE_BYTES;
    optional(
        "max_response_bytes",
        request.max_response_bytes,
        maximum,
        false,
    )?;
    expected_status(request.expected_status.as_deref().unwrap_or_default())?;
    request.transform.as_ref().map_or(Ok(()), transform)
}

fn expected_status(statuses: &[u16]) -> Result<(), Error> {
    let (count, maximum) = (statuses.len(), limits::MAXIMUM_EXPECTED_STATUSES);
    if count > maximum {
        return Err(Error::invalid(
            "expected_status",
            format!("at most {maximum} statuses, got {count}"),
            "leave some out",
        ));
    }
    for (index, status) in statuses.iter().enumerate() {
        range(
            &format!("expected_status[{index}]"),
            (*status).into(),
            100,
            599,
        )?;
    }
    Ok(())
}

fn transform(transform: &HttpTransform) -> Result<(), Error> {
    let HttpTransform::Json { pointers } = transform else {
        return Ok(());
    };
    let why = "name at least one part of the body";
    items(
        "transform.json.pointers",
        pointers.len(),
        limits::MAXIMUM_POINTERS,
        why,
    )?;
    for (index, pointer) in pointers.iter().enumerate() {
        let field = format!("transform.json.pointers[{index}]");
        bytes(&field, pointer.len(), 0, limits::MAXIMUM_POINTER_BYTES)?;
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(Error::invalid(
                field,
                "a JSON pointer (RFC 6901) begins with `/`",
                "write it as /data/0/price",
            ));
        }
    }
    Ok(())
}

fn http_method(request: &HttpAction) -> Result<(), Error> {
    let method = request.method.unwrap_or_default();
    let has_body = request.body.as_ref().is_some_and(|body| !body.is_empty());
    if has_body && !method.has_body() {
        return Err(Error::invalid(
            "body",
            format!("a request of the method {} has no body", method.name()),
            "set `method` to post, put, patch or delete, or leave the body out",
        ));
    }
    if method.needs_one_node() && request.replicated != Some(false) {
        return Err(Error::invalid(
            "replicated",
            format!(
                "{} is sent by one node alone: from all of them a late one could undo what came \
                 after the first",
                method.name()
            ),
            "set `replicated` to false",
        ));
    }
    Ok(())
}

fn url(field: &str, text: &str) -> Result<(), Error> {
    bytes(field, text.len(), 1, limits::MAXIMUM_URL_BYTES)?;
    let is_web = text.starts_with("https://") || text.starts_with("http://127.0.0.1:");
    if is_web || text.starts_with("{{") {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "an address begins with https://",
        "the nodes of the network send requests over HTTPS only",
    ))
}

fn headers(headers: &[HttpHeader], scope: Scope) -> Result<(), Error> {
    if headers.len() > limits::MAXIMUM_HTTP_HEADERS {
        return Err(Error::invalid(
            "headers",
            format!(
                "at most {} headers, got {}",
                limits::MAXIMUM_HTTP_HEADERS,
                headers.len()
            ),
            "leave some out",
        ));
    }
    for (index, header) in headers.iter().enumerate() {
        let name = format!("headers[{index}].name");
        bytes(&name, header.name.len(), 1, 256)?;
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !header.name.bytes().all(is_token) {
            return Err(Error::invalid(
                name,
                "letters, digits and !#$%&'*+-.^_`|~ (RFC 9110)",
                "write the name without spaces and colons",
            ));
        }
        let value = format!("headers[{index}].value");
        bytes(&value, header.value.len(), 0, limits::MAXIMUM_SECRET_BYTES)?;
        if header.value.chars().any(char::is_control) {
            return Err(Error::invalid(
                value,
                "no control characters, such as the end of a line",
                "write the value in one line",
            ));
        }
        template::check(&value, &header.value, scope)?;
    }
    Ok(())
}

fn notification(
    to: &Channel,
    subject: &str,
    message: &str,
    scope: Scope,
    caller: &Caller,
) -> Result<(), Error> {
    channel(to, scope, caller).map_err(|error| error.within("channel"))?;
    characters("subject", subject, 1, limits::MAXIMUM_SUBJECT_CHARACTERS)?;
    template::check("subject", subject, scope)?;
    bytes("message", message.len(), 0, limits::MAXIMUM_MESSAGE_BYTES)?;
    template::check("message", message, scope)
}

/// Where a message goes.
pub fn channel(channel: &Channel, scope: Scope, caller: &Caller) -> Result<(), Error> {
    match channel {
        Channel::Inbox {} => Ok(()),
        Channel::Webhook {
            url: address,
            headers: given,
        } => {
            let scope = Scope {
                secrets: true,
                ..scope
            };
            url("webhook.url", address)?;
            template::check("webhook.url", address, scope)?;
            headers(given.as_deref().unwrap_or_default(), scope)
                .map_err(|error| error.within("webhook"))
        }
        Channel::Canister {
            canister,
            method,
            error_cases: cases,
        } => {
            let maximum = limits::MAXIMUM_METHOD_BYTES;
            bytes("canister.method", method.len(), 1, maximum)?;
            error_cases(cases.as_deref()).map_err(|error| error.within("canister"))?;
            target(*canister, method, caller).map_err(|error| error.within("canister"))
        }
    }
}
