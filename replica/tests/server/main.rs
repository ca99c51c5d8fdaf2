//! The server as its clients see it: an unmodified agent with verification on, raw HTTP for what
//! no agent sends, and processes that are killed.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

mod agents;
mod compiled;
mod damage;
mod disk_full;
mod hostile;
mod idle;
mod kills;
mod lifecycle;
mod measure;
mod outcalls;
mod process;
mod refusals;
mod requests;
mod support;
