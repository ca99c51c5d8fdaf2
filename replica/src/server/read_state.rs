//! Who may read which part of the state.
//!
//! The rules are those of the interface specification, 'Request: Read state': the time, the
//! subnet and its ranges are public; a canister is read under its own address only, its private
//! metadata by its controllers; the status of a request by its sender. Everything else is refused
//! before it is looked up, so that absence proves nothing about what may not be read.

use candid::Principal;

use super::authentication::Targets;
use super::envelope::Path;
use super::refusal::Refusal;
use crate::store::RequestRecord;
use crate::{CanisterView, MessageId, Visibility};

/// The address a request was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// `/api/vN/canister/<id>/..`
    Canister(Principal),
    /// `/api/vN/subnet/<id>/..`
    Subnet(Principal),
}

/// Parts of the state that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct ReadState {
    /// Where it was sent to.
    pub(super) address: Address,
    /// Who asks.
    pub(super) sender: Principal,
    /// What the sender's delegations are limited to.
    pub(super) targets: Targets,
    /// What is asked for.
    pub(super) paths: Vec<Path>,
}

/// What the replica knows, as far as permissions depend on it.
pub(super) trait Knowledge {
    /// Who sent a request, if it is known.
    fn request(&self, id: &MessageId) -> Option<&RequestRecord>;
    /// A canister, if it exists.
    fn canister(&self, id: &Principal) -> Option<CanisterView>;
}

impl ReadState {
    /// Refuses the request if one of its paths may not be read by its sender.
    pub(super) fn check(&self, known: &impl Knowledge) -> Result<(), Refusal> {
        let mut status_of = None;
        for path in &self.paths {
            let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
            match labels.as_slice() {
                [] => return Err(Refusal::invalid("Invalid path requested: it is empty.")),
                [b"time"] | [b"subnet"] | [b"api_boundary_nodes", ..] => {}
                [b"subnet", _, rest @ ..] => check_subnet(rest)?,
                [b"canister_ranges", _] | [b"canister_ranges", _, _] => {}
                [b"canister", id, rest @ ..] => self.check_canister(id, rest, known)?,
                [b"request_status", id] | [b"request_status", id, _] => {
                    if status_of.is_some_and(|other: &[u8]| other != *id) {
                        return Err(Refusal::invalid(
                            "Can only request a single request ID in request_status paths.",
                        ));
                    }
                    status_of = Some(*id);
                    self.check_request(id, known)?;
                }
                _ => return Err(Refusal::invalid("Invalid path requested.")),
            }
        }
        Ok(())
    }

    fn check_canister(
        &self,
        id: &[u8],
        rest: &[&[u8]],
        known: &impl Knowledge,
    ) -> Result<(), Refusal> {
        let canister = principal(id)?;
        if self.address != Address::Canister(canister) {
            return Err(Refusal::Invalid(format!(
                "Effective canister id does not match the canister {canister} of the path."
            )));
        }
        match rest {
            [
                b"module_hash"
                | b"controllers"
                | b"certified_data"
                | b"canister_creation_timestamp"
                | b"last_install_timestamp",
            ] => Ok(()),
            [b"metadata", name] => self.check_metadata(&canister, name, known),
            _ => Err(Refusal::invalid("Invalid path requested.")),
        }
    }

    fn check_metadata(
        &self,
        canister: &Principal,
        name: &[u8],
        known: &impl Knowledge,
    ) -> Result<(), Refusal> {
        let Ok(name) = std::str::from_utf8(name) else {
            return Err(Refusal::invalid("A metadata name is not UTF-8."));
        };
        let Some(view) = known.canister(canister) else {
            return Ok(());
        };
        let section = view.metadata.iter().find(|section| section.name == name);
        let private = section.is_some_and(|section| section.visibility == Visibility::Private);
        if private && !view.controllers.contains(&self.sender) {
            return Err(Refusal::Forbidden(format!(
                "Custom section {name} can only be requested by the controllers of the canister."
            )));
        }
        Ok(())
    }

    fn check_request(&self, id: &[u8], known: &impl Knowledge) -> Result<(), Refusal> {
        let Ok(id) = <[u8; 32]>::try_from(id) else {
            return Err(Refusal::invalid("A request id has 32 bytes."));
        };
        let Some(record) = known.request(&MessageId(id)) else {
            return Ok(());
        };
        if record.sender != self.sender {
            return Err(Refusal::Forbidden(
                "The user tries to access Request ID not signed by the caller.".to_string(),
            ));
        }
        if !self.targets.contain(&record.canister_id) {
            return Err(Refusal::Forbidden(
                "The delegation does not allow to access this Request ID.".to_string(),
            ));
        }
        Ok(())
    }
}

fn check_subnet(rest: &[&[u8]]) -> Result<(), Refusal> {
    match rest {
        [] | [b"public_key" | b"type" | b"canister_ranges" | b"metrics"] => Ok(()),
        [b"node"] | [b"node", _] | [b"node", _, b"public_key"] => Ok(()),
        _ => Err(Refusal::invalid("Invalid path requested.")),
    }
}

fn principal(bytes: &[u8]) -> Result<Principal, Refusal> {
    Principal::try_from_slice(bytes)
        .map_err(|e| Refusal::Invalid(format!("A canister id of a path is malformed: {e}.")))
}

#[cfg(test)]
mod tests;
