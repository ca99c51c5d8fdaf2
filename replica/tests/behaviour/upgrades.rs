//! Changes of code are all or nothing.

use chime_replica::{ErrorCode, InstallMode};

use crate::support::{
    assert_rejected, controller, get, install, module, number, query_number, stranger, update, with,
};

/// Keeps a number in stable memory over upgrades and counts its starts.
const KEEPER: &str = r#"
(global $starts (mut i64) (i64.const 0))
(func $start (global.set $starts (i64.add (global.get $starts) (i64.const 1))))
(start $start)
(func (export "canister_init") (drop (call $stable_grow (i64.const 1))) (call $set (i64.const 1)))
(func (export "canister_pre_upgrade") (call $stable_write (i64.const 0) (i64.const 512) (i64.const 8)))
(func (export "canister_post_upgrade") (call $stable_read (i64.const 512) (i64.const 0) (i64.const 8))
  (call $add (i64.const 1000)))
(func (export "canister_query starts") (call $reply_number (global.get $starts)))
(func (export "canister_query pages") (call $reply_number (call $stable_size)))
"#;

const FAILING: &str = r#"
(func (export "canister_init") (drop (call $stable_grow (i64.const 9))) (unreachable))
(func (export "canister_post_upgrade") (drop (call $stable_grow (i64.const 9)))
  (call $stable_write (i64.const 0) (i64.const 512) (i64.const 8)) (unreachable))
"#;

fn set(replica: &mut chime_replica::Replica, id: chime_replica::Principal, value: u64) {
    let arg = value.to_le_bytes().to_vec();
    replica.update_call(stranger(), id, "set", arg).unwrap();
}

#[test]
fn should_run_start_and_init_once() {
    let (mut replica, id) = with(KEEPER);
    update(&mut replica, id, "set").unwrap_err();
    assert_eq!(get(&mut replica, id), 1);
    assert_eq!(query_number(&mut replica, id, "starts"), 1);
}

#[test]
fn should_keep_stable_memory_and_replace_the_heap() {
    let (mut replica, id) = with(KEEPER);
    set(&mut replica, id, 42);
    install(&mut replica, id, InstallMode::Upgrade, KEEPER).unwrap();
    assert_eq!(get(&mut replica, id), 1042);
    assert_eq!(query_number(&mut replica, id, "starts"), 1);
}

#[test]
fn should_count_what_an_upgrade_costs_with_all_its_stages() {
    let (mut replica, id) = with(KEEPER);
    replica.take_work(&id).unwrap();
    let mode = InstallMode::UpgradeSkippingPreUpgrade;
    install(&mut replica, id, mode, KEEPER).unwrap();
    let without = replica.take_work(&id).unwrap();
    install(&mut replica, id, InstallMode::Upgrade, KEEPER).unwrap();
    let with = replica.take_work(&id).unwrap();
    assert_eq!((without.messages, with.messages), (1, 1));
    assert!(with.instructions > without.instructions);
    assert_eq!(without.stable_pages_written, 0);
    assert_eq!(with.stable_pages_written, 1);
}

#[test]
fn should_upgrade_from_a_stable_memory_that_was_set() {
    let (mut replica, id) = with(KEEPER);
    let mut image = vec![0; 65_536 + 1];
    image[..8].copy_from_slice(&7_u64.to_le_bytes());
    image[65_536] = 9;
    assert!(replica.set_stable_memory(&id, &image));
    let mode = InstallMode::UpgradeSkippingPreUpgrade;
    install(&mut replica, id, mode, KEEPER).unwrap();
    assert_eq!(get(&mut replica, id), 1007);
    assert_eq!(query_number(&mut replica, id, "pages"), 2);
    assert_eq!(replica.stable_memory(&id, 65_536, 2).unwrap(), [9, 0]);
}

#[test]
fn should_forget_the_old_stable_memory_when_another_is_set() {
    let (mut replica, id) = with(KEEPER);
    assert!(replica.set_stable_memory(&id, &[5; 70_000]));
    assert!(replica.set_stable_memory(&id, &[6]));
    assert_eq!(replica.stable_memory(&id, 0, 2).unwrap(), [6, 0]);
    assert_eq!(replica.canister_view(&id).unwrap().stable_bytes, 65_536);
    assert!(!replica.set_stable_memory(&stranger(), &[6]));
}

#[test]
fn should_skip_pre_upgrade_when_told_to() {
    let (mut replica, id) = with(KEEPER);
    set(&mut replica, id, 42);
    let mode = InstallMode::UpgradeSkippingPreUpgrade;
    install(&mut replica, id, mode, KEEPER).unwrap();
    assert_eq!(get(&mut replica, id), 1000);
}

#[test]
fn should_wipe_everything_when_reinstalled() {
    let (mut replica, id) = with(KEEPER);
    set(&mut replica, id, 42);
    install(&mut replica, id, InstallMode::Upgrade, KEEPER).unwrap();
    install(&mut replica, id, InstallMode::Reinstall, KEEPER).unwrap();
    assert_eq!(get(&mut replica, id), 1);
    assert_eq!(query_number(&mut replica, id, "pages"), 1);
    assert_eq!(replica.stable_memory(&id, 0, 8).unwrap(), [0; 8]);
}

