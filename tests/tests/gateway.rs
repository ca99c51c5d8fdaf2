//! Canisters as web sites: the HTTP gateway of the replica's server, with the scheduler behind it
//! and with the callee, whose pages do all that the protocol allows.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

use candid::{CandidType, Deserialize, Principal};
use chime_replica::server::{Server, ServerConfig, ServerHandle};
use chime_tests::install::installation;
use chime_tests::module;
use ic_agent::Agent;
use ic_agent::identity::BasicIdentity;
use ic_management_canister_types::CanisterInstallMode;
use reqwest::header::{CONNECTION, CONTENT_TYPE, HOST};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use tempfile::TempDir;

/// A server with a canister on it.
struct Site {
    client: Client,
    server: ServerHandle,
    canister: Principal,
    _state: TempDir,
}

impl Site {
    async fn of(name: &str) -> Self {
        let state = TempDir::new().unwrap();
        let server = Server::start(ServerConfig::new(state.path()))
            .await
            .unwrap();
        let canister = deploy(&server, name).await;
        Self {
            client: Client::builder().no_proxy().build().unwrap(),
            server,
            canister,
            _state: state,
        }
    }

    /// A request for a host, on the server's address.
    fn request(&self, method: Method, host: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.url());
        let request = self.client.request(method, url);
        request.header(HOST, format!("{host}:{}", self.server.local_addr().port()))
    }

    /// A request for the canister by its host.
    fn page(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, &format!("{}.localhost", self.canister), path)
    }

    async fn get(&self, path: &str) -> Response {
        self.page(Method::GET, path).send().await.unwrap()
    }
}

#[derive(CandidType)]
struct Create {
    amount: Option<candid::Nat>,
}

#[derive(CandidType, Deserialize)]
struct Created {
    canister_id: Principal,
}

fn agent(server: &ServerHandle) -> Agent {
    let agent = Agent::builder()
        .with_url(server.url())
        .with_identity(BasicIdentity::from_raw_key(&[1; 32]))
        .build()
        .unwrap();
    agent.set_root_key(server.root_key().to_vec());
    agent
}

/// Makes a canister without code.
async fn create(server: &ServerHandle) -> Principal {
    let management = Principal::management_canister();
    let made = agent(server)
        .update(&management, "provisional_create_canister_with_cycles")
        .with_effective_canister_id(management)
        .with_arg(candid::encode_one(Create { amount: None }).unwrap())
        .await
        .unwrap();
    candid::decode_one::<Created>(&made).unwrap().canister_id
}

async fn deploy(server: &ServerHandle, name: &str) -> Principal {
    let canister_id = create(server).await;
    let agent = agent(server);
    for (method, arg) in installation(canister_id, CanisterInstallMode::Install, module(name)) {
        agent
            .update(&Principal::management_canister(), method)
            .with_effective_canister_id(canister_id)
            .with_arg(arg)
            .await
            .unwrap();
    }
    canister_id
}

async fn text(response: Response) -> String {
    response.text().await.unwrap()
}

