//! Compares what the files say with what the scheduler holds.
//!
//! It decides about one document at a time, and the command carries each decision out. It sends
//! nothing, and of the files it looks only whether those of before are still there. A task that the
//! files no longer name is left alone.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use chime_types::{
    Action, CreateTaskRequest, NewSchedule, NewStep, Task, UpdateTaskRequest, limits,
};

use super::drift;
use super::identity::{
    AppliedFrom, applied_from, file_name, job_hash, key_in_file, marked, own_metadata,
};
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
    /// What somebody changed by hand since the same job was applied, in the words of job files.
    pub by_hand: Vec<&'static str>,
}

/// What the scheduler holds, and what was declared in this call.
#[derive(Debug)]
pub struct Plan {
    by_key: HashMap<String, (AppliedFrom, Task)>,
    declared: HashMap<String, (String, String)>,
    by_id: HashMap<u64, Task>,
    /// Tasks that were declared by their numbers.
    adopted: BTreeSet<u64>,
    /// Files that tasks were applied from and that are there no more.
    gone: BTreeSet<String>,
    /// Tasks are left alone that somebody changed by hand.
    leaves_changes: bool,
}

impl Plan {
    /// Begins with all tasks of the caller.
    #[must_use]
    pub fn new(tasks: Vec<Task>) -> Self {
        let by_key: HashMap<_, _> = tasks
            .iter()
            .filter_map(|task| Some((applied_from(&task.metadata)?, task.clone())))
            .map(|(mark, task)| (mark.key.clone(), (mark, task)))
            .collect();
        let sources = by_key.values().map(|(mark, _)| &mark.source);
        Self {
            gone: sources
                .filter(|source| !Path::new(source).exists())
                .cloned()
                .collect(),
            by_key,
            by_id: tasks.into_iter().map(|task| (task.id, task)).collect(),
            declared: HashMap::new(),
            adopted: BTreeSet::new(),
            leaves_changes: false,
        }
    }

    /// Leaves tasks alone whose files are the same as when they were applied, whatever somebody changed
    /// by hand since: a worker looks at its files all the time, and nobody asked it to.
    #[must_use]
    pub fn leaving_changes_by_hand(self) -> Self {
        Self {
            leaves_changes: true,
            ..self
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
            Some((_, task))
                if self
                    .adopted(declaration)
                    .is_some_and(|own| own.id != task.id) =>
            {
                Step::Refused(two_tasks(&mark.key, task, declaration))
            }
            Some((before, task)) => {
                let leave_it = self.leaves_changes && before.hash == mark.hash;
                compare(before, task, declaration, &mark, leave_it)
            }
            None => match self.adopted(declaration) {
                Some(task) => {
                    let step = adopt(task, declaration, &mark);
                    self.adopted.extend(declaration.task_id);
                    step
                }
                None => create(declaration, mark),
            },
        }
    }

    /// The task that a declaration names by its number. Of another scheduler, or made since, the number
    /// may be that of another task, which has another name.
    fn adopted(&self, declaration: &Declaration) -> Option<&Task> {
        let task = self.by_id.get(&declaration.task_id?)?;
        (task.name == declaration.request.name).then_some(task)
    }

    /// Tasks that were applied from these paths, or from files below them, and that nothing in this call
    /// declares any more. What the workers keep is theirs, and what came on the standard input is in no
    /// file.
    #[must_use]
    pub fn orphans(&self, paths: &[PathBuf]) -> Vec<&Task> {
        let is_below = |source: &str| {
            source != STANDARD_INPUT && paths.iter().any(|path| Path::new(source).starts_with(path))
        };
        let mut orphans: Vec<_> = self
            .by_key
            .iter()
            .filter(|(key, (mark, _))| !self.declared.contains_key(*key) && is_below(&mark.source))
            .map(|(_, (_, task))| task)
            .filter(|task| {
                let metadata = own_metadata(&task.metadata).unwrap_or_default();
                metadata.get("kept_by").is_none() && !self.adopted.contains(&task.id)
            })
            .collect();
        orphans.sort_by_key(|task| task.id);
        orphans
    }

