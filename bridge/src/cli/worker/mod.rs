//! `chime worker`.

pub(super) mod arguments;
#[cfg(unix)]
pub(super) mod run;
#[cfg(not(unix))]
#[path = "elsewhere.rs"]
pub(super) mod run;
#[cfg(unix)]
pub(super) mod show;
