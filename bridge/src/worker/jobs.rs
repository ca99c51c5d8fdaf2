//! The job files of a worker, and which commands come from them.

use std::collections::HashMap;
use std::path::Path;

use chime_types::{Action, Job, NewStep, Rule, limits};
use serde_json::{Map, Value};

use crate::apply::{self, Declaration, Finding, Outcome, applied_from};

/// The field of a task's metadata that says which workers keep it.
const KEPT_BY: &str = "kept_by";

/// The group that keeps a task.
pub(super) fn kept_by(metadata: &str) -> Option<String> {
    let metadata: Map<String, Value> = serde_json::from_str(metadata).ok()?;
    Some(metadata.get(KEPT_BY)?.as_str()?.to_string())
}

/// What the job files say at one time.
#[derive(Debug, Default)]
pub(super) struct JobFiles {
    /// The documents, in the order of the files.
    pub findings: Vec<Finding>,
    steps: HashMap<String, Vec<Command>>,
}

/// A step of a job file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    /// `None` if the step is no command.
    text: Option<String>,
    timeout_seconds: u64,
}

/// What a worker adds to job files that leave it out.
#[derive(Clone, Debug, Default)]
pub(super) struct Additions {
    pub default_timeout_seconds: Option<u64>,
    pub queue: Option<String>,
    /// The zone of cron expressions of tasks_loop, which mean the clock on the wall.
    pub timezone: Option<String>,
    pub group: String,
}

impl JobFiles {
    /// Reads the directory. Its tasks are marked as kept by the group.
    pub fn read(directory: &Path, additions: &Additions) -> Self {
        let timeout = additions.default_timeout_seconds;
        let mut findings = apply::read_with(&[directory.to_path_buf()], timeout);
        if apply::is_without_jobs(directory) {
            // That the last file is gone is no fault of a file.
            findings.clear();
        }
        let mut steps = HashMap::new();
        for finding in &mut findings {
            if let Outcome::Task(declaration) = &mut finding.outcome {
                adapt(declaration, additions);
                steps.insert(declaration.key.clone(), commands(declaration));
            }
        }
        Self { findings, steps }
    }

    /// Whether the file of a task could not be read, so that nobody knows whether it is still
    /// there.
    pub fn is_in_doubt(&self, source: &str) -> bool {
        self.findings.iter().any(|finding| {
            // What is no file stands for files that are not seen.
            matches!(finding.outcome, Outcome::Refused(_))
                && (finding.file == source || !Path::new(&finding.file).is_file())
        })
    }

    /// Whether the job runs what a file of the directory says.
    pub fn allow(&self, job: &Job) -> bool {
        self.command(job)
            .is_some_and(|command| command.text.as_deref() == Some(job.command.as_str()))
    }

    /// Whether a file of the directory defines the job, with this command or another.
    pub fn define(&self, job: &Job) -> bool {
        self.command(job).is_some()
    }

    /// The time-out of the job, if a file of the directory defines it.
    pub fn timeout_seconds(&self, job: &Job) -> Option<u64> {
        self.command(job).map(|command| command.timeout_seconds)
    }

    fn command(&self, job: &Job) -> Option<&Command> {
        let key = applied_from(&job.metadata)?.key;
        // Jobs that have only a name may have their file as part of the key.
        let steps = self
            .steps
            .get(&key)
            .or_else(|| self.steps.get(key.rsplit_once('@')?.0))?;
        steps.get(job.step as usize)
    }
}

/// The job with what the worker adds, marked as kept by it.
fn adapt(declaration: &mut Declaration, additions: &Additions) {
    let request = &mut declaration.request;
    for step in &mut request.steps {
        if let Action::Command { queue: given, .. } = &mut step.action
            && given.is_none()
        {
            given.clone_from(&additions.queue);
        }
    }
    if declaration.key.starts_with("tasks_loop:") {
        for schedule in &mut request.schedules {
            // An expression may name its own zone, as in `TZ=Asia/Tokyo 0 2 * * *`.
            if let Rule::Cron { expression } = &schedule.rule
                && !expression.contains("TZ=")
                && schedule.timezone.is_none()
            {
                schedule.timezone.clone_from(&additions.timezone);
            }
        }
    }
    let text = request.metadata.take().unwrap_or_default();
    let mut metadata: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    metadata.insert(KEPT_BY.to_string(), additions.group.as_str().into());
    request.metadata = Some(Value::Object(metadata).to_string());
}

fn commands(declaration: &Declaration) -> Vec<Command> {
    let task = declaration
        .request
        .timeout_seconds
        .unwrap_or(limits::DEFAULT_TIMEOUT_SECONDS);
    let command = |step: &NewStep| Command {
        text: match &step.action {
            Action::Command { command, .. } => Some(command.clone()),
            _ => None,
        },
        timeout_seconds: step.timeout_seconds.unwrap_or(task),
    };
    declaration.request.steps.iter().map(command).collect()
}
