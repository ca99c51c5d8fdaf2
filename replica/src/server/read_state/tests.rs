use std::sync::Arc;

use super::{Address, Knowledge, ReadState, Refusal};
use crate::server::authentication::Targets;
use crate::store::RequestRecord;
use crate::{
    CanisterStatus, CanisterView, MessageId, MetadataSection, Principal, Visibility,
    canister_id_from_counter,
};

struct World {
    record: RequestRecord,
}

const REQUEST: [u8; 32] = [1; 32];

fn user(number: u8) -> Principal {
    Principal::self_authenticating([number])
}

fn canister() -> Principal {
    canister_id_from_counter(1)
}

impl Knowledge for World {
    fn request(&self, id: &MessageId) -> Option<&RequestRecord> {
        (id.0 == REQUEST).then_some(&self.record)
    }

    fn canister(&self, id: &Principal) -> Option<CanisterView> {
        let section = |visibility, name: &str| MetadataSection {
            visibility,
            name: name.to_string(),
            content: Arc::from([]),
        };
        (*id == canister()).then(|| CanisterView {
            id: *id,
            module_hash: None,
            controllers: vec![user(1)],
            status: CanisterStatus::Running,
            metadata: Arc::from([
                section(Visibility::Public, "open"),
                section(Visibility::Private, "secret"),
            ]),
            certified_data: Vec::new(),
            created_ns: Some(1),
            installed_ns: Some(300),
            cycles: 0,
            version: 0,
            heap_bytes: 0,
            stable_bytes: 0,
            global_timer_ns: 0,
            open_call_contexts: 0,
        })
    }
}

fn check_as(sender: Principal, targets: Targets, paths: &[&[&[u8]]]) -> Result<(), Refusal> {
    let read = ReadState {
        address: Address::Canister(canister()),
        sender,
        targets,
        paths: paths
            .iter()
            .map(|path| path.iter().map(|label| label.to_vec()).collect())
            .collect(),
    };
    read.check(&World {
        record: RequestRecord {
            sender: user(1),
            canister_id: canister(),
        },
    })
}

fn check(sender: u8, path: &[&[u8]]) -> Result<(), Refusal> {
    check_as(user(sender), Targets::all(), &[path])
}

#[test]
fn should_allow_everyone_what_is_public() {
    let id = canister();
    let id = id.as_slice();
    let paths: [&[&[u8]]; 11] = [
        &[b"time"],
        &[b"subnet"],
        &[b"subnet", b"x"],
        &[b"subnet", b"x", b"public_key"],
        &[b"subnet", b"x", b"node", b"y", b"public_key"],
        &[b"canister_ranges", b"x"],
        &[b"canister", id, b"module_hash"],
        &[b"canister", id, b"controllers"],
        &[b"canister", id, b"metadata", b"open"],
        &[b"canister", id, b"metadata", b"absent"],
        &[b"request_status", &[2; 32]],
    ];
    for path in paths {
        assert_eq!(check(2, path), Ok(()), "{path:?}");
    }
}

#[test]
fn should_refuse_paths_that_cannot_be_read() {
    let other = canister_id_from_counter(2);
    let id = canister();
    let id = id.as_slice();
    let paths: [&[&[u8]]; 9] = [
        &[],
        &[b"unknown"],
        &[b"canister"],
        &[b"canister", id],
        &[b"canister", id, b"metadata"],
        &[b"canister", other.as_slice(), b"module_hash"],
        &[b"canister", &[0; 30], b"module_hash"],
        &[b"request_status"],
        &[b"request_status", b"short"],
    ];
    for path in paths {
        let refused = check(1, path);
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{path:?}");
    }
    let two: [&[&[u8]]; 2] = [
        &[b"request_status", &REQUEST],
        &[b"request_status", &[2; 32]],
    ];
    let refused = check_as(user(1), Targets::all(), &two);
    assert!(matches!(refused, Err(Refusal::Invalid(_))));
}

#[test]
fn should_show_private_metadata_to_controllers_only() {
    let id = canister();
    let path: [&[u8]; 4] = [b"canister", id.as_slice(), b"metadata", b"secret"];
    assert_eq!(check(1, &path), Ok(()));
    assert!(matches!(check(2, &path), Err(Refusal::Forbidden(_))));
}

#[test]
fn should_show_the_status_of_a_request_to_its_sender_only() {
    let path: [&[u8]; 2] = [b"request_status", &REQUEST];
    assert_eq!(check(1, &path), Ok(()));
    assert!(matches!(check(2, &path), Err(Refusal::Forbidden(_))));
    let elsewhere = Targets::only([canister_id_from_counter(2)]);
    let refused = check_as(user(1), elsewhere, &[&path]);
    assert!(matches!(refused, Err(Refusal::Forbidden(_))));
    let here = Targets::only([canister()]);
    assert_eq!(check_as(user(1), here, &[&path]), Ok(()));
}
