//! An offer for the tests of the protocol and of the transports, and a client that speaks lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompletionInfo,
    ContentBlock, DetailedTask, GetPromptRequestParams, GetPromptResponse, Implementation,
    InputResponses, ListResourcesResult, Prompt, ReadResourceResult, Resource, ResourceTemplate,
    ServerCapabilities, ServerConfig, Tool,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinHandle;

use super::changes::Changes;
use super::offer::{Answer, Call, Offer};
use super::server::Server;
use super::stdio::serve;
use crate::error::Result;

/// Resources in pages of two; a tool that counts, one that never ends; changes on demand.
pub struct Desk {
    changes: Changes,
    /// Calls of `wait` under way.
    pub waiting: Arc<AtomicUsize>,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            changes: Changes::silent(),
            waiting: Arc::default(),
        }
    }
}

/// Counts a call until it is dropped.
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Offer for Desk {
    fn info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_tools()
            .build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("desk", "1"))
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn tools(&self) -> Vec<Tool> {
        ["count", "wait"]
            .map(|name| Tool::new(name, name, Arc::new(serde_json::Map::new())))
            .to_vec()
    }

    async fn call(&self, request: CallToolRequestParams, call: &Call) -> Answer<CallToolResponse> {
        if request.name == "wait" {
            self.waiting.fetch_add(1, Ordering::SeqCst);
            let _waiting = Waiting(self.waiting.clone());
            std::future::pending::<()>().await;
        }
        for done in [1.0, 2.0] {
            call.progress(done, Some(2.0), Some(format!("step {done}")))
                .await;
        }
        Ok(CallToolResult::success(vec![ContentBlock::text("counted")]).into())
    }

    fn prompts(&self) -> Vec<Prompt> {
        Vec::new()
    }

    async fn prompt(&self, _request: GetPromptRequestParams) -> Answer<GetPromptResponse> {
        Err(nothing())
    }

    async fn resources(&self, cursor: Option<&str>) -> Answer<ListResourcesResult> {
        let page = |names: &[&str]| {
            let resources = names
                .iter()
                .map(|name| Resource::new(format!("desk://{name}"), *name));
            ListResourcesResult::with_all_items(resources.collect())
        };
        match cursor {
            None => {
                let mut first = page(&["a", "b"]);
                first.next_cursor = Some("c".into());
                Ok(first)
            }
            Some("c") => Ok(page(&["c"])),
            Some(_) => Err(nothing()),
        }
    }

    fn templates(&self) -> Vec<ResourceTemplate> {
        Vec::new()
    }

    async fn read(&self, uri: &str) -> Answer<ReadResourceResult> {
        Err(ErrorData::resource_not_found(
            "nothing",
            Some(json!({ "uri": uri })),
        ))
    }

    fn may_change(&self, uri: &str) -> bool {
        uri.starts_with("desk://")
    }

    async fn complete(&self, _request: CompleteRequestParams) -> Answer<CompletionInfo> {
        Ok(CompletionInfo::default())
    }

    async fn task(&self, _task_id: &str) -> Answer<DetailedTask> {
        Err(nothing())
    }

    async fn answer_task(&self, _task_id: &str, _answers: InputResponses) -> Answer<()> {
        Err(nothing())
    }

    async fn cancel_task(&self, _task_id: &str) -> Answer<()> {
        Err(nothing())
    }
}

fn nothing() -> ErrorData {
    ErrorData::invalid_params("nothing", None)
}

/// A client on a pipe.
pub struct LineClient {
    input: DuplexStream,
    output: BufReader<DuplexStream>,
    served: JoinHandle<Result<()>>,
}

impl LineClient {
    pub fn connect<O: Offer>(offer: Arc<O>) -> Self {
        let (input, server_input) = tokio::io::duplex(1 << 20);
        let (server_output, output) = tokio::io::duplex(1 << 20);
        let server = Server::new(offer);
        Self {
            input,
            output: BufReader::new(output),
            served: tokio::spawn(serve(server, server_input, server_output)),
        }
    }

    /// A client that has shaken hands, as before 2026-07-28.
    pub async fn initialized<O: Offer>(offer: Arc<O>) -> Self {
        let mut client = Self::connect(offer);
        client
            .ask(
                0,
                "initialize",
                json!({
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": { "name": "test", "version": "1" },
                }),
            )
            .await;
        client
            .send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
            .await;
        client
    }

    pub async fn send(&mut self, message: Value) {
        self.send_line(message.to_string().as_bytes()).await;
    }

    /// Sends a line, whatever is in it.
    pub async fn send_line(&mut self, line: &[u8]) {
        self.input.write_all(line).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
    }

    pub async fn request(&mut self, id: u64, method: &str, params: Value) {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(request).await;
    }

    pub async fn next(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// What is answered first.
    pub async fn ask(&mut self, id: u64, method: &str, params: Value) -> Value {
        self.request(id, method, params).await;
        self.next().await
    }

    /// Sends something without the end of a line and hangs up. What comes then.
    pub async fn hang_up_after(mut self, text: &[u8]) -> String {
        self.input.write_all(text).await.unwrap();
        drop(self.input);
        let mut answers = String::new();
        self.output.read_to_string(&mut answers).await.unwrap();
        self.served.await.unwrap().unwrap();
        answers
    }

    pub async fn hang_up(self) {
        drop(self.input);
        self.served.await.unwrap().unwrap();
    }
}

/// What a request since 2026-07-28 says about itself.
pub fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}
