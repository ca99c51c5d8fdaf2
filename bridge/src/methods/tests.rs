//! The tools on a scheduler that is a stand-in: what is sent, what is not, and what is answered.

use std::sync::Mutex;

use candid::CandidType;
use chime_types as types;
use chime_types::{ErrorKind, ExecutionStatus, Rule};
use serde_json::json;

use super::*;
use crate::fixtures::{execution, foreseen, schedule, task, user};
use crate::scheduler::Manner;

/// Most tasks on a page of the stand-in.
const FAKE_PAGE: u32 = 50;

/// A scheduler with some tasks, which notes what it is called.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) tasks: Vec<types::Task>,
    pub(super) executions: Vec<types::TaskExecution>,
    pub(super) called: Mutex<Vec<String>>,
    /// What every canister on the network publishes.
    pub(super) interface: Option<&'static str>,
    pub(super) alerts: Vec<types::Alert>,
    /// Changes of tasks that were asked for.
    pub(super) updates: Mutex<Vec<types::UpdateTaskRequest>>,
    /// The network goes away as soon as something is started.
    pub(super) goes_away: bool,
}

impl Fake {
    fn task(&self, id: u64) -> std::result::Result<types::Task, types::Error> {
        let found = self.tasks.iter().find(|task| task.id == id);
        found.cloned().ok_or_else(|| {
            let text = "no task has this id";
            types::Error::new(ErrorKind::NotFound, text, "list your tasks").within("task_id")
        })
    }

    /// The executions of which `test` holds, the newest first.
    fn history(&self, test: impl Fn(&types::TaskExecution) -> bool) -> Result<Vec<u8>> {
        let mut executions = self.executions.clone();
        executions.retain(test);
        executions.sort_by_key(|execution| std::cmp::Reverse(execution.id));
        encode(types::GetTaskExecutionsResult::Ok(
            types::TaskExecutionPage {
                total_executions: executions.len() as u64,
                executions,
                next_cursor: None,
            },
        ))
    }

    fn page(&self, request: &types::GetMyTasksRequest) -> types::TaskPage {
        let after = request.cursor.unwrap_or(0);
        let limit = request.limit.unwrap_or(50).min(FAKE_PAGE) as usize;
        let rest = self.tasks.iter().filter(|task| task.id > after);
        let tasks: Vec<_> = rest.clone().take(limit).cloned().collect();
        let more = rest.count() > tasks.len();
        types::TaskPage {
            next_cursor: tasks.last().map(|task| task.id).filter(|_| more),
            total_tasks: self.tasks.len() as u64,
            tasks,
        }
    }
}

/// A caller with the quotas of everybody.
fn quotas(method: &str) -> Result<Vec<u8>> {
    match method {
        "get_config" => encode(types::ConfigResult::Ok(types::Config::default())),
        "list_users" => encode(types::ListUsersResult::Ok(types::UserPage {
            users: vec![types::User {
                executions: 10,
                ..user()
            }],
            next_cursor: None,
        })),
        _ => encode(types::UserResult::Ok(user())),
    }
}

fn encode(answer: impl CandidType) -> Result<Vec<u8>> {
    Ok(candid::encode_one(answer).unwrap())
}

impl Canister for Fake {
    async fn interface_text(&self, _: candid::Principal) -> Result<Option<String>> {
        Ok(self.interface.map(str::to_string))
    }

