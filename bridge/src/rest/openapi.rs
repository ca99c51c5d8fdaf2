//! The description of the API: OpenAPI 3.1, made from the one table.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::media::{JSON, JSON_API};
use super::query::{DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_NUMBER, MAXIMUM_PAGE_SIZE};
use super::table::{Answered, Row, Sent, rows};
use crate::methods::Object;
use crate::methods::records::request_schema;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The description.
pub async fn get() -> Response {
    ([(header::CONTENT_TYPE, JSON)], DOCUMENT.as_str()).into_response()
}

/// The description as a value.
pub fn document() -> Value {
    let mut paths = Map::new();
    let mut kinds = BTreeSet::new();
    for row in rows() {
        kinds.insert(row.kind);
        let path = paths
            .entry(row.path.to_string())
            .or_insert_with(|| json!({}));
        path[row.method.as_str().to_lowercase()] = operation(&row);
    }
    let mut schemas = Map::from_iter([("errors".to_string(), errors())]);
    schemas.extend(
        kinds
            .into_iter()
            .map(|kind| (kind.to_string(), resource(kind))),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chime",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The tasks of a scheduler as JSON:API. Times are RFC 3339 in UTC, durations such \
                            as `1h30m`, ids decimal text. See docs/rest.md.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

fn operation(row: &Row) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if row.path.contains("{id}") {
        parameters.push(json!({
            "name": "id", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 },
        }));
    }
    if row.answered == Answered::Page {
        parameters.extend(of_lists());
    }
    let own = row.parameters.iter();
    parameters.extend(own.map(|(name, text)| query(name, text, &json!({ "type": "string" }))));
    if row.path == "/api/task" && row.sent != Sent::Nothing || row.path.ends_with("/run") {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": { "type": "string" },
            "description": "The request may be sent again under the same key, and does nothing then.",
        }));
    }
    if row.path == "/api/task/{id}" && !row.method.is_safe() {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "schema": { "type": "string" },
            "description": "Refuse the change unless the task has this ETag.",
        }));
    }
    let mut operation = json!({
        "operationId": operation_id(row),
        "tags": [row.path.split('/').nth(2).unwrap_or_default()],
        "summary": row.summary,
        "parameters": parameters,
        "responses": responses(row),
    });
    if let Some(body) = body(row) {
        operation["requestBody"] = body;
    }
    operation
}

/// Such as `get_task_id_executions`.
fn operation_id(row: &Row) -> String {
    let path = row.path.trim_start_matches("/api/").replace(['{', '}'], "");
    format!(
        "{}_{}",
        row.method.as_str().to_lowercase(),
        path.replace('/', "_")
    )
}

fn query(name: &str, text: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "description": text, "schema": schema })
}

fn of_lists() -> Vec<Value> {
    let number = |most: usize, usual: usize| json!({ "type": "integer", "minimum": 1, "maximum": most, "default": usual });
    let text = json!({ "type": "string" });
    vec![
        query(
            "page[number]",
            "The page, counted from 1.",
            &number(MAXIMUM_PAGE_NUMBER, 1),
        ),
        query(
            "page[size]",
            "Items on it.",
            &number(MAXIMUM_PAGE_SIZE, DEFAULT_PAGE_SIZE),
        ),
        query(
            "sort",
            "Columns, separated by commas; `-` before one lets it fall.",
            &text,
        ),
        query(
            "query",
            "A list of `{\"column\", \"operator\", \"value\"}` in JSON, all of which hold.",
            &text,
        ),
    ]
}

fn body(row: &Row) -> Option<Value> {
    let attributes = match row.sent {
        Sent::Nothing => return None,
        Sent::Task(method) => json!({ "anyOf": [words(), request(method, row.path)] }),
        Sent::Request(method) | Sent::Maybe(method) => request(method, row.path),
        Sent::Schedule => json!({
            "type": "object",
            "required": ["schedule"],
            "properties": {
                "schedule": { "type": ["string", "object"] },
                "timezone": { "type": "string" },
                "count": { "type": "integer", "minimum": 1, "maximum": 100 },
            },
        }),
    };
    let mut data = json!({
        "type": "object",
        "required": ["type", "attributes"],
        "properties": { "type": { "const": row.sends }, "attributes": attributes },
    });
    if row.path.ends_with("{id}") {
        data["properties"]["id"] = json!({ "type": "string" });
    }
    let schema = json!({ "type": "object", "required": ["data"], "properties": { "data": data } });
    let content = json!({ JSON_API: { "schema": schema }, JSON: { "schema": schema } });
    Some(json!({ "required": !matches!(row.sent, Sent::Maybe(_)), "content": content }))
}

