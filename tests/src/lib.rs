//! What the integration tests share. The tests are in `tests/tests`.
#![deny(missing_docs)]

pub mod manifests;
