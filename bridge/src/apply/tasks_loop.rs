//! Jobs and configurations of tasks_loop, in the words of its own messages.

use chime_types::{Action, CreateTaskRequest, NewStep, OnUnknown, Priority, RetryPolicy};
use serde_json::Value;

use super::dialect::{NO_RETRIES, missing, note_unknown};
use super::document::Document;
use super::fields::{Fields, Spelling};
use super::{Context, Declaration, Draft, Finding, Naming, Outcome, Refusal, identity, schedule};

const JOB_FIELDS: [&str; 9] = [
    "id",
    "name",
    "command",
    "schedule",
    "description",
    "priority",
    "enabled",
    "max_retries",
    "timeout_seconds",
];
pub(super) const CONFIGURATION_FIELDS: [&str; 6] = [
    "jobs_dir",
    "poll_interval_seconds",
    "default_timeout_seconds",
    "max_concurrent_jobs",
    "log_level",
    "log_file",
];

fn any(document: &Value, names: &[&str]) -> bool {
    names.iter().any(|name| document.get(name).is_some())
}

/// Whether it looks like a job.
pub(super) fn is_job(document: &Value) -> bool {
    any(document, &JOB_FIELDS)
}

/// Whether it looks like the scheduler's configuration.
pub(super) fn is_configuration(document: &Value) -> bool {
    any(document, &CONFIGURATION_FIELDS) && !any(document, &["id", "command", "schedule"])
}

/// Reads a job.
pub(super) fn read(
    document: &Value,
    context: &Context<'_>,
    draft: &mut Draft,
) -> Result<Outcome, Refusal> {
    let mut fields = Fields::new(document, "", Spelling::Exact)?;
    let name = fields.filled(&["name"])?;
    draft.task.clone_from(&name);
    let id = fields.filled(&["id"])?;
    let command = fields.filled(&["command"])?;
    let has_schedule = fields.filled(&["schedule"])?.is_some();
    let given = [
        ("id", id.is_some()),
        ("name", name.is_some()),
        ("command", command.is_some()),
        ("schedule", has_schedule),
    ];
    let absent: Vec<_> = given
        .iter()
        .filter(|(_, given)| !given)
        .map(|(name, _)| *name)
        .collect();
    let (Some(id), Some(name), Some(command), true) = (id, name, command, absent.is_empty()) else {
        return Err(missing("", &absent));
    };
    let retry = retry(&mut fields)?;
    let request = CreateTaskRequest {
        name,
        description: fields.filled(&["description"])?,
        metadata: identity::metadata([("id", &Some(id.clone()))]),
        steps: vec![NewStep::new(Action::Command {
            command,
            queue: None,
        })],
        schedules: schedule::cron(&mut fields, "schedule")?
            .into_iter()
            .collect(),
        priority: priority(&mut fields)?,
        // A command that was cut off without a report has failed, for all that its user knows.
        on_unknown: (retry.max_retries > 0).then_some(OnUnknown::Retry),
        retry: Some(retry),
        timeout_seconds: fields
            .count(&["timeout_seconds"], u64::MAX)?
            .or(context.default_timeout_seconds),
        disabled: (fields.flag(&["enabled"])? == Some(false)).then_some(true),
        ..CreateTaskRequest::default()
    };
    note_unknown(&fields, draft);
    let key = identity::key("tasks_loop", &id);
    Ok(Outcome::Task(Box::new(Declaration {
        key,
        task_id: None,
        naming: Naming::Id,
        request,
    })))
}

/// The priority, by its name in any case.
pub(super) fn priority(fields: &mut Fields<'_>) -> Result<Option<Priority>, Refusal> {
    let Some(text) = fields.filled(&["priority"])? else {
        return Ok(None);
    };
    match text.to_lowercase().as_str() {
        "urgent" => Ok(Some(Priority::Urgent)),
        "high" => Ok(Some(Priority::High)),
        "medium" => Ok(Some(Priority::Medium)),
        "low" => Ok(Some(Priority::Low)),
        _ => {
            let rule =
                format!("Invalid priority '{text}'. Valid options: urgent, high, medium, low");
            Err(Refusal::of(
                fields.at("priority"),
                rule,
                "Choose one of them, or leave it out for medium.",
            ))
        }
    }
}

/// A job of tasks_loop retries only when it says so.
fn retry(fields: &mut Fields<'_>) -> Result<RetryPolicy, Refusal> {
    let max_retries = fields
        .count(&["max_retries"], u64::from(u32::MAX))?
        .unwrap_or(0);
    Ok(RetryPolicy {
        max_retries: u32::try_from(max_retries).expect("BUG: counted up to u32::MAX"),
        ..NO_RETRIES
    })
}

/// Reads a configuration, which schedules nothing.
pub(super) fn read_configuration(document: &Value, draft: &mut Draft) -> Result<Outcome, Refusal> {
    let timeout = default_timeout(document)?;
    let mut fields = Fields::new(document, "", Spelling::Exact)?;
    let jobs_directory = fields.filled(&["jobs_dir"])?;
    for name in ["poll_interval_seconds", "max_concurrent_jobs"] {
        fields.count(&[name], u64::MAX)?;
    }
    fields.value(&CONFIGURATION_FIELDS);
    draft
        .notes
        .push("configuration of tasks_loop: nothing to schedule in it".into());
    if let Some(seconds) = timeout {
        draft.notes.push(format!(
            "jobs of this call that name no timeout take {seconds} s"
        ));
    }
    if let Some(directory) = jobs_directory {
        draft.notes.push(format!(
            "its jobs are not read from here: apply -f {directory}"
        ));
    }
    note_unknown(&fields, draft);
    Ok(Outcome::Configuration)
}

fn default_timeout(document: &Value) -> Result<Option<u64>, Refusal> {
    Fields::new(document, "", Spelling::Exact)?.count(&["default_timeout_seconds"], u64::MAX)
}

/// The time-out on which all configurations of the call agree. If they do not, the jobs cannot
/// tell whose holds, and a finding says so.
pub(super) fn common_timeout(documents: &[Document]) -> (Option<u64>, Vec<Finding>) {
    let mut common: Option<(u64, &str)> = None;
    let mut findings = Vec::new();
    for document in documents {
        let Ok(value) = &document.content else {
            continue;
        };
        if !is_configuration(value) {
            continue;
        }
        let Ok(Some(seconds)) = default_timeout(value) else {
            continue;
        };
        match common {
            Some((first, file)) if first != seconds => findings.push(Finding::refused(
                &document.file,
                Refusal::of(
                    "default_timeout_seconds",
                    format!("is {seconds} here and {first} in {file}"),
                    format!(
                        "Apply each configuration with its own jobs. In this call {first} holds."
                    ),
                ),
            )),
            _ => common = Some((seconds, &document.file)),
        }
    }
    (common.map(|(seconds, _)| seconds), findings)
}
