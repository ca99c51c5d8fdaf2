//! Flags of steps as the steps of a job file.

use std::path::Path;

use chime_types::{Channel, NewStep, limits};
use serde_json::{Map, Value, json};

use crate::apply::{self, CodexFile};
use crate::cli::request::channel::{channel, header};
use crate::cli::{ACTIONS, StepArguments, StepWord};
use crate::error::{Error, Kind, Result};

/// The steps that the flags describe.
pub(in crate::cli) fn steps(arguments: &StepArguments) -> Result<Vec<NewStep>> {
    let mut steps: Vec<(&'static str, Value)> = Vec::new();
    for word in &arguments.words {
        if ACTIONS.contains(&word.flag) {
            steps.push((word.flag, action(word)?));
            continue;
        }
        let Some((action, step)) = steps.last_mut() else {
            return Err(misplaced(word.flag, "there is no step before it"));
        };
        refine(action, step, word)?;
    }
    let read = |(flag, step): &(&'static str, Value)| {
        apply::step_of(step).map_err(|refusal| Error::from(refusal).at(format!("--{flag}")))
    };
    steps.iter().map(read).collect()
}

/// The files of Python that the flags name, and what they import.
pub(in crate::cli) fn codices(arguments: &StepArguments) -> Result<Vec<CodexFile>> {
    let mut found: Vec<CodexFile> = Vec::new();
    let words = arguments.words.iter().filter(|word| word.flag == "file");
    for file in words.flat_map(|word| &word.values) {
        if !apply::is_python(file) {
            continue;
        }
        let program = apply::program(Path::new(file));
        let program = program.map_err(|refusal| Error::from(refusal).at("--file"))?;
        for codex in program {
            match found.iter().find(|other| other.name == codex.name) {
                None => found.push(codex),
                Some(other) if other.code == codex.code => {}
                Some(other) => return Err(two_of_one_name(&codex, other)),
            }
        }
    }
    Ok(found)
}

fn two_of_one_name(codex: &CodexFile, other: &CodexFile) -> Error {
    let rule = format!(
        "{} and {} are different programs of one name",
        other.file.display(),
        codex.file.display()
    );
    let fix = "give one of them another name: a codex has the name of its file";
    Error::new(Kind::Usage, rule, fix).at("--file")
}

fn misplaced(flag: &str, why: &str) -> Error {
    let fix = "put it behind the step that it is about: `chime run --help` says which flags go with which";
    Error::new(Kind::Usage, why, fix).at(format!("--{flag}"))
}

/// A step with nothing but its action.
fn action(word: &StepWord) -> Result<Value> {
    let values = word.values.as_slice();
    if values.first().is_some_and(|value| value.trim().is_empty()) {
        let fix = "give it a text, in quotation marks if it contains spaces";
        return Err(Error::new(Kind::Usage, "is empty", fix).at(format!("--{}", word.flag)));
    }
    Ok(match (word.flag, values) {
        ("call", [canister, method, rest @ ..]) => {
            let arguments = rest.first();
            json!({ "call": { "canister": canister, "method": method, "arguments": arguments } })
        }
        ("http", [url]) => json!({ "http": { "url": url } }),
        ("named", [name]) => json!({ "named": { "action": name } }),
        ("file", [file]) if apply::is_python(file) => {
            let name = Path::new(file).file_stem().unwrap_or_default();
            json!({ "codex": { "name": name.to_string_lossy() } })
        }
        ("file", [file]) => json!({ "command": script(file)? }),
        ("notify", [message]) => json!({ "notification": {
            "channel": Channel::Inbox {},
            "subject": "{{task_name}}",
            "message": message,
        } }),
        ("cleanup", [age]) => {
            json!({ "cleanup": { "retention": [{ "maximum_age_seconds": age }] } })
        }
        ("backup", [keep]) => json!({ "backup": { "keep": number(keep) } }),
        ("analytics", [span]) => json!({ "analytics": { "window_seconds": span } }),
        ("maintenance", [mode]) => match mode.as_str() {
            "check" => json!({ "maintenance": { "dry_run": true } }),
            "repair" => json!({ "maintenance": { "dry_run": false } }),
            other => {
                let rule = format!("`{other}` is no mode");
                return Err(
                    Error::new(Kind::Usage, rule, "give check or repair").at("--maintenance")
                );
            }
        },
        (flag, [text]) => json!({ flag: text }),
        (flag, _) => return Err(misplaced(flag, "it has too few values")),
    })
}

fn script(file: &str) -> Result<String> {
    let path = Path::new(file);
    let refuse = |rule: String| {
        Error::new(Kind::Usage, rule, "check the path given with --file").at("--file")
    };
    let size = std::fs::metadata(path)
        .map_err(|error| refuse(format!("cannot read {file}: {error}")))?
        .len();
    if size > 2 * limits::MAXIMUM_COMMAND_BYTES as u64 {
        return Err(refuse(format!(
            "{file} has {size} bytes: too many for a command"
        )));
    }
    let bytes =
        std::fs::read(path).map_err(|error| refuse(format!("cannot read {file}: {error}")))?;
    let text =
        String::from_utf8(bytes).map_err(|_| refuse(format!("{file} is not text in UTF-8")))?;
    apply::shell_command(file, &text).map_err(|refusal| Error::from(refusal).at("--file"))
}

/// Adds to a step what a flag behind it says.
fn refine(action: &str, step: &mut Value, word: &StepWord) -> Result<()> {
    let value = word.values.first().cloned().unwrap_or_default();
    let flag = |text: &str| text == "true";
    let (place, field, value) = match word.flag {
        "step-name" => (None, "name", json!(value)),
        "step-timeout" => (None, "timeout", json!(value)),
        "pause" => (None, "run_next_after", json!(value)),
        "continue-on-error" => (None, "continue_on_error", json!(flag(&value))),
        "queue" if matches!(action, "command" | "file") => (None, "queue", json!(value)),
        "cycles" => (Some("call"), "cycles", json!(value)),
        "with-context" => (Some("call"), "with_context", json!(flag(&value))),
        "header" if action == "notify" => return add_webhook_header(step, &value),
        "header" => return add_header(action, step, &value),
        "to" if action == "notify" => {
            let channel = channel(&value, Vec::new())?;
            step["notification"]["channel"] = json!(channel);
            return Ok(());
        }
        "subject" if action == "notify" => {
            step["notification"]["subject"] = json!(value);
            return Ok(());
        }
        "error-case" => return add_error_case(action, step, Some(&value)),
        "any-answer" if flag(&value) => return add_error_case(action, step, None),
        "any-answer" => return Ok(()),
        "expect-status" => return add_status(action, step, &value),
        "method" => (Some("http"), "method", json!(value.to_lowercase())),
        "body" => (Some("http"), "body", json!(value)),
        "max-response-bytes" => (Some("http"), "max_response_bytes", json!(value)),
        "entity" => (Some("named"), "entity", json!(value)),
        "as-user" => (Some("named"), "as_user", json!(value)),
        "attributes" if step.get("codex").is_some() => {
            step["codex"]["input"] = json!(attributes(&value)?.to_string());
            return Ok(());
        }
        "attributes" => (Some("named"), "attributes", attributes(&value)?),
        _ => return Err(about_another(word.flag, action)),
    };
    let map = match place {
        None => step.as_object_mut(),
        Some(of) if of == action => step.get_mut(of).and_then(Value::as_object_mut),
        Some(_) => None,
    };
    let Some(map) = map else {
        return Err(about_another(word.flag, action));
    };
    map.insert(field.to_string(), value);
    if field == "body" && map.get("method").is_none() {
        map.insert("method".into(), json!("post"));
    }
    // The network takes these from one node only; there is no choice that a flag could offer.
    if field == "method" && matches!(value_of(map, "method"), "put" | "patch" | "delete") {
        map.insert("replicated".into(), json!(false));
    }
    Ok(())
}

fn value_of<'a>(map: &'a Map<String, Value>, field: &str) -> &'a str {
    map.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn about_another(flag: &str, action: &str) -> Error {
    misplaced(
        flag,
        &format!("the preceding step is --{action}, which has no --{flag}"),
    )
}

