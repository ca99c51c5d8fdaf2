//! Task configurations of Realms, in both of its dialects.
//!
//! `{"name", "every", "after", "steps": [{"file", "run_next_after"}]}` and
//! `{"name", "schedule": {"every", "after"}, "steps": [{"codex", "async", "delay"}]}` may be mixed.
//! A step's file is stored as a codex if it lies beside the configuration; otherwise the step runs what is
//! stored under its name. A shell script, which the original does not have, becomes a command.
//! Whether code is asynchronous shows in the code, so that `async` is read and not used.

use std::path::Path;

use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep, Rule, limits};
use serde_json::Value;

use super::dialect::{NO_RETRIES, missing, note_unknown};
use super::fields::{Fields, Spelling};
use super::script::{is_shell_script, shell_command};
use super::{Context, Declaration, Draft, Naming, Outcome, Refusal, identity};

/// Reads a configuration.
pub(super) fn read(
    document: &Value,
    context: &Context<'_>,
    draft: &mut Draft,
) -> Result<Outcome, Refusal> {
    let mut fields = Fields::new(document, "", Spelling::Exact)?;
    let name = fields.filled(&["name"])?;
    draft.task.clone_from(&name);
    let Some(name) = name else {
        return Err(missing("", &["name"]));
    };
    let (path, items) = fields.list(&["steps"])?.unwrap_or_default();
    if items.is_empty() {
        return Err(Refusal::of(
            path,
            "the list of steps is empty",
            "Give at least one step with `file` or `codex`.",
        ));
    }
    let mut start_delay = 0;
    let mut steps: Vec<NewStep> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let (step, delay) = read_step(item, format!("{path}[{index}]"), context, draft)?;
        match steps.last_mut() {
            Some(before) => extend(&mut before.run_next_after_seconds, delay),
            None => start_delay = delay,
        }
        steps.push(step);
    }
    let request = CreateTaskRequest {
        steps,
        schedules: vec![read_schedule(&mut fields, start_delay, draft)?],
        description: fields.filled(&["description"])?,
        retry: Some(NO_RETRIES),
        ..CreateTaskRequest::default()
    };
    note_unknown(&fields, draft);
    let key = identity::key("realms", &name);
    Ok(Outcome::Task(Box::new(Declaration {
        key,
        task_id: None,
        naming: Naming::Name,
        request: CreateTaskRequest { name, ..request },
    })))
}

fn extend(pause: &mut Option<u64>, seconds: u64) {
    if seconds > 0 {
        *pause = Some(pause.unwrap_or(0).saturating_add(seconds));
    }
}

/// A step, and the seconds that it waits after the step before it.
fn read_step(
    item: &Value,
    path: String,
    context: &Context<'_>,
    draft: &mut Draft,
) -> Result<(NewStep, u64), Refusal> {
    let mut fields = Fields::new(item, &path, Spelling::Exact)?;
    let Some(file) = fields.filled(&["file", "codex"])? else {
        return Err(missing(&path, &["file"]));
    };
    let delay = fields.seconds(&["delay"])?.unwrap_or(0);
    let step = NewStep {
        name: fields.filled(&["name"])?,
        run_next_after_seconds: fields
            .seconds(&["run_next_after"])?
            .filter(|seconds| *seconds > 0),
        timeout_seconds: fields.seconds(&["timeout"])?,
        action: action(file, &path, context, draft)?,
        continue_on_error: None,
    };
    fields.value(&["async", "is_async"]);
    note_unknown(&fields, draft);
    Ok((step, delay))
}

/// A shell script is a command for a worker; anything else is Python, which is taken up with its file.
fn action(
    file: String,
    path: &str,
    context: &Context<'_>,
    draft: &mut Draft,
) -> Result<Action, Refusal> {
    let place = context.directory.join(Path::new(&file));
    if is_shell_script(&file) {
        return script(&file, &place, path);
    }
    if !place.is_file() {
        draft.notes.push(format!(
            "{file} is not beside the configuration: the step runs the codex that is stored under its name"
        ));
    }
    Ok(Action::Codex {
        name: file,
        code: None,
        input: None,
    })
}

fn script(file: &str, place: &Path, path: &str) -> Result<Action, Refusal> {
    let refuse = |rule: String, fix: &str| Refusal::of(path, rule, fix);
    if !place.is_file() {
        return Err(refuse(
            format!("{file} is not beside the configuration"),
            "Put the script there: it is read now.",
        ));
    }
    let unreadable = |error| refuse(format!("cannot read {file}: {error}"), "Correct the file.");
    let size = place.metadata().map_err(unreadable)?.len();
    if size > limits::MAXIMUM_COMMAND_BYTES as u64 {
        return Err(refuse(
            format!(
                "{file} has {size} bytes, more than {}",
                limits::MAXIMUM_COMMAND_BYTES
            ),
            "Correct the file.",
        ));
    }
    let text = std::fs::read_to_string(place).map_err(unreadable)?;
    let command = shell_command(file, &text).map_err(|refusal| Refusal {
        field: Some(path.to_string()),
        ..refusal
    })?;
    Ok(Action::Command {
        command,
        queue: None,
    })
}

/// `every` is 0 or missing for a task that runs once. `after` is the delay of the first run.
fn read_schedule(
    fields: &mut Fields<'_>,
    start_delay: u64,
    draft: &mut Draft,
) -> Result<NewSchedule, Refusal> {
    let mut every = fields.seconds(&["every"])?;
    let mut after = fields.seconds(&["after"])?;
    if let Some((path, schedule)) = fields.value(&["schedule"]) {
        let mut schedule = Fields::new(schedule, path, Spelling::Exact)?;
        every = agree(every, schedule.seconds(&["every"])?, "every")?;
        after = agree(after, schedule.seconds(&["after"])?, "after")?;
        note_unknown(&schedule, draft);
    }
    if start_delay > 0 {
        after = Some(after.unwrap_or(0).saturating_add(start_delay));
    }
    let rule = match every.unwrap_or(0) {
        0 => Rule::Once { run_at: None },
        repeat_every_seconds => Rule::Interval {
            repeat_every_seconds,
            phase_seconds: None,
        },
    };
    Ok(NewSchedule {
        start_after_seconds: after,
        ..NewSchedule::new(rule)
    })
}

fn agree(outer: Option<u64>, inner: Option<u64>, name: &str) -> Result<Option<u64>, Refusal> {
    match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            let rule = format!("is {outer} here and {inner} in schedule.{name}");
            Err(Refusal::of(name, rule, "Keep one of them."))
        }
        _ => Ok(outer.or(inner)),
    }
}
