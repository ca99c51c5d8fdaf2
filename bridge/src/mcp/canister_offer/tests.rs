//! What is offered for which canister, and what becomes of reports of progress.

use std::sync::Arc;

use candid::Principal;
use ic_agent::Agent;
use serde_json::json;

use super::*;
use crate::mcp::fixtures::{LineClient, modern_meta};
use crate::methods::Hints;
use crate::scheduler::Scheduler;

/// Tools by name; each reports its progress many times and says its name.
struct Named(Vec<methods::Tool>);

impl Named {
    fn new(names: &[&'static str]) -> Self {
        let tool = |name: &&'static str| methods::Tool {
            name: (*name).to_string(),
            title: (*name).to_string(),
            description: (*name).to_string(),
            input_schema: JsonObject::new(),
            output_schema: None,
            asks_for_consent: *name == "erase",
            hints: Hints {
                read_only: true,
                destructive: false,
                idempotent: true,
                open_world: false,
            },
        };
        Self(names.iter().map(tool).collect())
    }
}

impl Toolbox for Named {
    fn tools(&self) -> &[methods::Tool] {
        &self.0
    }

    fn instructions(&self) -> &str {
        "use them"
    }

    async fn call(
        &self,
        name: &str,
        arguments: &JsonObject,
        progress: &dyn Progress,
    ) -> Option<Reply> {
        self.tool(name)?;
        if name == "erase" && arguments.get(CONFIRM) != Some(&json!(true)) {
            let body = json!({ "kind": "confirmation_required", "would": "Erase \"x\u{202E}\"" });
            return Some(Reply::Refused(body));
        }
        progress.report(1.0, None, "first");
        tokio::task::yield_now().await;
        progress.report(2.0, Some(2.0), "last");
        Some(Reply::Done(json!({ "name": name })))
    }
}

/// A library that nobody reads from.
fn library() -> Library {
    let agent = Agent::builder()
        .with_url("http://127.0.0.1:1")
        .build()
        .unwrap();
    Library::new(Scheduler::new(agent, Principal::management_canister())).unwrap()
}

fn capabilities(names: &[&'static str], library: Option<Library>) -> ServerCapabilities {
    CanisterOffer::new(Named::new(names), library)
        .info()
        .capabilities
}

#[test]
fn should_offer_only_tools_of_a_canister_that_is_no_scheduler() {
    let of_other = capabilities(&["greet"], None);
    assert!(of_other.tools.is_some());
    assert!(of_other.resources.is_none() && of_other.prompts.is_none());
    assert!(of_other.completions.is_none() && !of_other.supports_tasks());
}

#[tokio::test]
async fn should_hand_back_tasks_only_where_tasks_may_be_run() {
    let whole = capabilities(&["get_task", RUN_TOOL], Some(library()));
    assert!(whole.supports_tasks());
    assert_eq!(whole.resources.unwrap().subscribe, Some(true));
    let read_only = capabilities(&["get_task"], Some(library()));
    assert!(!read_only.supports_tasks());
    assert!(read_only.resources.is_some() && read_only.prompts.is_some());
    let offer = CanisterOffer::new(Named::new(&["get_task"]), Some(library()));
    let refused = offer.cancel_task("execution-7").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::INVALID_PARAMS);
}

#[tokio::test]
async fn should_send_every_report_before_the_answer() {
    let offer = CanisterOffer::new(Named::new(&["greet"]), None);
    let mut client = LineClient::initialized(Arc::new(offer)).await;
    let call = json!({ "name": "greet", "_meta": { "progressToken": 4 } });
    client.request(1, "tools/call", call).await;
    for (done, message) in [(1.0, "first"), (2.0, "last")] {
        let report = client.next().await;
        assert_eq!(report["params"]["progress"], done);
        assert_eq!(report["params"]["message"], message);
    }
    let answer = client.next().await;
    assert_eq!(answer["result"]["structuredContent"]["name"], "greet");
    client.hang_up().await;
}

#[tokio::test]
async fn should_have_nothing_to_read_of_a_canister_that_is_no_scheduler() {
    let offer = CanisterOffer::new(Named::new(&["greet"]), None);
    let mut client = LineClient::initialized(Arc::new(offer)).await;
    let read = json!({ "uri": "chime://guide" });
    let refused = client.ask(1, "resources/read", read.clone()).await;
    assert_eq!(refused["error"]["code"], -32601);
    let refused = client.ask(2, "resources/subscribe", read).await;
    assert_eq!(refused["error"]["code"], -32002);
    client.hang_up().await;
}

