//! The scheduler canister: its entry points.
//!
//! An entry point decodes the request, asks `service`, and arms the timer. It decides nothing:
//! `service` holds the rules for owners, `engine` those for time, `driver` performs. The doc
//! comments here become the documentation in `scheduler.did`.

mod driver;
mod engine;
mod figures;
mod request;
mod runtime;
mod service;
mod state;

use std::cell::RefCell;

use candid::{CandidType, Deserialize, candid_method};
use chime_types::{
    ActionResult, AddScheduleRequest, AlertRequest, AlertResult, BackfillIdRequest,
    BackfillRequest, BackfillResult, BackupRequest, BackupResult, CancelExecutionRequest,
    ClaimJobsRequest, ClaimJobsResult, ClearInboxRequest, CompleteJobRequest, ConfigResult,
    ConfigureRequest, CreateAlertRequest, CreateBackupTaskRequest, CreateCleanupTaskRequest,
    CreateTaskRequest, DeadLettersRequest, DefineActionRequest, DeleteActionRequest,
    DeleteSecretRequest, DeleteTaskResult, EmptyRequest, Error, EventsSinceRequest,
    EventsSinceResult, ExecutionRequest, ExecutionResult, FailJobRequest, GetApiDocResult,
    GetBackupChunkRequest, GetBackupChunkResult, GetInboxResult, GetMyTasksRequest,
    GetMyTasksResult, GetStatsResult, GetTaskExecutionsRequest, GetTaskExecutionsResult,
    HeartbeatJobRequest, HeartbeatJobResult, ListActionsResult, ListAlertsResult,
    ListBackfillsRequest, ListBackfillsResult, ListBackupsResult, ListReportsResult,
    ListUsersRequest, ListUsersResult, NamesPageRequest, PageRequest, PauseTaskRequest,
    PreviewScheduleRequest, PreviewScheduleResult, PutSecretRequest, PutUserRequest,
    ReleaseJobRequest, RemoveScheduleRequest, RemovedResult, ReplayDeadLettersResult,
    RestoreBackupRequest, RestoreBackupResult, RetryExecutionRequest, RunTaskNowRequest,
    SecretsResult, SetScheduleRequest, SnoozeExecutionRequest, TaskRequest, TaskResult,
    UpdateAlertRequest, UpdateTaskRequest, UploadBackupChunkRequest, UserRequest, UserResult,
};
use ic_cdk::{init, post_upgrade, query, update};

use ic_management_canister_types::{HttpRequestResult, TransformArgs};

use engine::Budget;
use request::Request;
use runtime::{HttpResponse, IcRuntime, Runtime};
use service::{Caller, Platform};
use state::State;

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
static INTERFACE: [u8; include_bytes!("../../scheduler.did").len()] =
    *include_bytes!("../../scheduler.did");

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::open());
}

#[derive(Clone, Copy)]
struct StableStore;

impl driver::Store for StableStore {
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T {
        STATE.with_borrow_mut(work)
    }
}

fn on_timer() {
    driver::pump(IcRuntime, StableStore, on_timer);
}

fn arm() {
    driver::arm(IcRuntime, StableStore, on_timer);
}

#[init]
fn init() {
    arm();
}

#[post_upgrade]
fn post_upgrade() {
    arm();
}

fn caller(state: &State) -> Result<Caller, Error> {
    let principal = IcRuntime.caller();
    let is_controller = IcRuntime.is_controller(principal);
    Caller::admit(state, principal, is_controller, IcRuntime.own_id())
}

/// Reads the store for the caller.
fn reading<Q, A>(
    request: Request<Q>,
    work: impl FnOnce(&State, Caller, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    STATE.with_borrow(|state| {
        let caller = caller(state)?;
        work(state, caller, request.0?)
    })
}

/// Changes the store for the caller, and arms the timer for what that made due.
fn changing<Q, A>(
    request: Request<Q>,
    work: impl FnOnce(&mut State, Caller, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    let answer = STATE.with_borrow_mut(|state| {
        let caller = caller(state)?;
        work(state, caller, request.0?)
    });
    arm();
    answer
}

fn platform() -> Platform {
    Platform {
        now: IcRuntime.now(),
        cycles: IcRuntime.cycles(),
        stable_pages: IcRuntime.stable_pages(),
        timer_armed_at: IcRuntime.armed_at(),
    }
}

/// Makes a task with its steps and schedules.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn create_task(request: Request<CreateTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::create(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Shows a task.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_task(request: Request<TaskRequest>) -> TaskResult {
    reading(request, |state, caller, request| {
        service::get(state, caller, request.task_id)
    })
    .into()
}

/// Changes a task.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn update_task(request: Request<UpdateTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::update(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Removes a task with its schedules and its history.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_task(request: Request<TaskRequest>) -> DeleteTaskResult {
    changing(request, |state, caller, request| {
        service::delete(state, caller, IcRuntime.now(), request.task_id)
    })
    .into()
}

