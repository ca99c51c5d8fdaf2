//! The list of tools, and those that answer at once.

use std::time::Duration;

use chime::mcp::{Answer, Call, Change, Teller};
use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ClientCapabilities, Tool};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::contents::{PNG, WAV, made, result};

/// Pause between two signs of life.
const STEP: Duration = Duration::from_millis(50);

/// Tools without arguments.
const PLAIN: [&str; 28] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_tool_with_logging",
    "test_error_handling",
    "test_tool_with_progress",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_reconnection",
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_logging_tool",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
    "failing_job",
    "protocol_error_job",
    "multi_input",
    "test_tool_with_task",
];

pub fn tools() -> Vec<Tool> {
    let tool = |name: &str, properties: Value| {
        made::<Tool>(json!({
            "name": name,
            "description": format!("The fixture {name}"),
            "inputSchema": { "type": "object", "properties": properties },
        }))
    };
    let text = json!({ "type": "string" });
    let mut tools: Vec<_> = PLAIN.iter().map(|name| tool(name, json!({}))).collect();
    tools.extend([
        tool("test_sampling", json!({ "prompt": text })),
        tool("test_elicitation", json!({ "message": text })),
        tool("greet", json!({ "name": text })),
        tool("confirm_delete", json!({ "filename": text })),
        tool(
            "slow_compute",
            json!({ "seconds": { "type": "number" }, "label": text }),
        ),
        tool(
            "test_custom_header",
            json!({ "region": { "type": "string", "x-mcp-header": "Region" } }),
        ),
        schema_tool(),
    ]);
    tools
}

/// A schema with the key words whose loss the suite looks for.
fn schema_tool() -> Tool {
    made(json!({
        "name": "json_schema_2020_12_tool",
        "description": "Tool with JSON Schema 2020-12 features",
        "inputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": { "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            } },
            "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" },
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": { "properties": { "contactMethod": { "const": "phone" } },
                "required": ["contactMethod"] },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false,
        },
    }))
}

pub fn text(text: impl Into<String>) -> CallToolResult {
    result(json!({ "content": [{ "type": "text", "text": text.into() }], "isError": false }))
}

/// Carries out a tool that neither asks nor takes long; `None` if this is none of them.
pub async fn call(
    name: &str,
    arguments: &Value,
    call: &Call,
    teller: &Teller,
) -> Option<Answer<CallToolResult>> {
    Some(Ok(match name {
        "test_simple_text" => text("This is a simple text response for testing."),
        "test_reconnection" | "test_custom_header" | "json_schema_2020_12_tool" => text("Done."),
        "greet" => text(format!(
            "Hello, {}!",
            arguments["name"].as_str().unwrap_or_default()
        )),
        "test_error_handling" => result(json!({ "isError": true, "content": [{ "type": "text",
            "text": "This tool intentionally returns an error for testing" }] })),
        "test_tool_with_progress" => progress(call).await,
        // Nothing is logged unless a client asks for it, and none can: the log goes to stderr.
        "test_logging_tool" | "test_streaming_elicitation" => progress(call).await,
        "test_trigger_tool_change" => tell(teller, Change::Tools),
        "test_trigger_prompt_change" => tell(teller, Change::Prompts),
        "test_missing_capability" => return Some(needs_sampling(call)),
        _ => return contents(name).map(Ok),
    }))
}

fn tell(teller: &Teller, change: Change) -> CallToolResult {
    teller.tell(change);
    text("Changed.")
}

async fn progress(call: &Call) -> CallToolResult {
    for done in [0.0, 50.0, 100.0] {
        call.progress(done, Some(100.0), None).await;
        sleep(STEP).await;
    }
    text("Done.")
}

fn needs_sampling(call: &Call) -> Answer<CallToolResult> {
    let declared = call.context().client_capabilities();
    if declared.is_some_and(|capabilities| capabilities.sampling.is_some()) {
        return Ok(text("Declared."));
    }
    Err(ErrorData::missing_required_client_capability(made::<
        ClientCapabilities,
    >(json!({
        "sampling": {}
    }))))
}

fn contents(name: &str) -> Option<CallToolResult> {
    let image = json!({ "type": "image", "data": PNG, "mimeType": "image/png" });
    let resource = |uri: &str, kind: &str, text: &str| {
        json!({ "type": "resource",
            "resource": { "uri": uri, "mimeType": kind, "text": text } })
    };
    let content = match name {
        "test_image_content" => json!([image]),
        "test_audio_content" => json!([{ "type": "audio", "data": WAV, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => json!([resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )]),
        "test_multiple_content_types" => json!([
            { "type": "text", "text": "Multiple content types test:" },
            image,
            resource(
                "test://mixed-content-resource",
                "application/json",
                "{\"test\":\"data\",\"value\":123}",
            ),
        ]),
        _ => return None,
    };
    Some(result(json!({ "content": content, "isError": false })))
}
