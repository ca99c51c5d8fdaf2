//! Stored Python over REST.

use serde_json::{Value, json};

use crate::support::{Response, Server};

fn document(attributes: &Value) -> Value {
    json!({ "data": { "type": "codex", "attributes": attributes } })
}

fn attributes(response: &Response) -> Value {
    response.json()["data"]["attributes"].clone()
}

#[test]
fn should_store_change_and_roll_back_a_codex() {
    let server = Server::start();
    let first = json!({ "name": "report", "code": "result = 1", "description": "says one" });
    let made = server.send_document("POST", "/api/codex", &document(&first));
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(made.header("Location"), Some("/api/codex/report"));
    assert_eq!(attributes(&made)["code"], "result = 1");
    let version = made.header("ETag").unwrap().to_string();

    let listed = server.get("/api/codex");
    assert_eq!(listed["data"][0]["id"], "report");
    assert_eq!(listed["data"][0]["attributes"]["code"], Value::Null);
    let shown = server.get("/api/codex/report");
    assert_eq!(shown["data"]["attributes"]["code"], "result = 1");

    let again = server.send_document("POST", "/api/codex", &document(&first));
    assert_eq!(again.status, 409);
    assert_eq!(
        again.error()["source"],
        json!({ "pointer": "/data/attributes/name" })
    );

    let second = document(&json!({ "code": "result = 2" }));
    let changed = server.send_document("PATCH", "/api/codex/report", &second);
    assert_eq!(changed.status, 200, "{}", changed.json());
    assert_eq!(attributes(&changed)["description"], "says one");
    let stale = server.send(
        &server
            .ask("PATCH", "/api/codex/report")
            .header("If-Match", &version)
            .document(&document(&json!({ "code": "result = 3" }))),
    );
    assert_eq!(stale.status, 412);
    let renamed = document(&json!({ "name": "other" }));
    let renamed = server.send_document("PATCH", "/api/codex/report", &renamed);
    assert_eq!(renamed.status, 409);

    let back = document(&json!({ "to_version": 1 }));
    let back = server.send_document("POST", "/api/codex/report/rollback", &back);
    assert_eq!(back.status, 200, "{}", back.json());
    assert_eq!(attributes(&back)["code"], "result = 1");
    assert_eq!(attributes(&back)["present_version"], 3);

    let wrong = document(&json!({ "name": "wrong", "code": "result = (" }));
    let wrong = server.send_document("POST", "/api/codex", &wrong);
    assert_eq!(wrong.status, 422, "{}", wrong.json());
    assert_eq!(
        wrong.error()["source"],
        json!({ "pointer": "/data/attributes/code" })
    );
    assert_eq!(
        server.get("/api/codex")["data"].as_array().unwrap().len(),
        1
    );

    let gone = server.send(&server.ask("DELETE", "/api/codex/report"));
    assert_eq!(gone.status, 204);
    let missing = server.send(&server.ask("GET", "/api/codex/report"));
    assert_eq!(missing.status, 404);
}

#[test]
fn should_leave_what_all_owners_use_to_admins() {
    let server = Server::start();
    let shared = document(&json!({ "name": "helper", "code": "result = 1", "shared": true }));
    let token = server.new_token(&["--role", "user"]);
    let refused = server.send(
        &server
            .ask("POST", "/api/codex")
            .header("Authorization", &format!("Bearer {token}"))
            .document(&shared),
    );
    assert_eq!(refused.status, 403);
    let token = server.new_token(&["--role", "admin"]);
    let made = server.send(
        &server
            .ask("POST", "/api/codex")
            .header("Authorization", &format!("Bearer {token}"))
            .document(&shared),
    );
    assert_eq!(made.status, 201, "{}", made.json());
    let shown = server.get("/api/codex/shared:helper");
    assert_eq!(shown["data"]["attributes"]["shared"], true);
    let own = server.send(&server.ask("GET", "/api/codex/helper"));
    assert_eq!(own.status, 404);
}
