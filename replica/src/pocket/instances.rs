//! The instances of a server by their numbers, which are never given twice.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::instance::Instance;
use super::limits::INSTANCES;
use super::problem::Problem;

/// The instances; `None` in place of those that were deleted.
#[derive(Default)]
pub(super) struct Instances(RwLock<Vec<Option<Instance>>>);

impl Instances {
    /// Refuses another instance when there are too many.
    pub(super) fn check_room(&self) -> Result<(), Problem> {
        let alive = self.read().iter().flatten().count();
        if alive < INSTANCES {
            return Ok(());
        }
        Err(Problem::new(format!(
            "The server has {INSTANCES} instances already; delete some"
        )))
    }

    /// Takes an instance and gives its number.
    pub(super) fn add(&self, instance: Instance) -> usize {
        let mut instances = self.write();
        instances.push(Some(instance));
        instances.len() - 1
    }

    /// An instance that was not deleted.
    pub(super) fn get(&self, number: usize) -> Result<Instance, Problem> {
        let instances = self.read();
        let instance = instances.get(number).cloned().flatten();
        instance.ok_or_else(|| unknown(number))
    }

    /// Ends an instance and waits until its state is stored.
    pub(super) async fn delete(&self, number: usize) -> Result<(), Problem> {
        let taken = self.write().get_mut(number).and_then(Option::take);
        taken.ok_or_else(|| unknown(number))?.end().await
    }

    /// Ends all instances.
    pub(super) async fn delete_all(&self) {
        let taken: Vec<_> = self.write().iter_mut().filter_map(Option::take).collect();
        for instance in taken {
            if let Err(problem) = instance.end().await {
                tracing::error!(reason = problem.message, "an instance did not end well");
            }
        }
    }

    /// What each instance is doing, in the words of PocketIC.
    pub(super) fn states(&self) -> Vec<String> {
        let state = |instance: &Option<Instance>| match instance {
            None => "Deleted".to_owned(),
            Some(instance) => match instance.busy_with() {
                Some(ticket) => format!("Busy({ticket})"),
                None => "Available".to_owned(),
            },
        };
        self.read().iter().map(state).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Option<Instance>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Option<Instance>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(number: usize) -> Problem {
    Problem::not_found(format!("Instance {number} does not exist or was deleted"))
}
