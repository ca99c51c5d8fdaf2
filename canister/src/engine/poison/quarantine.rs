//! What becomes of a piece of work that is set aside: it ends, its task is paused, and its owner and
//! the registered admins are told. For each kind of work there is one way, and no default.

use candid::Principal;
use chime_types::{Cause, EventKind, Message, Role, SET_ASIDE_PREFIX, limits};

use super::in_words;
use crate::engine::failure::Failure;
use crate::engine::timeline::Note;
use crate::engine::turn::Turn;
use crate::engine::{backfill, deliver};
use crate::state::State;
use crate::state::keys::{AlertId, BackfillId, ExecutionId, MessageId, ScheduleId, TaskId, Wake};
use crate::state::records::{BackfillRecord, Unit};

/// What concerns no owner is tried again after this time.
const PUT_OFF: u64 = 3_600 * limits::NANOSECONDS;

/// Who is told, and of what.
struct Report {
    owner: Principal,
    task: Option<TaskId>,
    execution: Option<ExecutionId>,
    text: String,
}

/// Ends a piece of work.
pub fn set_aside(state: &mut State, now: u64, unit: Unit) {
    #[cfg(test)]
    super::strikes::pass(super::strikes::At::SetAside);
    let what = in_words(state, unit);
    let report = match unit {
        Unit::Wake(key) => state.wake(key).and_then(|wake| {
            state.cancel_wake(Some(key));
            of_wake(state, now, wake, &what)
        }),
        Unit::Ready(key) => execution(state, now, key.execution_id, &what),
        Unit::Slice(id, token) => state
            .execution(id)
            .filter(|found| found.token == Some(token))
            .and_then(|_| execution(state, now, id, &what)),
        Unit::Balance => {
            state.change_care(|care| care.balance_from = now.saturating_add(PUT_OFF));
            Some(of_all(&what))
        }
    };
    if let Some(report) = report {
        tell(state, now, &report);
    }
}

/// A place that was kept for an execution is free for the others.
pub fn end_grant(state: &mut State, unit: Unit) {
    let Unit::Ready(key) = unit else { return };
    let found = state.execution(key.execution_id);
    if let Some(mut found) = found.filter(|found| found.is_granted) {
        found.is_granted = false;
        state.put_execution(&found);
        state.end_grant();
    }
}

fn of_wake(state: &mut State, now: u64, wake: Wake, what: &str) -> Option<Report> {
    match wake {
        Wake::Fire(id) => slot(state, now, id, what),
        Wake::Resume(id) | Wake::Deadline(id) | Wake::Expire(id) => execution(state, now, id, what),
        Wake::Backfill(id) => end_backfill(state, now, id, what),
        Wake::Deliver(id) => give_delivery_up(state, now, id, what),
        Wake::Watch(id) => disable_alert(state, id, what),
        Wake::Tidy(id) => put_off_tidying(state, now, id, what),
        Wake::Sweep => {
            let swept = state.header().swept;
            let sweeping = state.header().sweeping.clone();
            let key = state.wake_at(now.saturating_add(PUT_OFF), Wake::Sweep);
            state.set_sweep(Some(key), swept, sweeping);
            Some(of_all(what))
        }
        Wake::Cycles => {
            let low = state.header().cycles_low;
            let key = state.wake_at(now.saturating_add(PUT_OFF), Wake::Cycles);
            state.set_cycles_low(low, Some(key));
            Some(of_all(what))
        }
        Wake::Budgets => {
            let mut look = state.header().budgets.clone();
            look.wake = Some(state.wake_at(now.saturating_add(PUT_OFF), Wake::Budgets));
            state.set_budgets(look);
            Some(of_all(what))
        }
    }
}

