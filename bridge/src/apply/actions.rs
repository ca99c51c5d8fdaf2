//! What an entry of Chime's own job form, or a step of it, does.

use candid::Principal;
use chime_types::{Action, CallArguments};
use serde_json::Value;

use super::dialect::missing;
use super::fields::{Fields, Spelling, wrong};
use super::{Refusal, builtin, http};
use crate::candid_json;

/// What to do about an entry with no action or several.
pub(super) const ONE_ACTION: &str = "Give exactly one of note, call, http, command, named, notification, cleanup, backup, analytics, \
     maintenance, codex and steps.";

/// The action of an entry or a step, if it has one.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Option<Action>, Refusal> {
    let note = fields.filled(&["note"])?.map(|text| Action::Note { text });
    let command = command(fields)?;
    let call = fields.value(&["call"]);
    let http = fields.value(&["http"]);
    let named = fields.value(&["named"]);
    let builtin = builtin::read(fields)?;
    let given = [
        note.is_some(),
        command.is_some(),
        call.is_some(),
        http.is_some(),
        named.is_some(),
        builtin.is_some(),
    ];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return Err(Refusal::of(
            fields.at("call"),
            "more than one action is given",
            ONE_ACTION,
        ));
    }
    if let Some((path, value)) = call {
        return call_of(value, path).map(Some);
    }
    if let Some((path, value)) = http {
        return http::read(value, path).map(Some);
    }
    if let Some((path, value)) = named {
        return named_of(value, path).map(Some);
    }
    Ok(note.or(command).or(builtin))
}

fn command(fields: &mut Fields<'_>) -> Result<Option<Action>, Refusal> {
    let command = fields.filled(&["command"])?;
    let queue = fields.filled(&["queue"])?;
    match (command, queue) {
        (Some(command), queue) => Ok(Some(Action::Command { command, queue })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Refusal::of(
            fields.at("queue"),
            "only a command has a queue",
            "Leave it out, or give a command.",
        )),
    }
}

fn call_of(value: &Value, path: String) -> Result<Action, Refusal> {
    let mut fields = Fields::new(value, &path, Spelling::Exact)?;
    let (Some(canister), Some(method)) =
        (fields.filled(&["canister"])?, fields.filled(&["method"])?)
    else {
        return Err(missing(&path, &["canister", "method"]));
    };
    let canister = Principal::from_text(canister.trim()).map_err(|error| {
        Refusal::of(
            fields.at("canister"),
            format!("`{canister}` is not a canister id: {error}"),
            "Give an id such as aaaaa-aa.",
        )
    })?;
    let arguments = arguments(&mut fields)?;
    let bytes = hexadecimal(&mut fields, "arguments_hex")?;
    let cycles = cycles(&mut fields)?;
    let with_context = fields.flag(&["with_context"])?;
    let error_cases = fields.texts(&["error_cases"])?;
    fields.refuse_unknown()?;
    let arguments = match (arguments, bytes) {
        (Some(_), Some(_)) => {
            return Err(Refusal::of(
                format!("{path}.arguments_hex"),
                "the arguments are given twice",
                "Give arguments or arguments_hex.",
            ));
        }
        (Some(value), None) => Some(CallArguments::Text { value }),
        (None, bytes) => bytes.map(|value| CallArguments::Bytes { value }),
    };
    Ok(Action::Call {
        canister,
        method,
        arguments,
        cycles,
        with_context,
        error_cases,
    })
}

/// An amount of cycles, which may be longer than any number of a file.
fn cycles(fields: &mut Fields<'_>) -> Result<Option<candid::Nat>, Refusal> {
    let Some(text) = fields.filled(&["cycles"])? else {
        return Ok(None);
    };
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit());
    let amount = text.parse().ok().filter(|_| is_whole);
    amount.map(Some).ok_or_else(|| {
        Refusal::of(
            fields.at("cycles"),
            format!("`{text}` is not an amount of cycles"),
            "Give a whole number, 0 or more.",
        )
    })
}

fn hexadecimal(fields: &mut Fields<'_>, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(text) = fields.filled(&[name])? else {
        return Ok(None);
    };
    hex::decode(text.trim()).map(Some).map_err(|error| {
        Refusal::of(
            fields.at(name),
            format!("not hexadecimal: {error}"),
            "Give two digits for each byte.",
        )
    })
}

/// A registered action: its name alone, or a mapping.
fn named_of(value: &Value, path: String) -> Result<Action, Refusal> {
    let plain = |action_name: &str| Action::Named {
        action_name: action_name.to_string(),
        entity_name: None,
        attributes: "{}".into(),
        as_user: None,
    };
    if let Value::String(name) = value {
        return Ok(plain(name));
    }
    let mut fields = Fields::new(value, &path, Spelling::Exact)?;
    let Some(action_name) = fields.filled(&["action"])? else {
        return Err(missing(&path, &["action"]));
    };
    let entity_name = fields.filled(&["entity"])?;
    let as_user = fields.filled(&["as_user"])?;
    let attributes = match fields.value(&["attributes"]) {
        None => "{}".to_string(),
        Some((_, value @ Value::Object(_))) => value.to_string(),
        // As the scheduler has it, whose spelling is kept.
        Some((_, Value::String(text))) => text.clone(),
        Some((path, other)) => return Err(wrong(path, "a mapping", other)),
    };
    fields.refuse_unknown()?;
    Ok(Action::Named {
        action_name,
        entity_name,
        attributes,
        as_user,
    })
}

/// The arguments as a text: in Candid's textual form, or, written as a mapping or a list, in JSON.
fn arguments(fields: &mut Fields<'_>) -> Result<Option<String>, Refusal> {
    let path = fields.at("arguments");
    if let Some((_, value @ (Value::Object(_) | Value::Array(_)))) = fields.value(&["arguments"]) {
        return Ok(Some(value.to_string()));
    }
    let text = fields.filled(&["arguments"])?;
    if let Some(text) = &text {
        check_arguments(text, path)?;
    }
    Ok(text)
}

fn check_arguments(text: &str, path: String) -> Result<(), Refusal> {
    if text.trim_start().starts_with(['{', '[']) {
        // Only the callee's interface says what it has to look like.
        return serde_json::from_str::<Value>(text)
            .map(drop)
            .map_err(|error| {
                let rule = format!("neither JSON nor Candid's textual form: {error}");
                Refusal::of(path, rule, "Write them as in {\"name\": \"x\"}.")
            });
    }
    if text.contains("{{") {
        // What it becomes is known only when the placeholders are filled in.
        return Ok(());
    }
    candid_json::check_text(text).map_err(|error| {
        Refusal::of(
            path,
            error.rule(),
            "Write them as in (record { name = \"x\" }, 7 : nat64), parentheses included.",
        )
    })
}
