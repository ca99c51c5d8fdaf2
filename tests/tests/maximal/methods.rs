//! The dearest request of every method.

use candid::Principal;
use chime_types::{
    Action, ActionResult, AddScheduleRequest, AlertRequest, AlertResult, BackfillIdRequest,
    BackfillRequest, BackfillResult, BackupRequest, BackupResult, CancelExecutionRequest,
    ClaimJobsRequest, ClaimJobsResult, ClearInboxRequest, CompleteJobRequest, ConfigResult,
    ConfigureRequest, CreateAlertRequest, CreateBackupTaskRequest, CreateCleanupTaskRequest,
    DeadLettersRequest, DefineActionRequest, DeleteActionRequest, DeleteSecretRequest,
    DeleteTaskResult, DeliveryResult, EmptyRequest, ErrorKind, EventsSinceRequest,
    EventsSinceResult, ExecutionRequest, ExecutionResult, ExecutionStatus, FailJobRequest,
    GetApiDocResult, GetBackupChunkRequest, GetBackupChunkResult, GetInboxResult,
    GetMyTasksRequest, GetMyTasksResult, GetStatsResult, GetTaskExecutionsRequest,
    GetTaskExecutionsResult, HeartbeatJobRequest, HeartbeatJobResult, Job, ListActionsResult,
    ListAlertsResult, ListBackfillsRequest, ListBackfillsResult, ListBackupsResult,
    ListReportsResult, ListUsersRequest, ListUsersResult, NamesPageRequest, PageRequest,
    PauseTaskRequest, PreviewScheduleRequest, PreviewScheduleResult, PutSecretRequest,
    ReleaseJobRequest, RemoveScheduleRequest, RemovedResult, ReplayDeadLettersResult,
    RestoreBackupRequest, RestoreBackupResult, RetryExecutionRequest, SecretsResult,
    SetScheduleRequest, SnoozeExecutionRequest, TaskRequest, TaskResult, UpdateAlertRequest,
    UpdateTaskRequest, UploadBackupChunkRequest, UserRequest, UserResult, limits,
};

use crate::content::run;
use crate::scene::Scene;
use crate::texts;

const FULL: &str = "a full page";
const PAGE: Option<u32> = Some(limits::MAXIMUM_PAGE_ITEMS);
const LIST: PageRequest = PageRequest {
    cursor: None,
    limit: PAGE,
};
const NOTHING: EmptyRequest = EmptyRequest {};

/// Asks every query.
pub fn read(scene: &mut Scene) {
    let names = NamesPageRequest {
        cursor: None,
        limit: PAGE,
    };
    let tasks = GetMyTasksRequest {
        owner: None,
        cursor: None,
        limit: PAGE,
    };
    let users = ListUsersRequest {
        cursor: None,
        limit: PAGE,
    };
    let _: GetMyTasksResult = scene.ask("get_my_tasks", FULL, &tasks);
    let _: ListActionsResult = scene.ask("list_actions", FULL, &names);
    let _: ListAlertsResult = scene.ask("list_alerts", FULL, &LIST);
    let _: GetInboxResult = scene.ask("get_inbox", FULL, &LIST);
    let _: ListReportsResult = scene.ask("list_reports", FULL, &LIST);
    let _: ListBackupsResult = scene.ask("list_backups", FULL, &LIST);
    let _: ListUsersResult = scene.ask("list_users", FULL, &users);
    let _: SecretsResult = scene.ask("list_secrets", FULL, &NOTHING);
    let _: UserResult = scene.ask("get_me", "with everything", &NOTHING);
    let _: GetStatsResult = scene.ask("get_stats", "with everything", &NOTHING);
    let _: ConfigResult = scene.ask("get_config", "with everything", &NOTHING);
    let _: GetApiDocResult = scene.ask("get_api_doc", "the whole text", &NOTHING);
    preview(scene);
    read_executions(scene);
}

fn preview(scene: &mut Scene) {
    let request = PreviewScheduleRequest {
        schedule: texts::schedule(),
        from_at: None,
        count: Some(limits::MAXIMUM_PREVIEW_COUNT),
    };
    let _: PreviewScheduleResult = scene.ask("preview_schedule", "hardly any times", &request);
}

