//! The server as clients reach it: who is let in, both eras, and how it ends.

use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::sync::oneshot;

use super::*;
use crate::access::Token;
use crate::mcp::changes::Change;
use crate::mcp::fixtures::{Desk, modern_meta};

const TOKEN: &str = "0123456789abcdef";

/// Long enough for every machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Running {
    url: String,
    desk: Arc<Desk>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<()>>,
}

impl Running {
    async fn start() -> Self {
        let desk = Arc::new(Desk::new());
        let access = Access::with_token(Token::new(TOKEN).unwrap());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = HttpServer::start(desk.clone(), address, access)
            .await
            .unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            url: format!("http://{}{PATH}", server.address()),
            desk,
            stop,
            served: tokio::spawn(server.serve_until(async {
                let _ = stopped.await;
            })),
        }
    }

    fn post(&self, body: &Value) -> RequestBuilder {
        Client::new()
            .post(&self.url)
            .bearer_auth(TOKEN)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    /// A request of the era since 2026-07-28.
    fn modern(&self, method: &str, mut params: Value) -> RequestBuilder {
        params["_meta"] = modern_meta();
        self.post(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
    }

    /// The id of a new session of the era before.
    async fn session(&self) -> String {
        let response = self
            .post(
                &json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            } }),
            )
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let id = response.headers()[SESSION_HEADER].to_str().unwrap();
        let id = id.to_string();
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let accepted = self.post(&initialized).header(SESSION_HEADER, &id).send();
        assert_eq!(accepted.await.unwrap().status(), StatusCode::ACCEPTED);
        id
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        let served = tokio::time::timeout(PATIENCE, self.served).await;
        served.expect("it does not end").unwrap().unwrap();
    }
}

/// The message in the first event that has one.
fn message(events: &str) -> Value {
    events
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .find_map(|data| serde_json::from_str(data).ok())
        .unwrap_or_else(|| panic!("no message: {events}"))
}

#[tokio::test]
async fn should_say_in_json_why_it_turns_somebody_away() {
    let server = Running::start().await;
    let body = json!({});
    let post = || Client::new().post(&server.url).body(body.to_string());
    for (request, status, kind) in [
        (post(), StatusCode::UNAUTHORIZED, "unauthenticated"),
        (
            post().bearer_auth("fedcba9876543210"),
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
        ),
        (
            server.post(&body).header("host", "evil.example.com"),
            StatusCode::FORBIDDEN,
            "forbidden",
        ),
        (
            server
                .post(&body)
                .header("origin", "https://evil.example.com"),
            StatusCode::FORBIDDEN,
            "forbidden",
        ),
        (
            Client::new()
                .get(
                    server
                        .url
                        .replace(PATH, "/.well-known/oauth-protected-resource"),
                )
                .bearer_auth(TOKEN),
            StatusCode::NOT_FOUND,
            "not_found",
        ),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-type"], "application/json");
        let asks = response.headers().contains_key("www-authenticate");
        assert_eq!(asks, status == StatusCode::UNAUTHORIZED);
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"]["kind"], kind);
        assert!(body["error"]["fix"].is_string());
    }
    server.end().await;
}

#[tokio::test]
async fn should_answer_in_json_what_is_no_message() {
    let server = Running::start().await;
    let post = |text: &str| server.post(&json!({})).body(text.to_string());
    let ping = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
    let large = "x".repeat(5 * 1024 * 1024);
    let get = Client::new().get(&server.url).bearer_auth(TOKEN);
    let wrong =
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x","arguments":"{}"}}"#;
    let plain = Client::new().post(&server.url).bearer_auth(TOKEN);
    for (request, status, code, id) in [
        (post(&ping[..ping.len() - 1]), 400, -32700, json!(2)),
        (post("hello"), 400, -32700, json!(null)),
        (post(""), 415, -32600, json!(null)),
        (post("[]"), 400, -32600, json!(null)),
        (post(&large), 413, -32600, json!(null)),
        (post(wrong), 200, -32602, json!(2)),
        (
            post(ping).header("mcp-session-id", "gone"),
            404,
            -32600,
            json!(2),
        ),
        (plain.body(ping), 406, -32600, json!(2)),
        (get, 406, -32600, json!(null)),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{code} {id}");
        assert_eq!(response.headers()["content-type"], "application/json");
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert_eq!(answer["id"], id, "{answer}");
        assert_ne!(answer["error"]["message"], "");
    }
    server.end().await;
}

