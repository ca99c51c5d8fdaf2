//! `chime ps`.

pub(super) mod arguments;
pub(super) mod run;
