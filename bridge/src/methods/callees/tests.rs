//! Requests as models write them, with callees that are known and callees that are not.

use serde_json::{Value, json};

use super::super::tests::{Fake, call, tools as tools_of, with_tasks};
use super::super::*;

async fn reply(tools: &CanisterTools<Fake>, name: &str, arguments: Value) -> Value {
    let (is_error, body) = call(tools, name, arguments).await;
    assert!(!is_error, "{body}");
    body
}

async fn refused(tools: &CanisterTools<Fake>, name: &str, arguments: Value) -> Value {
    let (is_error, body) = call(tools, name, arguments).await;
    assert!(is_error, "{body}");
    body
}

const LEDGER: &str = "service : {
  transfer : (record { to : principal; amount : nat }) -> (variant { Ok : nat; Err : text });
}";

fn known() -> CanisterTools<Fake> {
    tools_of(Fake {
        interface: Some(LEDGER),
        ..with_tasks(7, 0)
    })
}

fn task(method: &str, arguments: &Value) -> Value {
    let call = json!({ "canister": "2vxsx-fae", "method": method, "arguments": arguments });
    json!({
        "name": "pay",
        "steps": [{ "action": { "call": call } }],
        "schedules": [],
        "dry_run": true,
    })
}

#[tokio::test]
async fn should_type_the_arguments_in_every_form() {
    let tools = known();
    for arguments in [
        json!({ "text": { "value": "(record { to = principal \"aaaaa-aa\"; amount = 100_000 })" } }),
        json!({ "text": "(record { to = principal \"aaaaa-aa\"; amount = 100_000 })" }),
        json!("(record { to = principal \"aaaaa-aa\"; amount = 100_000 })"),
        json!({ "json": { "to": "aaaaa-aa", "amount": 100_000 } }),
        json!({ "json": "{\"to\": \"aaaaa-aa\", \"amount\": 100000}" }),
        json!({ "to": "aaaaa-aa", "amount": "100000" }),
        json!([{ "to": "aaaaa-aa", "amount": 100_000 }]),
    ] {
        let outlook = reply(&tools, "create_task", task("transfer", &arguments)).await;
        let call = &outlook["calls"][0];
        assert_eq!(
            call["place"], "steps[0].action.call",
            "{arguments}: {outlook}"
        );
        let sent = call["arguments"].as_str().unwrap();
        assert!(
            sent.contains("amount = 100_000 : nat"),
            "{arguments}: {sent}"
        );
    }
    let mut as_text = task(
        "transfer",
        &json!({ "json": { "to": "aaaaa-aa", "amount": 1 } }),
    );
    as_text["steps"] = json!(as_text["steps"].to_string());
    let outlook = reply(&tools, "create_task", as_text).await;
    assert!(outlook["calls"][0]["arguments"].is_string(), "{outlook}");
}

#[tokio::test]
async fn should_refuse_what_the_callee_does_not_have_with_the_place() {
    let tools = known();
    let json = |value: Value| json!({ "json": value });
    for (method, arguments, field, fix) in [
        (
            "trasnfer",
            Value::Null,
            "steps[0].action.call.method",
            "did you mean transfer?",
        ),
        (
            "transfer",
            json(json!({ "to": "aaaaa-aa", "amuont": 1 })),
            "steps[0].action.call.arguments.json.amuont",
            "did you mean amount?",
        ),
        (
            "transfer",
            json!({ "text": { "value": "(record { to = principal \"aaaaa-aa\"; amuont = 1 })" } }),
            "steps[0].action.call.arguments.amuont",
            "did you mean amount?",
        ),
        (
            "transfer",
            json(json!({ "to": "aaaaa-aa", "amount": "many" })),
            "steps[0].action.call.arguments.json.amount",
            "for example",
        ),
    ] {
        let body = refused(&tools, "create_task", task(method, &arguments)).await;
        assert_eq!(body["kind"], "invalid_argument");
        assert_eq!(body["field"], field, "{body}");
        assert!(body["fix"].as_str().unwrap().contains(fix), "{body}");
    }
    let bytes = task(
        "transfer",
        &json!({ "bytes": { "value": "hex:4449444c00017d05" } }),
    );
    let body = refused(&tools, "create_task", bytes).await;
    assert_eq!(body["field"], "steps[0].action.call.arguments", "{body}");
    let callback = json!({
        "task_id": "7",
        "callback": { "canister": "2vxsx-fae", "method": "tranfser" },
        "dry_run": true,
    });
    let body = refused(&tools, "update_task", callback).await;
    assert_eq!(body["field"], "callback.method", "{body}");
}

#[tokio::test]
async fn should_say_where_no_interface_was_found() {
    let tools = tools_of(Fake::default());
    let outlook = reply(&tools, "create_task", task("any", &json!("(5)"))).await;
    assert_eq!(
        outlook["unchecked"],
        json!([
            "steps[0].action.call: no interface of 2vxsx-fae was found, so the method and \
                arguments were not checked"
        ])
    );
    let body = refused(
        &tools,
        "create_task",
        task("any", &json!({ "json": { "a": 1 } })),
    )
    .await;
    assert_eq!(body["field"], "steps[0].action.call.arguments.json");
}

#[tokio::test]
async fn should_leave_other_errors_to_whoever_knows_them() {
    let tools = known();
    let mut wrong = task(
        "transfer",
        &json!({ "json": { "to": "aaaaa-aa", "amount": 1 } }),
    );
    wrong["steps"][0]["action"]["call"]["canister"] = json!("nobody");
    let body = refused(&tools, "create_task", wrong).await;
    assert_eq!(body["field"], "steps[0].action.call.canister", "{body}");
}

#[test]
fn should_say_that_arguments_may_be_json() {
    let tools = known();
    let tool = tools.tools().iter().find(|tool| tool.name == "create_task");
    let schema = Value::Object(tool.unwrap().input_schema.clone()).to_string();
    assert!(schema.contains("\"json\":{\"type\":\"object\""), "{schema}");
}
