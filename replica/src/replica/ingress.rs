//! Accepts messages from outside.

use candid::Principal;
use ic_error_types::ErrorCode;

use super::Replica;
use crate::engine::on_guest_stack;
use crate::limits::{
    INGRESS_CLOCK_DRIFT, INGRESS_PAYLOAD_BYTES, INGRESS_QUEUE_MESSAGES, INGRESS_TTL_MAX,
    METHOD_NAME_BYTES,
};
use crate::state::{Origin, Request};
use crate::{Ingress, Rejection, management};

impl Replica {
    /// Accepts an authenticated ingress message, or says why not: no such canister, not running,
    /// refused by `canister_inspect_message`, too large, expired. A message to the management
    /// canister is accepted from a controller of the canister that it is about. A known id is
    /// accepted again and changes nothing.
    pub fn submit_ingress(&mut self, ingress: Ingress) -> Result<(), Rejection> {
        if self.history.status(&ingress.message_id).is_some() {
            return Ok(());
        }
        self.check_envelope(&ingress)?;
        let is_management = ingress.canister_id == Principal::management_canister();
        if is_management {
            check_room(&ingress, self.meta.management.len())?;
            management::check_ingress(self, &ingress)?;
        } else {
            self.check_canister_ingress(&ingress)?;
        }
        self.history
            .receive(ingress.message_id, ingress.ingress_expiry_ns);
        let request = Request {
            origin: Origin::Ingress {
                message_id: ingress.message_id,
                expiry_ns: ingress.ingress_expiry_ns,
            },
            caller: ingress.sender,
            method: ingress.method,
            arg: ingress.arg,
            cycles: 0,
        };
        if is_management {
            self.meta.management.push_back(request);
        } else if let Some(canister) = self.canisters.get_mut(&ingress.canister_id) {
            canister.meta.queues.push_ingress(request);
        }
        Ok(())
    }

    fn check_envelope(&self, ingress: &Ingress) -> Result<(), Rejection> {
        let now_ns = self.meta.time_ns;
        let ahead = INGRESS_TTL_MAX + INGRESS_CLOCK_DRIFT;
        let latest_ns = u128::from(now_ns) + ahead.as_nanos();
        let expiry_ns = ingress.ingress_expiry_ns;
        if expiry_ns < now_ns || u128::from(expiry_ns) > latest_ns {
            return Err(Rejection::new(
                ErrorCode::IngressMessageTimeout,
                format!(
                    "Specified ingress_expiry not within expected range: now {now_ns}, expiry \
                     {expiry_ns}, latest {latest_ns}"
                ),
            ));
        }
        let bytes = ingress.arg.len() + ingress.method.len();
        if bytes > INGRESS_PAYLOAD_BYTES || ingress.method.len() > METHOD_NAME_BYTES {
            return Err(Rejection::new(
                ErrorCode::CanisterRejectedMessage,
                format!("The message of {bytes} bytes exceeds {INGRESS_PAYLOAD_BYTES} bytes"),
            ));
        }
        Ok(())
    }

    fn check_canister_ingress(&mut self, ingress: &Ingress) -> Result<(), Rejection> {
        let subnet = self.subnet();
        let id = ingress.canister_id;
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Rejection::canister_not_found(&id))?;
        canister.check_callable()?;
        canister.check_cycles()?;
        check_room(ingress, canister.meta.queues.ingress_len())?;
        if canister.exports("canister_inspect_message") {
            on_guest_stack(|| canister.inspect(&subnet, ingress))?;
        }
        canister.pay_ingress(subnet.fees, ingress.arg.len() + ingress.method.len())
    }
}

fn check_room(ingress: &Ingress, waiting: usize) -> Result<(), Rejection> {
    if waiting < INGRESS_QUEUE_MESSAGES {
        return Ok(());
    }
    Err(Rejection::new(
        ErrorCode::CanisterQueueFull,
        format!(
            "Canister {} has too many messages waiting",
            ingress.canister_id
        ),
    ))
}
