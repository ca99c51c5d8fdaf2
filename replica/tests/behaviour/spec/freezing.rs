//! Frozen canisters.

use std::time::Duration;

use candid::Nat;
use chime_replica::{ErrorCode, InstallMode};
use ic_management_canister_types as types;
use types::CanisterSettings;

use crate::proxy::{SYS_TRANSIENT, add_proxy, assert_refused, call_by};
use crate::snapshots::take;
use crate::spec::grower::{GROWER, freeze};
use crate::spec::{Rule, check, rule, set, status, view};
use crate::support::{assert_rejected, controller, get, install, module, stranger, update, with};

const SECTION: &str = "ic-create_canister";

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "calls to a frozen canister are rejected with SYS_TRANSIENT",
        || {
            let (mut replica, id) = with(GROWER);
            let proxy = add_proxy(&mut replica);
            freeze(&mut replica, id);
            let result = call_by(&mut replica, proxy, id, "grow", 0, b"");
            assert_refused(
                result,
                SYS_TRANSIENT,
                "is out of cycles: please top up the canister",
            );
            let code = ErrorCode::CanisterOutOfCycles;
            assert_eq!(code.to_string(), "IC0207");
            assert_rejected(update(&mut replica, id, "grow"), code, "is out of cycles");
            let query = replica.query(stranger(), id, "get", vec![]);
            assert_rejected(
                query,
                code,
                "unable to process query calls because it's frozen.",
            );
        },
    ),
    rule(SECTION, "topping up thaws; what is missing is told", || {
        let (mut replica, id) = with(GROWER);
        let settings = CanisterSettings {
            freezing_threshold: Some(Nat::from(100_000_000_000_000_u64)),
            ..Default::default()
        };
        set(&mut replica, id, settings).unwrap();
        let text = update(&mut replica, id, "grow").unwrap_err().message;
        let missing = text
            .split("at least ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        let missing: u128 = missing.parse().unwrap();
        replica.add_cycles(&id, missing - 1).unwrap();
        assert!(replica.query(stranger(), id, "get", vec![]).is_err());
        replica.add_cycles(&id, 1).unwrap();
        replica.query(stranger(), id, "get", vec![]).unwrap();
    }),
    rule(
        SECTION,
        "the management of a frozen canister goes on",
        || {
            let (mut replica, id) = with(GROWER);
            freeze(&mut replica, id);
            status(&mut replica, id);
            assert_rejected(
                install(&mut replica, id, InstallMode::Reinstall, GROWER),
                ErrorCode::CanisterOutOfCycles,
                "Canister installation failed with `Canister",
            );
            replica.stop_canister(controller(), id).unwrap();
            replica.delete_canister(controller(), id).unwrap();
        },
    ),
    rule(
        "global-timer",
        "the timer of a frozen canister goes off when it is no longer frozen",
        || {
            let (mut replica, id) = with(GROWER);
            update(&mut replica, id, "alarm").unwrap();
            freeze(&mut replica, id);
            replica.advance_time(Duration::from_secs(2));
            assert_eq!(replica.run_until_idle(10), 0);
            assert_ne!(view(&replica, id).global_timer_ns, 0);
            let settings = CanisterSettings {
                freezing_threshold: Some(Nat::from(0_u8)),
                ..Default::default()
            };
            set(&mut replica, id, settings).unwrap();
            replica.run_until_idle(10);
            assert_eq!(get(&mut replica, id), 100);
            assert_eq!(view(&replica, id).global_timer_ns, 0);
        },
    ),
    rule(
        "ic-install_code",
        "nothing is done that would freeze the canister",
        || {
            let (mut replica, id) = with(GROWER);
            // Enough for what it has, and not for ten megabytes more.
            let idle = status(&mut replica, id).idle_cycles_burned_per_day;
            let idle = u64::try_from(&idle.0).unwrap();
            let days = view(&replica, id).cycles as u64 / idle;
            let settings = CanisterSettings {
                freezing_threshold: Some(Nat::from((days - 1) * 86_400)),
                ..Default::default()
            };
            set(&mut replica, id, settings).unwrap();
            let code = ErrorCode::InsufficientCyclesInMemoryGrow;
            for method in ["grow", "grow stable"] {
                let before = view(&replica, id);
                let result = update(&mut replica, id, method);
                assert_rejected(result, code, "Canister cannot grow memory by");
                assert_eq!(view(&replica, id), before, "{method}");
            }
            let larger = module(
                "(func (export \"canister_init\") (drop (call $stable_grow (i64.const 160))))",
            );
            let result =
                replica.install_code(controller(), id, InstallMode::Reinstall, larger, vec![]);
            assert_rejected(result, code, "due to insufficient cycles");
            assert_rejected(take(&mut replica, id), code, "due to insufficient cycles");
            let chunk = types::UploadChunkArgs {
                canister_id: id,
                chunk: vec![1],
            };
            let uploaded = replica.management_call(controller(), "upload_chunk", &chunk);
            assert_rejected(uploaded, code, "due to insufficient cycles");
        },
    ),
];

#[test]
fn should_freeze_canisters_by_the_specification() {
    check(RULES);
}
