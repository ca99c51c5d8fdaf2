//! What is to be done, from what is there.

use candid::Principal;
use ic_agent::{Agent, AgentError};
use ic_management_canister_types::{CanisterStatusResult, CanisterStatusType};

use super::journal::Upgrade;
use super::upgrade::Work;
use super::{Code, Deployable, Health, Journal, compatible, create};
use crate::error::{Error, Kind, Result};
use crate::network::management::Management;
use crate::network::{Progress, is_absent};
use crate::scheduler::{agent_error, query_error};

/// Cycles that have to be free, above those that keep a canister from being frozen: an installation
/// may take 300 billion instructions, whose price is set aside before it begins, and the chunks and the
/// snapshot are stored meanwhile.
pub const MINIMUM_FREE_CYCLES: u128 = 500_000_000_000;

const SECONDS_PER_DAY: u128 = 86_400;

/// The metadata that holds a canister's interface.
const INTERFACE: &str = "candid:service";

/// Where a new canister comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// A local network gives it away.
    Gift,
    /// The identity pays at the cycles ledger.
    Ledger {
        /// For its creation, and to begin with.
        cycles: u128,
    },
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which canister of the table.
    pub deployable: Deployable,
    /// Its id, if it has one.
    pub canister: Option<Principal>,
    /// Whether one may be made.
    pub create: Option<Payment>,
    /// What it is to run.
    pub code: Code,
    /// Upgrade also to an interface that does not fit.
    pub force: bool,
    /// The network as it was named.
    pub network: String,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make a canister and install the code.
    Create(Payment),
    /// Install the code in a canister that is empty.
    Install,
    /// Put other code in the place of the present one.
    Upgrade {
        /// What callers of the present code will miss.
        incompatible: Vec<String>,
    },
    /// The code is there, but what was begun before is not done: start it, look, tidy up.
    Finish,
    /// Nothing.
    Nothing,
}

/// What is to be done with one canister.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is wanted.
    pub request: Request,
    /// The canister; `None` if it is to be made.
    pub canister_id: Option<Principal>,
    /// The next step.
    pub step: Step,
    /// The hash of what is installed.
    pub installed: Option<Vec<u8>>,
    /// Cycles of the canister.
    pub cycles: Option<u128>,
}

/// Looks at the network and changes nothing.
///
/// # Errors
/// `Usage` if there is no canister and none may be made, `NotFound` if it is gone, `Refused` if the
/// identity does not control it, `LimitExceeded` if it has too few cycles, `Incompatible` if callers of
/// the present code would be cut off.
pub async fn look(agent: &Agent, request: Request, journal: &Journal) -> Result<Plan> {
    let Some(canister_id) = request.canister else {
        return match request.create {
            Some(payment) => Ok(Plan::new(request, None, Step::Create(payment))),
            None => Err(nowhere(&request)),
        };
    };
    let management = Management::new(agent);
    let status = match management.status(canister_id).await {
        Ok(status) => status,
        // Local networks are wiped now and then; elsewhere that must not happen silently.
        Err(error) if is_absent(&error) && request.create == Some(Payment::Gift) => {
            return Ok(Plan::new(request, None, Step::Create(Payment::Gift)));
        }
        Err(error) => return Err(invisible(error, canister_id)),
    };
    let begun = journal.upgrade(canister_id).read()?;
    let installed = status.module_hash.clone();
    let step = match installed.as_deref() {
        None => Step::Install,
        Some(hash) if hash == request.code.hash() => finish(&status, begun.as_ref()),
        Some(_) => Step::Upgrade {
            incompatible: compare(agent, canister_id, &request).await?,
        },
    };
    if matches!(step, Step::Install | Step::Upgrade { .. }) {
        check_cycles(canister_id, &status)?;
    }
    Ok(Plan {
        installed,
        cycles: u128::try_from(&status.cycles.0).ok(),
        ..Plan::new(request, Some(canister_id), step)
    })
}

fn finish(status: &CanisterStatusResult, begun: Option<&Upgrade>) -> Step {
    match (status.status, begun) {
        (CanisterStatusType::Running, None) => Step::Nothing,
        _ => Step::Finish,
    }
}

fn nowhere(request: &Request) -> Error {
    let name = request.deployable.name;
    Error::new(
        Kind::Usage,
        format!(
            "no canister of the {name} is known on the network {}",
            request.network
        ),
        match request.deployable.health {
            Health::Scheduler => "name it with --canister ID, or make one with --new",
            Health::Runner => {
                "name it with `chime config set networks.NAME.runner=ID`, or make one with --new"
            }
        },
    )
}

