//! What the placeholders of an attempt stand for, looked up in the store; `filling` puts it in.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chime_types::Cause;

use super::failure::Failure;
use super::filling::{Filling, Source, Value};
use super::resolve::{Resolved, user_name};
use crate::state::State;
use crate::state::keys::NameKey;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// A text of which parts can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Attributes,
    Result(usize),
    Error(usize),
}

/// Everything that placeholders may name, and what is left to be filled in.
pub(super) struct Values<'a> {
    pub state: &'a State,
    pub task: &'a TaskRecord,
    pub execution: &'a ExecutionRecord,
    pub resolved: &'a Resolved,
    pub token: u64,
    filling: Filling,
    sources: RefCell<BTreeMap<Origin, Rc<Source>>>,
}

impl<'a> Values<'a> {
    /// The values of an attempt under this token.
    pub fn new(
        state: &'a State,
        task: &'a TaskRecord,
        execution: &'a ExecutionRecord,
        resolved: &'a Resolved,
        token: u64,
    ) -> Self {
        Self {
            state,
            task,
            execution,
            resolved,
            token,
            filling: Filling::default(),
            sources: RefCell::default(),
        }
    }

    /// Fills a part of the attempt in. `part` is its name in an error: "the arguments have".
    ///
    /// # Errors
    /// What cannot be filled in, or how large it would be.
    pub fn fill(&self, part: &str, text: &str, maximum: usize) -> Result<String, Failure> {
        self.filling
            .fill(&|path| self.value(path), part, text, maximum)
    }

    fn value(&self, path: &str) -> Result<Rc<Value>, Failure> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        Ok(match root {
            "execution_id" => Value::new(self.execution.id.0.to_string()),
            "task_id" => Value::new(self.task.id.0.to_string()),
            "task_name" => Value::new(self.task.name.clone()),
            "scheduled_at" => Value::new(self.execution.scheduled_at.to_string()),
            "step" => Value::new(self.execution.step.to_string()),
            "attempt" => Value::new(self.execution.attempt.to_string()),
            "fencing_token" => Value::new(self.token.to_string()),
            "user" => Value::new(user_name(self.state, self.task)),
            "entity_name" => Value::new(self.resolved.entity_name.clone().unwrap_or_default()),
            "attributes" => {
                let attributes = self.resolved.attributes.as_deref().unwrap_or("");
                self.source(Origin::Attributes).part(attributes, rest)?
            }
            "secrets" => self.secret(rest)?,
            "steps" => self.step(rest)?,
            _ => return Err(missing("there is no such name")),
        })
    }

    fn source(&self, origin: Origin) -> Rc<Source> {
        self.sources.borrow_mut().entry(origin).or_default().clone()
    }

    fn secret(&self, name: &str) -> Result<Rc<Value>, Failure> {
        let key = NameKey {
            owner: self.task.owner,
            name: name.to_string(),
        };
        self.state.secret(&key).map(Value::new).ok_or_else(|| {
            let text = "there is no such secret: put it with put_secret";
            Failure::new(Cause::NoSuchSecret, text)
        })
    }

    fn step(&self, rest: &str) -> Result<Rc<Value>, Failure> {
        let mut parts = rest.splitn(3, '.');
        let number: usize = parts
            .next()
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| missing("steps are counted from 0"))?;
        let done = self
            .execution
            .steps
            .get(number)
            .ok_or_else(|| missing("that step has not been run"))?;
        let what = parts.next().unwrap_or("");
        let (text, origin) = match what {
            "result" => (done.result.as_deref(), Origin::Result(number)),
            _ => (done.error.as_deref(), Origin::Error(number)),
        };
        let text = text.unwrap_or("");
        match parts.next() {
            None => Ok(Value::new(text)),
            Some(path) => self.source(origin).part(text, path),
        }
    }
}

fn missing(why: &str) -> Failure {
    Failure::new(Cause::Placeholder, why)
}
