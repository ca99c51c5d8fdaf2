//! The scheduler's limits on what a job file says, checked before anything is sent, so that a dry
//! run tells the truth too. The scheduler checks everything again.

use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep, RetryPolicy, limits};

use super::{Finding, Outcome, Refusal, schedule};

/// Room that the mark takes in a task's metadata, generously.
const MARK_BYTES: usize = 1024;

/// Turns tasks that the scheduler would not take into refusals.
pub(super) fn check(findings: &mut [Finding]) {
    for finding in findings {
        let fault = match &finding.outcome {
            Outcome::Task(declaration) => request(&declaration.request).err(),
            Outcome::Patch(patch) => patch
                .name
                .as_deref()
                .and_then(|text| name("name", text).err()),
            Outcome::Configuration | Outcome::Refused(_) => None,
        };
        if let Some(refusal) = fault {
            finding.outcome = Outcome::Refused(refusal);
        }
    }
}

fn request(request: &CreateTaskRequest) -> Result<(), Refusal> {
    name("name", &request.name)?;
    if let Some(text) = &request.description {
        most(
            "description",
            text.chars().count(),
            limits::MAXIMUM_DESCRIPTION_CHARACTERS,
            "characters",
        )?;
    }
    if let Some(text) = &request.metadata {
        most(
            "metadata",
            text.len() + MARK_BYTES,
            limits::MAXIMUM_METADATA_BYTES,
            "bytes",
        )?;
    }
    most("steps", request.steps.len(), limits::MAXIMUM_STEPS, "steps")?;
    for (index, step) in request.steps.iter().enumerate() {
        check_step(step, index)?;
    }
    request.schedules.iter().try_for_each(check_schedule)?;
    timeout("timeout_seconds", request.timeout_seconds)?;
    request.retry.as_ref().map_or(Ok(()), check_retry)
}

fn name(field: &str, text: &str) -> Result<(), Refusal> {
    most(
        field,
        text.chars().count(),
        limits::MAXIMUM_NAME_CHARACTERS,
        "characters",
    )
}

fn check_step(step: &NewStep, index: usize) -> Result<(), Refusal> {
    let at = |field: &str| format!("steps[{index}].{field}");
    if let Some(text) = &step.name {
        name(&at("name"), text)?;
    }
    timeout(&at("timeout"), step.timeout_seconds)?;
    duration(&at("run_next_after"), step.run_next_after_seconds)?;
    let (field, bytes, limit) = match &step.action {
        Action::Note { text } => ("note", text.len(), limits::MAXIMUM_NOTE_BYTES),
        Action::Command { command, .. } => {
            ("command", command.len(), limits::MAXIMUM_COMMAND_BYTES)
        }
        Action::Named { attributes, .. } => (
            "attributes",
            attributes.len(),
            limits::MAXIMUM_ARGUMENTS_BYTES,
        ),
        Action::Call { method, .. } => ("call.method", method.len(), limits::MAXIMUM_METHOD_BYTES),
        Action::Codex { name, .. } => ("codex", name.len(), limits::MAXIMUM_METHOD_BYTES),
        Action::Http { request } => ("http.url", request.url.len(), limits::MAXIMUM_URL_BYTES),
        // No job file has them.
        Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Notification { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. } => return Ok(()),
    };
    most(&at(field), bytes, limit, "bytes")
}

fn check_schedule(new: &NewSchedule) -> Result<(), Refusal> {
    duration("after", new.start_after_seconds)?;
    schedule::check("schedule", new)
}

fn check_retry(retry: &RetryPolicy) -> Result<(), Refusal> {
    let retries = usize::try_from(retry.max_retries).unwrap_or(usize::MAX);
    most(
        "max_retries",
        retries,
        limits::MAXIMUM_RETRIES as usize,
        "retries",
    )
}

fn most(field: &str, given: usize, limit: usize, unit: &str) -> Result<(), Refusal> {
    if given <= limit {
        return Ok(());
    }
    let rule = format!("{given} {unit} are more than {limit}");
    Err(Refusal::of(
        field,
        rule,
        format!("Give at most {limit} {unit}."),
    ))
}

fn duration(field: &str, seconds: Option<u64>) -> Result<(), Refusal> {
    match seconds {
        Some(seconds) if seconds > limits::MAXIMUM_DURATION_SECONDS => {
            let limit = limits::MAXIMUM_DURATION_SECONDS;
            let rule = format!("{seconds} s is more than {limit} s");
            Err(Refusal::of(field, rule, "Give at most ten years."))
        }
        _ => Ok(()),
    }
}

fn timeout(field: &str, seconds: Option<u64>) -> Result<(), Refusal> {
    let Some(seconds) = seconds else {
        return Ok(());
    };
    if (1..=limits::MAXIMUM_TIMEOUT_SECONDS).contains(&seconds) {
        return Ok(());
    }
    let rule = format!("a timeout of {seconds} s is not allowed");
    let fix = format!("Give 1 to {} seconds.", limits::MAXIMUM_TIMEOUT_SECONDS);
    Err(Refusal::of(field, rule, fix))
}