fn attributes(text: &str) -> Result<Value> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Error::new(
            Kind::Usage,
            format!("`{text}` is not a JSON object"),
            "write it as '{\"days_old\": 30}'",
        )
        .at("--attributes")),
    }
}

fn http<'a>(action: &str, step: &'a mut Value, flag: &str) -> Result<&'a mut Map<String, Value>> {
    let request = step.get_mut("http").and_then(Value::as_object_mut);
    request.ok_or_else(|| about_another(flag, action))
}

fn add_header(action: &str, step: &mut Value, text: &str) -> Result<()> {
    let (name, value) = header(text)?;
    let headers = http(action, step, "header")?
        .entry("headers")
        .or_insert_with(|| json!({}));
    headers[name] = json!(value);
    Ok(())
}

/// One more header of the webhook that a message goes to.
fn add_webhook_header(step: &mut Value, text: &str) -> Result<()> {
    let (name, value) = header(text)?;
    let webhook = step["notification"]["channel"].get_mut("webhook");
    let Some(webhook) = webhook.and_then(Value::as_object_mut) else {
        return Err(misplaced(
            "header",
            "only a webhook has headers, and --to names none before it",
        ));
    };
    let mut headers = match webhook.get("headers") {
        Some(Value::Array(headers)) => headers.clone(),
        _ => Vec::new(),
    };
    headers.push(json!({ "name": name, "value": value }));
    webhook.insert("headers".into(), headers.into());
    Ok(())
}

/// One more case of failure; without one, none is left.
fn add_error_case(action: &str, step: &mut Value, case: Option<&str>) -> Result<()> {
    let flag = case.map_or("any-answer", |_| "error-case");
    let call = step.get_mut("call").and_then(Value::as_object_mut);
    let call = call.ok_or_else(|| about_another(flag, action))?;
    let mut cases = match call.get("error_cases").and_then(Value::as_array) {
        Some(before) if before.is_empty() == case.is_some() => {
            let why = "--any-answer and --error-case say the opposite of each other";
            return Err(misplaced(flag, why));
        }
        before => before.cloned().unwrap_or_default(),
    };
    cases.extend(case.map(|case| json!(case)));
    call.insert("error_cases".into(), cases.into());
    Ok(())
}

fn add_status(action: &str, step: &mut Value, text: &str) -> Result<()> {
    let request = http(action, step, "expect-status")?;
    let statuses = request
        .entry("expected_status")
        .or_insert_with(|| json!([]));
    if let Value::Array(statuses) = statuses {
        statuses.push(number(text));
    }
    Ok(())
}

/// A number where it is one; else the text, which the reader of job files refuses.
fn number(text: &str) -> Value {
    text.parse::<u32>()
        .map_or_else(|_| json!(text), Value::from)
}

#[cfg(test)]
mod tests;
