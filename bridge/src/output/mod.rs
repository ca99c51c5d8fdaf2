//! What people and scripts see: data on the standard output, messages on the standard error.
//!
//! A command computes its answer first and writes it once, as one JSON document or as text. The
//! shapes of the answers are in the modules below. Nothing here talks to a network.

mod alerting;
mod applied;
mod archives;
mod changed;
mod config;
mod deployed;
mod diagnosis;
mod execution_details;
mod executions;
mod figures;
mod identities;
mod job_file;
mod listening;
mod pages;
mod people;
mod previewed;
mod record;
mod schedules;
mod task_details;
mod tasks;
mod timeline;
pub mod top;
#[cfg(unix)]
mod worked;

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod setup_tests;
#[cfg(test)]
mod snapshot_tests;

pub use alerting::{alerts, changed_alert, inbox, tested_alert};
pub use applied::{Applied, AppliedRow, FieldChange, FieldFault};
pub use archives::{backfill, backfill_outlook, backfills, backup, backups, restored};
pub use changed::{Change, Made, changed, made, removed};
pub use config::{ConfigPath, Settings};
pub use deployed::{Deployed, Deployments};
pub use diagnosis::Diagnosis;
pub use execution_details::{changed_execution, execution_details, executions};
pub use executions::{ExecutionLog, ExecutionRow, FollowedRow, attempt_text, follow_line};
pub use figures::{configuration, stats};
pub use identities::{Identities, IdentityRow, Who};
pub use job_file::JobFile;
pub use listening::Listening;
pub use pages::Pages;
pub use people::{actions, defined_action, secrets, user, users};
pub use previewed::Previewed;
pub use record::{Record, answer_json, request_json};
pub use schedules::{dry_run, preview, schedules};
pub use task_details::task_details;
pub use tasks::{TaskList, TaskRow, interval, tasks};
pub use timeline::{event_item, event_line, events};
#[cfg(unix)]
pub use worked::Worked;
