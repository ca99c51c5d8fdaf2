//! `chime apply`: tasks of job files.

pub(super) mod arguments;
pub(super) mod prune;
pub(super) mod rows;
pub(super) mod run;
pub(super) mod show;
mod trial;