    async fn call(&self, _: Manner, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        self.called.lock().unwrap().push(method.to_string());
        let id = || {
            let request: types::TaskRequest = candid::decode_one(&arguments).unwrap();
            request.task_id
        };
        match method {
            "get_task" => encode(types::TaskResult::from(self.task(id()))),
            "get_my_tasks" => {
                let request = candid::decode_one(&arguments).unwrap();
                encode(types::GetMyTasksResult::Ok(self.page(&request)))
            }
            "update_task" => {
                let request: types::UpdateTaskRequest = candid::decode_one(&arguments).unwrap();
                let mut task = self.task(request.task_id).unwrap();
                let new = request.schedules.clone().unwrap_or_default();
                let made = (100..).zip(new).map(|(id, new)| types::TaskSchedule {
                    timezone: new.timezone.unwrap_or_else(|| "UTC".into()),
                    ..schedule(id, new.rule)
                });
                task.schedules = made.collect();
                self.updates.lock().unwrap().push(request);
                encode(types::TaskResult::Ok(task))
            }
            "list_alerts" => encode(types::ListAlertsResult::Ok(types::AlertPage {
                alerts: self.alerts.clone(),
                next_cursor: None,
            })),
            "create_alert" => encode(types::AlertResult::Ok(self.alerts[0].clone())),
            "delete_task" => encode(types::DeleteTaskResult::Ok(types::DeletedTask {
                task_id: id(),
                cancelled_executions: 0,
                remaining_executions: Some(0),
            })),
            "get_task_executions" => {
                let request: types::GetTaskExecutionsRequest =
                    candid::decode_one(&arguments).unwrap();
                self.history(|it| {
                    it.task_id == request.task_id
                        && request.status.is_none_or(|status| it.status == status)
                })
            }
            "list_dead_letters" => {
                let request: types::DeadLettersRequest = candid::decode_one(&arguments).unwrap();
                self.history(|it| {
                    let failed = [ExecutionStatus::Failed, ExecutionStatus::TimedOut];
                    failed.contains(&it.status)
                        && it.replayed_by.is_none()
                        && request.task_id.is_none_or(|task_id| it.task_id == task_id)
                })
            }
            "get_execution" if self.goes_away => {
                Err(Error::new(Kind::Unreachable, "gone", "start it again"))
            }
            "get_me" | "get_config" | "list_users" | "put_user" => quotas(method),
            "run_task_now" | "get_execution" => {
                encode(types::ExecutionResult::Ok(self.executions[0].clone()))
            }
            "preview_schedule" | "dry_run" => Ok(foreseen(method, &arguments)),
            "restore_backup" => encode(types::RestoreBackupResult::Ok(types::RestoredBackup {
                tasks: 1,
                executions: 2,
                left_out: 0,
                next_cursor: None,
                renumbered: None,
                remaining_executions: None,
            })),
            _ => Err(Error::new(Kind::OutcomeUnknown, "lost", "look first")),
        }
    }
}

pub(super) fn tools(fake: Fake) -> CanisterTools<Fake> {
    CanisterTools::of_scheduler(Scheduler::of(fake)).unwrap()
}

pub(super) async fn call(
    tools: &CanisterTools<Fake>,
    name: &str,
    arguments: Value,
) -> (bool, Value) {
    let arguments = arguments.as_object().unwrap();
    match tools.call(name, arguments, &Silent).await.unwrap() {
        Reply::Done(answer) => (false, answer),
        Reply::Refused(body) => (true, body),
    }
}

fn called(tools: &CanisterTools<Fake>) -> Vec<String> {
    std::mem::take(&mut *tools.scheduler.canister().called.lock().unwrap())
}

pub(super) fn with_tasks(count: u64, characters: usize) -> Fake {
    let daily = Rule::Daily {
        hour: 2,
        minute: None,
    };
    let tasks = (1..=count).map(|id| types::Task {
        metadata: "x".repeat(characters),
        schedules: vec![types::TaskSchedule {
            timezone: "Europe/Zurich".into(),
            description: "every day at 02:00".into(),
            next_run_at: Some(1_795_741_200_000_000_000),
            ..schedule(id, daily.clone())
        }],
        ..task(id, &format!("task {id}"))
    });
    Fake {
        tasks: tasks.collect(),
        ..Fake::default()
    }
}

#[tokio::test]
async fn should_do_nothing_that_destroys_without_confirmation() {
    let tools = tools(with_tasks(1, 0));
    let (is_error, body) = call(&tools, "delete_task", json!({ "task_id": "1" })).await;
    assert!(is_error);
    assert_eq!(body["kind"], "confirmation_required");
    assert_eq!(body["field"], "confirm");
    assert_eq!(body["example"], json!({ "task_id": "1", "confirm": true }));
    assert!(
        body["would"].as_str().unwrap().contains("\"task 1\""),
        "{body}"
    );
    assert_eq!(called(&tools), ["get_task"]);
    let arguments = json!({ "task_id": "1", "confirm": true });
    let (is_error, body) = call(&tools, "delete_task", arguments).await;
    assert!(!is_error, "{body}");
    assert_eq!(called(&tools), ["delete_task"]);
}

#[tokio::test]
async fn should_ask_before_restoring_only_over_what_exists() {
    let tools = tools(Fake::default());
    let (is_error, _) = call(&tools, "restore_backup", json!({ "backup_id": "1" })).await;
    assert!(!is_error);
    assert_eq!(called(&tools), ["restore_backup"]);
    let over = json!({ "backup_id": "1", "overwrite": true });
    let (is_error, _) = call(&tools, "restore_backup", over).await;
    assert!(is_error);
    assert_eq!(called(&tools), ["list_backups"], "nothing is restored");
}

