//! Stored Python on the compiled scheduler and the compiled runner: from a codex to the history.
//!
//! One target, so that it is linked once; each file holds one behaviour.

mod bounds;
mod cost;
mod realms;
mod scene;
mod storing;
mod survives;
