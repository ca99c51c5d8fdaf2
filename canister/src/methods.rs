//! The methods of the interface.
//!
//! Each judges the caller, decodes the request, asks `service`, and arms the timer if it changed
//! anything. The doc comments here become the documentation in `scheduler.did`.

use candid::{CandidType, candid_method};
use chime_types::{
    ActionResult, AddScheduleRequest, AlertRequest, AlertResult, BackfillIdRequest,
    BackfillRequest, BackfillResult, BackupRequest, BackupResult, CancelExecutionRequest, Change,
    Changed, ClaimJobsRequest, ClaimJobsResult, ClearInboxRequest, Codex, CodexRequest,
    CodexResult, CompleteJobRequest, ConfigResult, ConfigureRequest, CreateAlertRequest,
    CreateBackupTaskRequest, CreateCleanupTaskRequest, CreateTaskRequest, DeadLettersRequest,
    DefineActionRequest, DeleteActionRequest, DeleteCodexRequest, DeleteSecretRequest,
    DeleteTaskResult, DeliveryResult, DryRunRequest, DryRunResult, EmptyRequest, EntitiesResult,
    Error, EventsSinceRequest, EventsSinceResult, ExecutionRequest, ExecutionResult,
    FailJobRequest, GetApiDocResult, GetBackupChunkRequest, GetBackupChunkResult,
    GetEntitiesRequest, GetInboxResult, GetMyTasksRequest, GetMyTasksResult, GetStatsResult,
    GetTaskExecutionsRequest, GetTaskExecutionsResult, HeartbeatJobRequest, HeartbeatJobResult,
    JournalResult, ListActionsResult, ListAlertsResult, ListBackfillsRequest, ListBackfillsResult,
    ListBackupsResult, ListCodicesResult, ListReportsResult, ListUsersRequest, ListUsersResult,
    NamesPageRequest, PageRequest, PauseTaskRequest, PreviewScheduleRequest, PreviewScheduleResult,
    PutCodexRequest, PutSecretRequest, PutUserRequest, ReleaseJobRequest, RemoveScheduleRequest,
    RemovedResult, ReplayDeadLettersResult, RestoreBackupRequest, RestoreBackupResult,
    ResumeExecutionRequest, RetryExecutionRequest, RollbackCodexRequest, RunTaskNowRequest,
    SecretsResult, SetScheduleRequest, SnoozeExecutionRequest, TaskRequest, TaskResult,
    UpdateAlertRequest, UpdateTaskRequest, UploadBackupChunkRequest, UserRequest, UserResult,
};
use ic_cdk::{query, update};
use serde::de::DeserializeOwned;

use crate::engine::Budget;
use crate::request::{self, Request};
use crate::runtime::{self, IcRuntime, Runtime};
use crate::service::codices::{Draft, Next};
use crate::service::{self, Caller, Platform};
use crate::state::State;
use crate::{CHARGED, STATE, StableStore, UNPAID, arm, caller, driver, dry_run, only_a_query};

