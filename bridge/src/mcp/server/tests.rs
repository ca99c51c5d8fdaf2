//! The server as clients see it: lines of JSON-RPC over a pipe, in both eras of the protocol.

use std::sync::Arc;

use chime_types::{
    Error as Refusal, ErrorKind, GetMyTasksResult, TaskPage, TaskRequest, TaskResult,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinHandle;

use super::Server;
use crate::candid_json::Interface;
use crate::error::{Error, Kind, Result};
use crate::fixtures::task;
use crate::mcp::CanisterOffer;
use crate::mcp::stdio::serve;
use crate::methods::{CanisterTools, Selection, Toolbox};
use crate::scheduler::{Canister, Manner, SCHEDULER_INTERFACE, Scheduler};

/// A scheduler that knows the task 7 and nothing else, and whose statistics never arrive.
struct Fake;

impl Canister for Fake {
    async fn interface_text(&self, _: candid::Principal) -> Result<Option<String>> {
        Ok(None)
    }

    async fn call(&self, _: Manner, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        let answer = match method {
            "get_task" | "pause_task" => {
                let request: TaskRequest = candid::decode_one(&arguments).unwrap();
                let answer = match request.task_id {
                    7 => Ok(task(7, "backup")),
                    _ => Err(Refusal::new(
                        ErrorKind::NotFound,
                        "no task has this id",
                        "list your tasks",
                    )
                    .within("task_id")),
                };
                candid::encode_one(TaskResult::from(answer))
            }
            "get_my_tasks" => candid::encode_one(GetMyTasksResult::Ok(TaskPage {
                tasks: vec![task(7, "backup")],
                next_cursor: None,
                total_tasks: 1,
            })),
            _ => return Err(Error::new(Kind::OutcomeUnknown, "lost", "look first")),
        };
        Ok(answer.unwrap())
    }
}

struct Client {
    input: DuplexStream,
    output: BufReader<DuplexStream>,
    served: JoinHandle<Result<()>>,
}

impl Client {
    fn connect() -> Self {
        let (input, server_input) = tokio::io::duplex(1 << 20);
        let (server_output, output) = tokio::io::duplex(1 << 20);
        let interface = Interface::parse(SCHEDULER_INTERFACE).unwrap();
        let tools =
            CanisterTools::new(Scheduler::of(Fake), interface, &Selection::default()).unwrap();
        let server = Server::new(Arc::new(CanisterOffer::new(tools, None)));
        Self {
            input,
            output: BufReader::new(output),
            served: tokio::spawn(serve(server, server_input, server_output)),
        }
    }

    async fn initialized() -> Self {
        let mut client = Self::connect();
        let answer = client
            .ask(
                "initialize",
                json!({
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": { "name": "test", "version": "1" },
                }),
            )
            .await;
        assert_eq!(answer["result"]["serverInfo"]["name"], "chime");
        let instructions = answer["result"]["instructions"].as_str().unwrap();
        assert!(instructions.contains("RFC 3339") && instructions.contains("UTC"));
        client
            .send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
            .await;
        client
    }

    async fn send(&mut self, message: Value) {
        let line = format!("{message}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
            .await;
        let mut line = String::new();
        self.output.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", params).await
    }

    async fn hang_up(self) -> Result<()> {
        drop(self.input);
        self.served.await.unwrap()
    }
}

fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

#[tokio::test]
async fn should_answer_with_structure_and_text() {
    let mut client = Client::initialized().await;
    let arguments = json!({ "task_id": "7", "response_format": "detailed" });
    let answer = client.call("get_task", arguments).await;
    let result = &answer["result"];
    assert_eq!(result["isError"], json!(false));
    assert_eq!(result["structuredContent"]["id"], "7");
    assert_eq!(
        result["structuredContent"]["created_at"],
        "1970-01-01T00:00:00Z"
    );
    assert_eq!(result["structuredContent"]["status"], "pending");
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, result["structuredContent"]);
    client.hang_up().await.unwrap();
}

#[tokio::test]
async fn should_show_what_can_be_put_right_as_results() {
    let mut client = Client::initialized().await;
    for (tool, arguments, kind, field) in [
        (
            "get_task",
            json!({ "task_id": "8" }),
            "not_found",
            json!("task_id"),
        ),
        (
            "get_task",
            json!({ "task_id": "x" }),
            "not_found",
            json!("task_id"),
        ),
        (
            "get_task",
            json!({ "task_id": [] }),
            "invalid_argument",
            json!("task_id"),
        ),
        ("get_task", json!({}), "invalid_argument", json!("task_id")),
        ("get_stats", json!({}), "outcome_unknown", Value::Null),
    ] {
        let answer = client.call(tool, arguments).await;
        let result = &answer["result"];
        assert_eq!(result["isError"], json!(true), "{tool}");
        let body = &result["structuredContent"];
        assert_eq!(body["kind"], kind, "{tool}");
        assert_eq!(body["field"], field, "{tool}");
        assert!(
            body["rule"].is_string() && body["fix"].is_string(),
            "{tool}"
        );
    }
    client.hang_up().await.unwrap();
}

#[tokio::test]
async fn should_refuse_an_unknown_tool_by_the_protocol() {
    let mut client = Client::initialized().await;
    let answer = client.call("make_coffee", json!({})).await;
    assert_eq!(answer["error"]["code"], -32602);
    let tasks = client.call("get_my_tasks", json!({})).await;
    assert_eq!(
        tasks["result"]["structuredContent"]["tasks"][0]["name"],
        "backup"
    );
    client.hang_up().await.unwrap();
}

#[tokio::test]
async fn should_list_the_tools_in_both_eras() {
    let mut client = Client::initialized().await;
    let old = client.ask("tools/list", json!({})).await;
    client.hang_up().await.unwrap();
    let mut client = Client::connect();
    let new = client
        .ask("tools/list", json!({ "_meta": modern_meta() }))
        .await;
    client.hang_up().await.unwrap();
    assert_eq!(old["result"]["tools"], new["result"]["tools"]);
    let interface = Interface::parse(SCHEDULER_INTERFACE).unwrap();
    let methods = CanisterTools::new(Scheduler::of(Fake), interface, &Selection::default())
        .unwrap()
        .tools()
        .len();
    assert_eq!(old["result"]["tools"].as_array().unwrap().len(), methods);
    assert_eq!(new["result"]["ttlMs"], 60_000);
    assert_eq!(new["result"]["resultType"], "complete");
}

#[tokio::test]
async fn should_end_cleanly_when_a_client_only_looks() {
    let client = Client::connect();
    client.hang_up().await.unwrap();
    let mut client = Client::connect();
    let answer = client
        .ask("server/discover", json!({ "_meta": modern_meta() }))
        .await;
    assert!(answer["result"]["supportedVersions"].is_array(), "{answer}");
    client.hang_up().await.unwrap();
}
