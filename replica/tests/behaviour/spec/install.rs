//! Installing and upgrading code.

use std::io::Write as _;

use candid::Principal;
use chime_replica::{ErrorCode, InstallMode, Rejection, Replica};
use ic_management_canister_types as types;
use types::{CanisterInstallMode, UpgradeFlags, WasmMemoryPersistence};

use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, order_by};
use crate::snapshots::{KEEPER, assert_keeps, keep, order};
use crate::spec::{Rule, add_controller, check, rule, view};
use crate::support::{
    assert_rejected, controller, get, install, module, query_number, replica, update, with,
};

pub fn install_args(
    id: Principal,
    mode: CanisterInstallMode,
    fields: &str,
) -> types::InstallCodeArgs {
    types::InstallCodeArgs {
        mode,
        canister_id: id,
        wasm_module: module(fields),
        arg: 5_u64.to_le_bytes().to_vec(),
        sender_canister_version: None,
    }
}

/// Tells which entry points ran, by digits: the hooks of an upgrade and what they were given.
pub const HOOKS: &str = r#"
(func $note (param i64) (call $set (i64.add (i64.mul (call $get) (i64.const 10)) (local.get 0))))
(func $given (result i64)
  (if (result i64) (i32.eq (call $arg_size) (i32.const 8))
    (then (call $arg_number)) (else (i64.const 0))))
(func (export "canister_init") (call $note (call $given)))
(func (export "canister_pre_upgrade")
  (if (i64.eqz (call $stable_size)) (then (drop (call $stable_grow (i64.const 1)))))
  (i64.store (i32.const 16) (i64.const 3))
  (call $stable_write (i64.const 0) (i64.const 16) (i64.const 8)))
(func (export "canister_post_upgrade")
  (call $note (i64.const 4)) (call $note (call $given))
  (if (i64.ne (call $stable_size) (i64.const 0)) (then
    (call $stable_read (i64.const 16) (i64.const 0) (i64.const 8))
    (call $note (i64.load (i32.const 16))))))
"#;

fn upgrade(
    replica: &mut Replica,
    id: Principal,
    flags: Option<UpgradeFlags>,
    fields: &str,
) -> Result<(), Rejection> {
    let mode = CanisterInstallMode::Upgrade(flags);
    order(replica, "install_code", &install_args(id, mode, fields))
}

fn persistence(persistence: WasmMemoryPersistence) -> Option<UpgradeFlags> {
    Some(UpgradeFlags {
        skip_pre_upgrade: None,
        wasm_memory_persistence: Some(persistence),
    })
}

const EOP: &str = "(@custom \"icp:private enhanced-orthogonal-persistence\" \"\")";

const SECTION: &str = "ic-install_code";

