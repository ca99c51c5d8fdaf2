//! Whether the sender of a request has really sent it, and in time.
//!
//! The rules are those of the interface specification, 'Authentication': the sender is anonymous
//! or the hash of a public key; that key, or the last key of a chain of delegations that starts
//! with it, has signed the request id; the request expires soon, but not yet.
//!
//! Not supported: canister signatures (`1.3.6.1.4.1.56387.1.2`) and WebAuthn keys; requests
//! signed with them are refused.

use std::collections::BTreeSet;

use candid::Principal;

use super::envelope::{Content, Envelope, Permissions, SignedDelegation};
use super::refusal::Refusal;
use crate::limits::{INGRESS_CLOCK_DRIFT, INGRESS_TTL_MAX};

/// The canisters a request may concern, when a delegation limits them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Targets(Option<BTreeSet<Principal>>);

impl Targets {
    #[cfg(test)]
    pub(super) fn all() -> Self {
        Self(None)
    }

    #[cfg(test)]
    pub(super) fn only(canisters: impl IntoIterator<Item = Principal>) -> Self {
        Self(Some(canisters.into_iter().collect()))
    }

    pub(super) fn contain(&self, canister: &Principal) -> bool {
        self.0
            .as_ref()
            .is_none_or(|targets| targets.contains(canister))
    }

    fn restrict(&mut self, delegation: &SignedDelegation) {
        let Some(targets) = &delegation.targets else {
            return;
        };
        let added: BTreeSet<_> = targets.iter().copied().collect();
        self.0 = Some(match &self.0 {
            Some(before) => before.intersection(&added).copied().collect(),
            None => added,
        });
    }
}

/// Verifies sender, signatures and expiry; gives the canisters that the request may concern.
pub(super) fn authenticate(envelope: &Envelope, now_ns: u64) -> Result<Targets, Refusal> {
    check_expiry(envelope, now_ns)?;
    let targets = check_sender(envelope, now_ns)
        .map_err(|e| Refusal::Invalid(format!("Invalid signature: {e}")))?;
    if let Content::Call(call) | Content::Query(call) = &envelope.content
        && !targets.contain(&call.canister_id)
    {
        return Err(Refusal::Invalid(format!(
            "Invalid delegation: canister {} is not one of the delegation targets.",
            call.canister_id
        )));
    }
    Ok(targets)
}

fn check_expiry(envelope: &Envelope, now_ns: u64) -> Result<(), Refusal> {
    let window = INGRESS_TTL_MAX + INGRESS_CLOCK_DRIFT;
    let latest = now_ns.saturating_add(u64::try_from(window.as_nanos()).unwrap_or(u64::MAX));
    let expiry = envelope.ingress_expiry_ns;
    if (now_ns..=latest).contains(&expiry) {
        return Ok(());
    }
    // Agents recognise these words and set their clocks by them.
    Err(Refusal::Invalid(format!(
        "Invalid request expiry: Specified ingress_expiry not within expected range: Minimum \
         allowed expiry: {now_ns}, Maximum allowed expiry: {latest}, Provided expiry: {expiry}"
    )))
}

fn check_sender(envelope: &Envelope, now_ns: u64) -> Result<Targets, String> {
    if envelope.sender == Principal::anonymous() {
        let signed = envelope.public_key.is_some() || envelope.signature.is_some();
        if signed || envelope.delegations.is_some() {
            return Err("the anonymous sender has no key and signs nothing".to_string());
        }
        return Ok(Targets(None));
    }
    let (Some(public_key), Some(signature)) = (&envelope.public_key, &envelope.signature) else {
        return Err("sender_pubkey or sender_sig is missing".to_string());
    };
    if Principal::self_authenticating(public_key) != envelope.sender {
        return Err(format!("{} is not the sender of this key", envelope.sender));
    }
    let chain = envelope.delegations.as_deref().unwrap_or_default();
    if chain
        .iter()
        .any(|link| link.permissions == Permissions::Queries)
        && matches!(envelope.content, Content::Call(_))
    {
        return Err("the delegation permits queries only".to_string());
    }
    let (key, targets) = follow_chain(public_key, chain, now_ns)?;
    verify(key, &envelope.id.signable(), signature)?;
    Ok(targets)
}

/// Verifies a chain of delegations; gives the key at its end.
fn follow_chain<'a>(
    first: &'a [u8],
    chain: &'a [SignedDelegation],
    now_ns: u64,
) -> Result<(&'a [u8], Targets), String> {
    let mut key = first;
    let mut seen = BTreeSet::from([first]);
    let mut targets = Targets(None);
    for link in chain {
        if link.expiration_ns < now_ns {
            let expiration = link.expiration_ns;
            return Err(format!(
                "a delegation expired at {expiration}, it is {now_ns}"
            ));
        }
        let signable = [b"\x1Aic-request-auth-delegation".as_slice(), &*link.hash].concat();
        verify(key, &signable, &link.signature)?;
        key = &link.public_key;
        if !seen.insert(key) {
            return Err("the chain of delegations has a cycle".to_string());
        }
        targets.restrict(link);
    }
    Ok((key, targets))
}

/// Verifies a signature with a public key in DER, whose kind the key itself tells.
fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let valid = if let Ok(key) = ic_ed25519::PublicKey::deserialize_rfc8410_der(key) {
        key.verify_signature(message, signature).is_ok()
    } else if let Ok(key) = ic_secp256k1::PublicKey::deserialize_der(key) {
        // Both forms of an ECDSA signature are valid on the Internet Computer.
        key.verify_ecdsa_signature_with_malleability(message, signature)
    } else if let Ok(key) = ic_secp256r1::PublicKey::deserialize_canonical_der(key) {
        key.verify_signature(message, signature)
    } else {
        return Err("the public key is of no known kind".to_string());
    };
    if !valid {
        return Err("the signature does not match".to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
