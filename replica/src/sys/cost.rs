//! `cost_*`: the prices of a 13-node subnet.

use candid::CandidType;
use serde::Deserialize;

use super::{Guest, Run, Trap};
use crate::decoding::decode;
use crate::limits::{CREATE_CANISTER_FEE_CYCLES, REPLY_BYTES, SUBNET_NODES, UPDATE_INSTRUCTIONS};

type Args = [u64; 8];

const CALL_CYCLES: u128 = 260_000;
const CALL_BYTE_CYCLES: u128 = 1_000;
const MESSAGE_CYCLES: u128 = 5_000_000;
/// Price of a threshold signature or key with the production keys.
const SIGNATURE_CYCLES: u128 = 26_153_846_153;
/// Price of the same with the test keys.
const TEST_SIGNATURE_CYCLES: u128 = 10_000_000_000;

const INVALID_CURVE: u64 = 1;
const INVALID_KEY: u64 = 2;

/// Nothing where canisters do not pay, as on networks where cycles do not apply.
pub(super) fn call(run: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    if !run.fees.is_paid() {
        guest.write_u128(a[2], 0)?;
        return Ok(0);
    }
    let request_bytes = u128::from(a[0]) + u128::from(a[1]);
    // The answer is paid in advance: its transmission at full size and its execution.
    let answer =
        REPLY_BYTES as u128 * CALL_BYTE_CYCLES + MESSAGE_CYCLES + u128::from(UPDATE_INSTRUCTIONS);
    guest.write_u128(
        a[2],
        CALL_CYCLES + request_bytes * CALL_BYTE_CYCLES + answer,
    )?;
    Ok(0)
}

pub(super) fn create_canister(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.write_u128(a[0], CREATE_CANISTER_FEE_CYCLES)?;
    Ok(0)
}

/// Price of an HTTPS outcall: 49.14 M cycles, 5,200 per byte of the request, 10,400 per byte of the
/// largest response, by the formula of the Internet Computer's cycles account manager.
pub(crate) fn http_cycles(request_bytes: u64, response_bytes: u64) -> u128 {
    let nodes = u128::from(SUBNET_NODES);
    let per_node = 3_000_000
        + 60_000 * nodes
        + 400 * u128::from(request_bytes)
        + 800 * u128::from(response_bytes);
    per_node * nodes
}

pub(super) fn http_request(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    guest.write_u128(a[2], http_cycles(a[0], a[1]))?;
    Ok(0)
}

#[derive(CandidType, Deserialize)]
struct HttpCostParams {
    request_bytes: u64,
    raw_response_bytes: u64,
}

pub(super) fn http_request_v2(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    let params = decode::<HttpCostParams>(guest.read(a[0], a[1])?)
        .map_err(|error| Trap::contract("cost_http_request_v2", &error.to_string()))?;
    let cycles = http_cycles(params.request_bytes, params.raw_response_bytes);
    guest.write_u128(a[2], cycles)?;
    Ok(0)
}

fn key_cycles(guest: &mut Guest<'_>, a: &Args, curves: u64) -> Result<u64, Trap> {
    if a[2] >= curves {
        return Ok(INVALID_CURVE);
    }
    let cycles = match guest.read(a[0], a[1])? {
        b"key_1" => SIGNATURE_CYCLES,
        b"test_key_1" | b"dfx_test_key" => TEST_SIGNATURE_CYCLES,
        _ => return Ok(INVALID_KEY),
    };
    guest.write_u128(a[3], cycles)?;
    Ok(0)
}

pub(super) fn sign_with_ecdsa(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    key_cycles(guest, a, 1)
}

pub(super) fn sign_with_schnorr(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    key_cycles(guest, a, 2)
}

pub(super) fn vetkd_derive_key(_: &mut Run, guest: &mut Guest<'_>, a: &Args) -> Result<u64, Trap> {
    key_cycles(guest, a, 1)
}
