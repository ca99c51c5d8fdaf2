//! Alerts: looked at when something happens, or fails to happen.
//!
//! Only alerts of the task's own owner are ever looked at, and none if the owner has none. Two kinds
//! wait in the agenda:
//!
//! * `silent` looks again when twice the interval of its task has passed since the task began an
//!   execution, was changed, or the alert was switched on. A task with nothing armed (paused, or
//!   its times are over) is not silent: its alert sleeps until a schedule of it is armed.
//! * `cycles_low` needs a message now and then, since balances are known only in messages: while
//!   there is such an alert, the scheduler wakes for each hourly sample of its balance. All alerts
//!   of the kind are looked at with each sample, and when the balance falls below
//!   `minimum_cycles`.

mod text;

use chime_types::{AlertCondition, EventKind, ExecutionStatus, Message, limits};

use super::attempt::after;
use super::timeline::Note;
use super::{compile, cycles, deliver};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{AlertId, ExecutionId, TaskId, Wake};
use crate::state::records::{AlertRecord, ExecutionRecord, TaskRecord};

use deliver::Occasion;
use text::Text;
pub(super) use text::utc;

/// The alerts of the task's owner that are on and concern the task.
fn alerts_for(state: &State, task: &TaskRecord) -> Vec<AlertRecord> {
    if state.with_owner(task.owner, |owner| owner.alerts) == 0 {
        return Vec::new();
    }
    state
        .alerts_of(task.owner, AlertId(0))
        .filter(|record| !record.alert.disabled)
        .filter(|record| record.alert.task_id.is_none_or(|id| id == task.id.0))
        .collect()
}

/// An execution began.
pub fn on_start(state: &mut State, now: u64, task: &TaskRecord, execution: &ExecutionRecord) {
    let lag = now.saturating_sub(execution.due_at);
    for mut record in alerts_for(state, task) {
        match record.alert.condition {
            AlertCondition::Late { seconds } if lag >= after(0, seconds) => {
                let text = text::late(task, execution, now);
                go_off(
                    state,
                    now,
                    record,
                    &text,
                    (Some(task.id), Some(execution.id)),
                );
            }
            AlertCondition::Silent {} => {
                record.heard_at = now;
                state.put_alert(&record);
            }
            _ => {}
        }
    }
}

/// An execution ended, and was counted in its task.
pub fn on_end(state: &mut State, now: u64, task: &TaskRecord, execution: &ExecutionRecord) {
    let status = execution.status.get();
    if !matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut) {
        return;
    }
    for record in alerts_for(state, task) {
        let text = match record.alert.condition {
            AlertCondition::Failure {} => text::failure(task, execution, now),
            AlertCondition::FailuresInARow { count } if task.consecutive_failures >= count => {
                text::failures(task, execution, now)
            }
            _ => continue,
        };
        go_off(
            state,
            now,
            record,
            &text,
            (Some(task.id), Some(execution.id)),
        );
    }
}

/// A slot was missed, or set aside.
pub fn on_missed(state: &mut State, now: u64, task: &TaskRecord, execution: &ExecutionRecord) {
    for record in alerts_for(state, task) {
        if record.alert.condition == (AlertCondition::Missed {}) {
            let text = text::missed(task, execution);
            go_off(
                state,
                now,
                record,
                &text,
                (Some(task.id), Some(execution.id)),
            );
        }
    }
}

/// The balance of cycles is known anew.
pub fn on_cycles(state: &mut State, now: u64, balance: u128) {
    // Where cycles do not apply a balance of 0 is as it should be.
    if state.balances().free {
        return;
    }
    for record in state.cycles_alerts() {
        let AlertCondition::CyclesLow { below } = &record.alert.condition else {
            panic!("BUG: the list of alerts on cycles holds another one");
        };
        if *below > balance {
            let text = text::cycles_low(balance, below, &state.config().minimum_cycles);
            go_off(state, now, record, &text, (None, None));
        }
    }
}

/// A schedule of a task was armed for the first time: alerts on its silence that sleep look at it
/// in the next tick.
pub(super) fn on_armed(state: &mut State, now: u64, task: &TaskRecord) {
    for record in alerts_for(state, task) {
        if record.alert.condition == (AlertCondition::Silent {}) && record.wake.is_none() {
            switch_on(state, now, record);
        }
    }
}

/// Begins to look, if the alert is on and of a kind that waits in the agenda. To be called when it
/// was made, switched on, changed or restored. Writes the alert.
pub fn arm(state: &mut State, now: u64, mut record: AlertRecord) {
    state.cancel_wake(record.wake.take());
    let is_of_time = matches!(
        record.alert.condition,
        AlertCondition::Silent {} | AlertCondition::CyclesLow { .. }
    );
    if is_of_time && !record.alert.disabled {
        switch_on(state, now, record);
    } else {
        state.put_alert(&record);
    }
}

