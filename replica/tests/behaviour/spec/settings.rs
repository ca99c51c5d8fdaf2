//! Settings: what they may be and who may change them.

use candid::{Nat, Principal};
use chime_replica::{ErrorCode, Replica};
use ic_management_canister_types as types;
use types::CanisterSettings;

use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, call_by, order_by};
use crate::spec::{Rule, add_controller, both, check, rule, set, status, update_args, view};
use crate::support::{add, assert_rejected, update, with};

const SECTION: &str = "ic-create_canister";
fn refused(settings: CanisterSettings, code: ErrorCode, text: &str) {
    let (mut replica, id) = with("");
    let before = status(&mut replica, id);
    assert_rejected(set(&mut replica, id, settings), code, text);
    assert_eq!(status(&mut replica, id), before);
}
/// A canister that can pay for anything.
fn rich() -> (Replica, Principal) {
    let (mut replica, id) = with("");
    replica.add_cycles(&id, 1 << 100).unwrap();
    (replica, id)
}
fn taken(settings: CanisterSettings) {
    let (mut replica, id) = rich();
    set(&mut replica, id, settings).unwrap();
}
fn variables(count: usize, name_bytes: usize, value_bytes: usize) -> CanisterSettings {
    let variable = |index| types::EnvironmentVariable {
        name: format!("{index:0name_bytes$}"),
        value: "v".repeat(value_bytes),
    };
    CanisterSettings {
        environment_variables: Some((0..count).map(variable).collect()),
        ..Default::default()
    }
}

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "compute_allocation is a number between 0 and 100",
        || {
            let percent = |percent: u8| CanisterSettings {
                compute_allocation: Some(Nat::from(percent)),
                ..Default::default()
            };
            taken(percent(100));
            let text = "ComputeAllocation expected to be in the range [0..100], got 101";
            refused(percent(101), ErrorCode::CanisterContractViolation, text);
        },
    ),
    rule(
        SECTION,
        "compute that the IC cannot provide is refused",
        || {
            let (mut replica, first) = rich();
            let second = add(&mut replica, "");
            replica.add_cycles(&second, 1 << 100).unwrap();
            let percent = |percent: u8| CanisterSettings {
                compute_allocation: Some(Nat::from(percent)),
                ..Default::default()
            };
            set(&mut replica, first, percent(100)).unwrap();
            assert_rejected(
                set(&mut replica, second, percent(50)),
                ErrorCode::SubnetOversubscribed,
                "remaining compute capacity is 49%",
            );
            set(&mut replica, second, percent(49)).unwrap();
        },
    ),
    rule(
        SECTION,
        "memory_allocation is a number between 0 and 2^64-1 that can be had",
        || {
            let bytes = |bytes: u128| CanisterSettings {
                memory_allocation: Some(Nat::from(bytes)),
                ..Default::default()
            };
            taken(bytes(1 << 40));
            let text = "MemoryAllocation expected to be in the range [0..2^64-1]";
            refused(bytes(1 << 64), ErrorCode::CanisterContractViolation, text);
            let text = "are available in the subnet";
            refused(bytes((1 << 64) - 1), ErrorCode::SubnetOversubscribed, text);
        },
    ),
    rule(
        SECTION,
        "allocations that the canister cannot pay for are refused",
        || {
            let percent = CanisterSettings {
                compute_allocation: Some(Nat::from(100_u8)),
                ..Default::default()
            };
            let text = "Cannot increase compute allocation to 100% due to insufficient cycles.";
            let code = ErrorCode::InsufficientCyclesInComputeAllocation;
            refused(percent, code, text);
            let bytes = CanisterSettings {
                memory_allocation: Some(Nat::from(1_u64 << 40)),
                ..Default::default()
            };
            let text = "Cannot increase memory allocation to 1099511627776 due to insufficient";
            refused(bytes, ErrorCode::InsufficientCyclesInMemoryAllocation, text);
        },
    ),
    rule(
        SECTION,
        "freezing_threshold is a number between 0 and 2^64-1",
        || {
            let settings = CanisterSettings {
                freezing_threshold: Some(Nat::from(1_u128 << 64)),
                ..Default::default()
            };
            let text = "Freezing threshold expected to be in the range of [0..2^64-1]";
            refused(settings, ErrorCode::CanisterContractViolation, text);
        },
    ),
    rule(
        SECTION,
        "limits of the heap are numbers between 0 and 2^48",
        || {
            for bytes in [1_u64 << 48, (1 << 48) + 1] {
                let limit = CanisterSettings {
                    wasm_memory_limit: Some(Nat::from(bytes)),
                    ..Default::default()
                };
                let threshold = CanisterSettings {
                    wasm_memory_threshold: Some(Nat::from(bytes)),
                    ..Default::default()
                };
                if bytes == 1 << 48 {
                    taken(limit);
                    taken(threshold);
                } else {
                    let code = ErrorCode::CanisterContractViolation;
                    refused(limit, code, "Wasm memory limit expected");
                    refused(threshold, code, "Wasm memory threshold expected");
                }
            }
        },
    ),
    rule(
        SECTION,
        "environment variables are limited and their keys unique",
        || {
            let code = ErrorCode::InvalidManagementPayload;
            taken(variables(20, 128, 128));
            refused(
                variables(21, 5, 5),
                code,
                "Too many environment variables: 21 (max: 20)",
            );
            refused(
                variables(1, 129, 5),
                code,
                "exceeds the maximum allowed length of 128.",
            );
            refused(
                variables(1, 5, 129),
                code,
                "exceeds the maximum allowed length of 128.",
            );
            let mut twice = variables(2, 5, 5);
            let list = twice.environment_variables.as_mut().unwrap();
            list[1] = list[0].clone();
            refused(
                twice,
                code,
                "Duplicate environment variables are not allowed",
            );
        },
    ),
    rule(
        "ic-update_settings",
        "only controllers can update settings",
        || {
            let (mut replica, proxy, id) = both();
            let args = update_args(id, CanisterSettings::default());
            let result = order_by(&mut replica, proxy, "update_settings", 0, &args);
            assert_refused(result, CANISTER_ERROR, "Only the controllers");
            add_controller(&mut replica, id, proxy);
            order_by(&mut replica, proxy, "update_settings", 0, &args).unwrap();
        },
    ),
    rule(
        "ic-update_settings",
        "a setting that is not included does not change",
        || {
            let (mut replica, id) = with("");
            set(&mut replica, id, variables(3, 5, 5)).unwrap();
            let before = status(&mut replica, id).settings;
            let settings = CanisterSettings {
                freezing_threshold: Some(Nat::from(5_u8)),
                ..Default::default()
            };
            set(&mut replica, id, settings).unwrap();
            let after = status(&mut replica, id).settings;
            let expected = types::DefiniteCanisterSettings {
                freezing_threshold: Nat::from(5_u8),
                ..before
            };
            assert_eq!(after, expected);
        },
    ),
    rule(
        SECTION,
        "calls of other canisters need minimum_incoming_canister_call_cycles",
        || {
            let (mut replica, proxy, id) = both();
            let other = add_proxy(&mut replica);
            let settings = || CanisterSettings {
                minimum_incoming_canister_call_cycles: Some(Nat::from(100_u8)),
                ..Default::default()
            };
            set(&mut replica, id, settings()).unwrap();
            set(&mut replica, other, settings()).unwrap();
            let before = view(&replica, proxy).cycles;
            let result = call_by(&mut replica, proxy, id, "get", 99, b"");
            assert_refused(
                result,
                CANISTER_ERROR,
                "requires at least 100 transferred cycles",
            );
            assert_eq!(view(&replica, proxy).cycles, before, "all are refunded");
            call_by(&mut replica, proxy, id, "get", 100, b"").unwrap();
            update(&mut replica, id, "get").unwrap();
            call_by(&mut replica, other, other, "get", 0, b"").unwrap();
        },
    ),
];

#[test]
fn should_keep_settings_within_the_specification() {
    check(RULES);
}
