//! `get_api_doc`: the guide, or everything about one method. The list of tools is short; this is
//! the long text.

use chime_types::EmptyRequest;
use serde_json::{Value, json};

use super::super::CanisterTools;
use crate::candid_json::{Method, advice};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Canister;

impl<C: Canister> CanisterTools<C> {
    /// The guide and the names of all methods, or all about one method.
    pub(in super::super) async fn api_doc(&self, method: Option<&str>) -> Result<Value> {
        let Some(name) = method else {
            return self.guide().await;
        };
        let Some(method) = self.interface.method(name) else {
            return Err(self.unknown_method(name));
        };
        Ok(json!({
            "method": method.name,
            "about": method.documentation,
            "changes_something": !method.is_query,
            "arguments": self.interface.input_schema(method)?,
            "answer": self.interface.output_schema(method),
            "example": self.example(method),
        }))
    }

    async fn guide(&self) -> Result<Value> {
        let doc = self.scheduler.get_api_doc(&EmptyRequest {}).await?;
        let methods: Vec<_> = self.interface.methods().iter().map(line).collect();
        Ok(json!({
            "guide": doc.guide,
            "methods": methods,
            "hint": format!(
                "for all about one method give its name as `method`. The whole interface in Candid \
                 has {} characters, too many for an answer",
                doc.interface.chars().count()
            ),
        }))
    }

    fn unknown_method(&self, name: &str) -> Error {
        let methods = self.interface.methods().iter();
        let names: Vec<_> = methods.map(|method| method.name.as_str()).collect();
        Error::new(
            Kind::NotFound,
            format!("there is no method {name:?}"),
            advice(name, &names),
        )
        .at("method")
    }
}

/// A method in one line: its name and the first sentence about it.
fn line(method: &Method) -> String {
    let text = &method.documentation;
    let first = text
        .split_once(". ")
        .map_or(text.as_str(), |(first, _)| first);
    format!("{}: {}", method.name, first.trim_end_matches('.'))
}
