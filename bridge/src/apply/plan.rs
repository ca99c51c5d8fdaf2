//! Compares what the files say with what the scheduler holds.
//!
//! Pure: it decides about one document at a time, and the command carries each decision out. A
//! task that the files no longer name is left alone.

use std::collections::HashMap;

use chime_types::{
    Action, CreateTaskRequest, NewSchedule, NewStep, Task, UpdateTaskRequest, limits,
};

use super::identity::{AppliedFrom, applied_from, file_name, job_hash, key_in_file, marked};
use super::{ActionPatch, Declaration, Naming, Patch, Refusal};

/// What to do about one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the task.
    Create(Box<CreateTaskRequest>),
    /// Change the task.
    Update(Box<Change>),
    /// The task is as the file says.
    Unchanged(Box<Task>),
    /// An earlier document of this call declares the same task in the same words.
    Repeats {
        /// The file of that document.
        file: String,
    },
    /// Not done.
    Refused(Refusal),
}

/// A change to a task: its fields, and whether it is switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The fields; `None` if only the switch changes.
    pub update: Option<UpdateTaskRequest>,
    /// The task as it is.
    pub task: Task,
    /// Switch it on or off.
    pub active: Option<bool>,
    /// The file that the task was applied from before, if it was another one.
    pub moved_from: Option<String>,
}

/// What the scheduler holds, and what was declared in this call.
#[derive(Debug)]
pub struct Plan {
    by_key: HashMap<String, (AppliedFrom, Task)>,
    declared: HashMap<String, (String, String)>,
}

impl Plan {
    /// Begins with all tasks of the caller.
    #[must_use]
    pub fn new(tasks: Vec<Task>) -> Self {
        let marked = tasks
            .into_iter()
            .filter_map(|task| Some((applied_from(&task.metadata)?, task)));
        Self {
            by_key: marked
                .map(|(mark, task)| (mark.key.clone(), (mark, task)))
                .collect(),
            declared: HashMap::new(),
        }
    }

    /// What to do about a task that should exist, declared in `file`.
    pub fn declare(&mut self, declaration: &Declaration, file: &str) -> Step {
        let hash = job_hash(declaration);
        let key = self.key(declaration, &hash, file);
        if let Some((earlier, declared)) = self.declared.get(&key) {
            return match *declared == hash {
                true => Step::Repeats {
                    file: earlier.clone(),
                },
                false => Step::Refused(contradiction(&key, earlier)),
            };
        }
        self.declared.insert(key.clone(), (file.to_string(), hash));
        let mark = AppliedFrom::of(declaration, key, file);
        match self.by_key.get(&mark.key) {
            Some((before, task)) => compare(before, task, declaration, &mark),
            None => Step::Create(Box::new(CreateTaskRequest {
                metadata: Some(marked(&declaration.request, &mark)),
                idempotency_key: Some(mark.key),
                ..declaration.request.clone()
            })),
        }
    }

    /// The key of the job in `file`. A job with an id has it as its key. One with only a name has
    /// that, unless another file uses the name for another job.
    fn key(&self, declaration: &Declaration, hash: &str, file: &str) -> String {
        let plain = declaration.key.clone();
        if declaration.naming == Naming::Id {
            return plain;
        }
        let own = key_in_file(&plain, file);
        let applied = |key: &String| self.by_key.get(key).map(|(mark, _)| mark);
        let known = [&plain, &own]
            .into_iter()
            .find(|key| applied(key).is_some_and(|mark| mark.source == file))
            .or_else(|| Some(&own).filter(|key| applied(key).is_some()));
        if let Some(key) = known {
            return key.clone();
        }
        let declared = self.declared.get(&plain);
        let foreign = match (declared, applied(&plain)) {
            (Some((earlier, job)), _) => job != hash && earlier != file,
            (None, Some(mark)) => mark.hash != hash && file_name(&mark.source) != file_name(file),
            (None, None) => false,
        };
        if foreign { own } else { plain }
    }
}

fn contradiction(key: &str, earlier: &str) -> Refusal {
    let id = key.split_once(':').map_or(key, |(_, id)| id);
    Refusal::new(
        format!("the job `{id}` is already defined in {earlier}, with other contents"),
        "Give one of them another id or name, or apply only one of them.",
    )
}

