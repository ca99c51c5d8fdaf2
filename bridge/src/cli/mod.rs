//! The arguments of the command line, and nothing else: no rule, no effect.

mod apply;
mod preview;
mod ps;
mod run;
mod up;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use apply::ApplyArguments;
pub use preview::PreviewArguments;
pub use ps::{KillArguments, ListArguments, LogsArguments, PsCommand, StartArguments};
pub use run::RunArguments;
pub use up::UpArguments;

use crate::output::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    an execution failed, or a fault of Chime itself
  2    the command line, a file or a private key is at fault; `apply` refused a document
  3    no such task or canister
  4    the scheduler refused the request
  5    the network cannot be reached
  6    nobody can tell whether the request was carried out
  7    try again later
  130  interrupted

Examples:
  chime up                                    run a network with the scheduler on this machine
  chime run --note 'still here' --every 30    write a line into a log every 30 seconds
  chime ps ls                                 list the tasks
  chime ps logs 1                             what became of the runs of task 1
  chime apply -f jobs/                        make tasks of job files";

/// Durable task scheduler in an Internet Computer canister.
///
/// Answers go to the standard output, messages to the standard error.
#[derive(Parser, Debug)]
#[command(name = "chime", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArguments,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArguments {
    /// Directory that holds the embedded network: its canisters, their memory and the key.
    #[arg(
        long,
        global = true,
        env = "CHIME_STATE",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub state: Option<PathBuf>,
    /// Network of the scheduler: embedded, local (of the IC's own tools), ic, or a URL.
    #[arg(
        long,
        global = true,
        env = "CHIME_NETWORK",
        value_name = "NETWORK",
        default_value = "embedded",
        hide_env_values = true
    )]
    pub network: String,
    /// Canister of the scheduler; the embedded network knows its own.
    #[arg(
        long,
        global = true,
        env = "CHIME_CANISTER",
        value_name = "CANISTER",
        hide_env_values = true
    )]
    pub canister: Option<String>,
    /// Who calls: a private key in a PEM file; the embedded network makes its own.
    #[arg(
        long,
        global = true,
        env = "CHIME_IDENTITY",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub identity: Option<PathBuf>,
    /// Form of the answer.
    #[arg(
        short = 'o',
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub output: Format,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the embedded network with the scheduler in the foreground.
    Up(UpArguments),
    /// Serve the scheduler's methods as MCP tools on the standard streams.
    #[command(after_help = MCP_HELP)]
    Mcp,
    /// Make a task with one step.
    Run(Box<RunArguments>),
    /// List, start and stop tasks, and see what became of their runs.
    #[command(subcommand, visible_alias = "tasks")]
    Ps(PsCommand),
    /// Make tasks of job files, or bring the tasks up to date with them.
    Apply(ApplyArguments),
    /// Show what a schedule means and when it fires next; needs no network.
    Preview(PreviewArguments),
}

const MCP_HELP: &str = "\
Configuration of an MCP client such as Claude Desktop:
  {\"mcpServers\": {\"chime\": {\"command\": \"chime\", \"args\": [\"mcp\"]}}}";

/// Seconds as a number, or a duration such as `1h30m`; 0 is allowed.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    if text.trim().bytes().all(|byte| byte == b'0') && !text.trim().is_empty() {
        return Ok(0);
    }
    positive_seconds(text)
}

/// Seconds as a number, or a duration such as `1h30m`; longer than zero.
pub(crate) fn positive_seconds(text: &str) -> Result<u64, String> {
    chime_schedule::parse_duration(text).map_err(|error| format!("{}. {}", error.rule, error.fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn should_be_a_consistent_command_line() {
        Cli::command().debug_assert();
    }

    #[test]
    fn should_read_durations_in_seconds_and_with_units() {
        assert_eq!(seconds("0"), Ok(0));
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert!(positive_seconds("0").is_err());
        assert!(seconds("soon").is_err());
        assert!(seconds("").is_err());
    }

    #[test]
    fn should_take_two_or_three_values_for_a_call() {
        let parse =
            |arguments: &[&str]| Cli::try_parse_from([&["chime", "run"], arguments].concat());
        assert!(parse(&["--call", "aaaaa-aa", "raw_rand"]).is_ok());
        assert!(parse(&["--call", "aaaaa-aa", "raw_rand", "()", "--every", "30"]).is_ok());
        assert!(parse(&["--call", "aaaaa-aa"]).is_err());
        assert!(parse(&[]).is_err(), "a task must do something");
        assert!(parse(&["--note", "x", "--call", "aaaaa-aa", "raw_rand"]).is_err());
        assert!(parse(&["--note", "x", "--every", "3", "--cron", "@daily"]).is_err());
    }

    #[test]
    fn should_keep_its_help() {
        for name in ["", "up", "mcp", "run", "ps", "apply", "preview"] {
            insta::assert_snapshot!(format!("help {name}").trim_end(), help(&[name]));
        }
        for name in ["ls", "start", "kill", "logs"] {
            insta::assert_snapshot!(format!("help ps {name}"), help(&["ps", name]));
        }
    }

    fn help(path: &[&str]) -> String {
        let mut command = Cli::command().term_width(100);
        command.build();
        let mut command = &mut command;
        for name in path.iter().filter(|name| !name.is_empty()) {
            command = command
                .find_subcommand_mut(name)
                .expect("the command is there");
        }
        command.render_long_help().to_string()
    }
}
