//! The scheduler canister: its entry points.
//!
//! An entry point decodes the request, asks `service`, and arms the timer. It decides nothing:
//! `service` holds the rules for owners, `engine` those for time, `driver` performs. The doc
//! comments here become the documentation in `scheduler.did`.

mod driver;
mod engine;
mod request;
mod runtime;
mod service;
mod state;

use std::cell::RefCell;

use candid::candid_method;
use chime_types::{
    CreateTaskRequest, DeleteTaskResult, Error, GetMyTasksRequest, GetMyTasksResult,
    GetStatsRequest, GetStatsResult, GetTaskExecutionsRequest, GetTaskExecutionsResult,
    PauseTaskRequest, PreviewScheduleRequest, PreviewScheduleResult, RunTaskNowResult, TaskRequest,
    TaskResult, UpdateTaskRequest,
};
use ic_cdk::{init, post_upgrade, query, update};

use request::Request;
use runtime::{IcRuntime, Runtime};
use service::{Asker, Caller, Platform};
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

/// Reads the store for the caller.
fn reading<Q, A>(
    request: Request<Q>,
    work: impl FnOnce(&State, Caller, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    let caller = Caller::admit(IcRuntime.caller())?;
    let request = request.0?;
    STATE.with_borrow(|state| work(state, caller, request))
}

/// Changes the store for the caller, and arms the timer for what that made due.
fn changing<Q, A>(
    request: Request<Q>,
    work: impl FnOnce(&mut State, Caller, Q) -> Result<A, Error>,
) -> Result<A, Error> {
    let caller = Caller::admit(IcRuntime.caller())?;
    let request = request.0?;
    let answer = STATE.with_borrow_mut(|state| work(state, caller, request));
    arm();
    answer
}

fn asker() -> Asker {
    Asker {
        is_controller: IcRuntime.is_controller(IcRuntime.caller()),
        scheduler: IcRuntime.own_id(),
    }
}

/// Makes a task with its steps and schedules.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn create_task(request: Request<CreateTaskRequest>) -> TaskResult {
    changing(request, |state, caller, request| {
        service::create(state, caller, asker(), IcRuntime.now(), request)
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
        service::update(state, caller, asker(), IcRuntime.now(), request)
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
        service::list(state, caller, request.cursor, request.limit)
    })
    .into()
}

/// Runs a task now, besides its schedules, and answers with the new execution. The task may be
/// paused.
#[update(decode_with = "request::decode", hidden = true)]
#[candid_method(update)]
fn run_task_now(request: Request<TaskRequest>) -> RunTaskNowResult {
    changing(request, |state, caller, request| {
        service::run_now(state, caller, IcRuntime.now(), request.task_id)
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

/// Lists the executions of a task by pages, the newest first.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_task_executions(request: Request<GetTaskExecutionsRequest>) -> GetTaskExecutionsResult {
    reading(request, |state, caller, request| {
        service::executions(state, caller, &request)
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

/// Shows figures about the caller's tasks and the scheduler.
#[query(decode_with = "request::decode", hidden = true)]
#[candid_method(query)]
fn get_stats(request: Request<GetStatsRequest>) -> GetStatsResult {
    reading(request, |state, caller, GetStatsRequest {}| {
        let platform = Platform {
            now: IcRuntime.now(),
            cycles: IcRuntime.cycles(),
            stable_pages: IcRuntime.stable_pages(),
            timer_armed_at: IcRuntime.armed_at(),
        };
        Ok(service::stats(state, caller, &platform))
    })
    .into()
}

candid::export_service!();

/// The interface of the canister as a Candid file, generated from this code.
#[must_use]
pub fn interface() -> String {
    __export_service()
}
