//! What is known of the canisters that tasks call: their interfaces, as they publish them.
//!
//! Each is asked for once a minute at most, and whatever keeps it from arriving keeps nothing else:
//! it is not known then, and nothing is checked by it.

mod check;
mod sent;
mod shown;
mod sites;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use candid::Principal;
use tokio::time::timeout;

pub use check::Checked;
pub(crate) use check::{Arguments, Call, Place, unchecked};
pub(crate) use sent::Sent;
pub use sites::NamesCallees;

use crate::candid_json::{Interface, Names};
use crate::scheduler::{Canister, Scheduler};

/// How long an interface is good for: its canister may be upgraded meanwhile.
const LIFETIME: Duration = Duration::from_secs(60);

/// Longest wait for an interface.
const PATIENCE: Duration = Duration::from_secs(5);

/// What tasks may call of the network's own canister, which publishes nothing.
const MANAGEMENT: &str = "service : { raw_rand : () -> (blob) }";

/// Most canisters that are remembered.
const MAXIMUM_CALLEES: usize = 1_000;

/// Most tasks that are remembered.
const MAXIMUM_TASKS: usize = 1_000;

/// What was asked for in this process, shared by all that ask.
#[derive(Clone, Default)]
pub(super) struct Callees(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// The interfaces; none where there is none.
    interfaces: BTreeMap<Principal, Known>,
    /// The names in all of them.
    names: Names,
    /// When the callees of a task were last asked.
    tasks: BTreeMap<u64, Instant>,
}

#[derive(Clone)]
struct Known {
    since: Instant,
    interface: Option<Arc<Interface>>,
}

impl Callees {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, canister: Principal) -> Option<Known> {
        let memory = self.memory();
        let found = memory.interfaces.get(&canister)?;
        (found.since.elapsed() < LIFETIME).then(|| found.clone())
    }

    fn put(&self, canister: Principal, interface: Option<Arc<Interface>>) {
        let mut memory = self.memory();
        if memory.interfaces.len() >= MAXIMUM_CALLEES {
            memory.interfaces.clear();
        }
        if let Some(interface) = &interface {
            memory.names.learn(interface);
        }
        let since = Instant::now();
        memory
            .interfaces
            .insert(canister, Known { since, interface });
    }

    /// The canister is asked again.
    fn forget(&self, canister: Principal) {
        self.memory().interfaces.remove(&canister);
    }

    fn with_names(&self, look: impl FnOnce(&Names)) {
        look(&self.memory().names);
    }

    /// Whether it is time to ask for the callees of a task.
    fn wants(&self, task_id: u64) -> bool {
        let mut memory = self.memory();
        let asked = memory.tasks.get(&task_id);
        if asked.is_some_and(|asked| asked.elapsed() < LIFETIME) {
            return false;
        }
        if memory.tasks.len() >= MAXIMUM_TASKS {
            memory.tasks.clear();
        }
        memory.tasks.insert(task_id, Instant::now());
        true
    }
}

impl<C: Canister> Scheduler<C> {
    /// The interface of a canister on the same network; none if it publishes none that can be read,
    /// or does not answer.
    pub async fn callee(&self, canister: Principal) -> Option<Arc<Interface>> {
        if let Some(known) = self.callees.get(canister) {
            return known.interface;
        }
        let asked = async {
            match canister == Principal::management_canister() {
                true => Ok(Some(MANAGEMENT.to_string())),
                false => self.canister().interface_text(canister).await,
            }
        };
        let text = match timeout(PATIENCE, asked).await {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => {
                tracing::debug!(%canister, rule = error.rule(), "its interface does not arrive");
                None
            }
            Err(_) => None,
        };
        let interface = text.and_then(|text| Interface::parse(&text).ok());
        let interface = interface.map(Arc::new);
        self.callees.put(canister, interface.clone());
        interface
    }
}

#[cfg(test)]
mod tests;
