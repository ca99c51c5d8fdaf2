//! The tools of one canister: made from its interface, and carried out by calling it.
//!
//! * `catalogue` and `verbs` say what is known about methods, `selection` which are served,
//!   `listing` makes the tools, `guidance` says when each is the one to take, `plain_json` puts their
//!   documentation into the terms of JSON, `instructions` say how they are used,
//! * `envelope` tells the arguments of a tool from those of its method, `ids` puts ids in the place of
//!   names, `calling` calls it, `settings` know what a change would lose,
//!   `history` what a change of the configuration removes,
//!   `callees` looks whether the canisters that a request names can do what they are to do,
//!   `outlook` finds out what a call would do, `examples` shows arguments that are right,
//! * `answers`, `views`, `standing` and `size` make of a canister's answer one that people and models read,
//!   `others` says which parts of it are not the scheduler's own words,
//! * `curated` are the tools above the methods,
//! * [`records`] are the scheduler's records in JSON and back, without anything left out.
//!
//! The scheduler is one canister among others: what is known only of it is used only if the
//! interface is the scheduler's.

mod answers;
mod callees;
mod calling;
mod catalogue;
mod curated;
mod envelope;
mod examples;
mod guidance;
mod history;
mod ids;
mod instructions;
mod listing;
mod others;
mod outlook;
mod plain_json;
pub mod records;
mod repeated;
mod samples;
mod selection;
mod settings;
mod size;
mod standing;
mod toolbox;
mod unserved;
mod verbs;
mod views;
mod zones;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

pub use catalogue::Hints;
pub use history::{history_above, removed_history};
pub(crate) use others::{SAID_BY_CALLEE, SAID_BY_OTHERS};
pub use selection::Selection;
pub use toolbox::{Object, Progress, Reply, Silent, Tool, Toolbox};
pub use unserved::Unserved;

use self::envelope::{Extra, Given};
use self::listing::{Entry, Listing, Work};
use crate::candid_json::{Interface, Method};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Canister, SCHEDULER_INTERFACE, Scheduler};
use crate::words::NETWORK_ENDS;

/// The tools of one canister.
pub struct CanisterTools<C> {
    scheduler: Scheduler<C>,
    /// Whether the network ends with this program.
    network_ends: bool,
    interface: Interface,
    is_scheduler: bool,
    entries: Vec<Entry>,
    tools: Vec<Tool>,
    instructions: String,
}

/// Methods that together only the scheduler has.
const SCHEDULER_METHODS: [&str; 6] = [
    "create_task",
    "get_my_tasks",
    "get_task",
    "get_task_executions",
    "preview_schedule",
    "run_task_now",
];

fn is_scheduler(interface: &Interface) -> bool {
    let has = |name: &&str| interface.method(name).is_some();
    SCHEDULER_METHODS.iter().all(has)
}

impl<C: Canister> CanisterTools<C> {
    /// All methods of a scheduler of this version.
    ///
    /// # Errors
    /// None that users can bring about.
    pub fn of_scheduler(scheduler: Scheduler<C>) -> Result<Self> {
        let interface = Interface::parse(SCHEDULER_INTERFACE)?;
        Self::new(scheduler, interface, &Selection::all())
    }

    /// The selected tools of this interface.
    ///
    /// # Errors
    /// `Usage` if a set or a tool is selected that does not exist.
    pub fn new(
        scheduler: Scheduler<C>,
        interface: Interface,
        selection: &Selection,
    ) -> Result<Self> {
        let is_scheduler = is_scheduler(&interface);
        let interface = match is_scheduler {
            true => interface.with_meaningful_names(),
            false => interface,
        };
        let Listing { entries, left_out } = listing::entries(&interface, is_scheduler, selection)?;
        let tools = entries.iter().map(|entry| entry.tool.clone()).collect();
        let zone = TimeZone::system();
        let instructions = instructions::of(is_scheduler, &left_out, zone.iana_name());
        Ok(Self {
            scheduler,
            network_ends: false,
            interface,
            is_scheduler,
            entries,
            tools,
            instructions,
        })
    }

