//! What changes an instance.

use super::limits::AWAIT_ROUNDS;
use super::machine::Machine;
use super::problem::Problem;
use super::reads::message_id;
use super::wire::{
    AddCycles, Answer, Blob, CanisterCall, Cycles, Id, RejectResponse, SubmittedMessage, SubnetId,
    TickConfigs, Time,
};
use crate::store::RequestRecord;

impl Machine {
    /// Submits a message without executing it.
    pub(super) fn submit_ingress_message(
        &mut self,
        call: CanisterCall,
    ) -> Result<Result<SubmittedMessage, RejectResponse>, Problem> {
        self.check_call(&call)?;
        let record = RequestRecord {
            sender: call.sender.0,
            canister_id: call.canister_id.0,
        };
        let submitted = self.replica.submit_call(
            record.sender,
            record.canister_id,
            &call.method,
            call.payload.0,
        );
        let id = match submitted {
            Ok(id) => id,
            Err(rejection) => return Ok(Err(RejectResponse::uncertified(rejection))),
        };
        self.remember(id, record);
        Ok(Ok(SubmittedMessage {
            effective_principal: call.effective_principal,
            message_id: Blob(id.0.to_vec()),
        }))
    }

    /// Executes rounds until a message is answered.
    pub(super) fn await_ingress_message(
        &mut self,
        message: SubmittedMessage,
    ) -> Result<Answer, Problem> {
        let id = message_id(&message)?;
        if self.replica.ingress_status(&id).is_none() {
            return Err(Problem::new(format!(
                "BadIngressMessage(the message {} is not known)",
                hex::encode(id.0)
            )));
        }
        for _ in 0..AWAIT_ROUNDS {
            if let Some(answer) = self.answer_to(&id) {
                return Ok(answer);
            }
            self.replica.tick();
        }
        self.answer_to(&id).ok_or_else(|| {
            Problem::new(format!(
                "BadIngressMessage(Failed to answer to ingress {} after {AWAIT_ROUNDS} rounds.)",
                hex::encode(id.0)
            ))
        })
    }

    /// Executes one round.
    pub(super) fn tick_once(&mut self, configs: TickConfigs) -> Result<(), Problem> {
        if configs.blockmakers.is_some() {
            return Err(Problem::unsupported("the blockmakers of a round"));
        }
        self.replica.tick();
        Ok(())
    }

    /// Sets the time, which does not go back.
    pub(super) fn set_time(&mut self, time: Time) -> Result<(), Problem> {
        let (now_ns, time_ns) = (self.replica.time_ns(), time.nanos_since_epoch);
        if time_ns < now_ns {
            return Err(Problem::new(format!(
                "SettingTimeIntoPast(({now_ns}, {time_ns}))"
            )));
        }
        self.replica.set_time_ns(time_ns);
        Ok(())
    }

    pub(super) fn add_cycles(&mut self, args: AddCycles) -> Result<Cycles, Problem> {
        let id = args.canister_id.0;
        let balance = self.replica.add_cycles(&id, args.amount);
        balance
            .map(|cycles| Cycles { cycles })
            .ok_or_else(|| Problem::canister_not_found(&id))
    }

    /// Replaces the stable memory of a canister that has code.
    pub(super) fn set_stable_memory(&mut self, canister: Id, bytes: &[u8]) -> Result<(), Problem> {
        if self.view(canister)?.module_hash.is_none() {
            return Err(Problem::new(format!("CanisterIsEmpty({})", canister.0)));
        }
        if !self.replica.set_stable_memory(&canister.0, bytes) {
            return Err(Problem::new(format!(
                "{} bytes are more than a stable memory holds",
                bytes.len()
            )));
        }
        Ok(())
    }

    /// The one subnet stays.
    pub(super) fn delete_subnet(&self, subnet: SubnetId) -> Result<(), Problem> {
        self.check_subnet(subnet.subnet_id.0)?;
        Err(Problem::unsupported("an instance without a subnet"))
    }
}
