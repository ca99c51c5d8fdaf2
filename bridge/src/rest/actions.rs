//! Registered actions: `/api/action`. One of all owners has `shared:` before its name in its id.

use axum::http::StatusCode;
use chime_types::{
    ActionDefinition, ActionPage, DefineActionRequest, DeleteActionRequest, ListActionsResult,
};
use serde_json::{Value, json};

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::paging::{chosen, page_of};
use super::problem::{Outcome, Place, Problem};
use crate::access::Reach;
use crate::error::{Error, Kind};
use crate::methods::Object;
use crate::methods::records::{answer_json, request_of};

const SHARED: &str = "shared:";

fn resource(action: &ActionDefinition) -> Resource {
    let page = ActionPage {
        actions: vec![action.clone()],
        next_cursor: None,
    };
    let record = answer_json("list_actions", &ListActionsResult::Ok(page));
    let attributes = match record.pointer("/actions/0") {
        Some(Value::Object(members)) => members.clone(),
        _ => Object::new(),
    };
    Resource::new("action", id(&action.name, action.shared), attributes)
}

fn id(name: &str, shared: bool) -> String {
    match shared {
        true => format!("{SHARED}{name}"),
        false => name.to_string(),
    }
}

/// The name in an id, and whether it is that of an action of all owners.
fn name_of(id: &str) -> (&str, bool) {
    match id.strip_prefix(SHARED) {
        Some(name) => (name, true),
        None => (id, false),
    }
}

/// Lists the actions.
pub async fn list(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let all = ask.scheduler().all_actions().await?;
    let found = chosen(all.iter().map(resource).collect(), &ask.query)?;
    Ok(page_of(found, &ask.query, &ask.path, &ask.query_text))
}

async fn find(ask: &Ask, id: &str) -> Outcome<Option<ActionDefinition>> {
    let (name, shared) = name_of(id);
    let all = ask.scheduler().all_actions().await?;
    let mut same = all
        .into_iter()
        .filter(|it| it.name == name && it.shared == shared);
    Ok(same.next())
}

async fn require(ask: &Ask) -> Outcome<ActionDefinition> {
    find(ask, &ask.id).await?.ok_or_else(|| {
        Problem::from(Error::new(
            Kind::NotFound,
            format!("there is no action {:?}", ask.id),
            "GET /api/action lists them; those of all owners have `shared:` before their name",
        ))
    })
}

/// Shows an action.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    Ok(Answer::one(resource(&require(&ask).await?)))
}

/// Registers an action.
pub async fn create(ask: Ask) -> Outcome<Answer> {
    let request = defined(ask.attributes("action")?)?;
    let id = id(&request.name, request.shared == Some(true));
    if find(&ask, &id).await?.is_some() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!("there is an action {id:?} already"),
            "change it with PATCH, or give another name",
        )
        .at(Place::Pointer("/data/attributes/name".into())));
    }
    define(&ask, request).await.map(Answer::made)
}

/// Changes an action: what is not given stays.
pub async fn update(ask: Ask) -> Outcome<Answer> {
    let before = require(&ask).await?;
    let attributes = ask.attributes("action")?;
    for (name, value) in [
        ("name", json!(before.name)),
        ("shared", json!(before.shared)),
    ] {
        if attributes.get(name).is_some_and(|given| *given != value) {
            return Err(Problem::from(
                Error::new(
                    Kind::Conflict,
                    "it is part of what an action is known by",
                    "register another one, and remove this",
                )
                .at(name),
            )
            .in_attributes());
        }
    }
    let record = resource(&before).attributes;
    let kept = ["name", "shared", "description", "entity_name", "action"];
    let mut members: Object = kept
        .iter()
        .filter_map(|name| Some(((*name).to_string(), record.get(*name)?.clone())))
        .collect();
    members.extend(attributes);
    define(&ask, defined(members)?).await.map(Answer::one)
}

fn defined(attributes: Object) -> Outcome<DefineActionRequest> {
    let request = request_of("define_action", &attributes);
    request.map_err(|error| Problem::from(error).in_attributes())
}

async fn define(ask: &Ask, mut request: DefineActionRequest) -> Outcome<Resource> {
    require_reach(ask, request.shared == Some(true))?;
    let refused = |error| Problem::from(error).in_attributes();
    ask.scheduler()
        .know_callees(&mut request)
        .await
        .map_err(refused)?;
    let action = ask.scheduler().define_action(&request).await;
    action.map(|action| resource(&action)).map_err(refused)
}

/// What all owners use is for tokens that may do everything.
fn require_reach(ask: &Ask, shared: bool) -> Outcome<()> {
    match shared && ask.reach < Reach::Admin {
        false => Ok(()),
        true => Err(Problem::from(Error::new(
            Kind::Forbidden,
            "actions of all owners are for tokens of the role admin",
            "show one that was made with `chime token create --role admin`",
        ))),
    }
}

/// Removes an action.
pub async fn delete(ask: Ask) -> Outcome<Answer> {
    let action = require(&ask).await?;
    require_reach(&ask, action.shared)?;
    let request = DeleteActionRequest {
        name: action.name,
        shared: Some(action.shared),
    };
    ask.scheduler().delete_action(&request).await?;
    Ok(Answer::nothing())
}
