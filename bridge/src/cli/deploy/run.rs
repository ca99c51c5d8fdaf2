//! `chime deploy`: the canisters on a network, installed or brought up to date.

use candid::Principal;

use crate::cli::confirm::confirm;
use crate::cli::deploy::show::{Deployed, Deployments};
use crate::cli::session::{choices, interrupted, settings_of};
use crate::cli::{DeployArguments, GlobalArguments};
use crate::config::{Choices, Config, Key};
use crate::deployment::{
    CANISTERS, Code, Deployable, Health, Journal, Payment, Plan, Request, Step, look,
};
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, NetworkName, connect, engage, not_built};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;

/// Does it, or shows what it would do.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &DeployArguments,
    writer: &Writer,
) -> Result<()> {
    let config = Config::load_or_empty(global.config_file.as_deref())?;
    let choices = choices(global)?;
    let payment = payment(&choices, arguments)?;
    let progress = |text: &str| writer.message(text);
    let connection = connect(settings_of(&choices), &progress).await?;
    let deployment = Deployment {
        choices: &choices,
        arguments,
        payment,
        journal: Journal::new(config.directory().to_path_buf()),
        config_file: config.path().to_path_buf(),
        connection: &connection,
        writer,
    };
    let done = deployment.all().await;
    let ended = connection.shutdown().await;
    let done = done?;
    ended?;
    writer.answer(&done)
}

/// Whether a canister may be made, and who pays for it.
fn payment(choices: &Choices, arguments: &DeployArguments) -> Result<Option<Payment>> {
    let address = &choices.address.value;
    if !arguments.new {
        // The embedded network is only here, and its canisters cost nothing.
        return Ok((*address == NetworkName::Embedded).then_some(Payment::Gift));
    }
    let name = &choices.network.value;
    if name.contains("://") {
        return Err(Error::new(
            Kind::Usage,
            "the id of a new canister is kept under the name of its network, and this one has none",
            format!(
                "name it with `chime config set networks.NAME.url={name}`, and give --network NAME"
            ),
        ));
    }
    match (arguments.cycles, address.is_mainnet()) {
        (Some(cycles), _) => Ok(Some(Payment::Ledger { cycles })),
        (None, false) => Ok(Some(Payment::Gift)),
        (None, true) => Err(Error::new(
            Kind::Usage,
            "a canister on the mainnet is paid for with cycles",
            "say how many of yours with --cycles, for example --cycles 3T; creating one costs 0.5T",
        )),
    }
}

struct Deployment<'a> {
    choices: &'a Choices,
    arguments: &'a DeployArguments,
    payment: Option<Payment>,
    journal: Journal,
    config_file: std::path::PathBuf,
    connection: &'a Connection,
    writer: &'a Writer,
}

impl Deployment<'_> {
    async fn all(&self) -> Result<Deployments> {
        let mut done = Vec::new();
        let mut ids = Vec::new();
        for deployable in CANISTERS {
            if !self.is_wanted(deployable)? {
                continue;
            }
            let (shown, id) = self.one(deployable).await?;
            done.push(shown);
            ids.push(id);
        }
        if let ([Some(scheduler), Some(runner)], false) = (ids.as_slice(), self.arguments.dry_run) {
            let scheduler = Scheduler::new(self.connection.agent.clone(), *scheduler);
            engage(&scheduler, *runner).await?;
        }
        Ok(Deployments::new(self.arguments.dry_run, done))
    }

    /// The runner is deployed where it is asked for, and kept up to date where there is one.
    fn is_wanted(&self, deployable: Deployable) -> Result<bool> {
        if deployable.health == Health::Scheduler {
            return Ok(true);
        }
        if (deployable.module)().is_none() {
            return match self.arguments.python {
                true => Err(not_built()),
                false => Ok(false),
            };
        }
        Ok(self.arguments.python || self.known(deployable)?.is_some())
    }

    /// The canister of a row, if there is one.
    fn known(&self, deployable: Deployable) -> Result<Option<Principal>> {
        let choices = self.choices;
        let chosen = match deployable.health {
            Health::Scheduler => choices.canister.as_ref().map(|choice| choice.value),
            Health::Runner => choices.runner,
        };
        let state = &choices.state.value;
        match (chosen, &choices.address.value, deployable.health) {
            (None, NetworkName::Embedded, Health::Scheduler) => state.scheduler_id(),
            (None, NetworkName::Embedded, Health::Runner) => state.runner_id(),
            (chosen, _, _) => Ok(chosen),
        }
    }

    async fn one(&self, deployable: Deployable) -> Result<(Deployed, Option<Principal>)> {
        let agent = &self.connection.agent;
        let state = &self.choices.state.value;
        state.create()?;
        let _lock = state.lock_deployment().await?;
        let plan = look(agent, self.request(deployable)?, &self.journal).await?;
        let shown = Deployed::new(&plan, &self.choices.network.value);
        if self.arguments.dry_run || plan.step == Step::Nothing {
            return Ok((shown, plan.canister_id));
        }
        let question = shown.sentence();
        let question = question.trim_end_matches('.');
        confirm(
            self.writer,
            self.arguments.confirm,
            &format!("{question}: go on"),
        )
        .await?;
        let canister_id = self.carry_out(&plan, deployable).await?;
        Ok((shown.done(canister_id), Some(canister_id)))
    }

    fn request(&self, deployable: Deployable) -> Result<Request> {
        let code = match (&self.arguments.module, deployable.health) {
            (Some(path), Health::Scheduler) => Code::from_file(path)?,
            _ => Code::of((deployable.module)().ok_or_else(not_built)?),
        };
        Ok(Request {
            deployable,
            canister: self.known(deployable)?,
            create: self.payment,
            code,
            force: self.arguments.force,
            network: self.choices.network.value.clone(),
        })
    }

    /// A signal is heard between two canisters only: the old code must not stay stopped. A second one
    /// ends it all the same; the command then goes on when it is given again.
    async fn carry_out(&self, plan: &Plan, deployable: Deployable) -> Result<Principal> {
        let progress = |text: &str| self.writer.message(text);
        let remember = |canister_id| self.remember(canister_id, deployable);
        let working = plan.carry_out(&self.connection.agent, &self.journal, remember, &progress);
        tokio::pin!(working);
        let signal = tokio::select! {
            done = &mut working => return done,
            signal = interrupted() => signal,
        };
        self.writer.message(format!(
            "{signal}: finishing first, so that the canister is not left stopped; once more ends it \
             at once."
        ));
        tokio::select! {
            done = working => done,
            signal = interrupted() => Err(Error::new(
                Kind::Interrupted,
                format!("interrupted by {signal}"),
                "run the command again: it continues where it stopped",
            )),
        }
    }

    fn remember(&self, canister_id: Principal, deployable: Deployable) -> Result<()> {
        if self.choices.address.value == NetworkName::Embedded {
            let state = &self.choices.state.value;
            return match deployable.health {
                Health::Scheduler => state.remember_scheduler(canister_id),
                Health::Runner => state.remember_runner(canister_id),
            };
        }
        let key = Key::of_network(&self.choices.network.value, deployable.setting);
        let mut config = Config::load_or_empty(Some(&self.config_file))?;
        config.set(&[(key, canister_id.to_text())])
    }
}
