//! `chime open`.

pub(super) mod arguments;
pub(super) mod run;