/// A task in the words of Daptin.
fn words() -> Value {
    let text = |says: &str| json!({ "type": "string", "description": says });
    json!({
        "type": "object",
        "properties": {
            "name": text("Its name, which no other task has."),
            "label": text("The name for people."),
            "schedule": text("Five fields of cron, a descriptor such as `@daily`, or `@every 1h`."),
            "action_name": text("The registered action to run."),
            "entity_name": text("What it works on."),
            "as_user_email": text("In whose name it is meant to run."),
            "is_active": { "type": "boolean", "description": "Whether its schedule fires." },
            "attributes": {
                "type": ["object", "string"],
                "description": "Parameters of the action, an object or its text in JSON.",
            },
        },
    })
}

/// The request of a method, without what the address says.
fn request(method: &str, path: &str) -> Value {
    let mut schema = request_schema(method).unwrap_or_default();
    let by_path: &[&str] = match path.contains("{id}") {
        true => &["task_id", "execution_id", "alert_id", "name"],
        false => &[],
    };
    let is_named = |name: &str| {
        by_path.contains(&name)
            && (name != "name" || path.contains("/action/") || path.contains("/codex/"))
    };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !is_named(name));
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(is_named));
        // What a change does not name stays.
        if path == "/api/action/{id}" || path == "/api/codex/{id}" {
            required.clear();
        }
    }
    Value::Object(schema)
}

fn responses(row: &Row) -> Value {
    let reference = json!({ "$ref": format!("#/components/schemas/{}", row.kind) });
    let content = |data: Value| {
        let schema = json!({
            "type": "object", "required": ["data"],
            "properties": { "data": data, "meta": { "type": "object" } },
        });
        json!({ JSON_API: { "schema": schema }, JSON: { "schema": schema } })
    };
    let (status, answer) = match row.answered {
        Answered::Page => {
            let list = json!({ "type": "array", "items": reference });
            (
                "200",
                json!({ "description": "A page.", "content": content(list) }),
            )
        }
        Answered::One => (
            "200",
            json!({ "description": "Done.", "content": content(reference) }),
        ),
        Answered::Made => {
            let location = json!({ "Location": { "schema": { "type": "string" } } });
            (
                "201",
                json!({ "description": "Made.", "headers": location, "content": content(reference) }),
            )
        }
        Answered::Nothing => ("204", json!({ "description": "Done." })),
    };
    let mut all = Map::from_iter([(status.to_string(), answer)]);
    let schema = json!({ "schema": { "$ref": "#/components/schemas/errors" } });
    let content = json!({ JSON_API: schema });
    let refused = json!({ "description": "Not done, and why.", "content": content });
    all.insert("default".to_string(), refused);
    Value::Object(all)
}

/// A thing of a type, as it is answered.
fn resource(kind: &str) -> Value {
    json!({
        "type": "object",
        "required": ["type", "id", "attributes"],
        "properties": {
            "type": { "const": kind },
            "id": { "type": "string" },
            "attributes": { "type": "object" },
            "relationships": { "type": "object" },
            "links": { "type": "object" },
        },
    })
}

fn errors() -> Value {
    let text = json!({ "type": "string" });
    let members: Object = ["status", "code", "title", "detail"]
        .iter()
        .map(|name| ((*name).to_string(), text.clone()))
        .collect();
    let mut error = json!({ "type": "object", "required": ["status", "code", "detail"], "properties": members });
    error["properties"]["source"] = json!({
        "type": "object",
        "properties": { "pointer": text, "parameter": text, "header": text },
    });
    error["properties"]["meta"] = json!({ "type": "object" });
    json!({
        "type": "object",
        "required": ["errors"],
        "properties": { "errors": { "type": "array", "minItems": 1, "items": error } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_describe_every_row_of_the_table() {
        let document = document();
        let mut outline = Vec::new();
        for (path, operations) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                let answers: Vec<_> = operation["responses"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .collect();
                let status = answers.first().map_or("", |(status, _)| status.as_str());
                let body = operation["requestBody"]["required"].as_bool();
                outline.push(format!(
                    "{} {path} -> {status}{} | {} | {}",
                    method.to_uppercase(),
                    body.map_or("", |needed| if needed {
                        ", body"
                    } else {
                        ", maybe a body"
                    }),
                    operation["operationId"].as_str().unwrap_or_default(),
                    operation["summary"].as_str().unwrap_or_default(),
                ));
            }
        }
        assert_eq!(outline.len(), rows().len());
        insta::assert_snapshot!(outline.join("\n"));
    }

    #[test]
    fn should_be_made_of_schemas_that_are_right() {
        let document = document();
        let mut seen = 0;
        for operations in document["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, it)| it)
        {
            for (_, operation) in operations.as_object().into_iter().flatten() {
                let body = &operation["requestBody"]["content"][JSON_API]["schema"];
                if !body.is_null() {
                    jsonschema::validator_for(body).unwrap();
                    seen += 1;
                }
            }
        }
        assert!(seen > 8, "{seen}");
    }
}
