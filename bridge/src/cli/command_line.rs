//! The command line as a whole: its global options and its commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand};

use super::{
    ActionCommand, AlertCommand, ApplyArguments, BackupCommand, CodexCommand, CompletionsArguments,
    ConfigCommand, DeployArguments, EventsArguments, ExecutionCommand, IdentityCommand,
    InboxArguments, ManArguments, McpArguments, OpenArguments, PreviewArguments, PsCommand,
    RunArguments, ScheduleCommand, SchedulerCommand, SecretCommand, ServeArguments, StatsArguments,
    TaskCommand, TokenCommand, TopArguments, UpArguments, UserCommand, WorkerArguments, config,
    doctor, help, identity, mcp, token, variables,
};
use crate::terminal::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    an execution failed, or an internal error of Chime
  2    invalid command line, file, key or request; `apply` rejected a document
  3    no such task or canister, or more than one that fits
  4    the scheduler rejected the request
  5    the network cannot be reached
  6    it is unknown whether the request was carried out
  7    try again later
  8    a problem with a file, directory or process on this machine
  130  interrupted, or the confirmation was declined

Examples:
  chime up                                    run a network with the scheduler on this machine
  chime run --note 'still here' --every 30    write a line into a log every 30 seconds
  chime ps ls                                 list the tasks
  chime ps logs 1                             the history of task 1
  chime apply -f jobs/                        create tasks from job files";

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
    /// Directory of the embedded network: its canisters, their memory and the key; default: `chime` in
    /// your data directory.
    #[arg(
        long,
        visible_alias = "folder",
        global = true,
        env = "CHIME_STATE",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub state: Option<PathBuf>,
    /// Network of the scheduler: a name from the configuration file, embedded (the default), local
    /// (that of icp or dfx), ic, or a URL.
    #[arg(
        long,
        global = true,
        env = "CHIME_NETWORK",
        value_name = "NETWORK",
        hide_env_values = true
    )]
    pub network: Option<String>,
    /// Canister of the scheduler; the embedded network knows its own.
    #[arg(
        long,
        global = true,
        env = "CHIME_CANISTER",
        value_name = "CANISTER",
        hide_env_values = true
    )]
    pub canister: Option<String>,
    /// Identity to call as: a name from the configuration file, dfx:NAME, icp:NAME, keyring:NAME, or a
    /// PEM file; the embedded network has a key of its own.
    #[arg(
        long,
        global = true,
        env = "CHIME_IDENTITY",
        value_name = "IDENTITY",
        hide_env_values = true
    )]
    pub identity: Option<String>,
    /// File whose first line is the password of an encrypted key. Without it the password is asked for
    /// at the terminal.
    #[arg(
        long,
        global = true,
        env = "CHIME_PASSWORD_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub password_file: Option<PathBuf>,
    /// Configuration file with named networks and identities; `chime config path` shows the default.
    #[arg(
        long,
        global = true,
        env = "CHIME_CONFIG_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub config_file: Option<PathBuf>,
    /// Output format.
    #[arg(
        short = 'o',
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub output: Format,
    /// Which of them are flags, where the others that are there come from environment variables; and
    /// which flags the command takes.
    #[arg(skip)]
    pub flags: Flags,
}

/// The options of the command that was run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The names of the global ones that stand on the command line.
    given: Vec<String>,
    /// All that the command takes, without their dashes.
    taken: Vec<String>,
}

impl Flags {
    /// Those of the command that `matches` are about.
    pub(super) fn of(command: &clap::Command, matches: &ArgMatches) -> Self {
        let is_flag =
            |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let (mut below, mut inner) = (command, matches);
        while let Some((name, within)) = inner.subcommand()
            && let Some(found) = below.find_subcommand(name)
        {
            (below, inner) = (found, within);
        }
        let longs = below.get_arguments().filter_map(clap::Arg::get_long);
        Self {
            given: matches
                .ids()
                .filter(is_flag)
                .map(ToString::to_string)
                .collect(),
            taken: longs.map(str::to_string).collect(),
        }
    }

