//! What owners ask for.

use chime_types::{
    AddScheduleRequest, Backfill, BackfillRequest, CancelExecutionRequest, DeadLettersRequest,
    DeletedTask, GetTaskExecutionsRequest, PauseTaskRequest, RemoveScheduleRequest,
    ReplayedDeadLetters, RetryExecutionRequest, RunTaskNowRequest, SetScheduleRequest,
    SnoozeExecutionRequest, Task, TaskExecution, TaskExecutionPage, TaskRequest, UpdateTaskRequest,
};

use super::{Run, plans};
use crate::model::{ScheduleModel, TaskModel};
use crate::story::{Change, Label, Owner, Request, SchedulePlan, TaskPlan};
use crate::violation::{Violation, ensure};
use crate::world::{Refusal, SECOND, owner};

impl Run {
    pub(super) fn create(
        &mut self,
        label: Label,
        number: Owner,
        plan: &TaskPlan,
    ) -> Result<(), Violation> {
        let request = plans::create(&self.world, &format!("run {label}"), plan);
        let answer = self
            .world
            .ask::<Task>(owner(number), "create_task", &request);
        if let Some(made) = self.judge("create_task", answer)? {
            let now = self.world.now();
            for (plan, made) in plan.schedules.iter().zip(&made.schedules) {
                let model = ScheduleModel::new(plan, made, now);
                ensure!(
                    made.start_at == model.start_at && made.end_at == model.end_at,
                    Slots,
                    "asked for {plan:?} at {now}, got {made:?}"
                );
            }
            self.model.labels.insert(label, made.id);
            self.model
                .tasks
                .insert(made.id, TaskModel::new(plan, &made, now));
        }
        self.world.pass(0)
    }

    pub(super) fn change(&mut self, label: Label, what: &Change) -> Result<(), Violation> {
        if !self.learn_pauses()? {
            // Nothing can be asked for now.
            return Ok(());
        }
        let Some(task) = self.model.task(label).cloned() else {
            return Ok(());
        };
        match what {
            Change::Pause { cancel_running } => self.pause(&task, *cancel_running),
            Change::Resume => self.resume(&task),
            Change::Delete => self.delete(label, &task),
            Change::RunNow => self.run_now(&task),
            Change::Backfill {
                index,
                back_seconds,
                maximum_concurrent,
            } => self.backfill(&task, *index, *back_seconds, *maximum_concurrent),
            Change::SetSchedule { index, disabled } => self.set_schedule(&task, *index, *disabled),
            Change::RemoveSchedule { index } => self.remove_schedule(&task, *index),
            Change::AddSchedule { schedule } => self.add_schedule(&task, schedule),
            Change::Rename
            | Change::Retries { .. }
            | Change::Steps { .. }
            | Change::ReplaceSchedules { .. } => self.update(&task, what),
        }?;
        self.world.pass(0)
    }

    /// Notes a change of a task that was carried out, and holds its answer against the model.
    fn changed(
        &mut self,
        id: u64,
        answer: Result<Task, Refusal>,
        what: &str,
        note: impl FnOnce(&mut TaskModel, &Task, u64),
    ) -> Result<(), Violation> {
        let Some(shown) = self.judge(what, answer)? else {
            return Ok(());
        };
        let now = self.world.now();
        let task = self.model.tasks.get_mut(&id).expect("it was there before");
        note(task, &shown, now);
        task.switch_all(now);
        ensure!(
            shown.disabled == task.paused,
            Answers,
            "{what}: paused is {}, and it answers {shown:?}",
            task.paused
        );
        let ids = shown.schedules.iter().map(|shown| shown.id);
        ensure!(
            ids.eq(task.schedules.iter().map(|schedule| schedule.id)),
            Answers,
            "{what}: other schedules than {:?} in {shown:?}",
            task.schedules
        );
        Ok(())
    }

    fn pause(&mut self, task: &TaskModel, cancel_running: bool) -> Result<(), Violation> {
        let request = PauseTaskRequest {
            task_id: task.id,
            reason: None,
            cancel_running: Some(cancel_running),
        };
        let answer = self.world.ask(task.owner, "pause_task", &request);
        self.changed(task.id, answer, "pause_task", |task, _, now| {
            task.paused = true;
            if cancel_running {
                task.touched.push(now);
            }
        })
    }

