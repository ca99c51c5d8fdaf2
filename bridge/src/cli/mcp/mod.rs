//! `chime mcp`.

pub(super) mod arguments;
pub(super) mod install;
pub(super) mod run;