#[tokio::test]
async fn should_not_know_methods_that_were_removed() {
    let server = Running::start().await;
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
    ] {
        let params = json!({ "_meta": modern_meta() });
        let request = json!({ "jsonrpc": "2.0", "id": 3, "method": method, "params": params });
        let request = server
            .post(&request)
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method);
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::NOT_FOUND, "{method}: {text}");
        assert!(text.contains("-32601"), "{method}: {text}");
    }
    server.end().await;
}

#[tokio::test]
async fn should_serve_both_eras_side_by_side() {
    let server = Running::start().await;
    let session = server.session().await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let old = server.post(&list).header(SESSION_HEADER, &session).send();
    let old = message(&old.await.unwrap().text().await.unwrap());
    let new = server.modern("tools/list", json!({})).send().await.unwrap();
    let new = message(&new.text().await.unwrap());
    assert_eq!(old["result"]["tools"], new["result"]["tools"]);
    assert_eq!(new["result"]["resultType"], "complete");
    assert!(old["result"].get("resultType").is_none());

    let gone = Client::new()
        .delete(&server.url)
        .bearer_auth(TOKEN)
        .header(SESSION_HEADER, &session);
    assert!(gone.send().await.unwrap().status().is_success());
    let after = server.post(&list).header(SESSION_HEADER, &session).send();
    assert_eq!(after.await.unwrap().status(), StatusCode::NOT_FOUND);
    server.end().await;
}

#[tokio::test]
async fn should_end_with_sessions_calls_and_streams_open() {
    let server = Running::start().await;
    let session = server.session().await;
    let standalone = Client::new()
        .get(&server.url)
        .bearer_auth(TOKEN)
        .header("accept", "text/event-stream")
        .header(SESSION_HEADER, &session)
        .send()
        .await
        .unwrap();
    let wanted = json!({ "notifications": { "resourceSubscriptions": ["desk://a"] } });
    let mut listening = server
        .modern("subscriptions/listen", wanted)
        .send()
        .await
        .unwrap();
    let first = listening.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("acknowledged"));
    let call = server
        .modern("tools/call", json!({ "name": "wait" }))
        .header("mcp-name", "wait");
    let calling = tokio::spawn(call.send());
    while server
        .desk
        .waiting
        .load(std::sync::atomic::Ordering::SeqCst)
        == 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server
        .desk
        .changes()
        .teller()
        .tell(Change::Resource("desk://a".into()));
    let told = listening.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&told).contains("desk://a"));

    server.end().await;
    let ended = tokio::time::timeout(PATIENCE, async {
        let _ = standalone.text().await;
        let _ = listening.text().await;
        let _ = calling.await;
    });
    ended.await.expect("a stream is still open");
}

#[tokio::test]
async fn should_say_which_address_is_taken() {
    let server = Running::start().await;
    let address = server.url.trim_start_matches("http://").replace(PATH, "");
    let again = HttpServer::start(
        Arc::new(Desk::new()),
        address.parse().unwrap(),
        Access::open(),
    );
    let error = again.await.err().unwrap();
    assert_eq!(error.kind(), Kind::LocalFile);
    assert!(error.rule().contains(&address), "{}", error.rule());
    server.end().await;
}

#[test]
fn should_count_only_requests_that_would_begin_a_session() {
    let request = |headers: &[(&str, &str)]| {
        let mut request = Request::post("http://localhost/mcp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(axum::body::Body::empty()).unwrap()
    };
    assert!(begins_session(&request(&[])));
    assert!(begins_session(&request(&[(
        "mcp-protocol-version",
        "2025-11-25"
    )])));
    assert!(!begins_session(&request(&[(
        "mcp-protocol-version",
        "2026-07-28"
    )])));
    assert!(!begins_session(&request(&[("mcp-session-id", "x")])));
}
