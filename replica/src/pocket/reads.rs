//! What is read from an instance: operations that change nothing.

use candid::Principal;

use super::limits::BLOB_BYTES;
use super::machine::Machine;
use super::problem::Problem;
use super::wire::{
    Answer, Blob, CanisterCall, CanisterId, Cycles, Id, IngressStatusArgs, PrincipalId,
    RejectResponse, StableMemory, SubmittedMessage, SubnetId, Time,
};
use crate::{CanisterView, IngressStatus, MessageId};

impl Machine {
    pub(super) fn get_time(&self) -> Time {
        Time {
            nanos_since_epoch: self.replica.time_ns(),
        }
    }

    pub(super) fn get_cycles(&self, canister: CanisterId) -> Result<Cycles, Problem> {
        let cycles = self.view(canister.canister_id)?.cycles;
        Ok(Cycles { cycles })
    }

    pub(super) fn get_controllers(
        &self,
        canister: CanisterId,
    ) -> Result<Vec<PrincipalId>, Problem> {
        let controllers = self.view(canister.canister_id)?.controllers;
        let principal = |id| PrincipalId {
            principal_id: Id(id),
        };
        Ok(controllers.into_iter().map(principal).collect())
    }

    /// The subnet of a canister that exists.
    pub(super) fn get_subnet(&self, canister: CanisterId) -> Result<Option<SubnetId>, Problem> {
        let exists = self.view(canister.canister_id).is_ok();
        Ok(exists.then_some(SubnetId {
            subnet_id: Id(self.keys.subnet_id),
        }))
    }

    /// The public key of a subnet in DER, which is the root key too.
    pub(super) fn pub_key(&self, subnet: SubnetId) -> Result<Vec<u8>, Problem> {
        self.check_subnet(subnet.subnet_id.0)?;
        Ok(self.keys.root_key.clone())
    }

    pub(super) fn get_stable_memory(&self, canister: CanisterId) -> Result<StableMemory, Problem> {
        let id = canister.canister_id;
        let view = self.view(id)?;
        if view.module_hash.is_none() {
            return Err(Problem::new(format!("CanisterIsEmpty({})", id.0)));
        }
        let bytes = usize::try_from(view.stable_bytes).unwrap_or(usize::MAX);
        if bytes > BLOB_BYTES {
            return Err(Problem::new(format!(
                "The stable memory of {bytes} bytes is larger than the {BLOB_BYTES} that are read \
                 at a time"
            )));
        }
        let memory = self.replica.stable_memory(&id.0, 0, bytes);
        Ok(StableMemory {
            blob: Blob(memory.expect("BUG: the canister has that much")),
        })
    }

    pub(super) fn query(&mut self, call: CanisterCall) -> Result<Answer, Problem> {
        self.check_call(&call)?;
        let result = self.replica.query(
            call.sender.0,
            call.canister_id.0,
            &call.method,
            call.payload.0,
        );
        Ok(result.map(Blob).map_err(RejectResponse::uncertified))
    }

    /// The answer to a message, if it is answered; only for its sender if a caller is given.
    pub(super) fn ingress_status(
        &self,
        args: IngressStatusArgs,
    ) -> Result<Option<Answer>, Problem> {
        let id = message_id(&args.raw_message_id)?;
        let sender = self.sender_of(&id);
        if let (Some(caller), Some(sender)) = (args.raw_caller, sender)
            && caller.principal_id.0 != sender
        {
            return Err(Problem::forbidden(
                "The user tries to access Request ID not signed by the caller.",
            ));
        }
        Ok(self.answer_to(&id))
    }

    /// The answer to a message, if there is one and it is not forgotten.
    pub(super) fn answer_to(&self, id: &MessageId) -> Option<Answer> {
        match self.replica.ingress_status(id)? {
            IngressStatus::Replied(reply) => Some(Ok(Blob(reply))),
            IngressStatus::Rejected(rejection) => Some(Err(RejectResponse::certified(rejection))),
            IngressStatus::Received | IngressStatus::Processing | IngressStatus::Done => None,
        }
    }

    /// Refuses what a call asks for and this server does not have.
    pub(super) fn check_call(&self, call: &CanisterCall) -> Result<(), Problem> {
        if call.sender_info.is_some() {
            return Err(Problem::unsupported("sender info"));
        }
        call.effective_principal
            .subnet()
            .map_or(Ok(()), |subnet| self.check_subnet(subnet))
    }

    pub(super) fn check_subnet(&self, subnet: Principal) -> Result<(), Problem> {
        if subnet != self.keys.subnet_id {
            return Err(Problem::subnet_not_found(&subnet));
        }
        Ok(())
    }

    pub(super) fn view(&self, canister: Id) -> Result<CanisterView, Problem> {
        let view = self.replica.canister_view(&canister.0);
        view.ok_or_else(|| Problem::canister_not_found(&canister.0))
    }
}

/// The id of a message, which has 32 bytes.
pub(super) fn message_id(message: &SubmittedMessage) -> Result<MessageId, Problem> {
    let bytes: Result<[u8; 32], _> = message.message_id.0.as_slice().try_into();
    bytes
        .map(MessageId)
        .map_err(|_| Problem::new("BadIngressMessage(a message id has 32 bytes)"))
}
