//! `chime execution`, and the views of executions that other commands show too.

pub(super) mod arguments;
pub(super) mod log;
pub(super) mod run;
pub(super) mod show;