fn read_executions(scene: &mut Scene) {
    for name in ["fat", "failing", "jobs", "web", "many values"] {
        let task_id = scene.tasks[name];
        let _: TaskResult = scene.ask("get_task", "of the content", &TaskRequest { task_id });
        for status in [None, Some(ExecutionStatus::TimedOut)] {
            let request = GetTaskExecutionsRequest {
                task_id,
                cursor: None,
                limit: PAGE,
                status,
            };
            let what = if status.is_some() {
                "none has the status"
            } else {
                FULL
            };
            let _: GetTaskExecutionsResult = scene.ask("get_task_executions", what, &request);
        }
        let request = ListBackfillsRequest {
            task_id,
            cursor: None,
            limit: PAGE,
        };
        let _: ListBackfillsResult = scene.ask("list_backfills", FULL, &request);
    }
    let execution_id = latest(scene, "fat");
    let _: ExecutionResult = scene.ask(
        "get_execution",
        "a full record",
        &ExecutionRequest { execution_id },
    );
    for text in [None, Some("not in any".to_string())] {
        let what = if text.is_some() {
            "none has the text"
        } else {
            FULL
        };
        let request = dead_letters(text);
        let _: GetTaskExecutionsResult = scene.ask("list_dead_letters", what, &request);
    }
    let request = EventsSinceRequest {
        cursor: None,
        limit: PAGE,
        task_id: None,
        all_owners: Some(true),
    };
    let _: EventsSinceResult = scene.ask("events_since", FULL, &request);
}

const fn dead_letters(error_contains: Option<String>) -> DeadLettersRequest {
    DeadLettersRequest {
        task_id: None,
        error_contains,
        cursor: None,
        limit: PAGE,
    }
}

/// The latest execution of a task.
pub fn latest(scene: &mut Scene, name: &'static str) -> u64 {
    let task_id = scene.tasks[name];
    scene.world.executions_page(task_id, None).executions[0].id
}

/// Asks what makes and changes tasks, actions, alerts and the configuration.
pub fn make(scene: &mut Scene) {
    let callee = scene.world.callee.0;
    let request = texts::task(callee);
    let made: TaskResult = scene.ask("create_task", "every list and text full", &request);
    let task_id = made.into_result().expect("a task").id;
    scene.tasks.insert("full", task_id);
    let request = UpdateTaskRequest {
        task_id,
        steps: Some(texts::steps(callee, 25_000)),
        schedules: Some(vec![texts::schedule(); limits::MAXIMUM_SCHEDULES]),
        metadata: Some(texts::object(limits::MAXIMUM_METADATA_BYTES - 10)),
        retry: Some(texts::retry()),
        ..UpdateTaskRequest::default()
    };
    let _: TaskResult = scene.ask("update_task", "every list and text full", &request);
    let _: TaskResult = scene.ask(
        "get_task",
        "every list and text full",
        &TaskRequest { task_id },
    );
    schedules(scene);
    run(scene, "full", 3);
    let request = CreateBackupTaskRequest {
        hour: 3,
        description: "🎼".repeat(limits::MAXIMUM_DESCRIPTION_CHARACTERS),
        timezone: Some("Europe/Zurich".to_string()),
        keep: Some(100),
    };
    let _: TaskResult = scene.ask("create_backup_task", "a long text", &request);
    let request = CreateCleanupTaskRequest {
        interval_hours: 24,
        retention: Some(texts::retention()),
    };
    let _: TaskResult = scene.ask("create_cleanup_task", "all rules", &request);
    let request = ConfigureRequest {
        retention: Some(texts::retention()),
        maximum_executions_per_task: Some(1_000),
        ..ConfigureRequest::default()
    };
    let _: ConfigResult = scene.ask("configure", "a limit far below a history", &request);
    alert(scene);
}

fn schedules(scene: &mut Scene) {
    let task_id = scene.tasks["many values"];
    let request = AddScheduleRequest {
        task_id,
        expected_version: None,
        schedule: texts::schedule(),
    };
    let made: TaskResult = scene.ask("add_schedule", "all exclusions", &request);
    let schedule_id = made.into_result().expect("a task").schedules[1].id;
    for disabled in [true, false] {
        let request = SetScheduleRequest {
            task_id,
            schedule_id,
            disabled,
        };
        let _: TaskResult = scene.ask("set_schedule", "all exclusions", &request);
    }
    let request = RemoveScheduleRequest {
        task_id,
        schedule_id,
        expected_version: None,
    };
    let _: TaskResult = scene.ask("remove_schedule", "all exclusions", &request);
    let pause = PauseTaskRequest {
        task_id: scene.tasks["full"],
        reason: Some("é".repeat(limits::MAXIMUM_REASON_CHARACTERS)),
        cancel_running: None,
    };
    let _: TaskResult = scene.ask("pause_task", "all schedules", &pause);
    let task_id = scene.tasks["full"];
    let _: TaskResult = scene.ask("resume_task", "all schedules", &TaskRequest { task_id });
}

