//! What a step does, in a few words.

use chime_types::{Action, Channel, HttpMethod, RetentionRule, limits};

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
        Action::Cleanup { retention, .. } if retention.is_empty() => "cleanup".into(),
        Action::Cleanup {
            retention,
            all_owners,
            ..
        } => {
            let rules: Vec<_> = retention.iter().map(retention_text).collect();
            let whose = whose(*all_owners, "");
            format!("cleanup: removes {}{whose}", rules.join("; "))
        }
        Action::Backup { keep, all_owners } => {
            let keep = keep.unwrap_or(limits::DEFAULT_BACKUPS_KEPT);
            let whose = whose(*all_owners, " of the owner");
            format!("backup of all tasks{whose}, kept in the scheduler: the latest {keep}")
        }
        Action::Notification {
            channel, subject, ..
        } => format!("notification to {}: {subject}", channel_text(channel)),
        Action::Analytics { .. } => "analytics".into(),
        Action::Maintenance { .. } => "maintenance".into(),
        Action::Codex { name, .. } => format!("codex {name}"),
    }
}

const fn whose(all_owners: Option<bool>, own: &'static str) -> &'static str {
    match all_owners {
        Some(true) => " of all owners",
        Some(false) | None => own,
    }
}

fn retention_text(rule: &RetentionRule) -> String {
    let mut text = match rule.status {
        Some(status) => format!("{} executions", status.name()),
        None => "executions".to_string(),
    };
    if let Some(seconds) = rule.maximum_age_seconds {
        text.push_str(&format!(
            " older than {}",
            chime_schedule::format_interval(seconds)
        ));
    }
    if let Some(keep) = rule.keep_latest {
        text.push_str(&format!(", all but the newest {keep} of each task"));
    }
    text
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
                Action::Backup {
                    keep: None,
                    all_owners: None,
                },
                "backup of all tasks of the owner, kept in the scheduler: the latest 7",
            ),
            (
                Action::Cleanup {
                    retention: vec![RetentionRule {
                        status: Some(chime_types::ExecutionStatus::Completed),
                        maximum_age_seconds: Some(30 * 86_400),
                        keep_latest: Some(5),
                    }],
                    task_id: None,
                    all_owners: None,
                },
                "cleanup: removes completed executions older than 30d, all but the newest 5 of each task",
            ),
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
