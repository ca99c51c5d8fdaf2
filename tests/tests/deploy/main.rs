//! `chime deploy` as somebody uses it: the real program, against a network that another process serves.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod broken_off;
mod payment;
mod refused;
mod upgrade;
mod world;
