//! Whether a call or a query was sent to the right address.
//!
//! A request to a canister goes to that canister's address. One to the management canister goes to
//! the address of the canister it is about; one that creates a canister is about none yet and may
//! go to any. Boundary nodes of the Internet Computer route by these addresses, so a client that
//! passes here passes there.

use candid::{CandidType, Principal};
use serde::Deserialize;

use super::envelope::Invocation;
use super::read_state::Address;
use super::refusal::Refusal;
use crate::decoding::decode;

/// Methods of the management canister that concern no existing canister.
const ABOUT_NO_CANISTER: [&str; 5] = [
    "create_canister",
    "provisional_create_canister_with_cycles",
    "raw_rand",
    "http_request",
    "list_canisters",
];

#[derive(CandidType, Deserialize)]
struct AboutCanister {
    canister_id: Principal,
}

#[derive(CandidType, Deserialize)]
struct AboutTarget {
    target_canister: Principal,
}

/// Refuses a request that was sent to an address it does not belong to.
pub(super) fn check_address(
    address: &Address,
    subnet_id: &Principal,
    call: &Invocation,
) -> Result<(), Refusal> {
    let effective = match address {
        Address::Canister(effective) => effective,
        Address::Subnet(subnet) => return check_subnet(subnet, subnet_id, call),
    };
    let about = match canister_of(call) {
        About::Canister(canister) => canister,
        About::None => return Ok(()),
    };
    if about != *effective {
        return Err(Refusal::Invalid(format!(
            "Specified CanisterId {about} does not match effective canister id in URL {effective}"
        )));
    }
    Ok(())
}

fn check_subnet(subnet: &Principal, own: &Principal, call: &Invocation) -> Result<(), Refusal> {
    if subnet != own {
        return Err(Refusal::Invalid(format!("This is not subnet {subnet}.")));
    }
    if is_management(call) && ABOUT_NO_CANISTER.contains(&call.method.as_str()) {
        return Ok(());
    }
    Err(Refusal::Invalid(format!(
        "Method {} is called at the address of its canister.",
        call.method
    )))
}

enum About {
    Canister(Principal),
    None,
}

fn canister_of(call: &Invocation) -> About {
    if !is_management(call) {
        return About::Canister(call.canister_id);
    }
    if ABOUT_NO_CANISTER.contains(&call.method.as_str()) {
        return About::None;
    }
    if call.method == "install_chunked_code" {
        let target = decode::<AboutTarget>(&call.arg).map(|about| about.target_canister);
        return target.map_or(About::None, About::Canister);
    }
    // An argument that cannot be read is rejected by the management canister, with its own words.
    let canister = decode::<AboutCanister>(&call.arg).map(|about| about.canister_id);
    canister.map_or(About::None, About::Canister)
}

fn is_management(call: &Invocation) -> bool {
    call.canister_id == Principal::management_canister()
}
