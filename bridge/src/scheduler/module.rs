//! The canister modules inside the program.

use sha2::{Digest, Sha256};

/// A module as it is installed: gzipped wasm. The network reports its hash over these bytes.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// What it is called in messages.
    pub name: &'static str,
    /// The bytes.
    pub bytes: &'static [u8],
}

impl Module {
    /// The scheduler that this version of the program belongs with.
    #[must_use]
    pub const fn scheduler() -> Self {
        Self {
            name: "scheduler",
            bytes: include_bytes!(env!("CHIME_SCHEDULER_MODULE")),
        }
    }

    /// The runner of stored Python that belongs with it; none if it was not there when this program was built.
    #[must_use]
    pub fn runner() -> Option<Self> {
        let bytes: &[u8] = include_bytes!(env!("CHIME_RUNNER_MODULE"));
        (!bytes.is_empty()).then_some(Self {
            name: "runner of Python",
            bytes,
        })
    }

    /// The hash by which a network knows it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}
