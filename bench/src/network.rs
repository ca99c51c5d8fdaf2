//! The compiled scheduler and a callee in the replica of this process, with a fixed time, fixed
//! principals and a fixed seed.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use candid::types::Label;
use candid::{CandidType, Encode, IDLArgs, IDLValue, Principal};
use candid_parser::utils::CandidSource;
use chime_replica::store::Store;
use chime_replica::{InstallMode, Replica, ReplicaConfig, Work};
use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use serde::de::DeserializeOwned;

/// Lets owners have as many tasks as the measures make.
const TASKS: &str = "(record { maximum_tasks_per_owner = opt (1000000 : nat64) })";
/// Raises the limits on attempts, so that no measure runs into them.
pub const RAISED: &str = "(record { \
    maximum_concurrent = opt (200 : nat32); \
    maximum_concurrent_per_owner = opt (200 : nat32); \
    maximum_concurrent_per_target = opt (200 : nat32) })";
/// Keeps so few executions of a task that its history is full after two, and the shortest timeline.
pub const SHORT_HISTORY: &str = "(record { \
    maximum_executions_per_task = opt (2 : nat64); \
    maximum_events = opt (1000 : nat64) })";
/// Rounds after which a network that does not come to rest is given up.
const MAXIMUM_ROUNDS: usize = 10_000;

/// A network with a scheduler and a callee.
pub struct Network {
    replica: Replica,
    scheduler: Principal,
    /// A canister that tasks call.
    pub callee: Principal,
}

/// The private key of whoever controls the canisters.
pub const CONTROLLER_KEY: [u8; 32] = [1; 32];

/// The identity of whoever controls the canisters.
pub fn controller_identity() -> BasicIdentity {
    BasicIdentity::from_raw_key(&CONTROLLER_KEY)
}

fn controller() -> Principal {
    let sender = controller_identity().sender();
    sender.expect("BUG: a key has a principal")
}

/// The canister module of that name, as `scripts/build wasm` left it.
fn module(name: &str) -> Result<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/wasm/{name}.wasm.gz"));
    std::fs::read(&path).with_context(|| format!("{}: run scripts/build wasm", path.display()))
}

fn no_arguments() -> Result<Vec<u8>> {
    Ok(candid::encode_args(())?)
}

fn has_method(interface: &str, name: &str) -> Result<bool> {
    let (environment, service) = CandidSource::Text(interface).load()?;
    let service = service.context("the interface has a service")?;
    Ok(environment.get_method(&service, name).is_ok())
}

/// Whether an answer is `variant { Err }`.
fn is_refusal(answer: &IDLArgs) -> bool {
    matches!(answer.args.first(), Some(IDLValue::Variant(variant))
        if variant.0.id.get_id() == Label::Named("Err".to_string()).get_id())
}

impl Network {
    /// Deploys both canisters.
    pub fn new() -> Result<Self> {
        Self::with(ReplicaConfig::default())
    }

    /// Deploys both canisters at a time before now, in nanoseconds.
    pub fn starting_before_now(nanoseconds: u64) -> Result<Self> {
        let now = std::time::UNIX_EPOCH.elapsed()?.as_nanos();
        Self::with(ReplicaConfig {
            start_time_ns: u64::try_from(now)?.saturating_sub(nanoseconds),
            ..ReplicaConfig::default()
        })
    }

    fn with(config: ReplicaConfig) -> Result<Self> {
        let mut replica = Replica::new(config);
        let mut deploy = |name: &str| -> Result<Principal> {
            let id = replica.create_canister(controller())?;
            let (mode, module) = (InstallMode::Install, module(name)?);
            replica.install_code(controller(), id, mode, module, no_arguments()?)?;
            Ok(id)
        };
        let (scheduler, callee) = (deploy("scheduler")?, deploy("callee")?);
        let mut network = Self {
            replica,
            scheduler,
            callee,
        };
        network.configure(TASKS)?;
        Ok(network)
    }

    /// Changes the configuration, given as Candid text, if the interface that the module publishes
    /// has a method for it.
    pub fn configure(&mut self, configuration: &str) -> Result<()> {
        const METHOD: &str = "configure";
        let view = self.replica.canister_view(&self.scheduler);
        let view = view.context("the scheduler is there")?;
        let mut sections = view.metadata.iter();
        let section = sections.find(|part| part.name == "candid:service");
        let section = section.context("the module publishes its interface")?;
        if !has_method(std::str::from_utf8(&section.content)?, METHOD)? {
            return Ok(());
        }
        let arg = candid_parser::parse_idl_args(configuration)?.to_bytes()?;
        let (scheduler, sender) = (self.scheduler, controller());
        let answer = self.replica.update_call(sender, scheduler, METHOD, arg)?;
        let answer = IDLArgs::from_bytes(&answer)?;
        ensure!(!is_refusal(&answer), "{METHOD}: {answer}");
        Ok(())
    }

    /// The scheduler.
    pub fn scheduler(&self) -> Principal {
        self.scheduler
    }

    /// Installs one more canister.
    pub fn install(&mut self, module: &[u8]) -> Result<Principal> {
        let id = self.replica.create_canister(controller())?;
        let (mode, module) = (InstallMode::Install, module.to_vec());
        self.replica
            .install_code(controller(), id, mode, module, no_arguments()?)?;
        Ok(id)
    }