/// Reads the store for the caller. Who it is comes first: a stranger's request is not decoded.
fn reading<Q: CandidType + DeserializeOwned, A>(
    method: &str,
    request: Request<Q>,
    work: impl FnOnce(&State, Caller, u64, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    STATE.with_borrow(|vault| {
        let state = vault.read();
        let caller = caller(state)?;
        work(state, caller, IcRuntime.now(), request.decode(method)?)
    })
}

/// Changes the store for the caller, and arms the timer for what that made due. Who it is comes
/// first: a stranger's request is not decoded.
fn changing<Q: CandidType + DeserializeOwned, A>(
    method: &str,
    request: Request<Q>,
    work: impl FnOnce(&mut State, Caller, u64, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    let answer = driver::Store::with(StableStore, |state| {
        if let Some((sender, instructions)) = UNPAID.take() {
            driver::charge_rest(&IcRuntime, state, sender, instructions);
        }
        let caller = caller(state)?;
        let bytes = request.len();
        let counted = service::changing(state, caller, IcRuntime.now(), method);
        let request = counted.and_then(|()| request.decode(method));
        let answer = request.and_then(|request| work(state, caller, IcRuntime.now(), request));
        // What is refused was a message all the same.
        driver::charge_caller(&IcRuntime, state, caller.principal, bytes);
        CHARGED.set(Some((caller.principal, IcRuntime.instructions())));
        answer
    });
    arm();
    answer
}

/// The work of a method that changes something, without what is around it.
fn made<Q, A>(
    state: &mut State,
    caller: Caller,
    request: Q,
    work: impl FnOnce(&mut State, Caller, u64, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    work(state, caller, IcRuntime.now(), request)
}

/// The answer of a method. To encode it is the last that a message takes.
fn encode(answer: impl CandidType) -> Vec<u8> {
    let bytes = candid::encode_one(answer).expect("BUG: an answer can be encoded");
    if let Some((sender, before)) = CHARGED.take() {
        let rest = IcRuntime.instructions().saturating_sub(before);
        UNPAID.set(Some((sender, rest)));
    }
    bytes
}

pub(crate) fn platform() -> Platform {
    Platform {
        now: IcRuntime.now(),
        cycles: IcRuntime.cycles(),
        stable_pages: IcRuntime.stable_pages(),
        timer_armed_at: IcRuntime.armed_at(),
        failed_in_a_row: runtime::timer::failed_in_a_row(),
    }
}

fn spent() -> u64 {
    IcRuntime.instructions()
}

/// What a message that changes the store may spend on what it goes on with later.
pub(crate) fn budget() -> Budget<'static> {
    within(driver::MAXIMUM_INSTRUCTIONS)
}

/// What a restore may spend before it begins with another thing: what is restored one after the other adds
/// up, and the largest thing comes on top.
fn restoring_budget() -> Budget<'static> {
    within(1_500_000_000)
}

/// So much, or what a call may take that is only tried: a query has less.
fn within(maximum_instructions: u64) -> Budget<'static> {
    let most = match ic_cdk::api::in_replicated_execution() {
        true => u64::MAX,
        false => TRIED_INSTRUCTIONS,
    };
    Budget {
        instructions: &spent,
        maximum_instructions: maximum_instructions.min(most),
    }
}

/// What a dry run may spend before it ends: the dearest call comes on top, and a query may take
/// 5,000,000,000 in all.
const TRIED_INSTRUCTIONS: u64 = 2_500_000_000;

/// What a query may spend on looking for what it shows: with what it takes to encode that, it stays
/// below a tenth of what it may in all.
fn reading_budget() -> Budget<'static> {
    Budget {
        instructions: &spent,
        maximum_instructions: 250_000_000,
    }
}

