//! `chime serve`.

pub(super) mod arguments;
pub(super) mod place;
pub(super) mod run;
pub(super) mod show;
