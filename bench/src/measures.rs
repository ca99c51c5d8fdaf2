//! What is measured, on a store of few tasks and on one of many.

use anyhow::{Result, ensure};
use candid::Principal;
use chime_replica::Work;
use chime_types::{
    CodexResult, CreateTaskRequest, ExecutionStatus, GetMyTasksRequest, GetMyTasksResult,
    GetTaskExecutionsRequest, GetTaskExecutionsResult, NewStep, PauseTaskRequest, PutCodexRequest,
    TaskResult, limits::NANOSECONDS,
};

use crate::network::{self, Network};
use crate::report::{Results, Sample};
use crate::tasks;

/// Tasks in the two stores.
pub const STORED: [u64; 2] = [1_000, 100_000];
/// Tasks that are made to find the price of one: nodes of the maps that split are paid by all.
const CREATED: u64 = 100;
/// Tasks that are due in the same second.
const CROWD: u64 = 1_000;
/// Tasks on a page.
const PAGE: u32 = 50;
/// How far ahead tasks are due, and how long they have to end, in nanoseconds.
const AHEAD: u64 = 60 * NANOSECONDS;
/// Time between two tasks that are stored, in nanoseconds.
const BETWEEN: u64 = 1_000_000;

/// Measures everything.
pub fn measure() -> Result<Results> {
    let [few, many] = STORED;
    Ok(Results::new(store_of(few)?, store_of(many)?))
}

fn store_of(stored: u64) -> Result<Vec<Sample>> {
    let mut bench = Bench {
        network: Network::new()?,
        samples: Vec::new(),
    };
    let callee = bench.network.callee;
    for number in 0..stored {
        bench.create(tasks::owner(number), &tasks::idle(number, callee))?;
        bench.network.skip(BETWEEN);
    }
    bench.stored(stored)?;
    bench.list_page()?;
    bench.create_task(stored)?;
    bench.tick_nothing_due()?;
    bench.fire("fire_note", &tasks::note(), 1)?;
    bench.fire("fire_call", &tasks::call(callee, "count"), 1)?;
    let call = tasks::call(callee, "count");
    bench.fire("fire_1000_notes_default", &tasks::note(), CROWD)?;
    bench.fire("fire_1000_calls_default", &call, CROWD)?;
    bench.run_program()?;
    bench.network.configure(network::RAISED)?;
    bench.fire("fire_1000_notes", &tasks::note(), CROWD)?;
    bench.fire("fire_1000_calls", &call, CROWD)?;
    bench.fire_full_history()?;
    bench.upgrade()?;
    Ok(bench.samples)
}

struct Bench {
    network: Network,
    samples: Vec<Sample>,
}

impl Bench {
    fn create(&mut self, owner: Principal, request: &CreateTaskRequest) -> Result<u64> {
        let answer: TaskResult = self.network.update(owner, "create_task", request)?;
        Ok(answer.into_result()?.id)
    }

    fn note(&mut self, measure: &'static str, figure: &'static str, value: u64) {
        self.samples.push(Sample {
            measure,
            figure,
            value,
        });
    }

    /// Notes what was done for each of `count` things.
    fn note_work(&mut self, measure: &'static str, work: Work, count: u64) {
        self.note(measure, "instructions", work.instructions / count);
        self.note(measure, "messages", work.messages / count);
        let pages = work.stable_pages_written / count;
        self.note(measure, "stable_pages_written", pages);
    }

    fn stored(&mut self, stored: u64) -> Result<()> {
        let bytes = self.network.stable_bytes()?;
        self.note("stored", "stable_bytes", bytes);
        self.note("stored", "stable_bytes_per_task", bytes / stored);
        Ok(())
    }

    fn list_page(&mut self) -> Result<()> {
        let request = GetMyTasksRequest {
            owner: None,
            cursor: None,
            limit: Some(PAGE),
        };
        self.network.take_work()?;
        let answer: GetMyTasksResult =
            self.network
                .query(tasks::owner(0), "get_my_tasks", &request)?;
        let work = self.network.take_work()?;
        ensure!(answer.into_result()?.tasks.len() == PAGE as usize);
        self.note_work("list_page", work, 1);
        Ok(())
    }

    fn create_task(&mut self, stored: u64) -> Result<()> {
        let callee = self.network.callee;
        self.network.take_work()?;
        for number in stored..stored + CREATED {
            self.create(tasks::owner(number), &tasks::idle(number, callee))?;
        }
        let work = self.network.take_work()?;
        self.note_work("create_task", work, CREATED);
        Ok(())
    }

