//! `chime doctor`: what keeps Chime from working, if anything.

use std::sync::Arc;

use candid::Principal;
use chime_types::{EmptyRequest, ExecutionStatus, Role, TaskExecution, User, WaitReason};
use ic_agent::Identity;
use ic_agent::identity::AnonymousIdentity;

use crate::cli::GlobalArguments;
use crate::cli::doctor::show::Diagnosis;
use crate::cli::session::{choices, interrupted, interruption, settings_of};
use crate::config::{Choices, Config, of_user};
use crate::doctor::{self, Commands, Figures, Finding, Verdict};
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, NetworkName, Settings, choose_identity, reach};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;
use crate::words::Clock;

/// Most tasks whose latest execution is looked at.
const MAXIMUM_LOOKS: usize = 100;

/// Looks at everything and shows it.
pub(in crate::cli) async fn run(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    let findings = tokio::select! {
        findings = examine(global, writer) => findings,
        signal = interrupted() => return Err(interruption(signal)),
    };
    let failures = findings.iter().filter_map(|finding| match finding.verdict {
        Verdict::Fail(kind) => Some(kind),
        Verdict::Ok | Verdict::Warn => None,
    });
    let failures: Vec<Kind> = failures.collect();
    writer.answer(&Diagnosis::new(&findings))?;
    match failures.first() {
        None => Ok(()),
        Some(kind) => Err(Error::new(
            *kind,
            format!("{} of {} checks failed", failures.len(), findings.len()),
            "follow the fixes of the lines marked FAIL, from the top",
        )),
    }
}

async fn examine(global: &GlobalArguments, writer: &Writer) -> Vec<Finding> {
    let mut findings = vec![file(global)];
    if findings.iter().any(Finding::is_failure) {
        return findings;
    }
    let choices = match choices(global) {
        Ok(choices) => choices,
        Err(error) => {
            findings.push(Finding::of_error("settings", &error));
            return findings;
        }
    };
    findings.extend(named(&choices));
    let settings = settings_of(&choices);
    let chosen = choices.identity.as_ref();
    let source = chosen.map(|choice| match &choice.value.name {
        Some(name) => format!("{name} ({})", choice.value.source),
        None => choice.value.source.to_string(),
    });
    let loaded = choose_identity(&settings);
    let origin = chosen.map(|choice| choice.origin.to_string());
    findings.extend(doctor::key(source.as_deref(), &loaded, origin));
    let identity: Option<Arc<dyn Identity>> = loaded.ok().map(|loaded| loaded.identity);
    let is_known = identity.is_some();
    let identity = identity.unwrap_or_else(|| Arc::new(AnonymousIdentity));
    let progress = |text: &str| writer.message(text);
    match reach(settings, identity, &progress).await {
        Err(error) => findings.push(Finding::of_error("reachable", &error)),
        Ok(connection) => {
            findings.extend(on_network(&choices, &connection, is_known).await);
            if let Err(error) = connection.shutdown().await {
                findings.push(Finding::of_error("embedded network", &error));
            }
        }
    }
    findings
}

fn file(global: &GlobalArguments) -> Finding {
    let path = match &global.config_file {
        Some(path) => Ok(path.clone()),
        None => of_user(),
    };
    let path = match path {
        Ok(path) => path,
        Err(error) => return Finding::of_error("configuration", &error),
    };
    match Config::load(global.config_file.as_deref()) {
        Err(error) => Finding::of_error("configuration", &error),
        Ok(_) if !path.exists() => Finding::ok(
            "configuration",
            format!("no file {} (defaults apply)", path.display()),
        ),
        Ok(config) => Finding::ok(
            "configuration",
            format!("{}, {} settings", path.display(), config.settings().len()),
        ),
    }
}

fn named(choices: &Choices) -> Vec<Finding> {
    let (name, address) = (&choices.network.value, &choices.address.value);
    let text = match address {
        NetworkName::Embedded => name.clone(),
        address if address.url() == name => name.clone(),
        address => format!("{name}, {}", address.url()),
    };
    let mut findings =
        vec![Finding::ok("network", text).from(Some(choices.network.origin.to_string()))];
    if *address == NetworkName::Embedded {
        let state = choices.state.value.path().display().to_string();
        let origin = Some(choices.state.origin.to_string());
        findings.push(Finding::ok("state", state).from(origin));
    }
    findings
}