#[tokio::test]
async fn should_change_nothing_in_a_dry_run() {
    let tools = tools(with_tasks(1, 0));
    let arguments = json!({ "task_id": "1", "name": "new", "dry_run": true });
    let (is_error, body) = call(&tools, "update_task", arguments).await;
    assert!(!is_error, "{body}");
    assert_eq!(body["dry_run"], true);
    assert_eq!(
        body["changes"]["name"],
        json!({ "now": "task 1", "then": "new" })
    );
    let arguments = json!({ "task_id": "1", "confirm": true, "dry_run": true });
    let (is_error, _) = call(&tools, "delete_task", arguments).await;
    assert!(!is_error);
    let asked = ["get_task", "dry_run", "get_task", "dry_run"];
    assert_eq!(called(&tools), asked, "nothing that changes anything");
}

#[tokio::test]
async fn should_say_the_same_of_a_dry_run_on_every_surface() {
    let tools = tools(with_tasks(1, 0));
    let request = json!({ "task_id": "1", "name": "new", "expected_version": null });
    let outlook = tools.dry_run("update_task", request.as_object().unwrap());
    let outlook = outlook.await.unwrap();
    let mut asked = request.clone();
    asked["dry_run"] = json!(true);
    let (_, answer) = call(&tools, "update_task", asked).await;
    assert_eq!(answer, Value::Object(outlook));
}

#[tokio::test]
async fn should_find_faults_in_a_dry_run() {
    let tools = tools(with_tasks(1, 0));
    let schedule = json!({ "rule": { "daily": { "hour": 25 } } });
    for (method, arguments, kind, field) in [
        (
            "create_task",
            json!({ "name": "x", "steps": [], "schedules": [schedule] }),
            "invalid_argument",
            "schedules[0].rule.daily.hour",
        ),
        (
            "add_schedule",
            json!({ "task_id": "1", "schedule": schedule }),
            "invalid_argument",
            "schedule.rule.daily.hour",
        ),
        (
            "pause_task",
            json!({ "task_id": "9" }),
            "not_found",
            "task_id",
        ),
        (
            "remove_schedule",
            json!({ "task_id": "1", "schedule_id": "7" }),
            "not_found",
            "schedule_id",
        ),
        (
            "update_task",
            json!({ "task_id": "1", "expected_version": 3 }),
            "conflict",
            "expected_version",
        ),
        (
            "pause_task",
            json!({ "task_id": [] }),
            "invalid_argument",
            "task_id",
        ),
    ] {
        let mut arguments = arguments;
        arguments["dry_run"] = json!(true);
        let (is_error, body) = call(&tools, method, arguments).await;
        assert!(is_error, "{method}: {body}");
        assert_eq!(body["kind"], kind, "{method}: {body}");
        assert_eq!(body["field"], field, "{method}: {body}");
        assert!(body["fix"].is_string(), "{method}: {body}");
    }
    let changed = called(&tools);
    assert!(
        changed
            .iter()
            .all(|name| name.starts_with("get_") || name.starts_with("preview_"))
    );
}

#[tokio::test]
async fn should_show_when_a_schedule_fires_in_every_form() {
    let tools = tools(with_tasks(1, 0));
    for format in ["concise", "detailed"] {
        let arguments = json!({ "task_id": "1", "response_format": format });
        let (_, body) = call(&tools, "get_task", arguments).await;
        let schedule = &body["schedules"][0];
        assert_eq!(schedule["timezone"], "Europe/Zurich", "{format}");
        assert_eq!(schedule["description"], "every day at 02:00", "{format}");
        assert!(
            schedule["missed_runs"]
                .as_str()
                .unwrap()
                .starts_with("latest")
        );
        let runs = schedule["next_runs"].as_array().unwrap();
        assert_eq!(runs.len(), 3, "{format}");
        assert_eq!(runs[0]["utc"], "2026-11-27T01:00:00Z");
        assert_eq!(runs[0]["local"], "2026-11-27T02:00:00+01:00");
        assert_eq!(body.get("metadata").is_some(), format == "detailed");
    }
}