/// Lists the caller's tasks by pages, the oldest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_my_tasks(request: Request<GetMyTasksRequest>) -> GetMyTasksResult {
    reading(request, |state, caller, request| {
        service::list(state, caller, &request)
    })
    .into()
}

/// Switches a task off: no schedule of it fires until it is resumed.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn pause_task(request: Request<PauseTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::pause(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Switches a task on again. Times that passed meanwhile are not made up for.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn resume_task(request: Request<TaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::resume(state, caller, IcRuntime.now(), request.task_id)
    })
    .into()
}

/// Makes a task that writes a backup of the caller's tasks every day.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn create_backup_task(request: Request<CreateBackupTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::create_backup_task(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Makes a task that removes old executions of the caller's tasks.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn create_cleanup_task(request: Request<CreateCleanupTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::create_cleanup_task(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Adds a schedule to a task.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn add_schedule(request: Request<AddScheduleRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::add_schedule(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Switches a schedule of a task on or off.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn set_schedule(request: Request<SetScheduleRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::set_schedule(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Removes a schedule of a task. Its executions stay in the history.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn remove_schedule(request: Request<RemoveScheduleRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::remove_schedule(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Shows what a schedule means, in words and times, without making it.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn preview_schedule(request: Request<PreviewScheduleRequest>) -> PreviewScheduleResult {
    reading(request, |_, _, request| {
        service::preview(IcRuntime.now(), request)
    })
    .into()
}

/// Runs a task now, besides its schedules, and answers with the new execution. The task may be
/// paused.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn run_task_now(request: Request<RunTaskNowRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::run_now(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Lists the executions of a task by pages, the newest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_task_executions(request: Request<GetTaskExecutionsRequest>) -> GetTaskExecutionsResult {
    reading(request, |state, caller, request| {
        service::executions(state, caller, &request)
    })
    .into()
}

/// Shows an execution.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_execution(request: Request<ExecutionRequest>) -> ExecutionResult {
    reading(request, |state, caller, request| {
        service::get_execution(state, caller, request.execution_id)
    })
    .into()
}

/// Stops an execution that is ready, running or waiting.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn cancel_execution(request: Request<CancelExecutionRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::cancel_execution(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Puts an execution off that is ready or waiting. It costs no attempt.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn snooze_execution(request: Request<SnoozeExecutionRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::snooze_execution(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Runs an execution again that did not complete, from the step where it stopped or from the
/// start, and answers with the new execution.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn retry_execution(request: Request<RetryExecutionRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::retry_execution(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Lists executions that failed or timed out and were not run again, the newest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_dead_letters(request: Request<DeadLettersRequest>) -> GetTaskExecutionsResult {
    reading(request, |state, caller, request| {
        service::dead_letters(state, caller, &request)
    })
    .into()
}