fn invisible(error: AgentError, canister_id: Principal) -> Error {
    let error = agent_error(error, &format!("look at {canister_id}"));
    match error.kind() {
        Kind::NotFound => Error::new(
            Kind::NotFound,
            format!("{canister_id} is not on this network"),
            "check the id in --canister or in the configuration; `chime config unset \
             networks.NAME.canister` forgets it",
        )
        .because(error),
        Kind::Refused => {
            let rule = format!("the identity does not control {canister_id}");
            Error::new(
                Kind::Refused,
                rule,
                "use the identity of a controller, or have one add this principal: `icp canister \
                 settings update` (--add-controller)",
            )
            .because(error)
        }
        _ => error,
    }
}

async fn compare(agent: &Agent, canister_id: Principal, request: &Request) -> Result<Vec<String>> {
    let old = match agent
        .read_state_canister_metadata(canister_id, INTERFACE)
        .await
    {
        Ok(bytes) => String::from_utf8(bytes).ok(),
        Err(AgentError::LookupPathAbsent(_) | AgentError::LookupPathUnknown(_)) => None,
        Err(error) => {
            return Err(query_error(
                error,
                "read the interface of what is installed",
            ));
        }
    };
    let found = compatible::incompatibilities(request.code.interface.as_deref(), old.as_deref());
    if found.is_empty() || request.force {
        return Ok(found);
    }
    Err(Error::new(
        Kind::Incompatible,
        format!(
            "callers of what is installed in {canister_id} would be cut off: {}",
            found.join("; ")
        ),
        "check that the id is that of the right canister; --force upgrades all the same",
    ))
}

/// Refuses an installation that would run out of cycles half way.
fn check_cycles(canister_id: Principal, status: &CanisterStatusResult) -> Result<()> {
    let number = |value: &candid::Nat| u128::try_from(&value.0).unwrap_or(u128::MAX);
    let (cycles, daily) = (
        number(&status.cycles),
        number(&status.idle_cycles_burned_per_day),
    );
    let frozen = daily
        .saturating_mul(number(&status.settings.freezing_threshold))
        .div_ceil(SECONDS_PER_DAY);
    let free = cycles.saturating_sub(frozen);
    if free >= MINIMUM_FREE_CYCLES {
        return Ok(());
    }
    Err(Error::new(
        Kind::LimitExceeded,
        format!(
            "{canister_id} has {free} free cycles ({cycles} less {frozen} that keep it from being \
             frozen), and an installation needs {MINIMUM_FREE_CYCLES}"
        ),
        format!("top it up, for example with `icp canister top-up {canister_id} --amount 1t`"),
    ))
}

impl Plan {
    const fn new(request: Request, canister_id: Option<Principal>, step: Step) -> Self {
        Self {
            request,
            canister_id,
            step,
            installed: None,
            cycles: None,
        }
    }

    /// Does it; the id of the canister. `remember` is told the id of a new one before anything else is
    /// done with it.
    ///
    /// # Errors
    /// What the network says. After a failed upgrade the old code runs again, unless the error says
    /// otherwise.
    pub async fn carry_out(
        &self,
        agent: &Agent,
        journal: &Journal,
        remember: impl Fn(Principal) -> Result<()>,
        progress: Progress<'_>,
    ) -> Result<Principal> {
        let request = &self.request;
        let canister_id = match (self.canister_id, &self.step) {
            (_, Step::Create(payment)) => {
                let place = (request.network.as_str(), request.deployable.name);
                let made = create::create(agent, *payment, journal, place, progress).await?;
                remember(made)?;
                create::settled(journal, place)?;
                progress(&format!("the canister is {made}"));
                made
            }
            (Some(canister_id), _) => canister_id,
            (None, _) => unreachable!("BUG: only a plan to create has no canister"),
        };
        let work = Work {
            agent,
            deployable: request.deployable,
            canister_id,
            code: &request.code,
            journal,
            progress,
        };
        match self.step {
            Step::Create(_) | Step::Install => work.install().await?,
            Step::Upgrade { .. } => work.upgrade().await?,
            Step::Finish => work.finish().await?,
            Step::Nothing => {}
        }
        Ok(canister_id)
    }
}
