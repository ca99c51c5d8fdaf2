//! The methods of other canisters that a request names, checked before it is sent: the scheduler only
//! finds out when it calls them, which may be at night.
//!
//! It finds them by their form wherever they stand in the arguments, so a method of the scheduler
//! that is new is looked at too.

use candid::Principal;
use chime_types::CallArguments;
use serde_json::{Value, json};

use super::{CanisterTools, Object, zones};
use crate::candid_json::bytes_of;
use crate::error::Result;
use crate::scheduler::{Arguments, Call, Canister, Checked, Place, Sent, unchecked};

/// What may come as its text in JSON.
const MAY_BE_TEXT: [&str; 9] = [
    "steps",
    "action",
    "call",
    "callback",
    "channel",
    "canister",
    "notification",
    "arguments",
    "json",
];

/// Arguments that were looked through.
pub(super) struct Looked {
    /// The same, with the types of the callees.
    pub(super) arguments: Object,
    /// What could not be checked, in words.
    pub(super) unchecked: Vec<String>,
    /// The calls with arguments as they will be sent, as far as that is known.
    pub(super) calls: Vec<Value>,
}

/// A method that is named somewhere.
struct Site {
    /// Where, as a pointer in JSON.
    pointer: String,
    /// Where, as errors say it.
    place: String,
    canister: Principal,
    method: String,
    arguments: Given,
}

enum Given {
    Scheduler(Option<CallArguments>),
    Json(Value),
    /// The scheduler gives them.
    Sent(Sent),
}

impl<C: Canister> CanisterTools<C> {
    /// Checks every method of another canister that the arguments name, and every zone.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub(super) async fn know_callees(&self, arguments: &Object) -> Result<Looked> {
        let mut looked = Looked {
            arguments: arguments.clone(),
            unchecked: Vec::new(),
            calls: Vec::new(),
        };
        if !self.is_scheduler {
            return Ok(looked);
        }
        zones::check(arguments)?;
        let mut whole = Value::Object(std::mem::take(&mut looked.arguments));
        zones::settle(&mut whole);
        let mut sites = Vec::new();
        find(&mut whole, "", "", &mut sites);
        for site in sites {
            self.check_site(&site, &mut whole, &mut looked).await?;
        }
        if let Value::Object(arguments) = whole {
            looked.arguments = arguments;
        }
        Ok(looked)
    }

    async fn check_site(&self, site: &Site, whole: &mut Value, looked: &mut Looked) -> Result<()> {
        let (arguments, end) = match &site.arguments {
            Given::Scheduler(given) => (Arguments::Given(given.as_ref()), ""),
            Given::Json(json) => (Arguments::Json(json), ".json"),
            Given::Sent(sent) => (Arguments::Sent(*sent), ""),
        };
        let call = Call {
            canister: site.canister,
            method: &site.method,
            arguments: &arguments,
        };
        let place = Place {
            method: &format!("{}.method", site.place),
            arguments: &format!("{}.arguments{end}", site.place),
        };
        let kept = match self.scheduler.check_call(&call, &place).await? {
            Checked::Unknown => {
                looked.unchecked.push(unchecked(site.canister, &site.place));
                return Ok(());
            }
            Checked::AsGiven => return Ok(()),
            Checked::As(kept) => kept,
        };
        let (shown, given) = match &kept {
            CallArguments::Text { value } => (value.clone(), json!({ "text": { "value": value } })),
            CallArguments::Bytes { value } => {
                let digits = format!("hex:{}", hex::encode(value));
                (digits.clone(), json!({ "bytes": { "value": digits } }))
            }
        };
        looked.calls.push(json!({
            "place": site.place,
            "canister": site.canister.to_text(),
            "method": site.method,
            "arguments": shown,
        }));
        if let Some(Value::Object(call)) = whole.pointer_mut(&site.pointer) {
            call.insert("arguments".to_string(), given);
        }
        Ok(())
    }
}

