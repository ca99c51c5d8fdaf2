//! The runner of stored Python beside the scheduler: installed when Python is asked for the first time, since
//! it is large and most networks never need it.
//!
//! The steps can be broken off anywhere and begun again: each looks at what is there first.

use std::sync::Arc;

use candid::Principal;
use chime_types::{ConfigureRequest, EmptyRequest, Role};
use futures::future::BoxFuture;
use ic_agent::Agent;
use tokio::sync::OnceCell;

use super::StateDirectory;
use super::deploy::{Place, deploy, is_of_others};
use super::management::Management;
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Module, Provision, Scheduler, agent_error, query_error};

/// Where messages about progress go that come when nobody waits for them any more.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// The embedded network, as what the scheduler needs for Python.
pub(super) struct Embedding {
    /// The caller.
    pub agent: Agent,
    /// The key of the state directory, which made the network.
    pub owner: Agent,
    pub state: StateDirectory,
    pub scheduler_id: Principal,
    pub say: Say,
    pub done: OnceCell<()>,
}

impl Provision for Embedding {
    fn python(&self) -> BoxFuture<'_, Result<()>> {
        let done = async {
            let done = self.done.get_or_try_init(|| self.provide()).await;
            done.copied()
        };
        Box::pin(done)
    }
}

impl Embedding {
    async fn provide(&self) -> Result<()> {
        let scheduler = Scheduler::new(self.agent.clone(), self.scheduler_id);
        let config = scheduler.get_config(&EmptyRequest {}).await?;
        let own = self.state.runner_id()?;
        let is_chosen = |runner: &Principal| Some(*runner) != own;
        if config.runners.iter().any(is_chosen) {
            // Somebody chose the runners, and looks after them.
            return Ok(());
        }
        let Some(module) = Module::runner() else {
            return match config.runners.is_empty() {
                true => Err(not_built()),
                false => Ok(()),
            };
        };
        let admin = self.admin().await?;
        let runner = self.install(admin, module).await?;
        let scheduler = Scheduler::new(admin.clone(), self.scheduler_id);
        engage(&scheduler, runner).await
    }

    /// Who may set up Python: the caller, or else the key of the directory, which is there for everyone who
    /// uses the network on this machine. Asked first: nothing is installed that nobody may name then.
    async fn admin(&self) -> Result<&Agent> {
        for agent in [&self.agent, &self.owner] {
            let scheduler = Scheduler::new(agent.clone(), self.scheduler_id);
            if scheduler.get_me(&EmptyRequest {}).await?.role == Role::Admin {
                return Ok(agent);
            }
        }
        Err(Error::new(
            Kind::Forbidden,
            "Python is not set up on this network yet, and only an admin of the scheduler may do that",
            "ask an admin to store a codex first: that sets it up",
        ))
    }

    /// The runner with this module.
    async fn install(&self, admin: &Agent, module: Module) -> Result<Principal> {
        let _lock = self.state.lock_deployment().await?;
        let place = Place {
            known: self.state.runner_id(),
            remember: &|canister_id| self.state.remember_runner(canister_id),
        };
        deploy(admin, place, module, &*self.say).await
    }

    /// Whether a runner is there with another module than this program has.
    pub(super) async fn is_old(&self) -> Result<bool> {
        let (Some(runner), Some(module)) = (self.state.runner_id()?, Module::runner()) else {
            return Ok(false);
        };
        match self.agent.read_state_canister_module_hash(runner).await {
            Ok(hash) => Ok(hash != module.hash()),
            // It is empty, or gone.
            Err(ic_agent::AgentError::LookupPathAbsent(_)) => Ok(true),
            Err(error) => Err(query_error(error, "look at the runner of Python")),
        }
    }
}

/// Lets a scheduler control a runner, which runs programs for no other canister, and names it in the
/// configuration.
///
/// # Errors
/// What the network or the scheduler says.
pub(crate) async fn engage(scheduler: &Scheduler, runner: Principal) -> Result<()> {
    let management = Management::new(scheduler.agent());
    match management.status(runner).await {
        Ok(status) => {
            let mut controllers = status.settings.controllers;
            if !controllers.contains(&scheduler.canister_id()) {
                controllers.push(scheduler.canister_id());
                management.set_controllers(runner, controllers).await?;
            }
        }
        // Who controls it has seen to that.
        Err(error) if is_of_others(&error) => {}
        Err(error) => return Err(agent_error(error, "look at the runner of Python")),
    }
    let mut runners = scheduler.get_config(&EmptyRequest {}).await?.runners;
    if runners.contains(&runner) {
        return Ok(());
    }
    runners.push(runner);
    let request = ConfigureRequest {
        runners: Some(runners),
        ..ConfigureRequest::default()
    };
    scheduler.configure(&request).await.map(drop)
}

/// Python is asked for, and this program has no runner inside.
pub(crate) fn not_built() -> Error {
    Error::new(
        Kind::Incompatible,
        "this program was built without the runner of Python",
        "build it with `scripts/build codex` before `scripts/build native`, or use a program that was released",
    )
}
