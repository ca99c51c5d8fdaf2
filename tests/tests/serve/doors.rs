//! Who is let in, what a token may do, and that a good client is served whatever others do.

use std::io::{Read, Write};

use serde_json::json;

use crate::support::{Request, Server, read};

#[test]
fn should_let_nobody_in_without_a_token_or_from_elsewhere() {
    let server = Server::start();
    let bare = Request::new("GET", "/api/task");
    for request in [
        bare.clone(),
        bare.clone()
            .header("Authorization", "Bearer chime_00000000_0123456789abcdef"),
        bare.clone().header("Authorization", "Basic x"),
        bare.clone().header("Cookie", "chime_session=guess"),
        Request::new("GET", "/metrics"),
        Request::new("GET", "/events"),
        Request::new("POST", "/mcp"),
        Request::new("GET", "/api/openapi.json"),
    ] {
        let response = server.send(&request);
        assert_eq!(response.status, 401, "{request:?}: {}", response.body);
        assert!(response.header("www-authenticate").is_some());
        assert_eq!(response.error()["code"], "unauthenticated");
    }
    let good = server.ask("GET", "/api/task");
    for request in [
        good.clone().header("Host", "evil.example.com"),
        good.clone().header("Origin", "https://evil.example.com"),
        good.clone().header("Origin", "null"),
    ] {
        assert_eq!(server.send(&request).status, 403, "{request:?}");
    }
    let health = server.send(&Request::new("GET", "/healthz"));
    assert_eq!(
        (health.status, health.json()["status"].clone()),
        (200, json!("ok"))
    );
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(health.header(name), Some(value));
    }
    let policy = health.header("content-security-policy").unwrap();
    assert!(
        !policy.contains("unsafe") && policy.contains("default-src 'none'"),
        "{policy}"
    );
}

#[test]
fn should_let_a_token_do_what_its_role_may_until_it_is_revoked() {
    let server = Server::start();
    let document = json!({ "data": { "type": "task", "attributes": {
        "name": "x", "schedule": "@daily", "action_name": "nothing",
    } } });
    let viewer = server.new_token(&["--role", "viewer"]);
    let with = |token: &str, request: Request| {
        server
            .send(&request.header("Authorization", &format!("Bearer {token}")))
            .status
    };
    let post = || Request::new("POST", "/api/task").document(&document);
    assert_eq!(with(&viewer, Request::new("GET", "/api/task")), 200);
    assert_eq!(with(&viewer, post()), 403);
    assert_eq!(with(&server.token, post()), 201);
    let initialize = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" },
    } });
    let mcp = Request::new("POST", "/mcp")
        .header("Accept", "application/json, text/event-stream")
        .header("Content-Type", "application/json")
        .body(&initialize.to_string());
    assert_eq!(
        with(&server.token, mcp.clone()),
        403,
        "MCP is for who may do everything"
    );
    let admin = server.new_token(&["--role", "admin", "--expires", "1h"]);
    assert_eq!(with(&admin, mcp), 200);

    let listed = server.text(&["token", "ls", "-o", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let tokens = listed["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 3);
    assert!(
        tokens.iter().all(|token| token["last_used_at"].is_string()),
        "{listed}"
    );
    for secret in [&viewer, &admin, &server.token] {
        assert!(
            !listed
                .to_string()
                .contains(secret.rsplit('_').next().unwrap())
        );
    }
    server.text(&["token", "revoke", &viewer]);
    assert_eq!(with(&viewer, Request::new("GET", "/api/task")), 401);
}

#[test]
fn should_act_as_the_identity_that_a_token_stands_for() {
    let server = Server::start();
    let key = server.key();
    let other = server.new_token(&["--for", key.to_str().unwrap()]);
    let principal = |token: &str| {
        let request = Request::new("GET", "/api/me");
        let request = request.header("Authorization", &format!("Bearer {token}"));
        let response = server.send(&request);
        assert_eq!(response.status, 200, "{}", response.body);
        response.json()["data"]["id"].clone()
    };
    assert_ne!(principal(&other), principal(&server.token));
}

#[test]
fn should_change_nothing_where_it_only_reads() {
    let server = Server::with(&["--read-only"]);
    let refused = server.send(&server.ask("POST", "/api/task/1/run"));
    assert_eq!(refused.status, 403);
    assert!(
        refused.error()["meta"]["fix"]
            .as_str()
            .unwrap()
            .contains("--read-only")
    );
    assert_eq!(server.get("/api/task")["data"], json!([]));
}

/// A browser that signed in reads; what a page of another site makes it send changes nothing.
#[test]
fn should_sign_a_browser_in_once_and_change_nothing_for_its_cookie_alone() {
    let server = Server::start();
    let link = server.text(&["open", "--print"]);
    let target = link
        .trim()
        .split_once(&server.address)
        .unwrap()
        .1
        .to_string();
    let entered = server.send(&Request::new("GET", &target));
    assert_eq!(entered.status, 303);
    let cookie = entered.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_string();
    let again = server.send(&Request::new("GET", &target));
    assert_eq!(again.status, 401, "it is good for once");
    let with = |request: Request| server.send(&request.header("Cookie", &cookie)).status;
    assert_eq!(with(Request::new("GET", "/api/task")), 200);
    assert_eq!(with(Request::new("POST", "/api/task/1/run")), 403);
    assert_eq!(with(Request::new("DELETE", "/api/task/1")), 403);
    // A code is no token.
    let code = target.split_once("code=").unwrap().1;
    let bearer =
        Request::new("GET", "/api/task").header("Authorization", &format!("Bearer {code}"));
    assert_eq!(server.send(&bearer).status, 401);
}

#[test]
fn should_tell_what_happens_while_somebody_listens() {
    let server = Server::start();
    let mut stream = server.connect();
    let request = format!(
        "GET /events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        server.address, server.token
    );
    stream.write_all(request.as_bytes()).unwrap();
    let document = json!({ "data": { "type": "task", "attributes": {
        "name": "watched", "schedule": "@daily", "action_name": "nothing",
    } } });
    let made = server.send_document("POST", "/api/task", &document).json();
    let mut text = String::new();
    let mut bytes = [0; 4_096];
    while !text.contains("task_created") {
        let count = stream.read(&mut bytes).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    assert!(text.contains("content-type: text/event-stream"), "{text}");
    assert!(text.contains("event: timeline"), "{text}");
    let id = made["data"]["id"].as_str().unwrap();
    assert!(text.contains(&format!("\"task_id\":\"{id}\"")), "{text}");
}

/// More connections than there is room for, on which nothing complete is ever sent.
#[test]
fn should_serve_a_good_client_whatever_others_leave_open() {
    let server = Server::start();
    let mut open = Vec::new();
    for _ in 0..450 {
        let mut stream = server.connect();
        stream
            .write_all(b"GET /api/task HTTP/1.1\r\nHost:")
            .unwrap();
        open.push(stream);
    }
    assert_eq!(server.get("/api/task")["data"], json!([]));
    let mut long = server.connect();
    let head = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(300_000)
    );
    // The server may close before everything is sent.
    let _ = long.write_all(head.as_bytes());
    assert_eq!(read(&mut long).status, 431);
    assert_eq!(server.get("/api/task")["data"], json!([]));
}
