//! Every method of the scheduler, in one table: how it is called, what it takes, what it answers,
//! and what it does.
//!
//! The clients are written by [`for_each_method`](crate::for_each_method), and `scheduler.did`, which is
//! held against the canister's entry points, is held against it.

/// Gives every method to a macro: `for_each_method!(write);` is `write! { rows }`.
///
/// A row is the documentation, `query` or `update`, the method, its request, its answer and what is in
/// that when all went well:
///
/// ```text
/// /// Shows a task.
/// query get_task(TaskRequest) -> TaskResult(Task);
/// ```
///
/// The names are those of the types in this crate.
#[macro_export]
macro_rules! for_each_method {
    ($write:ident) => {
        $write! {
            /// Makes a task with its steps and schedules.
            update create_task(CreateTaskRequest) -> TaskResult(Task);
            /// Shows a task.
            query get_task(TaskRequest) -> TaskResult(Task);
            /// Changes a task.
            update update_task(UpdateTaskRequest) -> TaskResult(Task);
            /// Removes a task with its schedules, its history and its alerts. Backups that hold it stay. It
            /// is gone at once; a long history is removed after that.
            update delete_task(TaskRequest) -> DeleteTaskResult(DeletedTask);
            /// Lists the caller's tasks by pages, the oldest first.
            query get_my_tasks(GetMyTasksRequest) -> GetMyTasksResult(TaskPage);
            /// Switches a task off: no schedule of it fires until it is resumed.
            update pause_task(PauseTaskRequest) -> TaskResult(Task);
            /// Resumes a task. Slots that passed in the meantime are not caught up.
            update resume_task(TaskRequest) -> TaskResult(Task);
            /// Makes a task that writes a backup of the caller's tasks every day.
            update create_backup_task(CreateBackupTaskRequest) -> TaskResult(Task);
            /// Makes a task that removes old executions of the caller's tasks.
            update create_cleanup_task(CreateCleanupTaskRequest) -> TaskResult(Task);
            /// Adds a schedule to a task.
            update add_schedule(AddScheduleRequest) -> TaskResult(Task);
            /// Switches a schedule of a task on or off.
            update set_schedule(SetScheduleRequest) -> TaskResult(Task);
            /// Removes a schedule of a task. Its executions stay in the history.
            update remove_schedule(RemoveScheduleRequest) -> TaskResult(Task);
            /// Shows what a schedule means, in words and times, without making it.
            query preview_schedule(PreviewScheduleRequest) -> PreviewScheduleResult(SchedulePreview);
            /// Tries changes one upon the other, and keeps nothing of them: the same rules, rights and quotas, and
            /// the same answers as those of the methods. Nothing is compiled, downloaded or sent. Only as a query.
            query dry_run(DryRunRequest) -> DryRunResult(DryRun);
            /// Runs a task now, besides its schedules, and returns the new execution. The task may be
            /// paused.
            update run_task_now(RunTaskNowRequest) -> ExecutionResult(TaskExecution);
            /// Lists the executions of a task by pages, the newest first.
            query get_task_executions(GetTaskExecutionsRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
            /// Shows an execution.
            query get_execution(ExecutionRequest) -> ExecutionResult(TaskExecution);
            /// Stops an execution that is ready, running or waiting.
            update cancel_execution(CancelExecutionRequest) -> ExecutionResult(TaskExecution);
            /// Puts an execution off that is ready or waiting. It costs no attempt.
            update snooze_execution(SnoozeExecutionRequest) -> ExecutionResult(TaskExecution);
            /// Runs an execution again that did not complete, from the step where it stopped or from the
            /// start, and returns the new execution.
            update retry_execution(RetryExecutionRequest) -> ExecutionResult(TaskExecution);
            /// Lists executions that failed or timed out and were not run again, the newest first.
            query list_dead_letters(DeadLettersRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
            /// Runs the dead letters of a page again, each from the step where it stopped.
            update replay_dead_letters(DeadLettersRequest) -> ReplayDeadLettersResult(ReplayedDeadLetters);
            /// Runs slots of the past that did not run, the oldest first and a few at a time.
            update backfill(BackfillRequest) -> BackfillResult(Backfill);
            /// Lists the backfills of a task by pages.
            query list_backfills(ListBackfillsRequest) -> ListBackfillsResult(BackfillPage);
            /// Lets a backfill make no further execution. Those under way go on.
            update cancel_backfill(BackfillIdRequest) -> BackfillResult(Backfill);
            /// Gives commands to a worker, the most urgent first, each under a lease and a fencing token. A
            /// user may claim commands of its own tasks, a worker or an admin those of all owners.
            update claim_jobs(ClaimJobsRequest) -> ClaimJobsResult(ClaimedJobs);
            /// Extends the lease of a job.
            update heartbeat_job(HeartbeatJobRequest) -> HeartbeatJobResult(JobLease);
            /// Reports that a job is done.
            update complete_job(CompleteJobRequest) -> ExecutionResult(TaskExecution);
            /// Reports that a job failed: it is tried again under the retry policy of its task.
            update fail_job(FailJobRequest) -> ExecutionResult(TaskExecution);
            /// Hands a job back, at once or for later. It costs no attempt.
            update release_job(ReleaseJobRequest) -> ExecutionResult(TaskExecution);
            /// Registers an action under a name, for steps of the kind `named`.
            update define_action(DefineActionRequest) -> ActionResult(ActionDefinition);
            /// Lists registered actions by pages.
            query list_actions(NamesPageRequest) -> ListActionsResult(ActionPage);
            /// Removes a registered action.
            update delete_action(DeleteActionRequest) -> RemovedResult(Removed);
            /// Stores Python under a name, for steps of the kind `codex` and for `import`. A runner compiles it
            /// first; what does not compile is refused with line and column.
            update put_codex(PutCodexRequest) -> CodexResult(Codex);
            /// Shows a codex: its code, its versions, and which tasks run it.
            query get_codex(CodexRequest) -> CodexResult(Codex);
            /// Lists codices by pages.
            query list_codices(NamesPageRequest) -> ListCodicesResult(CodexPage);
            /// Removes a codex with its versions. Executions that began under it fail when they go on.
            update delete_codex(DeleteCodexRequest) -> RemovedResult(Removed);
            /// Makes the code of an older version of a codex that of a new one.
            update rollback_codex(RollbackCodexRequest) -> CodexResult(Codex);
            /// Shows what codices keep between their runs.
            query get_entities(GetEntitiesRequest) -> EntitiesResult(Entities);
            /// Shows what the latest run of a codex in an execution asked for, and what it was answered.
            query get_journal(ExecutionRequest) -> JournalResult(Journal);
            /// Lets an execution go on that waits because its codex was changed meanwhile.
            update resume_execution(ResumeExecutionRequest) -> ExecutionResult(TaskExecution);
            /// Keeps a secret for HTTP actions and webhooks: `{{secrets.NAME}}`.
            update put_secret(PutSecretRequest) -> SecretsResult(SecretNames);
            /// Lists the names of the caller's secrets.
            query list_secrets(EmptyRequest) -> SecretsResult(SecretNames);
            /// Removes a secret.
            update delete_secret(DeleteSecretRequest) -> SecretsResult(SecretNames);
            /// Makes an alert: a message to an inbox, a webhook or a canister when something happens.
            update create_alert(CreateAlertRequest) -> AlertResult(Alert);
            /// Changes an alert, or switches it on or off.
            update update_alert(UpdateAlertRequest) -> AlertResult(Alert);
            /// Removes an alert.
            update delete_alert(AlertRequest) -> RemovedResult(Removed);
            /// Sends a test message through the channel of an alert. `list_alerts` shows what became of it.
            update test_alert(AlertRequest) -> DeliveryResult(Delivery);
            /// Lists the caller's alerts by pages, the oldest first.
            query list_alerts(PageRequest) -> ListAlertsResult(AlertPage);
            /// Lists the caller's backups by pages, the oldest first.
            query list_backups(PageRequest) -> ListBackupsResult(BackupPage);
            /// Lists the messages in the caller's inbox by pages, the newest first.
            query get_inbox(PageRequest) -> GetInboxResult(MessagePage);
            /// Downloads a chunk of a backup.
            query get_backup_chunk(GetBackupChunkRequest) -> GetBackupChunkResult(BackupChunk);
            /// Removes a message and all older ones from the caller's inbox.
            update clear_inbox(ClearInboxRequest) -> RemovedResult(Removed);
            /// Uploads a chunk of a backup, one after the other. The first one makes the backup, the last one
            /// completes it.
            update upload_backup_chunk(UploadBackupChunkRequest) -> BackupResult(Backup);
            /// Restores the tasks of a backup, some in each call: call again with `next_cursor` until it is
            /// null.
            update restore_backup(RestoreBackupRequest) -> RestoreBackupResult(RestoredBackup);
            /// Removes a backup.
            update delete_backup(BackupRequest) -> RemovedResult(Removed);
            /// Lists the reports of the caller's analytics by pages, the newest first.
            query list_reports(PageRequest) -> ListReportsResult(ReportPage);
            /// Lists the timeline by pages, the oldest first: who changed what, and what came of it.
            query events_since(EventsSinceRequest) -> EventsSinceResult(EventPage);
            /// Shows figures about the caller's tasks and the scheduler.
            query get_stats(EmptyRequest) -> GetStatsResult(Stats);
            /// Shows the caller: role, quotas and what is used of them.
            query get_me(EmptyRequest) -> UserResult(User);
            /// Registers a user, or changes one. For admins.
            update put_user(PutUserRequest) -> UserResult(User);
            /// Lists registered users by pages. For admins.
            query list_users(ListUsersRequest) -> ListUsersResult(UserPage);
            /// Removes a user from the register. Its tasks stay. A disabled user is not removed, because it would
            /// be let in again where everybody is. For admins.
            update delete_user(UserRequest) -> RemovedResult(Removed);
            /// Shows the configuration.
            query get_config(EmptyRequest) -> ConfigResult(Config);
            /// Changes the configuration. For admins.
            update configure(ConfigureRequest) -> ConfigResult(Config);
            /// Shows a guide and the whole interface: enough to use the scheduler without other help.
            query get_api_doc(EmptyRequest) -> GetApiDocResult(ApiDoc);
        }
    };
}

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// It only reads, and one node answers at once.
    Query,
    /// It may change something, and is answered when that is certain.
    Update,
}

/// A method, as a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodRow {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub kind: MethodKind,
    /// The type of its one argument.
    pub request: &'static str,
    /// The type of its answer.
    pub answer: &'static str,
    /// What it does, line by line.
    pub documentation: &'static [&'static str],
}

