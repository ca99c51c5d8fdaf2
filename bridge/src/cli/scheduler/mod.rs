//! `chime scheduler`: its configuration and its guide.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
