//! `chime run` and `chime task create`.

pub(super) mod arguments;
pub(super) mod run;
