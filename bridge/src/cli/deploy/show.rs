//! The answer of `chime deploy`.

use candid::Principal;
use serde::Serialize;

use crate::deployment::{Payment, Plan, Step};
use crate::terminal::{Answer, Page};

/// What is or was to be done with one canister.
#[derive(Serialize, Debug)]
pub struct Deployed {
    name: &'static str,
    network: String,
    canister_id: Option<String>,
    /// `create`, `install`, `upgrade`, `finish` or `nothing`.
    action: &'static str,
    module_hash: String,
    previous_module_hash: Option<String>,
    cycles: Option<String>,
    paid_cycles: Option<String>,
    incompatible: Vec<String>,
    done: bool,
}

impl Deployed {
    /// What is to be done.
    #[must_use]
    pub fn new(plan: &Plan, network: &str) -> Self {
        let paid = match plan.step {
            Step::Create(Payment::Ledger { cycles }) => Some(cycles.to_string()),
            _ => None,
        };
        let incompatible = match &plan.step {
            Step::Upgrade { incompatible } => incompatible.clone(),
            _ => Vec::new(),
        };
        Self {
            name: plan.request.deployable.name,
            network: network.to_string(),
            canister_id: plan.canister_id.map(|id| id.to_text()),
            action: match plan.step {
                Step::Create(_) => "create",
                Step::Install => "install",
                Step::Upgrade { .. } => "upgrade",
                Step::Finish => "finish",
                Step::Nothing => "nothing",
            },
            module_hash: hex::encode(plan.request.code.hash()),
            previous_module_hash: plan.installed.as_ref().map(hex::encode),
            cycles: plan.cycles.map(|cycles| cycles.to_string()),
            paid_cycles: paid,
            incompatible,
            done: false,
        }
    }

    /// The same, when it is done.
    #[must_use]
    pub fn done(self, canister_id: Principal) -> Self {
        Self {
            canister_id: Some(canister_id.to_text()),
            done: true,
            ..self
        }
    }

    /// What is to be done, or was, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let place = self.canister_id.as_deref().unwrap_or("a new canister");
        let (name, network) = (self.name, &self.network);
        let to_be = |verb: &str, past: &str| match self.done {
            true => past.to_string(),
            false => format!("is to be {verb}"),
        };
        match self.action {
            "create" => {
                let paid = match &self.paid_cycles {
                    Some(cycles) => format!(", paid for with {cycles} cycles"),
                    None => String::new(),
                };
                let what = to_be("installed", "runs");
                format!("The {name} {what} in {place} on {network}{paid}.")
            }
            "install" => {
                let what = to_be("installed", "is installed");
                format!("The {name} {what} in {place} on {network}.")
            }
            "upgrade" => {
                let what = to_be("upgraded", "is upgraded");
                let old = self.previous_module_hash.as_deref().unwrap_or("-");
                format!(
                    "The {name} in {place} on {network} {what} from {} to {}.",
                    short(old),
                    short(&self.module_hash)
                )
            }
            "finish" => {
                let what = to_be("started and checked", "is up to date and runs again");
                format!("The {name} in {place} on {network} {what}.")
            }
            _ => format!("The {name} in {place} on {network} is up to date."),
        }
    }
}

/// The beginning of a hash.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// What is or was to be done.
#[derive(Serialize, Debug)]
pub struct Deployments {
    dry_run: bool,
    canisters: Vec<Deployed>,
}

impl Deployments {
    /// All of it.
    #[must_use]
    pub const fn new(dry_run: bool, canisters: Vec<Deployed>) -> Self {
        Self { dry_run, canisters }
    }
}

impl Answer for Deployments {
    fn text(&self, _page: &Page<'_>) -> String {
        let mut lines = Vec::new();
        for deployed in &self.canisters {
            lines.push(deployed.sentence());
            let missed = deployed.incompatible.iter();
            lines.extend(missed.map(|what| format!("  callers will miss: {what}")));
        }
        lines.join("\n")
    }
}