#[tokio::test]
async fn should_show_health_and_figures_of_the_scheduler() {
    let site = Site::of("scheduler").await;
    let health = site.get("/health").await;
    assert_eq!(health.status(), StatusCode::OK);
    let figures = site.get("/metrics").await;
    assert_eq!(figures.status(), StatusCode::OK);
    let kind = figures.headers()[CONTENT_TYPE]
        .to_str()
        .unwrap()
        .to_string();
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert!(text(figures).await.contains("chime_tasks 0"));
    let by_parameter = format!("/metrics?canisterId={}", site.canister);
    let figures = site.request(Method::GET, "127.0.0.1", &by_parameter);
    assert!(
        text(figures.send().await.unwrap())
            .await
            .contains("chime_tasks 0")
    );
    let unknown = site.get("/nothing").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn should_pass_on_method_url_headers_and_body() {
    let site = Site::of("callee").await;
    let request = site
        .page(Method::PUT, "/echo/a%20b?c=d&e")
        .header("x-kept", "1")
        .header(CONNECTION, "x-named")
        .header("x-named", "2")
        .body("the body");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-page"], "callee");
    let told = text(response).await;
    assert!(told.starts_with("PUT /echo/a%20b?c=d&e\n"), "{told}");
    assert!(told.ends_with("\nthe body"), "{told}");
    assert!(told.contains("\nx-kept=1\n"), "{told}");
    assert!(!told.contains("x-named"), "{told}");
    assert!(!told.contains("connection"), "{told}");
}

#[tokio::test]
async fn should_pass_on_the_status_and_what_does_not_concern_one_connection_only() {
    let site = Site::of("callee").await;
    for code in [204, 301, 404, 418, 500, 599] {
        let response = site.get(&format!("/status/{code}")).await;
        assert_eq!(response.status().as_u16(), code);
    }
    let response = site.get("/hop-by-hop").await;
    assert_eq!(response.headers()["x-kept"], "1");
    for name in ["x-of-connection", "transfer-encoding", "keep-alive"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
    assert_eq!(text(response).await, "whole");
    let head = site.page(Method::HEAD, "/echo").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(text(head).await, "");
}

#[tokio::test]
async fn should_upgrade_to_an_update_call_whose_effects_stay() {
    let site = Site::of("callee").await;
    let response = site.page(Method::POST, "/update").body("new").send().await;
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let told = text(response).await;
    assert!(told.starts_with("POST /update\n"), "{told}");
    assert!(told.ends_with("\nnew"), "{told}");
    let agent = agent(&site.server);
    let calls = agent.query(&site.canister, "calls");
    let reply = calls.with_arg(candid::encode_args(()).unwrap()).await;
    let reply = reply.unwrap();
    let calls: Vec<chime_tests::ReceivedCall> = candid::decode_one(&reply).unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].method, "http_request_update");
    assert_eq!(calls[0].caller, Principal::anonymous());
}

#[tokio::test]
async fn should_collect_a_body_that_comes_in_parts() {
    let site = Site::of("callee").await;
    let part = "one part of a body, ";
    for parts in [2, 3, 50] {
        let response = site.get(&format!("/stream/{parts}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(text(response).await, part.repeat(parts));
    }
    let endless = site.get("/endless").await;
    assert_eq!(endless.status(), StatusCode::BAD_GATEWAY);
    assert!(text(endless).await.contains("more than 1000 parts"));
    let foreign = site.get("/foreign").await;
    assert_eq!(foreign.status(), StatusCode::BAD_GATEWAY);
    assert!(text(foreign).await.contains("not of the canister itself"));
}

#[tokio::test]
async fn should_say_why_no_canister_answers() {
    let site = Site::of("callee").await;
    let nowhere = chime_replica::canister_id_from_counter(77);
    let empty = create(&site.server).await;
    for (host, path, status, word) in [
        (format!("{nowhere}.localhost"), "/", 404, "does not exist"),
        (format!("{empty}.localhost"), "/", 503, "no Wasm module"),
        ("localhost".to_string(), "/", 404, "names no canister"),
        ("x.localhost".to_string(), "/", 400, "no canister id"),
        ("aaaaa-aa.localhost".to_string(), "/", 400, "reserved"),
        ("evil.example".to_string(), "/", 400, "none of this gateway"),
        ("localhost".to_string(), "/api/v2/nothing", 404, "endpoint"),
        (
            format!("{}.localhost", site.canister),
            "/trap",
            502,
            "trapped",
        ),
    ] {
        let request = site.request(Method::GET, &host, path);
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{host}{path}");
        let text = text(response).await;
        assert!(text.contains(word), "{host}{path}: {text}");
    }
    let bad = site.get("/status/99").await;
    assert_eq!(bad.status(), StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn should_take_bodies_up_to_what_a_message_holds() {
    let site = Site::of("callee").await;
    let limit = chime_replica::server::limits::GATEWAY_BODY_BYTES;
    // Headers and record need some of it.
    for (bytes, status) in [(limit - 10_000, 200), (limit, 413), (limit + 1, 413)] {
        let request = site.page(Method::POST, "/echo").body(vec![b'x'; bytes]);
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{bytes} bytes");
    }
}

#[tokio::test]
async fn should_leave_the_interface_alone_on_every_host() {
    let site = Site::of("callee").await;
    let own = format!("{}.localhost", site.canister);
    for host in ["localhost", "127.0.0.1", own.as_str()] {
        let request = site.request(Method::GET, host, "/api/v2/status");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{host}");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/cbor");
    }
    let path = format!("/api/v2/canister/{}/call", site.canister);
    let asked = site
        .request(Method::OPTIONS, &own, &path)
        .header("origin", "http://evil.example")
        .header("access-control-request-method", "POST");
    let answer = asked.send().await.unwrap();
    let headers = answer.headers();
    assert!(!headers.contains_key("access-control-allow-origin"));
}
