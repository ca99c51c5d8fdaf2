//! `chime task`, and the views of tasks that other commands show too.

pub(super) mod arguments;
pub(super) mod backfill;
pub(super) mod backfills;
pub(super) mod change;
pub(super) mod job_file;
pub(super) mod list;
pub(super) mod rerun;
pub(super) mod run;
pub(super) mod selection;
pub(super) mod show;
