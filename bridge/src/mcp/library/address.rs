//! The addresses of resources: `chime://task/7`, `chime://task/7/executions`, ...

use std::fmt;

use chime_types::{Event, EventKind};

use crate::mcp::changes::Change;

const SCHEME: &str = "chime://";

/// The address of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// How to use the scheduler.
    Guide,
    /// The interface of the scheduler.
    Interface,
    /// A task.
    Task(u64),
    /// The latest executions of a task.
    TaskExecutions(u64),
    /// An execution.
    Execution(u64),
}

impl Address {
    /// The address that a text is, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.strip_prefix(SCHEME)?;
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["guide"] => Some(Self::Guide),
            ["interface"] => Some(Self::Interface),
            ["task", id] => number(id).map(Self::Task),
            ["task", id, "executions"] => number(id).map(Self::TaskExecutions),
            ["execution", id] => number(id).map(Self::Execution),
            _ => None,
        }
    }

    /// Whether what it shows changes while the server runs.
    pub const fn may_change(self) -> bool {
        !matches!(self, Self::Guide | Self::Interface)
    }
}

/// A number as the addresses in answers have it, so that one resource has one address.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(SCHEME)?;
        match self {
            Self::Guide => formatter.write_str("guide"),
            Self::Interface => formatter.write_str("interface"),
            Self::Task(id) => write!(formatter, "task/{id}"),
            Self::TaskExecutions(id) => write!(formatter, "task/{id}/executions"),
            Self::Execution(id) => write!(formatter, "execution/{id}"),
        }
    }
}

/// What an event means for those who listen to resources.
pub fn changes_of(event: &Event) -> Vec<Change> {
    let mut changes = Vec::new();
    if matches!(event.kind, EventKind::TaskCreated | EventKind::TaskDeleted) {
        changes.push(Change::Resources);
    }
    let mut shows = |address: Address| changes.push(Change::Resource(address.to_string()));
    if let Some(id) = event.task_id {
        shows(Address::Task(id));
        if event.execution_id.is_some() {
            shows(Address::TaskExecutions(id));
        }
    }
    if let Some(id) = event.execution_id {
        shows(Address::Execution(id));
    }
    changes
}

#[cfg(test)]
mod tests {
    use candid::Principal;

    use super::*;

    #[test]
    fn should_read_what_it_writes_and_nothing_else() {
        for address in [
            Address::Guide,
            Address::Interface,
            Address::Task(7),
            Address::TaskExecutions(u64::MAX),
            Address::Execution(0),
        ] {
            assert_eq!(Address::parse(&address.to_string()), Some(address));
        }
        for text in [
            "",
            "chime://",
            "chime://task",
            "chime://task/",
            "chime://task/x",
            "chime://task/-1",
            "chime://task/+1",
            "chime://task/007",
            "chime://task/18446744073709551616",
            "chime://task/1/",
            "chime://task/1/steps",
            "CHIME://guide",
            "file:///etc/passwd",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn should_know_which_resources_an_event_changes() {
        let event = |kind, task_id, execution_id| Event {
            id: 1,
            occurred_at: 0,
            kind,
            actor: None,
            owner: Principal::anonymous(),
            task_id,
            schedule_id: None,
            execution_id,
            detail: String::new(),
        };
        let of = |event: &Event| -> Vec<String> {
            changes_of(event)
                .iter()
                .map(|change| match change {
                    Change::Resource(uri) => uri.clone(),
                    other => format!("{other:?}"),
                })
                .collect()
        };
        let made = event(EventKind::TaskCreated, Some(7), None);
        assert_eq!(of(&made), ["Resources", "chime://task/7"]);
        let done = event(EventKind::ExecutionCompleted, Some(7), Some(9));
        assert_eq!(
            of(&done),
            [
                "chime://task/7",
                "chime://task/7/executions",
                "chime://execution/9"
            ]
        );
        assert!(of(&event(EventKind::Configured, None, None)).is_empty());
    }
}