#[test]
fn should_change_nothing_when_an_installation_fails() {
    let (mut replica, id) = with(KEEPER);
    set(&mut replica, id, 42);
    let before = replica.canister_view(&id).unwrap();
    for mode in [InstallMode::Upgrade, InstallMode::Reinstall] {
        let result = install(&mut replica, id, mode, FAILING);
        assert_rejected(result, ErrorCode::CanisterTrapped, "unreachable");
        assert_eq!(replica.canister_view(&id).unwrap(), before, "{mode:?}");
        assert_eq!(get(&mut replica, id), 42);
        assert_eq!(replica.stable_memory(&id, 0, 8).unwrap(), [0; 8]);
    }
}

#[test]
fn should_refuse_installations_that_do_not_fit() {
    let (mut replica, id) = with(KEEPER);
    assert_rejected(
        install(&mut replica, id, InstallMode::Install, KEEPER),
        ErrorCode::CanisterNonEmpty,
        "not empty",
    );
    let empty = replica.create_canister(controller()).unwrap();
    assert_rejected(
        install(&mut replica, empty, InstallMode::Upgrade, KEEPER),
        ErrorCode::CanisterWasmModuleNotFound,
        "no Wasm module",
    );
    assert_rejected(
        replica.install_code(
            stranger(),
            id,
            InstallMode::Reinstall,
            module(""),
            Vec::new(),
        ),
        ErrorCode::CanisterInvalidController,
        "Only the controllers",
    );
}

#[test]
fn should_refuse_broken_modules() {
    let mut replica = crate::support::replica();
    let id = replica.create_canister(controller()).unwrap();
    let wat = |text: &str| wat::parse_str(text).unwrap();
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("noise", b"not a module".to_vec()),
        ("a broken gzip", vec![0x1f, 0x8b, 1, 2, 3]),
        ("cut off", module("")[..100].to_vec()),
        (
            "a foreign import",
            wat(r#"(module (import "env" "f" (func)))"#),
        ),
        (
            "an unknown import",
            wat(r#"(module (import "ic0" "nonsense" (func)))"#),
        ),
        (
            "an import of another type",
            wat(r#"(module (import "ic0" "msg_reply" (func (param i32))))"#),
        ),
        (
            "a method with a parameter",
            wat(r#"(module (func (export "canister_update x") (param i32)))"#),
        ),
        (
            "a method of two kinds",
            wat(
                r#"(module (func (export "canister_update x")) (func (export "canister_query x")))"#,
            ),
        ),
        ("two memories", wat("(module (memory 1) (memory 1))")),
        ("a giant table", wat("(module (table 100000000 funcref))")),
        (
            "a data segment out of bounds",
            wat(r#"(module (memory 1) (data (i32.const 70000) "x"))"#),
        ),
    ] {
        let result = replica.install_code(controller(), id, InstallMode::Install, bytes, vec![]);
        let rejection = result.expect_err(what);
        assert_eq!(
            rejection.error_code,
            ErrorCode::CanisterInvalidWasm,
            "{what}"
        );
    }
    assert_eq!(replica.canister_view(&id).unwrap().module_hash, None);
}

#[test]
fn should_take_a_compressed_module_under_the_hash_of_its_bytes() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&module("")).unwrap();
    let bytes = encoder.finish().unwrap();
    let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
    let mut replica = crate::support::replica();
    let id = replica.create_canister(controller()).unwrap();
    replica
        .install_code(controller(), id, InstallMode::Install, bytes, vec![])
        .unwrap();
    assert_eq!(replica.canister_view(&id).unwrap().module_hash, Some(hash));
}

#[test]
fn should_run_64_bit_modules_and_keep_their_heap_when_asked() {
    use candid::Encode;
    use ic_management_canister_types::{
        CanisterInstallMode, InstallCodeArgs, UpgradeFlags, WasmMemoryPersistence,
    };
    let bytes = wat::parse_str(
        r#"(module
        (import "ic0" "msg_reply_data_append" (func $append (param i64 i64)))
        (import "ic0" "msg_reply" (func $reply))
        (memory i64 1)
        (@custom "icp:private enhanced-orthogonal-persistence" "")
        (func (export "canister_update bump")
          (i64.store (i64.const 8) (i64.add (i64.load (i64.const 8)) (i64.const 1)))
          (call $append (i64.const 8) (i64.const 8)) (call $reply)))"#,
    )
    .unwrap();
    let mut replica = crate::support::replica();
    let id = replica.create_canister(controller()).unwrap();
    let deploy = |mode, replica: &mut chime_replica::Replica| {
        let args = InstallCodeArgs {
            mode,
            canister_id: id,
            wasm_module: bytes.clone(),
            arg: vec![],
            sender_canister_version: None,
        };
        replica.update_call(
            controller(),
            candid::Principal::management_canister(),
            "install_code",
            Encode!(&args).unwrap(),
        )
    };
    let keep = |persistence| {
        CanisterInstallMode::Upgrade(Some(UpgradeFlags {
            skip_pre_upgrade: None,
            wasm_memory_persistence: Some(persistence),
        }))
    };
    deploy(CanisterInstallMode::Install, &mut replica).unwrap();
    assert_eq!(number(&update(&mut replica, id, "bump").unwrap()), 1);
    deploy(keep(WasmMemoryPersistence::Keep), &mut replica).unwrap();
    assert_eq!(number(&update(&mut replica, id, "bump").unwrap()), 2);
    deploy(keep(WasmMemoryPersistence::Replace), &mut replica).unwrap();
    assert_eq!(number(&update(&mut replica, id, "bump").unwrap()), 1);
    assert_rejected(
        deploy(CanisterInstallMode::Upgrade(None), &mut replica),
        ErrorCode::CanisterContractViolation,
        "Missing upgrade option",
    );
}
