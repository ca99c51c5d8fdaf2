//! Tasks, executions and users for tests.

use candid::{Nat, Principal};
use chime_types::limits::NANOSECONDS;
use chime_types::{
    Action, Attempt, ExecutionStatus, GapPolicy, MissedRuns, OnUnknown, Outcome, OverlapPolicy,
    Percentiles, Priority, Quotas, RetryPolicy, Role, Rule, Stats, StepStatus, Task, TaskExecution,
    TaskSchedule, TaskStatus, TaskStep, Trigger, User,
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

/// A schedule by this rule in UTC, and nothing else.
pub(crate) fn schedule(id: u64, rule: Rule) -> TaskSchedule {
    TaskSchedule {
        id,
        name: None,
        repeat_every_seconds: match rule {
            Rule::Interval {
                repeat_every_seconds,
                ..
            } => repeat_every_seconds,
            _ => 0,
        },
        rule,
        description: String::new(),
        timezone: "UTC".into(),
        start_at: 0,
        end_at: None,
        gap: GapPolicy::RunAfter,
        missed_runs: MissedRuns::Latest,
        missed_window_seconds: None,
        overlap: OverlapPolicy::Skip,
        maximum_runs: None,
        jitter_seconds: 0,
        exclusions: vec![],
        disabled: false,
        last_run_at: None,
        next_run_at: None,
        fires_at: None,
        runs: 0,
        skipped_runs: 0,
        missed: 0,
    }
}

/// A step that does this, and nothing else.
pub(crate) fn step(action: Action) -> TaskStep {
    TaskStep {
        name: None,
        action,
        run_next_after_seconds: 0,
        timeout_seconds: 300,
        continue_on_error: false,
        status: StepStatus::Pending,
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
        cause: None,
        slots: 1,
        slots_until: None,
        callback_delivery: None,
    }
}

/// An attempt at the first step that took a second.
pub(crate) fn attempt(number: u32, outcome: Outcome, error: Option<&str>) -> Attempt {
    Attempt {
        number,
        step: 0,
        started_at: 0,
        finished_at: Some(NANOSECONDS),
        fencing_token: 0,
        worker: None,
        outcome,
        result: None,
        error: error.map(str::to_string),
        cause: None,
    }
}

/// A user with nothing yet, and with the quotas of everybody.
pub(crate) fn user() -> User {
    User {
        principal: Principal::anonymous(),
        name: None,
        role: Role::User,
        quotas: Quotas::default(),
        disabled: false,
        created_at: None,
        tasks: 0,
        executions: 0,
        runs_this_hour: 0,
        slots_per_hour: None,
        bytes: None,
        budget: None,
    }
}

/// Figures of a scheduler in good health with one task, as of `now_at`.
pub(crate) fn stats(now_at: u64) -> Stats {
    let percentiles = Percentiles {
        p50_nanoseconds: Some(1),
        p95_nanoseconds: Some(59 * NANOSECONDS),
        p99_nanoseconds: None,
    };
    Stats {
        total_tasks: 1,
        active_executions: 0,
        completed_today: 1,
        failed_today: 0,
        missed_today: 0,
        skipped_today: 0,
        dead_letters: 0,
        average_duration_nanoseconds: None,
        duration: percentiles,
        lag: percentiles,
        runs_this_hour: 1,
        bytes: None,
        budget: None,
        spenders: None,
        upcoming: vec![],
        agenda: 2,
        ready: 0,
        running: 0,
        parked: 0,
        waiting_for_workers: 0,
        next_wake_at: Some(now_at + 90 * NANOSECONDS),
        timer_armed_at: Some(now_at + 90 * NANOSECONDS),
        cycles: Nat::from(40_000_000_000_000_u128),
        cycles_per_day: Some(Nat::from(1_000_000_000_000_u64)),
        cycles_low: false,
        failed_messages: None,
        stable_pages: 1,
        version: "0.2.0".into(),
        now_at,
    }
}

/// What a scheduler answers in Candid that does whatever it is asked to, but not at 25 o'clock.
pub(crate) fn foreseen(method: &str, request: &[u8]) -> Vec<u8> {
    let answer = match method {
        "dry_run" => candid::encode_one(tried(request)),
        _ => candid::encode_one(preview(request)),
    };
    answer.expect("an answer")
}

fn preview(arguments: &[u8]) -> chime_types::PreviewScheduleResult {
    let request: chime_types::PreviewScheduleRequest =
        candid::decode_one(arguments).expect("a request");
    if let Rule::Daily { hour: 25, .. } = request.schedule.rule {
        let error = chime_types::Error::new(
            chime_types::ErrorKind::InvalidArgument,
            "0-23, got 25",
            "Choose another.",
        );
        return chime_types::PreviewScheduleResult::Err(error.within("schedule.rule.daily.hour"));
    }
    chime_types::PreviewScheduleResult::Ok(chime_types::SchedulePreview {
        description: "as asked".into(),
        timezone: request.schedule.timezone.unwrap_or_else(|| "UTC".into()),
        next_at: vec![],
        clock_change: None,
    })
}

fn tried(request: &[u8]) -> chime_types::DryRunResult {
    let request: chime_types::DryRunRequest = candid::decode_one(request).expect("a request");
    let outcome =
        || chime_types::TriedChange::Ok(chime_types::Changed::resume_task(task(1, "tried")));
    chime_types::DryRunResult::Ok(chime_types::DryRun {
        outcomes: request.changes.iter().map(|_| outcome()).collect(),
    })
}
