//! `chime alert` and `chime inbox`: who is told what, and what was told.

use chime_types::{
    AlertCondition, AlertRequest, Channel, ClearInboxRequest, CreateAlertRequest, HttpHeader,
    UpdateAlertRequest,
};

use super::test_message;
use crate::cli::alert::show::{alerts, changed_alert, inbox};
use crate::cli::changed::removed;
use crate::cli::confirm::confirm;
use crate::cli::error_words;
use crate::cli::request::{channel as channel_of, header};
use crate::cli::session::{know_callees, with_scheduler};
use crate::cli::{
    AlertArguments, AlertCommand, AlertCreateArguments, AlertDeleteArguments, AlertUpdateArguments,
    GlobalArguments, InboxArguments,
};
use crate::diagnosis::channel_doubt;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Runs a command about alerts.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &AlertCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        AlertCommand::Ls => {
            let all = with_scheduler(global, writer, async |session| {
                session.scheduler.all_alerts().await
            });
            writer.answer(&alerts(all.await?))
        }
        AlertCommand::Create(arguments) => create(global, arguments, writer).await,
        AlertCommand::Update(arguments) => update(global, arguments, writer).await,
        AlertCommand::Test(arguments) => test_message::run(global, arguments, writer).await,
        AlertCommand::Delete(arguments) => delete(global, arguments, writer).await,
    }
}

async fn create(
    global: &GlobalArguments,
    arguments: &AlertCreateArguments,
    writer: &Writer,
) -> Result<()> {
    let alert = &arguments.alert;
    let condition = condition(alert.on.as_deref().unwrap_or_default())?;
    let channel = channel(alert)?.unwrap_or(Channel::Inbox {});
    let made = with_scheduler(global, writer, async |session| {
        let task = match &arguments.task {
            Some(selector) => Some(session.scheduler.find_task(selector).await?),
            None => None,
        };
        let mut request = CreateAlertRequest {
            name: arguments.name.clone(),
            task_id: task.map(|task| task.id),
            condition,
            channel,
            cooldown_seconds: alert.cooldown,
        };
        know_callees(session, &mut request, writer).await?;
        let present = session.scheduler.all_alerts().await?;
        if let Some(twin) = present.iter().find(|it| it.name == request.name) {
            return Err(Error::new(
                Kind::Conflict,
                format!("alert {} is called {:?} already", twin.id, twin.name),
                format!(
                    "change it with `chime alert update {}`, or choose another name",
                    twin.id
                ),
            ));
        }
        session.scheduler.create_alert(&request).await
    });
    let made = made.await?;
    tell_doubt(&made.channel, writer);
    writer.answer(&changed_alert(made, "created"))
}

/// What is not known of a channel, before somebody relies on it.
fn tell_doubt(channel: &Channel, writer: &Writer) {
    if let Some(doubt) = doubt(channel) {
        writer.message(doubt);
    }
}

fn doubt(channel: &Channel) -> Option<String> {
    channel_doubt(channel).map(|doubt| error_words::commands(&doubt))
}

async fn update(
    global: &GlobalArguments,
    arguments: &AlertUpdateArguments,
    writer: &Writer,
) -> Result<()> {
    let alert = &arguments.alert;
    let condition = alert.on.as_deref().map(condition).transpose()?;
    let channel = channel(alert)?;
    let disabled = match (arguments.disable, arguments.enable) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let changed = with_scheduler(global, writer, async |session| {
        let found = session.scheduler.find_alert(&arguments.selector).await?;
        let mut request = UpdateAlertRequest {
            alert_id: found.id,
            name: arguments.name.clone(),
            condition,
            channel,
            cooldown_seconds: alert.cooldown,
            disabled,
        };
        know_callees(session, &mut request, writer).await?;
        session.scheduler.update_alert(&request).await
    });
    let changed = changed.await?;
    if alert.to.is_some() {
        tell_doubt(&changed.channel, writer);
    }
    let what = if changed.disabled {
        "updated, and disabled"
    } else {
        "updated"
    };
    writer.answer(&changed_alert(changed, what))
}

async fn delete(
    global: &GlobalArguments,
    arguments: &AlertDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let done = with_scheduler(global, writer, async |session| {
        let found = session.scheduler.find_alert(&arguments.selector).await?;
        let what = format!("Delete alert {} ({})", found.id, found.name);
        confirm(writer, arguments.confirm, &what).await?;
        let request = AlertRequest { alert_id: found.id };
        let done = session.scheduler.delete_alert(&request).await?;
        Ok(removed(
            "delete_alert",
            done,
            format!("Alert {} ({})", found.id, found.name),
        ))
    });
    writer.answer(&done.await?)
}

