//! The names that a shell offers: of tasks, codices, alerts, actions, secrets, networks and keys.
//!
//! Whoever presses Tab waits, and wants nothing done: nothing is started, made or asked for, and what is
//! not there, fails or takes too long has no names.

use std::time::Duration;

use chime_types::EmptyRequest;
use clap::{Arg, Command};
use clap_complete::{ArgValueCandidates, CompletionCandidate};
use tokio::runtime;
use tokio::time::timeout;

use crate::cli::GlobalArguments;
use crate::cli::session::settings;
use crate::config::Config;
use crate::error::Result;
use crate::identity;
use crate::network::look;
use crate::scheduler::Scheduler;

/// How long a network may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which things have the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Things {
    Tasks,
    Codices,
    Alerts,
    Actions,
    Secrets,
    Networks,
    Identities,
}

/// What the values of arguments name: by the end of the command, and by what the help calls the value.
const VALUES: [(&str, &str, Things); 7] = [
    ("", "TASK", Things::Tasks),
    ("", "CODEX", Things::Codices),
    ("", "ALERT", Things::Alerts),
    ("", "NETWORK", Things::Networks),
    ("", "IDENTITY", Things::Identities),
    ("action delete", "NAME", Things::Actions),
    ("secret delete", "NAME", Things::Secrets),
];

/// The command line, whose arguments offer the names of what they are for.
pub(super) fn offer(command: Command, global: Option<&GlobalArguments>) -> Command {
    offer_below("", command, global)
}

fn offer_below(path: &str, command: Command, global: Option<&GlobalArguments>) -> Command {
    let command = command.mut_args(|argument| match things(path, &argument) {
        Some(things) => {
            let global = global.cloned();
            argument.add(ArgValueCandidates::new(move || {
                global
                    .as_ref()
                    .map_or(Vec::new(), |global| names(things, global))
            }))
        }
        None => argument,
    });
    command.mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        offer_below(&path, below, global)
    })
}

/// What the value of an argument names.
fn things(path: &str, argument: &Arg) -> Option<Things> {
    let value = argument.get_value_names()?.first()?;
    let row = VALUES
        .iter()
        .find(|(command, name, _)| path.ends_with(command) && value == name);
    row.map(|(_, _, things)| *things)
}

fn names(things: Things, global: &GlobalArguments) -> Vec<CompletionCandidate> {
    let found = match things {
        Things::Networks => networks(global),
        Things::Identities => identities(global),
        _ => of_scheduler(things, global),
    };
    found.unwrap_or_default()
}

fn networks(global: &GlobalArguments) -> Result<Vec<CompletionCandidate>> {
    let config = Config::load_or_empty(global.config_file.as_deref())?;
    let mut names = vec!["embedded", "local", "ic"];
    names.extend(config.networks());
    names.sort_unstable();
    names.dedup();
    Ok(names.into_iter().map(CompletionCandidate::new).collect())
}

fn identities(global: &GlobalArguments) -> Result<Vec<CompletionCandidate>> {
    let config = Config::load_or_empty(global.config_file.as_deref())?;
    let own = config.identities().into_iter().map(str::to_string);
    let of_others = identity::of_other_tools()
        .into_iter()
        .filter_map(|listed| Some(listed.ok()?.name));
    Ok(own.chain(of_others).map(CompletionCandidate::new).collect())
}

fn of_scheduler(things: Things, global: &GlobalArguments) -> Result<Vec<CompletionCandidate>> {
    let settings = settings(global)?;
    let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else {
        return Ok(Vec::new());
    };
    let work = async {
        let Some(connection) = look(settings).await? else {
            return Ok(Vec::new());
        };
        match connection.present_scheduler()? {
            Some(scheduler) => list(&scheduler, things).await,
            None => Ok(Vec::new()),
        }
    };
    let found = runtime.block_on(async { timeout(PATIENCE, work).await });
    // What still asks is left alone: the program ends with this answer.
    runtime.shutdown_background();
    found.unwrap_or(Ok(Vec::new()))
}

