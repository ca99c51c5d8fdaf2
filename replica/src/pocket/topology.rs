//! The topology of an instance: its one subnet, and the canister ids that belong to it.

use std::collections::BTreeMap;

use candid::Principal;
use serde::Serialize;

use super::config::{CostSchedule, InstructionConfig};
use super::wire::{CanisterId, Id};
use crate::canister_id_range;

/// The subnets of an instance.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Topology {
    /// By their ids, as texts.
    subnet_configs: BTreeMap<String, SubnetConfig>,
    default_effective_canister_id: CanisterId,
}

#[derive(Clone, Debug, Serialize)]
struct SubnetConfig {
    subnet_kind: SubnetKind,
    subnet_admins: Option<()>,
    cost_schedule: CostSchedule,
    subnet_seed: [u8; 32],
    instruction_config: InstructionConfig,
    canister_ranges: Vec<CanisterIdRange>,
}

#[derive(Clone, Copy, Debug, Serialize)]
enum SubnetKind {
    Application,
}

#[derive(Clone, Debug, Serialize)]
struct CanisterIdRange {
    start: CanisterId,
    end: CanisterId,
}

impl Topology {
    /// That of one application subnet.
    pub(super) fn of_subnet(id: Principal, instruction_config: InstructionConfig) -> Self {
        let range = canister_id_range();
        let canister = |id| CanisterId {
            canister_id: Id(id),
        };
        let config = SubnetConfig {
            subnet_kind: SubnetKind::Application,
            subnet_admins: None,
            cost_schedule: CostSchedule::Normal,
            subnet_seed: [0; 32],
            instruction_config,
            canister_ranges: vec![CanisterIdRange {
                start: canister(range.first),
                end: canister(range.last),
            }],
        };
        Self {
            subnet_configs: BTreeMap::from([(id.to_text(), config)]),
            default_effective_canister_id: canister(range.first),
        }
    }
}
