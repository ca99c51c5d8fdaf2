//! What is no request, or one with parameters of a wrong type: it gets an answer too, as a client on
//! a pipe sees it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::mcp::fixtures::{Desk, LineClient, modern_meta};
use crate::mcp::parameters::is_method;

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

/// A line, and the code and number of its answer.
type Case = (Vec<u8>, i64, Value);

fn no_json() -> Vec<Case> {
    let lines: [(&[u8], Value); 8] = [
        (br#"{"jsonrpc":"2.0","id":2,"method":"ping""#, json!(2)),
        (
            br#"{"jsonrpc":"2.0","method":"ping","id":"a\n",,}"#,
            json!("a\n"),
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"p\xff\"}",
            json!(2),
        ),
        (b"\xff\xfe", json!(null)),
        (
            br#"{"jsonrpc":"2.0","id":2,"method":"ping","params":{"a":"\ud800"}}"#,
            json!(2),
        ),
        (b"hello", json!(null)),
        (b"{", json!(null)),
        (br#"{"jsonrpc":"2.0","id":2,"result":{"#, json!(null)),
    ];
    let nested = [125, 100_000].map(|depth| (nested(depth).into_bytes(), -32700, json!(2)));
    let lines = lines
        .into_iter()
        .map(|(line, id)| (line.to_vec(), -32700, id));
    lines.chain(nested).collect()
}

fn no_request() -> Vec<Case> {
    let large = format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"{}"}}}}"#,
        "x".repeat(30_000_000)
    );
    let ping =
        |params: &str| format!(r#"{{"jsonrpc":"2.0","id":2,"method":"ping","params":{params}}}"#);
    let list = |params: &str| ping(params).replace("ping", "tools/list");
    [
        (large, -32600, json!(2)),
        ("[]".into(), -32600, json!(null)),
        (
            r#"[{"jsonrpc":"2.0","id":2,"method":"ping"}]"#.into(),
            -32600,
            json!(null),
        ),
        ("7".into(), -32600, json!(null)),
        (r#"{"id":2,"method":"ping"}"#.into(), -32600, json!(2)),
        (
            r#"{"jsonrpc":"1.0","id":2,"method":"ping"}"#.into(),
            -32600,
            json!(2),
        ),
        (
            r#"{"jsonrpc":"2.0","id":2,"method":7}"#.into(),
            -32600,
            json!(2),
        ),
        (r#"{"jsonrpc":"2.0","id":2}"#.into(), -32600, json!(2)),
        (
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#.into(),
            -32600,
            json!(null),
        ),
        (
            r#"{"jsonrpc":"2.0","id":2.5,"method":"ping"}"#.into(),
            -32600,
            json!(null),
        ),
        (ping("[]"), -32602, json!(2)),
        (list(r#"{"_meta":7}"#), -32602, json!(2)),
        (list(r#""x""#), -32602, json!(2)),
    ]
    .map(|(line, code, id)| (line.into_bytes(), code, id))
    .to_vec()
}

#[tokio::test]
async fn should_answer_every_line() {
    for begun in [false, true] {
        let mut client = match begun {
            true => LineClient::initialized(Arc::new(Desk::new())).await,
            false => LineClient::connect(Arc::new(Desk::new())),
        };
        for (line, code, id) in no_json().into_iter().chain(no_request()) {
            let answer = answer(&mut client, &line).await;
            assert_eq!(answer["error"]["code"], code, "{answer}");
            assert_eq!(answer["id"], id, "{answer}");
            assert_ne!(answer["error"]["message"], "", "{answer}");
        }
        // It goes on as if nothing had been.
        let pong = client.ask(9, "ping", json!({})).await;
        assert_eq!(pong["result"], json!({}));
        client.hang_up().await;
    }
}

fn assert_wrong_parameters(refused: &Value, method: &str, named: &str) {
    assert_eq!(refused["id"], 3, "{method}: {refused}");
    assert_eq!(refused["error"]["code"], -32602, "{method}: {refused}");
    let text = refused["error"]["message"].as_str().unwrap();
    assert!(
        text.contains(named) || text.contains("type"),
        "{method}: {text}"
    );
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
        let refused_today = answer(&mut new, line.to_string().as_bytes()).await;
        let mut answers = vec![refused];
        if is_method(method, modern["_meta"].as_object()) {
            answers.push(refused_today);
        } else {
            // What is wrong with it does not matter: it is not there any more.
            assert_eq!(refused_today["error"]["code"], -32601, "{refused_today}");
        }
        for refused in answers {
            assert_wrong_parameters(&refused, method, named);
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
