//! Names in the place of ids: what people call a task, an alert or a schedule is good for every tool.

use serde_json::{Value, json};

use super::listing::{Entry, Work};
use super::{CanisterTools, Object, zones};
use crate::candid_json::Method;
use crate::error::Result;
use crate::scheduler::{Canister, find_schedule};

impl<C: Canister> CanisterTools<C> {
    /// The arguments under the names that this tool has for them: a task is `task` for some and
    /// `task_id` for others.
    pub(super) fn with_usual_names(&self, entry: &Entry, arguments: &Object) -> Object {
        let mut arguments = arguments.clone();
        if !self.is_scheduler {
            return arguments;
        }
        let (usual, other) = match entry.work {
            Work::Overview | Work::Explanation => ("task", "task_id"),
            Work::Method(_) | Work::ScheduleUpdate => ("task_id", "task"),
        };
        let is_known = |name: &str| {
            let properties = entry.tool.input_schema.get("properties");
            properties.and_then(|it| it.get(name)).is_some()
        };
        if is_known(usual)
            && !is_known(other)
            && !arguments.contains_key(usual)
            && let Some(given) = arguments.shift_remove(other)
        {
            arguments.insert(usual.to_string(), given);
        }
        arguments
    }

    /// The arguments of a method with ids in place of names.
    ///
    /// # Errors
    /// `NotFound` or `InvalidArgument` at the argument, if nothing or several things have the name.
    pub(super) async fn with_ids(&self, method: &Method, arguments: Object) -> Result<Object> {
        if !self.is_scheduler {
            return Ok(arguments);
        }
        let mut settled = Value::Object(arguments);
        zones::settle(&mut settled);
        let mut arguments = settled.as_object().cloned().unwrap_or_default();
        let has = self.interface.argument_names(method);
        let named = |arguments: &Object, field: &str| {
            let text = arguments.get(field).and_then(Value::as_str)?;
            let is_name = has.iter().any(|it| it == field) && text.trim().parse::<u64>().is_err();
            (is_name && !text.trim().is_empty() && text != "null").then(|| text.to_string())
        };
        if let Some(name) = named(&arguments, "task_id") {
            let task = self.scheduler.find_task(&name).await;
            let task = task.map_err(|error| error.at("task_id"))?;
            arguments.insert("task_id".to_string(), json!(task.id.to_string()));
        }
        if let Some(name) = named(&arguments, "alert_id") {
            let alert = self.scheduler.find_alert(&name).await;
            let alert = alert.map_err(|error| error.at("alert_id"))?;
            arguments.insert("alert_id".to_string(), json!(alert.id.to_string()));
        }
        if let Some(name) = named(&arguments, "schedule_id")
            && let Some(task) = arguments.get("task_id").and_then(Value::as_str)
        {
            let task = self.scheduler.find_task(task).await;
            let task = task.map_err(|error| error.at("task_id"))?;
            let schedule = find_schedule(&task, &name).map_err(|error| error.at("schedule_id"))?;
            arguments.insert("schedule_id".to_string(), json!(schedule.id.to_string()));
        }
        Ok(arguments)
    }
}
