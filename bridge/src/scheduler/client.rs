//! The scheduler's methods, one function each, with their types.

use candid::{CandidType, Principal};
use chime_types as types;
use ic_agent::Agent;
use serde::de::DeserializeOwned;

use super::{Canister, Manner, Remote, agent_error};
use crate::error::{Error, Kind, Result};

/// The scheduler in a canister.
#[derive(Clone)]
pub struct Scheduler<C = Remote> {
    canister: C,
}

/// Writes the functions.
macro_rules! methods {
    ($($(#[$documentation:meta])* $manner:ident $method:ident($request:ident) -> $result:ident($ok:ident);)*) => {
        impl<C: Canister> Scheduler<C> {$(
            $(#[$documentation])*
            ///
            /// # Errors
            /// The scheduler's own, or what kept its answer from arriving.
            pub async fn $method(&self, request: &types::$request) -> Result<types::$ok> {
                let answer: types::$result =
                    self.ask(manner!($manner), stringify!($method), request).await?;
                Ok(answer.into_result()?)
            }
        )*}
    };
}

macro_rules! manner {
    (query) => {
        Manner::Query
    };
    (update) => {
        Manner::Update
    };
}

methods! {
    /// Adds a schedule to a task.
    update add_schedule(AddScheduleRequest) -> TaskResult(Task);
    /// Runs slots of the past that did not run, the oldest first and a few at a time.
    update backfill(BackfillRequest) -> BackfillResult(Backfill);
    /// Lets a backfill make no further execution.
    update cancel_backfill(BackfillIdRequest) -> BackfillResult(Backfill);
    /// Stops an execution that is ready, running or waiting.
    update cancel_execution(CancelExecutionRequest) -> ExecutionResult(TaskExecution);
    /// Gives commands to a worker, the most urgent first, each under a lease and a fencing token.
    update claim_jobs(ClaimJobsRequest) -> ClaimJobsResult(ClaimedJobs);
    /// Removes a message and all older ones from the caller's inbox.
    update clear_inbox(ClearInboxRequest) -> RemovedResult(Removed);
    /// Reports that a job is done.
    update complete_job(CompleteJobRequest) -> ExecutionResult(TaskExecution);
    /// Changes the configuration.
    update configure(ConfigureRequest) -> ConfigResult(Config);
    /// Makes an alert: a message to an inbox, a webhook or a canister when something happens.
    update create_alert(CreateAlertRequest) -> AlertResult(Alert);
    /// Makes a task that writes a backup of the caller's tasks every day.
    update create_backup_task(CreateBackupTaskRequest) -> TaskResult(Task);
    /// Makes a task that removes old executions of the caller's tasks.
    update create_cleanup_task(CreateCleanupTaskRequest) -> TaskResult(Task);
    /// Makes a task with its steps and schedules.
    update create_task(CreateTaskRequest) -> TaskResult(Task);
    /// Registers an action under a name, for steps of the kind `named`.
    update define_action(DefineActionRequest) -> ActionResult(ActionDefinition);
    /// Removes a registered action.
    update delete_action(DeleteActionRequest) -> RemovedResult(Removed);
    /// Removes an alert.
    update delete_alert(AlertRequest) -> RemovedResult(Removed);
    /// Removes a backup.
    update delete_backup(BackupRequest) -> RemovedResult(Removed);
    /// Removes a secret.
    update delete_secret(DeleteSecretRequest) -> SecretsResult(SecretNames);
    /// Removes a task with its schedules, its history and its alerts.
    update delete_task(TaskRequest) -> DeleteTaskResult(DeletedTask);
    /// Removes a user from the register.
    update delete_user(UserRequest) -> RemovedResult(Removed);
    /// Lists the timeline by pages, the oldest first: who changed what, and what came of it.
    query events_since(EventsSinceRequest) -> EventsSinceResult(EventPage);
    /// Reports that a job failed: it is tried again under the retry policy of its task.
    update fail_job(FailJobRequest) -> ExecutionResult(TaskExecution);
    /// Shows a guide and the whole interface: enough to use the scheduler without other help.
    query get_api_doc(EmptyRequest) -> GetApiDocResult(ApiDoc);
    /// Downloads a chunk of a backup.
    query get_backup_chunk(GetBackupChunkRequest) -> GetBackupChunkResult(BackupChunk);
    /// Shows the configuration.
    query get_config(EmptyRequest) -> ConfigResult(Config);
    /// Shows an execution.
    query get_execution(ExecutionRequest) -> ExecutionResult(TaskExecution);
    /// Lists the messages in the caller's inbox by pages, the newest first.
    query get_inbox(PageRequest) -> GetInboxResult(MessagePage);
    /// Shows the caller: role, quotas and what is used of them.
    query get_me(EmptyRequest) -> UserResult(User);
    /// Lists the caller's tasks by pages, the oldest first.
    query get_my_tasks(GetMyTasksRequest) -> GetMyTasksResult(TaskPage);
    /// Shows figures about the caller's tasks and the scheduler.
    query get_stats(EmptyRequest) -> GetStatsResult(Stats);
    /// Shows a task.
    query get_task(TaskRequest) -> TaskResult(Task);
    /// Lists the executions of a task by pages, the newest first.
    query get_task_executions(GetTaskExecutionsRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
    /// Extends the lease of a job.
    update heartbeat_job(HeartbeatJobRequest) -> HeartbeatJobResult(JobLease);
    /// Lists registered actions by pages.
    query list_actions(NamesPageRequest) -> ListActionsResult(ActionPage);
    /// Lists the caller's alerts by pages, the oldest first.
    query list_alerts(PageRequest) -> ListAlertsResult(AlertPage);
    /// Lists the backfills of a task by pages.
    query list_backfills(ListBackfillsRequest) -> ListBackfillsResult(BackfillPage);
    /// Lists the caller's backups by pages, the oldest first.
    query list_backups(PageRequest) -> ListBackupsResult(BackupPage);
    /// Lists executions that failed or timed out and were not run again, the newest first.
    query list_dead_letters(DeadLettersRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
    /// Lists the reports of the caller's analytics by pages, the newest first.
    query list_reports(PageRequest) -> ListReportsResult(ReportPage);
    /// Lists the names of the caller's secrets.
    query list_secrets(EmptyRequest) -> SecretsResult(SecretNames);
    /// Lists registered users by pages.
    query list_users(ListUsersRequest) -> ListUsersResult(UserPage);
    /// Switches a task off: no schedule of it fires until it is resumed.
    update pause_task(PauseTaskRequest) -> TaskResult(Task);
    /// Shows what a schedule means, in words and times, without making it.
    query preview_schedule(PreviewScheduleRequest) -> PreviewScheduleResult(SchedulePreview);
    /// Keeps a secret for HTTP actions and webhooks: `{{secrets.NAME}}`.
    update put_secret(PutSecretRequest) -> SecretsResult(SecretNames);
    /// Registers a user, or changes one.
    update put_user(PutUserRequest) -> UserResult(User);
    /// Hands a job back, at once or for later.
    update release_job(ReleaseJobRequest) -> ExecutionResult(TaskExecution);
    /// Removes a schedule of a task.
    update remove_schedule(RemoveScheduleRequest) -> TaskResult(Task);
    /// Runs the dead letters of a page again, each from the step where it stopped.
    update replay_dead_letters(DeadLettersRequest) -> ReplayDeadLettersResult(ReplayedDeadLetters);
    /// Restores the tasks of a backup, some in each call: call again with `next_cursor` until it is
    /// null.
    update restore_backup(RestoreBackupRequest) -> RestoreBackupResult(RestoredBackup);
    /// Switches a task on again.
    update resume_task(TaskRequest) -> TaskResult(Task);
    /// Runs an execution again that did not complete, from the step where it stopped or from the start,
    /// and answers with the new execution.
    update retry_execution(RetryExecutionRequest) -> ExecutionResult(TaskExecution);
    /// Runs a task now, besides its schedules, and answers with the new execution.
    update run_task_now(RunTaskNowRequest) -> ExecutionResult(TaskExecution);
    /// Switches a schedule of a task on or off.
    update set_schedule(SetScheduleRequest) -> TaskResult(Task);
    /// Puts an execution off that is ready or waiting.
    update snooze_execution(SnoozeExecutionRequest) -> ExecutionResult(TaskExecution);
    /// Sends a test message through the channel of an alert, and answers with its delivery.
    update test_alert(AlertRequest) -> DeliveryResult(Delivery);
    /// Changes an alert, or switches it on or off.
    update update_alert(UpdateAlertRequest) -> AlertResult(Alert);
    /// Changes a task.
    update update_task(UpdateTaskRequest) -> TaskResult(Task);
    /// Uploads a chunk of a backup, one after the other.
    update upload_backup_chunk(UploadBackupChunkRequest) -> BackupResult(Backup);
}

impl Scheduler {
    /// The scheduler in this canister, asked in the name of the agent's identity.
    #[must_use]
    pub const fn new(agent: Agent, canister_id: Principal) -> Self {
        Self::of(Remote { agent, canister_id })
    }

    /// Its canister.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister.canister_id
    }

    /// What it is asked through.
    #[must_use]
    pub const fn agent(&self) -> &Agent {
        &self.canister.agent
    }
}

impl<C> Scheduler<C> {
    /// The scheduler in this canister.
    #[must_use]
    pub const fn of(canister: C) -> Self {
        Self { canister }
    }

    /// What is called.
    #[must_use]
    pub const fn canister(&self) -> &C {
        &self.canister
    }
}

impl<C: Canister> Scheduler<C> {
    async fn ask<Q: CandidType, R: CandidType + DeserializeOwned>(
        &self,
        manner: Manner,
        method: &str,
        request: &Q,
    ) -> Result<R> {
        // Encoded before the first await: a request need not be shared between threads.
        let answer = self.canister.call(manner, method, encode(request));
        let decoded = decode(method, &answer.await?);
        match manner {
            Manner::Query => decoded,
            Manner::Update | Manner::Oneway => {
                decoded.map_err(|error| done_but_unreadable(method).because(error))
            }
        }
    }
}

fn encode(request: &impl CandidType) -> Vec<u8> {
    candid::encode_one(request).expect("BUG: the types of the interface can be encoded")
}

/// An update was carried out, and what it answered is of another version: whoever takes it for a
/// failure does it a second time.
fn done_but_unreadable(method: &str) -> Error {
    Error::new(
        Kind::Incompatible,
        format!("{method} was carried out, but its answer is of another version"),
        "do not repeat it: look whether it did what was meant; use a chime of the scheduler's version",
    )
}

fn decode<R: CandidType + DeserializeOwned>(method: &str, answer: &[u8]) -> Result<R> {
    candid::decode_one(answer).map_err(|error| agent_error(error.into(), &format!("call {method}")))
}
