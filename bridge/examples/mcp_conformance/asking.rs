//! Tools that ask the client while it waits: the way of the era before 2026-07-28.
#![expect(deprecated, reason = "the suite asks for it in the era that had it")]

use std::time::Duration;

use chime::mcp::{Answer, Call};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResult, CreateMessageRequestParams, ElicitRequestParams,
    LoggingMessageNotificationParam,
};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::contents::made;
use super::tools::text;

/// Carries out a tool that asks; `None` if this is none of them.
pub async fn call(name: &str, arguments: &Value, call: &Call) -> Option<Answer<CallToolResult>> {
    Some(match name {
        "test_sampling" => sample(arguments, call).await,
        "test_elicitation" => {
            let message = arguments["message"].as_str().unwrap_or_default();
            elicit(message, user(), call).await
        }
        "test_elicitation_sep1034_defaults" => elicit("Defaults", defaults(), call).await,
        "test_elicitation_sep1330_enums" => elicit("Choices", choices(), call).await,
        "test_tool_with_logging" => log(call).await,
        _ => return None,
    })
}

async fn sample(arguments: &Value, call: &Call) -> Answer<CallToolResult> {
    let params: CreateMessageRequestParams = made(json!({
        "messages": [{ "role": "user",
            "content": { "type": "text", "text": arguments["prompt"] } }],
        "maxTokens": 100,
    }));
    let answer = call.context().peer.create_message(params).await;
    let answer = answer.map_err(refused)?;
    let said = serde_json::to_value(&answer.message.content).unwrap_or_default();
    let said = said.get("text").cloned().unwrap_or(said);
    Ok(text(format!("LLM response: {said}")))
}

async fn elicit(message: &str, schema: Value, call: &Call) -> Answer<CallToolResult> {
    let params: ElicitRequestParams = made(json!({
        "mode": "form",
        "message": message,
        "requestedSchema": schema,
    }));
    let answer = call.context().peer.create_elicitation(params).await;
    let answer = serde_json::to_value(answer.map_err(refused)?).unwrap_or_default();
    Ok(text(format!(
        "Elicitation completed: action={}, content={}",
        answer["action"], answer["content"]
    )))
}

async fn log(call: &Call) -> Answer<CallToolResult> {
    for line in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        let message: LoggingMessageNotificationParam =
            made(json!({ "level": "info", "data": line }));
        call.context()
            .peer
            .notify_logging_message(message)
            .await
            .map_err(refused)?;
        sleep(Duration::from_millis(50)).await;
    }
    Ok(text("Logged."))
}

fn refused(error: rmcp::ServiceError) -> ErrorData {
    ErrorData::internal_error(format!("the client does not answer: {error}"), None)
}

fn user() -> Value {
    json!({ "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        },
        "required": ["username", "email"] })
}

fn defaults() -> Value {
    json!({ "type": "object", "properties": {
        "name": { "type": "string", "default": "John Doe" },
        "age": { "type": "integer", "default": 30 },
        "score": { "type": "number", "default": 95.5 },
        "status": { "type": "string", "enum": ["active", "inactive", "pending"],
            "default": "active" },
        "verified": { "type": "boolean", "default": true },
    } })
}

fn choices() -> Value {
    let options = json!(["option1", "option2", "option3"]);
    let titled = json!([
        { "const": "value1", "title": "First Option" },
        { "const": "value2", "title": "Second Option" },
        { "const": "value3", "title": "Third Option" },
    ]);
    json!({ "type": "object", "properties": {
        "untitledSingle": { "type": "string", "enum": options },
        "titledSingle": { "type": "string", "oneOf": titled },
        "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"] },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": options } },
        "titledMulti": { "type": "array", "items": { "anyOf": titled } },
    } })
}
