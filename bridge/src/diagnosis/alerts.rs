//! Whether the messages of an alert arrive, as far as the alert itself shows it. Pure.

use chime_types::{Alert, Channel, DeliveryState};

/// Services that take messages in a form of their own, and the field that they want.
const OWN_FORMS: [(&str, &str); 4] = [
    ("discord.com", "content"),
    ("discordapp.com", "content"),
    ("hooks.slack.com", "text"),
    ("webhook.office.com", "text"),
];

/// What somebody should know about a channel before the first message is due; none if all is well.
#[must_use]
pub fn channel_doubt(channel: &Channel) -> Option<String> {
    let Channel::Webhook { url, .. } = channel else {
        return None;
    };
    let host = url
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split(['/', ':', '?']).next());
    let own = OWN_FORMS.iter().find(|(service, _)| {
        let host = host.unwrap_or_default().to_ascii_lowercase();
        host == *service || host.ends_with(&format!(".{service}"))
    });
    Some(match own {
        Some((service, field)) => format!(
            "{service} refuses what is posted: it wants the field {field}, and gets subject and message. \
             Put something between that passes the message on, or use the inbox."
        ),
        None => {
            "Whether messages arrive is not known yet: the network may allow no outcalls, or none \
                 to this host. test_alert sends one."
                .to_string()
        }
    })
}

/// Why nobody may hear an alert: the one rule of whatever warns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertTrouble {
    /// Its last message did not arrive, or not yet although it was tried.
    Lost,
    /// Nothing arrived so far, and this is not known of its channel.
    Doubtful(String),
}

/// What is wrong with an alert; none if nothing is. One that is disabled is to be silent.
#[must_use]
pub fn alert_trouble(alert: &Alert) -> Option<AlertTrouble> {
    if alert.disabled {
        return None;
    }
    let delivery = alert.delivery.as_ref();
    let is_lost = match delivery.map(|it| it.state) {
        Some(DeliveryState::Retrying | DeliveryState::GivenUp | DeliveryState::Dropped) => true,
        Some(DeliveryState::Waiting | DeliveryState::UnderWay | DeliveryState::Delivered)
        | None => false,
    };
    match delivery.and_then(|it| it.last_attempt_arrived) {
        _ if is_lost => Some(AlertTrouble::Lost),
        Some(false) => Some(AlertTrouble::Lost),
        Some(true) => None,
        None => channel_doubt(&alert.channel).map(AlertTrouble::Doubtful),
    }
}

impl AlertTrouble {
    /// The trouble of `alert` in a sentence, with the methods that tell more.
    #[must_use]
    pub fn sentence(&self, alert: &Alert) -> String {
        let name = format!("Alert {} ({:?})", alert.id, alert.name);
        match self {
            Self::Lost => format!(
                "{name} does not arrive: see `delivery` in list_alerts; test_alert tries again."
            ),
            Self::Doubtful(doubt) => format!("{name} has sent nothing that arrived. {doubt}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(url: &str) -> Channel {
        Channel::Webhook {
            url: url.to_string(),
            headers: None,
        }
    }

    #[test]
    fn should_doubt_what_cannot_be_known() {
        for (url, part) in [
            ("https://discord.com/api/webhooks/1/x", "content"),
            ("https://x.webhook.office.com/y", "text"),
            ("https://hooks.slack.com/services/1", "text"),
            ("https://example.com/discord.com", "test_alert"),
            ("https://notdiscord.com/", "test_alert"),
        ] {
            let doubt = channel_doubt(&webhook(url)).unwrap();
            assert!(doubt.contains(part), "{url}: {doubt}");
        }
        assert_eq!(channel_doubt(&Channel::Inbox {}), None);
    }
}
