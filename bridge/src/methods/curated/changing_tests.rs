//! Changing a part of a task: what is not named stays, or the user is asked.

use chime_types::{Exclusion, MissedRuns, NewSchedule, OverlapPolicy, Rule, TaskSchedule};
use serde_json::{Value, json};

use crate::fixtures::{schedule, step, task};
use crate::methods::tests::{Fake, call, tools};

const NEW_YORK: &str = "America/New_York";

fn daily(hour: u8) -> Rule {
    Rule::Daily { hour, minute: None }
}

fn rich() -> TaskSchedule {
    TaskSchedule {
        timezone: NEW_YORK.into(),
        exclusions: vec![Exclusion::Weekdays {
            weekdays: vec![0, 6],
        }],
        overlap: OverlapPolicy::BufferOne,
        missed_runs: MissedRuns::Skip,
        maximum_runs: Some(10),
        runs: 3,
        jitter_seconds: 60,
        ..schedule(5, daily(2))
    }
}

fn with(schedules: Vec<TaskSchedule>) -> Fake {
    let note = chime_types::Action::Note { text: "x".into() };
    let steps = vec![step(note.clone()), step(note)];
    let task = chime_types::Task {
        schedules,
        steps,
        ..task(1, "nightly")
    };
    Fake {
        tasks: vec![task],
        ..Fake::default()
    }
}

fn sent(fake: &Fake) -> Vec<NewSchedule> {
    let updates = fake.updates.lock().unwrap();
    assert_eq!(updates[0].expected_version, Some(1));
    updates[0].schedules.clone().unwrap()
}

#[tokio::test]
async fn should_change_one_schedule_and_keep_everything_else() {
    let hourly = Rule::Interval {
        repeat_every_seconds: 3_600,
        phase_seconds: None,
    };
    let next_run_at = Some(4_000_000_000_000_000_000);
    let other = TaskSchedule {
        next_run_at,
        disabled: true,
        ..schedule(6, hourly.clone())
    };
    let tools = tools(with(vec![rich(), other]));
    let changes = json!({ "rule": { "daily": { "hour": 3 } } });
    let request = json!({ "task_id": "nightly", "schedule_id": "5", "changes": changes });
    let (is_error, body) = call(&tools, "update_schedule", request).await;
    assert!(!is_error, "{body}");
    assert_eq!(body["replaces"], "5");
    assert_eq!(body["schedule"]["timezone"], NEW_YORK);
    let sent = sent(tools.scheduler.canister());
    let expected = NewSchedule {
        timezone: Some(NEW_YORK.into()),
        exclusions: Some(rich().exclusions),
        overlap: Some(OverlapPolicy::BufferOne),
        missed_runs: Some(MissedRuns::Skip),
        // Three of ten have been.
        maximum_runs: Some(7),
        jitter_seconds: Some(60),
        gap: Some(chime_types::GapPolicy::RunAfter),
        disabled: Some(false),
        ..NewSchedule::new(daily(3))
    };
    assert_eq!(sent[0], expected);
    assert_eq!((&sent[1].rule, sent[1].disabled), (&hourly, Some(true)));
    assert_eq!(sent[1].start_at, None, "it goes on as it is");
}

#[tokio::test]
async fn should_keep_the_rhythm_of_an_interval() {
    let rule = Rule::Interval {
        repeat_every_seconds: 3_600,
        phase_seconds: None,
    };
    let next_run_at = Some(4_000_000_000_000_000_000);
    let old = TaskSchedule {
        next_run_at,
        ..schedule(5, rule)
    };
    let tools = tools(with(vec![old]));
    let request = json!({ "task_id": 1, "changes": { "overlap": "allow_all" } });
    let (is_error, body) = call(&tools, "update_schedule", request).await;
    assert!(!is_error, "{body}");
    assert_eq!(sent(tools.scheduler.canister())[0].start_at, next_run_at);
}

