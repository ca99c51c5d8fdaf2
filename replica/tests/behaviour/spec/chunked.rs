//! Installing chunked code.

use candid::Principal;
use chime_replica::{ErrorCode, Replica};
use ic_management_canister_types as types;
use types::CanisterInstallMode;

use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, order_by};
use crate::snapshots::{call, order};
use crate::spec::install::HOOKS;
use crate::spec::{Rule, add_controller, check, rule};
use crate::support::{add, assert_rejected, get, module, stranger, with};

/// Uploads a module in two chunks to the store of a canister.
fn upload(replica: &mut Replica, store: Principal, bytes: &[u8]) -> Vec<types::ChunkHash> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut upload = |chunk: &[u8]| {
        let args = types::UploadChunkArgs {
            canister_id: store,
            chunk: chunk.to_vec(),
        };
        call(replica, "upload_chunk", &args).unwrap()
    };
    vec![upload(first), upload(second)]
}

fn chunked_args(
    target: Principal,
    store: Option<Principal>,
    hashes: Vec<types::ChunkHash>,
    bytes: &[u8],
) -> types::InstallChunkedCodeArgs {
    types::InstallChunkedCodeArgs {
        mode: CanisterInstallMode::Reinstall,
        target_canister: target,
        store_canister: store,
        chunk_hashes_list: hashes,
        wasm_module_hash: <sha2::Sha256 as sha2::Digest>::digest(bytes).to_vec(),
        arg: 8_u64.to_le_bytes().to_vec(),
        sender_canister_version: None,
    }
}

const SECTION: &str = "ic-install_chunked_code";

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "from the target's own store when no other is told",
        || {
            let (mut replica, id) = with("");
            let bytes = module(HOOKS);
            let hashes = upload(&mut replica, id, &bytes);
            let args = chunked_args(id, None, hashes, &bytes);
            order(&mut replica, "install_chunked_code", &args).unwrap();
            assert_eq!(get(&mut replica, id), 8);
        },
    ),
    rule(SECTION, "the caller controls the store canister", || {
        let (mut replica, store) = with("");
        let target = add(&mut replica, "");
        let bytes = module(HOOKS);
        let hashes = upload(&mut replica, store, &bytes);
        let args = chunked_args(target, Some(store), hashes, &bytes);
        order(&mut replica, "install_chunked_code", &args).unwrap();
        assert_eq!(get(&mut replica, target), 8);
        let settings = types::CanisterSettings {
            controllers: Some(vec![stranger()]),
            ..Default::default()
        };
        crate::spec::set(&mut replica, store, settings).unwrap();
        assert_rejected(
            order(&mut replica, "install_chunked_code", &args),
            ErrorCode::CanisterInvalidController,
            &format!("Only the controllers of the canister {store}"),
        );
    }),
    rule(SECTION, "or the caller is the store canister", || {
        let (mut replica, target) = with("");
        let store = add_proxy(&mut replica);
        add_controller(&mut replica, target, store);
        let bytes = module(HOOKS);
        let hashes = upload(&mut replica, store, &bytes);
        let args = chunked_args(target, Some(store), hashes, &bytes);
        order_by(&mut replica, store, "install_chunked_code", 0, &args).unwrap();
        assert_eq!(get(&mut replica, target), 8);
    }),
    rule(
        SECTION,
        "only controllers of the target can call it",
        || {
            let (mut replica, target) = with("");
            let store = add_proxy(&mut replica);
            let bytes = module(HOOKS);
            let hashes = upload(&mut replica, store, &bytes);
            let args = chunked_args(target, Some(store), hashes, &bytes);
            let result = order_by(&mut replica, store, "install_chunked_code", 0, &args);
            assert_refused(
                result,
                CANISTER_ERROR,
                "Only the controllers of the canister",
            );
        },
    ),
    rule(
        SECTION,
        "the hash of the whole has to be as told, and every chunk there",
        || {
            let (mut replica, id) = with("");
            let bytes = module(HOOKS);
            let hashes = upload(&mut replica, id, &bytes);
            let code = ErrorCode::CanisterContractViolation;
            let mut swapped = hashes.clone();
            swapped.reverse();
            let mut args = chunked_args(id, None, swapped, &bytes);
            let result = order(&mut replica, "install_chunked_code", &args);
            assert_rejected(result, code, "does not match given hash");
            args.chunk_hashes_list = vec![types::ChunkHash { hash: vec![1; 32] }];
            let result = order(&mut replica, "install_chunked_code", &args);
            assert_rejected(result, code, "Chunk hash 0101");
            args.chunk_hashes_list = vec![types::ChunkHash { hash: vec![1; 31] }];
            let result = order(&mut replica, "install_chunked_code", &args);
            assert_rejected(result, code, "The length is not 32");
        },
    ),
];

#[test]
fn should_install_chunked_code_by_the_specification() {
    check(RULES);
}