    /// The answer to a call that was cancelled meanwhile: it changes nothing, and the tick that
    /// follows finds nothing to do.
    fn tick_nothing_due(&mut self) -> Result<()> {
        let owner = tasks::owner(0);
        let silent = tasks::call(self.network.callee, "never");
        let request = tasks::once(silent, self.network.now() + AHEAD);
        let task_id = self.create(owner, &request)?;
        self.network.pass(AHEAD)?;
        let request = PauseTaskRequest {
            task_id,
            reason: None,
            cancel_running: Some(true),
        };
        let answer: TaskResult = self.network.update(owner, "pause_task", &request)?;
        answer.into_result()?;
        ensure!(self.status(owner, task_id)? == ExecutionStatus::Cancelled);
        self.network.pass(0)?;
        self.network.take_work()?;
        self.network.release_callee()?;
        self.network.pass(0)?;
        let work = self.network.take_work()?;
        ensure!(work.messages > 0, "the answer comes late");
        self.note_work("tick_nothing_due", work, 1);
        Ok(())
    }

    /// Tasks that are due in the same second, until the last of them is done.
    fn fire(&mut self, measure: &'static str, step: &NewStep, count: u64) -> Result<()> {
        let request = tasks::once(step.clone(), self.network.now() + AHEAD);
        let made = (0..count)
            .map(|number| self.create(tasks::owner(number), &request))
            .collect::<Result<Vec<u64>>>()?;
        self.network.take_work()?;
        self.network.pass(2 * AHEAD)?;
        let work = self.network.take_work()?;
        for (number, task_id) in (0..).zip(made) {
            let status = self.status(tasks::owner(number), task_id)?;
            ensure!(status == ExecutionStatus::Completed, "{status:?}");
        }
        self.note_crowd(measure, work, count);
        Ok(())
    }

    /// A program of Python that returns at once: the first that its runner runs, then one more.
    fn run_program(&mut self) -> Result<()> {
        let runner = self.network.install_runner()?;
        let request = PutCodexRequest {
            name: tasks::CODEX.to_string(),
            code: Some("def async_task():\n    return 'ok'\n".to_string()),
            ..PutCodexRequest::default()
        };
        let answer: CodexResult = self
            .network
            .update(tasks::owner(0), "put_codex", &request)?;
        answer.into_result()?;
        for measure in ["run_program_first", "run_program"] {
            self.network.take_work_of(runner)?;
            self.fire(measure, &tasks::program(), 1)?;
            let work = self.network.take_work_of(runner)?;
            self.note(measure, "instructions_of_the_runner", work.instructions);
        }
        Ok(())
    }

    fn note_crowd(&mut self, measure: &'static str, work: Work, count: u64) {
        self.note_work(measure, work, 1);
        if count > 1 {
            let each = work.instructions / count;
            self.note(measure, "instructions_per_execution", each);
            self.note(measure, "largest_message", work.largest_message);
        }
    }

    /// Tasks whose histories are at their limit are due in the same second, and the timeline is at
    /// its limit too: for each execution that is made an older one goes.
    fn fire_full_history(&mut self) -> Result<()> {
        self.network.configure(network::SHORT_HISTORY)?;
        let request = tasks::every(tasks::note(), self.network.now() + AHEAD, AHEAD);
        let made = (0..CROWD)
            .map(|number| self.create(tasks::owner(number), &request))
            .collect::<Result<Vec<u64>>>()?;
        self.network.pass(3 * AHEAD + AHEAD / 2)?;
        self.network.take_work()?;
        self.network.pass(AHEAD)?;
        let work = self.network.take_work()?;
        for (number, task_id) in (0..).zip(made) {
            let request = PauseTaskRequest {
                task_id,
                reason: None,
                cancel_running: None,
            };
            let owner = tasks::owner(number);
            let answer: TaskResult = self.network.update(owner, "pause_task", &request)?;
            let kept = answer.into_result()?.total_executions;
            ensure!(kept == 2, "the history of task {task_id} has {kept}");
        }
        self.note_crowd("fire_1000_full_history", work, CROWD);
        Ok(())
    }

    /// The state of the only execution of a task.
    fn status(&mut self, owner: Principal, task_id: u64) -> Result<ExecutionStatus> {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor: None,
            limit: None,
            status: None,
        };
        let answer: GetTaskExecutionsResult =
            self.network.query(owner, "get_task_executions", &request)?;
        let executions = answer.into_result()?.executions;
        ensure!(executions.len() == 1, "task {task_id} ran once");
        Ok(executions[0].status)
    }

    fn upgrade(&mut self) -> Result<()> {
        self.network.take_work()?;
        self.network.upgrade()?;
        let work = self.network.take_work()?;
        self.note_work("upgrade", work, 1);
        Ok(())
    }
}
