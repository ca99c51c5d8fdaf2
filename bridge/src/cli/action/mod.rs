//! `chime action`: registered actions.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
