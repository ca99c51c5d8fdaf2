//! `chime codex`: stored Python.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
pub(super) mod test;
