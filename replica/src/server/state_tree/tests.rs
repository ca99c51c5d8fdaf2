use std::sync::Arc;

use ic_certification::{Certificate, LookupResult};

use super::{Keys, StateTree, leb128};
use crate::server::envelope::Path;
use crate::{
    CanisterStatus, CanisterView, ErrorCode, IngressStatus, MessageId, MetadataSection, Principal,
    Rejection, Visibility, canister_id_from_counter,
};

const NOW_NS: u64 = 1_700_000_000_000_000_000;

fn tree() -> (StateTree, Arc<Keys>) {
    let keys = Arc::new(Keys::generate());
    (StateTree::new(Arc::clone(&keys)), keys)
}

fn path(labels: &[&[u8]]) -> Path {
    labels.iter().map(|label| label.to_vec()).collect()
}

fn view(id: Principal, module: Option<u8>) -> CanisterView {
    CanisterView {
        id,
        module_hash: module.map(|byte| [byte; 32]),
        controllers: vec![Principal::anonymous()],
        status: CanisterStatus::Running,
        metadata: Arc::from([MetadataSection {
            visibility: Visibility::Public,
            name: format!("section {module:?}"),
            content: Arc::from([1, 2, 3]),
        }]),
        certified_data: vec![5],
        created_ns: Some(1),
        installed_ns: Some(300),
        cycles: 0,
        version: 0,
        heap_bytes: 0,
        stable_bytes: 0,
        global_timer_ns: 0,
        open_call_contexts: 0,
    }
}

/// Decodes a certificate as a client does and verifies its signature.
fn verified(bytes: &[u8], keys: &Keys) -> Certificate {
    let certificate: Certificate = serde_cbor::from_slice(bytes).unwrap();
    let message = [b"\x0Dic-state-root".as_slice(), &certificate.tree.digest()].concat();
    let key = &keys.root_key[37..];
    ic_verify_bls_signature::verify_bls_signature(&certificate.signature, &message, key).unwrap();
    certificate
}

#[test]
fn should_certify_the_time_with_every_answer() {
    let (mut tree, keys) = tree();
    tree.certify(NOW_NS);
    let certificate = verified(&tree.certificate(&[]), &keys);
    let time = certificate.tree.lookup_path([b"time"]);
    assert_eq!(time, LookupResult::Found(&leb128(NOW_NS)));
    assert_eq!(certificate.delegation, None);
    let other = certificate.tree.lookup_path([b"subnet".as_slice(), b"x"]);
    assert_eq!(
        other,
        LookupResult::Unknown,
        "what is not asked for is pruned"
    );
}

#[test]
fn should_sign_again_when_the_state_or_the_time_has_changed_and_not_before() {
    let (mut tree, _) = tree();
    tree.certify(NOW_NS);
    let first = tree.signature.clone();
    tree.certify(NOW_NS + 1);
    assert_eq!(tree.signature, first);
    tree.certify(NOW_NS + 600_000_000);
    let second = tree.signature.clone();
    assert_ne!(second, first);
    tree.put_request(&MessageId([1; 32]), &IngressStatus::Received);
    tree.certify(NOW_NS + 600_000_001);
    assert_ne!(tree.signature, second);
}

#[test]
fn should_show_the_whole_of_what_is_asked_for_and_prove_absence() {
    let (mut tree, keys) = tree();
    for byte in 0..50 {
        tree.put_request(
            &MessageId([byte * 2; 32]),
            &IngressStatus::Replied(vec![byte]),
        );
    }
    tree.certify(NOW_NS);
    let there = path(&[b"request_status", &[20; 32]]);
    let absent = path(&[b"request_status", &[21; 32]]);
    let nowhere = path(&[b"api_boundary_nodes"]);
    let bytes = tree.certificate(&[there, absent, nowhere, path(&[b"subnet"])]);
    let certificate = verified(&bytes, &keys);

    let lookup = |id: &[u8], name: &[u8]| {
        certificate
            .tree
            .lookup_path([b"request_status".as_slice(), id, name])
    };
    assert_eq!(
        lookup(&[20; 32], b"status"),
        LookupResult::Found(b"replied")
    );
    assert_eq!(lookup(&[20; 32], b"reply"), LookupResult::Found(&[10]));
    assert_eq!(lookup(&[21; 32], b"status"), LookupResult::Absent);
    assert_eq!(lookup(&[30; 32], b"status"), LookupResult::Unknown);
    assert_eq!(
        certificate.tree.lookup_path([b"api_boundary_nodes"]),
        LookupResult::Absent
    );
    let (subnet, node) = (keys.subnet_id.as_slice(), keys.node_id.as_slice());
    let node_key = [b"subnet".as_slice(), subnet, b"node", node, b"public_key"];
    assert_eq!(
        certificate.tree.lookup_path(node_key),
        LookupResult::Found(&keys.node_key)
    );
}