fn alert(scene: &mut Scene) {
    let [condition, other, _] = texts::conditions();
    let request = CreateAlertRequest {
        name: "one more".to_string(),
        task_id: None,
        condition,
        channel: texts::webhook(),
        cooldown_seconds: None,
    };
    let made: AlertResult = scene.ask("create_alert", "all headers", &request);
    let alert_id = made.into_result().expect("an alert").id;
    let request = UpdateAlertRequest {
        alert_id,
        name: None,
        condition: Some(other),
        channel: Some(texts::webhook()),
        cooldown_seconds: Some(0),
        disabled: None,
    };
    let _: AlertResult = scene.ask("update_alert", "all headers", &request);
    let _: DeliveryResult = scene.ask("test_alert", "all headers", &AlertRequest { alert_id });
    scene.pass(2);
    let _: RemovedResult = scene.ask("delete_alert", "all headers", &AlertRequest { alert_id });
    let request = DefineActionRequest {
        name: "full".to_string(),
        description: Some("🎼".repeat(limits::MAXIMUM_DESCRIPTION_CHARACTERS)),
        entity_name: None,
        action: Action::Http {
            request: texts::http(),
        },
        shared: Some(true),
    };
    let _: ActionResult = scene.ask("define_action", "all headers", &request);
    let request = DeleteActionRequest {
        name: "full".to_string(),
        shared: Some(true),
    };
    let _: RemovedResult = scene.ask("delete_action", "all headers", &request);
}

/// Asks what workers ask, and what runs again or is put off.
pub fn work(scene: &mut Scene) {
    let request = ClaimJobsRequest {
        worker: "w".repeat(limits::MAXIMUM_NAME_CHARACTERS),
        queue: Some("full".to_string()),
        limit: Some(limits::MAXIMUM_CLAIM),
        lease_seconds: Some(limits::MAXIMUM_LEASE_SECONDS),
    };
    let mut jobs: Vec<Job> = Vec::new();
    while jobs.len() < 4 {
        let claimed: ClaimJobsResult =
            scene.ask("claim_jobs", "long commands and metadata", &request);
        jobs.extend(claimed.into_result().expect("jobs").jobs);
    }
    report(scene, &jobs);
    let execution_id = latest(scene, "failing");
    let request = RetryExecutionRequest {
        execution_id,
        from_start: Some(true),
        from_step: None,
    };
    let _: ExecutionResult = scene.ask("retry_execution", "from the start", &request);
    let waiting = latest(scene, "jobs");
    let request = SnoozeExecutionRequest {
        execution_id: waiting,
        seconds: 3_600,
    };
    let _: ExecutionResult = scene.ask("snooze_execution", "a command", &request);
    let request = CancelExecutionRequest {
        execution_id: waiting,
        reason: Some("é".repeat(limits::MAXIMUM_REASON_CHARACTERS)),
        terminate: None,
    };
    let _: ExecutionResult = scene.ask("cancel_execution", "a command", &request);
    let _: ReplayDeadLettersResult = scene.ask("replay_dead_letters", FULL, &dead_letters(None));
    scene.pass(5);
    run(scene, "built in", 2);
    scene.pass(10);
    backfill(scene);
}

fn report(scene: &mut Scene, jobs: &[Job]) {
    let [first, second, third, ..] = jobs else {
        panic!("too few jobs");
    };
    // Nearly all that a request may have; what is kept of it is cut.
    let text = "\"".repeat(limits::MAXIMUM_REQUEST_BYTES - 200);
    let log = Some("\"".repeat(limits::MAXIMUM_LOG_LINE_BYTES));
    let request = HeartbeatJobRequest {
        execution_id: first.execution_id,
        fencing_token: first.fencing_token,
        lease_seconds: None,
        log,
    };
    let _: HeartbeatJobResult = scene.ask("heartbeat_job", "a long line", &request);
    let request = CompleteJobRequest {
        execution_id: first.execution_id,
        fencing_token: first.fencing_token,
        result: text.clone(),
    };
    let _: ExecutionResult = scene.ask("complete_job", "a long result", &request);
    let request = FailJobRequest {
        execution_id: second.execution_id,
        fencing_token: second.fencing_token,
        error: text,
        terminal: Some(true),
    };
    let _: ExecutionResult = scene.ask("fail_job", "a long error", &request);
    let request = ReleaseJobRequest {
        execution_id: third.execution_id,
        fencing_token: third.fencing_token,
        snooze_seconds: Some(1),
    };
    let _: ExecutionResult = scene.ask("release_job", "a command", &request);
}

