//! What is refused, and with which words: never a panic, never an execution.

use std::collections::BTreeMap;

use chime_replica::canister_id_from_counter;
use chime_replica::server::limits::HTTP_BODY_BYTES;
use serde_cbor::Value;

use crate::support::{agent, create_counter, ed25519, get, post, post_as, start};

/// Changes one field of an envelope, or of its content.
fn change(envelope: &[u8], path: &[&str], value: Option<Value>) -> Vec<u8> {
    let mut root: Value = serde_cbor::from_slice(envelope).unwrap();
    let mut place = &mut root;
    for name in &path[..path.len() - 1] {
        place = map(place).get_mut(&text(name)).unwrap();
    }
    let last = text(path[path.len() - 1]);
    match value {
        Some(value) => map(place).insert(last, value),
        None => map(place).remove(&last),
    };
    serde_cbor::to_vec(&root).unwrap()
}

fn map(value: &mut Value) -> &mut BTreeMap<Value, Value> {
    let Value::Map(map) = value else {
        panic!("no map: {value:?}");
    };
    map
}

fn text(text: &str) -> Value {
    Value::Text(text.to_string())
}

#[tokio::test]
async fn should_refuse_whatever_was_changed_after_it_was_signed() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let signed = agent
        .update(&canister, "increment")
        .sign()
        .unwrap()
        .signed_update;
    let stranger = candid::Principal::self_authenticating([9]);
    let bytes = |bytes: &[u8]| Some(Value::Bytes(bytes.to_vec()));
    let cases: [(&str, &[&str], Option<Value>); 12] = [
        ("another argument", &["content", "arg"], bytes(b"x")),
        (
            "another method",
            &["content", "method_name"],
            Some(text("trap")),
        ),
        ("a field more", &["content", "unknown"], Some(text("x"))),
        (
            "another sender",
            &["content", "sender"],
            bytes(stranger.as_slice()),
        ),
        ("no sender", &["content", "sender"], None),
        (
            "a sender of 30 bytes",
            &["content", "sender"],
            bytes(&[1; 30]),
        ),
        ("no signature", &["sender_sig"], None),
        ("another signature", &["sender_sig"], bytes(&[1; 64])),
        ("a short signature", &["sender_sig"], bytes(&[1])),
        ("no key", &["sender_pubkey"], None),
        ("a key that is none", &["sender_pubkey"], bytes(b"key")),
        ("no content", &["content"], None),
    ];
    let path = format!("/api/v4/canister/{canister}/call");
    for (name, field, value) in cases {
        let answer = post(&server, &path, &change(&signed, field, value)).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        assert!(!answer.body.is_empty(), "{name}");
    }
    assert_eq!(get(&agent, &canister).await, 0);
    assert_eq!(
        post(&server, &path, &signed).await.status,
        200,
        "the original"
    );
}

#[tokio::test]
async fn should_refuse_what_has_expired_or_expires_too_late() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let path = format!("/api/v4/canister/{canister}/call");
    let now = crate::support::now_ns();
    for expiry in [now - 1_000_000_000, now + 3_600_000_000_000] {
        let builder = agent.update(&canister, "increment");
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(expiry);
        let signed = builder.expire_at(at).sign().unwrap();
        let answer = post(&server, &path, &signed.signed_update).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.text().starts_with("Invalid request expiry"),
            "{}",
            answer.text()
        );
    }
    assert_eq!(get(&agent, &canister).await, 0);
}

#[tokio::test]
async fn should_refuse_malformed_bodies_at_every_endpoint() {
    let (_directory, server) = start().await;
    let id = canister_id_from_counter(0);
    let deep = [vec![0x81; 10_000], vec![1]].concat();
    let bodies: [(&str, Vec<u8>); 12] = [
        ("empty", vec![]),
        ("text", b"hello".to_vec()),
        ("number", vec![1]),
        ("null", vec![0xf6]),
        ("empty map", vec![0xa0]),
        ("array", vec![0x80]),
        ("endless map", vec![0xbf]),
        (
            "huge array",
            vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        (
            "huge bytes",
            vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        ("deep", deep),
        ("reserved", vec![0x1c]),
        (
            "content is text",
            [b"\xa1\x67content\x61x".as_slice()].concat(),
        ),
    ];
    for endpoint in ["call", "query", "read_state"] {
        for version in ["v2", "v3", "v4"] {
            for (name, body) in &bodies {
                let path = format!("/api/{version}/canister/{id}/{endpoint}");
                let answer = post(&server, &path, body).await;
                assert_eq!(answer.status, 400, "{path} {name}: {}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn should_refuse_what_was_sent_to_the_wrong_address() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let other = canister_id_from_counter(77);
    let signed = agent
        .update(&canister, "increment")
        .sign()
        .unwrap()
        .signed_update;
    for (path, status) in [
        (format!("/api/v4/canister/{other}/call"), 400),
        (format!("/api/v4/subnet/{other}/call"), 400),
        (format!("/api/v4/canister/{canister}/query"), 400),
        (format!("/api/v4/canister/{canister}/read_state"), 400),
        ("/api/v4/canister/not-a-principal/call".to_string(), 400),
        (format!("/api/v9/canister/{canister}/call"), 404),
        ("/".to_string(), 404),
    ] {
        let answer = post(&server, &path, &signed).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    assert_eq!(get(&agent, &canister).await, 0);
}

#[tokio::test]
async fn should_refuse_large_bodies_and_other_kinds() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let path = format!("/api/v4/canister/{canister}/call");
    let answer = post(&server, &path, &vec![0; HTTP_BODY_BYTES + 1]).await;
    assert_eq!(answer.status, 413);
    let large = agent
        .update(&canister, "increment")
        .with_arg(vec![0; 2 * 1024 * 1024 + 1]);
    let answer = post(&server, &path, &large.sign().unwrap().signed_update).await;
    assert_eq!(answer.status, 413, "{}", answer.text());

    let signed = agent
        .update(&canister, "increment")
        .sign()
        .unwrap()
        .signed_update;
    let answer = post_as(&server, &path, "text/plain", &signed).await;
    assert_eq!(answer.status, 400);
    assert_eq!(get(&agent, &canister).await, 0);
}
