//! Reads tasks and their histories.

use candid::{CandidType, Principal};
use chime_types::{
    ExecutionRequest, GetTaskExecutionsRequest, Task, TaskExecution, TaskExecutionPage,
    TaskRequest, Trigger,
};
use serde::de::DeserializeOwned;

use crate::perform::Run;
use crate::violation::{Rule, Violation};
use crate::world::{Refusal, admin};

/// A task and everything that became of it.
pub struct Record {
    /// The task.
    pub task: Task,
    /// Its executions, the oldest first.
    pub executions: Vec<TaskExecution>,
}

impl Record {
    /// The records of the slots of a schedule: those that were run again are not among them.
    pub fn of_schedule(&self, id: u64) -> impl Iterator<Item = &TaskExecution> {
        self.executions.iter().filter(move |execution| {
            execution.schedule_id == Some(id) && execution.trigger != Trigger::Replay
        })
    }
}

impl Run {
    /// A query that has to be answered.
    pub(crate) fn must_show<T: CandidType + DeserializeOwned>(
        &mut self,
        who: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<T, Violation> {
        let answer = self.world.show(who, method, request);
        must(method, answer)
    }

    /// An update that has to be answered.
    pub(crate) fn must_ask<T: CandidType + DeserializeOwned>(
        &mut self,
        who: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<T, Violation> {
        let answer = self.world.ask(who, method, request);
        must(method, answer)
    }
}

fn must<T>(method: &str, answer: Result<T, Refusal>) -> Result<T, Violation> {
    answer.map_err(|refusal| Violation::new(Rule::Answers, format!("{method}: {refusal:?}")))
}

/// The histories of all tasks.
pub fn read(run: &mut Run) -> Result<Vec<Record>, Violation> {
    let ids: Vec<u64> = run.model.tasks.keys().copied().collect();
    ids.into_iter()
        .map(|task_id| {
            let task = run.must_show(admin(), "get_task", &TaskRequest { task_id })?;
            let executions = executions(run, task_id)?;
            Ok(Record { task, executions })
        })
        .collect()
}

fn executions(run: &mut Run, task_id: u64) -> Result<Vec<TaskExecution>, Violation> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor,
            limit: Some(500),
            status: None,
        };
        let page: TaskExecutionPage = run.must_show(admin(), "get_task_executions", &request)?;
        all.extend(page.executions);
        cursor = page.next_cursor;
        if cursor.is_none() {
            all.reverse();
            return Ok(all);
        }
    }
}

/// One execution.
pub fn execution(run: &mut Run, execution_id: u64) -> Result<TaskExecution, Violation> {
    run.must_show(admin(), "get_execution", &ExecutionRequest { execution_id })
}
