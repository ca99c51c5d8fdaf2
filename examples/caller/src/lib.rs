//! The example to copy: a canister that has Chime call it back, with the crate `chime-client`.
//!
//! 1. A controller calls `schedule_me` with the scheduler's principal. The canister makes a task
//!    whose only step calls `on_tick` of this canister, every so many seconds. The canister, not
//!    the controller, owns the task.
//! 2. The scheduler calls `on_tick` with the context of the run, and `on_finished` when the run has
//!    ended. Nobody else may. `last_outcome` shows what `on_finished` got.
//! 3. A controller may call `tick_now`, which runs the task besides its schedule and waits for the
//!    end of the run.
//! 4. A controller calls `unschedule_me`, and the canister deletes its task.
//!
//! Five habits are worth copying:
//! * Whom to trust is written down before the request leaves, so that the first tick is accepted
//!   even if the answer is lost.
//! * Every request that makes something carries an idempotency key, so that it can be repeated
//!   after a call whose outcome is unknown, and still only one task or run exists.
//! * `on_tick` counts an execution once, although a call whose answer was lost may be repeated.
//! * `on_tick` refuses with a reject, so that the scheduler records a failed attempt. A reply of
//!   any kind counts as success.
//! * To learn how a run ended the task has a callback, which costs nothing while the run takes its
//!   time. `tick_now` asks again and again, which is right only for what takes some seconds.
//!
//! ```text
//! schedule_me (record { scheduler = principal "…"; repeat_every_seconds = 10 : nat64 })
//! count ()
//! last_outcome ()
//! tick_now (record { key = "by hand 1" })
//! ```

mod interface;
mod state;

use candid::Principal;
use chime_client::{Error, ExecutionContext, ExecutionFinished, Scheduler};
use chime_types::{
    Action, Callback, CreateTaskRequest, ErrorKind, NewSchedule, NewStep, OnUnknown, RetryPolicy,
    Rule, TaskRequest,
};
use ic_cdk::{query, update};

pub use interface::{
    CallerError, Ended, ScheduleMeRequest, ScheduleMeResult, Scheduled, TickNowRequest,
    TickNowResult, UnscheduleMeResult, Unscheduled,
};

/// Time-out of one tick, in seconds.
const TICK_TIMEOUT_SECONDS: u64 = 30;
/// Most calls of the scheduler for one `tick_now`.
const CALLS_PER_TICK: u32 = 20;

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

/// Runs the task now and waits until the run has ended. Only controllers may ask for it.
#[update]
async fn tick_now(request: TickNowRequest) -> TickNowResult {
    run_now(request).await.into()
}

/// Counts one execution of the task and returns the count. Anybody but the scheduler is rejected.
#[update(guard = "only_the_scheduler")]
fn on_tick(context: ExecutionContext) -> u64 {
    state::add_tick(&context)
}

/// Keeps how an execution ended. Anybody but the scheduler is rejected.
#[update(guard = "only_the_scheduler")]
fn on_finished(finished: ExecutionFinished) {
    state::keep_outcome(finished);
}

/// The executions counted so far.
#[query]
fn count() -> u64 {
    state::get().ticks
}

/// How the latest execution ended.
#[query]
fn last_outcome() -> Option<ExecutionFinished> {
    state::get().last_outcome
}

fn only_the_scheduler() -> Result<(), String> {
    chime_client::only(state::get().scheduler)
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
    let scheduler = Scheduler::new(request.scheduler);
    let task = scheduler.create_task(&task).await?;
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
    match Scheduler::new(scheduler).delete_task(&request).await {
        Ok(_) => {}
        // An earlier request deleted it and its answer was lost.
        Err(Error::Refused(error)) if error.kind == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    state::forget();
    Ok(Unscheduled { task_id })
}

async fn run_now(request: TickNowRequest) -> Result<Ended, CallerError> {
    require_controller()?;
    let (scheduler, task_id) = state::scheduled()?;
    let execution = Scheduler::new(scheduler)
        .run_and_await(task_id, &request.key, CALLS_PER_TICK)
        .await?;
    Ok(Ended {
        execution_id: execution.id,
        status: execution.status,
        result: execution.result,
        error: execution.error,
    })
}

/// The task: one step, one interval, two quick retries. A tick that may have been counted is
/// repeated: the canister counts it once.
fn tick_task(myself: Principal, repeat_every_seconds: u64, key: String) -> CreateTaskRequest {
    let step = NewStep {
        timeout_seconds: Some(TICK_TIMEOUT_SECONDS),
        ..NewStep::new(Action::Call {
            canister: myself,
            method: "on_tick".into(),
            arguments: None,
            cycles: None,
            with_context: Some(true),
            error_cases: None,
        })
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
        on_unknown: Some(OnUnknown::Retry),
        callback: Some(Callback {
            canister: myself,
            method: "on_finished".into(),
            error_cases: None,
        }),
        idempotency_key: Some(key),
        ..CreateTaskRequest::default()
    }
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
            [NewStep { action: Action::Call { canister, method, with_context, .. }, .. }]
                if *canister == myself && method == "on_tick" && *with_context == Some(true)
        ));
        assert_eq!(task.idempotency_key.as_deref(), Some("tick-0"));
    }
}
