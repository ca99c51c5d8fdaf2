//! Alerts: `/api/alert`.

use chime_types::{
    Alert, AlertRequest, AlertResult, CreateAlertRequest, DeliveryResult, UpdateAlertRequest,
};
use serde_json::{Value, json};

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::paging::{chosen, page_of};
use super::problem::{Outcome, Problem};
use crate::diagnosis::channel_doubt;
use crate::methods::Object;
use crate::methods::records::{answer_json, request_of};

fn members(record: Value) -> Object {
    match record {
        Value::Object(mut members) => {
            members.shift_remove("id");
            members
        }
        _ => Object::new(),
    }
}

fn resource(alert: &Alert) -> Resource {
    let record = answer_json("create_alert", &AlertResult::Ok(alert.clone()));
    Resource::new("alert", alert.id.to_string(), members(record))
}

/// Lists the alerts.
pub async fn list(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let all = ask.scheduler().all_alerts().await?;
    let found = chosen(all.iter().map(resource).collect(), &ask.query)?;
    Ok(page_of(found, &ask.query, &ask.path, &ask.query_text))
}

/// Shows an alert.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let id = ask.number()?.to_string();
    Ok(Answer::one(resource(
        &ask.scheduler().find_alert(&id).await?,
    )))
}

fn with_doubt(alert: &Alert) -> Answer {
    let doubt = channel_doubt(&alert.channel);
    Answer::one(resource(alert)).with_notes(doubt.as_slice())
}

/// Makes an alert.
pub async fn create(ask: Ask) -> Outcome<Answer> {
    let refused = |error| Problem::from(error).in_attributes();
    let attributes = ask.attributes("alert")?;
    let mut request: CreateAlertRequest =
        request_of("create_alert", &attributes).map_err(refused)?;
    ask.scheduler()
        .know_callees(&mut request)
        .await
        .map_err(refused)?;
    let alert = ask
        .scheduler()
        .create_alert(&request)
        .await
        .map_err(refused)?;
    Ok(with_doubt(&alert).with_created())
}

/// Changes an alert.
pub async fn update(ask: Ask) -> Outcome<Answer> {
    let refused = |error| Problem::from(error).in_attributes();
    let mut attributes = ask.attributes("alert")?;
    attributes.insert("alert_id".to_string(), json!(ask.number()?.to_string()));
    let mut request: UpdateAlertRequest =
        request_of("update_alert", &attributes).map_err(refused)?;
    ask.scheduler()
        .know_callees(&mut request)
        .await
        .map_err(refused)?;
    let alert = ask
        .scheduler()
        .update_alert(&request)
        .await
        .map_err(refused)?;
    Ok(with_doubt(&alert))
}

/// Removes an alert.
pub async fn delete(ask: Ask) -> Outcome<Answer> {
    let alert_id = ask.number()?;
    ask.scheduler()
        .delete_alert(&AlertRequest { alert_id })
        .await?;
    Ok(Answer::nothing())
}

/// Sends a test message through the channel of an alert.
pub async fn test(ask: Ask) -> Outcome<Answer> {
    let alert_id = ask.number()?;
    let delivery = ask
        .scheduler()
        .test_alert(&AlertRequest { alert_id })
        .await?;
    let id = delivery.id.to_string();
    let record = answer_json("test_alert", &DeliveryResult::Ok(delivery));
    let mut resource = Resource::new("delivery", id, members(record));
    resource.path = None;
    Ok(Answer::one(resource))
}
