//! What each method does: check who asks, check the request, change the store, show the result.
//!
//! Everything is checked before anything is written, so an error leaves the store as it was.
//! Effects (time, caller, timer) come in as arguments.

mod access;
mod alerts;
mod backfills;
mod backups;
pub mod codices;
mod config;
mod doc;
mod events;
mod executions;
mod jobs;
mod library;
mod metrics;
mod rates;
mod restore;
mod room;
mod schedules;
mod stats;
mod tasks;
mod templates;
mod update;
mod users;
mod validate;
mod views;

pub use access::Caller;
pub use alerts::{
    clear_inbox, create_alert, delete_alert, get_inbox, list_alerts, test_alert, update_alert,
};
pub use backfills::{backfill, cancel_backfill, list_backfills};
pub use backups::{
    delete_backup, get_backup_chunk, list_backups, list_reports, upload_backup_chunk,
};
pub use config::{configure, get_config};
pub use doc::api_doc;
pub use events::events_since;
pub use executions::{
    cancel_execution, dead_letters, executions, get_execution, replay_dead_letters,
    resume_execution, retry_execution, run_now, snooze_execution,
};
pub use jobs::{claim_jobs, complete_job, fail_job, heartbeat_job, release_job};
pub use library::{
    define_action, delete_action, delete_secret, list_actions, list_secrets, put_secret,
};
pub use metrics::http_reply;
pub use rates::{changing, may_change};
pub use restore::restore_backup;
pub use schedules::{add_schedule, preview, remove_schedule, set_schedule};
pub use stats::{Platform, stats};
pub use tasks::{create, delete, get, list, pause, resume};
pub use templates::{create_backup_task, create_cleanup_task};
pub use update::update;
pub use users::{delete_user, get_me, list_users, put_user};
pub use validate::changes as check_changes;

use candid::CandidType;
use chime_types::limits;

use crate::engine::Budget;

/// The first `limit` items, fewer if they are large, and whether more follow.
fn take_page<T: CandidType>(mut items: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let mut page = Vec::new();
    let mut bytes = 0;
    while page.len() < limit && bytes < limits::MAXIMUM_PAGE_BYTES {
        let Some(item) = items.next() else {
            return (page, false);
        };
        let (item, size) = with_size(item);
        bytes += size;
        page.push(item);
    }
    (page, items.next().is_some())
}

/// Looks through a list for a page: at so many entries at most, and at no further one once the budget
/// is spent. Returns what `show` makes of those that match, and with the last entry that was
/// looked at if others follow it: a page may be short, or empty, and not be the last.
fn search<I, T>(
    items: impl Iterator<Item = I>,
    number: impl Fn(&I) -> u64,
    show: impl Fn(I) -> Option<(T, usize)>,
    limit: usize,
    budget: &Budget<'_>,
) -> (Vec<T>, Option<u64>) {
    let mut page = Vec::new();
    let mut bytes = 0;
    let mut last = None;
    for (looked_at, item) in items.enumerate() {
        let is_full = page.len() == limit || bytes >= limits::MAXIMUM_PAGE_BYTES;
        let is_spent = looked_at > 0 && budget.is_spent();
        if is_full || is_spent || looked_at == limits::MAXIMUM_LOOKED_AT {
            return (page, last);
        }
        last = Some(number(&item));
        if let Some((shown, size)) = show(item) {
            bytes += size;
            page.push(shown);
        }
    }
    (page, None)
}

/// What is shown, with its size in an answer.
fn with_size<T: CandidType>(item: T) -> (T, usize) {
    let bytes = candid::encode_one(&item).map_or(0, |encoded| encoded.len());
    (item, bytes)
}
