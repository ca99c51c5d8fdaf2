//! Keeps the tasks on the scheduler in step with the job files.
//!
//! A task is made for a new job, changed with its file, and switched off when the file is gone: its
//! history stays, and it is switched on again when the file comes back. Only tasks that this group
//! of workers keeps are switched off. A job whose task another group keeps is left alone, because
//! two directories that use one id for different jobs would change it for ever.

use std::collections::BTreeSet;

use chime_types::{Task, TaskRequest};

use super::jobs::{JobFiles, kept_by};
use super::link::Link;
use super::report::passes;
use crate::apply::{CodexFile, Declaration, Finding, Outcome, Plan, Refusal, Step, applied_from};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Scheduler;

/// Why a task is paused that has no job file any more.
const FILE_GONE: &str = "its job file is gone";

/// Keeps tasks, and remembers what it has said about them.
#[derive(Debug)]
pub(super) struct Keeper {
    group: String,
    said: BTreeSet<String>,
    /// The files of Python that were stored, as they were then: what somebody stored since stays until the
    /// file changes.
    stored: Vec<CodexFile>,
}

/// What one round came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub refused: u64,
}

impl Keeper {
    pub const fn new(group: String) -> Self {
        Self {
            group,
            said: BTreeSet::new(),
            stored: Vec::new(),
        }
    }

    /// Brings the tasks up to date with the files.
    ///
    /// # Errors
    /// What kept the scheduler from answering. What it refuses about one job is only told.
    pub async fn keep(&mut self, link: &Link, files: &JobFiles) -> Result<Kept> {
        let (tasks, _) = link
            .call(|scheduler| async move { scheduler.all_tasks().await })
            .await?;
        let mut round = Round {
            link,
            group: &self.group,
            stored: &mut self.stored,
            plan: Plan::new(tasks.clone()).leaving_changes_by_hand(),
            declared: BTreeSet::new(),
            remarks: Vec::new(),
            kept: Kept::default(),
        };
        for finding in &files.findings {
            round.one(finding).await?;
        }
        round.switch_off_gone(&tasks, files).await?;
        let Round { remarks, kept, .. } = round;
        self.tell(remarks);
        Ok(kept)
    }

    /// Tells each remark once, until it does not hold any more.
    fn tell(&mut self, remarks: Vec<String>) {
        for remark in remarks.iter().filter(|remark| !self.said.contains(*remark)) {
            tracing::warn!("{remark}");
        }
        self.said = remarks.into_iter().collect();
    }
}

struct Round<'a> {
    link: &'a Link,
    group: &'a str,
    stored: &'a mut Vec<CodexFile>,
    plan: Plan,
    /// Tasks that a file declares.
    declared: BTreeSet<u64>,
    remarks: Vec<String>,
    kept: Kept,
}

