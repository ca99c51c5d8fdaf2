//! The command line and MCP are asked the same questions about the same scheduler, and tell the same
//! facts: the real program and the compiled canister, on the replica behind its public interface.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod questions;
mod red;
mod same;
mod stage;