/// Defines the methods of the interface. Each looks at its caller, decodes its request, asks
/// `service` and, if it changes the store, arms the timer.
macro_rules! methods {
    ($(
        $(#[$documentation:meta])*
        $kind:ident $name:ident($request:ty) -> $answer:ty = $work:expr;
    )*) => {$(
        $(#[$documentation])*
        #[$kind(decode_with = "request::receive", encode_with = "encode", hidden = true)]
        #[candid_method($kind)]
        fn $name(request: Request<$request>) -> $answer {
            methods!(@$kind)(stringify!($name), request, $work).into()
        }
    )*

        /// Makes a change as its method does, on a state that somebody may throw away.
        pub(crate) fn try_change(state: &mut State, caller: Caller, change: Change) -> Result<Changed, Error> {
            $(methods!(@try $kind $name, $work, state, caller, change);)*
            dry_run::try_codex(state, caller, change)
        }
    };
    (@query) => { reading };
    (@update) => { changing };
    (@try query $name:ident, $work:expr, $state:ident, $caller:ident, $change:ident) => {};
    (@try update $name:ident, $work:expr, $state:ident, $caller:ident, $change:ident) => {
        let $change = match $change {
            Change::$name(request) => {
                return made($state, $caller, request, $work).map(Changed::$name);
            }
            other => other,
        };
    };
}

methods! {
    /// Makes a task with its steps and schedules.
    update create_task(CreateTaskRequest) -> TaskResult = service::create;

    /// Shows a task.
    query get_task(TaskRequest) -> TaskResult =
        |state, caller, _, request| service::get(state, caller, request.task_id);

    /// Changes a task.
    update update_task(UpdateTaskRequest) -> TaskResult = service::update;

    /// Removes a task with its schedules, its history and its alerts. Backups that hold it stay. It
    /// is gone at once; a long history is removed after that.
    update delete_task(TaskRequest) -> DeleteTaskResult =
        |state, caller, now, request| service::delete(state, caller, now, request.task_id);

    /// Lists the caller's tasks by pages, the oldest first.
    query get_my_tasks(GetMyTasksRequest) -> GetMyTasksResult =
        |state, caller, _, request| service::list(state, caller, &request, &reading_budget());

    /// Switches a task off: no schedule of it fires until it is resumed.
    update pause_task(PauseTaskRequest) -> TaskResult = service::pause;

    /// Resumes a task. Slots that passed in the meantime are not caught up.
    update resume_task(TaskRequest) -> TaskResult =
        |state, caller, now, request| service::resume(state, caller, now, request.task_id);

    /// Makes a task that writes a backup of the caller's tasks every day.
    update create_backup_task(CreateBackupTaskRequest) -> TaskResult = service::create_backup_task;

    /// Makes a task that removes old executions of the caller's tasks.
    update create_cleanup_task(CreateCleanupTaskRequest) -> TaskResult =
        service::create_cleanup_task;

    /// Adds a schedule to a task.
    update add_schedule(AddScheduleRequest) -> TaskResult = service::add_schedule;

    /// Switches a schedule of a task on or off.
    update set_schedule(SetScheduleRequest) -> TaskResult =
        |state, caller, now, request| service::set_schedule(state, caller, now, &request);

    /// Removes a schedule of a task. Its executions stay in the history.
    update remove_schedule(RemoveScheduleRequest) -> TaskResult =
        |state, caller, now, request| service::remove_schedule(state, caller, now, &request);

    /// Shows what a schedule means, in words and times, without making it.
    query preview_schedule(PreviewScheduleRequest) -> PreviewScheduleResult =
        |_, _, now, request| service::preview(now, request);

    /// Runs a task now, besides its schedules, and returns the new execution. The task may be
    /// paused.
    update run_task_now(RunTaskNowRequest) -> ExecutionResult = service::run_now;

    /// Lists the executions of a task by pages, the newest first.
    query get_task_executions(GetTaskExecutionsRequest) -> GetTaskExecutionsResult =
        |state, caller, _, request| {
            service::executions(state, caller, &request, &reading_budget())
        };

    /// Shows an execution.
    query get_execution(ExecutionRequest) -> ExecutionResult =
        |state, caller, _, request| service::get_execution(state, caller, request.execution_id);

    /// Stops an execution that is ready, running or waiting.
    update cancel_execution(CancelExecutionRequest) -> ExecutionResult =
        |state, caller, now, request| service::cancel_execution(state, caller, now, &request);

    /// Puts an execution off that is ready or waiting. It costs no attempt.
    update snooze_execution(SnoozeExecutionRequest) -> ExecutionResult =
        |state, caller, now, request| service::snooze_execution(state, caller, now, &request);

    /// Runs an execution again that did not complete, from the step where it stopped or from the
    /// start, and returns the new execution.
    update retry_execution(RetryExecutionRequest) -> ExecutionResult =
        |state, caller, now, request| service::retry_execution(state, caller, now, &request);

    /// Lists executions that failed or timed out and were not run again, the newest first.
    query list_dead_letters(DeadLettersRequest) -> GetTaskExecutionsResult =
        |state, caller, _, request| {
            service::dead_letters(state, caller, &request, &reading_budget())
        };

    /// Runs the dead letters of a page again, each from the step where it stopped.
    update replay_dead_letters(DeadLettersRequest) -> ReplayDeadLettersResult =
        |state, caller, now, request| {
            service::replay_dead_letters(state, caller, now, &request, &budget())
        };

    /// Runs slots of the past that did not run, the oldest first and a few at a time.
    update backfill(BackfillRequest) -> BackfillResult =
        |state, caller, now, request| service::backfill(state, caller, now, &request);

    /// Lists the backfills of a task by pages.
    query list_backfills(ListBackfillsRequest) -> ListBackfillsResult =
        |state, caller, _, request| service::list_backfills(state, caller, &request);

    /// Lets a backfill make no further execution. Those under way go on.
    update cancel_backfill(BackfillIdRequest) -> BackfillResult =
        |state, caller, now, request| {
            service::cancel_backfill(state, caller, now, request.backfill_id)
        };

    /// Gives commands to a worker, the most urgent first, each under a lease and a fencing token. A
    /// user may claim commands of its own tasks, a worker or an admin those of all owners.
    update claim_jobs(ClaimJobsRequest) -> ClaimJobsResult = service::claim_jobs;

    /// Extends the lease of a job.
    update heartbeat_job(HeartbeatJobRequest) -> HeartbeatJobResult = service::heartbeat_job;

    /// Reports that a job is done.
    update complete_job(CompleteJobRequest) -> ExecutionResult = service::complete_job;

    /// Reports that a job failed: it is tried again under the retry policy of its task.
    update fail_job(FailJobRequest) -> ExecutionResult = service::fail_job;

    /// Hands a job back, at once or for later. It costs no attempt.
    update release_job(ReleaseJobRequest) -> ExecutionResult =
        |state, caller, now, request| service::release_job(state, caller, now, &request);

    /// Registers an action under a name, for steps of the kind `named`.
    update define_action(DefineActionRequest) -> ActionResult = service::define_action;

    /// Lists registered actions by pages.
    query list_actions(NamesPageRequest) -> ListActionsResult =
        |state, caller, _, request| service::list_actions(state, caller, &request);

    /// Removes a registered action.
    update delete_action(DeleteActionRequest) -> RemovedResult = service::delete_action;

    /// Shows a codex: its code, its versions, and which tasks run it.
    query get_codex(CodexRequest) -> CodexResult =
        |state, caller, _, request| service::codices::get_codex(state, caller, &request);

    /// Lists codices by pages.
    query list_codices(NamesPageRequest) -> ListCodicesResult =
        |state, caller, _, request| service::codices::list_codices(state, caller, &request);

    /// Removes a codex with its versions. Executions that began under it fail when they go on.
    update delete_codex(DeleteCodexRequest) -> RemovedResult = service::codices::delete_codex;

    /// Makes the code of an older version of a codex that of a new one.
    update rollback_codex(RollbackCodexRequest) -> CodexResult = service::codices::rollback_codex;

    /// Shows what codices keep between their runs.
    query get_entities(GetEntitiesRequest) -> EntitiesResult =
        |state, caller, _, request| service::codices::get_entities(state, caller, &request);

    /// Shows what the latest run of a codex in an execution asked for, and what it was answered.
    query get_journal(ExecutionRequest) -> JournalResult =
        |state, caller, _, request| {
            service::codices::get_journal(state, caller, request.execution_id)
        };

    /// Lets an execution go on that waits because its codex was changed meanwhile.
    update resume_execution(ResumeExecutionRequest) -> ExecutionResult =
        |state, caller, now, request| service::resume_execution(state, caller, now, &request);

    /// Keeps a secret for HTTP actions and webhooks: `{{secrets.NAME}}`.
    update put_secret(PutSecretRequest) -> SecretsResult = service::put_secret;

    /// Lists the names of the caller's secrets.
    query list_secrets(EmptyRequest) -> SecretsResult =
        |state, caller, _, EmptyRequest {}| service::list_secrets(state, caller);

    /// Removes a secret.
    update delete_secret(DeleteSecretRequest) -> SecretsResult = service::delete_secret;

    /// Makes an alert: a message to an inbox, a webhook or a canister when something happens.
    update create_alert(CreateAlertRequest) -> AlertResult = service::create_alert;

    /// Changes an alert, or switches it on or off.
    update update_alert(UpdateAlertRequest) -> AlertResult = service::update_alert;

    /// Removes an alert.
    update delete_alert(AlertRequest) -> RemovedResult =
        |state, caller, now, request| service::delete_alert(state, caller, now, &request);

    /// Sends a test message through the channel of an alert. `list_alerts` shows what became of it.
    update test_alert(AlertRequest) -> DeliveryResult =
        |state, caller, now, request| service::test_alert(state, caller, now, &request);

    /// Lists the caller's alerts by pages, the oldest first.
    query list_alerts(PageRequest) -> ListAlertsResult =
        |state, caller, _, request| service::list_alerts(state, caller, &request);

    /// Lists the caller's backups by pages, the oldest first.
    query list_backups(PageRequest) -> ListBackupsResult =
        |state, caller, _, request| service::list_backups(state, caller, &request);

    /// Lists the messages in the caller's inbox by pages, the newest first.
    query get_inbox(PageRequest) -> GetInboxResult =
        |state, caller, _, request| service::get_inbox(state, caller, &request);

    /// Downloads a chunk of a backup.
    query get_backup_chunk(GetBackupChunkRequest) -> GetBackupChunkResult =
        |state, caller, _, request| service::get_backup_chunk(state, caller, &request);

    /// Removes a message and all older ones from the caller's inbox.
    update clear_inbox(ClearInboxRequest) -> RemovedResult =
        |state, caller, _, request| service::clear_inbox(state, caller, &request);

    /// Uploads a chunk of a backup, one after the other. The first one makes the backup, the last one
    /// completes it.
    update upload_backup_chunk(UploadBackupChunkRequest) -> BackupResult =
        service::upload_backup_chunk;

    /// Restores the tasks of a backup, some in each call: call again with `next_cursor` until it is
    /// null.
    update restore_backup(RestoreBackupRequest) -> RestoreBackupResult =
        |state, caller, now, request| {
            service::restore_backup(state, caller, now, &request, &restoring_budget())
        };

    /// Removes a backup.
    update delete_backup(BackupRequest) -> RemovedResult =
        |state, caller, now, request| service::delete_backup(state, caller, now, request.backup_id);

    /// Lists the reports of the caller's analytics by pages, the newest first.
    query list_reports(PageRequest) -> ListReportsResult =
        |state, caller, _, request| service::list_reports(state, caller, &request);

    /// Lists the timeline by pages, the oldest first: who changed what, and what came of it.
    query events_since(EventsSinceRequest) -> EventsSinceResult =
        |state, caller, _, request| service::events_since(state, caller, &request);

    /// Shows figures about the caller's tasks and the scheduler.
    query get_stats(EmptyRequest) -> GetStatsResult =
        |state, caller, _, EmptyRequest {}| service::stats(state, caller, &platform());

    /// Shows the caller: role, quotas and what is used of them.
    query get_me(EmptyRequest) -> UserResult =
        |state, caller, now, EmptyRequest {}| Ok(service::get_me(state, caller, now));

    /// Registers a user, or changes one. For admins.
    update put_user(PutUserRequest) -> UserResult = service::put_user;

    /// Lists registered users by pages. For admins.
    query list_users(ListUsersRequest) -> ListUsersResult =
        |state, caller, now, request| service::list_users(state, caller, now, &request);

    /// Removes a user from the register. Its tasks stay. A disabled user is not removed, because it would
    /// be let in again where everybody is. For admins.
    update delete_user(UserRequest) -> RemovedResult =
        |state, caller, now, request| service::delete_user(state, caller, now, request.principal);

    /// Shows the configuration.
    query get_config(EmptyRequest) -> ConfigResult =
        |state, caller, _, EmptyRequest {}| service::get_config(state, caller);

    /// Changes the configuration. For admins.
    update configure(ConfigureRequest) -> ConfigResult = service::configure;

    /// Shows a guide and the whole interface: enough to use the scheduler without other help.
    query get_api_doc(EmptyRequest) -> GetApiDocResult =
        |_, _, _, EmptyRequest {}| Ok(service::api_doc());
}

/// Tries changes one upon the other, and keeps nothing of them: the same rules, rights and quotas, and
/// the same answers as those of the methods. Nothing is compiled, downloaded or sent. Only as a query.
#[query(
    decode_with = "request::receive",
    encode_with = "encode",
    guard = "only_a_query",
    hidden = true
)]
#[candid_method(query)]
fn dry_run(request: Request<DryRunRequest>) -> DryRunResult {
    dry_run::try_all(request).into()
}

