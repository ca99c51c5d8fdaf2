//! Automatic progress: the time follows the wall clock, and outcalls are made for real.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candid::{Decode, Encode, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, HttpRequestArgs, HttpRequestResult, InstallCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::support::{Server, call};

/// Makes the outcall of its argument and replies with what comes back.
const FETCHER: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
    (import "ic0" "msg_reject_msg_size" (func $reject_size (result i32)))
    (import "ic0" "msg_reject_msg_copy" (func $reject_copy (param i32 i32 i32)))
    (import "ic0" "msg_reject" (func $reject (param i32 i32)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $data (param i32 i32)))
    (import "ic0" "call_cycles_add128" (func $cycles (param i64 i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 4)
    (table funcref (elem $on_reply $on_reject))
    (data (i32.const 1024) "http_request")
    (func $on_reply (param i32)
        (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
        (call $append (i32.const 65536) (call $arg_size))
        (call $reply))
    (func $on_reject (param i32)
        (call $reject_copy (i32.const 65536) (i32.const 0) (call $reject_size))
        (call $reject (i32.const 65536) (call $reject_size)))
    (func (export "canister_update fetch")
        (call $arg_copy (i32.const 65536) (i32.const 0) (call $arg_size))
        (call $new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 12)
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $data (i32.const 65536) (call $arg_size))
        (call $cycles (i64.const 0) (i64.const 100000000000))
        (drop (call $perform))))"#;

async fn deploy(server: &Server, instance: u64) -> Principal {
    let management = Principal::management_canister();
    let args = ProvisionalCreateCanisterWithCyclesArgs::default();
    let method = "provisional_create_canister_with_cycles";
    let args = Encode!(&args).unwrap();
    let reply = server.update(instance, management, method, &args).await;
    let canister_id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let args = InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id,
        wasm_module: wat::parse_str(FETCHER).unwrap(),
        arg: Vec::new(),
        sender_canister_version: None,
    };
    let args = Encode!(&args).unwrap();
    server
        .update(instance, management, "install_code", &args)
        .await;
    canister_id
}

/// Answers the one request that comes.
async fn web_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1_000];
        let _ = stream.read(&mut request).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        stream.write_all(answer).await.unwrap();
    });
    url
}

/// Asks until the answer is not null.
async fn until_answered(server: &Server, path: &str, body: Value) -> Value {
    loop {
        let (status, answer) = server.post(path, body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        if !answer.is_null() {
            return answer;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn should_follow_the_wall_clock_and_make_outcalls_for_real() {
    let server = Server::start(Duration::from_secs(600)).await;
    let instance = server.create_instance().await;
    let canister = deploy(&server, instance).await;
    let path = format!("/instances/{instance}");
    let progress = format!("{path}/auto_progress");
    let config = json!({ "artificial_delay_ms": null });
    let (status, _) = server.post(&progress, config).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(server.get(&progress).await.1, json!(true));

    let args = HttpRequestArgs {
        url: web_server().await,
        max_response_bytes: Some(1_000),
        ..HttpRequestArgs::default()
    };
    let fetch = call(canister, "fetch", &Encode!(&args).unwrap());
    let submit = format!("{path}/update/submit_ingress_message");
    let (_, id) = server.post(&submit, fetch).await;
    let status = json!({ "raw_message_id": id["Ok"], "raw_caller": null });
    let answer = until_answered(&server, &format!("{path}/read/ingress_status"), status).await;
    let reply = STANDARD.decode(answer["Ok"].as_str().unwrap()).unwrap();
    let response = Decode!(&reply, HttpRequestResult).unwrap();
    assert_eq!(response.body, b"hi");

    let (status, _) = server
        .post(&format!("{path}/stop_progress"), json!(""))
        .await;
    assert_eq!(status, StatusCode::OK);
    let time = format!("{path}/read/get_time");
    let stopped = server.get(&time).await.1;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(server.get(&time).await.1, stopped);
}
