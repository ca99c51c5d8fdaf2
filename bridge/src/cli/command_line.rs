//! The command line as a whole: its global options and its commands.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::*;
use crate::terminal::Format;

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
  130  interrupted, or a question was not answered with yes

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
        visible_alias = "folder",
        global = true,
        env = "CHIME_STATE",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub state: Option<PathBuf>,
    /// Network of the scheduler: a name of the configuration file, embedded (the default), local (of
    /// the IC's own tools), ic, or a URL.
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
    /// Who calls: a name of the configuration file, dfx:NAME, icp:NAME, keyring:NAME, or a PEM file;
    /// the embedded network makes its own key.
    #[arg(
        long,
        global = true,
        env = "CHIME_IDENTITY",
        value_name = "IDENTITY",
        hide_env_values = true
    )]
    pub identity: Option<String>,
    /// File whose first line is the password of the key, if that is encrypted. Without it the password
    /// is asked for at a terminal, and nowhere else.
    #[arg(
        long,
        global = true,
        env = "CHIME_PASSWORD_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub password_file: Option<PathBuf>,
    /// Configuration file with named networks and identities; `chime config path` shows the usual one.
    #[arg(
        long,
        global = true,
        env = "CHIME_CONFIG_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub config_file: Option<PathBuf>,
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
    /// Which of them are flags; the others that are there come from environment variables.
    #[arg(skip)]
    pub flags: Flags,
}

/// The names of the global options that stand on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags(Vec<String>);

impl Flags {
    /// Whether an option stands on the command line.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|flag| flag == name)
    }
}

impl Cli {
    /// Reads the command line, or ends the program with the help or what is wrong.
    #[must_use]
    pub fn read() -> Self {
        let command = variables::without_empty_variables(Self::command());
        let matches = command.get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        let is_flag =
            |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        cli.global.flags = Flags(
            matches
                .ids()
                .filter(is_flag)
                .map(ToString::to_string)
                .collect(),
        );
        cli
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
    /// Make a task.
    Run(Box<RunArguments>),
    /// List, start and stop tasks, and see what became of their runs.
    #[command(subcommand, visible_alias = "tasks")]
    Ps(PsCommand),
    /// Make, show, change and run tasks.
    #[command(subcommand)]
    Task(TaskCommand),
    /// List, add, remove, switch and preview schedules.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// See, stop, put off and repeat executions.
    #[command(subcommand)]
    Execution(ExecutionCommand),
    /// Make tasks of job files, or bring the tasks up to date with them.
    Apply(ApplyArguments),
    /// Show what a schedule means and when it fires next; needs no network.
    Preview(PreviewArguments),
    /// Run the commands of tasks on this machine, and keep the tasks of a directory of job files.
    Worker(Box<WorkerArguments>),
    /// Registered actions, for steps with --named.
    #[command(subcommand)]
    Action(ActionCommand),
    /// Secrets of HTTP actions and webhooks.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Messages when something happens.
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Messages of alerts and notifications.
    Inbox(InboxArguments),
    /// Backups: make, list, download, restore.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Yourself, and the users of the scheduler.
    #[command(subcommand)]
    User(UserCommand),
    /// Show and set the configuration of the scheduler.
    #[command(subcommand)]
    Scheduler(SchedulerCommand),
    /// Figures about your tasks and the scheduler.
    Stats(StatsArguments),
    /// The timeline: who changed what, and what came of it.
    Events(EventsArguments),
    /// A live view of tasks, runs and failures.
    Top(TopArguments),
    /// Show and change the configuration file: named networks and identities.
    #[command(subcommand, after_help = config::arguments::CONFIG_HELP)]
    Config(ConfigCommand),
    /// Install the scheduler's canister on a network, or bring it up to date.
    Deploy(DeployArguments),
    /// Look whether everything is in order: configuration, network, identity, canister, scheduler.
    #[command(after_help = doctor::arguments::DOCTOR_HELP)]
    Doctor,
    /// List, make and import the private keys that own tasks.
    #[command(subcommand, after_help = identity::arguments::IDENTITY_HELP)]
    Identity(IdentityCommand),
    /// Write what a shell needs to complete the command line.
    Completions(CompletionsArguments),
    /// Write manual pages, one for each command.
    Man(ManArguments),
}