    fn resume(&mut self, task: &TaskModel) -> Result<(), Violation> {
        let request = TaskRequest { task_id: task.id };
        let answer = self.world.ask(task.owner, "resume_task", &request);
        self.changed(task.id, answer, "resume_task", |task, _, _| {
            task.paused = false;
        })
    }

    fn delete(&mut self, label: Label, task: &TaskModel) -> Result<(), Violation> {
        let request = TaskRequest { task_id: task.id };
        let answer = self
            .world
            .ask::<DeletedTask>(task.owner, "delete_task", &request);
        if self.judge("delete_task", answer)?.is_some() {
            self.model.tasks.remove(&task.id);
            self.model.labels.remove(&label);
            self.model.jobs.retain(|job| job.task_id != task.id);
            *self.model.deleted_tasks.entry(task.owner).or_default() += 1;
        }
        Ok(())
    }

    fn run_now(&mut self, task: &TaskModel) -> Result<(), Violation> {
        let request = RunTaskNowRequest {
            task_id: task.id,
            idempotency_key: None,
            scheduled_at: None,
        };
        let answer = self
            .world
            .ask::<TaskExecution>(task.owner, "run_task_now", &request);
        self.judge("run_task_now", answer).map(drop)
    }

    fn backfill(
        &mut self,
        task: &TaskModel,
        index: u8,
        back_seconds: u64,
        maximum_concurrent: u32,
    ) -> Result<(), Violation> {
        let Some(schedule) = nth(&task.schedules, index) else {
            return Ok(());
        };
        let until_at = self.world.now();
        let request = BackfillRequest {
            task_id: task.id,
            schedule_id: schedule.id,
            from_at: until_at.saturating_sub(back_seconds * SECOND),
            until_at,
            maximum_concurrent: Some(maximum_concurrent),
            count_only: None,
            expected_slots: None,
        };
        let answer = self.world.ask::<Backfill>(task.owner, "backfill", &request);
        if self.judge("backfill", answer)?.is_some() {
            let task = self.model.tasks.get_mut(&task.id).expect("it is there");
            task.has_backfill = true;
        }
        Ok(())
    }

    fn set_schedule(
        &mut self,
        task: &TaskModel,
        index: u8,
        disabled: bool,
    ) -> Result<(), Violation> {
        let Some(schedule) = nth(&task.schedules, index) else {
            return Ok(());
        };
        let id = schedule.id;
        let request = SetScheduleRequest {
            task_id: task.id,
            schedule_id: id,
            disabled,
        };
        let answer = self.world.ask(task.owner, "set_schedule", &request);
        self.changed(task.id, answer, "set_schedule", |task, _, _| {
            let schedules = task.schedules.iter_mut();
            for schedule in schedules.filter(|schedule| schedule.id == id) {
                schedule.disabled = disabled;
            }
        })
    }

    fn remove_schedule(&mut self, task: &TaskModel, index: u8) -> Result<(), Violation> {
        let Some(schedule) = nth(&task.schedules, index) else {
            return Ok(());
        };
        let id = schedule.id;
        let request = RemoveScheduleRequest {
            task_id: task.id,
            schedule_id: id,
            expected_version: None,
        };
        let answer = self.world.ask(task.owner, "remove_schedule", &request);
        self.changed(task.id, answer, "remove_schedule", |task, _, now| {
            task.remove_schedule(id, now);
        })
    }

    fn add_schedule(&mut self, task: &TaskModel, plan: &SchedulePlan) -> Result<(), Violation> {
        let request = AddScheduleRequest {
            task_id: task.id,
            expected_version: None,
            schedule: plans::schedule(&self.world, plan),
        };
        let answer = self.world.ask(task.owner, "add_schedule", &request);
        self.changed(task.id, answer, "add_schedule", |task, shown, now| {
            add_new(task, shown, std::slice::from_ref(plan), now);
        })
    }

