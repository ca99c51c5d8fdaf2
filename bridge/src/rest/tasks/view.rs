//! A task as it is answered: in the words of Daptin, and then as every surface shows it.

use chime_types::{Task, TaskResult};
use serde_json::{Value, json};

use super::super::document::Resource;
use crate::apply::DaptinWords;
use crate::methods::Object;
use crate::methods::records::answer_json;
use crate::scheduler::Latest;
use crate::words::{Standing, rfc3339};

/// Columns that are known without the whole record in JSON: those that lists are usually asked by.
const LIGHT: [&str; 15] = [
    "id",
    "reference_id",
    "name",
    "label",
    "schedule",
    "action_name",
    "entity_name",
    "as_user_email",
    "is_active",
    "description",
    "created_at",
    "updated_at",
    "last_run_at",
    "next_run_at",
    "version",
];

/// Columns for which the latest executions have to be looked at.
const STANDING: [&str; 3] = ["state", "last_result", "last_error"];

/// Whether [`light`] has a column.
pub fn is_light(column: &str) -> bool {
    LIGHT.contains(&column)
}

/// Whether a column tells how a task stands.
pub fn is_standing(column: &str) -> bool {
    STANDING.contains(&column)
}

/// A task with the light columns only, to be chosen by them.
pub fn light(task: &Task) -> Resource {
    let mut attributes = words(task);
    let at = |at: Option<u64>| json!(at.map(rfc3339));
    let members = [
        ("description", json!(task.description)),
        ("created_at", at(Some(task.created_at))),
        ("updated_at", at(Some(task.updated_at))),
        ("last_run_at", at(task.last_run_at)),
        ("next_run_at", at(task.next_run_at)),
        ("version", json!(task.version)),
    ];
    attributes.extend(members.map(|(name, value)| (name.to_string(), value)));
    Resource::new("task", task.id.to_string(), attributes)
}

/// A task.
pub fn resource(task: &Task, latest: &Latest) -> Resource {
    let mut record = answer_json("get_task", &TaskResult::Ok(task.clone()));
    Standing::of(task, latest.of(task)).put(&mut record);
    let mut attributes = words(task);
    if let Value::Object(members) = record {
        let rest = members.into_iter().filter(|(name, _)| name != "id");
        for (name, value) in rest {
            attributes.entry(name).or_insert(value);
        }
    }
    let executions = format!("/api/task/{}/executions", task.id);
    let mut resource = Resource::new("task", task.id.to_string(), attributes).related(
        "executions",
        executions,
        None,
    );
    resource.version = Some(task.version);
    resource
}

fn words(task: &Task) -> Object {
    let words = DaptinWords::of(task);
    let members = [
        ("name", json!(task.name)),
        ("label", json!(words.label)),
        ("schedule", json!(words.schedule)),
        ("action_name", json!(words.action_name)),
        ("entity_name", json!(words.entity_name)),
        ("as_user_email", json!(words.as_user_email)),
        ("is_active", json!(!task.disabled)),
        ("attributes", json!(words.attributes)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::task;

    #[test]
    fn should_have_the_light_columns_in_light_and_whole_rows_alike() {
        let task = Task {
            created_at: 1_500_000_000,
            next_run_at: Some(7_000_000_000),
            ..task(7, "report")
        };
        let (light, whole) = (light(&task), resource(&task, &Latest::default()));
        for column in LIGHT
            .iter()
            .filter(|name| !matches!(**name, "id" | "reference_id"))
        {
            let (left, right) = (light.attributes.get(*column), whole.attributes.get(*column));
            assert!(left.is_some(), "{column}");
            assert_eq!(left, right, "{column}");
        }
        assert_eq!(whole.version, Some(1));
        assert!(!whole.attributes.contains_key("id"));
    }
}