    /// Whether an option stands on the command line.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|flag| flag == name)
    }

    /// Whether the command takes a flag such as `--at`; `--exclude-...` stands for all that begin so.
    #[must_use]
    pub fn takes(&self, flag: &str) -> bool {
        let name = flag.trim_start_matches('-');
        let mut taken = self.taken.iter();
        match name.strip_suffix("...") {
            Some(beginning) => taken.any(|it| it.starts_with(beginning)),
            None => taken.any(|it| it == name),
        }
    }
}

impl Cli {
    /// Reads the command line.
    ///
    /// # Errors
    /// The exit code, when the help or what is wrong was written.
    pub fn read() -> Result<Self, ExitCode> {
        let mut command = variables::without_empty_variables(help::command());
        let read = command
            .try_get_matches_from_mut(std::env::args_os())
            .and_then(|matches| Ok((Self::from_arg_matches(&matches)?, matches)));
        let (mut cli, matches) = read.map_err(|error| help::refused(&error))?;
        cli.global.flags = Flags::of(&command, &matches);
        Ok(cli)
    }
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the embedded network with the scheduler in the foreground.
    Up(UpArguments),
    /// Serve the methods of a canister as MCP tools, on the standard streams or over HTTP.
    #[command(after_help = mcp::arguments::MCP_HELP)]
    Mcp(McpArguments),
    /// Serve the pages, a REST API (JSON:API), events and MCP on one port.
    Serve(ServeArguments),
    /// Open the pages of `chime serve` in the browser, signed in.
    Open(OpenArguments),
    /// Create, list and revoke the tokens of `chime serve`.
    #[command(subcommand, after_help = token::arguments::TOKEN_HELP)]
    Token(TokenCommand),
    /// Create a task.
    Run(Box<RunArguments>),
    /// List tasks, pause and resume them, and show their history.
    #[command(subcommand, visible_alias = "tasks")]
    Ps(PsCommand),
    /// Create, show, change and run tasks.
    #[command(subcommand)]
    Task(TaskCommand),
    /// List, add, remove, enable, disable and preview schedules.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Show, cancel, snooze and retry executions.
    #[command(subcommand)]
    Execution(ExecutionCommand),
    /// Create tasks from job files, or update tasks to match them.
    Apply(ApplyArguments),
    /// Show what a schedule means and when it fires next; needs no network.
    Preview(PreviewArguments),
    /// Run the commands of tasks on this machine, and keep tasks in step with job files.
    Worker(Box<WorkerArguments>),
    /// Manage registered actions, for steps with --named.
    #[command(subcommand)]
    Action(ActionCommand),
    /// Store Python programs, show, test and roll them back.
    #[command(subcommand, visible_alias = "codices")]
    Codex(CodexCommand),
    /// Manage secrets of HTTP actions and webhooks.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Manage alerts: messages when something happens.
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Show your messages from alerts and notifications.
    Inbox(InboxArguments),
    /// Create, list, download and restore backups.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Show yourself, and manage the users of the scheduler.
    #[command(subcommand)]
    User(UserCommand),
    /// Show and set the configuration of the scheduler.
    #[command(subcommand)]
    Scheduler(SchedulerCommand),
    /// Show statistics about your tasks and the scheduler.
    Stats(StatsArguments),
    /// Show the timeline: who changed what, and what happened.
    Events(EventsArguments),
    /// Show a live view of tasks, runs and failures.
    Top(TopArguments),
    /// Show and change the configuration file: named networks and identities.
    #[command(subcommand, after_help = config::arguments::CONFIG_HELP)]
    Config(ConfigCommand),
    /// Install the scheduler's canister on a network, or bring it up to date.
    Deploy(DeployArguments),
    /// Check configuration, network, identity, canister and scheduler.
    #[command(after_help = doctor::arguments::DOCTOR_HELP)]
    Doctor,
    /// List, create and import the private keys that own tasks.
    #[command(subcommand, after_help = identity::arguments::IDENTITY_HELP)]
    Identity(IdentityCommand),
    /// Generate shell completions.
    Completions(CompletionsArguments),
    /// Write manual pages, one for each command.
    Man(ManArguments),
}