async fn list(scheduler: &Scheduler, things: Things) -> Result<Vec<CompletionCandidate>> {
    let with_ids = |named: Vec<(u64, String)>| with_ids(&named);
    Ok(match things {
        Things::Tasks => {
            let tasks = scheduler.all_tasks().await?.into_iter();
            with_ids(tasks.map(|task| (task.id, task.name)).collect())
        }
        Things::Alerts => {
            let alerts = scheduler.all_alerts().await?.into_iter();
            with_ids(alerts.map(|alert| (alert.id, alert.name)).collect())
        }
        Things::Codices => {
            let codices = scheduler.all_codices().await?.into_iter();
            plain(codices.map(|codex| codex.name))
        }
        Things::Actions => {
            let actions = scheduler.all_actions().await?.into_iter();
            plain(actions.map(|action| action.name))
        }
        Things::Secrets => plain(
            scheduler
                .list_secrets(&EmptyRequest {})
                .await?
                .names
                .into_iter(),
        ),
        Things::Networks | Things::Identities => Vec::new(),
    })
}

/// Names that a shell takes as they are. The others would have to be quoted, each shell in its own way.
fn plain(names: impl Iterator<Item = String>) -> Vec<CompletionCandidate> {
    names
        .filter(|name| is_plain(name))
        .map(CompletionCandidate::new)
        .collect()
}

/// The name of each thing, where a shell takes that as it is and it means this one only; else its id.
fn with_ids(named: &[(u64, String)]) -> Vec<CompletionCandidate> {
    let means_one = |name: &String| named.iter().filter(|(_, other)| other == name).count() == 1;
    let is_number = |name: &str| name.parse::<u64>().is_ok();
    named
        .iter()
        .map(
            |(id, name)| match is_plain(name) && !is_number(name) && means_one(name) {
                true => CompletionCandidate::new(name).help(Some(format!("id {id}").into())),
                false => CompletionCandidate::new(id.to_string()).help(Some(name.clone().into())),
            },
        )
        .collect()
}

fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-.,/@%+=".contains(letter);
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn found(path: &str, command: &Command, all: &mut Vec<(String, Things)>) {
        for argument in command.get_arguments() {
            if let Some(things) = things(path, argument) {
                all.push((format!("{path} {}", argument.get_id()), things));
            }
        }
        for below in command.get_subcommands() {
            found(&format!("{path} {}", below.get_name()), below, all);
        }
    }

    #[test]
    fn should_offer_names_wherever_one_is_asked_for() {
        let mut all = Vec::new();
        found("", &Cli::command(), &mut all);
        for (_, _, things) in VALUES {
            assert!(all.iter().any(|(_, found)| *found == things), "{things:?}");
        }
        for argument in [
            " task show task",
            " ps kill task",
            " execution ls task",
            " schedule add task",
            " events task",
            " codex get name",
        ] {
            let place = all.iter().find(|(place, _)| place == argument);
            assert!(place.is_some(), "{argument}: {all:?}");
        }
    }

    #[test]
    fn should_offer_a_name_only_where_it_means_one_thing_and_needs_no_quotes() {
        let named = [
            (1, "backup"),
            (2, "twice"),
            (3, "twice"),
            (4, "two words"),
            (5, "7"),
            (6, "$(reboot)"),
            (7, "-f"),
            (8, "zürich"),
        ];
        let named: Vec<(u64, String)> = named
            .into_iter()
            .map(|(id, name)| (id, name.to_string()))
            .collect();
        let offered: Vec<_> = with_ids(&named)
            .iter()
            .map(|candidate| candidate.get_value().to_string_lossy().into_owned())
            .collect();
        assert_eq!(offered, ["backup", "2", "3", "4", "5", "6", "7", "zürich"]);
    }
}
