//! The subnet, cycles, and what a network of one machine has not.

use candid::Nat;
use chime_replica::ErrorCode;
use ic_management_canister_types as types;
use types::CanisterIdRecord;

use crate::proxy::{CANISTER_REJECT, assert_refused, manage_by, order_by};
use crate::spec::{Rule, ask, both, check, record, rule, view};
use crate::support::{assert_rejected, controller, replica, stranger};

const RULES: &[Rule] = &[
    rule(
        "ic-list_canisters",
        "a query lists all canisters in ranges",
        || {
            let mut replica = replica();
            let ids: Vec<_> = (0..4)
                .map(|_| replica.create_canister(controller()).unwrap())
                .collect();
            replica.stop_canister(controller(), ids[1]).unwrap();
            replica.delete_canister(controller(), ids[1]).unwrap();
            let listed: types::ListCanistersResult =
                ask(&mut replica, controller(), "list_canisters", &()).unwrap();
            let ranges: Vec<_> = listed.canisters.iter().map(|r| (r.start, r.end)).collect();
            assert_eq!(ranges, [(ids[0], ids[0]), (ids[2], ids[3])]);
        },
    ),
    rule(
        "ic-subnet_info",
        "canisters are told of the subnet, and only of this one",
        || {
            let (mut replica, proxy, _) = both();
            let args = |subnet_id| types::SubnetInfoArgs { subnet_id };
            let own = chime_replica::subnet_id(&replica.config().root_key);
            let info: types::SubnetInfoResult =
                manage_by(&mut replica, proxy, "subnet_info", 0, &args(own)).unwrap();
            assert_eq!(info.replica_version, env!("CARGO_PKG_VERSION"));
            let other = manage_by::<types::SubnetInfoResult>(
                &mut replica,
                proxy,
                "subnet_info",
                0,
                &args(stranger()),
            );
            assert!(other.unwrap_err().1.contains("not found"));
            let metrics: types::SubnetMetricsResult = manage_by(
                &mut replica,
                proxy,
                "subnet_metrics",
                0,
                &types::SubnetMetricsArgs { subnet_id: own },
            )
            .unwrap();
            assert_eq!(metrics.num_canisters, Nat::from(2_u8));
            assert!(metrics.update_transactions_total > 3_u8);
        },
    ),
    rule(
        "ic-node_metrics_history",
        "only timestamps for which there are metrics",
        || {
            let (mut replica, proxy, _) = both();
            let args = types::NodeMetricsHistoryArgs {
                subnet_id: chime_replica::subnet_id(&replica.config().root_key),
                start_at_timestamp_nanos: 0,
            };
            let history: types::NodeMetricsHistoryResult =
                manage_by(&mut replica, proxy, "node_metrics_history", 0, &args).unwrap();
            assert_eq!(history, []);
        },
    ),
    rule(
        "ic-raw_rand",
        "32 bytes, for canisters only, new ones each time",
        || {
            let (mut replica, proxy, _) = both();
            let mut draw = || {
                let bytes: serde_bytes::ByteBuf =
                    manage_by(&mut replica, proxy, "raw_rand", 0, &()).unwrap();
                bytes
            };
            let (first, second) = (draw(), draw());
            assert_eq!((first.len(), second.len()), (32, 32));
            assert_ne!(first, second);
        },
    ),
    rule(
        "ic-deposit_cycles",
        "the cycles of the call go to the canister",
        || {
            let (mut replica, proxy, id) = both();
            let (giver, taker) = (view(&replica, proxy).cycles, view(&replica, id).cycles);
            order_by(&mut replica, proxy, "deposit_cycles", 1_000, &record(id)).unwrap();
            assert_eq!(view(&replica, proxy).cycles, giver - 1_000);
            assert_eq!(view(&replica, id).cycles, taker + 1_000);
            let result = replica.management_call(controller(), "deposit_cycles", &record(id));
            let code = ErrorCode::CanisterRejectedMessage;
            assert_rejected(result, code, "Only canisters can call");
        },
    ),
    rule(
        "ic-provisional-api",
        "any user can create and top up, and cycles come back",
        || {
            let (mut replica, proxy, id) = both();
            let before = view(&replica, id).cycles;
            let args = types::ProvisionalTopUpCanisterArgs {
                canister_id: id,
                amount: Nat::from(7_u8),
            };
            replica
                .management_call(stranger(), "provisional_top_up_canister", &args)
                .unwrap();
            assert_eq!(view(&replica, id).cycles, before + 7);
            let cycles = view(&replica, proxy).cycles;
            let args = types::ProvisionalCreateCanisterWithCyclesArgs {
                amount: Some(Nat::from(77_u8)),
                ..Default::default()
            };
            let method = "provisional_create_canister_with_cycles";
            let created: CanisterIdRecord =
                manage_by(&mut replica, proxy, method, 5_000, &args).unwrap();
            assert_eq!(view(&replica, created.canister_id).cycles, 77);
            assert_eq!(view(&replica, proxy).cycles, cycles);
        },
    ),
    rule(
        "ic-sign_with_ecdsa",
        "a key that was not generated is refused",
        || {
            let (mut replica, proxy, _) = both();
            for method in [
                "ecdsa_public_key",
                "sign_with_ecdsa",
                "schnorr_public_key",
                "sign_with_schnorr",
                "vetkd_public_key",
                "vetkd_derive_key",
            ] {
                let result = order_by(&mut replica, proxy, method, 10, &());
                assert_refused(result, CANISTER_REJECT, "no threshold keys");
            }
            for method in ["bitcoin_get_balance", "bitcoin_send_transaction"] {
                let result = order_by(&mut replica, proxy, method, 10, &());
                assert_refused(result, CANISTER_REJECT, "no connection to Bitcoin");
            }
        },
    ),
];

#[test]
fn should_tell_of_the_subnet_by_the_specification() {
    check(RULES);
}