    fn update(&mut self, task: &TaskModel, what: &Change) -> Result<(), Violation> {
        let mut request = UpdateTaskRequest {
            task_id: task.id,
            ..UpdateTaskRequest::default()
        };
        match what {
            Change::Retries {
                count,
                delay_seconds,
            } => request.retry = Some(plans::retry(*count, *delay_seconds)),
            Change::Steps { steps } => request.steps = Some(plans::steps(&self.world, steps)),
            Change::ReplaceSchedules { schedules } => {
                request.schedules = Some(plans::schedules(&self.world, schedules));
            }
            _ => request.description = Some("renamed".to_string()),
        }
        let answer = self.world.ask(task.owner, "update_task", &request);
        self.changed(task.id, answer, "update_task", |task, shown, now| {
            note_update(task, shown, what, now);
        })
    }

    pub(super) fn ask_of_execution(
        &mut self,
        label: Label,
        back: u8,
        what: Request,
    ) -> Result<(), Violation> {
        if !self.learn_pauses()? {
            // Nothing can be asked for now.
            return Ok(());
        }
        let Some(task) = self.model.task(label).cloned() else {
            return Ok(());
        };
        let request = GetTaskExecutionsRequest {
            task_id: task.id,
            cursor: None,
            limit: Some(u32::from(back) + 1),
            status: None,
        };
        let page =
            self.world
                .show::<TaskExecutionPage>(task.owner, "get_task_executions", &request);
        let page = self.judge("get_task_executions", page)?;
        let Some(execution) = page.and_then(|mut page| page.executions.pop()) else {
            return Ok(());
        };
        let execution_id = execution.id;
        let answer = match what {
            Request::Cancel { terminate } => {
                let request = CancelExecutionRequest {
                    execution_id,
                    reason: None,
                    terminate: Some(terminate),
                };
                self.world.ask(task.owner, "cancel_execution", &request)
            }
            Request::Snooze { seconds } => {
                let request = SnoozeExecutionRequest {
                    execution_id,
                    seconds,
                };
                self.world.ask(task.owner, "snooze_execution", &request)
            }
            Request::Retry { from_start } => {
                let request = RetryExecutionRequest {
                    execution_id,
                    from_start: Some(from_start),
                    from_step: None,
                };
                self.world.ask(task.owner, "retry_execution", &request)
            }
        };
        if self
            .judge::<TaskExecution>("a request about an execution", answer)?
            .is_some()
        {
            let now = self.world.now();
            let task = self.model.tasks.get_mut(&task.id).expect("it is there");
            task.touched.push(now);
        }
        self.world.pass(0)
    }

    pub(super) fn replay_dead_letters(&mut self, number: Owner) -> Result<(), Violation> {
        let request = DeadLettersRequest {
            limit: Some(20),
            ..DeadLettersRequest::default()
        };
        let answer =
            self.world
                .ask::<ReplayedDeadLetters>(owner(number), "replay_dead_letters", &request);
        self.judge("replay_dead_letters", answer)?;
        self.world.pass(0)
    }
}

fn nth(schedules: &[ScheduleModel], index: u8) -> Option<&ScheduleModel> {
    let count = schedules.len().max(1);
    schedules.get(usize::from(index) % count)
}

fn note_update(task: &mut TaskModel, shown: &Task, what: &Change, now: u64) {
    match what {
        Change::Retries {
            count,
            delay_seconds,
        } => {
            task.policies.push((*count, *delay_seconds));
        }
        Change::Steps { steps } => task.versions.push(steps.clone()),
        Change::ReplaceSchedules { schedules } => {
            let kept: Vec<u64> = shown.schedules.iter().map(|shown| shown.id).collect();
            let gone = task.schedules.iter().map(|schedule| schedule.id);
            for id in gone.filter(|id| !kept.contains(id)).collect::<Vec<_>>() {
                task.remove_schedule(id, now);
            }
            add_new(task, shown, schedules, now);
        }
        _ => {}
    }
}

/// Takes in the schedules of an answer that were not there before, in the order of their plans.
fn add_new(task: &mut TaskModel, shown: &Task, plans: &[SchedulePlan], now: u64) {
    let known: Vec<u64> = task.schedules.iter().map(|schedule| schedule.id).collect();
    let offset = shown.schedules.len() - plans.len();
    for (plan, made) in plans.iter().zip(&shown.schedules[offset..]) {
        if !known.contains(&made.id) {
            task.schedules.push(ScheduleModel::new(plan, made, now));
        }
    }
    let place = |id: u64| shown.schedules.iter().position(|shown| shown.id == id);
    task.schedules.sort_by_key(|schedule| place(schedule.id));
}
