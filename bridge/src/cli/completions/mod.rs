//! `chime completions`.

pub(super) mod arguments;
pub(super) mod run;
