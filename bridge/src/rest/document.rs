//! Documents of JSON:API: what is answered.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::query::Query;
use crate::methods::Object;

/// One thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its type.
    pub kind: &'static str,
    /// Its id within the type.
    pub id: String,
    /// What it is.
    pub attributes: Object,
    /// Where it is found; none if it is only answered.
    pub path: Option<String>,
    /// What belongs to it.
    pub relationships: Object,
    /// Its version, which a change may demand.
    pub version: Option<u64>,
}

impl Resource {
    /// A thing that is found under `/api/KIND/ID`.
    pub fn new(kind: &'static str, id: impl Into<String>, attributes: Object) -> Self {
        let id = id.into();
        Self {
            path: Some(format!("/api/{kind}/{}", encoded(&id))),
            kind,
            id,
            attributes,
            relationships: Object::new(),
            version: None,
        }
    }

    /// The same, with something that belongs to it and is found there; `named` are the ids of the same
    /// type, if they are known.
    pub fn related(mut self, name: &str, path: String, named: Option<(&str, &[String])>) -> Self {
        let mut relation = json!({ "links": { "related": path } });
        if let Some((kind, ids)) = named {
            let data: Vec<_> = ids
                .iter()
                .map(|id| json!({ "type": kind, "id": id }))
                .collect();
            relation["data"] = json!(data);
        }
        self.relationships.insert(name.to_string(), relation);
        self
    }

    fn to_json(&self, query: &Query) -> Value {
        let wanted = |name: &String| !query.leaves_out(self.kind, name);
        let only = |members: &Object| -> Object {
            let kept = members.iter().filter(|(name, _)| wanted(name));
            kept.map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let mut object = json!({
            "type": self.kind,
            "id": self.id,
            "attributes": only(&self.attributes),
        });
        let relationships = only(&self.relationships);
        if !relationships.is_empty() {
            object["relationships"] = Value::Object(relationships);
        }
        if let Some(path) = &self.path {
            object["links"] = json!({ "self": path });
        }
        object
    }
}

/// A part of a path.
pub fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                shown.push(char::from(byte));
            }
            _ => shown.push_str(&format!("%{byte:02X}")),
        }
    }
    shown
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    data: Data,
    status: StatusCode,
    included: Vec<Resource>,
    meta: Object,
    links: Object,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Data {
    #[default]
    Nothing,
    One(Box<Resource>),
    Many(Vec<Resource>),
}

impl Answer {
    /// Nothing: it is done.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::default()
        }
    }

    /// One thing.
    pub fn one(resource: Resource) -> Self {
        Self {
            data: Data::One(Box::new(resource)),
            ..Self::default()
        }
    }

    /// One thing that was made.
    pub fn made(resource: Resource) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::one(resource)
        }
    }

    /// A list.
    pub fn many(resources: Vec<Resource>) -> Self {
        Self {
            data: Data::Many(resources),
            ..Self::default()
        }
    }

    /// The same, as the answer to who made it.
    pub fn with_created(self) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..self
        }
    }

    /// The same, with other things besides.
    pub fn with_included(self, included: Vec<Resource>) -> Self {
        Self { included, ..self }
    }

    /// The same, with something that is said about it.
    pub fn with_meta(mut self, name: &str, value: Value) -> Self {
        self.meta.insert(name.to_string(), value);
        self
    }

    /// The same, with remarks, if there are any.
    pub fn with_notes(self, notes: &[String]) -> Self {
        match notes {
            [] => self,
            notes => self.with_meta("notes", json!(notes)),
        }
    }

    /// The same, with links to other parts of the list.
    pub fn with_links(self, links: Object) -> Self {
        Self { links, ..self }
    }

    /// What it is made of, for those who show it in another form.
    pub fn resources(&self) -> &[Resource] {
        match &self.data {
            Data::Nothing => &[],
            Data::One(resource) => std::slice::from_ref(&**resource),
            Data::Many(resources) => resources,
        }
    }

    /// The same with other things in the place of its own: the same ones, shown in another way.
    pub fn with_resources(mut self, mut resources: Vec<Resource>) -> Self {
        self.data = match self.data {
            Data::One(_) if resources.len() == 1 => Data::One(Box::new(resources.remove(0))),
            Data::Nothing | Data::One(_) | Data::Many(_) => Data::Many(resources),
        };
        self
    }

    /// The response, in the type that the client takes.
    pub fn response(self, query: &Query, media: &'static str) -> Response {
        let mut response = Response::builder().status(self.status);
        if let Data::One(resource) = &self.data {
            if let Some(version) = resource.version {
                response = response.header(header::ETAG, etag(version));
            }
            if let (StatusCode::CREATED, Some(path)) = (self.status, &resource.path) {
                response = response.header(header::LOCATION, path);
            }
        }
        let body = match self.to_json(query) {
            None => Body::empty(),
            Some(document) => {
                response = response
                    .header(header::CONTENT_TYPE, media)
                    .header(header::VARY, HeaderValue::from_static("Accept"));
                Body::from(document.to_string())
            }
        };
        response
            .body(body)
            .expect("BUG: the parts of a response are headers")
    }

    fn to_json(&self, query: &Query) -> Option<Value> {
        let data = match &self.data {
            Data::Nothing => return None,
            Data::One(resource) => resource.to_json(query),
            Data::Many(resources) => resources.iter().map(|it| it.to_json(query)).collect(),
        };
        let mut document = Map::from_iter([
            ("jsonapi".to_string(), json!({ "version": "1.1" })),
            ("data".to_string(), data),
        ]);
        if !self.included.is_empty() || !query.include.is_empty() {
            let included: Vec<_> = self.included.iter().map(|it| it.to_json(query)).collect();
            document.insert("included".to_string(), json!(included));
        }
        if !self.links.is_empty() {
            document.insert("links".to_string(), json!(self.links));
        }
        if !self.meta.is_empty() {
            document.insert("meta".to_string(), json!(self.meta));
        }
        Some(Value::Object(document))
    }
}

/// The entity tag of a version.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_show_only_the_fields_that_are_asked_for() {
        let attributes = Map::from_iter([
            ("name".to_string(), json!("x")),
            ("label".to_string(), json!("y")),
        ]);
        let resource = Resource::new("task", "7", attributes).related(
            "executions",
            "/api/task/7/executions".to_string(),
            None,
        );
        let query = Query::read("fields[task]=name").unwrap_or_default();
        assert_eq!(
            resource.to_json(&query),
            json!({
                "type": "task",
                "id": "7",
                "attributes": { "name": "x" },
                "links": { "self": "/api/task/7" },
            })
        );
        let all = resource.to_json(&Query::default());
        assert_eq!(
            all["relationships"]["executions"]["links"]["related"],
            "/api/task/7/executions"
        );
    }

    #[test]
    fn should_say_where_what_was_made_is_found_and_its_version() {
        let mut resource = Resource::new("action", "a b/c", Object::new());
        resource.version = Some(3);
        let response =
            Answer::made(resource).response(&Query::default(), super::super::media::JSON);
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(
            response.headers()[header::LOCATION],
            "/api/action/a%20b%2Fc"
        );
        assert_eq!(response.headers()[header::ETAG], "\"3\"");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let nothing = Answer::nothing().response(&Query::default(), super::super::media::JSON);
        assert_eq!(nothing.status(), StatusCode::NO_CONTENT);
        assert!(!nothing.headers().contains_key(header::CONTENT_TYPE));
    }
}