/// Runs the dead letters of a page again, each from the step where it stopped.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn replay_dead_letters(request: Request<DeadLettersRequest>) -> ReplayDeadLettersResult {
    changing(request, |state, caller, request| {
        service::replay_dead_letters(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Runs slots of the past that did not run, the oldest first and a few at a time.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn backfill(request: Request<BackfillRequest>) -> BackfillResult {
    changing(request, |state, caller, request| {
        service::backfill(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Lists the backfills of a task by pages.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_backfills(request: Request<ListBackfillsRequest>) -> ListBackfillsResult {
    reading(request, |state, caller, request| {
        service::list_backfills(state, caller, &request)
    })
    .into()
}

/// Lets a backfill make no further execution. Those under way go on.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn cancel_backfill(request: Request<BackfillIdRequest>) -> BackfillResult {
    changing(request, |state, caller, request| {
        service::cancel_backfill(state, caller, IcRuntime.now(), request.backfill_id)
    })
    .into()
}

/// Gives commands to a worker, the most urgent first, each under a lease and a fencing token. A
/// user may claim commands of its own tasks, a worker or an admin those of all owners.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn claim_jobs(request: Request<ClaimJobsRequest>) -> ClaimJobsResult {
    changing(request, |state, caller, request| {
        service::claim_jobs(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Extends the lease of a job.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn heartbeat_job(request: Request<HeartbeatJobRequest>) -> HeartbeatJobResult {
    changing(request, |state, caller, request| {
        service::heartbeat_job(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Reports that a job is done.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn complete_job(request: Request<CompleteJobRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::complete_job(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Reports that a job failed: it is tried again under the retry policy of its task.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn fail_job(request: Request<FailJobRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::fail_job(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Hands a job back, at once or for later. It costs no attempt.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn release_job(request: Request<ReleaseJobRequest>) -> ExecutionResult {
    changing(request, |state, caller, request| {
        service::release_job(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Registers an action under a name, for steps of the kind `named`.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn define_action(request: Request<DefineActionRequest>) -> ActionResult {
    changing(request, |state, caller, request| {
        service::define_action(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Lists registered actions by pages.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_actions(request: Request<NamesPageRequest>) -> ListActionsResult {
    reading(request, |state, caller, request| {
        service::list_actions(state, caller, &request)
    })
    .into()
}

/// Removes a registered action.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_action(request: Request<DeleteActionRequest>) -> RemovedResult {
    changing(request, |state, caller, request| {
        service::delete_action(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Keeps a secret for HTTP actions and webhooks: `{{secrets.NAME}}`.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn put_secret(request: Request<PutSecretRequest>) -> SecretsResult {
    changing(request, |state, caller, request| {
        service::put_secret(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Lists the names of the caller's secrets.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_secrets(request: Request<EmptyRequest>) -> SecretsResult {
    reading(request, |state, caller, EmptyRequest {}| {
        service::list_secrets(state, caller)
    })
    .into()
}

/// Removes a secret.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_secret(request: Request<DeleteSecretRequest>) -> SecretsResult {
    changing(request, |state, caller, request| {
        service::delete_secret(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Makes an alert: a message to an inbox, a webhook or a canister when something happens.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn create_alert(request: Request<CreateAlertRequest>) -> AlertResult {
    changing(request, |state, caller, request| {
        service::create_alert(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Changes an alert, or switches it on or off.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn update_alert(request: Request<UpdateAlertRequest>) -> AlertResult {
    changing(request, |state, caller, request| {
        service::update_alert(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Removes an alert.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_alert(request: Request<AlertRequest>) -> RemovedResult {
    changing(request, |state, caller, request| {
        service::delete_alert(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Lists the caller's alerts by pages, the oldest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_alerts(request: Request<PageRequest>) -> ListAlertsResult {
    reading(request, |state, caller, request| {
        service::list_alerts(state, caller, &request)
    })
    .into()
}

/// Lists the caller's backups by pages, the oldest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_backups(request: Request<PageRequest>) -> ListBackupsResult {
    reading(request, |state, caller, request| {
        service::list_backups(state, caller, &request)
    })
    .into()
}

/// Lists the messages in the caller's inbox by pages, the newest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_inbox(request: Request<PageRequest>) -> GetInboxResult {
    reading(request, |state, caller, request| {
        service::get_inbox(state, caller, &request)
    })
    .into()
}

/// Downloads a chunk of a backup.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_backup_chunk(request: Request<GetBackupChunkRequest>) -> GetBackupChunkResult {
    reading(request, |state, caller, request| {
        service::get_backup_chunk(state, caller, &request)
    })
    .into()
}

/// Removes a message and all older ones from the caller's inbox.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn clear_inbox(request: Request<ClearInboxRequest>) -> RemovedResult {
    changing(request, |state, caller, request| {
        service::clear_inbox(state, caller, &request)
    })
    .into()
}

/// Uploads a chunk of a backup, one after the other. The first one makes the backup, the last one
/// completes it.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn upload_backup_chunk(request: Request<UploadBackupChunkRequest>) -> BackupResult {
    changing(request, |state, caller, request| {
        service::upload_backup_chunk(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Restores the tasks of a backup, some in each call: call again with `next_cursor` until it is
/// null.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn restore_backup(request: Request<RestoreBackupRequest>) -> RestoreBackupResult {
    changing(request, |state, caller, request| {
        let counter = || IcRuntime.instructions();
        let budget = Budget {
            instructions: &counter,
            maximum_instructions: driver::MAXIMUM_INSTRUCTIONS,
        };
        service::restore_backup(state, caller, IcRuntime.now(), &request, &budget)
    })
    .into()
}

/// Removes a backup.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_backup(request: Request<BackupRequest>) -> RemovedResult {
    changing(request, |state, caller, request| {
        service::delete_backup(state, caller, IcRuntime.now(), request.backup_id)
    })
    .into()
}

/// Lists the reports of the caller's analytics by pages, the newest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_reports(request: Request<PageRequest>) -> ListReportsResult {
    reading(request, |state, caller, request| {
        service::list_reports(state, caller, &request)
    })
    .into()
}

/// Lists the timeline by pages, the oldest first: who changed what, and what came of it.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn events_since(request: Request<EventsSinceRequest>) -> EventsSinceResult {
    reading(request, |state, caller, request| {
        service::events_since(state, caller, &request)
    })
    .into()
}

/// Shows figures about the caller's tasks and the scheduler.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_stats(request: Request<EmptyRequest>) -> GetStatsResult {
    reading(request, |state, caller, EmptyRequest {}| {
        service::stats(state, caller, &platform())
    })
    .into()
}

/// Shows the caller: role, quotas and what is used of them.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_me(request: Request<EmptyRequest>) -> UserResult {
    reading(request, |state, caller, EmptyRequest {}| {
        Ok(service::get_me(state, caller, IcRuntime.now()))
    })
    .into()
}

/// Registers a user, or changes one. For admins.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn put_user(request: Request<PutUserRequest>) -> UserResult {
    changing(request, |state, caller, request| {
        service::put_user(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Lists registered users by pages. For admins.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn list_users(request: Request<ListUsersRequest>) -> ListUsersResult {
    reading(request, |state, caller, request| {
        service::list_users(state, caller, IcRuntime.now(), &request)
    })
    .into()
}

/// Removes a user from the register. Its tasks stay. For admins.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn delete_user(request: Request<UserRequest>) -> RemovedResult {
    changing(request, |state, caller, request| {
        service::delete_user(state, caller, IcRuntime.now(), request.principal)
    })
    .into()
}

/// Shows the configuration.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_config(request: Request<EmptyRequest>) -> ConfigResult {
    reading(request, |state, caller, EmptyRequest {}| {
        service::get_config(state, caller)
    })
    .into()
}

/// Changes the configuration. For admins.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn configure(request: Request<ConfigureRequest>) -> ConfigResult {
    changing(request, |state, caller, request| {
        service::configure(state, caller, IcRuntime.now(), request)
    })
    .into()
}

/// Shows a guide and the whole interface: enough to use the scheduler without other help.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_api_doc(request: Request<EmptyRequest>) -> GetApiDocResult {
    reading(request, |_, _, EmptyRequest {}| Ok(service::api_doc())).into()
}

/// What of a response over HTTPS all nodes must agree upon. The nodes call it; it is not part of
/// the interface.
#[query(hidden = true)]
fn transform_http_response(arguments: TransformArgs) -> HttpRequestResult {
    let response = HttpResponse {
        status: u16::try_from(arguments.response.status.0).unwrap_or(0),
        body: arguments.response.body,
    };
    let kept = driver::transform(&arguments.context, response);
    HttpRequestResult {
        status: kept.status.into(),
        headers: Vec::new(),
        body: kept.body,
    }
}

/// A request that a gateway of the network brings from a browser or a collector of metrics.
#[derive(CandidType, Deserialize)]
struct GatewayRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: serde_bytes::ByteBuf,
}

/// What the gateway gives back.
#[derive(CandidType, Deserialize)]
struct GatewayResponse {
    status_code: u16,
    headers: Vec<(String, String)>,
    body: serde_bytes::ByteBuf,
}

/// Shows `/health` and `/metrics`. Gateways call it; it is not part of the interface.
#[query(hidden = true)]
fn http_request(request: GatewayRequest) -> GatewayResponse {
    let reply = STATE.with_borrow(|state| {
        service::http_reply(state, &platform(), &request.method, &request.url)
    });
    let allow = reply.allow.map(|methods| ("allow", methods));
    let headers = [
        ("content-type", reply.content_type),
        ("cache-control", "no-store"),
    ];
    GatewayResponse {
        status_code: reply.status,
        headers: headers
            .into_iter()
            .chain(allow)
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        body: reply.body.into_bytes().into(),
    }
}

candid::export_service!();

/// The interface of the canister as a Candid file, generated from this code.
#[must_use]
pub fn interface() -> String {
    __export_service()
}
