//! The form of JSON:API: lists, errors, versions, keys.

use serde_json::{Value, json};

use crate::support::{Request, Server};

fn task(name: &str) -> Value {
    json!({ "data": { "type": "task", "attributes": {
        "name": name, "schedule": "0 3 * * *", "action_name": "nothing",
    } } })
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["data"].as_array().unwrap().iter();
    items
        .map(|item| item["attributes"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn should_answer_the_part_of_a_list_that_is_asked_for() {
    let server = Server::start();
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(
            server
                .send_document("POST", "/api/task", &task(name))
                .status,
            201
        );
    }
    let page = server.get("/api/task?page[number]=2&page[size]=2");
    assert_eq!(names(&page), ["c", "d"]);
    assert_eq!(page["meta"]["page"]["total"], 5);
    assert_eq!(page["meta"]["page"]["last_page"], 3);
    let next = page["links"]["next"].as_str().unwrap();
    assert_eq!(names(&server.get(next)), ["e"]);
    assert_eq!(
        names(&server.get("/api/task?sort=-name&page[size]=2")),
        ["e", "d"]
    );
    assert_eq!(names(&server.get("/api/task?filter[name]=b,d")), ["b", "d"]);
    let query = r#"/api/task?query=[{"column":"name","operator":"gt","value":"c"}]"#;
    assert_eq!(names(&server.get(query)), ["d", "e"]);
    assert_eq!(
        names(&server.get("/api/task?filter[status]=pending&page[size]=1")),
        ["a"]
    );
    let sparse = server.get("/api/task?fields[task]=name&page[size]=1");
    assert_eq!(sparse["data"][0]["attributes"], json!({ "name": "a" }));
    let id = page["data"][0]["id"].as_str().unwrap();
    let run = server.send(&server.ask("POST", &format!("/api/task/{id}/run")));
    assert_eq!(run.status, 201);
    let whole = server.get(&format!("/api/task/{id}?include=executions"));
    assert_eq!(whole["included"][0]["type"], "execution");
    let related = &whole["data"]["relationships"]["executions"];
    assert_eq!(related["data"][0]["id"], whole["included"][0]["id"]);
    let executions = server.get(related["links"]["related"].as_str().unwrap());
    assert_eq!(executions["data"][0]["id"], whole["included"][0]["id"]);
    assert_eq!(
        server.get("/api/execution")["data"][0]["id"],
        whole["included"][0]["id"]
    );
}

/// A request, the status of its answer, and where the error says that it is.
type Fault = (Request, u16, Value);

fn pointer(text: &str) -> Value {
    json!({ "pointer": text })
}

fn parameter(text: &str) -> Value {
    json!({ "parameter": text })
}

fn header(text: &str) -> Value {
    json!({ "header": text })
}

/// A new task with another value of one attribute.
fn with(server: &Server, name: &str, value: Value) -> Request {
    let mut document = task("new");
    document["data"]["attributes"][name] = value;
    server.ask("POST", "/api/task").document(&document)
}

fn of_addresses(server: &Server) -> Vec<Fault> {
    let get = |target: &str| server.ask("GET", target);
    let html = get("/api/task").header("Accept", "text/html");
    let blank = server
        .ask("POST", "/api/task/1/run")
        .header("Idempotency-Key", " ");
    let mars = get("/api/preview?schedule=@daily&timezone=Mars");
    vec![
        (get("/nowhere"), 404, Value::Null),
        (get("/api/nothing"), 404, Value::Null),
        (get("/api/task/999"), 404, Value::Null),
        (get("/api/task/x"), 404, Value::Null),
        (server.ask("PUT", "/api/task"), 405, Value::Null),
        (html, 406, header("Accept")),
        (get("/api/task?page[size]=0"), 400, parameter("page[size]")),
        (get("/api/task?pagesize=7"), 400, parameter("pagesize")),
        (get("/api/task?sort=nam"), 400, parameter("query")),
        (get("/api/task?include=friends"), 400, parameter("include")),
        (get("/api/task?query=x"), 400, parameter("query")),
        (get("/api/preview?schedule=x"), 422, parameter("schedule")),
        (mars, 422, parameter("timezone")),
        (blank, 400, header("Idempotency-Key")),
    ]
}

fn of_documents(server: &Server) -> Vec<Fault> {
    let post = |document: Value| server.ask("POST", "/api/task").document(&document);
    let typed = |kind: &str, body: &str| {
        let request = server.ask("POST", "/api/task").header("Content-Type", kind);
        request.body(body)
    };
    let patch = |document: Value| server.ask("PATCH", "/api/task/1").document(&document);
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let with_charset = "application/vnd.api+json; charset=utf-8";
    let named = json!({ "data": { "type": "task", "id": "7", "attributes": {} } });
    let nonsense = json!({ "data": { "type": "task", "attributes": { "nonsense": 1 } } });
    vec![
        (typed(form, "x=y"), 415, header("Content-Type")),
        (typed(with_charset, "{}"), 415, header("Content-Type")),
        (typed(json, "{"), 400, pointer("")),
        (typed(json, "{\"data\":1,\"data\":2}"), 400, pointer("")),
        (post(json!({})), 400, pointer("/data")),
        (post(json!({ "data": {} })), 400, pointer("/data/type")),
        (
            post(json!({ "data": { "type": "x" } })),
            409,
            pointer("/data/type"),
        ),
        (post(named.clone()), 403, pointer("/data/id")),
        (patch(named), 409, pointer("/data/id")),
        (patch(nonsense), 422, pointer("/data/attributes/nonsense")),
        (post(task("there")), 409, pointer("/data/attributes/name")),
    ]
}

fn of_attributes(server: &Server) -> Vec<Fault> {
    let at = |name: &str| pointer(&format!("/data/attributes/{name}"));
    let step = json!([{ "action": { "note": { "txt": "x" } } }]);
    vec![
        (
            with(server, "schedule", json!("@sometimes")),
            422,
            at("schedule"),
        ),
        (
            with(server, "schedule", Value::Null),
            422,
            pointer("/data/attributes"),
        ),
        (
            with(server, "attributes", json!("x")),
            422,
            at("attributes"),
        ),
        (
            with(server, "is_active", json!("maybe")),
            422,
            at("is_active"),
        ),
        (
            with(server, "name", json!("x".repeat(129))),
            422,
            at("name"),
        ),
        (with(server, "steps", step), 422, Value::Null),
    ]
}

#[test]
fn should_say_what_is_wrong_where_and_with_which_status() {
    let server = Server::start();
    let made = server.send_document("POST", "/api/task", &task("there"));
    assert_eq!(made.status, 201, "{}", made.body);
    let all = [
        of_addresses(&server),
        of_documents(&server),
        of_attributes(&server),
    ];
    for (request, status, source) in all.concat() {
        let response = server.send(&request);
        assert_eq!(response.status, status, "{request:?}: {}", response.body);
        let error = response.error();
        let fix = error["meta"]["fix"].as_str();
        assert!(fix.is_some_and(|fix| !fix.is_empty()), "{error}");
        if source != Value::Null {
            assert_eq!(error["source"], source, "{request:?}: {error}");
        }
        assert!(response.header("retry-after").is_none(), "{request:?}");
    }
    let allowed = server.send(&server.ask("PUT", "/api/task"));
    assert_eq!(allowed.header("allow"), Some("GET, POST, HEAD"));
    let long = with(&server, "label", json!("x".repeat(1024 * 1024)));
    assert_eq!(server.send(&long).status, 413);
}

#[test]
fn should_change_only_the_version_that_is_demanded() {
    let server = Server::start();
    let made = server.send_document("POST", "/api/task", &task("versioned"));
    let id = made.json()["data"]["id"].as_str().unwrap().to_string();
    let path = format!("/api/task/{id}");
    let tag = made.header("etag").unwrap().to_string();
    let change = |label: &str, tag: &str| {
        let document =
            json!({ "data": { "type": "task", "id": id, "attributes": { "label": label } } });
        server.send(
            &server
                .ask("PATCH", &path)
                .header("If-Match", tag)
                .document(&document),
        )
    };
    let changed = change("first", &tag);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    for stale in [tag.as_str(), "\"x\"", "W/\"1\""] {
        let refused = change("second", stale);
        assert_eq!(refused.status, 412, "{}", refused.body);
        assert_eq!(refused.error()["source"]["header"], "If-Match");
    }
    assert_eq!(change("third", "*").status, 200);
    let delete = |tag: &str| {
        server
            .send(&server.ask("DELETE", &path).header("If-Match", tag))
            .status
    };
    assert_eq!(delete(&tag), 412);
    assert_eq!(server.send(&server.ask("DELETE", &path)).status, 204);
    assert_eq!(server.send(&server.ask("GET", &path)).status, 404);
    assert_eq!(server.send(&server.ask("DELETE", &path)).status, 404);
}

#[test]
fn should_do_once_what_is_asked_twice_under_one_key() {
    let server = Server::start();
    let make = || {
        let request = server
            .ask("POST", "/api/task")
            .header("Idempotency-Key", "\"one\"");
        let made = server.send(&request.document(&task("keyed")));
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["data"]["id"].as_str().unwrap().to_string()
    };
    let id = make();
    assert_eq!(make(), id);
    let run = || {
        let request = server.ask("POST", &format!("/api/task/{id}/run"));
        let run = server.send(&request.header("Idempotency-Key", "two"));
        assert_eq!(run.status, 201, "{}", run.body);
        run.json()["data"]["id"].clone()
    };
    assert_eq!(run(), run());
}

/// A task that was renamed keeps the key that it was made under.
#[test]
fn should_not_take_a_renamed_task_for_a_new_one() {
    let server = Server::start();
    let made = server.send_document("POST", "/api/task", &task("before"));
    let place = made.header("location").unwrap().to_string();
    let renamed = json!({ "data": { "type": "task", "attributes": { "name": "after" } } });
    assert_eq!(server.send_document("PATCH", &place, &renamed).status, 200);
    let again = server.send_document("POST", "/api/task", &task("before"));
    assert_eq!(again.status, 409, "{}", again.body);
    let request = server
        .ask("POST", "/api/task")
        .header("Idempotency-Key", "new");
    let made = server.send(&request.document(&task("before")));
    assert_eq!(made.status, 201, "{}", made.body);
}

#[test]
fn should_take_the_requests_of_the_scheduler_too() {
    let server = Server::start();
    let document = json!({ "data": { "type": "task", "attributes": {
        "name": "own",
        "is_active": false,
        "steps": [{ "action": { "note": { "text": "hello" } } }],
        "schedules": [{ "rule": { "daily": { "hour": 2, "minute": 30 } }, "timezone": "Europe/Zurich" }],
    } } });
    let made = server.send_document("POST", "/api/task", &document);
    assert_eq!(made.status, 201, "{}", made.body);
    let task = made.json()["data"].clone();
    assert_eq!(task["attributes"]["is_active"], false);
    assert_eq!(
        task["attributes"]["schedule"],
        "CRON_TZ=Europe/Zurich 30 2 * * *"
    );
    let path = format!("/api/task/{}", task["id"].as_str().unwrap());
    let change = json!({ "data": { "type": "task", "attributes": {
        "priority": "urgent", "label": "both at once", "is_active": true,
    } } });
    let changed = server.send_document("PATCH", &path, &change);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let changed = changed.json()["data"]["attributes"].clone();
    assert_eq!(changed["priority"], "urgent");
    assert_eq!(changed["label"], "both at once");
    assert_eq!(changed["is_active"], true);

    let alert = json!({ "data": { "type": "alert", "attributes": {
        "name": "failures", "condition": { "failure": {} }, "channel": { "inbox": {} },
    } } });
    let alert = server.send_document("POST", "/api/alert", &alert);
    assert_eq!(alert.status, 201, "{}", alert.body);
    let place = alert.header("location").unwrap().to_string();
    let quiet = json!({ "data": { "type": "alert", "attributes": { "disabled": true } } });
    let quiet = server.send_document("PATCH", &place, &quiet).json();
    assert_eq!(quiet["data"]["attributes"]["disabled"], true);
    assert_eq!(server.send(&server.ask("DELETE", &place)).status, 204);

    let preview = server.get("/api/preview?schedule=0+9+*+*+1&timezone=Europe/Zurich&count=3");
    let shown = &preview["data"]["attributes"];
    assert_eq!(shown["next_at"].as_array().unwrap().len(), 3);
    assert_eq!(shown["timezone"], "Europe/Zurich");
    assert_eq!(
        server.get("/api/me")["data"]["attributes"]["token_role"],
        "user"
    );
    assert_eq!(
        server.get("/api/stats")["data"]["attributes"]["total_tasks"],
        1
    );
    assert_eq!(server.get("/api/openapi.json")["openapi"], "3.1.0");
}
