//! Whole lists of everything but tasks and executions of one task, page by page.

use chime_types::{
    ActionDefinition, Alert, Backfill, Backup, DeadLettersRequest, Event, EventsSinceRequest,
    ListBackfillsRequest, ListUsersRequest, Message, NamesPageRequest, PageRequest, TaskExecution,
    User, limits,
};

use super::Scheduler;
use crate::error::Result;

const PAGE: Option<u32> = Some(limits::MAXIMUM_PAGE_ITEMS);

/// Asks for page after page until there is none, or `$enough` holds. The cursors of these lists
/// only rise or fall, so no page comes twice.
macro_rules! pages {
    ($self:ident.$method:ident, $request:ident { $($field:ident: $value:expr),* }, $items:ident,
     $most:expr) => {{
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let request = $request { cursor, limit: PAGE, $($field: $value),* };
            let page = $self.$method(&request).await?;
            all.extend(page.$items);
            cursor = page.next_cursor;
            if cursor.is_none() || all.len() >= $most {
                all.truncate($most);
                return Ok(all);
            }
        }
    }};
}

impl Scheduler {
    /// Registered actions: the caller's own, then those for all owners.
    ///
    /// # Errors
    /// Those of `list_actions`.
    pub async fn all_actions(&self) -> Result<Vec<ActionDefinition>> {
        pages!(self.list_actions, NamesPageRequest {}, actions, usize::MAX)
    }

    /// The caller's alerts.
    ///
    /// # Errors
    /// Those of `list_alerts`.
    pub async fn all_alerts(&self) -> Result<Vec<Alert>> {
        pages!(self.list_alerts, PageRequest {}, alerts, usize::MAX)
    }

    /// The backfills of a task.
    ///
    /// # Errors
    /// Those of `list_backfills`.
    pub async fn all_backfills(&self, task_id: u64) -> Result<Vec<Backfill>> {
        pages!(
            self.list_backfills,
            ListBackfillsRequest { task_id: task_id },
            backfills,
            usize::MAX
        )
    }

    /// The caller's backups, the oldest first.
    ///
    /// # Errors
    /// Those of `list_backups`.
    pub async fn all_backups(&self) -> Result<Vec<Backup>> {
        pages!(self.list_backups, PageRequest {}, backups, usize::MAX)
    }

    /// Registered users.
    ///
    /// # Errors
    /// Those of `list_users`.
    pub async fn all_users(&self) -> Result<Vec<User>> {
        pages!(self.list_users, ListUsersRequest {}, users, usize::MAX)
    }

    /// The newest `most` messages of the inbox.
    ///
    /// # Errors
    /// Those of `get_inbox`.
    pub async fn inbox(&self, most: usize) -> Result<Vec<Message>> {
        pages!(self.get_inbox, PageRequest {}, messages, most)
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
        pages!(
            self.list_dead_letters,
            DeadLettersRequest {
                task_id: task_id,
                error_contains: error_contains.clone()
            },
            executions,
            most
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
        let mut request = EventsSinceRequest {
            limit: PAGE,
            ..filter.clone()
        };
        let mut seen = 0;
        loop {
            let page = self.events_since(&request).await?;
            seen += page.events.len();
            events.extend(page.events);
            let excess = events.len().saturating_sub(most);
            events.drain(..excess);
            request.cursor = Some(page.next_cursor);
            if !page.more {
                return Ok((events, page.next_cursor));
            }
            told(seen);
        }
    }
}
