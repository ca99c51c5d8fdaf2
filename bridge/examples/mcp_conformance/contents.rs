//! Fixed contents: texts, an image, a sound, resources and prompts.

use rmcp::ErrorData;
use rmcp::model::{
    GetPromptResult, JsonObject, Prompt, ReadResourceResult, Resource, ResourceTemplate,
};
use serde_json::{Value, json};

/// A red pixel.
pub const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/// A sound of no samples.
pub const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

/// A value of a type that is made from JSON here, because it is shorter than its constructors.
pub fn made<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("BUG: a fixture is not what it should be")
}

/// A result that is made from JSON: whole, which the newer era wants said.
pub fn result<T: serde::de::DeserializeOwned>(mut value: Value) -> T {
    value["resultType"] = json!("complete");
    made(value)
}

pub fn resources() -> Vec<Resource> {
    made(json!([
        { "uri": "test://static-text", "name": "static-text",
          "description": "A text", "mimeType": "text/plain" },
        { "uri": "test://static-binary", "name": "static-binary",
          "description": "An image", "mimeType": "image/png" },
        { "uri": "test://watched-resource", "name": "watched-resource",
          "description": "A text that may change", "mimeType": "text/plain" },
    ]))
}

pub fn templates() -> Vec<ResourceTemplate> {
    made(json!([
        { "uriTemplate": "test://template/{id}/data", "name": "template",
          "description": "Data by number", "mimeType": "application/json" },
    ]))
}

pub fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let id = uri
        .strip_prefix("test://template/")
        .and_then(|rest| rest.strip_suffix("/data"));
    let contents = match (uri, id) {
        ("test://static-text", _) => json!({ "mimeType": "text/plain",
            "text": "This is the content of the static text resource." }),
        ("test://static-binary", _) => json!({ "mimeType": "image/png", "blob": PNG }),
        ("test://watched-resource", _) => json!({ "mimeType": "text/plain", "text": "Watched." }),
        (_, Some(id)) => json!({ "mimeType": "application/json",
            "text": json!({ "id": id, "templateTest": true,
                "data": format!("Data for ID: {id}") }).to_string() }),
        _ => {
            return Err(ErrorData::resource_not_found(
                "Resource not found",
                Some(json!({ "uri": uri })),
            ));
        }
    };
    let mut contents = contents;
    contents["uri"] = json!(uri);
    Ok(result(json!({ "contents": [contents] })))
}

pub fn prompts() -> Vec<Prompt> {
    let argument = |name: &str| json!({ "name": name, "required": true });
    made(json!([
        { "name": "test_simple_prompt", "description": "A text" },
        { "name": "test_prompt_with_arguments", "description": "A text with arguments",
          "arguments": [argument("arg1"), argument("arg2")] },
        { "name": "test_prompt_with_embedded_resource", "description": "A resource",
          "arguments": [argument("resourceUri")] },
        { "name": "test_prompt_with_image", "description": "An image" },
        { "name": "test_input_required_result_prompt", "description": "Asks first" },
    ]))
}

/// A prompt that needs to ask nothing.
pub fn prompt(name: &str, arguments: Option<&JsonObject>) -> Option<GetPromptResult> {
    let argument = |name: &str| {
        arguments
            .and_then(|arguments| arguments.get(name))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let user = |content: Value| json!({ "role": "user", "content": content });
    let text = |text: &str| user(json!({ "type": "text", "text": text }));
    let messages = match name {
        "test_simple_prompt" => json!([text("This is a simple prompt for testing.")]),
        "test_prompt_with_arguments" => json!([text(&format!(
            "Prompt with arguments: arg1='{}', arg2='{}'",
            argument("arg1"),
            argument("arg2")
        ))]),
        "test_prompt_with_embedded_resource" => json!([
            user(json!({ "type": "resource", "resource": {
                "uri": argument("resourceUri"), "mimeType": "text/plain",
                "text": "Embedded resource content for testing." } })),
            text("Please process the embedded resource above."),
        ]),
        "test_prompt_with_image" => json!([
            user(json!({ "type": "image", "data": PNG, "mimeType": "image/png" })),
            text("Please analyze the image above."),
        ]),
        _ => return None,
    };
    Some(result(json!({ "messages": messages })))
}
