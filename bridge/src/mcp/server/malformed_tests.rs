//! What is no request, or one with parameters of a wrong type: it gets an answer too, as a client on
//! a pipe sees it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::mcp::fixtures::{Desk, LineClient, modern_meta};

/// Long enough for every machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn answer(client: &mut LineClient, line: &[u8]) -> Value {
    client.send_line(line).await;
    let shown = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
    tokio::time::timeout(PATIENCE, client.next())
        .await
        .unwrap_or_else(|_| panic!("no answer: {shown}"))
}

/// A request whose parameters are `depth` lists deep.
fn nested(depth: usize) -> String {
    let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"count","arguments":{{"x":{lists}}}}}}}"#
    )
}

#[tokio::test]
async fn should_answer_every_line() {
    let large = format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"{}"}}}}"#,
        "x".repeat(30_000_000)
    );
    let (deep, deeper) = (nested(125), nested(100_000));
    let lines: [(&[u8], i64, Value); 22] = [
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"ping""#,
            -32700,
            json!(2),
        ),
        (
            br#"{"jsonrpc":"2.0","method":"ping","id":"a\n",,}"#,
            -32700,
            json!("a\n"),
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"p\xff\"}",
            -32700,
            json!(2),
        ),
        (b"\xff\xfe", -32700, json!(null)),
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"ping","params":{"a":"\ud800"}}"#,
            -32700,
            json!(2),
        ),
        (deep.as_bytes(), -32700, json!(2)),
        (deeper.as_bytes(), -32700, json!(2)),
        (large.as_bytes(), -32600, json!(2)),
        (b"hello", -32700, json!(null)),
        (b"{", -32700, json!(null)),
        (b"[]", -32600, json!(null)),
        (
            br#"[{"jsonrpc":"2.0","id":2,"method":"ping"}]"#,
            -32600,
            json!(null),
        ),
        (b"7", -32600, json!(null)),
        (br#"{"id":2,"method":"ping"}"#, -32600, json!(2)),
        (
            br#"{"jsonrpc":"1.0","id":2,"method":"ping"}"#,
            -32600,
            json!(2),
        ),
        (br#"{"jsonrpc":"2.0","id":2,"method":7}"#, -32600, json!(2)),
        (br#"{"jsonrpc":"2.0","id":2}"#, -32600, json!(2)),
        (
            br#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            -32600,
            json!(null),
        ),
        (
            br#"{"jsonrpc":"2.0","id":2.5,"method":"ping"}"#,
            -32600,
            json!(null),
        ),
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"ping","params":[]}"#,
            -32602,
            json!(2),
        ),
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"_meta":7}}"#,
            -32602,
            json!(2),
        ),
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":"x"}"#,
            -32602,
            json!(2),
        ),
    ];
    for begun in [false, true] {
        let mut client = match begun {
            true => LineClient::initialized(Arc::new(Desk::new())).await,
            false => LineClient::connect(Arc::new(Desk::new())),
        };
        for (line, code, id) in &lines {
            let answer = answer(&mut client, line).await;
            assert_eq!(answer["error"]["code"], *code, "{answer}");
            assert_eq!(answer["id"], *id, "{answer}");
            assert_ne!(answer["error"]["message"], "", "{answer}");
        }
        // It goes on as if nothing had been.
        let pong = client.ask(9, "ping", json!({})).await;
        assert_eq!(pong["result"], json!({}));
        client.hang_up().await;
    }
}

/// Every method, with parameters that are no parameters of it.
#[tokio::test]
async fn should_say_what_is_wrong_with_parameters() {
    let cases = [
        (
            "tools/call",
            json!({ "name": "count", "arguments": "{}" }),
            "arguments",
        ),
        (
            "tools/call",
            json!({ "name": "count", "arguments": [] }),
            "arguments",
        ),
        ("tools/call", json!({ "name": 7 }), "name"),
        ("tools/call", json!({}), "name"),
        ("tools/call", json!(null), "name"),
        ("tools/list", json!({ "cursor": 7 }), "cursor"),
        ("resources/list", json!({ "cursor": {} }), "cursor"),
        (
            "resources/templates/list",
            json!({ "cursor": true }),
            "cursor",
        ),
        ("prompts/list", json!({ "cursor": 1 }), "cursor"),
        ("resources/read", json!({ "uri": 7 }), "uri"),
        ("resources/subscribe", json!({}), "uri"),
        ("resources/unsubscribe", json!({ "uri": null }), "uri"),
        ("prompts/get", json!({ "name": [] }), "name"),
        (
            "prompts/get",
            json!({ "name": "x", "arguments": 7 }),
            "arguments",
        ),
        (
            "completion/complete",
            json!({ "ref": 7, "argument": {} }),
            "ref",
        ),
        ("logging/setLevel", json!({ "level": 7 }), "level"),
        ("tasks/get", json!({}), "taskId"),
        ("tasks/cancel", json!({ "taskId": 7 }), "taskId"),
    ];
    for (method, params, named) in cases {
        let mut old = LineClient::initialized(Arc::new(Desk::new())).await;
        let line = json!({ "jsonrpc": "2.0", "id": 3, "method": method, "params": params });
        let refused = answer(&mut old, line.to_string().as_bytes()).await;
        let mut modern = params.clone();
        if modern.is_null() {
            modern = json!({});
        }
        modern["_meta"] = modern_meta();
        let mut new = LineClient::connect(Arc::new(Desk::new()));
        let line = json!({ "jsonrpc": "2.0", "id": 3, "method": method, "params": modern });
        for refused in [refused, answer(&mut new, line.to_string().as_bytes()).await] {
            assert_eq!(refused["id"], 3, "{method}: {refused}");
            assert_eq!(
                refused["error"]["code"], -32602,
                "{method} {params}: {refused}"
            );
            let text = refused["error"]["message"].as_str().unwrap();
            assert!(
                text.contains(named) || text.contains("type"),
                "{method} {params}: {text}"
            );
        }
    }
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    let refused = client.ask(4, "no/such", json!({})).await;
    assert_eq!(refused["error"]["code"], -32601);
}

#[tokio::test]
async fn should_answer_no_notification_and_no_answer() {
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    for line in [
        r#"{"jsonrpc":"2.0","method":"notifications/unheard"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":7}"#,
        r#"{"jsonrpc":"2.0","id":77,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"x"}}"#,
        "",
        "\r",
    ] {
        client.send_line(line.as_bytes()).await;
    }
    let pong = client.ask(9, "ping", json!({})).await;
    assert_eq!(pong["id"], 9, "something else was answered: {pong}");
    client.hang_up().await;
}

#[tokio::test]
async fn should_answer_a_last_line_without_an_end() {
    let client = LineClient::initialized(Arc::new(Desk::new())).await;
    let answers = client
        .hang_up_after(br#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#)
        .await;
    assert!(answers.contains("\"id\":5"), "{answers}");
}