    /// The key of the job in `file`. A job with an id has it as its key. One with only a name has
    /// that, unless another file uses the name for another job.
    fn key(&self, declaration: &Declaration, hash: &str, file: &str) -> String {
        let plain = declaration.key.clone();
        let applied = |key: &String| self.by_key.get(key).map(|(mark, _)| mark);
        let own = key_in_file(&plain, file);
        if declaration.naming == Naming::Id {
            return plain;
        }
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
            (None, Some(mark)) => mark.hash != hash && self.is_other_file(&mark.source, file),
            (None, None) => false,
        };
        if foreign { own } else { plain }
    }

    /// Whether the job of another file is another job. One whose file is gone was moved, and what
    /// comes on the standard input is in no file.
    fn is_other_file(&self, before: &str, now: &str) -> bool {
        let is_named = before != STANDARD_INPUT && now != STANDARD_INPUT;
        is_named && file_name(before) != file_name(now) && !self.gone.contains(before)
    }
}

fn create(declaration: &Declaration, mark: AppliedFrom) -> Step {
    Step::Create(Box::new(CreateTaskRequest {
        metadata: Some(marked(&declaration.request, &mark)),
        idempotency_key: Some(mark.key),
        ..declaration.request.clone()
    }))
}

/// What is no file: the standard input.
const STANDARD_INPUT: &str = "-";

fn contradiction(key: &str, earlier: &str) -> Refusal {
    let id = key.split_once(':').map_or(key, |(_, id)| id);
    Refusal::new(
        format!("the job `{id}` is already defined in {earlier}, with other contents"),
        "Give one of them another id or name, or apply only one of them.",
    )
}

/// The key is that of one task, and the number that of another: whichever is changed, it may be the
/// wrong one.
fn two_tasks(key: &str, task: &Task, declaration: &Declaration) -> Refusal {
    let id = key.split_once(':').map_or(key, |(_, id)| id);
    let named = declaration.task_id.unwrap_or_default();
    Refusal::of(
        "key",
        format!(
            "`{id}` is the key of task {}, and task_id names task {named}",
            task.id
        ),
        "Leave task_id out if the former is meant; give the entry another key if the latter is.",
    )
}

fn compare(
    before: &AppliedFrom,
    task: &Task,
    declaration: &Declaration,
    mark: &AppliedFrom,
    leave_it: bool,
) -> Step {
    let request = &declaration.request;
    let moved = file_name(&before.source) != file_name(&mark.source);
    let is_same_job = before.hash == mark.hash;
    let timeout = (!is_same_job).then_some(limits::DEFAULT_TIMEOUT_SECONDS);
    let mut update = drift::update(task, request, timeout);
    // When a pause before the first run began, the task does not say.
    let is_relative = |schedule: &NewSchedule| schedule.start_after_seconds.is_some();
    if before.schedules_hash != mark.schedules_hash && request.schedules.iter().any(is_relative) {
        update.schedules = Some(request.schedules.clone());
    }
    if leave_it {
        update = UpdateTaskRequest {
            task_id: task.id,
            expected_version: Some(task.version),
            ..UpdateTaskRequest::default()
        };
    }
    let changed = drift::fields(&update);
    // A task that somebody paused stays paused unless the file itself changed its mind.
    let active = (before.active != mark.active).then_some(mark.active);
    let active = active.filter(|active| *active == task.disabled);
    // Where files tell jobs of one name apart, the new name of a file has to be remembered.
    let is_renamed = moved && declaration.naming == Naming::Name;
    if changed.is_empty() && active.is_none() && !is_renamed {
        return Step::Unchanged(Box::new(task.clone()));
    }
    update.metadata = Some(marked(request, mark));
    Step::Update(Box::new(Change {
        update: Some(update),
        task: task.clone(),
        active,
        moved_from: moved.then(|| before.source.clone()),
        by_hand: match is_same_job {
            true => changed,
            false => Vec::new(),
        },
    }))
}

/// A task that no file was applied to yet, and that a file names by its number.
fn adopt(task: &Task, declaration: &Declaration, mark: &AppliedFrom) -> Step {
    let request = &declaration.request;
    let mut update = drift::update(task, request, Some(limits::DEFAULT_TIMEOUT_SECONDS));
    let active = (!mark.active && !task.disabled).then_some(false);
    if drift::fields(&update).is_empty() && active.is_none() {
        return Step::Unchanged(Box::new(task.clone()));
    }
    update.metadata = Some(marked(request, mark));
    Step::Update(Box::new(Change {
        update: Some(update),
        task: task.clone(),
        active,
        moved_from: None,
        by_hand: Vec::new(),
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
        by_hand: Vec::new(),
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