#[test]
fn should_know_who_wants_to_wait() {
    let wants = |name: &'static str, arguments: Value| {
        let mut request = CallToolRequestParams::new(name);
        request.arguments = arguments.as_object().cloned();
        waits(&request)
    };
    assert!(wants(RUN_TOOL, json!({ WAIT_ARGUMENT: "30s" })));
    assert!(wants(RUN_TOOL, json!({ WAIT_ARGUMENT: 30 })));
    for nothing in [json!(null), json!(0), json!("0"), json!("0s")] {
        assert!(!wants(RUN_TOOL, json!({ WAIT_ARGUMENT: nothing })));
    }
    assert!(!wants(RUN_TOOL, json!({ "task_id": "1" })));
    assert!(!wants("get_task", json!({ WAIT_ARGUMENT: "30s" })));
}

/// A client of the era before 2026-07-28 that can ask its user.
async fn asking(capability: Value) -> LineClient {
    let offer = CanisterOffer::new(Named::new(&["erase"]), None);
    let mut client = LineClient::connect(Arc::new(offer));
    let hello = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": { "elicitation": capability },
        "clientInfo": { "name": "test", "version": "1" },
    });
    client.ask(0, "initialize", hello).await;
    client
        .send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
        .await;
    client
}

#[tokio::test]
async fn should_let_the_user_decide_where_the_client_can_ask() {
    let sure = json!({ "name": "erase", "arguments": { "confirm": true } });
    for (capability, action, kind) in [
        (json!({}), "accept", json!(null)),
        (json!({ "form": {} }), "decline", json!("declined")),
        (
            json!({ "form": {}, "url": {} }),
            "cancel",
            json!("declined"),
        ),
    ] {
        let mut client = asking(capability).await;
        let question = client.ask(1, "tools/call", sure.clone()).await;
        assert_eq!(question["method"], "elicitation/create", "{question}");
        let message = question["params"]["message"].as_str().unwrap();
        assert_eq!(message, "Erase \"x\\u{202E}\"? This cannot be undone.");
        let id = question["id"].clone();
        client
            .send(json!({ "jsonrpc": "2.0", "id": id, "result": { "action": action, "content": {} } }))
            .await;
        let answer = loop {
            let next = client.next().await;
            if next["id"] == 1 {
                break next;
            }
        };
        assert_eq!(
            answer["result"]["structuredContent"]["kind"], kind,
            "{answer}"
        );
        assert_eq!(answer["result"]["isError"], !kind.is_null());
        client.hang_up().await;
    }
}

#[tokio::test]
async fn should_leave_it_to_the_argument_where_the_client_cannot_ask() {
    let mut client = asking(json!({ "url": {} })).await;
    let bare = client
        .ask(1, "tools/call", json!({ "name": "erase" }))
        .await;
    assert_eq!(
        bare["result"]["structuredContent"]["kind"],
        "confirmation_required"
    );
    let sure = json!({ "name": "erase", "arguments": { "confirm": true } });
    let done = client.ask(2, "tools/call", sure).await;
    assert_eq!(done["result"]["isError"], false, "{done}");
    client.hang_up().await;
}

#[tokio::test]
async fn should_ask_in_the_way_of_requests_that_stand_for_themselves() {
    let offer = CanisterOffer::new(Named::new(&["erase"]), None);
    let mut client = LineClient::connect(Arc::new(offer));
    let mut meta = modern_meta();
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({ "elicitation": { "form": {} } });
    let mut request = json!({ "name": "erase", "arguments": { "confirm": true }, "_meta": meta });
    let asked = client.ask(1, "tools/call", request.clone()).await;
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    let question = &asked["result"]["inputRequests"]["confirm"];
    assert_eq!(question["method"], "elicitation/create");
    for (action, is_error) in [("decline", true), ("accept", false)] {
        request["inputResponses"] = json!({ "confirm": { "action": action } });
        let answer = client.ask(2, "tools/call", request.clone()).await;
        assert_eq!(answer["result"]["isError"], is_error, "{answer}");
    }
    client.hang_up().await;
}
