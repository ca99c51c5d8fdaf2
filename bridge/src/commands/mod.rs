//! The commands, one file each: they call what is below them and write the answer.
//!
//! A command holds no rule of the scheduler. What it needs of arguments is in [`crate::cli`], what
//! it shows in [`crate::output`].

mod action;
mod alert;
mod alert_test;
mod apply;
mod backup;
mod completions;
mod config;
mod confirm;
mod deploy;
mod doctor;
mod events;
mod execution;
mod follow;
mod identity;
mod man;
mod mcp;
mod mcp_install;
mod preview;
mod ps;
mod request;
mod run;
mod schedule;
mod scheduler;
mod secret;
mod session;
mod task;
mod top;
mod trial;
mod up;
mod user;
mod waiting;
mod watch;
#[cfg(unix)]
mod worker;
#[cfg(not(unix))]
#[path = "worker_elsewhere.rs"]
mod worker;

use crate::cli::{Cli, Command, PsCommand};
use crate::error::{Error, Result};
use crate::terminal::Writer;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from being done; the table of [`crate::error`] gives the exit code.
pub async fn run(cli: Cli) -> Result<()> {
    let writer = Writer::new(cli.global.output);
    let global = &cli.global;
    match cli.command {
        Command::Up(arguments) => up::run(global, &arguments, &writer).await,
        Command::Mcp(arguments) => mcp::run(global, &arguments, &writer).await,
        Command::Completions(arguments) => completions::run(&arguments, &writer),
        Command::Config(command) => config::run(global, &command, &writer),
        Command::Deploy(arguments) => deploy::run(global, &arguments, &writer).await,
        Command::Doctor => doctor::run(global, &writer).await,
        Command::Identity(command) => identity::run(global, &command, &writer),
        Command::Man(arguments) => man::run(&arguments, &writer),
        Command::Run(arguments) => run::run(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Ls(arguments)) => ps::list(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Start(arguments)) => ps::start(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Kill(arguments)) => ps::kill(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Logs(arguments)) => ps::logs(global, &arguments, &writer).await,
        Command::Apply(arguments) => apply::run(global, &arguments, &writer).await,
        Command::Preview(arguments) => preview::run(&arguments, &writer),
        Command::Worker(arguments) => worker::run(global, &arguments, &writer).await,
        Command::Task(command) => task::run(global, &command, &writer).await,
        Command::Schedule(command) => schedule::run(global, &command, &writer).await,
        Command::Execution(command) => execution::run(global, &command, &writer).await,
        Command::Action(command) => action::run(global, &command, &writer).await,
        Command::Secret(command) => secret::run(global, &command, &writer).await,
        Command::Alert(command) => alert::run(global, &command, &writer).await,
        Command::Inbox(arguments) => alert::messages(global, &arguments, &writer).await,
        Command::Backup(command) => backup::run(global, &command, &writer).await,
        Command::User(command) => user::run(global, &command, &writer).await,
        Command::Scheduler(command) => scheduler::run(global, &command, &writer).await,
        Command::Stats(arguments) => events::figures(global, &arguments, &writer).await,
        Command::Events(arguments) => events::timeline(global, &arguments, &writer).await,
        Command::Top(arguments) => top::run(global, &arguments, &writer).await,
    }
}

/// Writes an error to the standard error: its cause, and the next step.
pub fn report(error: &Error) {
    use std::io::Write;
    let text = format!(
        "error: {}\n  fix: {}",
        error.explanation(),
        sentence(error.fix())
    );
    // Nobody can be told that the standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The text with a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