#[tokio::test]
async fn should_refuse_changes_of_a_schedule_that_are_none() {
    let used_up = TaskSchedule {
        id: 6,
        runs: 10,
        ..rich()
    };
    let tools = tools(with(vec![rich(), used_up]));
    let hour = json!({ "rule": { "daily": { "hour": 3 } } });
    for (request, field) in [
        (json!({ "changes": hour }), "task_id"),
        (json!({ "task_id": "nobody", "changes": hour }), "task_id"),
        (json!({ "task_id": "1", "changes": hour }), "schedule_id"),
        (
            json!({ "task_id": "1", "schedule_id": "9", "changes": hour }),
            "schedule_id",
        ),
        (json!({ "task_id": "1", "schedule_id": "5" }), "changes"),
        (
            json!({ "task_id": "1", "schedule_id": "6", "changes": { "overlap": "skip" } }),
            "changes.maximum_runs",
        ),
        (
            json!({ "task_id": "1", "schedule_id": "5", "changes": [] }),
            "changes",
        ),
        (
            json!({ "task_id": "1", "schedule_id": "5", "remove": ["end"] }),
            "remove",
        ),
        (
            json!({ "task_id": "1", "schedule_id": "5", "changes": { "hour": 3 } }),
            "changes.hour",
        ),
        (
            json!({ "task_id": "1", "schedule_id": "5", "changes": { "timezone": "PST" } }),
            "changes.timezone",
        ),
        (
            json!({ "task": "1", "schedule_id": "5", "changes": hour, "sure": true }),
            "sure",
        ),
    ] {
        let (is_error, body) = call(&tools, "update_schedule", request.clone()).await;
        assert!(is_error, "{request}: {body}");
        assert_eq!(body["field"], field, "{request}: {body}");
        assert!(body["fix"].is_string());
    }
    assert!(
        tools
            .scheduler
            .canister()
            .updates
            .lock()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn should_ask_before_a_list_takes_settings_away() {
    let tools = tools(with(vec![rich()]));
    let new = json!([{ "rule": { "daily": { "hour": 3 } } }]);
    let mut request = json!({ "task_id": "1", "schedules": new });
    let (is_error, body) = call(&tools, "update_task", request.clone()).await;
    assert!(is_error);
    assert_eq!(body["kind"], "confirmation_required");
    assert!(body["rule"].as_str().unwrap().contains(NEW_YORK), "{body}");
    assert!(body["fix"].as_str().unwrap().contains("update_schedule"));
    assert_eq!(body["would_lose"].as_array().unwrap().len(), 6, "{body}");
    assert!(
        tools
            .scheduler
            .canister()
            .updates
            .lock()
            .unwrap()
            .is_empty()
    );
    let fewer = json!({ "task_id": "1", "steps": [{ "action": { "note": { "text": "x" } } }] });
    let (is_error, body) = call(&tools, "update_task", fewer).await;
    assert!(is_error, "{body}");
    request["confirm"] = json!(true);
    let (is_error, body) = call(&tools, "update_task", request).await;
    assert!(!is_error, "{body}");
    assert_eq!(tools.scheduler.canister().updates.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn should_change_a_part_of_the_retries() {
    let tools = tools(with(vec![rich()]));
    let request = json!({ "task_id": "nightly", "retry": { "max_retries": 9 } });
    let (is_error, body) = call(&tools, "update_task", request).await;
    assert!(!is_error, "{body}");
    let updates = tools.scheduler.canister().updates.lock().unwrap();
    let usual = chime_types::RetryPolicy::default();
    let expected = chime_types::RetryPolicy {
        max_retries: 9,
        ..usual
    };
    assert_eq!(updates[0].retry, Some(expected));
}

#[tokio::test]
async fn should_ask_before_quotas_remove_history() {
    let put = async |quotas: Value, confirm: bool| {
        let principal = candid::Principal::anonymous().to_text();
        let request = json!({ "principal": principal, "quotas": quotas, "confirm": confirm });
        call(&tools(with(vec![])), "put_user", request).await
    };
    let (is_error, body) = put(json!({ "maximum_executions": 9 }), false).await;
    assert!(
        is_error && body["kind"] == "confirmation_required",
        "{body}"
    );
    assert!(
        body["rule"]
            .as_str()
            .unwrap()
            .contains("would become 9, and there are 10")
    );
    for (quotas, confirm) in [
        (json!({ "maximum_executions": 9 }), true),
        (json!({ "maximum_executions": 10 }), false),
        (Value::Null, false),
    ] {
        let (is_error, body) = put(quotas, confirm).await;
        assert!(!is_error, "{body}");
    }
}