/// Says in the schema of a tool that the arguments of a call may be JSON, which the scheduler's own
/// interface does not know.
pub(super) fn offer_json(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(cases) = members.get_mut("arguments") {
                offer_case(cases);
            }
            members.values_mut().for_each(offer_json);
        }
        Value::Array(items) => items.iter_mut().for_each(offer_json),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn offer_case(choice: &mut Value) {
    let Some(Value::Object(cases)) = choice.get_mut("properties") else {
        return;
    };
    if !["text", "bytes"]
        .iter()
        .all(|case| cases.contains_key(*case))
    {
        return;
    }
    // The room for it: what the cases say themselves need not be said of their only field too.
    for case in cases.values_mut() {
        if let Some(Value::Object(value)) = case.pointer_mut("/properties/value") {
            value.shift_remove("description");
        }
    }
    let json = json!({ "type": "object", "description": "By the callee's interface." });
    cases.insert("json".to_string(), json);
}

/// Finds the methods in a value, and brings their arguments into the scheduler's form.
fn find(value: &mut Value, pointer: &str, place: &str, sites: &mut Vec<Site>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let pointer = format!("{pointer}/{index}");
                find(item, &pointer, &format!("{place}[{index}]"), sites);
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if MAY_BE_TEXT.contains(&name.as_str()) {
                    parse(member);
                }
                let escaped = name.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{escaped}");
                let place = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                match site(name, member, &pointer, &place) {
                    Some(site) => sites.push(site),
                    None => find(member, &pointer, &place, sites),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An object or a list that came as its text.
fn parse(value: &mut Value) {
    let text = value.as_str().map(str::trim_start).unwrap_or_default();
    if text.starts_with(['{', '['])
        && let Ok(parsed) = serde_json::from_str::<Value>(text)
    {
        *value = parsed;
    }
}

/// The method that a member of this name names, if it does.
fn site(name: &str, member: &mut Value, pointer: &str, place: &str) -> Option<Site> {
    if !matches!(name, "call" | "callback" | "canister") {
        return None;
    }
    let members = member.as_object_mut()?;
    let canister = Principal::from_text(members.get("canister")?.as_str()?.trim()).ok();
    let method = members.get("method")?.as_str()?.to_string();
    let arguments = match name {
        "call" => {
            let given = members.get_mut("arguments");
            // What has none of the forms is for the encoder to refuse.
            match given {
                None => Given::Scheduler(None),
                Some(given) => given_arguments(given)?,
            }
        }
        "callback" => Given::Sent(Sent::Finished),
        _ => Given::Sent(Sent::Message),
    };
    // The network's own canister takes a callback away.
    let canister = canister
        .filter(|canister| name != "callback" || *canister != Principal::management_canister())?;
    Some(Site {
        pointer: pointer.to_string(),
        place: place.to_string(),
        canister,
        method,
        arguments,
    })
}

/// The arguments in any form that is taken. JSON is brought into one that the scheduler's interface
/// has, so that what is wrong beside it is said in place of that.
fn given_arguments(given: &mut Value) -> Option<Given> {
    let text = |value: &str| {
        Given::Scheduler(Some(CallArguments::Text {
            value: value.to_string(),
        }))
    };
    let (found, settled) = match &mut *given {
        Value::Null => return Some(Given::Scheduler(None)),
        Value::String(value) => (text(value), Some(value.clone())),
        Value::Object(cases) => match only_case(cases) {
            Some(("text", Value::String(value))) => (text(value), Some(value.clone())),
            Some(("text", inner)) => match inner["value"].as_str() {
                Some(value) => (text(value), None),
                None => return None,
            },
            Some(("bytes", inner)) => {
                let value = bytes_of(inner.get("value").unwrap_or(inner))?;
                (Given::Scheduler(Some(CallArguments::Bytes { value })), None)
            }
            Some(("json", value)) => {
                let mut value = value.clone();
                parse(&mut value);
                (Given::Json(value.clone()), Some(value.to_string()))
            }
            _ => (Given::Json(given.clone()), Some(given.to_string())),
        },
        Value::Array(_) => (Given::Json(given.clone()), Some(given.to_string())),
        Value::Bool(_) | Value::Number(_) => return None,
    };
    if let Some(value) = settled {
        *given = json!({ "text": { "value": value } });
    }
    Some(found)
}

/// The case that an object names, but for those that are null.
fn only_case(cases: &Object) -> Option<(&str, &Value)> {
    let mut given = cases.iter().filter(|(_, value)| !value.is_null());
    match (given.next(), given.next()) {
        (Some((name, value)), None) => Some((name, value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
