//! Readers of job files: those of Daptin, tasks_loop and Realms as they are, and Chime's own.
//!
//! Reading is pure but for the files themselves: text becomes [`Finding`]s, each of them a task to
//! be, a change to a task, a configuration without tasks, or a refusal that names the field, the
//! rule and the way out. One bad document never keeps the others from being read. What the
//! scheduler already holds is compared in [`Plan`]; `carry_out` changes a task as a plan says, in
//! which order is the command's work.

mod actions;
mod builtin;
mod calendar;
mod carry_out;
mod chime;
mod daptin;
mod daptin_api;
mod daptin_words;
mod dialect;
mod document;
mod drift;
mod exclusions;
mod export;
mod fields;
mod files;
mod http;
mod identity;
mod merge;
mod plan;
mod python;
mod realms;
mod schedule;
mod script;
mod settings;
mod tasks_loop;
mod validate;
mod yaml;

#[cfg(test)]
mod chime_tests;
#[cfg(test)]
mod drift_tests;
#[cfg(test)]
mod export_keys_tests;
#[cfg(test)]
mod export_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod yaml_tests;

use std::path::{Path, PathBuf};

use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep};

pub use carry_out::{Attempt, Standing, attempts};
pub use daptin_words::{DaptinWords, daptin_tasks};
pub use dialect::NO_RETRIES;
pub use document::strict_json;
pub use export::{Difference, as_new_schedule, as_new_step, differences, exported};
pub use files::{MAXIMUM_FILE_BYTES, MAXIMUM_FILES, is_without_jobs};
pub use identity::{AppliedFrom, applied_from};
pub use plan::{Change, Plan, Step, patch};
pub use python::{CodexFile, is_python, program, read_codex};
pub use script::shell_command;
pub use settings::{WorkerSettings, read_settings};

/// What one document of a file turned out to be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The file as the user named it, or as it was found in a directory the user named.
    pub file: String,
    /// The task's name as far as it could be read.
    pub task: Option<String>,
    /// What was made of it.
    pub outcome: Outcome,
    /// Remarks for the user that are no reason to refuse.
    pub notes: Vec<String>,
    /// The files of Python that its steps run, and what they import.
    pub codices: Vec<CodexFile>,
}

/// What was made of a document.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A task that should exist.
    Task(Box<Declaration>),
    /// A change to a task that exists already.
    Patch(Box<Patch>),
    /// Settings of another system; there is nothing to schedule in them.
    Configuration,
    /// Not usable.
    Refused(Refusal),
}

/// A task that should exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What makes it the same task when it is applied again: the dialect and the job's own id.
    pub key: String,
    /// Whether that id is one, or only a name.
    pub naming: Naming,
    /// The task that it is if no task has the key, as long as that has the same name.
    pub task_id: Option<u64>,
    /// The task. Its metadata is an object in JSON without the mark that [`Plan`] adds.
    pub request: CreateTaskRequest,
}

/// How far a job's key says that two jobs are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The job has an id: two files with the same id mean the same job.
    Id,
    /// The job has only a name: jobs of different files may happen to have the same.
    Name,
}

/// A change to the task that `target` names. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// A task id, a unique prefix of one, or a task name.
    pub target: String,
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The new schedule, which replaces all that there are.
    pub schedule: Option<NewSchedule>,
    /// The parts of a named action to change.
    pub action: ActionPatch,
    /// Whether the task is switched on.
    pub active: Option<bool>,
}

/// The parts of a named action to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionPatch {
    /// The name of the action.
    pub action_name: Option<String>,
    /// The kind of thing that the action works on.
    pub entity_name: Option<String>,
    /// The action's parameters, a JSON object.
    pub attributes: Option<String>,
    /// The user in whose name it is meant to run.
    pub as_user: Option<String>,
}

impl ActionPatch {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a document was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The field at fault, as a path such as `Tasks[1].Schedule`.
    pub field: Option<String>,
    /// The rule that was broken.
    pub rule: String,
    /// The way out.
    pub fix: String,
}

impl Refusal {
    /// A refusal of a whole document.
    pub fn new(rule: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            field: None,
            rule: rule.into(),
            fix: fix.into(),
        }
    }

    /// A refusal because of one field.
    pub fn of(field: impl Into<String>, rule: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(rule, fix)
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = &self.field {
            write!(formatter, "{field}: ")?;
        }
        write!(formatter, "{}. {}", self.rule, self.fix)
    }
}

