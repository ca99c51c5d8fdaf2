//! The behaviour of the replica, shown with small modules in the text format.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

mod atomicity;
mod bounded_wait;
mod calls;
mod contexts;
mod cycles;
mod faults;
mod fees;
mod interface;
mod journal;
mod lifecycle;
mod limits;
mod logs;
mod management;
mod modules;
mod outcall_rules;
mod outcalls;
mod persistence;
mod proxy;
mod queries;
mod rules;
mod snapshot_transfer;
mod snapshots;
mod spec;
mod support;
mod timers;
mod upgrades;