impl Round<'_> {
    async fn one(&mut self, finding: &Finding) -> Result<()> {
        for note in &finding.notes {
            self.remarks.push(format!("{}: {note}", finding.file));
        }
        let step = match &finding.outcome {
            Outcome::Task(declaration) => self.declare(declaration, finding).await?,
            Outcome::Refused(refusal) => Step::Refused(refusal.clone()),
            Outcome::Configuration => return Ok(()),
            Outcome::Patch(_) => Step::Refused(Refusal::new(
                "the document changes a task, and a worker keeps whole jobs only",
                "Apply it once with `chime apply -f`, and move it out of the directory.",
            )),
        };
        let step = self.with_codices(step, finding).await?;
        match self.carry_out(step).await {
            Ok(Some(task)) => {
                self.declared.insert(task.id);
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(Obstacle::Refused(refusal)) => {
                self.kept.refused += 1;
                self.remarks.push(format!("{}: {refusal}", finding.file));
                Ok(())
            }
            // Another worker of the group was faster; the next round sees what it made.
            Err(Obstacle::Failed(error)) if error.kind() == Kind::Conflict => Ok(()),
            Err(Obstacle::Failed(error)) => Err(error),
        }
    }

    /// What to do about a job, once it is known that the canisters that it calls can do it.
    async fn declare(&mut self, declaration: &Declaration, finding: &Finding) -> Result<Step> {
        let check = |scheduler: Scheduler| async move { scheduler.checked(declaration).await };
        match self.link.call(check).await {
            Ok(((checked, unchecked), _)) => {
                let remarks = unchecked.into_iter();
                self.remarks
                    .extend(remarks.map(|remark| format!("{}: {remark}", finding.file)));
                Ok(self.plan.declare(&checked, &finding.file))
            }
            Err(error) => match Obstacle::from(error) {
                Obstacle::Failed(error) => Err(error),
                Obstacle::Refused(refusal) => {
                    // Its file is there: the task that it made before is not switched off.
                    match self.plan.declare(declaration, &finding.file) {
                        Step::Unchanged(task) => drop(self.declared.insert(task.id)),
                        Step::Update(change) => drop(self.declared.insert(change.task.id)),
                        Step::Create(_) | Step::Refused(_) | Step::Repeats { .. } => {}
                    }
                    Ok(Step::Refused(refusal))
                }
            },
        }
    }

    /// Stores the files of Python of a job before its task, which may run at once.
    async fn with_codices(&mut self, step: Step, finding: &Finding) -> Result<Step> {
        if matches!(step, Step::Refused(_)) {
            return Ok(step);
        }
        for codex in &finding.codices {
            if self.stored.contains(codex) {
                continue;
            }
            let store = |scheduler: Scheduler| async move { scheduler.store(codex).await };
            match self.link.call(store).await.map_err(Obstacle::from) {
                Ok(_) => {}
                Err(Obstacle::Failed(error)) => return Err(error),
                Err(Obstacle::Refused(refusal)) => return Ok(Step::Refused(refusal)),
            }
            self.stored.retain(|other| other.name != codex.name);
            self.stored.push(codex.clone());
        }
        Ok(step)
    }

    async fn carry_out(&mut self, step: Step) -> std::result::Result<Option<Task>, Obstacle> {
        let task = match step {
            Step::Refused(refusal) => return Err(Obstacle::Refused(refusal)),
            Step::Repeats { .. } => return Ok(None),
            Step::Unchanged(task) => *task,
            Step::Create(request) => {
                let request = request.as_ref();
                let make =
                    |scheduler: Scheduler| async move { scheduler.create_task(request).await };
                let (task, _) = self.link.call(make).await?;
                tracing::info!("keeps task {} ({})", task.id, task.name);
                task
            }
            Step::Update(change) => {
                let change = change.as_ref();
                self.declared.insert(change.task.id);
                self.refuse_foreign(&change.task)?;
                let make =
                    |scheduler: Scheduler| async move { scheduler.change_applied(change).await };
                let (task, _) = self.link.call(make).await?;
                tracing::info!("changed task {} ({}) with its file", task.id, task.name);
                task
            }
        };
        self.switch_on_again(task).await.map(Some)
    }

    fn refuse_foreign(&self, task: &Task) -> std::result::Result<(), Obstacle> {
        match kept_by(&task.metadata) {
            Some(other) if other != self.group => Err(Obstacle::Refused(Refusal::new(
                format!(
                    "task {} has this job's id and is kept by the workers of {other}",
                    task.id
                ),
                format!(
                    "Give the job another id; or, if these are the same jobs, start this worker \
                     with --group '{other}'."
                ),
            ))),
            _ => Ok(()),
        }
    }

    /// A task whose file had gone and is back runs again.
    async fn switch_on_again(&self, task: Task) -> std::result::Result<Task, Obstacle> {
        let gone = task.disabled && task.pause_reason.as_deref() == Some(FILE_GONE);
        let active = applied_from(&task.metadata).is_none_or(|mark| mark.active);
        if !(gone && active) {
            return Ok(task);
        }
        let request = &TaskRequest { task_id: task.id };
        let (task, _) = self
            .link
            .call(|scheduler| async move { scheduler.resume_task(request).await })
            .await?;
        tracing::info!("resumed task {} ({}): its file is back", task.id, task.name);
        Ok(task)
    }

    /// Switches the tasks of this group off that no file declares any more.
    async fn switch_off_gone(&self, tasks: &[Task], files: &JobFiles) -> Result<()> {
        let gone = tasks.iter().filter(|task| {
            !task.disabled
                && !self.declared.contains(&task.id)
                && kept_by(&task.metadata).as_deref() == Some(self.group)
                && applied_from(&task.metadata).is_some_and(|mark| !files.is_in_doubt(&mark.source))
        });
        for task in gone {
            let task_id = task.id;
            self.link
                .call(|scheduler| async move { scheduler.switch_off(task_id, FILE_GONE).await })
                .await?;
            tracing::info!("paused task {task_id} ({}): {FILE_GONE}", task.name);
        }
        Ok(())
    }
}

/// What kept a job from being kept: its own fault, which is told, or a failure that ends the round.
enum Obstacle {
    Refused(Refusal),
    Failed(Error),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        if passes(&error) || error.kind() == Kind::Conflict {
            return Self::Failed(error);
        }
        Self::Refused(Refusal {
            field: error.field().map(str::to_string),
            rule: error.rule().to_string(),
            fix: error.fix().to_string(),
        })
    }
}
