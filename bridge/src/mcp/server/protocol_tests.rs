//! Progress, cancellation, pages and subscriptions, in both eras, as a client on a pipe sees them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::mcp::changes::Change;
use crate::mcp::fixtures::{Desk, LineClient, modern_meta};
use crate::mcp::offer::Offer;
use crate::mcp::subscriptions::MAXIMUM_SUBSCRIPTIONS;

fn modern(mut params: Value) -> Value {
    params["_meta"] = modern_meta();
    params
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn should_report_progress_before_the_answer_to_those_who_want_it() {
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    let wanted = json!({ "name": "count", "_meta": { "progressToken": "t" } });
    client.request(1, "tools/call", wanted).await;
    for done in [1.0, 2.0] {
        let progress = client.next().await;
        assert_eq!(progress["method"], "notifications/progress");
        assert_eq!(progress["params"]["progressToken"], "t");
        assert_eq!(progress["params"]["progress"], done);
        assert_eq!(progress["params"]["total"], 2.0);
    }
    assert_eq!(client.next().await["result"]["isError"], false);
    let answer = client
        .ask(2, "tools/call", json!({ "name": "count" }))
        .await;
    assert_eq!(answer["id"], 2, "nobody asked for progress: {answer}");
    client.hang_up().await;
}

#[tokio::test]
async fn should_drop_a_call_that_is_cancelled() {
    let desk = Arc::new(Desk::new());
    let waiting = desk.waiting.clone();
    let mut client = LineClient::initialized(desk).await;
    client
        .request(7, "tools/call", json!({ "name": "wait" }))
        .await;
    until(|| waiting.load(Ordering::SeqCst) == 1).await;
    client
        .send(
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": { "requestId": 7 } }),
        )
        .await;
    until(|| waiting.load(Ordering::SeqCst) == 0).await;
    let answer = client.ask(8, "tools/list", json!({})).await;
    assert_eq!(answer["result"]["tools"][0]["name"], "count");
    client.hang_up().await;
}

#[tokio::test]
async fn should_drop_calls_whose_client_hangs_up() {
    let desk = Arc::new(Desk::new());
    let waiting = desk.waiting.clone();
    let mut client = LineClient::initialized(desk).await;
    client
        .request(7, "tools/call", json!({ "name": "wait" }))
        .await;
    until(|| waiting.load(Ordering::SeqCst) == 1).await;
    client.hang_up().await;
    until(|| waiting.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn should_give_pages_and_refuse_cursors_of_lists_without() {
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    let first = client.ask(1, "resources/list", json!({})).await;
    assert_eq!(first["result"]["resources"].as_array().unwrap().len(), 2);
    assert_eq!(first["result"]["nextCursor"], "c");
    let second = client
        .ask(2, "resources/list", json!({ "cursor": "c" }))
        .await;
    assert_eq!(second["result"]["resources"][0]["uri"], "desk://c");
    assert!(second["result"].get("nextCursor").is_none());
    let refused = client.ask(3, "tools/list", json!({ "cursor": "x" })).await;
    assert_eq!(refused["error"]["code"], -32602);
    client.hang_up().await;
}

#[tokio::test]
async fn should_say_that_a_resource_is_missing_in_the_words_of_each_era() {
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    let read = json!({ "uri": "desk://x" });
    let old = client.ask(1, "resources/read", read.clone()).await;
    assert_eq!(old["error"]["code"], -32002);
    client.hang_up().await;
    let mut client = LineClient::connect(Arc::new(Desk::new()));
    let new = client.ask(1, "resources/read", modern(read)).await;
    assert_eq!(new["error"]["code"], -32602);
    assert_eq!(new["error"]["data"]["uri"], "desk://x");
    client.hang_up().await;
}

#[tokio::test]
async fn should_tell_a_session_of_what_it_subscribed_to_until_it_does_not_want_it() {
    let desk = Arc::new(Desk::new());
    let mut client = LineClient::initialized(desk.clone()).await;
    let a = json!({ "uri": "desk://a" });
    assert_eq!(
        client.ask(1, "resources/subscribe", a.clone()).await["result"],
        json!({})
    );
    let teller = desk.changes().teller();
    teller.tell(Change::Resource("desk://b".into()));
    teller.tell(Change::Resource("desk://a".into()));
    let told = client.next().await;
    assert_eq!(told["method"], "notifications/resources/updated");
    assert_eq!(told["params"]["uri"], "desk://a");
    client.ask(2, "resources/unsubscribe", a).await;
    teller.tell(Change::Resource("desk://a".into()));
    let answer = client.ask(3, "tools/list", json!({})).await;
    assert_eq!(answer["id"], 3, "it was told once more: {answer}");
    client.hang_up().await;
}

#[tokio::test]
async fn should_refuse_subscriptions_to_what_does_not_change_and_too_many() {
    let mut client = LineClient::initialized(Arc::new(Desk::new())).await;
    let other = json!({ "uri": "file:///etc/passwd" });
    let refused = client.ask(0, "resources/subscribe", other).await;
    assert_eq!(refused["error"]["code"], -32002);
    for number in 0..MAXIMUM_SUBSCRIPTIONS {
        let uri = json!({ "uri": format!("desk://{number}") });
        let answer = client.ask(1, "resources/subscribe", uri).await;
        assert!(answer.get("error").is_none(), "{answer}");
    }
    let again = json!({ "uri": "desk://0" });
    let answer = client.ask(2, "resources/subscribe", again).await;
    assert!(answer.get("error").is_none(), "it is subscribed to already");
    let one_more = json!({ "uri": "desk://one-more" });
    let refused = client.ask(3, "resources/subscribe", one_more).await;
    assert_eq!(refused["error"]["data"]["maximum"], MAXIMUM_SUBSCRIPTIONS);
    client.hang_up().await;
}

#[tokio::test]
async fn should_tell_a_listener_what_it_asked_for_under_its_number() {
    let desk = Arc::new(Desk::new());
    let mut client = LineClient::connect(desk.clone());
    let wanted = json!({ "notifications": {
        "toolsListChanged": true,
        "resourcesListChanged": true,
        "resourceSubscriptions": ["desk://a", "file:///etc/passwd"],
    } });
    let acknowledged = client.ask(5, "subscriptions/listen", modern(wanted)).await;
    let accepted = &acknowledged["params"]["notifications"];
    assert_eq!(accepted["resourceSubscriptions"], json!(["desk://a"]));
    assert_eq!(accepted["resourcesListChanged"], true);
    assert!(
        accepted.get("toolsListChanged").is_none(),
        "tools never change"
    );
    // The acknowledgment comes before the listening.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let teller = desk.changes().teller();
    teller.tell(Change::Tools);
    teller.tell(Change::Resource("desk://b".into()));
    teller.tell(Change::Resource("desk://a".into()));
    let told = client.next().await;
    assert_eq!(told["params"]["uri"], "desk://a");
    let number = &told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(number, 5);
    client.hang_up().await;
}