    /// Stores the network in a directory, where a server can go on with it.
    pub fn store(mut self, directory: &Path) -> Result<()> {
        let delta = self.replica.export_delta();
        Ok(Store::open(directory)?.commit(&delta, &[])?)
    }

    /// Virtual time in nanoseconds since 1970.
    pub fn now(&self) -> u64 {
        self.replica.time_ns()
    }

    /// Lets time pass without looking what is due.
    pub fn skip(&mut self, nanoseconds: u64) {
        let now = self.now();
        self.replica.set_time_ns(now + nanoseconds);
    }

    /// Calls an update method of the scheduler; only its own message is executed.
    pub fn update<A: DeserializeOwned + CandidType>(
        &mut self,
        sender: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<A> {
        let arg = Encode!(request)?;
        let answer = self
            .replica
            .update_call(sender, self.scheduler, method, arg);
        let answer = answer.map_err(|rejection| anyhow!("{method}: {rejection}"))?;
        Ok(candid::decode_one(&answer)?)
    }

    /// Calls a query method of the scheduler.
    pub fn query<A: DeserializeOwned + CandidType>(
        &mut self,
        sender: Principal,
        method: &str,
        request: &impl CandidType,
    ) -> Result<A> {
        let arg = Encode!(request)?;
        let answer = self.replica.query(sender, self.scheduler, method, arg);
        let answer = answer.map_err(|rejection| anyhow!("{method}: {rejection}"))?;
        Ok(candid::decode_one(&answer)?)
    }

    /// Lets every silent call of the callee answer.
    pub fn release_callee(&mut self) -> Result<()> {
        let callee = self.callee;
        self.replica
            .update_call(controller(), callee, "release", no_arguments()?)?;
        Ok(())
    }

    /// Installs the scheduler's module over itself.
    pub fn upgrade(&mut self) -> Result<()> {
        let (mode, module) = (InstallMode::Upgrade, module("scheduler")?);
        let id = self.scheduler;
        self.replica
            .install_code(controller(), id, mode, module, no_arguments()?)?;
        Ok(())
    }

    /// Lets time pass, from one thing that is due to the next.
    pub fn pass(&mut self, nanoseconds: u64) -> Result<()> {
        let end = self.now() + nanoseconds;
        self.settle()?;
        while let Some(next) = self.replica.next_wake_at().filter(|next| *next <= end) {
            self.replica.set_time_ns(next);
            self.settle()?;
        }
        self.replica.set_time_ns(end);
        self.settle()
    }

    fn settle(&mut self) -> Result<()> {
        if self.replica.run_until_idle(MAXIMUM_ROUNDS) == MAXIMUM_ROUNDS {
            bail!("the network does not come to rest");
        }
        Ok(())
    }

    /// What the scheduler has done since this was asked the last time.
    pub fn take_work(&mut self) -> Result<Work> {
        self.take_work_of(self.scheduler)
    }

    /// What a canister has done since this was asked the last time.
    pub fn take_work_of(&mut self, canister: Principal) -> Result<Work> {
        let work = self.replica.take_work(&canister);
        work.context("the canister is there")
    }

    /// Installs a runner of Python that the scheduler controls and knows.
    pub fn install_runner(&mut self) -> Result<Principal> {
        let runner = self.install(&module("codex")?)?;
        let controllers = format!(
            "vec {{ principal \"{}\"; principal \"{}\" }}",
            controller(),
            self.scheduler
        );
        let settings = format!(
            "(record {{ canister_id = principal \"{runner}\"; settings = record {{ controllers = opt {controllers} }} }})"
        );
        let settings = candid_parser::parse_idl_args(&settings)?.to_bytes()?;
        let (sender, management) = (controller(), Principal::management_canister());
        self.replica
            .update_call(sender, management, "update_settings", settings)
            .map_err(|rejection| anyhow!("update_settings: {rejection}"))?;
        self.configure(&format!(
            "(record {{ runners = opt vec {{ principal \"{runner}\" }} }})"
        ))?;
        Ok(runner)
    }

    /// Bytes of the scheduler's stable memory.
    pub fn stable_bytes(&self) -> Result<u64> {
        let view = self.replica.canister_view(&self.scheduler);
        Ok(view.context("the scheduler is there")?.stable_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_configure_what_has_a_method_for_it() {
        let interface = "service : () -> { configure : (record {}) -> () }";
        assert!(has_method(interface, "configure").unwrap());
        assert!(!has_method("service : () -> {}", "configure").unwrap());
        for text in [TASKS, RAISED, SHORT_HISTORY] {
            let configuration = candid_parser::parse_idl_args(text).unwrap();
            assert!(configuration.to_bytes().is_ok(), "{text}");
        }
    }

    #[test]
    fn should_tell_a_refusal_from_an_answer_without_knowing_the_types() {
        for (text, refused) in [
            ("(variant { Err = \"no\" })", true),
            ("(variant { Ok = 1 : nat64 })", false),
            ("()", false),
        ] {
            let bytes = candid_parser::parse_idl_args(text)
                .unwrap()
                .to_bytes()
                .unwrap();
            let answer = IDLArgs::from_bytes(&bytes).unwrap();
            assert_eq!(is_refusal(&answer), refused, "{text}");
        }
    }
}
