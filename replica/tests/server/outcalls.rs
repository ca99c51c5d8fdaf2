//! HTTPS outcalls of a served network, to web servers of this machine.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::any;
use candid::{Decode, Encode, Principal};
use chime_replica::RejectCode;
use chime_replica::server::{Outcalls, Server, ServerConfig, ServerHandle};
use ic_agent::Agent;
use ic_management_canister_types::{
    CanisterInstallMode, HttpHeader, HttpMethod, HttpRequestArgs, HttpRequestResult,
    InstallCodeArgs,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::{agent, create, ed25519, manage};

/// Calls `http_request` with its own argument; answers with the reject code or 0, and with the
/// response or the text.
const CLIENT: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
    (import "ic0" "msg_reject_code" (func $reject_code (result i32)))
    (import "ic0" "msg_reject_msg_size" (func $reject_msg_size (result i32)))
    (import "ic0" "msg_reject_msg_copy" (func $reject_msg_copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $call_append (param i32 i32)))
    (import "ic0" "call_cycles_add128" (func $cycles_add (param i64 i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 80)
    (table funcref (elem $on_reply $on_reject))
    (data (i32.const 1024) "http_request")
    (func $head (param i32)
        (i32.store8 (i32.const 0) (local.get 0)) (call $append (i32.const 0) (i32.const 1)))
    (func $on_reply (param i32)
        (call $head (i32.const 0))
        (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
        (call $append (i32.const 65536) (call $arg_size)) (call $reply))
    (func $on_reject (param i32)
        (call $head (call $reject_code))
        (call $reject_msg_copy (i32.const 65536) (i32.const 0) (call $reject_msg_size))
        (call $append (i32.const 65536) (call $reject_msg_size)) (call $reply))
    (func (export "canister_update ask")
        (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
        (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 12)
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $call_append (i32.const 65536) (call $arg_size))
        (call $cycles_add (i64.const 0) (i64.const 100000000000))
        (drop (call $perform))))"#;

/// A network and a canister in it that makes outcalls.
struct World {
    directory: TempDir,
    server: ServerHandle,
    agent: Agent,
    canister: Principal,
}

impl World {
    async fn new(outcalls: Outcalls) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = ServerConfig {
            outcalls,
            ..ServerConfig::new(directory.path())
        };
        let server = Server::start(config).await.unwrap();
        let agent = agent(server.url(), ed25519(1)).await;
        let canister = create(&agent).await;
        let args = InstallCodeArgs {
            mode: CanisterInstallMode::Install,
            canister_id: canister,
            wasm_module: wat::parse_str(CLIENT).unwrap(),
            arg: Vec::new(),
            sender_canister_version: None,
        };
        manage(&agent, canister, "install_code", args).await;
        Self {
            directory,
            server,
            agent,
            canister,
        }
    }

    /// What becomes of an outcall: the response, or the reject code and the text.
    async fn ask(&self, args: &HttpRequestArgs) -> Result<HttpRequestResult, (u8, String)> {
        let call = self.agent.update(&self.canister, "ask");
        let reply = call.with_arg(Encode!(args).unwrap()).await.unwrap();
        match reply[0] {
            0 => Ok(Decode!(&reply[1..], HttpRequestResult).unwrap()),
            code => Err((code, String::from_utf8(reply[1..].to_vec()).unwrap())),
        }
    }
}

fn loopback() -> Outcalls {
    Outcalls {
        allowed: true,
        hosts: Vec::new(),
        loopback_http: true,
    }
}

fn get(url: String) -> HttpRequestArgs {
    HttpRequestArgs {
        url,
        max_response_bytes: Some(2_000),
        ..HttpRequestArgs::default()
    }
}

/// Answers with the request, or as its path says.
async fn site(request: Request) -> Response<Body> {
    match request.uri().path() {
        "/large" => vec![b'x'; 100_000].into_response(),
        "/redirect" => (StatusCode::FOUND, [("location", "/elsewhere")]).into_response(),
        "/silent" => std::future::pending().await,
        _ => {
            let head = format!(
                "{} {} {:?} ",
                request.method(),
                request.uri(),
                request.headers()
            );
            let body = axum::body::to_bytes(request.into_body(), 1_000_000).await;
            let echo = [head.as_bytes(), &body.unwrap()].concat();
            (StatusCode::CREATED, [("x-seen", "yes")], echo).into_response()
        }
    }
}

/// A web server of this machine.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(site))).await });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_make_the_request_and_bring_the_response() {
    let (world, site) = (World::new(loopback()).await, serve().await);
    let args = HttpRequestArgs {
        method: HttpMethod::POST,
        headers: vec![HttpHeader {
            name: "x-key".to_owned(),
            value: "value".to_owned(),
        }],
        body: Some(b"the body".to_vec()),
        ..get(format!("http://{site}/path?query=1"))
    };
    let response = world.ask(&args).await.unwrap();
    assert_eq!(response.status, candid::Nat::from(201_u16));
    let seen = response
        .headers
        .iter()
        .find(|header| header.name == "x-seen");
    assert_eq!(seen.unwrap().value, "yes");
    let body = String::from_utf8(response.body).unwrap();
    for part in [
        "POST /path?query=1",
        "\"x-key\": \"value\"",
        "\"user-agent\": \"ic/1.0\"",
        "the body",
    ] {
        assert!(body.contains(part), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_follow_no_redirect_and_read_no_more_than_the_limit() {
    let (world, site) = (World::new(loopback()).await, serve().await);
    let redirected = world.ask(&get(format!("http://{site}/redirect"))).await;
    assert_eq!(redirected.unwrap().status, candid::Nat::from(302_u16));
    let large = world.ask(&get(format!("http://{site}/large"))).await;
    let (code, text) = large.unwrap_err();
    assert_eq!(code, RejectCode::SysFatal as u8);
    assert_eq!(text, "Http body exceeds size limit of 2000 bytes.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_reject_when_nobody_answers_there() {
    let world = World::new(loopback()).await;
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let (code, text) = world
        .ask(&get(format!("http://{address}/")))
        .await
        .unwrap_err();
    assert_eq!(code, RejectCode::SysTransient as u8);
    assert!(text.starts_with("Failed to connect: "), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_make_none_unless_allowed_and_say_how() {
    let (world, site) = (World::new(Outcalls::default()).await, serve().await);
    let url = format!("https://{site}/");
    let (code, text) = world.ask(&get(url)).await.unwrap_err();
    assert_eq!(code, RejectCode::SysFatal as u8);
    assert!(text.contains("`chime up --outcalls`"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_reach_named_hosts_only_when_there_are_any() {
    let site = serve().await;
    let world = World::new(Outcalls::to(vec!["127.0.0.1".to_owned()])).await;
    assert!(world.ask(&get(format!("http://{site}/"))).await.is_ok());
    let other = format!("http://localhost:{}/", site.port());
    let (code, text) = world.ask(&get(other)).await.unwrap_err();
    assert_eq!(code, RejectCode::SysFatal as u8);
    assert!(text.contains("--outcall-host localhost"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_not_reach_this_machine_or_a_private_network_by_default() {
    let world = World::new(Outcalls::to(Vec::new())).await;
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let (code, text) = world
            .ask(&get(format!("https://{host}/")))
            .await
            .unwrap_err();
        assert_eq!(code, RejectCode::SysFatal as u8, "{host}: {text}");
        assert!(text.contains("private network"), "{host}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_reject_an_outcall_that_a_stop_has_cut_off() {
    let (world, site) = (World::new(loopback()).await, serve().await);
    let args = Encode!(&get(format!("http://{site}/silent"))).unwrap();
    let call = world.agent.update(&world.canister, "ask").with_arg(args);
    let signed = call.sign().unwrap();
    // It awaits an answer that does not come before the stop.
    let sent = world
        .agent
        .update_signed(world.canister, signed.signed_update);
    let _ = tokio::time::timeout(Duration::from_millis(500), sent).await;
    world.server.shutdown().await.unwrap();

    let config = ServerConfig::new(world.directory.path());
    let server = Server::start(config).await.unwrap();
    let agent = agent(server.url(), ed25519(1)).await;
    let (reply, _) = agent
        .wait(&signed.request_id, world.canister)
        .await
        .unwrap();
    assert_eq!(reply[0], RejectCode::SysTransient as u8);
    assert!(String::from_utf8_lossy(&reply[1..]).contains("restarted"));
}
