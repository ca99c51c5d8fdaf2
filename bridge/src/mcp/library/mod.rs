//! What a scheduler offers beside its tools: resources, prompts, completions, changes, and
//! executions as tasks.
//!
//! It only reads, but for [`Library::stop`]. What a scheduler does not know, such as other
//! canisters, has none of this.

mod address;
mod completions;
mod feed;
mod handles;
mod prompts;
mod resources;

use std::sync::Arc;

use rmcp::model::{Prompt, ResourceTemplate};

use self::address::Address;
use super::changes::Changes;
use crate::candid_json::Interface;
use crate::error::Result;
use crate::feed::Pace;
use crate::scheduler::{SCHEDULER_INTERFACE, Scheduler};

/// What a scheduler offers beside its tools.
pub struct Library {
    scheduler: Scheduler,
    interface: Interface,
    changes: Changes,
}

impl Library {
    /// The library of a scheduler.
    ///
    /// # Errors
    /// `Incompatible` if the program's own interface cannot be read.
    pub fn new(scheduler: Scheduler) -> Result<Self> {
        let timeline = Arc::new(scheduler.clone());
        let feed = move |teller| -> futures::future::BoxFuture<'static, ()> {
            Box::pin(feed::feed(timeline.clone(), Pace::default(), teller))
        };
        Ok(Self {
            scheduler,
            interface: Interface::parse(SCHEDULER_INTERFACE)?.with_meaningful_names(),
            changes: Changes::new(Box::new(feed)),
        })
    }

    /// Every change of a resource.
    pub(super) const fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether there can be changes of a resource with this address.
    pub(super) fn may_change(uri: &str) -> bool {
        Address::parse(uri).is_some_and(Address::may_change)
    }

    /// The prompts.
    pub(super) fn prompts() -> Vec<Prompt> {
        prompts::prompts()
    }

    /// The patterns of all addresses.
    pub(super) fn templates() -> Vec<ResourceTemplate> {
        resources::templates()
    }
}
