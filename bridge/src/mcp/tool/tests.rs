//! The list of tools as clients get it: how much room it takes, and that each takes it.

use serde_json::{Value, json};

use super::*;
use crate::candid_json::Interface;
use crate::error::Result;
use crate::methods::{CanisterTools, Selection, Toolbox};
use crate::scheduler::{Canister, Manner, SCHEDULER_INTERFACE, Scheduler};

/// Tokens of a list, as clients count them: a token is about four bytes of JSON.
const DEFAULT_TOKENS: usize = 12_000;

/// Tokens of the largest schema, which is that of `create_task`.
const LARGEST_SCHEMA_TOKENS: usize = 3_000;

/// A canister that is never called.
struct Nobody;

impl Canister for Nobody {
    async fn interface_text(&self, _: candid::Principal) -> Result<Option<String>> {
        Ok(None)
    }

    async fn call(&self, _: Manner, method: &str, _: Vec<u8>) -> Result<Vec<u8>> {
        panic!("BUG: {method} is called")
    }
}

fn scheduler(selection: Selection) -> Vec<Tool> {
    let interface = Interface::parse(SCHEDULER_INTERFACE).unwrap();
    let tools = CanisterTools::new(Scheduler::of(Nobody), interface, &selection).unwrap();
    tools.tools().iter().map(tool).collect()
}

fn tokens(tools: &[Tool]) -> usize {
    serde_json::to_string(tools).unwrap().len() / 4
}

#[test]
fn should_keep_the_default_list() {
    insta::assert_json_snapshot!("default_tools", scheduler(Selection::default()));
}

#[test]
fn should_stay_within_the_budget_of_tokens() {
    let count = tokens(&scheduler(Selection::default()));
    assert!(count < DEFAULT_TOKENS, "{count}");
    let create = scheduler(Selection {
        tools: vec!["create_task".to_string()],
        ..Selection::default()
    });
    let count = serde_json::to_string(&create[0].input_schema)
        .unwrap()
        .len()
        / 4;
    assert!(count < LARGEST_SCHEMA_TOKENS, "create_task: {count}");
    // With everything it may take half as much again.
    let count = tokens(&scheduler(Selection::all()));
    assert!(count < DEFAULT_TOKENS * 3 / 2, "{count}");
}

/// Every value has a type, or one of several.
fn assert_typed(schema: &Value, place: &str) {
    if let Some(choices) = schema["anyOf"].as_array() {
        choices
            .iter()
            .for_each(|choice| assert_typed(choice, place));
        return;
    }
    assert!(schema["type"].is_string(), "{place}: {schema}");
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        assert_typed(member, &format!("{place}.{name}"));
    }
    if let Some(items) = schema.get("items") {
        assert_typed(items, &format!("{place}[]"));
    }
}

#[test]
fn should_suit_every_client() {
    for tool in scheduler(Selection::all()) {
        let name = tool.name.as_ref();
        let tool = serde_json::to_value(&tool).unwrap();
        assert!(!tool["title"].as_str().unwrap().is_empty(), "{name}");
        assert!(!tool["description"].as_str().unwrap().is_empty(), "{name}");
        let schema = &tool["inputSchema"];
        assert_eq!(schema["type"], "object", "{name}");
        for word in ["oneOf", "anyOf", "allOf", "not", "enum"] {
            assert!(schema.get(word).is_none(), "{name}: {word}");
        }
        assert!(
            !tool.to_string().contains("\"$"),
            "{name} refers to elsewhere"
        );
        assert!(
            !tool.to_string().contains("\"type\":["),
            "{name} has a type that is a list"
        );
        assert_typed(schema, name);
    }
}

#[test]
fn should_label_what_others_wrote_beside_the_answer() {
    let answer = json!({ "result": "boom", SAID_BY_OTHERS: ["result"] });
    let shown = serde_json::to_value(result(Reply::Done(answer))).unwrap();
    assert_eq!(shown["_meta"][SAID_BY_OTHERS], json!(["result"]));
    let refused = json!({ "rule": "the canister refused it", SAID_BY_CALLEE: "boom" });
    let shown = serde_json::to_value(result(Reply::Refused(refused))).unwrap();
    assert_eq!(shown["_meta"][SAID_BY_OTHERS], json!([SAID_BY_CALLEE]));
    assert_eq!(
        shown["structuredContent"][SAID_BY_OTHERS],
        json!([SAID_BY_CALLEE])
    );
    let own = serde_json::to_value(result(Reply::Done(json!({ "total": 1 })))).unwrap();
    assert!(own.get("_meta").is_none());
}
