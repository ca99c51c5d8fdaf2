//! What a step does, in a few words.

use chime_types::{Action, Channel, HttpMethod};

/// An action in one line: `http GET https://example.com`.
#[must_use]
pub fn action_text(action: &Action) -> String {
    match action {
        Action::Call {
            canister, method, ..
        } => format!("{method} of {canister}"),
        Action::Http { request } => {
            let method = method_name(request.method.unwrap_or_default());
            format!("http {method} {}", request.url)
        }
        Action::Note { text } => format!("note: {}", in_one_line(text)),
        Action::Command { command, queue } => match queue {
            Some(queue) => format!("command in {queue}: {}", in_one_line(command)),
            None => format!("command: {}", in_one_line(command)),
        },
        Action::Named {
            action_name,
            entity_name,
            ..
        } => match entity_name {
            Some(entity) => format!("{action_name} on {entity}"),
            None => action_name.clone(),
        },
        Action::Cleanup { .. } => "cleanup".into(),
        Action::Backup { .. } => "backup".into(),
        Action::Notification {
            channel, subject, ..
        } => format!("notification to {}: {subject}", channel_text(channel)),
        Action::Analytics { .. } => "analytics".into(),
        Action::Maintenance { .. } => "maintenance".into(),
        Action::Codex { name, .. } => format!("codex {name}"),
    }
}

const fn method_name(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Head => "HEAD",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
    }
}

fn channel_text(channel: &Channel) -> String {
    match channel {
        Channel::Inbox {} => "the inbox".into(),
        Channel::Webhook { url, .. } => url.clone(),
        Channel::Canister {
            canister, method, ..
        } => format!("{method} of {canister}"),
    }
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use candid::Principal;
    use chime_types::HttpAction;

    use super::*;

    #[test]
    fn should_say_what_each_action_does() {
        let request = HttpAction {
            method: Some(HttpMethod::Post),
            ..HttpAction::get("https://example.com/hook")
        };
        let command = |queue: Option<&str>| Action::Command {
            command: "tar -c \\\n  /data".into(),
            queue: queue.map(str::to_string),
        };
        let notification = |channel| Action::Notification {
            channel,
            subject: "done".into(),
            message: String::new(),
        };
        let canister = Principal::management_canister();
        let method = "raw_rand".to_string();
        let table = [
            (Action::call(canister, "raw_rand"), "raw_rand of aaaaa-aa"),
            (
                Action::Http { request },
                "http POST https://example.com/hook",
            ),
            (
                Action::Note {
                    text: "a\n b".into(),
                },
                "note: a b",
            ),
            (command(None), "command: tar -c \\ /data"),
            (command(Some("night")), "command in night: tar -c \\ /data"),
            (Action::Maintenance { dry_run: None }, "maintenance"),
            (
                notification(Channel::Inbox {}),
                "notification to the inbox: done",
            ),
            (
                notification(Channel::Canister {
                    canister,
                    method,
                    error_cases: None,
                }),
                "notification to raw_rand of aaaaa-aa: done",
            ),
        ];
        for (action, expected) in table {
            assert_eq!(action_text(&action), expected);
        }
    }
}
