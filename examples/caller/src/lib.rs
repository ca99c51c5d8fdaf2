//! The example to copy: a canister that has Chime call it back.
//!
//! 1. A controller calls `schedule_me` with the scheduler's principal. The canister makes a task
//!    whose only step calls `on_tick` of this canister, every so many seconds. The canister, not
//!    the controller, owns the task.
//! 2. The scheduler calls `on_tick`. Nobody else may.
//! 3. A controller calls `unschedule_me`, and the canister deletes its task.
//!
//! Three habits are worth copying:
//! * Whom to trust is written down before the request leaves, so that the first tick is accepted
//!   even if the answer is lost.
//! * The request carries an idempotency key, so that it can be repeated after a call whose outcome
//!   is unknown, and still only one task exists.
//! * `on_tick` refuses with a reject, so that the scheduler records a failed attempt. A reply of
//!   any kind counts as success.
//!
//! ```text
//! schedule_me (record { scheduler = principal "…"; repeat_every_seconds = 10 : nat64 })
//! count ()
//! ```

mod interface;
mod state;

use candid::Principal;
use candid::utils::ArgumentEncoder;
use chime_types::{
    Action, CreateTaskRequest, DeleteTaskResult, ErrorKind, NewSchedule, NewStep, OnUnknown,
    RetryPolicy, Rule, TaskRequest, TaskResult,
};
use ic_cdk::call::{Call, CallFailed, Response};
use ic_cdk::{query, update};

pub use interface::{
    CallerError, ScheduleMeRequest, ScheduleMeResult, Scheduled, UnscheduleMeResult, Unscheduled,
};

/// Time-out of one tick, in seconds.
const TICK_TIMEOUT_SECONDS: u64 = 30;

/// Makes the task that calls `on_tick` of this canister. Only controllers may ask for it.
#[update]
async fn schedule_me(request: ScheduleMeRequest) -> ScheduleMeResult {
    schedule(request).await.into()
}

/// Deletes the task again. Only controllers may ask for it.
#[update]
async fn unschedule_me() -> UnscheduleMeResult {
    unschedule().await.into()
}

/// Counts one call of the scheduler and returns the count. Anybody else is rejected.
#[update(guard = "only_the_scheduler")]
fn on_tick() -> u64 {
    state::add_tick()
}

/// The calls of the scheduler so far.
#[query]
fn count() -> u64 {
    state::get().ticks
}

fn only_the_scheduler() -> Result<(), String> {
    if state::get().scheduler == Some(ic_cdk::api::msg_caller()) {
        Ok(())
    } else {
        Err("on_tick may be called by the scheduler only".into())
    }
}

fn require_controller() -> Result<(), CallerError> {
    if ic_cdk::api::is_controller(&ic_cdk::api::msg_caller()) {
        Ok(())
    } else {
        Err(CallerError::NotController)
    }
}

async fn schedule(request: ScheduleMeRequest) -> Result<Scheduled, CallerError> {
    require_controller()?;
    let key = state::trust(request.scheduler)?;
    let task = tick_task(
        ic_cdk::api::canister_self(),
        request.repeat_every_seconds,
        key,
    );
    let response = call(request.scheduler, "create_task", &(task,)).await?;
    let task = response
        .candid::<TaskResult>()
        .map_err(|_| CallerError::NotAScheduler)?
        .into_result()
        .map_err(CallerError::Refused)?;
    state::remember_task(task.id);
    Ok(Scheduled {
        task_id: task.id,
        next_run_at: task.next_run_at,
    })
}

async fn unschedule() -> Result<Unscheduled, CallerError> {
    require_controller()?;
    let (scheduler, task_id) = state::scheduled()?;
    let request = TaskRequest { task_id };
    let response = call(scheduler, "delete_task", &(request,)).await?;
    let answer = response
        .candid::<DeleteTaskResult>()
        .map_err(|_| CallerError::NotAScheduler)?;
    match answer.into_result() {
        Ok(_) => {}
        // An earlier request deleted it and its answer was lost.
        Err(error) if error.kind == ErrorKind::NotFound => {}
        Err(error) => return Err(CallerError::Refused(error)),
    }
    state::forget();
    Ok(Unscheduled { task_id })
}

/// The task: one step, one interval, two quick retries. A tick that may have been counted is not
/// repeated.
fn tick_task(myself: Principal, repeat_every_seconds: u64, key: String) -> CreateTaskRequest {
    let step = NewStep {
        timeout_seconds: Some(TICK_TIMEOUT_SECONDS),
        ..NewStep::new(Action::call(myself, "on_tick"))
    };
    CreateTaskRequest {
        name: "tick".into(),
        description: Some("Calls the example canister back.".into()),
        steps: vec![step],
        schedules: vec![NewSchedule::new(Rule::Interval {
            repeat_every_seconds,
            phase_seconds: None,
        })],
        retry: Some(RetryPolicy {
            max_retries: 2,
            initial_delay_seconds: 2,
            ..RetryPolicy::default()
        }),
        on_unknown: Some(OnUnknown::Fail),
        idempotency_key: Some(key),
        ..CreateTaskRequest::default()
    }
}

/// A call that ends after five minutes at the latest, so that this canister can always be stopped.
async fn call<A: ArgumentEncoder>(
    scheduler: Principal,
    method: &str,
    arguments: &A,
) -> Result<Response, CallerError> {
    Call::bounded_wait(scheduler, method)
        .with_args(arguments)
        .await
        .map_err(|failure| match failure {
            CallFailed::CallRejected(rejected) => CallerError::Rejected {
                code: rejected.raw_reject_code(),
                message: rejected.reject_message().into(),
            },
            CallFailed::InsufficientLiquidCycleBalance(_) | CallFailed::CallPerformFailed(_) => {
                CallerError::NotSent
            }
        })
}

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
pub static CANDID: [u8; include_bytes!("../caller.did").len()] = *include_bytes!("../caller.did");

#[cfg(test)]
candid::export_service!();

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_INTERFACE=1` writes the file anew.
    #[test]
    fn should_publish_the_interface_that_the_code_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/caller.did");
        let code = __export_service() + "\n";
        if std::env::var_os("UPDATE_INTERFACE").is_some() {
            std::fs::write(path, &code).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), code);
    }

    #[test]
    fn should_ask_for_a_call_of_itself_under_a_key() {
        let myself = Principal::from_slice(&[7]);
        let task = tick_task(myself, 10, "tick-0".into());
        assert!(matches!(
            &task.steps[..],
            [NewStep { action: Action::Call { canister, method, .. }, .. }]
                if *canister == myself && method == "on_tick"
        ));
        assert_eq!(task.idempotency_key.as_deref(), Some("tick-0"));
    }
}
