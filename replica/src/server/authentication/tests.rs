use ic_ed25519::PrivateKey;
use ic_transport_types::{Delegation, DelegationPermissions, EnvelopeContent, SignedDelegation};

use super::{Targets, authenticate};
use crate::server::envelope::Envelope;
use crate::server::refusal::Refusal;
use crate::{Principal, canister_id_from_counter};

const NOW_NS: u64 = 1_700_000_000_000_000_000;
const SECOND_NS: u64 = 1_000_000_000;

fn key(seed: u8) -> PrivateKey {
    PrivateKey::deserialize_raw_32(&[seed; 32])
}

fn der(key: &PrivateKey) -> Vec<u8> {
    key.public_key().serialize_rfc8410_der()
}

fn canister() -> Principal {
    canister_id_from_counter(1)
}

fn call_by(sender: Principal, ingress_expiry: u64) -> EnvelopeContent {
    EnvelopeContent::Call {
        nonce: None,
        ingress_expiry,
        sender,
        canister_id: canister(),
        method_name: "m".to_string(),
        arg: vec![1, 2],
        sender_info: None,
    }
}

fn query_by(sender: Principal) -> EnvelopeContent {
    EnvelopeContent::Query {
        ingress_expiry: NOW_NS + SECOND_NS,
        sender,
        canister_id: canister(),
        method_name: "m".to_string(),
        arg: vec![],
        nonce: None,
        sender_info: None,
    }
}

fn call() -> EnvelopeContent {
    let sender = Principal::self_authenticating(der(&key(1)));
    call_by(sender, NOW_NS + SECOND_NS)
}

struct Signed {
    content: EnvelopeContent,
    public_key: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
    delegations: Option<Vec<SignedDelegation>>,
}

/// Signs by `signer` for the key with seed 1.
fn signed(content: EnvelopeContent, signer: &PrivateKey) -> Signed {
    let signature = signer.sign_message(&content.to_request_id().signable());
    Signed {
        content,
        public_key: Some(der(&key(1))),
        signature: Some(signature.to_vec()),
        delegations: None,
    }
}

fn link(from: &PrivateKey, delegation: Delegation) -> SignedDelegation {
    SignedDelegation {
        signature: from.sign_message(&delegation.signable()).to_vec(),
        delegation,
    }
}

fn delegation_to(to: &PrivateKey) -> Delegation {
    Delegation {
        pubkey: der(to),
        expiration: NOW_NS + SECOND_NS,
        targets: None,
        permissions: None,
    }
}

fn check(signed: Signed) -> Result<Targets, Refusal> {
    let envelope = ic_transport_types::Envelope {
        content: std::borrow::Cow::Owned(signed.content),
        sender_pubkey: signed.public_key,
        sender_sig: signed.signature,
        sender_delegation: signed.delegations,
    };
    let envelope = Envelope::decode(&envelope.encode_bytes())?;
    authenticate(&envelope, NOW_NS)
}