const RULES: &[Rule] = &[
    rule(SECTION, "only controllers can install code", || {
        let (mut replica, id) = with("");
        let proxy = add_proxy(&mut replica);
        let args = install_args(id, CanisterInstallMode::Reinstall, HOOKS);
        let result = order_by(&mut replica, proxy, "install_code", 0, &args);
        assert_refused(result, CANISTER_ERROR, "Only the controllers");
        add_controller(&mut replica, id, proxy);
        order_by(&mut replica, proxy, "install_code", 0, &args).unwrap();
        assert_eq!(
            get(&mut replica, id),
            5,
            "canister_init is given the argument"
        );
    }),
    rule(
        SECTION,
        "install: the canister must be empty before",
        || {
            let (mut replica, id) = with("");
            let args = install_args(id, CanisterInstallMode::Install, HOOKS);
            let result = order(&mut replica, "install_code", &args);
            assert_rejected(result, ErrorCode::CanisterNonEmpty, "is not empty");
            replica.uninstall_code(controller(), id).unwrap();
            order(&mut replica, "install_code", &args).unwrap();
        },
    ),
    rule(
        SECTION,
        "reinstall: code and state are removed, stable memory too",
        || {
            let (mut replica, id) = with(KEEPER);
            keep(&mut replica, id, 7);
            install(&mut replica, id, InstallMode::Reinstall, KEEPER).unwrap();
            assert_eq!(get(&mut replica, id), 0);
            let after = view(&replica, id);
            assert_eq!((after.stable_bytes, after.certified_data), (0, vec![]));
            let mut empty = replica;
            let id = empty.create_canister(controller()).unwrap();
            install(&mut empty, id, InstallMode::Reinstall, KEEPER).unwrap();
        },
    ),
    rule(
        SECTION,
        "upgrade: pre_upgrade, then post_upgrade with the argument",
        || {
            let (mut replica, id) = with(HOOKS);
            upgrade(&mut replica, id, None, HOOKS).unwrap();
            // The heap is new: 4, the argument, and what pre_upgrade wrote to stable memory.
            assert_eq!(get(&mut replica, id), 453);
            let empty = replica.create_canister(controller()).unwrap();
            assert_rejected(
                upgrade(&mut replica, empty, None, HOOKS),
                ErrorCode::CanisterWasmModuleNotFound,
                "contains no Wasm module",
            );
        },
    ),
    rule(SECTION, "skip_pre_upgrade: it is not executed", || {
        let (mut replica, id) = with(HOOKS);
        let flags = UpgradeFlags {
            skip_pre_upgrade: Some(true),
            wasm_memory_persistence: None,
        };
        upgrade(&mut replica, id, Some(flags), HOOKS).unwrap();
        assert_eq!(get(&mut replica, id), 45);
    }),
    rule(
        SECTION,
        "wasm_memory_persistence = keep: the heap is preserved",
        || {
            let fields = format!("{EOP}{KEEPER}");
            let (mut replica, id) = with(&fields);
            keep(&mut replica, id, 7);
            let flags = persistence(WasmMemoryPersistence::Keep);
            upgrade(&mut replica, id, flags, &fields).unwrap();
            assert_eq!(get(&mut replica, id), 7);
            assert_eq!(query_number(&mut replica, id, "stable"), 7);
        },
    ),
    rule(
        SECTION,
        "a heap that a module relies on is not lost by omission",
        || {
            let fields = format!("{EOP}{KEEPER}");
            let (mut replica, id) = with(&fields);
            keep(&mut replica, id, 7);
            let code = ErrorCode::CanisterContractViolation;
            let omitted = upgrade(&mut replica, id, None, &fields);
            assert_rejected(omitted, code, "Missing upgrade option");
            let flags = persistence(WasmMemoryPersistence::Keep);
            let unable = upgrade(&mut replica, id, flags, KEEPER);
            assert_rejected(unable, code, "Invalid upgrade option");
            assert_keeps(&mut replica, id, 7);
            let flags = persistence(WasmMemoryPersistence::Replace);
            upgrade(&mut replica, id, flags, KEEPER).unwrap();
            assert_eq!(get(&mut replica, id), 0);
        },
    ),
    rule(SECTION, "a rejected installation had no effect", || {
        let (mut replica, id) = with(KEEPER);
        keep(&mut replica, id, 9);
        let before = view(&replica, id);
        for (entry, mode) in [
            ("canister_init", InstallMode::Reinstall),
            ("canister_post_upgrade", InstallMode::Upgrade),
        ] {
            let fields =
                format!("(func (export \"{entry}\") (call $set (i64.const 1)) (unreachable))");
            let result = install(&mut replica, id, mode, &fields);
            assert_rejected(result, ErrorCode::CanisterTrapped, "unreachable");
            assert_eq!(view(&replica, id), before);
            assert_keeps(&mut replica, id, 9);
        }
    }),
    rule(
        SECTION,
        "the module may be compressed; its hash is that of what was given",
        || {
            let mut replica = replica();
            let id = replica.create_canister(controller()).unwrap();
            let level = flate2::Compression::default();
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
            gzip.write_all(&module(KEEPER)).unwrap();
            let bytes = gzip.finish().unwrap();
            assert!(bytes.starts_with(&[0x1f, 0x8b, 8]));
            let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
            replica
                .install_code(controller(), id, InstallMode::Install, bytes, vec![])
                .unwrap();
            assert_eq!(view(&replica, id).module_hash, Some(hash));
        },
    ),
    rule(
        "system-api-canister-version",
        "each change of code raises the version",
        || {
            let (mut replica, id) = with(KEEPER);
            let mut before = view(&replica, id).version;
            for mode in [InstallMode::Upgrade, InstallMode::Reinstall] {
                install(&mut replica, id, mode, KEEPER).unwrap();
                let after = view(&replica, id).version;
                assert!(after > before);
                before = after;
            }
            replica.uninstall_code(controller(), id).unwrap();
            assert!(view(&replica, id).version > before);
        },
    ),
    rule(
        "global-timer",
        "the timer is deactivated by changes of code",
        || {
            for mode in [InstallMode::Upgrade, InstallMode::Reinstall] {
                let (mut replica, id) = with(KEEPER);
                update(&mut replica, id, "alarm").unwrap();
                install(&mut replica, id, mode, KEEPER).unwrap();
                assert_eq!(view(&replica, id).global_timer_ns, 0, "{mode:?}");
            }
            let (mut replica, id) = with(KEEPER);
            update(&mut replica, id, "alarm").unwrap();
            replica.uninstall_code(controller(), id).unwrap();
            assert_eq!(view(&replica, id).global_timer_ns, 0);
        },
    ),
];

#[test]
fn should_install_code_by_the_specification() {
    check(RULES);
}
