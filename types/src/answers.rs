//! The answer of each method. Methods that answer with the same record share one type: Candid
//! compares types by structure.

use candid::{CandidType, Deserialize};
use serde::Serialize;

use crate::actions::{ActionDefinition, ActionPage, SecretNames};
use crate::alerts::{Alert, AlertPage, MessagePage};
use crate::backups::{Backup, BackupChunk, BackupPage, ReportPage, RestoredBackup};
use crate::codices::{Codex, CodexPage, Entities, Journal};
use crate::config::Config;
use crate::deliveries::Delivery;
use crate::dry_run::DryRun;
use crate::error::Error;
use crate::events::EventPage;
use crate::execution::TaskExecution;
use crate::jobs::{ClaimedJobs, JobLease};
use crate::requests::{
    ApiDoc, Backfill, BackfillPage, DeletedTask, Removed, ReplayedDeadLetters, SchedulePreview,
    TaskExecutionPage, TaskPage,
};
use crate::stats::Stats;
use crate::task::Task;
use crate::users::{User, UserPage};

macro_rules! answers {
    ($($(#[$documentation:meta])* $name:ident($ok:ty);)*) => {$(
        $(#[$documentation])*
        #[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            /// What was asked for.
            Ok($ok),
            /// Why not; nothing was changed.
            Err(Error),
        }

        impl From<Result<$ok, Error>> for $name {
            fn from(result: Result<$ok, Error>) -> Self {
                match result {
                    Ok(value) => Self::Ok(value),
                    Err(error) => Self::Err(error),
                }
            }
        }

        impl $name {
            /// The answer as a `Result`.
            ///
            /// # Errors
            /// The scheduler's error, if it refused.
            pub fn into_result(self) -> Result<$ok, Error> {
                match self {
                    Self::Ok(value) => Ok(value),
                    Self::Err(error) => Err(error),
                }
            }
        }
    )*};
}

answers! {
    /// The answer of every method that makes, shows or changes a task.
    TaskResult(Task);
    /// The answer of `delete_task`.
    DeleteTaskResult(DeletedTask);
    /// The answer of `get_my_tasks`.
    GetMyTasksResult(TaskPage);
    /// The answer of every method that makes, shows or changes an execution.
    ExecutionResult(TaskExecution);
    /// The answer of `get_task_executions` and `list_dead_letters`.
    GetTaskExecutionsResult(TaskExecutionPage);
    /// The answer of `replay_dead_letters`.
    ReplayDeadLettersResult(ReplayedDeadLetters);
    /// The answer of `preview_schedule`.
    PreviewScheduleResult(SchedulePreview);
    /// The answer of `dry_run`.
    DryRunResult(DryRun);
    /// The answer of `get_stats`.
    GetStatsResult(Stats);
    /// The answer of every method that makes, shows or changes a backfill.
    BackfillResult(Backfill);
    /// The answer of `list_backfills`.
    ListBackfillsResult(BackfillPage);
    /// The answer of `claim_jobs`.
    ClaimJobsResult(ClaimedJobs);
    /// The answer of `heartbeat_job`.
    HeartbeatJobResult(JobLease);
    /// The answer of `define_action`.
    ActionResult(ActionDefinition);
    /// The answer of `list_actions`.
    ListActionsResult(ActionPage);
    /// The answer of every method that stores or shows a codex.
    CodexResult(Codex);
    /// The answer of `list_codices`.
    ListCodicesResult(CodexPage);
    /// The answer of `get_entities`.
    EntitiesResult(Entities);
    /// The answer of `get_journal`.
    JournalResult(Journal);
    /// The answer of every method that makes, shows or removes a secret.
    SecretsResult(SecretNames);
    /// The answer of every method that makes, shows or changes a user.
    UserResult(User);
    /// The answer of `list_users`.
    ListUsersResult(UserPage);
    /// The answer of `get_config` and `configure`.
    ConfigResult(Config);
    /// The answer of `events_since`.
    EventsSinceResult(EventPage);
    /// The answer of every method that makes, shows or changes an alert.
    AlertResult(Alert);
    /// The answer of `list_alerts`.
    ListAlertsResult(AlertPage);
    /// The answer of `test_alert`.
    DeliveryResult(Delivery);
    /// The answer of `get_inbox`.
    GetInboxResult(MessagePage);
    /// The answer of `upload_backup_chunk`.
    BackupResult(Backup);
    /// The answer of `list_backups`.
    ListBackupsResult(BackupPage);
    /// The answer of `get_backup_chunk`.
    GetBackupChunkResult(BackupChunk);
    /// The answer of `restore_backup`.
    RestoreBackupResult(RestoredBackup);
    /// The answer of `list_reports`.
    ListReportsResult(ReportPage);
    /// The answer of `get_api_doc`.
    GetApiDocResult(ApiDoc);
    /// The answer of every method that removes something else than a task.
    RemovedResult(Removed);
}