/// What there is to be seen when the network can be reached.
async fn on_network(choices: &Choices, connection: &Connection, is_known: bool) -> Vec<Finding> {
    let settings = connection.settings();
    let (canister_id, origin) = match scheduler_id(choices, settings) {
        Ok(found) => found,
        Err(error) => return vec![Finding::of_error("canister", &error)],
    };
    let agent = &connection.agent;
    let mut findings = doctor::network(agent, settings, canister_id).await;
    if findings.first().is_some_and(Finding::is_failure) {
        return findings;
    }
    let Some(canister_id) = canister_id else {
        findings.push(unknown(choices));
        return findings;
    };
    let looked_at = doctor::canister(agent, canister_id, origin).await;
    let works = !looked_at.iter().any(Finding::is_failure);
    findings.extend(looked_at);
    if works && is_known {
        let scheduler = Scheduler::new(agent.clone(), canister_id);
        let hosted_here = connection.is_hosted_here();
        findings.extend(of_scheduler(&scheduler, hosted_here).await);
    }
    findings
}

/// The scheduler that commands would use, and what chose it. Nothing is installed to find out.
fn scheduler_id(
    choices: &Choices,
    settings: &Settings,
) -> Result<(Option<Principal>, Option<String>)> {
    match (&choices.canister, &settings.network) {
        (Some(choice), _) => Ok((Some(choice.value), Some(choice.origin.to_string()))),
        (None, NetworkName::Embedded) => Ok((settings.state.scheduler_id()?, None)),
        (None, _) => Ok((None, None)),
    }
}

fn unknown(choices: &Choices) -> Finding {
    match choices.address.value {
        NetworkName::Embedded => Finding::warn(
            "canister",
            "not created yet",
            "any other command creates it, such as `chime ps ls`",
        ),
        _ => Finding::fail(
            "canister",
            Kind::Usage,
            "none is named",
            "name it with --canister ID or in the configuration file, or create one with `chime deploy --new`",
        ),
    }
}

async fn of_scheduler(scheduler: &Scheduler, hosted_here: bool) -> Vec<Finding> {
    let me = scheduler.get_me(&EmptyRequest {}).await;
    let mut findings = vec![doctor::caller(&me)];
    let Ok(me) = me else {
        return findings;
    };
    match figures(scheduler, &me).await {
        Ok(figures) => {
            let here_at = Clock::system().now_at();
            findings.push(doctor::scheduler_clock(figures.stats.now_at, here_at));
            findings.extend(doctor::figures(&figures));
            let (agent, id) = (scheduler.agent(), scheduler.canister_id());
            findings.extend(doctor::python(agent, id, &figures.config.runners).await);
        }
        Err(error) => findings.push(Finding::of_error("scheduler", &error)),
    }
    match of_tasks(scheduler, &me, hosted_here).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(Finding::of_error("tasks", &error)),
    }
    findings
}

async fn figures(scheduler: &Scheduler, me: &User) -> Result<Figures> {
    let stats = scheduler.get_stats(&EmptyRequest {}).await?;
    let own = match stats.waiting_for_workers {
        0 => 0,
        _ => commands_that_wait(scheduler).await?,
    };
    Ok(Figures {
        stats,
        config: scheduler.get_config(&EmptyRequest {}).await?,
        commands: Commands {
            own,
            sees_all: sees_all(me.role),
        },
    })
}

/// How many commands of the caller no worker has taken.
async fn commands_that_wait(scheduler: &Scheduler) -> Result<u64> {
    let tasks = scheduler.all_tasks().await?;
    let active = tasks.iter().filter(|task| task.active_executions > 0);
    let mut count = 0;
    for task in active.take(MAXIMUM_LOOKS) {
        let status = Some(ExecutionStatus::Waiting);
        let waiting = scheduler.executions(task.id, status, usize::MAX).await?;
        let is_job = |it: &&TaskExecution| it.waiting_for == Some(WaitReason::Worker);
        count += waiting.iter().filter(is_job).count() as u64;
    }
    Ok(count)
}

const fn sees_all(role: Role) -> bool {
    match role {
        Role::Admin | Role::Operator | Role::Viewer => true,
        Role::User | Role::Worker => false,
    }
}

/// What the tasks themselves say: those of the caller, and for who may see them those of all.
async fn of_tasks(scheduler: &Scheduler, me: &User, hosted_here: bool) -> Result<Vec<Finding>> {
    let tasks = scheduler.all_tasks().await?;
    let mut executions = Vec::new();
    for task in tasks
        .iter()
        .filter(|task| task.active_executions > 0)
        .take(MAXIMUM_LOOKS)
    {
        executions.extend(scheduler.executions(task.id, None, 1).await?);
    }
    let mut findings: Vec<_> = doctor::released_commands(&executions).into_iter().collect();
    findings.push(doctor::alerts(&scheduler.all_alerts().await?));
    let mut known = me.tasks;
    if sees_all(me.role) {
        let all = scheduler.tasks_of_all(|_| ()).await?;
        let others = all.iter().filter(|task| task.owner != me.principal).count();
        findings.push(doctor::others(me.tasks, others as u64));
        known = all.len() as u64;
    }
    findings.push(doctor::host(hosted_here, known));
    Ok(findings)
}
