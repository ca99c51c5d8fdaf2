//! Whole lists.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use chime_types::{
    ActionDefinition, Alert, Backfill, Backup, Codex, DeadLettersRequest, Event,
    EventsSinceRequest, ExecutionStatus, GetMyTasksRequest, GetTaskExecutionsRequest,
    ListBackfillsRequest, ListUsersRequest, Message, NamesPageRequest, PageRequest, Task,
    TaskExecution, User, limits,
};

use super::pages::{each_page, items};
use super::{Canister, Scheduler};
use crate::error::Result;

const PAGE: Option<u32> = Some(limits::MAXIMUM_PAGE_ITEMS);

/// No larger pages than needed.
fn page_of(most: usize) -> Option<u32> {
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    Some(most.clamp(1, limits::MAXIMUM_PAGE_ITEMS))
}

/// The first items of a list.
macro_rules! list {
    ($most:expr, $self:ident.$method:ident, $request:ident { $($field:ident: $value:expr),* }, $items:ident) => {{
        let most: usize = $most;
        items(most, |cursor| {
            let request = $request { cursor, limit: page_of(most), $($field: $value),* };
            async move {
                let page = $self.$method(&request).await?;
                Ok((page.$items, page.next_cursor))
            }
        })
        .await
    }};
}

impl<C: Canister> Scheduler<C> {
    /// All tasks of the caller, the oldest first.
    ///
    /// # Errors
    /// Those of `get_my_tasks`.
    pub async fn all_tasks(&self) -> Result<Vec<Task>> {
        self.tasks(|_| ()).await
    }

    /// All tasks of the caller, the oldest first. `told` is called with the number of tasks read
    /// so far.
    ///
    /// # Errors
    /// Those of `get_my_tasks`.
    pub async fn tasks(&self, told: impl Fn(usize)) -> Result<Vec<Task>> {
        let mut tasks = Vec::new();
        let ask = |cursor| async move {
            let request = GetMyTasksRequest {
                cursor,
                limit: PAGE,
                owner: None,
            };
            let page = self.get_my_tasks(&request).await?;
            Ok((page.tasks, page.next_cursor))
        };
        let taken = each_page(ask, |page| {
            tasks.extend(page);
            told(tasks.len());
            ControlFlow::Continue(())
        });
        taken.await?;
        Ok(tasks)
    }

    /// The first `most` tasks of the caller, the oldest first, and how many there are.
    ///
    /// # Errors
    /// Those of `get_my_tasks`.
    pub async fn first_tasks(&self, most: usize) -> Result<(Vec<Task>, u64)> {
        let total = AtomicU64::new(0);
        let tasks = items(most, |cursor| {
            let request = GetMyTasksRequest {
                cursor,
                limit: page_of(most),
                owner: None,
            };
            let total = &total;
            async move {
                let page = self.get_my_tasks(&request).await?;
                total.store(page.total_tasks, Ordering::Relaxed);
                Ok((page.tasks, page.next_cursor))
            }
        });
        let tasks = tasks.await?;
        Ok((tasks, total.into_inner()))
    }

    /// The executions of a task, the newest first: at most `most`, and only those with `status` if
    /// one is given.
    ///
    /// # Errors
    /// Those of `get_task_executions`.
    pub async fn executions(
        &self,
        task_id: u64,
        status: Option<ExecutionStatus>,
        most: usize,
    ) -> Result<Vec<TaskExecution>> {
        list!(
            most,
            self.get_task_executions,
            GetTaskExecutionsRequest {
                task_id: task_id,
                status: status
            },
            executions
        )
    }

    /// Registered actions: the caller's own, then those for all owners.
    ///
    /// # Errors
    /// Those of `list_actions`.
    pub async fn all_actions(&self) -> Result<Vec<ActionDefinition>> {
        list!(usize::MAX, self.list_actions, NamesPageRequest {}, actions)
    }

    /// Codices: the caller's own, then those for all owners.
    ///
    /// # Errors
    /// Those of `list_codices`.
    pub async fn all_codices(&self) -> Result<Vec<Codex>> {
        list!(usize::MAX, self.list_codices, NamesPageRequest {}, codices)
    }

    /// The caller's alerts.
    ///
    /// # Errors
    /// Those of `list_alerts`.
    pub async fn all_alerts(&self) -> Result<Vec<Alert>> {
        list!(usize::MAX, self.list_alerts, PageRequest {}, alerts)
    }

    /// The backfills of a task.
    ///
    /// # Errors
    /// Those of `list_backfills`.
    pub async fn all_backfills(&self, task_id: u64) -> Result<Vec<Backfill>> {
        list!(
            usize::MAX,
            self.list_backfills,
            ListBackfillsRequest { task_id: task_id },
            backfills
        )
    }

    /// The caller's backups, the oldest first.
    ///
    /// # Errors
    /// Those of `list_backups`.
    pub async fn all_backups(&self) -> Result<Vec<Backup>> {
        list!(usize::MAX, self.list_backups, PageRequest {}, backups)
    }

    /// Registered users.
    ///
    /// # Errors
    /// Those of `list_users`.
    pub async fn all_users(&self) -> Result<Vec<User>> {
        list!(usize::MAX, self.list_users, ListUsersRequest {}, users)
    }

    /// The newest `most` messages of the inbox.
    ///
    /// # Errors
    /// Those of `get_inbox`.
    pub async fn inbox(&self, most: usize) -> Result<Vec<Message>> {
        list!(most, self.get_inbox, PageRequest {}, messages)
    }

    /// The newest `most` dead letters: of one task, and with an error that contains a text, if
    /// these are given.
    ///
    /// # Errors
    /// Those of `list_dead_letters`.
    pub async fn dead_letters(
        &self,
        task_id: Option<u64>,
        error_contains: Option<String>,
        most: usize,
    ) -> Result<Vec<TaskExecution>> {
        list!(
            most,
            self.list_dead_letters,
            DeadLettersRequest {
                task_id: task_id,
                error_contains: error_contains.clone()
            },
            executions
        )
    }

    /// The newest `most` events that `filter` lets through, the oldest first, and the cursor from
    /// which to go on. `told` is called with the number of events looked at so far.
    ///
    /// # Errors
    /// Those of `events_since`.
    pub async fn latest_events(
        &self,
        filter: &EventsSinceRequest,
        most: usize,
        told: impl Fn(usize),
    ) -> Result<(Vec<Event>, u64)> {
        let mut events: Vec<Event> = Vec::new();
        let mut seen = 0;
        let mut end = filter.cursor.unwrap_or(0);
        let ask = |cursor: Option<u64>| {
            let request = EventsSinceRequest {
                limit: PAGE,
                cursor: cursor.or(filter.cursor),
                ..filter.clone()
            };
            async move {
                let page = self.events_since(&request).await?;
                let next = page.more.then_some(page.next_cursor);
                Ok((vec![page], next))
            }
        };
        let taken = each_page(ask, |pages| {
            for page in pages {
                seen += page.events.len();
                events.extend(page.events);
                let excess = events.len().saturating_sub(most);
                events.drain(..excess);
                end = page.next_cursor;
            }
            told(seen);
            ControlFlow::Continue(())
        });
        taken.await?;
        Ok((events, end))
    }
}
