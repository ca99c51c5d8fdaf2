//! How the tasks of an answer stand: a task's record alone calls running what waits for a worker, and
//! does not say why its last run failed.

use chime_types::{GetMyTasksResult, Task, TaskResult};
use serde_json::Value;

use super::catalogue::Form;
use super::envelope::ResponseFormat;
use super::{CanisterTools, answers, views};
use crate::error::Result;
use crate::scheduler::{Canister, Latest};
use crate::words::Standing;

impl<C: Canister> CanisterTools<C> {
    /// Adds to each task of a shown answer how it stands. `bytes` is the answer as it came.
    pub(super) async fn put_standing(
        &self,
        form: Form,
        format: ResponseFormat,
        bytes: &[u8],
        shown: &mut Value,
    ) -> Result<()> {
        let tasks = match form {
            Form::Task => answers::typed::<TaskResult>(bytes)
                .ok()
                .and_then(|answer| answer.into_result().ok())
                .map(|task| vec![task]),
            Form::Tasks => answers::typed::<GetMyTasksResult>(bytes)
                .ok()
                .and_then(|answer| answer.into_result().ok())
                .map(|page| page.tasks),
            _ => None,
        };
        // A newer scheduler's answer is shown as it is.
        let Some(tasks) = tasks else {
            return Ok(());
        };
        let latest = self.scheduler.latest(&tasks).await?;
        let views = match (form, shown.get_mut("tasks")) {
            (Form::Tasks, Some(Value::Array(views))) => views.as_mut_slice(),
            _ => std::slice::from_mut(shown),
        };
        for (view, task) in views.iter_mut().zip(&tasks) {
            put(view, task, &latest, format);
        }
        Ok(())
    }
}

/// A concise view leaves out what it says already, and what there is not.
pub(super) fn put(view: &mut Value, task: &Task, latest: &Latest, format: ResponseFormat) {
    let standing = Standing::of(task, latest.of(task));
    standing.put(view);
    let (ResponseFormat::Concise, Value::Object(members)) = (format, view) else {
        return;
    };
    if members.get("state") == members.get("status") {
        members.shift_remove("state");
    }
    if let Some(Value::String(error)) = members.get_mut("last_error") {
        *error = views::ending(error);
    }
    for name in ["last_result", "last_error"] {
        if members.get(name) == Some(&Value::Null) {
            members.shift_remove(name);
        }
    }
}
