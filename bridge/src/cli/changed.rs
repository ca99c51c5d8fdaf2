//! The answers of the commands that change one task.

use chime_types::{ExecutionResult, Removed, RemovedResult, Task, TaskExecution, TaskResult};
use serde::Serialize;

use crate::cli::execution::log::ExecutionRow;
use crate::cli::record::Record;
use crate::cli::record::answer_json;
use crate::cli::task::list::status_name;
use crate::terminal::{Answer, Page, one_line};
use crate::words::rfc3339;

/// A task that was switched on or off, as `chime ps` answers.
#[derive(Serialize, Debug)]
pub struct Change {
    task_id: String,
    task_name: String,
    status: &'static str,
    disabled: bool,
    next_run: Option<String>,
    #[serde(skip)]
    next_run_at: Option<u64>,
    #[serde(skip)]
    what: &'static str,
}

impl Change {
    /// What became of the task, in words that follow its name.
    #[must_use]
    pub fn new(task: &Task, what: &'static str) -> Self {
        Self {
            task_id: task.id.to_string(),
            task_name: task.name.clone(),
            status: status_name(task),
            disabled: task.disabled,
            next_run: task.next_run_at.map(rfc3339),
            next_run_at: task.next_run_at,
            what,
        }
    }
}

impl Answer for Change {
    fn text(&self, page: &Page<'_>) -> String {
        let name = one_line(&self.task_name, 128);
        let next = self
            .next_run_at
            .map(|at| format!("; next run {}", page.clock.both(at)));
        format!(
            "Task {} ({name}) {}{}.",
            self.task_id,
            self.what,
            next.unwrap_or_default()
        )
    }
}

/// The task as `method` answers with it, and what became of it in words that follow its name.
#[must_use]
pub fn changed(method: &str, task: Task, what: &'static str) -> Record {
    let change = Change::new(&task, what);
    Record::new(method, &TaskResult::Ok(task), move |page| change.text(page))
}

/// The task as the scheduler answers with it, and its first execution if it was waited for.
#[must_use]
pub fn made(task: Task, execution: Option<TaskExecution>) -> Record {
    let made = Made::new(&task, execution.clone());
    let mut json = answer_json("create_task", &TaskResult::Ok(task));
    if let Some(execution) = execution {
        json["execution"] = answer_json("get_execution", &ExecutionResult::Ok(execution));
    }
    Record::of(json, move |page| made.text(page))
}

/// What `method` removed, named by what it was.
#[must_use]
pub fn removed(method: &str, removed: Removed, what: String) -> Record {
    Record::new(method, &RemovedResult::Ok(removed), move |_| {
        format!("{what} is deleted.")
    })
}

/// A task that was made by `chime run`.
#[derive(Serialize, Debug)]
pub struct Made {
    task_id: String,
    task_name: String,
    schedule_id: Option<String>,
    schedule: String,
    timezone: String,
    next_run: Option<String>,
    /// The first execution, if it was waited for.
    execution: Option<ExecutionRow>,
    #[serde(skip)]
    next_run_at: Option<u64>,
}

impl Made {
    /// A task with one schedule, and its first execution if it was waited for.
    #[must_use]
    pub fn new(task: &Task, execution: Option<TaskExecution>) -> Self {
        let schedule = task.schedules.first();
        Self {
            task_id: task.id.to_string(),
            task_name: task.name.clone(),
            schedule_id: schedule.map(|schedule| schedule.id.to_string()),
            schedule: schedule
                .map(|schedule| schedule.description.clone())
                .unwrap_or_default(),
            timezone: schedule
                .map(|schedule| schedule.timezone.clone())
                .unwrap_or_default(),
            next_run: task.next_run_at.map(rfc3339),
            execution: execution.map(ExecutionRow::from),
            next_run_at: task.next_run_at,
        }
    }
}

impl Answer for Made {
    fn text(&self, page: &Page<'_>) -> String {
        let next = match self.next_run_at {
            Some(at) if at <= page.clock.now_at() => "now".to_string(),
            Some(at) => page.clock.both(at),
            None => "none".into(),
        };
        let mut lines = vec![
            format!("Task ID    {}", self.task_id),
            format!("Name       {}", one_line(&self.task_name, 128)),
            format!("Schedule   {}, {}", self.schedule, self.timezone),
            format!("Next run   {next}"),
        ];
        if let Some(execution) = &self.execution {
            lines.push(format!("Execution  {}", execution.sentence()));
        } else {
            lines.push(format!("See        chime ps logs {}", self.task_id));
        }
        lines.join("\n")
    }
}
