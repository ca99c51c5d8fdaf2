//! The PocketIC server as its own protocol sees it: operations that take long, the process, and
//! outcalls that are made for real. What the client crate does is tested with that crate, in
//! `tests/pocket` of the repository.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

mod operations;
mod process;
mod progress;
mod support;
