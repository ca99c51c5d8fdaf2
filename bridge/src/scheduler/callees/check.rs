//! Whether a canister has the method that a task is to call, and takes the arguments for it.

use std::sync::Arc;

use candid::Principal;
use chime_types::CallArguments;
use serde_json::Value;

use super::sent::Sent;
use crate::candid_json::{Interface, Kept, Method, advice};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Canister, Scheduler};

/// What somebody wants called later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub canister: Principal,
    pub method: &'a str,
    pub arguments: &'a Arguments<'a>,
}

/// What the method is to be given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arguments<'a> {
    /// As the scheduler takes them; none is `()`.
    Given(Option<&'a CallArguments>),
    /// A value in JSON.
    Json(&'a Value),
    /// The scheduler itself gives them.
    Sent(Sent),
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They are right, and kept as they are.
    AsGiven,
    /// They are right if they are kept like this.
    As(CallArguments),
    /// Nobody knows: there is no interface.
    Unknown,
}

/// Where in a request a call stands: the place of the method, and of its arguments.
pub(crate) struct Place<'a> {
    pub method: &'a str,
    pub arguments: &'a str,
}

impl<C: Canister> Scheduler<C> {
    /// Checks a call against the interface of its callee.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault: a method that does not exist or cannot be called,
    /// or arguments that it does not take.
    pub(crate) async fn check_call(&self, call: &Call<'_>, place: &Place<'_>) -> Result<Checked> {
        let Some(interface) = self.interface_for(call).await else {
            return match json_of(call.arguments) {
                Some(_) => Err(untyped(call.canister).at(place.arguments)),
                None => Ok(Checked::Unknown),
            };
        };
        let method = method_of(&interface, call).map_err(|error| error.at(place.method))?;
        // What the scheduler sends nobody can change: the method is at fault then.
        let at = match call.arguments {
            Arguments::Sent(_) => place.method,
            Arguments::Given(_) | Arguments::Json(_) => place.arguments,
        };
        let checked = arguments_for(&interface, method, call.arguments);
        checked.map_err(|error| within(error, at))
    }
}

impl<C: Canister> Scheduler<C> {
    /// The interface that a call is checked by.
    async fn interface_for(&self, call: &Call<'_>) -> Option<Arc<Interface>> {
        let interface = self.callee(call.canister).await?;
        if interface.method(call.method).is_some() {
            return Some(interface);
        }
        if call.canister == Principal::management_canister() {
            // Of that one only what tasks call is known; whoever controls the scheduler may call more.
            return None;
        }
        // It may have been upgraded since it was asked.
        self.callees.forget(call.canister);
        self.callee(call.canister).await
    }
}

/// What is said of a call that could not be checked.
pub(crate) fn unchecked(canister: Principal, place: &str) -> String {
    format!(
        "{place}: no interface of {canister} was found, so the method and arguments were not checked"
    )
}

/// The method that a call names.
fn method_of<'a>(interface: &'a Interface, call: &Call<'_>) -> Result<&'a Method> {
    if let Some(method) = interface.method(call.method) {
        return match method.is_composite {
            false => Ok(method),
            true => Err(Error::new(
                Kind::InvalidArgument,
                format!(
                    "{} is a composite query, which no canister can call",
                    method.name
                ),
                "choose a method that is an update or a plain query",
            )),
        };
    }
    let names: Vec<_> = interface
        .methods()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let rule = format!("{} has no method {:?}", call.canister, call.method);
    let fix = match names.is_empty() {
        true => "call another canister: this one has no methods".to_string(),
        false => advice(call.method, &names),
    };
    Err(Error::new(Kind::InvalidArgument, rule, fix))
}

fn arguments_for(
    interface: &Interface,
    method: &Method,
    arguments: &Arguments<'_>,
) -> Result<Checked> {
    if let Some(json) = json_of(arguments) {
        return Ok(as_kept(interface.keep_json(method, &json)?));
    }
    match arguments {
        // It was taken above.
        Arguments::Json(_) => Ok(Checked::AsGiven),
        Arguments::Sent(sent) => {
            let taken = interface.check_bytes(method, &sent.sample());
            taken.map(|()| Checked::AsGiven).map_err(|_| {
                Error::new(
                    Kind::InvalidArgument,
                    format!(
                        "{} does not take one {}, which is what it is given",
                        method.name,
                        sent.name()
                    ),
                    "choose a method that does; get_api_doc shows the record with its fields",
                )
            })
        }
        Arguments::Given(None) => Ok(as_kept(interface.keep_text(method, "()")?)),
        // What it becomes is known only when the placeholders are filled in.
        Arguments::Given(Some(CallArguments::Text { value })) if value.contains("{{") => {
            Ok(Checked::AsGiven)
        }
        Arguments::Given(Some(CallArguments::Text { value })) => {
            Ok(as_kept(interface.keep_text(method, value)?))
        }
        Arguments::Given(Some(CallArguments::Bytes { value })) => {
            interface.check_bytes(method, value)?;
            Ok(Checked::AsGiven)
        }
    }
}

fn as_kept(kept: Kept) -> Checked {
    match kept {
        Kept::AsWritten => Checked::AsGiven,
        Kept::Text(value) => Checked::As(CallArguments::Text { value }),
        Kept::Bytes(value) => Checked::As(CallArguments::Bytes { value }),
    }
}

/// The arguments as JSON, if that is what they are. A text in Candid's form begins with a
/// parenthesis, so one that is an object or a list can only be JSON.
fn json_of(arguments: &Arguments<'_>) -> Option<Value> {
    match arguments {
        Arguments::Json(value) => Some((*value).clone()),
        Arguments::Given(Some(CallArguments::Text { value }))
            if value.trim_start().starts_with(['{', '[']) =>
        {
            serde_json::from_str(value).ok()
        }
        Arguments::Given(_) | Arguments::Sent(_) => None,
    }
}

/// JSON says nothing about types.
fn untyped(canister: Principal) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!(
            "no interface of {canister} was found, and arguments in JSON get their types from it"
        ),
        "check the canister's id, or give the arguments in Candid's textual form, such as \
         (record { amount = 5 : nat })",
    )
}

/// The same error, about a place in the arguments.
fn within(error: Error, place: &str) -> Error {
    let place = match error.field() {
        None => place.to_string(),
        Some(field) => format!("{place}.{field}"),
    };
    error.at(place)
}
