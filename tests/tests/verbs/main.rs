//! One story for each noun of the command line, told by the program itself against a network that
//! it runs.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod alerts;
mod backups;
mod documented;
mod documented_ways;
mod documents;
mod dry_runs;
mod executions;
mod figures;
mod library;
mod python;
mod schedules;
mod support;
mod tasks;
mod terminal;
mod users;