/// Stores Python under a name, for steps of the kind `codex` and for `import`. A runner compiles it
/// first; what does not compile is refused with line and column.
#[update(
    decode_with = "request::receive",
    encode_with = "encode",
    hidden = true
)]
#[candid_method(update)]
async fn put_codex(request: Request<PutCodexRequest>) -> CodexResult {
    store_codex(request).await.into()
}

/// Between the two looks at the store a runner compiles the code, and before that it may be downloaded: who
/// asks, and what was stored meanwhile, is looked at anew each time.
async fn store_codex(request: Request<PutCodexRequest>) -> Result<Codex, Error> {
    let (next, owner) = changing("put_codex", request, |state, caller, _, request| {
        let next = service::codices::draft(state, caller, request)?;
        Ok((next, caller.principal))
    })?;
    let draft = match next {
        Next::Stored(codex) => return Ok(*codex),
        Next::Compile(draft) => draft,
        Next::Download { url, request } => {
            let body = driver::download(IcRuntime, StableStore, owner, &url).await?;
            driver::Store::with(StableStore, |state| {
                Draft::downloaded(caller(state)?, *request, body)
            })?
        }
    };
    let source = draft.source();
    let is_checked = driver::compile(IcRuntime, StableStore, owner, source).await?;
    let stored = driver::Store::with(StableStore, |state| {
        let caller = caller(state)?;
        service::codices::store(state, caller, IcRuntime.now(), draft, is_checked)
    });
    arm();
    stored
}

candid::export_service!();

/// The interface of the canister as a Candid file, generated from this code.
#[must_use]
pub fn interface() -> String {
    __export_service()
}
