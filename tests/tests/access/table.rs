//! What each method answers each kind of caller.
//!
//! A row is a method, the outcomes for a stranger, the owner, another owner, a viewer, a worker, an
//! operator, an admin and a controller, and a request. `+` is done, `F` forbidden, `N` not found, `I`
//! an invalid argument, `C` a conflict. The anonymous principal and a disabled user are turned away
//! from every update and refused by every query, and have no column.
//!
//! What stands in braces in a request is a thing of the owner's, made for this one request.

pub struct Row {
    pub method: &'static str,
    pub outcomes: &'static str,
    pub request: &'static str,
}

const fn row(method: &'static str, outcomes: &'static str, request: &'static str) -> Row {
    Row {
        method,
        outcomes,
        request,
    }
}

const TASK: &str = "record { task_id = {task} }";
const EXECUTION: &str = "record { execution_id = {waiting} }";
const NOTHING: &str = "record {}";
/// Changes a thing of a task: the owner and admins.
const CHANGE: &str = "N + N F N F + +";
/// Operates a task: operators too.
const OPERATE: &str = "N + N F N + + +";
/// Looks at a task: viewers too.
const SEE: &str = "N + N + N + + +";
/// Looks at what the caller has: all but workers.
const OWN: &str = "+ + + + F + + +";
/// Makes something of one's own: whoever may have tasks.
const MAKE: &str = "+ + + F F + + +";
/// Something that belongs to its owner alone.
const PRIVATE: &str = "N + N F F N N N";
/// A backup: its owner's, and for admins.
const BACKUP: &str = "N + N F F N + +";
const ADMIN: &str = "F F F F F F + +";
const ALL: &str = "+ + + + + + + +";
/// A job that its owner claimed itself.
const HELD_BY_OWNER: &str = "N + N F N N N N";
/// A job that a worker claimed.
const HELD_BY_WORKER: &str = "N N N F + N N N";
/// A job that nobody claimed yet.
const NOT_HELD: &str = "N C N F N C C C";

