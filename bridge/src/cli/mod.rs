//! The command line: a folder for each noun, with its `arguments`, what `run` does, and what it
//! `show`s; beside them what several nouns need.
//!
//! A command computes its answer with what is below this room and writes it once, as text or as one
//! document. No rule of the scheduler is here.

mod action;
mod alert;
mod apply;
mod backup;
mod changed;
mod codex;
mod command_line;
mod completions;
mod config;
mod confirm;
mod create;
mod deploy;
mod doctor;
mod error_words;
mod events;
mod execution;
mod follow;
mod help;
mod identity;
mod log;
mod man;
mod mcp;
mod open;
mod preview;
mod ps;
mod record;
mod request;
mod schedule;
mod scheduler;
mod secret;
mod serve;
mod session;
mod shared;
mod stats;
mod task;
mod token;
mod top;
mod trial;
mod up;
mod user;
mod variables;
mod waiting;
mod watch;
mod worker;

#[cfg(test)]
mod tests;

pub use action::arguments::{ActionCommand, ActionDeleteArguments, DefineArguments};
pub use execution::arguments::{
    CancelArguments, ExecutionCommand, ExecutionListArguments, ExecutionSelector, ReplayArguments,
    ResumeArguments, SnoozeArguments,
};
pub use mcp::arguments::{
    HttpArguments, InstallArguments, McpArguments, McpCommand, ToolArguments,
};
pub use scheduler::arguments::{SchedulerCommand, SchedulerSetArguments};
pub use secret::arguments::{SecretCommand, SecretDeleteArguments, SecretPutArguments};
pub use user::arguments::{UserCommand, UserDeleteArguments, UserPutArguments};

pub use alert::arguments::{
    AlertArguments, AlertCommand, AlertCreateArguments, AlertDeleteArguments, AlertTestArguments,
    AlertUpdateArguments, InboxArguments,
};
pub use apply::arguments::ApplyArguments;
pub use backup::arguments::{
    BackupCommand, BackupCreateArguments, BackupDeleteArguments, BackupDownloadArguments,
    BackupRestoreArguments,
};
pub use codex::arguments::{
    CodexCommand, CodexDeleteArguments, CodexGetArguments, CodexNameArguments, CodexPutArguments,
    CodexRollbackArguments, CodexSelector, CodexTestArguments,
};
pub use command_line::{Cli, Command, Flags, GlobalArguments};
pub use completions::arguments::CompletionsArguments;
pub use completions::complete;
pub use config::arguments::{ConfigCommand, GetArguments, SetArguments, UnsetArguments};
pub use create::arguments::RunArguments;
pub use deploy::arguments::DeployArguments;
pub use events::arguments::EventsArguments;
pub use identity::arguments::{IdentityCommand, ImportArguments, NewArguments, PrincipalArguments};
pub use man::arguments::ManArguments;
pub use open::arguments::OpenArguments;
pub use preview::arguments::PreviewArguments;
pub use ps::arguments::{KillArguments, ListArguments, LogsArguments, PsCommand, StartArguments};
pub use request::SettingArguments;
pub use request::{ACTIONS, StepArguments, StepWord};
pub use schedule::arguments::{
    ScheduleAddArguments, ScheduleArguments, ScheduleCommand, ScheduleListArguments,
    SchedulePreviewArguments, ScheduleRemoveArguments, ScheduleSelector,
};
pub use serve::arguments::ServeArguments;
pub use shared::{ConfirmArguments, WatchArguments};
pub(crate) use shared::{instant, listen_address, moment, principal};
pub(crate) use shared::{positive_seconds, seconds};
pub use stats::arguments::StatsArguments;
pub use task::arguments::{
    BackfillArguments, BackfillsArguments, DeleteArguments, EditArguments, ExportArguments,
    PauseArguments, ResumeFromArguments, RetryArguments, RunNowArguments, ShowArguments,
    TaskCommand, TaskSelector,
};
pub use token::arguments::{TokenCommand, TokenCreateArguments, TokenRevokeArguments};
pub use top::arguments::TopArguments;
pub use up::arguments::UpArguments;
pub use worker::arguments::WorkerArguments;

