//! Entries of Daptin's `Tasks:` lists. Keys are read without regard to case, as Daptin does.
//!
//! What an entry names (action, entity, user, attributes) becomes one step with a named action.
//! Labels, and job types of the API, which shares this reader, are kept in the metadata.

use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep};
use serde_json::{Map, Value};

use super::dialect::{NO_RETRIES, missing, note_unknown};
use super::fields::{Fields, Spelling, wrong};
use super::{Declaration, Draft, Naming, Outcome, Refusal, identity, schedule};

/// Reads an entry of the list.
pub(super) fn read(entry: &Value, path: String, draft: &mut Draft) -> Result<Outcome, Refusal> {
    let mut fields = Fields::new(entry, &path, Spelling::Loose)?;
    let parts = Parts::read(&mut fields, draft)?;
    note_unknown(&fields, draft);
    parts.declare(&path, Naming::Name)
}

/// What a Daptin task consists of, in the list and in the API.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub name: Option<String>,
    pub label: Option<String>,
    pub schedule: Option<NewSchedule>,
    pub action_name: Option<String>,
    pub entity_name: Option<String>,
    pub as_user: Option<String>,
    pub attributes: Option<String>,
    pub active: Option<bool>,
    pub job_type: Option<String>,
}

impl Parts {
    /// Reads the fields that are there.
    pub fn read(fields: &mut Fields<'_>, draft: &mut Draft) -> Result<Self, Refusal> {
        let name = fields.filled(&["Name"])?;
        draft.task.clone_from(&name);
        let as_user = fields.filled(&["AsUserEmail"])?;
        draft.notes.extend(as_user.iter().map(|user| {
            format!("AsUserEmail is kept, and gives no rights: it runs as you, not as {user}")
        }));
        Ok(Self {
            name,
            label: fields.filled(&["Label"])?,
            schedule: schedule::cron(fields, "Schedule")?,
            action_name: fields.filled(&["ActionName"])?,
            entity_name: fields.filled(&["EntityName"])?,
            as_user,
            attributes: attributes(fields)?,
            active: fields.flag(&["Active", "IsActive"])?,
            job_type: fields.filled(&["JobType"])?,
        })
    }

    /// The task that they declare.
    pub fn declare(self, path: &str, naming: Naming) -> Result<Outcome, Refusal> {
        let (Some(name), Some(schedule), Some(action_name)) =
            (&self.name, &self.schedule, &self.action_name)
        else {
            return Err(self.incomplete(path));
        };
        let step = NewStep::new(Action::Named {
            action_name: action_name.clone(),
            entity_name: self.entity_name.clone(),
            attributes: self.attributes.clone().unwrap_or_else(|| "{}".into()),
            as_user: self.as_user.clone(),
        });
        let request = CreateTaskRequest {
            name: name.clone(),
            description: self.label.clone(),
            metadata: identity::metadata([("label", &self.label), ("job_type", &self.job_type)]),
            steps: vec![step],
            schedules: vec![schedule.clone()],
            disabled: (self.active == Some(false)).then_some(true),
            retry: Some(NO_RETRIES),
            ..CreateTaskRequest::default()
        };
        let key = identity::key("daptin", name);
        Ok(Outcome::Task(Box::new(Declaration {
            key,
            task_id: None,
            naming,
            request,
        })))
    }

    fn incomplete(&self, path: &str) -> Refusal {
        let given = [
            ("Name", self.name.is_some()),
            ("Schedule", self.schedule.is_some()),
            ("ActionName", self.action_name.is_some()),
        ];
        let names: Vec<_> = given
            .iter()
            .filter(|(_, given)| !given)
            .map(|(name, _)| *name)
            .collect();
        missing(path, &names)
    }
}

/// The attributes as JSON text. They come as a mapping, or as text that holds one.
fn attributes(fields: &mut Fields<'_>) -> Result<Option<String>, Refusal> {
    let Some((path, value)) = fields.value(&["Attributes"]) else {
        return Ok(None);
    };
    let map = match value {
        Value::Object(map) => map.clone(),
        Value::String(text) if text.trim().is_empty() => Map::new(),
        Value::String(text) => serde_json::from_str(text).map_err(|error| {
            Refusal::of(
                path,
                format!("the text is not a JSON object: {error}"),
                "Write a mapping, or an object in JSON as text.",
            )
        })?,
        other => return Err(wrong(path, "a mapping, or JSON as text", other)),
    };
    Ok(Some(Value::Object(map).to_string()))
}
