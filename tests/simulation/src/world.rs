//! The world of a story: the compiled scheduler and its callees on a replica in this process, in
//! virtual time, and web servers that answer. It knows nothing of what should come of it.

use std::fmt::Display;
use std::sync::Arc;

use candid::{CandidType, Deserialize, Encode, Principal};
use chime_replica::{
    CanisterHttpReply, CanisterHttpRequest, CanisterHttpResponse, Fees, InstallMode,
    MockCanisterHttpResponse, Replica, ReplicaConfig,
};
use chime_types::Error;
use serde::de::DeserializeOwned;

use crate::story::{Owner, Setting};
use crate::violation::{Rule, Violation};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// Rounds at one instant after which a network does not come to rest.
const MAXIMUM_ROUNDS: usize = 2_000;
/// Messages of the scheduler in one passage of time, and one more for each of its seconds: while everything
/// fails, it is tried several times each minute. Lives without a fault have some hundreds.
const MAXIMUM_MESSAGES: u64 = 5_000;
/// Instants of one passage of time at which something happens.
const MAXIMUM_INSTANTS: usize = 1_000_000;
/// Cycles that the scheduler has in the beginning and after each freeze.
pub const CYCLES: u128 = 1_000_000_000_000_000;

/// The modules that a world is made of.
#[derive(Clone)]
pub struct Modules {
    /// The scheduler that is simulated.
    pub scheduler: Arc<[u8]>,
    /// What its tasks call.
    pub callee: Arc<[u8]>,
}

impl Modules {
    /// As `scripts/build wasm` left them, with another scheduler if there is one.
    #[must_use]
    pub fn load(scheduler: Option<Vec<u8>>) -> Self {
        Self {
            scheduler: scheduler
                .unwrap_or_else(|| chime_tests::module("scheduler"))
                .into(),
            callee: chime_tests::module("callee").into(),
        }
    }
}

/// Why a request came to nothing.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The network refused it, or it trapped.
    Network(String),
    /// The scheduler refused it.
    Scheduler(Error),
}

#[derive(CandidType, Deserialize)]
enum Answer<T> {
    Ok(T),
    Err(Error),
}

/// The world.
pub struct World {
    /// The network.
    pub replica: Replica,
    /// The scheduler.
    pub scheduler: Principal,
    /// What tasks call.
    pub callee: Principal,
    /// What tasks call until it is deleted.
    pub doomed: Principal,
    /// What is installed.
    pub modules: Modules,
    /// Web servers keep silent.
    pub is_web_silent: bool,
    /// Messages that the scheduler has executed.
    pub messages: u64,
}

impl World {
    /// A scheduler and two callees.
    #[must_use]
    pub fn new(setting: Setting, modules: &Modules) -> Self {
        let fees = if setting.fees {
            Fees::Application
        } else {
            Fees::Free
        };
        let config = ReplicaConfig {
            fees,
            ..ReplicaConfig::default()
        };
        let mut replica = Replica::new(config);
        let scheduler = deploy(&mut replica, &modules.scheduler);
        let callee = deploy(&mut replica, &modules.callee);
        let doomed = deploy(&mut replica, &modules.callee);
        Self {
            replica,
            scheduler,
            callee,
            doomed,
            modules: modules.clone(),
            is_web_silent: false,
            messages: 0,
        }
    }

