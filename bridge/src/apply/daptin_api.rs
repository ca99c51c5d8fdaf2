//! Documents of Daptin's JSON:API: without an id they create a task, with one they change the task
//! that it names.

use serde_json::Value;

use super::daptin::Parts;
use super::dialect::{missing, note_unknown};
use super::fields::{Fields, Spelling};
use super::{ActionPatch, Draft, Naming, Outcome, Patch, Refusal};

/// Reads a document `{"data": {"type": "task", ...}}`.
pub(super) fn read(document: &Value, draft: &mut Draft) -> Result<Outcome, Refusal> {
    let mut top = Fields::new(document, "", Spelling::Exact)?;
    let Some((path, data)) = top.value(&["data"]) else {
        return Err(missing("", &["data"]));
    };
    let mut data = Fields::new(data, path, Spelling::Exact)?;
    let kind = data.filled(&["type"])?;
    if kind.as_deref() != Some("task") {
        let given = kind.map_or("missing".to_string(), |kind| format!("`{kind}`"));
        return Err(Refusal::of(
            "data.type",
            format!("must be `task`, but is {given}"),
            "Valid options: task.",
        ));
    }
    let target = data.filled(&["id"])?;
    let user = related_user(&mut data, draft)?;
    let Some((path, attributes)) = data.value(&["attributes"]) else {
        return Err(missing("data", &["attributes"]));
    };
    let mut attributes = Fields::new(attributes, path, Spelling::Loose)?;
    let mut parts = Parts::read(&mut attributes, draft)?;
    if let (None, Some(user)) = (&parts.as_user, &user) {
        draft.notes.push(format!(
            "as_user_id is kept, and gives no rights: it runs as you, not as {user}"
        ));
    }
    parts.as_user = parts.as_user.or(user);
    note_unknown(&data, draft);
    note_unknown(&attributes, draft);
    match target {
        // What the API knows by a type and a name is the same in whatever file it stands.
        None => parts.declare("data.attributes", Naming::Id),
        Some(target) => Ok(Outcome::Patch(Box::new(patch(target, parts, draft)))),
    }
}

fn patch(target: String, parts: Parts, draft: &mut Draft) -> Patch {
    if draft.task.is_none() {
        draft.task = Some(target.clone());
    }
    Patch {
        target,
        name: parts.name,
        description: parts.label,
        schedule: parts.schedule,
        action: ActionPatch {
            action_name: parts.action_name,
            entity_name: parts.entity_name,
            attributes: parts.attributes,
            as_user: parts.as_user,
        },
        active: parts.active,
    }
}

/// The user that `relationships.as_user_id` refers to.
fn related_user(data: &mut Fields<'_>, draft: &mut Draft) -> Result<Option<String>, Refusal> {
    let mut user = None;
    if let Some((path, relationships)) = data.value(&["relationships"]) {
        let mut relationships = Fields::new(relationships, path, Spelling::Exact)?;
        if let Some((path, relation)) = relationships.value(&["as_user_id"]) {
            let mut relation = Fields::new(relation, path, Spelling::Exact)?;
            if let Some((path, reference)) = relation.value(&["data"]) {
                user = Fields::new(reference, path, Spelling::Exact)?.filled(&["id"])?;
            }
        }
        note_unknown(&relationships, draft);
    }
    Ok(user)
}
