//! The chunk store.

use candid::{Nat, Principal};
use chime_replica::{ErrorCode, Rejection, Replica};
use ic_management_canister_types as types;

use crate::proxy::{manage_by, order_by};
use crate::snapshots::{call, order};
use crate::spec::{Rule, both, check, record, rule, status};
use crate::support::{assert_rejected, with};

fn upload(replica: &mut Replica, id: Principal, chunk: Vec<u8>) -> Result<Vec<u8>, Rejection> {
    let args = types::UploadChunkArgs {
        canister_id: id,
        chunk,
    };
    call::<types::ChunkHash>(replica, "upload_chunk", &args).map(|hash| hash.hash)
}

const RULES: &[Rule] = &[
    rule(
        "ic-upload_chunk",
        "the size of each chunk is at most 1 MiB",
        || {
            let (mut replica, id) = with("");
            upload(&mut replica, id, vec![1; 1 << 20]).unwrap();
            assert_rejected(
                upload(&mut replica, id, vec![1; (1 << 20) + 1]),
                ErrorCode::CanisterContractViolation,
                "exceeds the maximum chunk size of 1048576.",
            );
        },
    ),
    rule(
        "ic-upload_chunk",
        "returns the hash; each chunk costs 1 MiB",
        || {
            let (mut replica, id) = with("");
            let hash = upload(&mut replica, id, b"abc".to_vec()).unwrap();
            assert_eq!(
                hash,
                <sha2::Sha256 as sha2::Digest>::digest(b"abc").to_vec()
            );
            upload(&mut replica, id, b"abc".to_vec()).unwrap();
            let size = status(&mut replica, id)
                .memory_metrics
                .wasm_chunk_store_size;
            assert_eq!(size, Nat::from(1_u32 << 20));
        },
    ),
    rule("ic-upload_chunk", "at most CHUNK_STORE_SIZE chunks", || {
        let (mut replica, id) = with("");
        for index in 0..100 {
            upload(&mut replica, id, vec![index]).unwrap();
        }
        assert_rejected(
            upload(&mut replica, id, vec![200]),
            ErrorCode::CanisterContractViolation,
            "has already reached maximum capacity.",
        );
        upload(&mut replica, id, vec![7]).unwrap();
        order(&mut replica, "clear_chunk_store", &record(id)).unwrap();
        upload(&mut replica, id, vec![200]).unwrap();
    }),
    rule(
        "ic-stored_chunks",
        "the canister itself may use its chunk store",
        || {
            let (mut replica, proxy, id) = both();
            for (target, allowed) in [(proxy, true), (id, false)] {
                let args = types::UploadChunkArgs {
                    canister_id: target,
                    chunk: b"mine".to_vec(),
                };
                let uploaded =
                    manage_by::<types::ChunkHash>(&mut replica, proxy, "upload_chunk", 0, &args);
                let listed = manage_by::<Vec<types::ChunkHash>>(
                    &mut replica,
                    proxy,
                    "stored_chunks",
                    0,
                    &record(target),
                );
                let cleared =
                    order_by(&mut replica, proxy, "clear_chunk_store", 0, &record(target));
                let results = [uploaded.is_ok(), listed.is_ok(), cleared.is_ok()];
                assert_eq!(results, [allowed; 3]);
            }
        },
    ),
];

#[test]
fn should_store_chunks_by_the_specification() {
    check(RULES);
}
