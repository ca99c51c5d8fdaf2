//! Alerts and the inbox.

use chime_types::{
    Alert, AlertPage, AlertRequest, ClearInboxRequest, CreateAlertRequest, Delivery, Error,
    EventKind, MessagePage, PageRequest, Removed, UpdateAlertRequest, limits,
};

use super::access::{Need, limit_exceeded, not_found, task_for};
use super::{Caller, rates, take_page, validate, views};
use crate::engine::alerts as engine;
use crate::engine::error_cases;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{AlertId, MessageId, Subject, TaskId};
use crate::state::records::AlertRecord;

/// `create_alert`
pub fn create_alert(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: CreateAlertRequest,
) -> Result<Alert, Error> {
    caller.need_owner()?;
    let cooldown = request.cooldown_seconds;
    let mut alert = Alert {
        id: 0,
        name: request.name,
        task_id: request.task_id,
        condition: request.condition,
        channel: request.channel,
        cooldown_seconds: cooldown.unwrap_or(limits::DEFAULT_COOLDOWN_SECONDS),
        disabled: false,
        fired_at: None,
        fired: 0,
        suppressed: 0,
        delivery: None,
    };
    validate::alert(&alert, &caller)?;
    error_cases::settle_channel(&mut alert.channel);
    check_task(state, caller, alert.task_id)?;
    if state.owner(caller.principal).alerts as usize >= limits::MAXIMUM_ALERTS {
        return Err(limit_exceeded(
            format!("at most {} alerts", limits::MAXIMUM_ALERTS),
            "remove some with delete_alert",
        ));
    }
    alert.id = state.new_other_id();
    let record = AlertRecord {
        id: AlertId(alert.id),
        owner: caller.principal,
        alert: alert.clone(),
        wake: None,
        heard_at: now,
        created_at: now,
    };
    state.change_owner(caller.principal, |owner| owner.alerts.raise(1));
    engine::arm(state, now, record);
    note(state, caller, now, &alert, "made");
    Ok(alert)
}

/// An alert is about a task of its own owner: it tells nobody of the tasks of others.
fn check_task(state: &State, caller: Caller, task_id: Option<u64>) -> Result<(), Error> {
    let Some(id) = task_id else { return Ok(()) };
    let task = task_for(state, caller, Need::See, id)?;
    if task.owner == caller.principal {
        return Ok(());
    }
    Err(Error::invalid(
        "task_id",
        "an alert watches a task of its own owner",
        "name a task of yours; events_since shows what happens to those of others",
    ))
}

fn note(state: &mut State, caller: Caller, now: u64, alert: &Alert, what: &str) {
    let detail = format!("alert {} ({}) was {what}", alert.id, alert.name);
    Note::new(EventKind::AlertChanged, caller.principal)
        .about(alert.task_id.map(TaskId), None)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
}

fn alert_of(state: &State, caller: Caller, id: u64) -> Result<AlertRecord, Error> {
    caller.need_owner()?;
    state
        .alert(AlertId(id))
        .filter(|record| record.owner == caller.principal)
        .ok_or_else(|| not_found("alert_id", "alert", id, "list_alerts shows your alerts"))
}

/// `update_alert`
pub fn update_alert(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: UpdateAlertRequest,
) -> Result<Alert, Error> {
    let mut record = alert_of(state, caller, request.alert_id)?;
    let old = record.alert.clone();
    let channel = request.channel.is_some();
    apply(&mut record.alert, request);
    validate::alert(&record.alert, &caller)?;
    if channel {
        error_cases::settle_channel(&mut record.alert.channel);
    }
    let alert = views::alert(state, record.clone());
    let watches_anew = alert.condition != old.condition || alert.disabled != old.disabled;
    if watches_anew {
        engine::arm(state, now, record);
    } else {
        state.put_alert(&record);
    }
    let what = match (old.disabled, alert.disabled) {
        (false, true) => "disabled",
        (true, false) => "enabled",
        _ => "changed",
    };
    note(state, caller, now, &alert, what);
    Ok(alert)
}

fn apply(alert: &mut Alert, request: UpdateAlertRequest) {
    macro_rules! take {
        ($($field:ident),*) => {$(
            if let Some(value) = request.$field {
                alert.$field = value;
            }
        )*};
    }
    take!(name, condition, channel, cooldown_seconds, disabled);
}

/// `delete_alert`
pub fn delete_alert(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &AlertRequest,
) -> Result<Removed, Error> {
    let record = alert_of(state, caller, request.alert_id)?;
    engine::remove(state, &record);
    note(state, caller, now, &record.alert, "removed");
    Ok(Removed { removed: 1 })
}

/// `test_alert`
pub fn test_alert(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &AlertRequest,
) -> Result<Delivery, Error> {
    let record = alert_of(state, caller, request.alert_id)?;
    rates::requested(state, caller, now)?;
    engine::send_test(state, now, &record);
    note(state, caller, now, &record.alert, "tested");
    let sent = state.sent(Subject::Alert(record.id));
    Ok(sent.expect("BUG: a message was sent"))
}

/// `list_alerts`
pub fn list_alerts(
    state: &State,
    caller: Caller,
    request: &PageRequest,
) -> Result<AlertPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let cursor = AlertId(request.cursor.unwrap_or(0));
    let items = state
        .alerts_of(owner, cursor)
        .map(|record| views::alert(state, record));
    let (alerts, more) = take_page(items, limit);
    Ok(AlertPage {
        next_cursor: alerts.last().filter(|_| more).map(|last| last.id),
        alerts,
    })
}

/// `get_inbox`
pub fn get_inbox(
    state: &State,
    caller: Caller,
    request: &PageRequest,
) -> Result<MessagePage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let cursor = MessageId(request.cursor.unwrap_or(u64::MAX));
    let (messages, more) = take_page(state.messages_of(owner, cursor), limit);
    Ok(MessagePage {
        next_cursor: messages.last().filter(|_| more).map(|last| last.id),
        messages,
    })
}

/// `clear_inbox`
pub fn clear_inbox(
    state: &mut State,
    caller: Caller,
    request: &ClearInboxRequest,
) -> Result<Removed, Error> {
    let owner = caller.need_sight_of(None)?;
    Ok(Removed {
        removed: state.remove_messages(owner, MessageId(request.through_id)),
    })
}