use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;
use crate::words::Clock;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from being done; the table of [`crate::error`] gives the exit code.
pub async fn run(cli: Cli) -> Result<()> {
    let flags = cli.global.flags.clone();
    let done = run_command(cli).await;
    done.map_err(|error| error_words::reworded(error, &Clock::system(), &flags))
}

async fn run_command(cli: Cli) -> Result<()> {
    let writer = Writer::new(cli.global.output);
    let global = &cli.global;
    match cli.command {
        Command::Up(arguments) => up::run::run(global, &arguments, &writer).await,
        Command::Mcp(arguments) => mcp::run::run(global, &arguments, &writer).await,
        Command::Serve(arguments) => serve::run::run(global, &arguments, &writer).await,
        Command::Open(arguments) => open::run::run(global, &arguments, &writer),
        Command::Token(command) => token::run::run(global, &command, &writer),
        Command::Completions(arguments) => completions::run::run(&arguments, &writer),
        Command::Config(command) => config::run::run(global, &command, &writer),
        Command::Deploy(arguments) => deploy::run::run(global, &arguments, &writer).await,
        Command::Doctor => doctor::run::run(global, &writer).await,
        Command::Identity(command) => identity::run::run(global, &command, &writer),
        Command::Man(arguments) => man::run::run(&arguments, &writer),
        Command::Run(arguments) => create::run::run(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Ls(arguments)) => ps::run::list(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Start(arguments)) => {
            ps::run::start(global, &arguments, &writer).await
        }
        Command::Ps(PsCommand::Kill(arguments)) => ps::run::kill(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Logs(arguments)) => ps::run::logs(global, &arguments, &writer).await,
        Command::Apply(arguments) => apply::run::run(global, &arguments, &writer).await,
        Command::Preview(arguments) => preview::run::run(&arguments, &writer),
        Command::Worker(arguments) => worker::run::run(global, &arguments, &writer).await,
        Command::Task(command) => task::run::run(global, &command, &writer).await,
        Command::Schedule(command) => schedule::run::run(global, &command, &writer).await,
        Command::Execution(command) => execution::run::run(global, &command, &writer).await,
        Command::Action(command) => action::run::run(global, &command, &writer).await,
        Command::Secret(command) => secret::run::run(global, &command, &writer).await,
        Command::Alert(command) => alert::run::run(global, &command, &writer).await,
        Command::Inbox(arguments) => alert::run::messages(global, &arguments, &writer).await,
        Command::Codex(command) => codex::run::run(global, &command, &writer).await,
        Command::Backup(command) => backup::run::run(global, &command, &writer).await,
        Command::User(command) => user::run::run(global, &command, &writer).await,
        Command::Scheduler(command) => scheduler::run::run(global, &command, &writer).await,
        Command::Stats(arguments) => stats::run::figures(global, &arguments, &writer).await,
        Command::Events(arguments) => events::run::timeline(global, &arguments, &writer).await,
        Command::Top(arguments) => top::run::run(global, &arguments, &writer).await,
    }
}

/// Writes an error to the standard error: its cause, and the next step.
pub fn report(error: &Error) {
    use std::io::Write;
    let text = match error.kind() {
        // Whoever declined or pressed Ctrl-C made no mistake.
        Kind::Interrupted => {
            let said = [error.explanation(), error.fix().to_string()];
            let said = said.iter().filter(|text| !text.is_empty());
            said.map(|text| sentence(text))
                .collect::<Vec<_>>()
                .join(" ")
        }
        _ => format!(
            "error: {}\n  fix: {}",
            error.explanation(),
            sentence(error.fix())
        ),
    };
    // Nobody can be told that the standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The text with a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    // A question has an end already.
    let end = if text.ends_with('?') { "" } else { "." };
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}{end}", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