/// What is to be ended or removed of a task is tried again in a while. It begins nothing until then.
fn put_off_tidying(state: &mut State, now: u64, id: TaskId, what: &str) -> Option<Report> {
    let mut task = state.task(id)?;
    task.tidy = Some(state.wake_at(now.saturating_add(PUT_OFF), Wake::Tidy(id)));
    state.put_task(&task);
    Some(Report {
        owner: task.owner,
        task: Some(id),
        execution: None,
        text: format!("{}; it is postponed by an hour", reason(what)),
    })
}

fn reason(what: &str) -> String {
    format!("{SET_ASIDE_PREFIX}the scheduler's own message failed twice at {what}")
}

fn of_all(what: &str) -> Report {
    Report {
        owner: Principal::management_canister(),
        task: None,
        execution: None,
        text: format!("{}; it is postponed by an hour", reason(what)),
    }
}

/// The slot gets its record, and the task is paused.
fn slot(state: &mut State, now: u64, id: ScheduleId, what: &str) -> Option<Report> {
    let schedule = state.schedule(id)?;
    let mut turn = Turn::of(state, now, schedule.task_id);
    turn.leave_poison_out(schedule);
    Some(pause(turn, None, what))
}

/// The execution fails, and its task is paused.
fn execution(state: &mut State, now: u64, id: ExecutionId, what: &str) -> Option<Report> {
    let found = state
        .execution(id)
        .filter(|found| !found.status.is_final())?;
    let mut turn = Turn::of(state, now, found.task_id);
    let failure = Failure::new(Cause::Poison, reason(what));
    turn.hold(found).set_aside(failure);
    Some(pause(turn, Some(id), what))
}

fn pause(mut turn: Turn<'_>, execution: Option<ExecutionId>, what: &str) -> Report {
    let text = format!("{}; resume_task tries again", reason(what));
    turn.pause();
    turn.task.pause_reason = Some(text.clone());
    Report {
        owner: turn.task.owner,
        task: Some(turn.task.id),
        execution,
        text,
    }
}

fn end_backfill(state: &mut State, now: u64, id: BackfillId, what: &str) -> Option<Report> {
    let BackfillRecord(found) = state.backfill(id)?;
    let task = TaskId(found.task_id);
    let owner = state.task(task)?.owner;
    backfill::cancel(state, now, found);
    Some(Report {
        owner,
        task: Some(task),
        execution: None,
        text: format!("{}; it ended, make another one", reason(what)),
    })
}

fn give_delivery_up(state: &mut State, now: u64, id: MessageId, what: &str) -> Option<Report> {
    let record = state.delivery(id)?;
    let text = reason(what);
    deliver::give_up(state, now, &record, &text);
    Some(Report {
        owner: record.owner,
        task: None,
        execution: None,
        text: format!("{text}; it is given up"),
    })
}

fn disable_alert(state: &mut State, id: AlertId, what: &str) -> Option<Report> {
    let mut record = state.alert(id)?;
    record.wake = None;
    record.alert.disabled = true;
    state.put_alert(&record);
    Some(Report {
        owner: record.owner,
        task: record.alert.task_id.map(TaskId),
        execution: None,
        text: format!("{}; it is disabled, update_alert enables it", reason(what)),
    })
}

fn tell(state: &mut State, now: u64, report: &Report) {
    Note::new(EventKind::Quarantined, report.owner)
        .about(report.task, report.execution)
        .detail(&report.text)
        .write(state, now);
    let mut receivers: Vec<Principal> = state
        .users_after(None)
        .filter(|(_, user)| user.role == Role::Admin && !user.disabled)
        .map(|(principal, _)| principal)
        .filter(|principal| *principal != report.owner)
        .collect();
    if report.owner != Principal::management_canister() {
        receivers.push(report.owner);
    }
    for receiver in receivers {
        let message = Message {
            id: state.new_other_id(),
            sent_at: now,
            subject: "Set aside".to_string(),
            message: report.text.clone(),
            task_id: report.task.map(|id| id.0),
            execution_id: report.execution.map(|id| id.0),
            alert_id: None,
        };
        state.add_message(receiver, message, limits::MAXIMUM_INBOX);
    }
}
