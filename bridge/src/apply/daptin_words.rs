//! The way back: a task in the words of Daptin's documents, as far as they can say it.

use chime_types::{Action, Rule, Task, TaskSchedule};
use serde_json::{Map, Value, json};

use super::identity::own_metadata;

/// The last day that every month has: what is later means another day in cron than in a monthly rule.
const LAST_DAY_OF_ALL_MONTHS: u8 = 28;

/// A task as Daptin's documents have it. What they cannot say is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DaptinWords {
    /// The name for people.
    pub label: Option<String>,
    /// The first schedule, as five fields, `@every` or another descriptor.
    pub schedule: Option<String>,
    /// The action of the first step that has one with a name.
    pub action_name: Option<String>,
    /// What that works on.
    pub entity_name: Option<String>,
    /// In whose name it is meant to run.
    pub as_user_email: Option<String>,
    /// Its parameters, an object.
    pub attributes: Option<Value>,
}

impl DaptinWords {
    /// Of a task.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let label = own_metadata(&task.metadata)
            .and_then(|own| Some(own.get("label")?.as_str()?.to_string()))
            .or_else(|| (!task.description.is_empty()).then(|| task.description.clone()));
        let words = Self {
            label,
            schedule: task.schedules.first().and_then(schedule),
            ..Self::default()
        };
        let named = task.steps.iter().find_map(|step| match &step.action {
            Action::Named {
                action_name,
                entity_name,
                attributes,
                as_user,
            } => Some((action_name, entity_name, attributes, as_user)),
            _ => None,
        });
        match named {
            None => words,
            Some((action_name, entity_name, attributes, as_user)) => Self {
                action_name: Some(action_name.clone()),
                entity_name: entity_name.clone(),
                as_user_email: as_user.clone(),
                attributes: serde_json::from_str(attributes).ok(),
                ..words
            },
        }
    }

    /// As an entry of a list `Tasks:`; none if the task is more than such an entry can say.
    fn entry(self, task: &Task) -> Option<Value> {
        if task.steps.len() != 1 || task.schedules.len() != 1 {
            return None;
        }
        let (schedule, action_name) = (self.schedule?, self.action_name?);
        let mut entry = Map::new();
        entry.insert("Name".into(), json!(task.name));
        entry.extend(self.label.map(|it| ("Label".into(), json!(it))));
        entry.insert("Schedule".into(), json!(schedule));
        entry.insert("ActionName".into(), json!(action_name));
        entry.extend(self.entity_name.map(|it| ("EntityName".into(), json!(it))));
        entry.extend(
            self.as_user_email
                .map(|it| ("AsUserEmail".into(), json!(it))),
        );
        let attributes = self
            .attributes
            .filter(|it| it.as_object().is_some_and(|it| !it.is_empty()));
        entry.extend(attributes.map(|it| ("Attributes".into(), it)));
        if task.disabled {
            entry.insert("IsActive".into(), json!(false));
        }
        Some(Value::Object(entry))
    }
}

/// The document `Tasks:` of these tasks, and the names of those that it cannot say.
#[must_use]
pub fn daptin_tasks(tasks: &[Task]) -> (Value, Vec<String>) {
    let mut entries = Vec::new();
    let mut left_out = Vec::new();
    for task in tasks {
        match DaptinWords::of(task).entry(task) {
            Some(entry) => entries.push(entry),
            None => left_out.push(task.name.clone()),
        }
    }
    (json!({ "Tasks": entries }), left_out)
}

fn schedule(schedule: &TaskSchedule) -> Option<String> {
    let text = match &schedule.rule {
        // It names its zone itself, if it names one.
        Rule::Cron { expression } if has_zone(expression) => return Some(expression.clone()),
        Rule::Cron { expression } => expression.clone(),
        Rule::Interval {
            repeat_every_seconds,
            phase_seconds: None,
        } => return Some(format!("@every {}", go_duration(*repeat_every_seconds))),
        Rule::Daily { hour, minute } => format!("{} {hour} * * *", minute.unwrap_or(0)),
        Rule::Weekly {
            weekday,
            hour,
            minute,
        } => format!("{} {hour} * * {}", minute.unwrap_or(0), weekday % 7),
        Rule::Monthly { day, hour, minute } if *day <= LAST_DAY_OF_ALL_MONTHS => {
            format!("{} {hour} {day} * *", minute.unwrap_or(0))
        }
        Rule::Interval { .. }
        | Rule::Monthly { .. }
        | Rule::Once { .. }
        | Rule::Calendar { .. } => {
            return None;
        }
    };
    Some(match schedule.timezone.as_str() {
        "UTC" => text,
        // An interval counts seconds, wherever it is.
        _ if text.starts_with("@every") => text,
        zone => format!("CRON_TZ={zone} {text}"),
    })
}

