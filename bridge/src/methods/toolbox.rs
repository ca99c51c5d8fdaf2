//! What is offered, and what carries it out, as one trait: JSON in, JSON out.
//!
//! It knows no protocol: a surface says in its own terms what a [`Tool`] and a [`Reply`] are.

use serde_json::{Map, Value};

use super::catalogue::Hints;

/// The members of a JSON object, in their order.
pub type Object = Map<String, Value>;

/// A method, or a question above the methods, as it is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Unlike any other, and of letters that every client takes.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it does, and when it is of use.
    pub description: String,
    /// The JSON schema of its arguments.
    pub input_schema: Object,
    /// The JSON schema of its answer, where an interface states it.
    pub output_schema: Option<Object>,
    /// The worst that it can do.
    pub hints: Hints,
    /// Whether it takes `confirm`, for the consent of the user.
    pub asks_for_consent: bool,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It was carried out.
    Done(Value),
    /// It was not: what is wrong, and the way out.
    Refused(Value),
}

/// Tools and what carries them out.
pub trait Toolbox: Send + Sync + 'static {
    /// Every tool, always in the same order.
    fn tools(&self) -> &[Tool];

    /// What a client should know before it uses the tools.
    fn instructions(&self) -> &str;

    /// Carries out a tool; `None` if there is none of this name.
    ///
    /// Dropping the future cancels the call: nothing is waited for any more, and what was sent to
    /// a canister before goes its way.
    fn call(
        &self,
        name: &str,
        arguments: &Object,
        progress: &dyn Progress,
    ) -> impl Future<Output = Option<Reply>> + Send;

    /// The tool of this name.
    fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools().iter().find(|tool| tool.name == name)
    }
}

/// Who is told how far a call is. It must return at once.
pub trait Progress: Send + Sync {
    /// Tells that a call is at `done`, which only rises, of `total` if that is known.
    fn report(&self, done: f64, total: Option<f64>, message: &str);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _done: f64, _total: Option<f64>, _message: &str) {}
}