#[test]
fn should_show_a_rejection_with_its_codes() {
    let (mut tree, keys) = tree();
    let id = MessageId([9; 32]);
    tree.put_request(&id, &IngressStatus::Processing);
    let rejection = Rejection::new(ErrorCode::CanisterTrapped, "it trapped");
    tree.put_request(&id, &IngressStatus::Rejected(rejection));
    tree.certify(NOW_NS);
    let bytes = tree.certificate(&[path(&[b"request_status", &id.0])]);
    let certificate = verified(&bytes, &keys);
    for (name, value) in [
        ("status", b"rejected".as_slice()),
        ("reject_code", &[5]),
        ("reject_message", b"it trapped"),
        ("error_code", b"IC0502"),
    ] {
        let path = [b"request_status".as_slice(), &id.0, name.as_bytes()];
        assert_eq!(
            certificate.tree.lookup_path(path),
            LookupResult::Found(value)
        );
    }

    tree.put_request(&id, &IngressStatus::Done);
    tree.certify(NOW_NS);
    let bytes = tree.certificate(&[path(&[b"request_status", &id.0])]);
    let certificate = verified(&bytes, &keys);
    let path = [b"request_status".as_slice(), &id.0, b"reject_message"];
    assert_eq!(certificate.tree.lookup_path(path), LookupResult::Absent);
}

#[test]
fn should_follow_a_canister_through_its_life() {
    let (mut tree, keys) = tree();
    let id = canister_id_from_counter(7);
    let lookup = |tree: &mut StateTree, labels: &[&[u8]]| {
        tree.certify(NOW_NS);
        let labels = [&[b"canister".as_slice(), id.as_slice()], labels].concat();
        let bytes = tree.certificate(&[path(&labels)]);
        match verified(&bytes, &keys).tree.lookup_path(&labels) {
            LookupResult::Found(value) => Some(value.to_vec()),
            LookupResult::Absent => None,
            other => panic!("{other:?}"),
        }
    };
    tree.put_canister(&view(id, None));
    assert!(lookup(&mut tree, &[b"controllers"]).is_some());
    let created = lookup(&mut tree, &[b"canister_creation_timestamp"]);
    assert_eq!(created, Some(vec![1]));
    let installed = lookup(&mut tree, &[b"last_install_timestamp"]);
    assert_eq!(installed, Some(vec![0xac, 2]));
    assert_eq!(lookup(&mut tree, &[b"module_hash"]), None);
    assert_eq!(lookup(&mut tree, &[b"certified_data"]), None);

    tree.put_canister(&view(id, Some(1)));
    assert_eq!(lookup(&mut tree, &[b"module_hash"]), Some(vec![1; 32]));
    assert_eq!(lookup(&mut tree, &[b"certified_data"]), Some(vec![5]));
    let name = b"section Some(1)".as_slice();
    assert_eq!(lookup(&mut tree, &[b"metadata", name]), Some(vec![1, 2, 3]));

    tree.put_canister(&view(id, Some(2)));
    assert_eq!(
        lookup(&mut tree, &[b"metadata", name]),
        None,
        "the old module's"
    );

    tree.put_canister(&view(id, None));
    assert_eq!(lookup(&mut tree, &[b"module_hash"]), None);
    tree.delete_canister(&id);
    assert_eq!(lookup(&mut tree, &[b"controllers"]), None);
}

#[test]
fn should_encode_leb128() {
    for (number, bytes) in [
        (0, vec![0]),
        (127, vec![127]),
        (128, vec![0x80, 1]),
        (624_485, vec![0xe5, 0x8e, 0x26]),
        (u64::MAX, [vec![0xff; 9], vec![1]].concat()),
    ] {
        assert_eq!(leb128(number), bytes);
    }
}
