//! Tools and replies in the terms of the protocol.

use std::sync::Arc;

use rmcp::model::{CallToolResult, JsonObject, MetaObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use super::plain::plain;
use crate::methods::{self, Hints, Reply, SAID_BY_CALLEE, SAID_BY_OTHERS};

/// A tool as clients are told of it.
pub(super) fn tool(tool: &methods::Tool) -> Tool {
    let told = Tool::new(
        tool.name.clone(),
        tool.description.clone(),
        tool.input_schema.clone(),
    )
    .with_title(tool.title.clone())
    .with_annotations(annotations(tool.hints));
    match &tool.output_schema {
        Some(schema) => told.with_raw_output_schema(Arc::new(schema.clone())),
        None => told,
    }
}

fn annotations(hints: Hints) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(hints.read_only)
        .destructive(hints.destructive)
        .idempotent(hints.idempotent)
        .open_world(hints.open_world)
}

/// What became of a call. What the user can put right is a result that is marked as an error.
pub(super) fn result(reply: Reply) -> CallToolResult {
    match reply {
        Reply::Done(answer) => {
            let said_by_others = answer.get(SAID_BY_OTHERS).cloned();
            let mut result = CallToolResult::structured(plain(answer));
            // For programs between the server and the model too.
            result.meta = said_by_others.map(label);
            result
        }
        Reply::Refused(mut body) => {
            let is_theirs = body.get(SAID_BY_CALLEE).is_some();
            if let (true, Value::Object(members)) = (is_theirs, &mut body) {
                members.insert(SAID_BY_OTHERS.to_string(), json!([SAID_BY_CALLEE]));
            }
            let mut result = CallToolResult::structured_error(plain(body));
            result.meta = is_theirs.then(|| label(json!([SAID_BY_CALLEE])));
            result
        }
    }
}

/// Names the fields that others wrote.
fn label(fields: Value) -> MetaObject {
    MetaObject(JsonObject::from_iter([(
        SAID_BY_OTHERS.to_string(),
        fields,
    )]))
}

#[cfg(test)]
mod tests;