    /// What the clock shows, in nanoseconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.replica.time_ns()
    }

    /// Calls an update method of the scheduler.
    ///
    /// # Errors
    /// The refusal.
    pub fn ask<T: CandidType + DeserializeOwned>(
        &mut self,
        who: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<T, Refusal> {
        let arg = Encode!(request).expect("a request can be encoded");
        let answer = self.replica.update_call(who, self.scheduler, method, arg);
        decoded(method, answer)
    }

    /// Calls a query method of the scheduler.
    ///
    /// # Errors
    /// The refusal.
    pub fn show<T: CandidType + DeserializeOwned>(
        &mut self,
        who: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<T, Refusal> {
        let arg = Encode!(request).expect("a request can be encoded");
        let answer = self.replica.query(who, self.scheduler, method, arg);
        decoded(method, answer)
    }

    /// Calls a method of the callee that takes nothing.
    pub fn ask_callee<T: CandidType + DeserializeOwned>(&mut self, method: &str) -> T {
        let arg = candid::encode_args(()).expect("nothing can be encoded");
        let answer = self.replica.query(admin(), self.callee, method, arg);
        candid::decode_one(&answer.expect("the callee answers")).expect("its interface")
    }

    /// Lets time pass, then everything that became due happen.
    ///
    /// # Errors
    /// When the network does not come to rest.
    pub fn pass(&mut self, seconds: u64) -> Result<(), Violation> {
        let end = self.now().saturating_add(seconds.saturating_mul(SECOND));
        let most = (self.messages + MAXIMUM_MESSAGES).saturating_add(seconds);
        self.settle(most)?;
        for _ in 0..MAXIMUM_INSTANTS {
            let Some(next) = self.replica.next_wake_at().filter(|next| *next <= end) else {
                self.replica.set_time_ns(end);
                return self.settle(most);
            };
            self.replica.set_time_ns(next.max(self.now()));
            self.settle(most)?;
        }
        Err(self.restless(MAXIMUM_INSTANTS, "instants"))
    }

    /// Lets everything happen that is due now. What fails at once and is tried again takes many messages
    /// in few rounds.
    fn settle(&mut self, most: u64) -> Result<(), Violation> {
        for _ in 0..MAXIMUM_ROUNDS {
            let is_at_rest = self.replica.run_until_idle(1) == 0;
            let work = self.replica.take_work(&self.scheduler);
            self.messages += work.map_or(0, |work| work.messages);
            if self.messages > most {
                return Err(self.restless(most, "messages in all"));
            }
            if is_at_rest && !self.answer_outcalls() {
                return Ok(());
            }
        }
        Err(self.restless(MAXIMUM_ROUNDS, "rounds at one instant"))
    }

    fn restless(&self, count: impl Display, what: &str) -> Violation {
        let text = format!("{count} {what}, and the time is {}", self.now());
        Violation::new(Rule::Rest, text)
    }

    fn answer_outcalls(&mut self) -> bool {
        if self.is_web_silent {
            return false;
        }
        let requests = self.replica.get_canister_http();
        for request in &requests {
            let answer = MockCanisterHttpResponse {
                request_id: request.request_id,
                response: CanisterHttpResponse::CanisterHttpReply(reply(request)),
            };
            self.replica
                .mock_canister_http_response(answer)
                .expect("it waits");
        }
        !requests.is_empty()
    }

    /// Installs the scheduler's module over itself.
    ///
    /// # Errors
    /// The network's refusal.
    pub fn upgrade(&mut self) -> Result<(), String> {
        let code = self.modules.scheduler.to_vec();
        self.replica
            .install_code(
                admin(),
                self.scheduler,
                InstallMode::Upgrade,
                code,
                Vec::new(),
            )
            .map_err(|rejection| rejection.to_string())
    }
}

/// Who controls the canisters.
#[must_use]
pub fn admin() -> Principal {
    Principal::self_authenticating([1])
}

/// The principal of an owner.
#[must_use]
pub fn owner(number: Owner) -> Principal {
    Principal::self_authenticating([2, number])
}

/// The principal of the workers.
#[must_use]
pub fn worker() -> Principal {
    Principal::self_authenticating([3])
}

fn deploy(replica: &mut Replica, module: &[u8]) -> Principal {
    let id = replica.create_canister(admin()).expect("a canister");
    replica.add_cycles(&id, CYCLES);
    replica
        .install_code(
            admin(),
            id,
            InstallMode::Install,
            module.to_vec(),
            Vec::new(),
        )
        .expect("the module installs");
    id
}

fn decoded<T: CandidType + DeserializeOwned>(
    method: &str,
    answer: Result<Vec<u8>, chime_replica::Rejection>,
) -> Result<T, Refusal> {
    let bytes = answer.map_err(|rejection| Refusal::Network(rejection.to_string()))?;
    match candid::decode_one(&bytes) {
        Ok(Answer::Ok(value)) => Ok(value),
        Ok(Answer::Err(error)) => Err(Refusal::Scheduler(error)),
        Err(error) => panic!("{method} answers something else: {error}"),
    }
}

/// A web server answers with the status that is the last part of the address.
fn reply(request: &CanisterHttpRequest) -> CanisterHttpReply {
    let status = request.url.rsplit('/').next().unwrap_or_default();
    CanisterHttpReply {
        status: status.parse().unwrap_or(200),
        headers: Vec::new(),
        body: b"{\"ok\":true}".to_vec(),
    }
}
