//! The cycles minting canister of a local network, at the id that it has on the mainnet.
//!
//! Tools ask it where canisters may be created and what ICP is worth. The network has one subnet,
//! and the rate never changes. It mints nothing: everybody begins with cycles, and the cycles
//! ledger creates canisters itself. It keeps no state.

use candid::{CandidType, Principal};
use ic_cdk::query;
use serde::Deserialize;
use serde_bytes::ByteBuf;

/// Ten-thousandths of an XDR for one ICP: 1 ICP buys 3 trillion cycles.
const XDR_PERMYRIAD_PER_ICP: u64 = 30_000;
const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// What ICP is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct IcpXdrConversionRate {
    /// Ten-thousandths of an XDR for one ICP.
    pub xdr_permyriad_per_icp: u64,
    /// As of when, in seconds since 1970.
    pub timestamp_seconds: u64,
}

/// The answer of `get_icp_xdr_conversion_rate`. Nothing certifies the rate: it is a constant.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct IcpXdrConversionRateResponse {
    /// The rate.
    pub data: IcpXdrConversionRate,
    /// Empty.
    pub hash_tree: ByteBuf,
    /// Empty.
    pub certificate: ByteBuf,
}

/// The subnets on which anybody may create canisters: this one.
#[query]
fn get_default_subnets() -> Vec<Principal> {
    vec![ic_cdk::api::subnet_self()]
}

/// What ICP is worth.
#[query]
fn get_icp_xdr_conversion_rate() -> IcpXdrConversionRateResponse {
    IcpXdrConversionRateResponse {
        data: IcpXdrConversionRate {
            xdr_permyriad_per_icp: XDR_PERMYRIAD_PER_ICP,
            timestamp_seconds: ic_cdk::api::time() / NANOSECONDS_PER_SECOND,
        },
        hash_tree: ByteBuf::new(),
        certificate: ByteBuf::new(),
    }
}

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
pub static CANDID: [u8; include_bytes!("../cmc.did").len()] = *include_bytes!("../cmc.did");

#[cfg(test)]
candid::export_service!();

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_INTERFACE=1` writes the file anew.
    #[test]
    fn should_publish_the_interface_that_the_code_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cmc.did");
        let code = __export_service() + "\n";
        if std::env::var_os("UPDATE_INTERFACE").is_some() {
            std::fs::write(path, &code).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), code);
    }
}
