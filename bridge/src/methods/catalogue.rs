//! What is known about each method of the scheduler beyond its interface: its set, its hints,
//! whether it asks for confirmation, what it touches, and what it answers with.
//!
//! The order of the rows is the order of the tools.

use super::selection::Set;

/// The worst that a method can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hints {
    /// It changes nothing.
    pub read_only: bool,
    /// It may overwrite or remove something, not only add.
    pub destructive: bool,
    /// A second call with the same arguments changes nothing more.
    pub idempotent: bool,
    /// It sets something going that reaches beyond the canister: calls, HTTP, messages.
    pub open_world: bool,
}

const fn hints(destructive: bool, idempotent: bool) -> Hints {
    Hints {
        read_only: false,
        destructive,
        idempotent,
        open_world: false,
    }
}

impl Hints {
    pub(super) const fn reaching_out(self) -> Self {
        Self {
            open_world: true,
            ..self
        }
    }
}

pub(super) const READS: Hints = Hints {
    read_only: true,
    ..hints(false, true)
};
pub(super) const ADDS: Hints = hints(false, false);
const SWITCHES: Hints = hints(false, true);
pub(super) const CHANGES: Hints = hints(true, true);
pub(super) const ENDS: Hints = hints(true, false);

/// When a tool asks for `confirm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmation {
    Never,
    Always,
    /// When this argument is true.
    With(&'static str),
    /// When something would be lost that the request does not name: settings, or history.
    Losing,
}

/// What a method changes: what is looked up before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    None,
    Task,
    Execution,
    Alert,
    Action,
    Codex,
    Backup,
    Secret,
    User,
    Inbox,
    Config,
    DeadLetters,
}

/// What a method answers with, as far as it is shown in a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Task,
    /// Items under this key.
    Tasks,
    Execution,
    Executions,
    Preview,
    Stats,
    Journal,
    Entities,
    /// Items under this key, as they are.
    Items(&'static str),
    Other,
}

/// One method of the scheduler.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) set: Set,
    pub(super) hints: Hints,
    pub(super) confirmation: Confirmation,
    pub(super) subject: Subject,
    pub(super) form: Form,
}

impl Row {
    const fn new(method: &'static str, set: Set, hints: Hints, form: Form) -> Self {
        Self {
            method,
            set,
            hints,
            confirmation: Confirmation::Never,
            subject: Subject::None,
            form,
        }
    }

    const fn on(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    const fn confirmed(mut self, confirmation: Confirmation) -> Self {
        self.confirmation = confirmation;
        self
    }

    /// The row of a method.
    pub(super) fn of(method: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.method == method)
    }
}

use Confirmation::{Always, Losing, With};
use Form::{Entities, Execution, Executions, Items, Journal, Other, Preview, Stats, Task, Tasks};