macro_rules! kind {
    (query) => {
        MethodKind::Query
    };
    (update) => {
        MethodKind::Update
    };
}

macro_rules! rows {
    ($($(#[doc = $line:literal])* $kind:ident $name:ident($request:ident) -> $answer:ident($ok:ident);)*) => {
        /// Every method.
        pub const METHODS: &[MethodRow] = &[$(MethodRow {
            name: stringify!($name),
            kind: kind!($kind),
            request: stringify!($request),
            answer: stringify!($answer),
            documentation: &[$($line),*],
        }),*];
    };
}

for_each_method!(rows);

#[cfg(test)]
mod tests {
    use super::*;

    /// The methods of an interface as one line each: comments, then the signature.
    fn methods(interface: &str) -> Vec<String> {
        let (_, service) = interface.split_once("\nservice : ").unwrap();
        let (_, body) = service.split_once("{\n").unwrap();
        let body = body.rsplit_once('}').unwrap().0;
        let text = body.replace("//", " ");
        let each = text.split(';').map(|method| {
            let words: Vec<_> = method.split_whitespace().collect();
            words.join(" ").replace("( ", "(").replace(", )", ")")
        });
        each.filter(|method| !method.is_empty()).collect()
    }

    fn line(row: &MethodRow) -> String {
        let words = row
            .documentation
            .iter()
            .flat_map(|line| line.split_whitespace());
        let documentation: Vec<_> = words.collect();
        let documentation = documentation.join(" ").replace(';', "");
        let request = match row.request {
            "EmptyRequest" => "record {}",
            request => request,
        };
        let query = match row.kind {
            MethodKind::Query => " query",
            MethodKind::Update => "",
        };
        let (name, answer) = (row.name, row.answer);
        format!("{documentation} {name} : ({request}) -> ({answer}){query}")
    }

    #[test]
    fn should_be_the_methods_of_the_interface() {
        let published = methods(&without_semicolons(include_str!("../../scheduler.did")));
        let mut ours: Vec<_> = METHODS.iter().map(line).collect();
        ours.sort_by_key(|line| name(line).to_string());
        let mut published = published;
        published.sort_by_key(|line| name(line).to_string());
        for (ours, published) in ours.iter().zip(&published) {
            assert_eq!(ours, published);
        }
        assert_eq!(ours.len(), published.len());
    }

    /// Without those within comments, so that each that is left ends a method.
    fn without_semicolons(interface: &str) -> String {
        let lines = interface
            .lines()
            .map(|line| match line.trim().starts_with("//") {
                true => line.replace(';', ""),
                false => line.to_string(),
            });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn name(line: &str) -> &str {
        let before = line.split(" : (").next().unwrap();
        before.rsplit(' ').next().unwrap()
    }
}