/// A condition such as `late=10m`.
fn condition(text: &str) -> Result<AlertCondition> {
    let wrong = |rule: String| {
        Error::new(
            Kind::Usage,
            rule,
            "give failure, failures-in-a-row=N, missed, late=DURATION, silent or cycles-low=N",
        )
        .at("--on")
    };
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let no_value = || wrong(format!("`{text}` is not a condition"));
    match (name.replace('_', "-").as_str(), value) {
        ("failure", None) => Ok(AlertCondition::Failure {}),
        ("missed", None) => Ok(AlertCondition::Missed {}),
        ("silent", None) => Ok(AlertCondition::Silent {}),
        ("failures-in-a-row", Some(count)) => Ok(AlertCondition::FailuresInARow {
            count: count.parse().map_err(|_| no_value())?,
        }),
        ("late", Some(text)) => Ok(AlertCondition::Late {
            seconds: chime_schedule::parse_duration(text).map_err(|_| no_value())?,
        }),
        ("cycles-low", Some(text)) => Ok(AlertCondition::CyclesLow {
            below: text.parse().map_err(|_| no_value())?,
        }),
        _ => Err(no_value()),
    }
}

fn channel(arguments: &AlertArguments) -> Result<Option<Channel>> {
    let headers = arguments
        .header
        .iter()
        .map(|text| header(text).map(|(name, value)| HttpHeader { name, value }));
    let headers: Vec<HttpHeader> = headers.collect::<Result<_>>()?;
    let to = arguments.to.as_deref();
    to.map(|word| channel_of(word, headers)).transpose()
}

/// `chime inbox`.
pub(in crate::cli) async fn messages(
    global: &GlobalArguments,
    arguments: &InboxArguments,
    writer: &Writer,
) -> Result<()> {
    let shown = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let most = match arguments.clear {
            Some(None) => usize::MAX,
            _ => arguments.limit as usize,
        };
        let messages = scheduler.inbox(most).await?;
        let newest = messages.first().map(|message| message.id);
        if let Some(through_id) = arguments.clear.and_then(|id| id.or(newest)) {
            let cleared = scheduler
                .clear_inbox(&ClearInboxRequest { through_id })
                .await?;
            writer.message(format!("{} removed.", cleared.removed));
        }
        Ok(messages)
    });
    writer.answer(&inbox(shown.await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_conditions() {
        for (text, expected) in [
            ("failure", AlertCondition::Failure {}),
            (
                "failures-in-a-row=3",
                AlertCondition::FailuresInARow { count: 3 },
            ),
            (
                "failures_in_a_row=3",
                AlertCondition::FailuresInARow { count: 3 },
            ),
            ("missed", AlertCondition::Missed {}),
            ("late=10m", AlertCondition::Late { seconds: 600 }),
            ("silent", AlertCondition::Silent {}),
            (
                "cycles-low=5",
                AlertCondition::CyclesLow {
                    below: 5_u64.into(),
                },
            ),
        ] {
            assert_eq!(condition(text).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "failure=1",
            "late",
            "late=soon",
            "failures-in-a-row=x",
            "noise",
        ] {
            assert_eq!(condition(text).unwrap_err().field(), Some("--on"), "{text}");
        }
    }

    #[test]
    fn should_tell_what_is_not_known_of_a_channel() {
        let webhook = |url: &str| Channel::Webhook {
            url: url.into(),
            headers: None,
        };
        let told = doubt(&webhook("https://example.com/hook")).unwrap();
        assert!(told.ends_with("`chime alert test` sends one."), "{told}");
        let told = doubt(&webhook("https://hooks.slack.com/services/1")).unwrap();
        assert!(told.contains("hooks.slack.com refuses"), "{told}");
        assert_eq!(doubt(&Channel::Inbox {}), None);
    }

    #[test]
    fn should_read_channels() {
        let read = |to: &str, headers: &[&str]| {
            channel(&AlertArguments {
                on: None,
                to: Some(to.to_string()),
                header: headers.iter().map(ToString::to_string).collect(),
                cooldown: None,
            })
        };
        assert_eq!(read("inbox", &[]).unwrap(), Some(Channel::Inbox {}));
        assert!(matches!(
            read("https://x.example", &["a: b"]).unwrap(),
            Some(Channel::Webhook {
                headers: Some(_),
                ..
            })
        ));
        assert!(matches!(
            read("aaaaa-aa/m", &[]).unwrap(),
            Some(Channel::Canister { .. })
        ));
        assert_eq!(
            read("inbox", &["a: b"]).unwrap_err().field(),
            Some("--header")
        );
        assert_eq!(read("post", &[]).unwrap_err().field(), Some("--to"));
    }
}