    /// The same tools, on a network that ends with this program if `network_ends`: where schedules are made
    /// or listed, they say so.
    #[must_use]
    pub const fn on_a_network_that(mut self, network_ends: bool) -> Self {
        self.network_ends = network_ends;
        self
    }

    /// The answer, with what is to be known of the network.
    fn noting_the_network(&self, entry: &Entry, answer: Value) -> Value {
        if !self.network_ends || !self.is_scheduler || !entry.tells_of_schedules() {
            return answer;
        }
        match answer {
            Value::Object(mut members) => {
                members.insert("network".to_string(), json!(NETWORK_ENDS));
                Value::Object(members)
            }
            other => other,
        }
    }

    /// Whether the canister is a scheduler of Chime.
    #[must_use]
    pub const fn is_scheduler(&self) -> bool {
        self.is_scheduler
    }

    async fn carry_out_entry(
        &self,
        entry: &Entry,
        arguments: &Object,
        progress: &dyn Progress,
    ) -> Result<Reply> {
        let arguments = self.with_usual_names(entry, arguments);
        if entry.reads_its_arguments() {
            entry.check_names(&arguments)?;
        }
        let mut given = Given::read(&arguments, &entry.extras)?;
        let answer = match &entry.work {
            Work::Overview => self.task_overview(&given.arguments).await?,
            Work::Explanation => self.explain_failure(&given.arguments).await?,
            Work::ScheduleUpdate => self.update_schedule(&given).await?,
            Work::Method(name) => {
                let method = self.method(name)?;
                given.arguments = self.with_ids(method, given.arguments).await?;
                if entry.extras.contains(&Extra::Method) {
                    self.api_doc(given.method.as_deref()).await?
                } else if given.wait_seconds > 0 && !given.dry_run {
                    self.run_and_wait(method, &given, progress).await?
                } else {
                    let before = self.time_before(method, &given).await;
                    let reply = self.call_method(entry, method, &given).await?;
                    return Ok(self.noting_repetition(before, reply).await);
                }
            }
        };
        let hint = "ask for one thing at a time with the arguments of the tool";
        Ok(Reply::Done(size::shorten(answer, hint)))
    }

    fn method(&self, name: &str) -> Result<&Method> {
        self.interface.method(name).ok_or_else(|| {
            Error::new(
                Kind::Internal,
                format!("the method {name} is gone"),
                "start the server again",
            )
        })
    }

    /// The body of an error, with an example if the arguments are wrong.
    fn error_body(&self, entry: &Entry, error: &Error) -> Value {
        let body = error.to_json();
        match &entry.work {
            Work::Method(name) => match self.interface.method(name) {
                Some(method) => self.with_example(method, body),
                None => body,
            },
            Work::Overview | Work::Explanation | Work::ScheduleUpdate => body,
        }
    }
}

impl<C: Canister> Toolbox for CanisterTools<C> {
    fn tools(&self) -> &[Tool] {
        &self.tools
    }

    fn instructions(&self) -> &str {
        &self.instructions
    }

    async fn call(&self, name: &str, arguments: &Object, progress: &dyn Progress) -> Option<Reply> {
        let entry = self.entries.iter().find(|entry| entry.tool.name == name)?;
        let done = self.carry_out_entry(entry, arguments, progress).await;
        let done = done.map(|reply| match reply {
            Reply::Done(answer) => Reply::Done(self.noting_the_network(entry, answer)),
            refused @ Reply::Refused(_) => refused,
        });
        let done = done.map(|reply| match reply {
            // What would be done is the caller's own word.
            Reply::Done(answer) if self.is_scheduler && answer["dry_run"] != true => {
                Reply::Done(others::label(answer))
            }
            reply => reply,
        });
        Some(done.unwrap_or_else(|error| Reply::Refused(self.error_body(entry, &error))))
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wording_tests;