fn check_chain(content: EnvelopeContent, chain: Vec<SignedDelegation>) -> Result<Targets, Refusal> {
    let mut signed = signed(content, &key(2));
    signed.delegations = Some(chain);
    check(signed)
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

#[test]
fn should_accept_every_kind_of_key() {
    let secp256k1 = ic_secp256k1::PrivateKey::generate_from_seed(&[1]);
    let secp256r1 = ic_secp256r1::PrivateKey::generate_insecure_key_for_testing(1);
    let keys: [(Vec<u8>, Sign); 3] = [
        (der(&key(1)), Box::new(|m| key(1).sign_message(m).to_vec())),
        (
            secp256k1.public_key().serialize_der(),
            Box::new(move |m| secp256k1.sign_message_with_ecdsa(m).to_vec()),
        ),
        (
            secp256r1.public_key().serialize_der(),
            Box::new(move |m| secp256r1.sign_message(m).to_vec()),
        ),
    ];
    for (public_key, sign) in keys {
        let sender = Principal::self_authenticating(&public_key);
        let content = call_by(sender, NOW_NS + SECOND_NS);
        let message = content.to_request_id().signable();
        let by = |signature: Vec<u8>| Signed {
            content: content.clone(),
            public_key: Some(public_key.clone()),
            signature: Some(signature),
            delegations: None,
        };
        assert_eq!(check(by(sign(&message))), Ok(Targets::all()));
        let mut broken = sign(&message);
        broken[10] ^= 1;
        assert!(check(by(broken)).is_err());
        assert!(check(by(sign(b"another message"))).is_err());
        assert!(check(by(Vec::new())).is_err());
    }
}

#[test]
fn should_accept_the_anonymous_sender_only_without_a_signature() {
    let content = call_by(Principal::anonymous(), NOW_NS + SECOND_NS);
    let plain = Signed {
        content: content.clone(),
        public_key: None,
        signature: None,
        delegations: None,
    };
    assert!(check(plain).is_ok());
    assert!(check(signed(content, &key(1))).is_err());
}

#[test]
fn should_refuse_a_sender_that_is_not_its_key() {
    let stranger = call_by(Principal::self_authenticating([9]), NOW_NS + SECOND_NS);
    assert!(check(signed(stranger, &key(1))).is_err());
    assert!(
        check(signed(call(), &key(2))).is_err(),
        "another key signed"
    );
    let mut unsigned = signed(call(), &key(1));
    unsigned.signature = None;
    assert!(check(unsigned).is_err());
    let mut odd = signed(call(), &key(1));
    odd.public_key = Some(vec![1, 2, 3]);
    assert!(check(odd).is_err());
}

#[test]
fn should_refuse_what_has_expired_or_expires_too_late() {
    let sender = Principal::self_authenticating(der(&key(1)));
    let check_at = |expiry| check(signed(call_by(sender, expiry), &key(1)));
    assert!(check_at(NOW_NS - 1).is_err());
    assert!(check_at(NOW_NS).is_ok());
    assert!(check_at(NOW_NS + 360 * SECOND_NS).is_ok());
    let Err(Refusal::Invalid(text)) = check_at(NOW_NS + 360 * SECOND_NS + 1) else {
        panic!("accepted");
    };
    assert!(text.starts_with("Invalid request expiry: "), "{text}");
}

#[test]
fn should_follow_a_chain_of_delegations() {
    let direct = vec![link(&key(1), delegation_to(&key(2)))];
    assert!(check_chain(call(), direct).is_ok());
    let through = vec![
        link(&key(1), delegation_to(&key(3))),
        link(&key(3), delegation_to(&key(2))),
    ];
    assert!(check_chain(call(), through).is_ok());
}

#[test]
fn should_refuse_a_chain_that_does_not_hold() {
    let expired = Delegation {
        expiration: NOW_NS - 1,
        ..delegation_to(&key(2))
    };
    let to_self = link(&key(2), delegation_to(&key(2)));
    let cases: [(&str, Vec<SignedDelegation>); 5] = [
        (
            "signed by another key",
            vec![link(&key(3), delegation_to(&key(2)))],
        ),
        (
            "to another key",
            vec![link(&key(1), delegation_to(&key(3)))],
        ),
        ("expired", vec![link(&key(1), expired)]),
        (
            "a cycle",
            vec![link(&key(1), delegation_to(&key(2))), to_self],
        ),
        ("empty", vec![]),
    ];
    for (name, chain) in cases {
        assert!(check_chain(call(), chain).is_err(), "{name}");
    }
}

#[test]
fn should_limit_the_length_of_a_chain() {
    for (length, accepted) in [(20, true), (21, false)] {
        let mut keys: Vec<_> = (100..100 + length - 1).map(key).collect();
        keys.insert(0, key(1));
        keys.push(key(2));
        let links = keys.windows(2);
        let chain = links.map(|pair| link(&pair[0], delegation_to(&pair[1])));
        let checked = check_chain(call(), chain.collect());
        assert_eq!(
            checked.is_ok(),
            accepted,
            "{length} delegations: {checked:?}"
        );
    }
}

#[test]
fn should_respect_the_targets_of_delegations() {
    let restricted = |targets: Vec<Principal>| Delegation {
        targets: Some(targets),
        ..delegation_to(&key(2))
    };
    let other = canister_id_from_counter(2);
    let here = vec![link(&key(1), restricted(vec![canister(), other]))];
    assert_eq!(
        check_chain(call(), here),
        Ok(Targets::only([canister(), other]))
    );
    let elsewhere = vec![link(&key(1), restricted(vec![other]))];
    assert!(check_chain(call(), elsewhere).is_err());
    let middle = Delegation {
        pubkey: der(&key(3)),
        ..restricted(vec![other])
    };
    let both = vec![
        link(&key(1), middle),
        link(&key(3), restricted(vec![canister()])),
    ];
    assert!(check_chain(call(), both).is_err(), "targets intersect");
}

#[test]
fn should_respect_the_permissions_of_delegations() {
    let queries = Delegation {
        permissions: Some(DelegationPermissions::Queries),
        ..delegation_to(&key(2))
    };
    let chain = vec![link(&key(1), queries)];
    assert!(check_chain(call(), chain.clone()).is_err());
    let sender = Principal::self_authenticating(der(&key(1)));
    assert!(check_chain(query_by(sender), chain).is_ok());
}
