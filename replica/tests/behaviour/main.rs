//! The behaviour of the replica, shown with small modules in the text format.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

mod atomicity;
mod bounded_wait;
mod calls;
mod cycles;
mod interface;
mod journal;
mod lifecycle;
mod limits;
mod management;
mod outcall_rules;
mod outcalls;
mod persistence;
mod queries;
mod support;
mod timers;
mod upgrades;
