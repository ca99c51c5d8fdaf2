//! Empty: only what this crate depends on is of interest.
