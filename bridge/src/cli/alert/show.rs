//! Alerts and the inbox.

use chime_types::{
    Alert, AlertCondition, AlertPage, AlertResult, Channel, Delivery, DeliveryResult,
    DeliveryState, GetInboxResult, ListAlertsResult, Message, MessagePage,
};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Page, Table, counted, harmless, one_line};
use crate::words::{cycles, span};

/// The caller's alerts.
#[must_use]
pub fn alerts(alerts: Vec<Alert>) -> Record {
    let json = list_json("list_alerts", "alerts", &alerts, |alerts| {
        ListAlertsResult::Ok(AlertPage {
            alerts,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if alerts.is_empty() {
            return "No alerts. `chime alert create 'something failed' --on failure --to inbox` makes one.".into();
        }
        let columns = [
            "ID",
            "NAME",
            "ON",
            "TASK",
            "TO",
            "QUIET",
            "LAST",
            "DELIVERY",
            "SENT",
            "HELD BACK",
        ];
        let spare = &["HELD BACK", "QUIET", "SENT"];
        let mut table = Table::new(page, &columns).spare(spare);
        for alert in &alerts {
            let off = if alert.disabled { " (disabled)" } else { "" };
            table.row([
                alert.id.to_string().into(),
                format!("{}{off}", alert.name).into(),
                condition(&alert.condition).into(),
                alert
                    .task_id
                    .map_or_else(|| "all".into(), |id| id.to_string())
                    .into(),
                channel(&alert.channel).into(),
                span(Some(alert.cooldown_seconds)).into(),
                alert
                    .fired_at
                    .map_or_else(|| "never".into(), |at| page.clock.cell(at)),
                delivery_state(alert).into(),
                alert.fired.to_string().into(),
                alert.suppressed.to_string().into(),
            ]);
        }
        let mut text = format!("{}\n\n{}", table.render(), counted(alerts.len(), "alert"));
        for alert in &alerts {
            if let Some(error) = delivery_error(alert) {
                text.push_str(&format!("\nalert {}: {error}", alert.id));
            }
        }
        text
    })
}

fn delivery_state(alert: &Alert) -> String {
    match &alert.delivery {
        None => "-".into(),
        Some(delivery) => state_name(delivery.state).into(),
    }
}

const fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::UnderWay => "under way",
        DeliveryState::Retrying => "retrying",
        DeliveryState::Delivered => "delivered",
        DeliveryState::GivenUp => "given up",
        DeliveryState::Dropped => "dropped",
    }
}

/// Why the last message did not arrive, in one line.
fn delivery_error(alert: &Alert) -> Option<String> {
    let delivery = alert.delivery.as_ref()?;
    let error = delivery.error.as_deref()?;
    Some(format!(
        "its message {} did not arrive at attempt {}: {}",
        delivery.id,
        delivery.attempts,
        one_line(error, 256)
    ))
}

/// What became of a test message.
#[must_use]
pub fn tested_alert(alert: Alert, delivery: Delivery) -> Record {
    let answer = DeliveryResult::Ok(delivery.clone());
    Record::new("test_alert", &answer, move |_| {
        format!(
            "Test message {} of alert {} ({}) to {}: {}.",
            delivery.id,
            alert.id,
            one_line(&alert.name, 128),
            channel(&alert.channel),
            state_name(delivery.state)
        )
    })
}

fn condition(condition: &AlertCondition) -> String {
    match condition {
        AlertCondition::Failure {} => "failure".into(),
        AlertCondition::FailuresInARow { count } => format!("{count} failures in a row"),
        AlertCondition::Missed {} => "missed slot".into(),
        AlertCondition::Late { seconds } => format!("late by {}", span(Some(*seconds))),
        AlertCondition::CyclesLow { below } => format!("cycles below {}", cycles(below)),
        AlertCondition::Silent {} => "silence".into(),
    }
}

fn channel(channel: &Channel) -> String {
    match channel {
        Channel::Inbox {} => "inbox".into(),
        Channel::Webhook { url, .. } => url.clone(),
        Channel::Canister {
            canister, method, ..
        } => format!("{method} of {canister}"),
    }
}

/// An alert that was made or changed, in words that follow its name.
#[must_use]
pub fn changed_alert(alert: Alert, what: &'static str) -> Record {
    Record::new("create_alert", &AlertResult::Ok(alert.clone()), move |_| {
        let on = condition(&alert.condition);
        let to = match &alert.channel {
            Channel::Inbox {} => "your inbox (`chime inbox`)".into(),
            other => channel(other),
        };
        format!(
            "Alert {} ({}) {what}: on {on}, to {to}.",
            alert.id,
            one_line(&alert.name, 128)
        )
    })
}

/// Messages, the newest first.
#[must_use]
pub fn inbox(messages: Vec<Message>) -> Record {
    let json = list_json("get_inbox", "messages", &messages, |messages| {
        GetInboxResult::Ok(MessagePage {
            messages,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if messages.is_empty() {
            return "The inbox is empty.".into();
        }
        let texts: Vec<_> = messages
            .iter()
            .map(|message| letter(message, page))
            .collect();
        let foot = format!(
            "{}, newest first; `chime inbox --clear` removes them",
            counted(messages.len(), "message")
        );
        format!("{}\n\n{foot}", texts.join("\n\n"))
    })
}

fn letter(message: &Message, page: &Page<'_>) -> String {
    let about = [
        message.task_id.map(|id| format!("task {id}")),
        message.execution_id.map(|id| format!("execution {id}")),
        message.alert_id.map(|id| format!("alert {id}")),
    ];
    let about: Vec<_> = about.into_iter().flatten().collect();
    let mut text = format!(
        "{}  {}  {}",
        message.id,
        page.clock.both(message.sent_at),
        one_line(&message.subject, 256)
    );
    if !about.is_empty() {
        text.push_str(&format!("  [{}]", about.join(", ")));
    }
    for line in harmless(&message.message).lines() {
        text.push_str(&format!("\n    {line}"));
    }
    text
}
