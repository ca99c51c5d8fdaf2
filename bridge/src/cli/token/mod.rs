//! `chime token`.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
