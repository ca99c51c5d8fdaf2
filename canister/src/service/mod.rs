//! What each method does: check who asks, check the request, change the store, show the result.
//!
//! Everything is checked before anything is written, so an error leaves the store as it was.
//! Effects (time, caller, timer) come in as arguments.

mod access;
mod alerts;
mod backfills;
mod backups;
mod config;
mod doc;
mod events;
mod executions;
mod jobs;
mod library;
mod metrics;
mod rates;
mod restore;
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
    retry_execution, run_now, snooze_execution,
};
pub use jobs::{claim_jobs, complete_job, fail_job, heartbeat_job, release_job};
pub use library::{
    define_action, delete_action, delete_secret, list_actions, list_secrets, put_secret,
};
pub use metrics::http_reply;
pub use restore::restore_backup;
pub use schedules::{add_schedule, preview, remove_schedule, set_schedule};
pub use stats::{Platform, stats};
pub use tasks::{create, delete, get, list, pause, resume};
pub use templates::{create_backup_task, create_cleanup_task};
pub use update::update;
pub use users::{delete_user, get_me, list_users, put_user};

use candid::CandidType;
use chime_types::limits;

/// The first `limit` items, fewer if they are large, and whether more follow.
fn take_page<T: CandidType>(mut items: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let mut page = Vec::new();
    let mut bytes = 0;
    while page.len() < limit && bytes < limits::MAXIMUM_PAGE_BYTES {
        let Some(item) = items.next() else {
            return (page, false);
        };
        bytes += candid::encode_one(&item).map_or(0, |encoded| encoded.len());
        page.push(item);
    }
    (page, items.next().is_some())
}
