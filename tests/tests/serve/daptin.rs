//! Every `curl` of Daptin's document on tasks, as it is written there.

use serde_json::{Value, json};

use crate::curl::request;
use crate::support::{Response, Server};

const LIST: &str = r#"curl http://localhost:6336/api/task \
  -H "Authorization: Bearer $TOKEN""#;

const CREATE: &str = r#"curl -X POST http://localhost:6336/api/task \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/vnd.api+json" \
  -d '{
    "data": {
      "type": "task",
      "attributes": {
        "name": "cleanup_old_data",
        "label": "Cleanup Old Data",
        "schedule": "@daily",
        "action_name": "cleanup",
        "entity_name": "temp_data",
        "as_user_email": "system@example.com",
        "is_active": true,
        "attributes": {
          "days_old": 30
        }
      }
    }
  }'"#;

const UPDATE: &str = r#"curl -X PATCH http://localhost:6336/api/task/TASK_ID \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/vnd.api+json" \
  -d '{
    "data": {
      "type": "task",
      "id": "TASK_ID",
      "attributes": {
        "schedule": "@every 2h",
        "is_active": true
      }
    }
  }'"#;

const DISABLE: &str = r#"curl -X PATCH http://localhost:6336/api/task/TASK_ID \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/vnd.api+json" \
  -d '{
    "data": {
      "type": "task",
      "id": "TASK_ID",
      "attributes": {
        "is_active": false
      }
    }
  }'"#;

const STATUS: &str = r#"curl http://localhost:6336/api/task/TASK_ID \
  -H "Authorization: Bearer $TOKEN""#;

const HISTORY: &str = r#"curl 'http://localhost:6336/api/timeline?query=[{"column":"event_type","operator":"is","value":"task"}]' \
  -H "Authorization: Bearer $TOKEN""#;

struct Story {
    server: Server,
    task_id: String,
}

impl Story {
    fn run(&self, line: &str) -> Response {
        let request = request(line, &self.server.token, &self.task_id);
        self.server.send(&request)
    }

    fn done(&self, line: &str) -> Value {
        let response = self.run(line);
        assert_eq!(response.status, 200, "{line}: {}", response.body);
        assert_eq!(
            response.header("content-type"),
            Some("application/vnd.api+json")
        );
        response.json()
    }
}

#[test]
fn should_do_what_every_line_of_the_document_says() {
    let mut story = Story {
        server: Server::start(),
        task_id: String::new(),
    };
    assert_eq!(story.done(LIST)["data"], json!([]));
    let made = story.run(CREATE);
    assert_eq!(made.status, 201, "{}", made.body);
    let task = made.json()["data"].clone();
    story.task_id = task["id"].as_str().unwrap().to_string();
    let path = format!("/api/task/{}", story.task_id);
    assert_eq!(made.header("location"), Some(path.as_str()));
    assert_eq!(task["type"], "task");
    for (name, value) in [
        ("name", json!("cleanup_old_data")),
        ("label", json!("Cleanup Old Data")),
        ("schedule", json!("@daily")),
        ("action_name", json!("cleanup")),
        ("entity_name", json!("temp_data")),
        ("as_user_email", json!("system@example.com")),
        ("is_active", json!(true)),
        ("attributes", json!({ "days_old": 30 })),
    ] {
        assert_eq!(task["attributes"][name], value, "{name}");
    }
    assert_eq!(story.done(LIST)["data"][0]["id"], task["id"]);

    let updated = story.done(UPDATE)["data"]["attributes"].clone();
    assert_eq!(updated["schedule"], "@every 2h");
    assert_eq!(
        updated["label"], "Cleanup Old Data",
        "what is not given stays"
    );
    let disabled = story.done(DISABLE)["data"]["attributes"].clone();
    assert_eq!(disabled["is_active"], false);
    assert_eq!(disabled["schedule"], "@every 2h");
    let shown = story.done(STATUS)["data"]["attributes"].clone();
    assert_eq!(shown["status"], "paused");
    assert_eq!(story.done(UPDATE)["data"]["attributes"]["is_active"], true);

    let events = story.done(HISTORY)["data"].clone();
    let kinds: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["attributes"]["kind"])
        .collect();
    assert!(kinds.contains(&&json!("task_created")), "{kinds:?}");
    assert!(kinds.contains(&&json!("task_paused")), "{kinds:?}");
    assert!(
        events
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["attributes"]["event_type"] == "task")
    );
}

