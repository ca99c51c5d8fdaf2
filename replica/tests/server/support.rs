//! What the tests share: servers, agents, identities, a small canister and raw requests.

use std::io::{Read, Write};
use std::net::TcpStream;

use candid::{CandidType, Decode, Encode, Nat, Principal};
use chime_replica::canister_id_from_counter;
use chime_replica::server::{Server, ServerConfig, ServerHandle};
use ic_agent::identity::{
    BasicIdentity, DelegatedIdentity, Delegation, Prime256v1Identity, Secp256k1Identity,
    SignedDelegation,
};
use ic_agent::{Agent, Identity};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use tempfile::TempDir;

/// A canister with a counter in its heap, and everything else a client can notice.
const COUNTER: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reject" (func $reject (param i32 i32)))
    (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
    (import "ic0" "data_certificate_present" (func $present (result i32)))
    (import "ic0" "data_certificate_size" (func $size (result i32)))
    (import "ic0" "data_certificate_copy" (func $copy (param i32 i32 i32)))
    (memory 2)
    (data (i32.const 100) "no thanks")
    (func (export "canister_update increment")
        (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
        (call $append (i32.const 0) (i32.const 8))
        (call $reply))
    (func (export "canister_query get")
        (call $append (i32.const 0) (i32.const 8))
        (call $reply))
    (func (export "canister_update grow")
        (call $noise (i32.mul (memory.grow (i32.const 16)) (i32.const 65536)))
        (i64.store (i32.const 8) (i64.extend_i32_u (memory.size)))
        (call $append (i32.const 8) (i32.const 8))
        (call $reply))
    (func $noise (param $at i32) (local $left i32) (local $state i64)
        (local.set $left (i32.const 131072))
        (local.set $state (i64.extend_i32_u (local.get $at)))
        (loop $more
            (local.set $state
                (i64.add
                    (i64.mul (local.get $state) (i64.const 6364136223846793005))
                    (i64.const 1442695040888963407)))
            (i64.store (local.get $at) (local.get $state))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $more (local.get $left))))
    (func (export "canister_query size")
        (i64.store (i32.const 8) (i64.extend_i32_u (memory.size)))
        (call $append (i32.const 8) (i32.const 8))
        (call $reply))
    (func (export "canister_update refuse") (call $reject (i32.const 100) (i32.const 9)))
    (func (export "canister_query refuse_query") (call $reject (i32.const 100) (i32.const 9)))
    (func (export "canister_update trap") unreachable)
    (func (export "canister_update certify")
        (call $certify (i32.const 100) (i32.const 9))
        (call $reply))
    (func (export "canister_query certificate")
        (if (i32.eqz (call $present)) (then unreachable))
        (call $copy (i32.const 1000) (i32.const 0) (call $size))
        (call $append (i32.const 1000) (call $size))
        (call $reply))
    (@custom "icp:public candid:service" "service : {}")
    (@custom "icp:private secret" "for controllers"))"#;

/// A server on a directory of its own.
pub async fn start() -> (TempDir, ServerHandle) {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(ServerConfig::new(directory.path())).await;
    (directory, server.unwrap())
}

pub async fn agent(url: &str, identity: impl Identity + 'static) -> Agent {
    let agent = Agent::builder()
        .with_url(url)
        .with_identity(identity)
        .with_verify_query_signatures(true)
        .build()
        .unwrap();
    agent.fetch_root_key().await.unwrap();
    agent
}

pub fn ed25519(seed: u8) -> BasicIdentity {
    BasicIdentity::from_raw_key(&[seed; 32])
}

pub fn secp256k1() -> Secp256k1Identity {
    let key = ic_secp256k1::PrivateKey::generate_from_seed(&[1]);
    Secp256k1Identity::from_pem(key.serialize_rfc5915_pem().as_bytes()).unwrap()
}

pub fn prime256v1() -> Prime256v1Identity {
    let key = ic_secp256r1::PrivateKey::generate_insecure_key_for_testing(1);
    Prime256v1Identity::from_pem(key.serialize_rfc5915_pem().as_bytes()).unwrap()
}

/// An Ed25519 identity that signs by the delegation of a secp256k1 identity.
pub fn delegated(targets: Option<Vec<Principal>>) -> DelegatedIdentity {
    let (from, to) = (secp256k1(), ed25519(77));
    let delegation = Delegation {
        pubkey: to.public_key().unwrap(),
        expiration: now_ns() + 600_000_000_000,
        targets,
        permissions: None,
    };
    let signature = from.sign_delegation(&delegation).unwrap();
    let signed = SignedDelegation {
        delegation,
        signature: signature.signature.unwrap(),
    };
    DelegatedIdentity::new(from.public_key().unwrap(), Box::new(to), vec![signed]).unwrap()
}

pub fn now_ns() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

/// Creates a canister without code.
pub async fn create(agent: &Agent) -> Principal {
    let args = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(10_000_000_000_000_u64)),
        ..Default::default()
    };
    let reply = agent
        .update(&management(), "provisional_create_canister_with_cycles")
        .with_effective_canister_id(canister_id_from_counter(0))
        .with_arg(Encode!(&args).unwrap())
        .await
        .unwrap();
    Decode!(&reply, CanisterIdRecord).unwrap().canister_id
}

/// Calls a method of the management canister about a canister.
pub async fn manage(agent: &Agent, canister: Principal, method: &str, args: impl CandidType) {
    agent
        .update(&management(), method)
        .with_effective_canister_id(canister)
        .with_arg(Encode!(&args).unwrap())
        .await
        .unwrap();
}

/// Creates a canister with the counter module.
pub async fn create_counter(agent: &Agent) -> Principal {
    let canister = create(agent).await;
    let args = InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id: canister,
        wasm_module: counter_module(),
        arg: Vec::new(),
        sender_canister_version: None,
    };
    manage(agent, canister, "install_code", args).await;
    canister
}

pub fn counter_module() -> Vec<u8> {
    wat::parse_str(COUNTER).unwrap()
}

pub async fn increment(agent: &Agent, canister: &Principal) -> u64 {
    let reply = agent.update(canister, "increment").await.unwrap();
    number(&reply)
}

pub async fn get(agent: &Agent, canister: &Principal) -> u64 {
    number(&agent.query(canister, "get").await.unwrap())
}

pub fn number(reply: &[u8]) -> u64 {
    u64::from_le_bytes(reply.try_into().unwrap())
}

pub fn management() -> Principal {
    Principal::management_canister()
}

/// An answer to a raw request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Posts bytes as CBOR.
pub async fn post(server: &ServerHandle, path: &str, body: &[u8]) -> Answer {
    post_as(server, path, "application/cbor", body).await
}

pub async fn post_as(server: &ServerHandle, path: &str, kind: &str, body: &[u8]) -> Answer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let request = [head.as_bytes(), body].concat();
    let address = server.local_addr();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        // A server that refuses a body early may close before it has read all of it.
        let _ = stream.write_all(&request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    });
    parse(&answer.await.unwrap())
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(answer)));
    let status = std::str::from_utf8(&answer[9..12]).unwrap();
    Answer {
        status: status.parse().unwrap(),
        body: answer[end + 4..].to_vec(),
    }
}
