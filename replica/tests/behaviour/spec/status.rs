//! Status and metrics.

use candid::{Nat, Principal};
use chime_replica::ErrorCode;
use ic_management_canister_types as types;
use types::{CanisterSettings, CanisterStatusResult};

use crate::proxy::{CANISTER_ERROR, assert_refused, manage_by, query_by};
use crate::spec::{FEE, Rule, ask, both, check, create, record, rule, set, status};
use crate::support::{assert_rejected, controller, module, stranger, update, with};

const RULES: &[Rule] = &[
    rule("ic-canister_status", "can be called by a query", || {
        let (mut replica, id) = with("");
        let by_update = status(&mut replica, id);
        let by_query: CanisterStatusResult =
            ask(&mut replica, controller(), "canister_status", &record(id)).unwrap();
        assert_eq!(by_query, by_update);
    }),
    rule(
        "ic-canister_status",
        "can be called from composite queries",
        || {
            let (mut replica, proxy, id) = both();
            let result = query_by(&mut replica, proxy, "canister_status", &record(id));
            assert_refused(result, CANISTER_ERROR, "Only the controllers");
            let own = query_by(&mut replica, proxy, "canister_status", &record(proxy)).unwrap();
            candid::decode_one::<CanisterStatusResult>(&own).unwrap();
        },
    ),
    rule(
        "ic-canister_status",
        "status_visibility governs who can request it",
        || {
            let (mut replica, id) = with("");
            let viewer = Principal::from_slice(&[3; 29]);
            for (visibility, by_stranger, by_viewer) in [
                (types::StatusVisibility::Controllers, false, false),
                (
                    types::StatusVisibility::AllowedViewers(vec![viewer]),
                    false,
                    true,
                ),
                (types::StatusVisibility::Public, true, true),
            ] {
                let settings = CanisterSettings {
                    status_visibility: Some(visibility),
                    ..Default::default()
                };
                set(&mut replica, id, settings).unwrap();
                for (sender, allowed) in [
                    (controller(), true),
                    (stranger(), by_stranger),
                    (viewer, by_viewer),
                ] {
                    let asked = ask::<CanisterStatusResult>(
                        &mut replica,
                        sender,
                        "canister_status",
                        &record(id),
                    );
                    assert_eq!(asked.is_ok(), allowed);
                    let called = replica.management_call(sender, "canister_status", &record(id));
                    assert_eq!(called.is_ok(), allowed);
                }
            }
        },
    ),
    rule(
        "ic-canister_status",
        "ready_for_migration only when stopped",
        || {
            let (mut replica, id) = with("");
            assert!(!status(&mut replica, id).ready_for_migration);
            replica.stop_canister(controller(), id).unwrap();
            let status = status(&mut replica, id);
            assert_eq!(status.status, types::CanisterStatusType::Stopped);
            assert!(status.ready_for_migration);
        },
    ),
    rule("ic-canister_status", "statistics of queries", || {
        let (mut replica, id) = with("");
        replica.query(stranger(), id, "get", vec![0; 5]).unwrap();
        replica.query(stranger(), id, "get", vec![0; 6]).unwrap();
        update(&mut replica, id, "get").unwrap();
        let stats = status(&mut replica, id).query_stats;
        assert_eq!(stats.num_calls_total, Nat::from(2_u8));
        assert_eq!(stats.request_payload_bytes_total, Nat::from(11_u8));
        assert_eq!(stats.response_payload_bytes_total, Nat::from(16_u8));
        assert!(stats.num_instructions_total > 1_000_u32);
    }),
    rule(
        "ic-canister_status-memory_metrics",
        "the parts add up to the whole",
        || {
            let (mut replica, id) = with("");
            let fields = r#"
                (@custom "icp:public candid:service" "service : {}")
                (func (export "canister_init") (drop (call $stable_grow (i64.const 3))))
            "#;
            let bytes = module(fields);
            let size = bytes.len();
            replica
                .install_code(
                    controller(),
                    id,
                    chime_replica::InstallMode::Reinstall,
                    bytes,
                    vec![],
                )
                .unwrap();
            let status = status(&mut replica, id);
            let metrics = status.memory_metrics;
            assert_eq!(metrics.wasm_memory_size, Nat::from(65_536_u32));
            assert_eq!(metrics.stable_memory_size, Nat::from(3 * 65_536_u32));
            assert_eq!(metrics.wasm_binary_size, Nat::from(size));
            assert_eq!(metrics.custom_sections_size, Nat::from(12_u8));
            assert!(metrics.canister_history_size > 0_u8);
            let sum = metrics.wasm_memory_size
                + metrics.stable_memory_size
                + metrics.global_memory_size
                + metrics.wasm_binary_size
                + metrics.custom_sections_size
                + metrics.canister_history_size
                + metrics.wasm_chunk_store_size
                + metrics.snapshots_size
                + metrics.log_memory_store_size;
            assert_eq!(status.memory_size, sum);
        },
    ),
    rule(
        "ic-canister_metrics",
        "controllers are told what was consumed",
        || {
            let (mut replica, proxy, _) = both();
            let id = create(&mut replica, proxy, CanisterSettings::default()).unwrap();
            let metrics: types::CanisterMetricsResult =
                manage_by(&mut replica, proxy, "canister_metrics", 0, &record(id)).unwrap();
            assert_eq!(metrics.cycles_consumed.canister_creation, Nat::from(FEE));
            let asked = ask::<types::CanisterMetricsResult>(
                &mut replica,
                stranger(),
                "canister_metrics",
                &record(id),
            );
            assert_rejected(
                asked,
                ErrorCode::CanisterInvalidController,
                "Only the controllers",
            );
        },
    ),
];

#[test]
fn should_tell_status_and_figures_by_the_specification() {
    check(RULES);
}
