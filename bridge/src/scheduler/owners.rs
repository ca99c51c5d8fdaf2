//! The tasks of all owners, for those who may see them.
//!
//! The scheduler lists the tasks of an owner that is named. The owners are those who are known to it, and
//! those whose tasks turn up when identifiers are tried: a restored task belongs to a key that may never
//! have called.

use std::collections::{BTreeMap, BTreeSet};

use candid::Principal;
use chime_types::{EmptyRequest, GetMyTasksRequest, Task, TaskRequest, limits};

use super::pages::items;
use super::{Canister, Scheduler};
use crate::error::{Kind, Result};

/// Identifiers in a row that nothing has, after which no further one is tried.
const GAP: u64 = 64;
/// Most identifiers that are tried.
const MAXIMUM_TRIED: u64 = 2_000;

/// What the list of all tasks may lack: no method of the scheduler lists its owners.
pub const HOW_OWNERS_ARE_FOUND: &str = "Owners who are not registered and spent no cycles today are found by \
    trying task ids: a task behind 64 unused ids in a row, or 2,000 in all, may be missing here.";

impl<C: Canister> Scheduler<C> {
    /// The tasks of all owners, by owner and age, as far as the owners can be found: see
    /// [`HOW_OWNERS_ARE_FOUND`].
    ///
    /// # Errors
    /// Those of `get_me` and `get_my_tasks`: `Forbidden` for who may see no tasks of others.
    pub async fn tasks_of_all(&self, told: impl Fn(usize)) -> Result<Vec<Task>> {
        let mut owners = self.known_owners().await?;
        let mut tasks = BTreeMap::new();
        for owner in &owners {
            self.collect(*owner, &mut tasks).await?;
            told(tasks.len());
        }
        let (mut id, mut unused, mut tried) = (0, 0, 0);
        while unused < GAP && tried < MAXIMUM_TRIED {
            id += 1;
            if tasks.contains_key(&id) {
                unused = 0;
                continue;
            }
            tried += 1;
            match self.get_task(&TaskRequest { task_id: id }).await {
                Err(error) if error.kind() == Kind::NotFound => unused += 1,
                Err(error) => return Err(error),
                Ok(task) => {
                    unused = 0;
                    owners.insert(task.owner);
                    self.collect(task.owner, &mut tasks).await?;
                    told(tasks.len());
                }
            }
        }
        Ok(tasks.into_values().collect())
    }

    /// The caller, the registered users, and who spends cycles.
    async fn known_owners(&self) -> Result<BTreeSet<Principal>> {
        let me = self.get_me(&EmptyRequest {}).await?;
        let mut owners = BTreeSet::from([me.principal]);
        match self.all_users().await {
            Ok(users) => owners.extend(users.iter().map(|user| user.principal)),
            // Operators and viewers see tasks, and not the register.
            Err(error) if error.kind() == Kind::Forbidden => {}
            Err(error) => return Err(error),
        }
        let stats = self.get_stats(&EmptyRequest {}).await?;
        let spenders = stats.spenders.unwrap_or_default();
        owners.extend(spenders.iter().map(|spender| spender.owner));
        Ok(owners)
    }

    async fn collect(&self, owner: Principal, tasks: &mut BTreeMap<u64, Task>) -> Result<()> {
        let all = items(usize::MAX, |cursor| {
            let request = GetMyTasksRequest {
                cursor,
                limit: Some(limits::MAXIMUM_PAGE_ITEMS),
                owner: Some(owner),
            };
            async move {
                let page = self.get_my_tasks(&request).await?;
                Ok((page.tasks, page.next_cursor))
            }
        });
        tasks.extend(all.await?.into_iter().map(|task| (task.id, task)));
        Ok(())
    }
}