#[tokio::test]
async fn should_page_through_everything_within_the_size() {
    for (count, characters, arguments) in [
        (300, 0, json!({})),
        (300, 0, json!({ "limit": 500 })),
        (
            40,
            6_000,
            json!({ "response_format": "detailed", "limit": 500 }),
        ),
        (3, 60_000, json!({ "response_format": "detailed" })),
    ] {
        let tools = tools(with_tasks(count, characters));
        let mut seen = Vec::new();
        let mut arguments = arguments;
        loop {
            let (is_error, page) = call(&tools, "get_my_tasks", arguments.clone()).await;
            assert!(!is_error);
            assert!(size::size(&page) <= size::MAXIMUM_ANSWER_CHARACTERS);
            let tasks = page["tasks"].as_array().unwrap();
            seen.extend(
                tasks
                    .iter()
                    .map(|task| task["id"].as_str().unwrap().to_string()),
            );
            if page["next_cursor"].is_null() {
                break;
            }
            arguments["cursor"] = page["next_cursor"].clone();
        }
        let all: Vec<_> = (1..=count).map(|id| id.to_string()).collect();
        assert_eq!(seen, all, "{count} tasks with {characters} characters each");
    }
}

#[tokio::test]
async fn should_say_what_does_not_fit() {
    let tools = tools(with_tasks(1, 60_000));
    let arguments = json!({ "task_id": "1", "response_format": "detailed" });
    let (_, body) = call(&tools, "get_task", arguments).await;
    assert!(size::size(&body) <= size::MAXIMUM_ANSWER_CHARACTERS);
    assert!(
        body["left_out"][0]
            .as_str()
            .unwrap()
            .starts_with("metadata: the last")
    );
    assert!(body["hint"].as_str().unwrap().contains("concise"));
}

#[tokio::test]
async fn should_show_right_arguments_to_whoever_gave_wrong_ones() {
    let tools = tools(Fake::default());
    for name in [
        "create_task",
        "get_task",
        "put_user",
        "snooze_execution",
        "create_alert",
    ] {
        let (is_error, body) = call(&tools, name, json!({ "nonsense": 1 })).await;
        assert!(is_error, "{name}");
        assert_eq!(body["kind"], "invalid_argument", "{name}");
        let method = tools.interface.method(name).unwrap();
        let example = body["example"].as_object().unwrap();
        tools.interface.encode_arguments(method, example).unwrap();
    }
}

#[test]
fn should_have_an_example_that_is_right_for_every_method() {
    let tools = tools(Fake::default());
    for method in tools.interface.methods() {
        let example = tools.example(method).unwrap();
        let encoded = tools
            .interface
            .encode_arguments(method, example.as_object().unwrap());
        encoded.unwrap_or_else(|error| panic!("{}: {error}", method.name));
    }
}

#[tokio::test]
async fn should_wait_for_the_outcome_and_explain_a_failure() {
    let failed = types::TaskExecution {
        task_id: 1,
        error: Some("answered with status 500: no".into()),
        ..execution(ExecutionStatus::TimedOut)
    };
    let fake = Fake {
        executions: vec![failed],
        ..with_tasks(1, 0)
    };
    let tools = tools(fake);
    let arguments = json!({ "task_id": "1", "wait_seconds": "5s" });
    let (is_error, body) = call(&tools, "run_task_now", arguments).await;
    assert!(!is_error, "{body}");
    assert_eq!(body["status"], "timed_out");
    assert_eq!(body["explanation"]["error_kind"], "expired");
    assert_eq!(called(&tools)[0], "run_task_now");
    let (_, body) = call(&tools, "explain_failure", json!({})).await;
    assert_eq!(body["error_kind"], "expired");
    assert!(body["what_to_do"][0]["do"].is_string());
}

#[tokio::test]
async fn should_refuse_arguments_that_a_tool_does_not_have() {
    let tools = tools(with_tasks(1, 0));
    for (tool, argument, near) in [
        ("task_overview", "tasks", "task"),
        ("explain_failure", "execution", "execution_id"),
        ("get_api_doc", "metod", "method"),
        ("get_task", "confirm", "choose one of task_id"),
    ] {
        let (is_error, body) = call(&tools, tool, json!({ argument: "1" })).await;
        assert!(is_error, "{tool}");
        assert_eq!(body["field"], argument, "{tool}");
        assert!(
            body["fix"].as_str().unwrap().contains(near),
            "{tool}: {body}"
        );
    }
    assert!(called(&tools).is_empty());
}

#[tokio::test]
async fn should_keep_answers_whose_outcome_is_unknown_apart() {
    let tools = tools(Fake::default());
    let (is_error, body) = call(&tools, "resume_task", json!({ "task_id": "1" })).await;
    assert!(is_error);
    assert_eq!(body["kind"], "outcome_unknown");
    assert!(body.get("example").is_none());
    let unknown = tools.call("make_coffee", &Object::new(), &Silent).await;
    assert!(unknown.is_none());
}
