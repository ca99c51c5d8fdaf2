//! What a new instance shall be, as far as this server can make it so.
//!
//! A request for anything that it cannot is refused as a whole: a test must not run on something
//! else than it asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::limits::{BENCHMARK_INSTRUCTIONS, GENESIS_NS};
use super::problem::Problem;
use super::wire::{InstanceGatewayConfig, Time};
use crate::ReplicaConfig;

/// The request for an instance.
#[derive(Debug, Deserialize)]
pub(super) struct InstanceConfig {
    subnet_config_set: SubnetConfigSet,
    http_gateway_config: Option<InstanceGatewayConfig>,
    state_dir: Option<PathBuf>,
    icp_config: Option<IcpConfig>,
    bitcoind_addr: Option<Value>,
    dogecoind_addr: Option<Value>,
    icp_features: Option<BTreeMap<String, Value>>,
    initial_time: Option<InitialTime>,
    mainnet_nns_subnet_id: Option<bool>,
    disable_ingress_validation: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct SubnetConfigSet {
    #[serde(default)]
    application: Vec<SubnetSpec>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct SubnetSpec {
    state_config: Value,
    instruction_config: InstructionConfig,
    subnet_admins: Option<Value>,
    #[serde(default)]
    cost_schedule: CostSchedule,
}

/// The instruction limits of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
pub(super) enum InstructionConfig {
    /// Those of the Internet Computer.
    Production,
    /// As good as none.
    Benchmarking,
}

/// How canisters are charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub(super) enum CostSchedule {
    /// As on the Internet Computer.
    #[default]
    Normal,
    /// Not at all.
    Free,
}

#[derive(Debug, Deserialize)]
struct IcpConfig {
    beta_features: Option<Flag>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
enum Flag {
    Disabled,
    Enabled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum InitialTime {
    Timestamp(Time),
    AutoProgress(AutoProgress),
}

/// How automatic progress is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct AutoProgress {
    artificial_delay_ms: Option<u64>,
}

impl AutoProgress {
    /// The pause between two rounds.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.artificial_delay_ms.unwrap_or(0))
    }
}

/// An instance that this server can make.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) instructions: InstructionConfig,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) start_time_ns: u64,
    pub(super) auto_progress: Option<AutoProgress>,
    pub(super) gateway: Option<InstanceGatewayConfig>,
}

impl InstanceConfig {
    /// Makes a plan of it, or says what is not supported.
    pub(super) fn plan(self) -> Result<Plan, Problem> {
        self.check_features()?;
        let subnet = self.subnet_config_set.only()?;
        let (start_time_ns, auto_progress) = match self.initial_time {
            None => (GENESIS_NS, None),
            Some(InitialTime::AutoProgress(progress)) => (GENESIS_NS, Some(progress)),
            Some(InitialTime::Timestamp(time)) => (time.nanos_since_epoch, None),
        };
        if start_time_ns < GENESIS_NS {
            return Err(Problem::new(format!(
                "The initial timestamp (unix timestamp in nanoseconds) must be no earlier than \
                 {GENESIS_NS} (provided {start_time_ns})."
            )));
        }
        Ok(Plan {
            instructions: subnet.instruction_config,
            state_dir: self.state_dir,
            start_time_ns,
            auto_progress,
            gateway: self.http_gateway_config,
        })
    }

    fn check_features(&self) -> Result<(), Problem> {
        let features = self.icp_features.iter().flatten();
        let mut enabled = features.filter(|(_, config)| !config.is_null());
        if let Some((name, _)) = enabled.next() {
            return Err(Problem::unsupported(format!("the ICP feature `{name}`")));
        }
        let beta = self.icp_config.as_ref();
        let beta = beta.is_some_and(|config| config.beta_features == Some(Flag::Enabled));
        for (is_wanted, what) in [
            (beta, "beta features"),
            (self.bitcoind_addr.is_some(), "a bitcoin node"),
            (self.dogecoind_addr.is_some(), "a dogecoin node"),
            (
                self.mainnet_nns_subnet_id == Some(true),
                "the mainnet's NNS subnet id",
            ),
            (
                self.disable_ingress_validation == Some(true),
                "ingress without validation",
            ),
        ] {
            if is_wanted {
                return Err(Problem::unsupported(what));
            }
        }
        Ok(())
    }
}

impl SubnetConfigSet {
    /// The one application subnet, if that is all that is wanted.
    fn only(mut self) -> Result<SubnetSpec, Problem> {
        let is_wanted = |config: &Value| match config {
            Value::Null => false,
            Value::Array(specs) => !specs.is_empty(),
            _ => true,
        };
        let mut others = self.others.iter();
        if let Some((kind, _)) = others.find(|(_, config)| is_wanted(config)) {
            return Err(Problem::unsupported(format!("a subnet of kind `{kind}`")));
        }
        if self.application.len() > 1 {
            return Err(Problem::unsupported("more than one application subnet"));
        }
        let Some(subnet) = self.application.pop() else {
            return Err(Problem::new(
                "ExtendedSubnetConfigSet must contain at least one subnet",
            ));
        };
        for (is_wanted, what) in [
            (subnet.state_config != "New", "the state of another subnet"),
            (subnet.subnet_admins.is_some(), "subnet admins"),
            (
                subnet.cost_schedule == CostSchedule::Free,
                "a subnet that is free of charge",
            ),
        ] {
            if is_wanted {
                return Err(Problem::unsupported(what));
            }
        }
        Ok(subnet)
    }
}

impl Plan {
    /// The replica that is planned.
    pub(super) fn replica(&self, seed: [u8; 32], root_key: Vec<u8>) -> ReplicaConfig {
        let config = ReplicaConfig {
            seed,
            start_time_ns: self.start_time_ns,
            root_key,
            loopback_http: true,
            ..ReplicaConfig::default()
        };
        match self.instructions {
            InstructionConfig::Production => config,
            InstructionConfig::Benchmarking => ReplicaConfig {
                round_instructions: BENCHMARK_INSTRUCTIONS,
                update_instructions: BENCHMARK_INSTRUCTIONS,
                query_instructions: BENCHMARK_INSTRUCTIONS,
                ..config
            },
        }
    }
}

#[cfg(test)]
mod tests;