/// What the document calls the execution of tasks: it is in the timeline, and a failure ends nothing.
#[test]
fn should_show_what_ran_in_the_timeline_and_go_on_after_a_failure() {
    let server = Server::start();
    let document = json!({ "data": { "type": "task", "attributes": {
        "name": "mail_sync",
        "label": "Sync Mail Servers",
        "schedule": "@every 1h",
        "action_name": "mail_servers_sync",
        "entity_name": "mail_server",
        "attributes": "{\"as\": \"text\"}",
    } } });
    let made = server.send_document("POST", "/api/task", &document).json();
    assert_eq!(
        made["data"]["attributes"]["attributes"],
        json!({ "as": "text" })
    );
    let id = made["data"]["id"].as_str().unwrap();
    // Nobody has defined the action.
    let run = server.send(&server.ask("POST", &format!("/api/task/{id}/run")));
    assert_eq!(run.status, 201, "{}", run.body);
    let place = run.header("location").unwrap();
    let failed = server.until(place, |it| it["data"]["attributes"]["status"] == "failed");
    let why = &failed["data"]["attributes"]["explanation"];
    assert!(
        why["remedies"].as_array().is_some_and(|it| !it.is_empty()),
        "{why}"
    );
    let of_task = format!("/api/timeline?filter[task_id]={id}&filter[kind]=execution_failed");
    assert_eq!(server.get(&of_task)["data"].as_array().unwrap().len(), 1);
    let task = server.get(&format!("/api/task/{id}"));
    assert!(task["data"]["attributes"]["next_run_at"].is_string());
    assert_eq!(task["data"]["attributes"]["last_result"], "failed");

    let define = json!({ "data": { "type": "action", "attributes": {
        "name": "mail_servers_sync",
        "entity_name": "mail_server",
        "action": { "note": { "text": "synced {{attributes.as}}" } },
    } } });
    let defined = server.send_document("POST", "/api/action", &define);
    assert_eq!(defined.status, 201, "{}", defined.body);
    let retry = server.send(&server.ask("POST", &format!("{place}/retry")));
    assert_eq!(retry.status, 201, "{}", retry.body);
    let again = retry.header("location").unwrap();
    server.until(again, |it| {
        it["data"]["attributes"]["status"] == "completed"
    });
}

#[test]
fn should_write_the_tasks_as_a_file_of_the_document() {
    let server = Server::start();
    let document = json!({ "data": { "type": "task", "attributes": {
        "name": "weekly_report",
        "schedule": "0 8 * * 1",
        "action_name": "generate_report",
        "entity_name": "analytics",
        "as_user_email": "reports@example.com",
        "attributes": { "type": "weekly", "recipients": ["manager@example.com"] },
    } } });
    assert_eq!(
        server.send_document("POST", "/api/task", &document).status,
        201
    );
    let yaml = server.send(&server.ask("GET", "/api/schema.yaml"));
    assert_eq!(yaml.status, 200);
    let read: Value = serde_norway::from_str(&yaml.body).unwrap();
    assert_eq!(
        read["Tasks"],
        json!([{
            "Name": "weekly_report",
            "Schedule": "0 8 * * 1",
            "ActionName": "generate_report",
            "EntityName": "analytics",
            "AsUserEmail": "reports@example.com",
            "Attributes": { "type": "weekly", "recipients": ["manager@example.com"] },
        }])
    );
}