fn switch_on(state: &mut State, now: u64, mut record: AlertRecord) {
    record.heard_at = now;
    record.wake = Some(state.wake_at(now, Wake::Watch(record.id)));
    state.put_alert(&record);
}

/// It is time to look.
pub(super) fn watch(state: &mut State, now: u64, id: AlertId) {
    let Some(mut record) = state.alert(id) else {
        return;
    };
    record.wake = None;
    let next = match record.alert.condition {
        _ if record.alert.disabled => None,
        // The balance was looked at when the message began, if its time had come.
        AlertCondition::CyclesLow { .. } => Some(cycles::next_sample_at(state, now)),
        AlertCondition::Silent {} => listen(state, now, &mut record),
        _ => None,
    };
    record.wake = next.map(|at| state.wake_at(at, Wake::Watch(id)));
    state.put_alert(&record);
}

/// Goes off if the task is silent. Answers when to look again.
fn listen(state: &mut State, now: u64, record: &mut AlertRecord) -> Option<u64> {
    let task = state.task(TaskId(record.alert.task_id?))?;
    let interval = interval(state, &task)?;
    // What its owner changed is given time anew.
    let since = record.heard_at.max(task.updated_at);
    let patience = interval.saturating_mul(2);
    let until = since.saturating_add(patience);
    if now < until {
        return Some(until);
    }
    let text = text::silent(&task, since, interval, now);
    let went_off = go_off(state, now, record.clone(), &text, (Some(task.id), None));
    *record = went_off;
    let cooldown = record.alert.cooldown_seconds;
    Some(now.saturating_add(patience).max(after(now, cooldown)))
}

/// The distance of the next two slots of a task's schedules, the smallest.
fn interval(state: &State, task: &TaskRecord) -> Option<u64> {
    let schedules = task.schedules.iter().filter_map(|id| state.schedule(*id));
    schedules
        .filter_map(|schedule| {
            let next = schedule.next_at?;
            Some(compile(&schedule).next_after(next)? - next)
        })
        .min()
}

/// Sends the message, unless the alert is cooling down. Returns the alert as it was written.
fn go_off(
    state: &mut State,
    now: u64,
    mut record: AlertRecord,
    text: &Text,
    (task, execution): (Option<TaskId>, Option<ExecutionId>),
) -> AlertRecord {
    let alert = &mut record.alert;
    let is_cooling = alert
        .fired_at
        .is_some_and(|fired_at| now < after(fired_at, alert.cooldown_seconds));
    if is_cooling {
        alert.suppressed.raise(1);
        state.put_alert(&record);
        return record;
    }
    alert.fired.raise(1);
    alert.fired_at = Some(now);
    state.put_alert(&record);
    let subject = format!("{}: {}", record.alert.name, text.subject);
    Note::new(EventKind::AlertFired, record.owner)
        .about(task, execution)
        .detail(&subject)
        .write(state, now);
    let message = Message {
        id: 0,
        sent_at: now,
        subject: subject
            .chars()
            .take(limits::MAXIMUM_SUBJECT_CHARACTERS)
            .collect(),
        message: text.message.clone(),
        task_id: task.map(|id| id.0),
        execution_id: execution.map(|id| id.0),
        alert_id: Some(record.id.0),
    };
    deliver::send_of_alert(state, now, &record, Occasion::WentOff, message);
    record
}

/// Sends a message that shows whether those of the alert arrive. It counts as no message of it.
pub fn send_test(state: &mut State, now: u64, record: &AlertRecord) {
    let text = text::test(&record.alert, now);
    let message = Message {
        id: 0,
        sent_at: now,
        subject: text.subject,
        message: text.message,
        task_id: record.alert.task_id,
        execution_id: None,
        alert_id: Some(record.id.0),
    };
    deliver::send_of_alert(state, now, record, Occasion::Test, message);
}

/// Removes the alerts on a task that is deleted.
pub(super) fn erase_all(state: &mut State, task: &TaskRecord) {
    let own = |record: &AlertRecord| record.alert.task_id == Some(task.id.0);
    let all: Vec<AlertRecord> = state
        .alerts_of(task.owner, AlertId(0))
        .filter(own)
        .collect();
    for record in all {
        remove(state, &record);
    }
}

/// Removes an alert.
pub fn remove(state: &mut State, record: &AlertRecord) {
    state.remove_alert(record);
    state.change_owner(record.owner, |owner| {
        owner.alerts = owner.alerts.saturating_sub(1);
    });
}