fn compare(
    before: &AppliedFrom,
    task: &Task,
    declaration: &Declaration,
    mark: &AppliedFrom,
) -> Step {
    let request = &declaration.request;
    let moved = file_name(&before.source) != file_name(&mark.source);
    if before.hash == mark.hash {
        // Where files tell jobs of one name apart, the new name of a file has to be remembered.
        return match moved && declaration.naming == Naming::Name {
            true => remember(before, task, request, mark),
            false => Step::Unchanged(Box::new(task.clone())),
        };
    }
    let update = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        name: Some(request.name.clone()),
        description: Some(request.description.clone().unwrap_or_default()),
        metadata: Some(marked(request, mark)),
        steps: Some(request.steps.clone()),
        schedules: (before.schedules_hash != mark.schedules_hash)
            .then(|| request.schedules.clone()),
        priority: Some(request.priority.unwrap_or_default()),
        retry: Some(request.retry.clone().unwrap_or_default()),
        timeout_seconds: Some(
            request
                .timeout_seconds
                .unwrap_or(limits::DEFAULT_TIMEOUT_SECONDS),
        ),
        on_unknown: Some(request.on_unknown.unwrap_or_default()),
        // 0 takes a limit away.
        execution_timeout_seconds: Some(request.execution_timeout_seconds.unwrap_or(0)),
        maximum_concurrent: Some(request.maximum_concurrent.unwrap_or(0)),
        pause_after_failures: Some(request.pause_after_failures.unwrap_or(0)),
        ..UpdateTaskRequest::default()
    };
    Step::Update(Box::new(Change {
        update: Some(update),
        task: task.clone(),
        // A task that somebody paused stays paused unless the file itself changed its mind.
        active: (before.active != mark.active).then_some(mark.active),
        moved_from: moved.then(|| before.source.clone()),
    }))
}

/// The job is the same, and its file has another name.
fn remember(
    before: &AppliedFrom,
    task: &Task,
    request: &CreateTaskRequest,
    mark: &AppliedFrom,
) -> Step {
    let update = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        metadata: Some(marked(request, mark)),
        ..UpdateTaskRequest::default()
    };
    Step::Update(Box::new(Change {
        update: Some(update),
        task: task.clone(),
        active: None,
        moved_from: Some(before.source.clone()),
    }))
}

/// What to do about a change to a task.
///
/// # Errors
/// If the task is none that can be changed so.
pub fn patch(task: &Task, patch: &Patch) -> Result<Step, Refusal> {
    let name = differing(patch.name.as_ref(), &task.name);
    let description = differing(patch.description.as_ref(), &task.description);
    let schedules = patch
        .schedule
        .as_ref()
        .filter(|schedule| !matches(task, schedule));
    let steps = patched_steps(task, &patch.action)?;
    let update = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        schedules: schedules.map(|schedule| vec![schedule.clone()]),
        name,
        description,
        steps,
        ..UpdateTaskRequest::default()
    };
    let empty = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        ..UpdateTaskRequest::default()
    };
    let update = (update != empty).then_some(update);
    let active = patch.active.filter(|active| *active == task.disabled);
    if update.is_none() && active.is_none() {
        return Ok(Step::Unchanged(Box::new(task.clone())));
    }
    Ok(Step::Update(Box::new(Change {
        update,
        task: task.clone(),
        active,
        moved_from: None,
    })))
}

fn differing(wanted: Option<&String>, current: &str) -> Option<String> {
    wanted.filter(|wanted| *wanted != current).cloned()
}

/// Whether the task already runs by this one schedule, which a patch gives by its rule alone.
fn matches(task: &Task, wanted: &NewSchedule) -> bool {
    matches!(task.schedules.as_slice(), [only] if only.rule == wanted.rule && !only.disabled)
}

/// The steps with the first named action changed; `None` if nothing changes.
fn patched_steps(task: &Task, patch: &ActionPatch) -> Result<Option<Vec<NewStep>>, Refusal> {
    if patch.is_empty() {
        return Ok(None);
    }
    let mut steps: Vec<NewStep> = task.steps.iter().map(as_new).collect();
    let Some(named) = steps
        .iter_mut()
        .find(|step| matches!(step.action, Action::Named { .. }))
    else {
        return Err(Refusal::of(
            "data.attributes",
            format!(
                "task {} runs no named action that could be changed",
                task.id
            ),
            "Leave action, entity, user and attributes out, or name another task.",
        ));
    };
    let before = named.action.clone();
    if let Action::Named {
        action_name,
        entity_name,
        attributes,
        as_user,
    } = &mut named.action
    {
        replace(action_name, patch.action_name.as_ref());
        replace(attributes, patch.attributes.as_ref());
        *entity_name = patch.entity_name.clone().or(entity_name.take());
        *as_user = patch.as_user.clone().or(as_user.take());
    }
    let changed = named.action != before;
    Ok(changed.then_some(steps))
}

fn replace(current: &mut String, wanted: Option<&String>) {
    if let Some(wanted) = wanted {
        current.clone_from(wanted);
    }
}

fn as_new(step: &chime_types::TaskStep) -> NewStep {
    NewStep {
        name: step.name.clone(),
        action: step.action.clone(),
        run_next_after_seconds: Some(step.run_next_after_seconds),
        timeout_seconds: Some(step.timeout_seconds),
        continue_on_error: Some(step.continue_on_error),
    }
}
