//! From the arguments of the command line to the scheduler's requests.
//!
//! Steps and schedules are written down in Chime's own job form and read by its reader, so that a
//! flag means what the field of a job file means, and breaks the same rules in the same words.

mod channel;
mod schedule;
mod setting_arguments;
mod settings;
mod step_arguments;
mod steps;

#[cfg(test)]
mod reach_tests;

use chime_types::{
    Action, CreateTaskRequest, NewSchedule, NewStep, Rule, Task, UpdateTaskRequest, limits,
};

pub use setting_arguments::SettingArguments;
pub use step_arguments::{ACTIONS, StepArguments, StepWord};

pub(in crate::cli) use channel::{channel, header};
pub(in crate::cli) use schedule::{moment_at, schedule};
pub(in crate::cli) use steps::{codices, steps};

use crate::apply::{self, CodexFile, NO_RETRIES, Outcome};
use crate::cli::{EditArguments, RunArguments};
use crate::error::{Error, Kind, Result};
use crate::words::action_text;

pub(in crate::cli) fn nanoseconds(flag: &str, instant: jiff::Timestamp) -> Result<u64> {
    u64::try_from(instant.as_nanosecond()).map_err(|_| {
        Error::new(
            Kind::Usage,
            format!("--{flag} lies before 1970"),
            "give a later time",
        )
    })
}

/// The task that `chime run` is to make, and the files of Python that it runs.
pub(in crate::cli) fn create(
    arguments: &RunArguments,
) -> Result<(CreateTaskRequest, Vec<CodexFile>)> {
    let (mut request, codices) = match &arguments.config {
        Some(path) => configured(arguments, path)?,
        None => (written(arguments)?, codices(&arguments.steps)?),
    };
    request.idempotency_key.clone_from(&arguments.key);
    if arguments.disabled {
        request.disabled = Some(true);
    }
    Ok((request, codices))
}

fn written(arguments: &RunArguments) -> Result<CreateTaskRequest> {
    let steps = steps(&arguments.steps)?;
    let named = arguments.settings.name.clone();
    let name = named.unwrap_or_else(|| {
        // A name that says what the task does.
        let texts: Vec<_> = steps.iter().map(|step| action_text(&step.action)).collect();
        texts
            .join("; ")
            .chars()
            .take(limits::MAXIMUM_NAME_CHARACTERS)
            .collect()
    });
    let schedule = match arguments.schedule.is_given() {
        true => schedule(&arguments.schedule)?,
        false => NewSchedule::new(Rule::Once { run_at: None }),
    };
    let request = CreateTaskRequest {
        name,
        steps,
        schedules: vec![schedule],
        ..CreateTaskRequest::default()
    };
    let mut request = settings::apply(&arguments.settings, request)?;
    // A program that failed fails again, and whoever waits for it would wait for that.
    if request.retry.is_none() && request.steps.iter().all(is_codex) {
        request.retry = Some(NO_RETRIES);
    }
    Ok(request)
}

const fn is_codex(step: &NewStep) -> bool {
    matches!(step.action, Action::Codex { .. })
}

fn configured(
    arguments: &RunArguments,
    path: &std::path::Path,
) -> Result<(CreateTaskRequest, Vec<CodexFile>)> {
    if arguments.schedule.is_given()
        || arguments.settings.is_given()
        || !arguments.steps.words.is_empty()
    {
        return Err(Error::new(
            Kind::Usage,
            "--config describes the whole task, and other flags describe it, too",
            "change the file, or change the task afterwards with `chime task edit`",
        ));
    }
    let mut findings = apply::read(&[path.to_path_buf()]);
    let (Some(finding), true) = (findings.pop(), findings.is_empty()) else {
        return Err(Error::new(
            Kind::Usage,
            format!("{} holds several tasks", path.display()),
            format!("make all of them with `chime apply -f {}`", path.display()),
        ));
    };
    match finding.outcome {
        Outcome::Task(declaration) => Ok((declaration.request, finding.codices)),
        Outcome::Refused(refusal) => Err(refusal.into()),
        Outcome::Patch(_) | Outcome::Configuration => Err(Error::new(
            Kind::Usage,
            format!("{} describes no new task", path.display()),
            format!("give it to `chime apply -f {}`", path.display()),
        )),
    }
}

/// What `chime task edit` changes in `task`.
pub(in crate::cli) fn edit(arguments: &EditArguments, task: &Task) -> Result<UpdateTaskRequest> {
    let has_steps = !arguments.steps.words.is_empty();
    let has_schedule = arguments.schedule.is_given();
    if !has_steps && !has_schedule && !arguments.settings.is_given() {
        return Err(Error::new(
            Kind::Usage,
            "there is nothing to change",
            "give what should change, such as --every 30; `chime task edit --help` lists it",
        ));
    }
    let request = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        steps: has_steps.then(|| steps(&arguments.steps)).transpose()?,
        schedules: match has_schedule {
            true => Some(vec![schedule(&arguments.schedule)?]),
            false => None,
        },
        ..UpdateTaskRequest::default()
    };
    settings::change(&arguments.settings, task, request)
}
