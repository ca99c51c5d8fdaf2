//! What a schedule means, in words and times: `/api/preview`. Nothing is changed.

use chime_types::{NewSchedule, PreviewScheduleRequest, PreviewScheduleResult, Rule};
use serde_json::{Value, json};

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::problem::{Outcome, Place, Problem};
use crate::access::digest_hex;
use crate::error::{Error, Kind};
use crate::methods::Object;
use crate::methods::records::{answer_json, request_of};

/// Characters of the id of a preview: the beginning of the digest of its schedule.
const ID_CHARACTERS: usize = 16;

/// Of the parameters of the query, which are those of a form.
pub async fn of_query(mut ask: Ask) -> Outcome<Answer> {
    let mut attributes = Object::new();
    for name in ["schedule", "timezone"] {
        if let Some(value) = ask.query.take_own(name).filter(|text| !text.is_empty()) {
            attributes.insert(name.to_string(), json!(value));
        }
    }
    if let Some(count) = ask.query.take_own("count") {
        attributes.insert(
            "count".to_string(),
            json!(count.parse::<u32>().unwrap_or(0)),
        );
    }
    ask.query.refuse_rest()?;
    let shown = preview(&ask, &attributes).await;
    // Here the fields are parameters.
    shown.map_err(|problem| {
        let field = problem.error().field().unwrap_or("schedule");
        let name = if field.contains("timezone") {
            "timezone"
        } else {
            "schedule"
        };
        problem.at(Place::Parameter(name.to_string()))
    })
}

/// Of the attributes of a document.
pub async fn of_document(ask: Ask) -> Outcome<Answer> {
    let attributes = ask.attributes("preview")?;
    preview(&ask, &attributes).await
}

async fn preview(ask: &Ask, attributes: &Object) -> Outcome<Answer> {
    let refused = |error| Problem::from(error).in_attributes();
    let request = requested(attributes).map_err(refused)?;
    let shown = ask.scheduler().preview_schedule(&request).await;
    let shown = shown.map_err(|error| {
        let is_zone = error
            .field()
            .is_some_and(|field| field.ends_with("timezone"));
        refused(error.at(if is_zone { "timezone" } else { "schedule" }))
    })?;
    let record = answer_json("preview_schedule", &PreviewScheduleResult::Ok(shown));
    let members = record.as_object().cloned().unwrap_or_default();
    let asked = serde_json::to_string(attributes).unwrap_or_default();
    let id = digest_hex(&asked)[..ID_CHARACTERS].to_string();
    let mut resource = Resource::new("preview", id, members);
    resource.path = None;
    Ok(Answer::one(resource))
}

/// A schedule as text is one of cron; as an object it is that of the scheduler's request.
fn requested(attributes: &Object) -> Result<PreviewScheduleRequest, Error> {
    match attributes.get("schedule") {
        Some(Value::String(expression)) => {
            let mut rest = attributes.clone();
            rest.shift_remove("schedule");
            let timezone = rest.shift_remove("timezone");
            let schedule = NewSchedule {
                timezone: timezone.and_then(|it| it.as_str().map(str::to_string)),
                ..NewSchedule::new(Rule::Cron {
                    expression: expression.clone(),
                })
            };
            let count = rest.get("count").and_then(Value::as_u64);
            Ok(PreviewScheduleRequest {
                schedule,
                from_at: None,
                count: count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
            })
        }
        Some(Value::Object(_)) => request_of("preview_schedule", attributes),
        _ => Err(Error::new(
            Kind::InvalidArgument,
            "the schedule is missing",
            "give one such as @daily or 0 3 * * *",
        )
        .at("schedule")),
    }
}
