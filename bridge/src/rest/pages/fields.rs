//! Between the fields of a form and what they make: by the rules of job files.

use chime_types::{Action, NewSchedule, NewStep, PreviewScheduleRequest, Task};
use serde_json::json;

use super::form::Form;
use crate::apply::{as_new_schedule, as_new_step, schedule_of, step_of};
use crate::error::{Error, Kind, Result};
use crate::page::{Context, Fields};
use crate::scheduler::Scheduler;

/// What the fields of a task make; nothing of what they do not show.
pub struct Wanted {
    /// Its step.
    pub step: Option<NewStep>,
    /// Its schedule.
    pub schedule: Option<NewSchedule>,
}

/// What stands in the fields.
pub fn of(form: &Form, task: Option<&Task>) -> Fields {
    let text = |name: &str| form.get(name).trim().to_string();
    Fields {
        task_id: task.map(|task| task.id),
        version: text("version").parse().ok(),
        name: text("name"),
        label: text("label"),
        kind: text("kind"),
        does: text("does"),
        attributes: text("attributes"),
        schedule: text("schedule"),
        timezone: text("timezone"),
    }
}

/// What they make.
///
/// # Errors
/// What breaks a rule of job files, at the field in their words.
pub fn wanted(fields: &Fields) -> Result<Wanted> {
    let is_new = fields.task_id.is_none();
    let step = match fields.kind.is_empty() && !is_new {
        true => None,
        false => Some(step(fields)?),
    };
    let schedule = match fields.schedule.is_empty() && !is_new {
        true => None,
        false => Some(schedule(fields)?),
    };
    Ok(Wanted { step, schedule })
}

fn step(fields: &Fields) -> Result<NewStep> {
    let does = fields.does.as_str();
    let document = match fields.kind.as_str() {
        "note" => json!({ "note": does }),
        "http" => json!({ "http": does }),
        "command" => json!({ "command": does }),
        // Not as in a job file, which may name a file.
        "codex" => {
            let action = Action::Codex {
                name: fields.does.clone(),
                code: None,
                input: None,
            };
            return Ok(NewStep::new(action));
        }
        "named" if fields.attributes.is_empty() => json!({ "named": does }),
        "named" => {
            let attributes: serde_json::Map<_, _> = serde_json::from_str(&fields.attributes)
                .map_err(|error| {
                    let rule = format!("it is not an object in JSON: {error}");
                    Error::new(Kind::Usage, rule, "write one such as {\"days\": 30}")
                        .at("attributes")
                })?;
            json!({ "named": { "action": does, "attributes": attributes } })
        }
        other => {
            let rule = format!("there is nothing called {other:?} to do");
            return Err(Error::new(Kind::Usage, rule, "choose one of the list").at("kind"));
        }
    };
    Ok(step_of(&document)?)
}

fn schedule(fields: &Fields) -> Result<NewSchedule> {
    let mut document = json!({ "cron": fields.schedule });
    if fields.schedule.is_empty() {
        let fix = "give one such as @daily or 0 3 * * *";
        return Err(Error::new(Kind::Usage, "the schedule is missing", fix).at("cron"));
    }
    if !fields.timezone.is_empty() {
        document["timezone"] = json!(fields.timezone);
    }
    Ok(schedule_of(&document)?)
}

/// What the schedule of a form means: in words, and its next times.
///
/// # Errors
/// What is wrong with it.
pub async fn meaning(
    context: &Context,
    scheduler: &Scheduler,
    fields: &Fields,
) -> Result<(String, Vec<String>)> {
    let request = PreviewScheduleRequest {
        schedule: schedule(fields)?,
        from_at: None,
        count: None,
    };
    let means = scheduler.preview_schedule(&request).await?;
    let times = means.next_at.iter().map(|at| context.clock.both(*at));
    let words = format!("{} ({})", means.description, means.timezone);
    Ok((words, times.collect()))
}

/// A step in the place of the one that a task has: its name and its limits stay.
pub fn in_place_of(task: &Task, step: NewStep) -> NewStep {
    match task.steps.first() {
        Some(before) => NewStep {
            action: step.action,
            ..as_new_step(before)
        },
        None => step,
    }
}

/// A schedule in the place of the one that a task has: what becomes of missed and overlapping runs stays.
pub fn in_schedule_of(task: &Task, schedule: NewSchedule) -> NewSchedule {
    match task.schedules.first() {
        Some(before) => NewSchedule {
            rule: schedule.rule,
            timezone: schedule.timezone,
            ..as_new_schedule(before, task.disabled)
        },
        None => schedule,
    }
}

/// The field of the form that a field of a request or of a job file comes from; empty if none does.
pub fn field_of(field: &str) -> &'static str {
    let head = field.split(['.', '[']).next().unwrap_or_default();
    match head {
        "name" => "name",
        "description" | "label" => "label",
        "attributes" => "attributes",
        "named" if field.contains("attributes") => "attributes",
        "note" | "http" | "command" | "named" | "steps" | "kind" => "does",
        "timezone" => "timezone",
        "schedules" | "schedule" if field.contains("timezone") => "timezone",
        "cron" | "schedules" | "schedule" => "schedule",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use chime_types::Rule;

    use super::*;
    use crate::fixtures;

    fn fields(kind: &str, does: &str) -> Fields {
        Fields {
            name: "x".into(),
            kind: kind.into(),
            does: does.into(),
            schedule: "@daily".into(),
            ..Fields::default()
        }
    }

    #[test]
    fn should_make_what_job_files_make() {
        let wanted = wanted(&fields("note", "hello")).unwrap();
        assert_eq!(
            wanted.step,
            Some(NewStep::new(Action::Note {
                text: "hello".into()
            }))
        );
        let expression = "@daily".to_string();
        assert_eq!(wanted.schedule.unwrap().rule, Rule::Cron { expression });
    }

    #[test]
    fn should_find_the_field_at_fault() {
        let nothing = |kind| fields(kind, "");
        let json = Fields {
            attributes: "[1]".into(),
            ..fields("named", "x")
        };
        let when = |schedule: &str, timezone: &str| Fields {
            schedule: schedule.into(),
            timezone: timezone.into(),
            ..fields("note", "x")
        };
        for (filled, field) in [
            (fields("dance", "x"), "does"),
            (fields("http", "ftp://x"), "does"),
            (json, "attributes"),
            (when("@sometimes", ""), "schedule"),
            (when("", ""), "schedule"),
            (when("@daily", "Mars/Olympus"), "timezone"),
        ] {
            let error = wanted(&filled).err().unwrap();
            assert_eq!(
                field_of(error.field().unwrap_or_default()),
                field,
                "{error:?}"
            );
        }
        assert!(wanted(&nothing("note")).is_err());
    }

    #[test]
    fn should_keep_what_the_form_does_not_show() {
        let mut schedule = fixtures::schedule(1, Rule::Once { run_at: None });
        schedule.jitter_seconds = 30;
        let mut step = fixtures::step(Action::Note { text: "x".into() });
        step.name = Some("first".into());
        let task = Task {
            steps: vec![step],
            schedules: vec![schedule],
            ..fixtures::task(7, "x")
        };
        let wanted = wanted(&fields("note", "y")).unwrap();
        let step = in_place_of(&task, wanted.step.unwrap());
        assert_eq!(step.name.as_deref(), Some("first"));
        assert_eq!(step.action, Action::Note { text: "y".into() });
        let schedule = in_schedule_of(&task, wanted.schedule.unwrap());
        assert_eq!(schedule.jitter_seconds, Some(30));
    }
}
