//! Creation of canisters.

use candid::{Nat, Principal};
use chime_replica::ErrorCode;
use ic_management_canister_types as types;
use types::{CanisterIdRecord, CanisterSettings, CanisterStatusResult};

use crate::proxy::{CANISTER_ERROR, CANISTER_REJECT, assert_refused, call_by, manage_by};
use crate::spec::{FEE, Rule, both, check, create, create_args, record, rule, status, view};
use crate::support::{assert_rejected, controller, replica, stranger, with};

const SECTION: &str = "ic-create_canister";

const RULES: &[Rule] = &[
    rule(SECTION, "only canisters can call it", || {
        let result = replica().management_call(
            controller(),
            "create_canister",
            &create_args(CanisterSettings::default()),
        );
        let code = ErrorCode::CanisterRejectedMessage;
        assert_rejected(result, code, "Only canisters can call");
    }),
    rule(SECTION, "the caller is the controller by default", || {
        let (mut replica, proxy, _) = both();
        let id = create(&mut replica, proxy, CanisterSettings::default()).unwrap();
        assert_eq!(view(&replica, id).controllers, [proxy]);
        assert_eq!(
            view(&replica, id).cycles,
            9,
            "the fee is taken from what came"
        );
    }),
    rule(
        SECTION,
        "the caller is no controller unless it is a member of the list",
        || {
            let (mut replica, proxy, _) = both();
            let settings = CanisterSettings {
                controllers: Some(vec![stranger()]),
                ..Default::default()
            };
            let id = create(&mut replica, proxy, settings).unwrap();
            assert_eq!(view(&replica, id).controllers, [stranger()]);
            let result = manage_by::<CanisterStatusResult>(
                &mut replica,
                proxy,
                "canister_status",
                0,
                &record(id),
            );
            assert_refused(result, CANISTER_ERROR, "Only the controllers");
        },
    ),
    rule(SECTION, "a list of at most 10 principals", || {
        let (mut replica, proxy, _) = both();
        let controllers = |count: u8| CanisterSettings {
            controllers: Some((0..count).map(|i| Principal::from_slice(&[i, 9])).collect()),
            ..Default::default()
        };
        create(&mut replica, proxy, controllers(10)).unwrap();
        assert_refused(
            create(&mut replica, proxy, controllers(11)),
            CANISTER_REJECT,
            "maximum of 10",
        );
    }),
    rule(
        SECTION,
        "cycles have to be transferred with the call, and come back",
        || {
            let (mut replica, proxy, _) = both();
            let before = view(&replica, proxy).cycles;
            let args = create_args(CanisterSettings::default());
            let result = manage_by::<CanisterIdRecord>(
                &mut replica,
                proxy,
                "create_canister",
                FEE - 1,
                &args,
            );
            assert_refused(result, CANISTER_REJECT, "requires a fee of 500000000000");
            assert_eq!(view(&replica, proxy).cycles, before);
        },
    ),
    rule(SECTION, "the defaults of the settings", || {
        let (mut replica, id) = with("");
        let settings = status(&mut replica, id).settings;
        assert_eq!(settings.compute_allocation, Nat::from(0_u8));
        assert_eq!(settings.memory_allocation, Nat::from(0_u8));
        assert_eq!(settings.freezing_threshold, Nat::from(2_592_000_u32));
        assert_eq!(
            settings.reserved_cycles_limit,
            Nat::from(5_000_000_000_000_u64)
        );
        assert_eq!(
            settings.minimum_incoming_canister_call_cycles,
            Nat::from(0_u8)
        );
        assert_eq!(settings.log_visibility, types::LogVisibility::Controllers);
        assert_eq!(
            settings.snapshot_visibility,
            types::SnapshotVisibility::Controllers
        );
        assert_eq!(
            settings.status_visibility,
            types::StatusVisibility::Controllers
        );
        assert_eq!(settings.wasm_memory_threshold, Nat::from(0_u8));
        assert_eq!(settings.environment_variables, []);
    }),
    rule(
        SECTION,
        "sender_canister_version must be equal to ic0.canister_version",
        || {
            let (mut replica, proxy, _) = both();
            let version = view(&replica, proxy).version;
            let args = types::CreateCanisterArgs {
                settings: None,
                sender_canister_version: Some(version + 1),
            };
            let before = view(&replica, proxy).cycles;
            let result =
                manage_by::<CanisterIdRecord>(&mut replica, proxy, "create_canister", FEE, &args);
            assert_refused(result, CANISTER_ERROR, "does not match the actual sender");
            assert_eq!(view(&replica, proxy).cycles, before);
            let args = types::CreateCanisterArgs {
                settings: None,
                sender_canister_version: Some(view(&replica, proxy).version),
            };
            manage_by::<CanisterIdRecord>(&mut replica, proxy, "create_canister", FEE, &args)
                .unwrap();
        },
    ),
    rule(
        SECTION,
        "until code is installed, the canister has no public methods",
        || {
            let (mut replica, proxy, _) = both();
            let id = replica.create_canister(controller()).unwrap();
            let result = call_by(&mut replica, proxy, id, "get", 0, b"");
            assert_refused(result, CANISTER_ERROR, "contains no Wasm module");
        },
    ),
];

#[test]
fn should_create_canisters_by_the_specification() {
    check(RULES);
}