impl From<Refusal> for crate::error::Error {
    fn from(refusal: Refusal) -> Self {
        let made = Self::new(crate::error::Kind::Usage, refusal.rule, refusal.fix);
        match refusal.field {
            Some(field) => made.at(field),
            None => made,
        }
    }
}

impl From<chime_types::Error> for Refusal {
    fn from(error: chime_types::Error) -> Self {
        Self {
            field: error.field,
            rule: error.rule,
            fix: error.fix,
        }
    }
}

/// A document on its way to a [`Finding`]: what was learnt before it was done or refused.
#[derive(Debug, Default)]
struct Draft {
    task: Option<String>,
    notes: Vec<String>,
}

/// Where the document came from, and what other documents of the same call say about it.
#[derive(Clone, Debug)]
struct Context<'a> {
    /// Files that the document names are meant relative to this.
    directory: &'a Path,
    /// The time-out of jobs that name none, from a configuration of the same call.
    default_timeout_seconds: Option<u64>,
}

/// The schedule that `document` describes in Chime's own form: `every`, `cron`, `daily`, `weekly`,
/// `monthly` or `at`, with `timezone`, `after`, `overlap` and the rest.
///
/// # Errors
/// What breaks a rule of the form or of the scheduler.
pub fn schedule_of(document: &serde_json::Value) -> Result<NewSchedule, Refusal> {
    let mut fields = fields::Fields::new(document, "", fields::Spelling::Exact)?;
    let schedule = schedule::own(&mut fields)?;
    fields.refuse_unknown()?;
    Ok(schedule)
}

/// The step that `document` describes in Chime's own form.
///
/// # Errors
/// What breaks a rule of the form.
pub fn step_of(document: &serde_json::Value) -> Result<NewStep, Refusal> {
    chime::step(document, String::new())
}

/// Reads a document `{"data": {"type": "task", ...}}` of Daptin's JSON:API that came from `origin`: without
/// an id it declares a task, with one it changes it.
#[must_use]
pub fn read_api(document: &serde_json::Value, origin: &str) -> Finding {
    let mut draft = Draft::default();
    let outcome = daptin_api::read(document, &mut draft);
    let mut findings = [Finding::of(origin, draft, outcome)];
    validate::check(&mut findings);
    let [finding] = findings;
    finding
}

/// Reads files and directories (`-` is the standard input). Findings come in the order of the
/// files, in a directory by name, and of the documents within a file.
#[must_use]
pub fn read(paths: &[PathBuf]) -> Vec<Finding> {
    read_with(paths, None)
}

/// The same, with a time-out for the jobs of tasks_loop that name none. A configuration among the
/// files goes before it.
#[must_use]
pub fn read_with(paths: &[PathBuf], default_timeout_seconds: Option<u64>) -> Vec<Finding> {
    let sources = files::gather(paths);
    let documents: Vec<_> = sources.into_iter().flat_map(document::split).collect();
    let (timeout, mut findings) = tasks_loop::common_timeout(&documents);
    for document in documents {
        let context = Context {
            directory: &document.directory,
            default_timeout_seconds: timeout.or(default_timeout_seconds),
        };
        match &document.content {
            Ok(value) => {
                let mut read = dialect::read(&document.file, value, &context);
                read.iter_mut()
                    .for_each(|finding| python::take_up(finding, &document.directory));
                findings.extend(read);
            }
            Err(refusal) => findings.push(Finding {
                task: document.name.clone(),
                ..Finding::refused(&document.file, refusal.clone())
            }),
        }
    }
    validate::check(&mut findings);
    python::check(&mut findings);
    findings
}

impl Finding {
    fn refused(file: &str, refusal: Refusal) -> Self {
        Self::of(file, Draft::default(), Err(refusal))
    }

    fn of(file: &str, draft: Draft, outcome: Result<Outcome, Refusal>) -> Self {
        Self {
            file: file.to_string(),
            task: draft.task,
            outcome: outcome.unwrap_or_else(Outcome::Refused),
            notes: draft.notes,
            codices: Vec::new(),
        }
    }

    /// Whether there is no such file at all.
    #[must_use]
    pub fn is_without_file(&self) -> bool {
        self.file != "-" && !Path::new(&self.file).exists()
    }

    /// The actions of the task, if it is one.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        let steps = match &self.outcome {
            Outcome::Task(declaration) => declaration.request.steps.as_slice(),
            _ => &[],
        };
        steps.iter().map(|step| &step.action)
    }
}
