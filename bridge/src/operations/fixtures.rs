//! Tasks and executions for tests.

use candid::Principal;
use chime_types::{
    ExecutionStatus, OnUnknown, Priority, RetryPolicy, Task, TaskExecution, TaskStatus, Trigger,
};

/// A task that has this id and name and nothing else.
pub(crate) fn task(id: u64, name: &str) -> Task {
    Task {
        id,
        name: name.to_string(),
        description: String::new(),
        metadata: String::new(),
        owner: Principal::anonymous(),
        status: TaskStatus::Pending,
        priority: Priority::Medium,
        step_to_execute: 0,
        steps: vec![],
        schedules: vec![],
        retry: RetryPolicy::default(),
        on_unknown: OnUnknown::Fail,
        execution_timeout_seconds: None,
        maximum_concurrent: None,
        pause_after_failures: None,
        consecutive_failures: 0,
        run_as: None,
        callback: None,
        disabled: false,
        pause_reason: None,
        last_run_at: None,
        next_run_at: None,
        active_executions: 0,
        total_executions: 0,
        created_at: 0,
        updated_at: 0,
        version: 1,
    }
}

/// An execution in this state.
pub(crate) fn execution(status: ExecutionStatus) -> TaskExecution {
    TaskExecution {
        id: 1,
        task_id: 7,
        schedule_id: None,
        trigger: Trigger::Schedule,
        replay_of: None,
        replayed_by: None,
        backfill_id: None,
        scheduled_at: 0,
        started_at: None,
        finished_at: None,
        status,
        waiting_for: None,
        wake_at: None,
        expires_at: None,
        cancel_requested: None,
        rescues: 0,
        steps: vec![],
        step_to_execute: 0,
        attempt: 0,
        attempts: vec![],
        logs: vec![],
        result: None,
        error: None,
        slots: 1,
    }
}
