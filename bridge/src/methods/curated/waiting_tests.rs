//! What is said about executions that wait, and about those that are out of sight.

use std::time::{Duration, Instant};

use chime_types as types;
use chime_types::ExecutionStatus;
use serde_json::{Value, json};

use crate::fixtures::execution;
use crate::methods::tests::{Fake, call, tools, with_tasks};

/// What `run_task_now` says about an execution that stays as it is, and how long that takes.
async fn run(goes_away: bool, execution: types::TaskExecution) -> (Value, Duration) {
    let tools = tools(Fake {
        executions: vec![types::TaskExecution {
            task_id: 1,
            ..execution
        }],
        goes_away,
        ..with_tasks(1, 0)
    });
    let begin = Instant::now();
    let arguments = json!({ "task_id": "1", "wait_seconds": "2s" });
    let (is_error, body) = call(&tools, "run_task_now", arguments).await;
    assert!(!is_error, "{body}");
    (body, begin.elapsed())
}

#[tokio::test]
async fn should_tell_what_was_started_when_its_outcome_cannot_be_seen() {
    let (body, _) = run(true, execution(ExecutionStatus::Ready)).await;
    assert_eq!(body["id"], "1");
    assert_eq!(body["outcome"], "not_known_yet");
    let hint = body["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("execution 1 was started; its outcome is not known yet"),
        "{hint}"
    );
    assert_eq!(body["reason"]["kind"], "unreachable");
}

#[tokio::test]
async fn should_not_wait_for_what_goes_on_later() {
    let now_at = u64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap();
    let waiting = |reason, wake_at| types::TaskExecution {
        waiting_for: Some(reason),
        wake_at,
        ..execution(ExecutionStatus::Waiting)
    };
    let later_at = now_at + 3_600 * types::limits::NANOSECONDS;
    for (reason, words) in [
        (
            types::WaitReason::RetryBackoff,
            "It failed and is tried again at ",
        ),
        (types::WaitReason::Snooze, "It is snoozed and goes on at "),
        (
            types::WaitReason::StepDelay,
            "It pauses before its next step and goes on at ",
        ),
    ] {
        let (body, took) = run(false, waiting(reason, Some(later_at))).await;
        let hint = body["hint"].as_str().unwrap();
        assert!(hint.starts_with(words), "{hint}");
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    let (body, took) = run(false, waiting(types::WaitReason::Worker, None)).await;
    let hint = body["hint"].as_str().unwrap();
    assert!(
        hint.contains("waits for a worker that serves the queue \"default\""),
        "{hint}"
    );
    assert!(took > Duration::from_secs(1), "a worker may come");
}

#[tokio::test]
async fn should_explain_a_command_that_no_worker_takes() {
    let tools = tools(Fake {
        executions: vec![types::TaskExecution {
            task_id: 1,
            waiting_for: Some(types::WaitReason::Worker),
            ..execution(ExecutionStatus::Waiting)
        }],
        ..with_tasks(1, 0)
    });
    let (_, body) = call(&tools, "explain_failure", json!({ "task": "1" })).await;
    assert_eq!(body["error_kind"], "no_worker");
    let next = body["next"].as_str().unwrap();
    assert!(
        next.starts_with("It waits for a worker that serves the queue"),
        "{body}"
    );
}
