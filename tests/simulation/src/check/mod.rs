//! Holds what the scheduler shows against the model. Each check says which rule it is about.

mod attempts;
mod fates;
mod history;
mod limits;
mod once;
mod pauses;
mod shares;
mod slots;
mod totals;

use chime_replica::FaultCounts;
use chime_types::{
    Action, CreateTaskRequest, EmptyRequest, ExecutionStatus, NewSchedule, NewStep, Rule,
    RunTaskNowRequest, Stats, Task, TaskExecution, TaskRequest,
};

use crate::model::GRACE;
use crate::perform::Run;
use crate::violation::{Violation, ensure};
use crate::world::admin;

pub use history::Record;

/// The longest that the maintenance of a small world takes.
const MAINTENANCE_SECONDS: u64 = 600;

/// What holds after each operation.
///
/// # Errors
/// The rule that does not.
pub fn each(run: &mut Run) -> Result<(), Violation> {
    if run.model.trouble.is_open() {
        return Ok(());
    }
    let stats: Stats = run.must_show(admin(), "get_stats", &EmptyRequest {})?;
    let now = run.world.now();
    let view = run.world.replica.canister_view(&run.world.scheduler);
    let timer = view.expect("the scheduler").global_timer_ns;
    if let Some(next) = stats.next_wake_at {
        ensure!(
            timer != 0 && timer <= next.max(now + GRACE),
            Alive,
            "the timer is {timer} at {now}: {stats:?}"
        );
    }
    // What writes something poisonous whatever is done with it, its own record, is passed over and stays
    // due. That others run in time is looked at slot by slot.
    if run.model.trouble.stalled(now, now) || run.model.trouble.trapped(now, now) {
        return Ok(());
    }
    ensure!(
        stats.next_wake_at.is_none_or(|next| next > now),
        Alive,
        "something is due at {now}: {stats:?}"
    );
    let (total, ..) = limits::in_force(&run.model, now);
    ensure!(
        stats.ready == 0 || stats.running >= u64::from(total),
        Alive,
        "something is ready at {now}, and there are places: {stats:?}"
    );
    Ok(())
}

/// What holds of every task and its history.
///
/// # Errors
/// The rule that does not.
pub fn all(run: &mut Run) -> Result<(), Violation> {
    if run.model.trouble.is_open() || !run.learn_pauses()? {
        return Ok(());
    }
    run.learn_what_was_put_off()?;
    let histories = history::read(run)?;
    let received = once::received(run)?;
    for history in &histories {
        let slots = slots::check(&run.model, history)?;
        run.counts.slots += slots;
        run.counts.executions += history.executions.len() as u64;
        fates::check(&run.model, history)?;
        attempts::check(&run.model, history)?;
        once::check(&run.model, history, &received)?;
    }
    let kept = limits::kept(&histories);
    limits::check(&run.model, &kept)?;
    shares::check(&run.model, &histories, &kept)?;
    totals::check(run, &histories)
}

/// The maintenance finds nothing.
///
/// # Errors
/// If it does, or does not come to an end.
pub fn store(run: &mut Run) -> Result<(), Violation> {
    let step = NewStep::new(Action::Maintenance {
        dry_run: Some(true),
    });
    let request = CreateTaskRequest {
        name: "maintenance".to_string(),
        steps: vec![step],
        schedules: vec![NewSchedule {
            disabled: Some(true),
            ..NewSchedule::new(Rule::Once { run_at: None })
        }],
        ..CreateTaskRequest::default()
    };
    let made: Task = run.must_ask(admin(), "create_task", &request)?;
    let request = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: None,
        scheduled_at: None,
    };
    let begun: TaskExecution = run.must_ask(admin(), "run_task_now", &request)?;
    run.world.pass(MAINTENANCE_SECONDS)?;
    let execution = history::execution(run, begun.id)?;
    ensure!(
        execution.status == ExecutionStatus::Completed,
        Store,
        "{execution:?}"
    );
    let result = execution.result.unwrap_or_default();
    let report: serde_json::Value = serde_json::from_str(&result).expect("a report is JSON");
    ensure!(report["violation_count"] == 0, Store, "{result}");
    run.must_ask::<chime_types::DeletedTask>(
        admin(),
        "delete_task",
        &TaskRequest { task_id: made.id },
    )
    .map(drop)
}

/// The faults that the replica counts, by name.
pub fn fault_kinds(counts: &FaultCounts) -> [(&'static str, u64); 6] {
    let FaultCounts {
        traps,
        lost_answers,
        delayed_answers,
        duplicated_answers,
        unknown_after_call,
        unknown_before_call,
    } = *counts;
    [
        ("traps", traps),
        ("lost answers", lost_answers),
        ("late answers", delayed_answers),
        ("doubled answers", duplicated_answers),
        (
            "unknown answers of calls that were made",
            unknown_after_call,
        ),
        (
            "unknown answers of calls that were not",
            unknown_before_call,
        ),
    ]
}
