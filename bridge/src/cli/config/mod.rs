//! `chime config`: the configuration file.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