pub const ROWS: &[Row] = &[
    row(
        "add_schedule",
        CHANGE,
        "record { task_id = {task}; schedule = record { rule = variant { daily = record { hour = 3 } } } }",
    ),
    row(
        "backfill",
        OPERATE,
        "record { task_id = {task}; schedule_id = {schedule}; from_at = {since}; until_at = {past} }",
    ),
    row(
        "cancel_backfill",
        OPERATE,
        "record { backfill_id = {backfill} }",
    ),
    row("cancel_execution", OPERATE, EXECUTION),
    row(
        "claim_jobs",
        "+ + + F + + + +",
        r#"record { worker = "w"; queue = opt "nothing" }"#,
    ),
    row("clear_inbox", OWN, "record { through_id = 1 }"),
    row(
        "complete_job",
        HELD_BY_OWNER,
        r#"record { execution_id = {job}; fencing_token = {token}; result = "" }"#,
    ),
    row(
        "complete_job",
        HELD_BY_WORKER,
        r#"record { execution_id = {worker_job}; fencing_token = {token}; result = "" }"#,
    ),
    row(
        "complete_job",
        NOT_HELD,
        r#"record { execution_id = {waiting}; fencing_token = 1; result = "" }"#,
    ),
    row("configure", ADMIN, NOTHING),
    row(
        "create_alert",
        MAKE,
        r#"record { name = "a"; condition = variant { failure = record {} }; channel = variant { inbox = record {} } }"#,
    ),
    row(
        "create_alert",
        "N + N F F I I I",
        r#"record { name = "a"; task_id = opt {task}; condition = variant { failure = record {} }; channel = variant { inbox = record {} } }"#,
    ),
    row(
        "create_backup_task",
        MAKE,
        r#"record { hour = 3; description = "" }"#,
    ),
    row(
        "create_cleanup_task",
        MAKE,
        "record { interval_hours = 24 }",
    ),
    row(
        "create_task",
        MAKE,
        r#"record { name = "t"; steps = vec { record { action = variant { note = record { "text" = "x" } } } }; schedules = vec { record { rule = variant { daily = record { hour = 3 } } } } }"#,
    ),
    row(
        "define_action",
        MAKE,
        r#"record { name = "b{number}"; action = variant { note = record { "text" = "x" } } }"#,
    ),
    row(
        "define_action",
        ADMIN,
        r#"record { name = "c{number}"; shared = opt true; action = variant { note = record { "text" = "x" } } }"#,
    ),
    row("delete_action", PRIVATE, r#"record { name = "{action}" }"#),
    row("delete_alert", PRIVATE, "record { alert_id = {alert} }"),
    row(
        "delete_backup",
        BACKUP,
        "record { backup_id = {own_backup} }",
    ),
    row("delete_codex", PRIVATE, r#"record { name = "{codex}" }"#),
    row(
        "delete_codex",
        "F F F F F F N N",
        r#"record { name = "{codex}"; shared = opt true }"#,
    ),
    row("delete_secret", PRIVATE, r#"record { name = "{secret}" }"#),
    row("delete_task", CHANGE, TASK),
    row(
        "delete_user",
        ADMIN,
        r#"record { "principal" = principal "{user}" }"#,
    ),
    row("events_since", OWN, NOTHING),
    row(
        "events_since",
        "N + N + F + + +",
        "record { task_id = opt {task} }",
    ),
    row(
        "events_since",
        "I I I + F + + +",
        "record { all_owners = opt true }",
    ),
    row(
        "fail_job",
        HELD_BY_OWNER,
        r#"record { execution_id = {job}; fencing_token = {token}; error = "" }"#,
    ),
    row(
        "fail_job",
        HELD_BY_WORKER,
        r#"record { execution_id = {worker_job}; fencing_token = {token}; error = "" }"#,
    ),
    row(
        "fail_job",
        NOT_HELD,
        r#"record { execution_id = {waiting}; fencing_token = 1; error = "" }"#,
    ),
    row("dry_run", ALL, "record { changes = vec {} }"),
    row("get_api_doc", ALL, NOTHING),
    row(
        "get_backup_chunk",
        BACKUP,
        "record { backup_id = {backup}; index = 0 }",
    ),
    row(
        "get_codex",
        "N + N N F N N N",
        r#"record { name = "{codex}" }"#,
    ),
    row("get_config", OWN, NOTHING),
    row("get_entities", OWN, NOTHING),
    row("get_entities", SEE, "record { task_id = opt {task} }"),
    row("get_execution", SEE, EXECUTION),
    row("get_inbox", OWN, NOTHING),
    // It never ran a program, which whoever sees it is told.
    row("get_journal", "N C N C N C C C", EXECUTION),
    row("get_me", ALL, NOTHING),
    row("get_my_tasks", OWN, NOTHING),
    row(
        "get_my_tasks",
        "F + F + F + + +",
        r#"record { owner = opt principal "{owner}" }"#,
    ),
    row("get_stats", OWN, NOTHING),
    row("get_task", SEE, TASK),
    row("get_task_executions", SEE, TASK),
    row(
        "heartbeat_job",
        HELD_BY_OWNER,
        "record { execution_id = {job}; fencing_token = {token} }",
    ),
    row(
        "heartbeat_job",
        HELD_BY_WORKER,
        "record { execution_id = {worker_job}; fencing_token = {token} }",
    ),
    row(
        "heartbeat_job",
        NOT_HELD,
        "record { execution_id = {waiting}; fencing_token = 1 }",
    ),
    row("list_actions", OWN, NOTHING),
    row("list_alerts", OWN, NOTHING),
    row("list_backfills", SEE, TASK),
    row("list_backups", OWN, NOTHING),
    row("list_codices", OWN, NOTHING),
    row("list_dead_letters", OWN, NOTHING),
    row("list_dead_letters", SEE, "record { task_id = opt {task} }"),
    row("list_reports", OWN, NOTHING),
    row("list_secrets", OWN, NOTHING),
    row("list_users", ADMIN, NOTHING),
    row("pause_task", OPERATE, TASK),
    row(
        "preview_schedule",
        ALL,
        "record { schedule = record { rule = variant { daily = record { hour = 3 } } } }",
    ),
    row(
        "put_codex",
        MAKE,
        r#"record { name = "p{number}"; code = opt "result = 1" }"#,
    ),
    row(
        "put_codex",
        ADMIN,
        r#"record { name = "q{number}"; shared = opt true; code = opt "result = 1" }"#,
    ),
    row(
        "put_secret",
        MAKE,
        r#"record { name = "MINE"; secret = "x" }"#,
    ),
    row(
        "put_user",
        ADMIN,
        r#"record { "principal" = principal "{user}"; role = opt variant { viewer } }"#,
    ),
    row(
        "release_job",
        HELD_BY_OWNER,
        "record { execution_id = {job}; fencing_token = {token} }",
    ),
    row(
        "release_job",
        HELD_BY_WORKER,
        "record { execution_id = {worker_job}; fencing_token = {token} }",
    ),
    row(
        "release_job",
        NOT_HELD,
        "record { execution_id = {waiting}; fencing_token = 1 }",
    ),
    row(
        "remove_schedule",
        CHANGE,
        "record { task_id = {task}; schedule_id = {schedule} }",
    ),
    row("replay_dead_letters", MAKE, NOTHING),
    row(
        "replay_dead_letters",
        OPERATE,
        "record { task_id = opt {task} }",
    ),
    row("restore_backup", BACKUP, "record { backup_id = {backup} }"),
    // It does not wait for that, which is told to whoever might let it go on.
    row(
        "resume_execution",
        "N C N F N C C C",
        "record { execution_id = {waiting}; how = variant { from_start } }",
    ),
    row("resume_task", OPERATE, TASK),
    row(
        "retry_execution",
        OPERATE,
        "record { execution_id = {failed} }",
    ),
    row(
        "rollback_codex",
        "N C N F F N N N",
        r#"record { name = "{codex}" }"#,
    ),
    row("run_task_now", OPERATE, TASK),
    row(
        "set_schedule",
        OPERATE,
        "record { task_id = {task}; schedule_id = {schedule}; disabled = true }",
    ),
    row(
        "snooze_execution",
        "N C N F N C C C",
        "record { execution_id = {failed}; seconds = 1 }",
    ),
    row(
        "snooze_execution",
        OPERATE,
        "record { execution_id = {waiting}; seconds = 1 }",
    ),
    row("test_alert", PRIVATE, "record { alert_id = {alert} }"),
    row(
        "update_alert",
        PRIVATE,
        "record { alert_id = {alert}; disabled = opt true }",
    ),
    row(
        "update_task",
        CHANGE,
        r#"record { task_id = {task}; name = opt "new" }"#,
    ),
    row(
        "upload_backup_chunk",
        MAKE,
        "record { data = {chunk}; index = 0; last = true }",
    ),
    row(
        "upload_backup_chunk",
        BACKUP,
        "record { data = {rest}; index = 1; last = true; backup_id = opt {upload} }",
    ),
];
