//! The replica in this process, in virtual time.

use std::time::Duration;

use candid::Principal;
use chime_replica::{Rejection, Replica, ReplicaConfig, on_guest_stack};

use crate::{Network, Sender};

/// Rounds after which a network that does not come to rest is given up.
const MAXIMUM_ROUNDS: usize = 10_000;

/// The replica in this process.
pub struct Direct {
    replica: Replica,
}

impl Direct {
    /// An empty network.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Replica::new(ReplicaConfig::default()))
    }

    /// A network that goes on from what is there.
    #[must_use]
    pub const fn over(replica: Replica) -> Self {
        Self { replica }
    }

    /// What is behind the network.
    #[must_use]
    pub const fn replica(&self) -> &Replica {
        &self.replica
    }

    /// What was behind the network.
    #[must_use]
    pub fn into_replica(self) -> Replica {
        self.replica
    }

    fn move_by(&mut self, duration: Duration) {
        let end = self.replica.time_ns() + u64::try_from(duration.as_nanos()).expect("a duration");
        self.settle();
        while let Some(next) = self.replica.next_wake_at().filter(|next| *next <= end) {
            self.replica.set_time_ns(next.max(self.replica.time_ns()));
            self.settle();
        }
        self.replica.set_time_ns(end);
        self.settle();
    }

    fn settle(&mut self) {
        let rounds = self.replica.run_until_idle(MAXIMUM_ROUNDS);
        assert!(rounds < MAXIMUM_ROUNDS, "the network does not come to rest");
    }
}

impl Default for Direct {
    fn default() -> Self {
        Self::new()
    }
}

fn text(rejection: Rejection) -> String {
    rejection.to_string()
}

impl Network for Direct {
    fn principal(&self, sender: Sender) -> Principal {
        match sender {
            Sender::Anonymous => Principal::anonymous(),
            Sender::Owner => Principal::self_authenticating([1]),
            Sender::Stranger => Principal::self_authenticating([2]),
        }
    }

    fn update(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        self.replica
            .update_call(self.principal(sender), to, method, arg)
            .map_err(text)
    }

    fn query(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        self.replica
            .query(self.principal(sender), to, method, arg)
            .map_err(text)
    }

    fn create(&mut self) -> Principal {
        self.replica
            .create_canister(self.principal(Sender::Owner))
            .expect("a canister")
    }

    fn manage(&mut self, _canister: Principal, method: &str, arg: Vec<u8>) -> Result<(), String> {
        let management = Principal::management_canister();
        self.update(Sender::Owner, management, method, arg)
            .map(drop)
    }

    /// Moves from one thing that is due to the next, as a network that never sleeps too long.
    fn pass(&mut self, duration: Duration) {
        on_guest_stack(|| self.move_by(duration));
    }

    fn replica(&mut self) -> Option<&mut Replica> {
        Some(&mut self.replica)
    }

    fn metadata(&mut self, canister: Principal, name: &str) -> Vec<u8> {
        let view = self.replica.canister_view(&canister).expect("a canister");
        let section = view.metadata.iter().find(|section| section.name == name);
        section.expect("a metadata section").content.to_vec()
    }
}
