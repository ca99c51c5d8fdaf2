//! `chime worker` as its users have it: the real program, real files, processes and signals.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod api;
mod chaos;
mod documented;
mod files;
mod remote;
mod running;
mod stopping;
mod support;
mod systemd;
