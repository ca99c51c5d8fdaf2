//! Stored Python: `/api/codex`. One of all owners has `shared:` before its name in its id.

use axum::http::StatusCode;
use chime_types::{
    Codex, CodexRequest, CodexResult, DeleteCodexRequest, PutCodexRequest, RollbackCodexRequest,
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

fn resource(codex: &Codex) -> Resource {
    let record = answer_json("get_codex", &CodexResult::Ok(codex.clone()));
    let attributes = match record {
        Value::Object(members) => members,
        _ => Object::new(),
    };
    let id = match codex.shared {
        true => format!("{SHARED}{}", codex.name),
        false => codex.name.clone(),
    };
    let mut resource = Resource::new("codex", id, attributes);
    resource.version = Some(codex.present_version);
    resource
}

/// The name in an id, and whether it is that of a codex of all owners.
fn name_of(id: &str) -> (&str, bool) {
    match id.strip_prefix(SHARED) {
        Some(name) => (name, true),
        None => (id, false),
    }
}

/// Lists the codices, without their code.
pub async fn list(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let all = ask.scheduler().all_codices().await?;
    let found = chosen(all.iter().map(resource).collect(), &ask.query)?;
    Ok(page_of(found, &ask.query, &ask.path, &ask.query_text))
}

async fn require(ask: &Ask) -> Outcome<Codex> {
    let (name, shared) = name_of(&ask.id);
    let request = CodexRequest {
        name: name.to_string(),
        version: None,
        shared: shared.then_some(true),
    };
    let found = ask.scheduler().get_codex(&request).await?;
    match found.shared == shared {
        true => Ok(found),
        false => Err(Problem::from(Error::new(
            Kind::NotFound,
            format!("you have no codex {name:?} of your own"),
            "GET /api/codex lists them; those of all owners have `shared:` before their name",
        ))),
    }
}

/// Shows a codex with its code and its versions.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    Ok(Answer::one(resource(&require(&ask).await?)))
}

/// Stores a codex that is not there yet.
pub async fn create(ask: Ask) -> Outcome<Answer> {
    let mut request = wanted(ask.attributes("codex")?)?;
    // Nobody's codex of that name is written over.
    request.expected_version = Some(0);
    put(&ask, &request).await.map(Answer::made)
}

/// Stores a new version: what is not given stays.
pub async fn update(ask: Ask) -> Outcome<Answer> {
    let before = require(&ask).await?;
    let mut attributes = ask.attributes("codex")?;
    for (name, own) in [
        ("name", json!(before.name)),
        ("shared", json!(before.shared)),
    ] {
        if attributes.get(name).is_some_and(|given| *given != own) {
            let error = Error::new(
                Kind::Conflict,
                "it is part of what a codex is known by",
                "store another one, and remove this",
            );
            return Err(Problem::from(error.at(name)).in_attributes());
        }
        attributes.insert(name.to_string(), own);
    }
    if !attributes.contains_key("code") && !attributes.contains_key("url") {
        attributes.insert("code".to_string(), json!(before.code));
    }
    let mut request = wanted(attributes)?;
    if let Some(version) = ask.require_version(before.present_version)? {
        request.expected_version = Some(version);
    }
    put(&ask, &request).await.map(Answer::one)
}

fn wanted(attributes: Object) -> Outcome<PutCodexRequest> {
    let request = request_of("put_codex", &attributes);
    request.map_err(|error| Problem::from(error).in_attributes())
}

async fn put(ask: &Ask, request: &PutCodexRequest) -> Outcome<Resource> {
    require_reach(ask, request.shared == Some(true))?;
    match ask.scheduler().put_codex(request).await {
        Ok(codex) => with_code(ask, &codex).await,
        Err(error) if error.kind() == Kind::Conflict && request.expected_version == Some(0) => {
            Err(Problem::new(
                StatusCode::CONFLICT,
                format!("there is a codex {:?} already", request.name),
                "change it with PATCH, or give another name",
            )
            .at(Place::Pointer("/data/attributes/name".into())))
        }
        Err(error) => Err(Problem::from(error).in_attributes()),
    }
}

/// A codex that was just changed, with its code: the scheduler answers without it.
async fn with_code(ask: &Ask, codex: &Codex) -> Outcome<Resource> {
    let request = CodexRequest {
        name: codex.name.clone(),
        version: Some(codex.present_version),
        shared: codex.shared.then_some(true),
    };
    Ok(resource(&ask.scheduler().get_codex(&request).await?))
}

/// What all owners use is for tokens that may do everything.
fn require_reach(ask: &Ask, shared: bool) -> Outcome<()> {
    match shared && ask.reach < Reach::Admin {
        false => Ok(()),
        true => Err(Problem::from(Error::new(
            Kind::Forbidden,
            "codices of all owners are for tokens of the role admin",
            "show one that was made with `chime token create --role admin`",
        ))),
    }
}

/// Goes back to an older version.
pub async fn rollback(ask: Ask) -> Outcome<Answer> {
    let codex = require(&ask).await?;
    require_reach(&ask, codex.shared)?;
    let mut attributes = match &ask.document {
        Some(_) => ask.attributes("codex")?,
        None => Object::new(),
    };
    attributes.insert("name".to_string(), json!(codex.name));
    attributes.insert("shared".to_string(), json!(codex.shared));
    let refused = |error| Problem::from(error).in_attributes();
    let request: RollbackCodexRequest =
        request_of("rollback_codex", &attributes).map_err(refused)?;
    let codex = ask.scheduler().rollback_codex(&request).await;
    with_code(&ask, &codex.map_err(refused)?)
        .await
        .map(Answer::one)
}

/// Removes a codex with its versions.
pub async fn delete(ask: Ask) -> Outcome<Answer> {
    let codex = require(&ask).await?;
    require_reach(&ask, codex.shared)?;
    let request = DeleteCodexRequest {
        name: codex.name,
        shared: Some(codex.shared),
    };
    ask.scheduler().delete_codex(&request).await?;
    Ok(Answer::nothing())
}