/// Every method. `configure` asks for confirmation because lower limits and new retention rules
/// remove the history of all owners; `restore_backup` when it replaces what is there.
pub(super) static ROWS: [Row; 65] = [
    Row::new("create_task", Set::Tasks, ADDS.reaching_out(), Task),
    Row::new("get_task", Set::Tasks, READS, Task),
    Row::new("update_task", Set::Tasks, CHANGES.reaching_out(), Task)
        .on(Subject::Task)
        .confirmed(Losing),
    Row::new("delete_task", Set::Tasks, CHANGES, Other)
        .on(Subject::Task)
        .confirmed(Always),
    Row::new("get_my_tasks", Set::Tasks, READS, Tasks),
    Row::new("run_task_now", Set::Tasks, ADDS.reaching_out(), Execution).on(Subject::Task),
    Row::new("create_backup_task", Set::Tasks, ADDS, Task),
    // What it makes removes executions, run after run.
    Row::new("create_cleanup_task", Set::Tasks, ENDS, Task),
    // It may cancel what is running.
    Row::new("pause_task", Set::Tasks, CHANGES, Task).on(Subject::Task),
    Row::new("resume_task", Set::Tasks, SWITCHES.reaching_out(), Task).on(Subject::Task),
    Row::new("preview_schedule", Set::Schedules, READS, Preview),
    Row::new("add_schedule", Set::Schedules, ADDS.reaching_out(), Task).on(Subject::Task),
    Row::new(
        "set_schedule",
        Set::Schedules,
        SWITCHES.reaching_out(),
        Task,
    )
    .on(Subject::Task),
    Row::new("remove_schedule", Set::Schedules, CHANGES, Task)
        .on(Subject::Task)
        .confirmed(Always),
    Row::new("backfill", Set::Schedules, ADDS.reaching_out(), Other).on(Subject::Task),
    Row::new("list_backfills", Set::Schedules, READS, Items("backfills")),
    // What is cancelled cannot be taken up again.
    Row::new("cancel_backfill", Set::Schedules, CHANGES, Other),
    Row::new("get_task_executions", Set::Executions, READS, Executions),
    Row::new("get_execution", Set::Executions, READS, Execution),
    Row::new("cancel_execution", Set::Executions, CHANGES, Execution).on(Subject::Execution),
    Row::new(
        "retry_execution",
        Set::Executions,
        ADDS.reaching_out(),
        Execution,
    )
    .on(Subject::Execution),
    // Each call counts from its own moment.
    Row::new("snooze_execution", Set::Executions, ADDS, Execution).on(Subject::Execution),
    Row::new("list_dead_letters", Set::Executions, READS, Executions),
    Row::new(
        "replay_dead_letters",
        Set::Executions,
        ADDS.reaching_out(),
        Other,
    )
    .on(Subject::DeadLetters),
    Row::new("get_stats", Set::Stats, READS, Stats),
    Row::new("events_since", Set::Stats, READS, Items("events")),
    Row::new("list_reports", Set::Stats, READS, Items("reports")),
    Row::new("get_me", Set::Stats, READS, Other),
    Row::new("get_api_doc", Set::Stats, READS, Other),
    Row::new("create_alert", Set::Alerts, ADDS.reaching_out(), Other),
    Row::new("list_alerts", Set::Alerts, READS, Items("alerts")),
    Row::new("update_alert", Set::Alerts, CHANGES.reaching_out(), Other).on(Subject::Alert),
    Row::new("delete_alert", Set::Alerts, CHANGES, Other)
        .on(Subject::Alert)
        .confirmed(Always),
    Row::new("test_alert", Set::Alerts, ADDS.reaching_out(), Other).on(Subject::Alert),
    Row::new("get_inbox", Set::Alerts, READS, Items("messages")),
    Row::new("clear_inbox", Set::Alerts, CHANGES, Other)
        .on(Subject::Inbox)
        .confirmed(Always),
    // Under a name that is there already it replaces the action.
    Row::new("define_action", Set::Actions, CHANGES, Other).on(Subject::Action),
    Row::new("list_actions", Set::Actions, READS, Items("actions")),
    Row::new("delete_action", Set::Actions, CHANGES, Other)
        .on(Subject::Action)
        .confirmed(Always),
    // Under a name that is there already it becomes the version that runs; older ones are kept.
    Row::new("put_codex", Set::Codices, ADDS.reaching_out(), Other),
    Row::new("get_codex", Set::Codices, READS, Other),
    Row::new("list_codices", Set::Codices, READS, Items("codices")),
    Row::new("rollback_codex", Set::Codices, ADDS, Other),
    Row::new("delete_codex", Set::Codices, CHANGES, Other)
        .on(Subject::Codex)
        .confirmed(Always),
    Row::new("get_entities", Set::Codices, READS, Entities),
    Row::new("get_journal", Set::Codices, READS, Journal),
    Row::new(
        "resume_execution",
        Set::Codices,
        SWITCHES.reaching_out(),
        Execution,
    )
    .on(Subject::Execution),
    Row::new("list_backups", Set::Backups, READS, Items("backups")),
    Row::new("get_backup_chunk", Set::Backups, READS, Other),
    Row::new("upload_backup_chunk", Set::Backups, ADDS, Other),
    Row::new(
        "restore_backup",
        Set::Backups,
        CHANGES.reaching_out(),
        Other,
    )
    .on(Subject::Backup)
    .confirmed(With("overwrite")),
    Row::new("delete_backup", Set::Backups, CHANGES, Other)
        .on(Subject::Backup)
        .confirmed(Always),
    Row::new("list_users", Set::Users, READS, Items("users")),
    Row::new("put_user", Set::Users, CHANGES, Other)
        .on(Subject::User)
        .confirmed(Losing),
    Row::new("delete_user", Set::Users, CHANGES, Other)
        .on(Subject::User)
        .confirmed(Always),
    Row::new("claim_jobs", Set::Workers, ADDS, Other),
    Row::new("heartbeat_job", Set::Workers, ADDS, Other).on(Subject::Execution),
    // A report counts once: its token is used up.
    Row::new("complete_job", Set::Workers, SWITCHES, Execution).on(Subject::Execution),
    // It may end the execution for good.
    Row::new("fail_job", Set::Workers, CHANGES, Execution).on(Subject::Execution),
    Row::new("release_job", Set::Workers, SWITCHES, Execution).on(Subject::Execution),
    Row::new("list_secrets", Set::Secrets, READS, Other),
    Row::new("put_secret", Set::Secrets, CHANGES, Other).on(Subject::Secret),
    Row::new("delete_secret", Set::Secrets, CHANGES, Other)
        .on(Subject::Secret)
        .confirmed(Always),
    Row::new("get_config", Set::Config, READS, Other),
    Row::new("configure", Set::Config, CHANGES, Other)
        .on(Subject::Config)
        .confirmed(Always),
];
