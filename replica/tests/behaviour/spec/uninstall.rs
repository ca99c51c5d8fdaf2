//! Uninstalling code.

use candid::Principal;
use chime_replica::{ErrorCode, InstallMode, Replica};
use ic_management_canister_types as types;
use types::CanisterInstallMode;

use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, manage_by, order_by};
use crate::snapshots::{KEEPER, keep};
use crate::spec::install::{HOOKS, install_args};
use crate::spec::{Rule, add_controller, check, rule, view};
use crate::support::{
    add, assert_rejected, controller, get, install, number, replica, stepwise, stranger, update,
    with,
};

/// Calls a holder, which answers when it is released, and tells what came.
const WAITER: &str = r#"
(table funcref (elem $on_answer))
(data (i32.const 1024) "hold")
(func $on_answer (param i32) (call $set (i64.const 77)) (call $reply))
(func (export "canister_update wait")
  (call $call_arg (i32.const 1024) (i32.const 4) (i32.const 0) (i32.const 0))
  (call $cycles_add (i64.const 0) (i64.const 1000))
  (drop (call $perform)))
"#;

/// A canister that awaits an answer of another one, which holds it back.
fn waiting() -> (Replica, Principal, Principal) {
    let mut replica = stepwise();
    let holder = add(&mut replica, crate::bounded_wait::HOLDER);
    let id = add(&mut replica, WAITER);
    let arg = holder.as_slice().to_vec();
    replica.submit_call(stranger(), id, "wait", arg).unwrap();
    replica.run_until_idle(8);
    (replica, id, holder)
}

const SECTION: &str = "ic-uninstall_code";

const RULES: &[Rule] = &[
    rule(SECTION, "all calls without a response are rejected", || {
        let (mut replica, id, _) = waiting();
        assert_eq!(view(&replica, id).open_call_contexts, 1);
        replica.uninstall_code(controller(), id).unwrap();
        assert_eq!(view(&replica, id).open_call_contexts, 0);
    }),
    rule(
        SECTION,
        "responses are not processed, even by new code, but refunded",
        || {
            let (mut replica, id, holder) = waiting();
            let before = view(&replica, id).cycles;
            replica.uninstall_code(controller(), id).unwrap();
            install(&mut replica, id, InstallMode::Install, WAITER).unwrap();
            let release = 1_u64.to_le_bytes().to_vec();
            replica
                .update_call(stranger(), holder, "set", release)
                .unwrap();
            replica.run_until_idle(50);
            assert_eq!(get(&mut replica, id), 0, "the callback did not run");
            assert_eq!(view(&replica, id).cycles, before + 1000);
        },
    ),
    rule(
        SECTION,
        "code and state go, queued calls are rejected",
        || {
            let (mut replica, id) = with(KEEPER);
            keep(&mut replica, id, 3);
            replica.uninstall_code(controller(), id).unwrap();
            let after = view(&replica, id);
            assert_eq!(
                (after.module_hash, after.heap_bytes, after.stable_bytes),
                (None, 0, 0)
            );
            assert_eq!(after.certified_data, Vec::<u8>::new());
            assert_rejected(
                update(&mut replica, id, "keep"),
                ErrorCode::CanisterWasmModuleNotFound,
                "contains no Wasm module",
            );
        },
    ),
    rule(SECTION, "only controllers can uninstall code", || {
        let (mut replica, id) = with(KEEPER);
        let proxy = add_proxy(&mut replica);
        let record = crate::spec::record(id);
        let result = order_by(&mut replica, proxy, "uninstall_code", 0, &record);
        assert_refused(result, CANISTER_ERROR, "Only the controllers");
        add_controller(&mut replica, id, proxy);
        order_by(&mut replica, proxy, "uninstall_code", 0, &record).unwrap();
    }),
    rule(
        SECTION,
        "a canister can uninstall itself and is told nothing",
        || {
            let (mut replica, proxy) = with(crate::proxy::PROXY);
            add_controller(&mut replica, proxy, proxy);
            let record = crate::spec::record(proxy);
            let payload = candid::encode_one(&record).unwrap();
            let mut message = vec![0, 14];
            message.extend(b"uninstall_code");
            message.extend([0; 8]);
            message.extend(payload);
            assert_rejected(
                replica.update_call(stranger(), proxy, "proxy", message),
                ErrorCode::CanisterRejectedMessage,
                "Canister has been uninstalled.",
            );
        },
    ),
    rule(
        "ic-create_canister",
        "a created canister can be installed by its creator",
        || {
            let mut replica = replica();
            let proxy = add_proxy(&mut replica);
            let created: types::CanisterIdRecord = manage_by(
                &mut replica,
                proxy,
                "create_canister",
                1_000_000_000_000,
                &types::CreateCanisterArgs::default(),
            )
            .unwrap();
            let id = created.canister_id;
            let args = install_args(id, CanisterInstallMode::Install, HOOKS);
            order_by(&mut replica, proxy, "install_code", 0, &args).unwrap();
            let five = replica.query(stranger(), id, "get", vec![]).unwrap();
            assert_eq!(number(&five), 5);
        },
    ),
];

#[test]
fn should_uninstall_code_by_the_specification() {
    check(RULES);
}