fn backfill(scene: &mut Scene) {
    let task_id = scene.tasks["failing"];
    let schedule_id = scene.world.get(task_id).schedules[0].id;
    let until_at = scene.now() - 10 * limits::NANOSECONDS;
    let slots = limits::MAXIMUM_BACKFILL_SLOTS;
    let count = BackfillRequest {
        task_id,
        schedule_id,
        from_at: until_at - (slots - 1) * limits::NANOSECONDS,
        until_at,
        maximum_concurrent: Some(limits::MAXIMUM_BACKFILL_CONCURRENT),
        count_only: Some(true),
        expected_slots: None,
    };
    let _: BackfillResult = scene.ask("backfill", "count all slots", &count);
    // To make one of them all takes as much as to make one of a thousand; to run them all takes long.
    let count = BackfillRequest {
        from_at: until_at - 999 * limits::NANOSECONDS,
        ..count
    };
    let counted: BackfillResult = scene.ask("backfill", "count some slots", &count);
    let request = BackfillRequest {
        count_only: None,
        expected_slots: counted.into_result().expect("a number").slots,
        ..count
    };
    let made: BackfillResult = scene.ask("backfill", "some slots", &request);
    let backfill_id = made.into_result().expect("a backfill").id;
    let _: BackfillResult = scene.ask(
        "cancel_backfill",
        "some slots",
        &BackfillIdRequest { backfill_id },
    );
}

/// Asks what has to do with backups.
pub fn keep(scene: &mut Scene) {
    let step = Action::Backup {
        keep: Some(1),
        all_owners: Some(true),
    };
    let request = chime_tests::task(
        "",
        vec![chime_types::NewStep::new(step)],
        chime_tests::now_once(),
    );
    scene.create("save", &request);
    scene.pass(60);
    let list: ListBackupsResult = scene.ask("list_backups", FULL, &LIST);
    let backup = list.into_result().expect("a page").backups.remove(0);
    assert!(backup.completed_at.is_some(), "{backup:?}");
    let mut uploaded = None;
    for index in 0..backup.chunks {
        let request = GetBackupChunkRequest {
            backup_id: backup.id,
            index,
        };
        let chunk: GetBackupChunkResult = scene.ask("get_backup_chunk", "a full one", &request);
        let request = UploadBackupChunkRequest {
            backup_id: uploaded,
            index,
            data: chunk.into_result().expect("a chunk").data,
            last: index + 1 == backup.chunks,
        };
        let made: BackupResult = scene.ask("upload_backup_chunk", "a full one", &request);
        uploaded = Some(made.into_result().expect("taken").id);
    }
    let backup_id = uploaded.expect("a chunk");
    restore(scene, backup_id);
    let _: RemovedResult = scene.ask("delete_backup", "all chunks", &BackupRequest { backup_id });
}

/// Restores a backup. A long history that is replaced is removed by what follows a call.
fn restore(scene: &mut Scene, backup_id: u64) {
    let mut cursor = None;
    for _ in 0..200 {
        let request = RestoreBackupRequest {
            backup_id,
            overwrite: Some(true),
            cursor,
        };
        let answer: RestoreBackupResult =
            scene.try_ask("restore_backup", "over all that is there", &request);
        match answer.into_result() {
            Ok(restored) => match restored.next_cursor {
                Some(next) => cursor = Some(next),
                None => return,
            },
            Err(error) => assert_eq!(error.kind, ErrorKind::Unavailable, "{error}"),
        }
        scene.pass(1);
    }
    panic!("it never ends");
}

/// Asks what removes.
pub fn remove(scene: &mut Scene) {
    let request = PauseTaskRequest {
        task_id: scene.tasks["jobs"],
        reason: None,
        cancel_running: Some(true),
    };
    let _: TaskResult = scene.ask("pause_task", "with all that waits", &request);
    for name in ["failing", "fat", "full", "jobs"] {
        let task_id = scene.tasks[name];
        let _: DeleteTaskResult =
            scene.ask("delete_task", "with a history", &TaskRequest { task_id });
    }
    let request = ClearInboxRequest {
        through_id: u64::MAX,
    };
    let _: RemovedResult = scene.ask("clear_inbox", "a full one", &request);
    let name = "S99".to_string();
    let _: SecretsResult = scene.ask(
        "delete_secret",
        "one of many",
        &DeleteSecretRequest { name },
    );
    let request = PutSecretRequest {
        name: "S99".to_string(),
        secret: "s".repeat(limits::MAXIMUM_SECRET_BYTES),
    };
    let _: SecretsResult = scene.ask("put_secret", "one of many", &request);
    let principal = Principal::self_authenticating(7_u32.to_be_bytes());
    let _: RemovedResult = scene.ask("delete_user", "one of many", &UserRequest { principal });
}
