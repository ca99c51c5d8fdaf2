//! The system canisters that the network has from its start, at their ids on the mainnet.
//!
//! `scripts/build wasm` makes their modules, into `target/wasm` of the workspace.

use std::sync::Arc;

use candid::Principal;
use chime_replica::server::Preinstalled;

/// `ryjl3-tyaaa-aaaaa-aaaba-cai`
const ICP_LEDGER: Principal = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 2, 1, 1]);
/// `rkp4c-7iaaa-aaaaa-aaaca-cai`
const CYCLES_MINTING: Principal = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 4, 1, 1]);
/// `um5iw-rqaaa-aaaaq-qaaba-cai`
const CYCLES_LEDGER: Principal = Principal::from_slice(&[0, 0, 0, 0, 2, 16, 0, 2, 1, 1]);

/// What a system canister runs on: more than it can use.
const CYCLES: u128 = 1_000_000_000_000_000;
/// The cycles that the cycles ledger holds for everybody: the opening balances of a trillion
/// principals.
const LEDGER_CYCLES: u128 = 1_000_000_000_000_000_000_000_000_000_000;

macro_rules! module {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../target/wasm/",
            $name,
            ".wasm.gz"
        ))
    };
}

/// All of them.
pub(crate) fn canisters() -> Vec<Preinstalled> {
    let canister = |id, module: &[u8], cycles| Preinstalled {
        id,
        module: Arc::from(module),
        cycles,
    };
    vec![
        canister(ICP_LEDGER, module!("icp-ledger"), CYCLES),
        canister(CYCLES_MINTING, module!("cmc"), CYCLES),
        canister(CYCLES_LEDGER, module!("cycles-ledger"), LEDGER_CYCLES),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_have_the_ids_of_the_mainnet() {
        let ids: Vec<String> = canisters()
            .iter()
            .map(|canister| canister.id.to_text())
            .collect();
        assert_eq!(
            ids,
            [
                "ryjl3-tyaaa-aaaaa-aaaba-cai",
                "rkp4c-7iaaa-aaaaa-aaaca-cai",
                "um5iw-rqaaa-aaaaq-qaaba-cai"
            ]
        );
    }
}
