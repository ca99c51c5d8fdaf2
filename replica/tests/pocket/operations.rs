//! Operations that take longer than a request waits, and requests that are refused.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Server;

#[tokio::test]
async fn should_answer_202_and_give_the_end_of_an_operation_once_until_pruned() {
    let server = Server::start(Duration::ZERO).await;
    let instance = server.create_instance().await;
    let path = format!("/instances/{instance}/read/get_time");
    // An operation that is done at once may be answered at once even so.
    let started = loop {
        let (status, body) = server.get(&path).await;
        if status == StatusCode::ACCEPTED {
            break body;
        }
        assert_eq!(status, StatusCode::OK);
    };
    let name = |key: &str| started[key].as_str().unwrap().to_owned();
    let (label, operation) = (name("state_label"), name("op_id"));
    let path = format!("/read_graph/{label}/{operation}");
    let end = loop {
        let (status, body) = server.get(&path).await;
        if status != StatusCode::NOT_FOUND {
            assert_eq!(status, StatusCode::OK);
            break body;
        }
    };
    assert!(end["nanos_since_epoch"].is_u64(), "{end}");
    let prune = format!("/prune_graph/{label}/{operation}");
    let pruned = server.send(Method::DELETE, &prune, &Value::Null).await;
    assert_eq!(pruned.0, StatusCode::OK);
    assert_eq!(server.get(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn should_refuse_with_a_message_what_does_not_exist() {
    let server = Server::start(Duration::from_secs(600)).await;
    let instance = server.create_instance().await;
    let nowhere = json!({ "canister_id": "AAAAAAAAAAUBAQ==" });
    for (path, body, status, word) in [
        ("read/get_cycles", nowhere, 400, "CanisterNotFound"),
        ("read/nothing", json!(null), 404, "no read/nothing"),
        ("update/nothing", json!(null), 404, "no update/nothing"),
        ("update/set_time", json!({}), 400, "malformed"),
        (
            "update/tick",
            json!({ "blockmakers": [] }),
            400,
            "blockmakers",
        ),
        (
            "read/pub_key",
            json!({ "subnet_id": "BA==" }),
            400,
            "SubnetNotFound",
        ),
    ] {
        let path = format!("/instances/{instance}/{path}");
        let (answer, problem) = server.post(&path, body).await;
        assert_eq!(answer.as_u16(), status, "{path}: {problem}");
        let text = problem["message"].as_str().unwrap();
        assert!(text.contains(word), "{path}: {text}");
    }
    let (status, _) = server.get("/instances/7/read/get_time").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn should_take_no_orders_from_web_pages_of_other_origins() {
    let server = Server::start(Duration::from_secs(600)).await;
    let instance = server.create_instance().await;
    // A browser sends this one without asking for permission first.
    let path = format!("{}/instances/{instance}/update/tick", server.url);
    let simple = server
        .client
        .post(path)
        .header("content-type", "text/plain");
    let answer = simple.body(r#"{"blockmakers":null}"#).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn should_list_and_delete_instances() {
    let server = Server::start(Duration::from_secs(600)).await;
    let first = server.create_instance().await;
    let second = server.create_instance().await;
    assert_ne!(first, second);
    let path = format!("/instances/{first}/");
    let deleted = server.send(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(deleted.0, StatusCode::OK);
    let (_, states) = server.get("/instances").await;
    assert_eq!(states, json!(["Deleted", "Available"]));
    let again = server.send(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(again.0, StatusCode::NOT_FOUND);
}
