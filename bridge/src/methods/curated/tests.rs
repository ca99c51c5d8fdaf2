//! Which task and which failure is meant, and that retrying and explaining mean the same.

use chime_types as types;
use chime_types::ExecutionStatus;
use serde_json::{Value, json};

use crate::fixtures::execution;
use crate::methods::tests::{Fake, call, tools, with_tasks};

#[tokio::test]
async fn should_find_a_task_by_id_and_name() {
    let failed = types::TaskExecution {
        task_id: 4,
        ..execution(ExecutionStatus::Failed)
    };
    let fake = Fake {
        executions: vec![failed],
        ..with_tasks(12, 0)
    };
    let tools = tools(fake);
    for given in [json!("4"), json!(4), json!("task 4")] {
        let (is_error, body) = call(&tools, "explain_failure", json!({ "task": given })).await;
        assert!(!is_error, "{given}: {body}");
        assert_eq!(body["execution"]["task_id"], "4");
    }
    let (is_error, body) = call(&tools, "explain_failure", json!({ "task": "tusk 4" })).await;
    assert!(is_error);
    assert_eq!(body["field"], "task");
    assert!(body["fix"].as_str().unwrap().contains("task 4"), "{body}");
}

fn past(id: u64, status: ExecutionStatus) -> types::TaskExecution {
    types::TaskExecution {
        id,
        task_id: 1,
        ..execution(status)
    }
}

/// What a retry takes, and what is explained, of a task with this history.
async fn latest(executions: Vec<types::TaskExecution>) -> (Option<u64>, Value, Value) {
    let mut fake = with_tasks(1, 0);
    fake.tasks[0].active_executions = 1;
    let tools = tools(Fake { executions, ..fake });
    let failure = tools.scheduler.latest_failure(Some(1)).await.unwrap();
    let (_, of_task) = call(&tools, "explain_failure", json!({ "task": "1" })).await;
    let (_, of_all) = call(&tools, "explain_failure", json!({})).await;
    (
        failure.map(|execution| execution.id),
        of_task["execution"]["id"].clone(),
        of_all["execution"]["id"].clone(),
    )
}

#[tokio::test]
async fn should_retry_and_explain_the_same_failure() {
    use ExecutionStatus::{Cancelled, Completed, Failed, Missed, Skipped, TimedOut};
    for end in [Failed, TimedOut] {
        for later in [Skipped, Cancelled, Missed, Completed] {
            let history = vec![past(2, end), past(3, later), past(4, Skipped)];
            let expected = (Some(2), json!("2"), json!("2"));
            assert_eq!(latest(history).await, expected, "{end:?} before {later:?}");
        }
    }
    let twice = vec![past(2, TimedOut), past(5, Failed), past(6, Skipped)];
    assert_eq!(latest(twice).await, (Some(5), json!("5"), json!("5")));
}

#[tokio::test]
async fn should_explain_a_failure_that_is_about_to_be_retried() {
    let waiting = |id, reason| types::TaskExecution {
        waiting_for: Some(reason),
        ..past(id, ExecutionStatus::Waiting)
    };
    let retried = waiting(5, types::WaitReason::RetryBackoff);
    let history = vec![
        past(2, ExecutionStatus::Failed),
        retried,
        waiting(6, types::WaitReason::Worker),
    ];
    // It is retried by itself: what can be run again is the one before.
    assert_eq!(latest(history).await, (Some(2), json!("5"), json!("5")));
}

#[tokio::test]
async fn should_not_run_again_what_was_run_again() {
    let replayed = types::TaskExecution {
        replayed_by: Some(4),
        ..past(2, ExecutionStatus::Failed)
    };
    let history = vec![replayed, past(4, ExecutionStatus::Completed)];
    assert_eq!(latest(history).await, (None, json!("2"), Value::Null));
    let none = vec![past(3, ExecutionStatus::Skipped)];
    assert_eq!(latest(none).await, (None, Value::Null, Value::Null));
}

#[tokio::test]
async fn should_find_every_task_however_many_pages_there_are() {
    let tools = tools(with_tasks(1_100, 0));
    assert_eq!(tools.scheduler.all_tasks().await.unwrap().len(), 1_100);
    let arguments = json!({ "task": "task 1100" });
    let (is_error, body) = call(&tools, "explain_failure", arguments).await;
    assert!(!is_error, "{body}");
}

#[tokio::test]
async fn should_not_take_a_number_for_another_task() {
    let tools = tools(with_tasks(12, 0));
    for gone in ["13", "0", "01", "+1"] {
        let (is_error, body) = call(&tools, "explain_failure", json!({ "task": gone })).await;
        assert!(is_error, "{gone}: {body}");
        assert_eq!(body["kind"], "not_found", "{gone}");
        assert_eq!(body["field"], "task", "{gone}");
    }
}

fn alert(url: &str) -> chime_types::Alert {
    chime_types::Alert {
        id: 4,
        name: "failures".into(),
        condition: chime_types::AlertCondition::Failure {},
        channel: chime_types::Channel::Webhook {
            url: url.into(),
            headers: None,
        },
        task_id: None,
        disabled: false,
        cooldown_seconds: 3_600,
        fired: 0,
        suppressed: 0,
        fired_at: None,
        delivery: None,
    }
}

#[tokio::test]
async fn should_say_when_an_alert_may_not_arrive() {
    let url = "https://discord.com/api/webhooks/1/x";
    let fake = Fake {
        alerts: vec![alert(url)],
        ..with_tasks(1, 0)
    };
    let tools = tools(fake);
    let channel = json!({ "webhook": { "url": url } });
    let condition = json!({ "failure": {} });
    let mut request = json!({ "name": "failures", "condition": condition, "channel": channel });
    let (is_error, body) = call(&tools, "create_alert", request.clone()).await;
    assert!(!is_error, "{body}");
    assert!(
        body["hint"]
            .as_str()
            .unwrap()
            .contains("discord.com refuses"),
        "{body}"
    );
    request["dry_run"] = json!(true);
    let (_, body) = call(&tools, "create_alert", request).await;
    assert!(body["hint"].as_str().unwrap().contains("content"), "{body}");
}
