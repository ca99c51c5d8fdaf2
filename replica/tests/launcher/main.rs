//! The program `chime-launcher` as `icp` starts it: its arguments, its status file, its signals,
//! and the system canisters, through an unmodified agent.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

mod creation;
mod ledgers;
mod life;
mod support;