fn has_zone(expression: &str) -> bool {
    let expression = expression.trim_start();
    expression.starts_with("TZ=") || expression.starts_with("CRON_TZ=")
}

/// Seconds as that system writes them, which knows no days: `36h0m1s`, without what is 0 at its ends.
fn go_duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let parts = [(hours, "h"), (minutes, "m"), (rest, "s")];
    let given = parts.iter().filter(|(count, _)| *count > 0);
    given
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use chime_schedule::{Definition, Schedule};
    use chime_types::GapPolicy;

    use super::*;
    use crate::fixtures::{self, step};

    fn words(rule: Rule, timezone: &str) -> Option<String> {
        let of = TaskSchedule {
            timezone: timezone.into(),
            ..fixtures::schedule(1, rule)
        };
        schedule(&of)
    }

    fn cron(text: &str) -> Rule {
        Rule::Cron {
            expression: text.into(),
        }
    }

    fn every(seconds: u64) -> Rule {
        Rule::Interval {
            repeat_every_seconds: seconds,
            phase_seconds: None,
        }
    }

    fn monthly(day: u8) -> Rule {
        Rule::Monthly {
            day,
            hour: 12,
            minute: None,
        }
    }

    #[test]
    fn should_say_a_schedule_so_that_it_is_read_as_the_same() {
        let (hour, minute) = (2, Some(30));
        let zurich = "CRON_TZ=Europe/Zurich 0 3 * * *";
        let tokyo = "TZ=Asia/Tokyo 0 3 * * *";
        let weekly = Rule::Weekly {
            weekday: 0,
            hour,
            minute,
        };
        for (rule, zone, expected) in [
            (cron("*/15 * * * *"), "UTC", Some("*/15 * * * *")),
            (cron("@every 2h"), "UTC", Some("@every 2h")),
            (cron("0 3 * * *"), "Europe/Zurich", Some(zurich)),
            (cron(tokyo), "Asia/Tokyo", Some(tokyo)),
            (every(90_061), "UTC", Some("@every 25h1m1s")),
            (every(60), "UTC", Some("@every 1m")),
            (Rule::Daily { hour, minute }, "UTC", Some("30 2 * * *")),
            (weekly, "UTC", Some("30 2 * * 0")),
            (monthly(28), "UTC", Some("0 12 28 * *")),
            (monthly(29), "UTC", None),
            (Rule::Once { run_at: None }, "UTC", None),
        ] {
            let said = words(rule, zone);
            assert_eq!(said.as_deref(), expected);
            if let Some(expression) = said {
                let compiled = Schedule::compile(&Definition {
                    rule: &cron(&expression),
                    timezone: None,
                    gap: GapPolicy::RunAfter,
                    start_at: 0,
                    explicit_start: false,
                    end_at: None,
                    exclusions: &[],
                });
                assert_eq!(compiled.unwrap().timezone(), zone, "{expression}");
            }
        }
    }

    #[test]
    fn should_leave_out_what_an_entry_cannot_say() {
        let named = Action::Named {
            action_name: "export".into(),
            entity_name: None,
            attributes: "{\"format\":\"json\"}".into(),
            as_user: None,
        };
        let daily = fixtures::schedule(
            1,
            Rule::Daily {
                hour: 2,
                minute: None,
            },
        );
        let task = Task {
            steps: vec![step(named)],
            schedules: vec![daily],
            disabled: true,
            ..fixtures::task(1, "backup")
        };
        let note = Task {
            steps: vec![step(Action::Note { text: "x".into() })],
            ..Task {
                name: "note".into(),
                ..task.clone()
            }
        };
        let (document, left_out) = daptin_tasks(&[task, note]);
        let entry = json!({
            "Name": "backup",
            "Schedule": "0 2 * * *",
            "ActionName": "export",
            "Attributes": { "format": "json" },
            "IsActive": false,
        });
        assert_eq!(document, json!({ "Tasks": [entry] }));
        assert_eq!(left_out, ["note"]);
    }
}
