//! The management canister, from outside and from inside.

use candid::{CandidType, Decode, Encode, Nat, Principal};
use chime_replica::{ErrorCode, Replica, canister_id_from_counter};
use ic_management_canister_types as types;
use serde::Deserialize;
use types::{
    CanisterIdRecord, CanisterSettings, CanisterStatusResult, CanisterStatusType, ChunkHash,
    EnvironmentVariable,
};

use crate::support::{
    add, assert_rejected, controller, get, module, number, replica, stranger, update, with,
};

fn call<T: CandidType + for<'de> Deserialize<'de>>(
    replica: &mut Replica,
    sender: Principal,
    method: &str,
    arg: &impl CandidType,
) -> Result<T, chime_replica::Rejection> {
    let reply = replica.management_call(sender, method, arg)?;
    Ok(candid::decode_one(&reply).unwrap())
}

fn status(replica: &mut Replica, id: Principal) -> CanisterStatusResult {
    let args = CanisterIdRecord { canister_id: id };
    call(replica, controller(), "canister_status", &args).unwrap()
}

#[test]
fn should_allocate_ids_in_order_and_pass_over_specified_ones() {
    let mut replica = replica();
    let mut create = |specified_id, amount: Option<u64>| {
        let args = types::ProvisionalCreateCanisterWithCyclesArgs {
            amount: amount.map(Nat::from),
            specified_id,
            ..Default::default()
        };
        let method = "provisional_create_canister_with_cycles";
        call::<CanisterIdRecord>(&mut replica, controller(), method, &args)
            .map(|record| record.canister_id)
    };
    let id = canister_id_from_counter;
    assert_eq!(create(None, None), Ok(id(0)));
    assert_eq!(create(Some(id(2)), Some(5)), Ok(id(2)));
    assert_eq!(create(None, None), Ok(id(1)));
    assert_eq!(create(None, None), Ok(id(3)));
    assert_rejected(
        create(Some(id(2)), None),
        ErrorCode::CanisterIdAlreadyExists,
        "already",
    );
    assert_rejected(
        create(Some(stranger()), None),
        ErrorCode::CanisterNotHostedBySubnet,
        "not a canister id",
    );
    assert_eq!(replica.canister_view(&id(2)).unwrap().cycles, 5);
    assert_eq!(
        replica.canister_view(&id(0)).unwrap().cycles,
        chime_replica::limits::DEFAULT_CYCLES
    );
}

#[test]
fn should_tell_status_and_settings_to_controllers() {
    let (mut replica, id) = with("");
    let args = types::UpdateSettingsArgs {
        canister_id: id,
        settings: CanisterSettings {
            controllers: Some(vec![controller(), id]),
            freezing_threshold: Some(Nat::from(5_u8)),
            environment_variables: Some(vec![EnvironmentVariable {
                name: "KEY".to_owned(),
                value: "value".to_owned(),
            }]),
            ..Default::default()
        },
        sender_canister_version: None,
    };
    replica
        .management_call(controller(), "update_settings", &args)
        .unwrap();
    let status = status(&mut replica, id);
    assert_eq!(status.status, CanisterStatusType::Running);
    assert_eq!(status.settings.freezing_threshold, Nat::from(5_u8));
    assert_eq!(status.settings.environment_variables.len(), 1);
    let view = replica.canister_view(&id).unwrap();
    assert_eq!(status.module_hash, view.module_hash.map(Vec::from));
    assert_eq!(status.settings.controllers, view.controllers);
    assert_eq!(view.controllers.len(), 2);
}

#[test]
fn should_refuse_strangers_before_anything_happens() {
    let (mut replica, id) = with("");
    let args = CanisterIdRecord { canister_id: id };
    let version = replica.canister_view(&id).unwrap().version;
    for method in [
        "start_canister",
        "stop_canister",
        "uninstall_code",
        "delete_canister",
        "canister_status",
        "clear_chunk_store",
        "stored_chunks",
    ] {
        assert_rejected(
            replica.management_call(stranger(), method, &args),
            ErrorCode::CanisterInvalidController,
            "Only controllers",
        );
    }
    assert_eq!(replica.canister_view(&id).unwrap().version, version);
}

#[test]
fn should_refuse_what_is_malformed_or_unknown() {
    let mut replica = replica();
    let management = Principal::management_canister();
    let mut submit = |method: &str, arg: &[u8]| {
        replica.update_call(controller(), management, method, arg.into())
    };
    for arg in [
        &b""[..],
        b"DIDL",
        b"garbage",
        b"DIDL\x00\x01\x7f",
        &[0xff; 100],
    ] {
        for method in ["canister_status", "install_code", "install_chunked_code"] {
            assert_rejected(
                submit(method, arg),
                ErrorCode::InvalidManagementPayload,
                "candid",
            );
        }
        let method = "provisional_create_canister_with_cycles";
        assert_rejected(
            submit(method, arg),
            ErrorCode::InvalidManagementPayload,
            "candid",
        );
    }
    assert_rejected(
        submit("nonsense", b"DIDL\x00\x00"),
        ErrorCode::CanisterMethodNotFound,
        "has no method 'nonsense'",
    );
    for method in ["create_canister", "raw_rand", "deposit_cycles"] {
        assert_rejected(
            submit(method, b"DIDL\x00\x00"),
            ErrorCode::CanisterRejectedMessage,
            "Only canisters can call",
        );
    }
}

#[test]
fn should_install_from_chunks_and_by_ingress() {
    let mut replica = replica();
    let id = replica.create_canister(controller()).unwrap();
    let bytes = module("");
    let (first, second) = bytes.split_at(300);
    let mut hashes: Vec<ChunkHash> = Vec::new();
    for chunk in [first, second] {
        let args = types::UploadChunkArgs {
            canister_id: id,
            chunk: chunk.to_vec(),
        };
        hashes.push(call(&mut replica, controller(), "upload_chunk", &args).unwrap());
    }
    let mut args = types::InstallChunkedCodeArgs {
        mode: types::CanisterInstallMode::Install,
        target_canister: id,
        store_canister: None,
        chunk_hashes_list: hashes,
        wasm_module_hash: vec![0; 32],
        arg: vec![],
        sender_canister_version: None,
    };
    assert_rejected(
        replica.management_call(controller(), "install_chunked_code", &args),
        ErrorCode::CanisterContractViolation,
        "does not match given hash",
    );
    args.wasm_module_hash = <sha2::Sha256 as sha2::Digest>::digest(&bytes).to_vec();
    let mut restarted = crate::support::restart(&mut replica, &mut Default::default());
    restarted
        .management_call(controller(), "install_chunked_code", &args)
        .unwrap();
    assert_eq!(get(&mut restarted, id), 0);
    let record = CanisterIdRecord { canister_id: id };
    let stored: Vec<ChunkHash> =
        call(&mut restarted, controller(), "stored_chunks", &record).unwrap();
    assert_eq!(stored.len(), 2);
}

#[test]
fn should_take_a_large_module_in_one_ingress_message() {
    let mut replica = replica();
    let id = replica.create_canister(controller()).unwrap();
    let bytes = module(&format!(
        "(data (i32.const 2048) \"{}\")",
        "x".repeat(60_000)
    ));
    let args = types::InstallCodeArgs {
        mode: types::CanisterInstallMode::Install,
        canister_id: id,
        wasm_module: bytes,
        arg: vec![],
        sender_canister_version: Some(1),
    };
    replica
        .management_call(controller(), "install_code", &args)
        .unwrap();
    assert_eq!(get(&mut replica, id), 0);
}

/// `forward` calls the management method named in the data with the argument given, and as many
/// cycles as its first 8 bytes say; answers with the reply or the reject code.
fn forwarder(method: &str) -> String {
    format!(
        r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "{method}")
(func $on_reply (param i32)
  (call $arg_copy (i32.const 2048) (i32.const 0) (call $arg_size))
  (call $append (i32.const 2048) (call $arg_size)) (call $reply))
(func $on_reject (param i32) (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func (export "canister_update forward") (local $size i32)
  (local.set $size (i32.sub (call $arg_size) (i32.const 8)))
  (call $arg_copy (i32.const 2048) (i32.const 8) (local.get $size))
  (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const {})
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
  (call $call_append (i32.const 2048) (local.get $size))
  (call $cycles_add (i64.const 0) (call $arg_number)) (drop (call $perform)))
"#,
        method.len()
    )
}

fn forward(replica: &mut Replica, id: Principal, cycles: u64, arg: &impl CandidType) -> Vec<u8> {
    let mut bytes = cycles.to_le_bytes().to_vec();
    bytes.extend(Encode!(arg).unwrap());
    replica
        .update_call(stranger(), id, "forward", bytes)
        .unwrap()
}

#[test]
fn should_create_canisters_for_canisters_that_pay_the_fee() {
    let (mut replica, id) = with(&forwarder("create_canister"));
    let before = replica.canister_view(&id).unwrap().cycles;
    let args = types::CreateCanisterArgs::default();
    let fee = 500_000_000_000;
    let reply = forward(&mut replica, id, fee - 1, &args);
    assert_eq!(number(&reply), 4);
    assert_eq!(replica.canister_view(&id).unwrap().cycles, before);

    let reply = forward(&mut replica, id, fee + 7, &args);
    let created = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let view = replica.canister_view(&created).unwrap();
    assert_eq!((view.cycles, view.controllers), (7, vec![id]));
    let after = replica.canister_view(&id).unwrap().cycles;
    assert_eq!(after, before - u128::from(fee) - 7);
}

#[test]
fn should_deposit_cycles_for_anybody() {
    let (mut replica, id) = with(&forwarder("deposit_cycles"));
    let other = add(&mut replica, "");
    let before = replica.canister_view(&other).unwrap().cycles;
    forward(
        &mut replica,
        id,
        1234,
        &CanisterIdRecord { canister_id: other },
    );
    let after = replica.canister_view(&other).unwrap().cycles;
    assert_eq!(after, before + 1234);
}

#[test]
fn should_show_public_and_private_sections() {
    let (mut replica, id) = with(
        r#"(@custom "icp:public candid:service" "service : {}") (@custom "icp:private x" "y")
           (@custom "name" "z")"#,
    );
    let view = replica.canister_view(&id).unwrap();
    let sections: Vec<_> = view
        .metadata
        .iter()
        .map(|section| {
            (
                section.visibility,
                section.name.as_str(),
                &section.content[..],
            )
        })
        .collect();
    assert_eq!(
        sections,
        [
            (
                chime_replica::Visibility::Public,
                "candid:service",
                &b"service : {}"[..]
            ),
            (chime_replica::Visibility::Private, "x", b"y"),
        ]
    );
    update(&mut replica, id, "absent").unwrap_err();
}
