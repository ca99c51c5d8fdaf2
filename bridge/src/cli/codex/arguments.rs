//! Arguments of `chime codex`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime codex`.
#[derive(Subcommand, Debug)]
pub enum CodexCommand {
    /// Store a Python file as a codex; storing it again makes a new version.
    #[command(after_help = "\
A codex has the name of its file, and other codices import it by that. `chime run --file FILE` stores
the file and what it imports by itself.

Examples:
  chime codex put report.py
  chime codex put report.py --name daily_report --description 'counts users'")]
    Put(CodexPutArguments),
    /// Print the code of a codex.
    Get(CodexGetArguments),
    /// List codices: yours, then those for all owners.
    #[command(visible_alias = "list")]
    Ls,
    /// Show a codex: its code, its version, and which tasks run it.
    Show(CodexSelector),
    /// List the versions that are kept of a codex, at most 20.
    Versions(CodexNameArguments),
    /// Go back to an earlier version, as a new one.
    Rollback(CodexRollbackArguments),
    /// Delete a codex with all its versions: steps that run it then fail.
    #[command(visible_alias = "rm")]
    Delete(CodexDeleteArguments),
    /// Run a Python file on this machine, without a task, and show what it asks for.
    #[command(after_help = "\
It runs on the runner of the embedded network, as a task would have it run, but nothing that it asks
for is carried out: the answers come from a file, the world.

  {
    \"input\": {\"days\": 30},
    \"time\": \"2026-01-01T00:00:00Z\",
    \"state\": {\"owner\": {}, \"task\": {}},
    \"calls\": {
      \"ryjl3-tyaaa-aaaaa-aaaba-cai.icrc1_balance_of\": \"(42 : nat)\",
      \"*.transfer\": {\"reject\": \"no funds\", \"code\": 4}
    },
    \"http\": {\"https://example.com/rate\": {\"status\": 200, \"body\": {\"rate\": 7}}}
  }

A list in the place of an answer gives one after the other, and the last again and again.

Examples:
  chime codex test report.py
  chime codex test report.py --world world.json")]
    Test(CodexTestArguments),
}

/// Arguments of `chime codex put`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("source").required(true).multiple(true).args(["file", "url"]))]
pub struct CodexPutArguments {
    /// The Python file, at most 256 KiB.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The name of the codex; default: that of the file or of the address, without `.py`.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Where it is from; without FILE the scheduler downloads it there, and --checksum is needed.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Refuse code with another checksum: `sha256:` and 64 hexadecimal digits.
    #[arg(long, value_name = "CHECKSUM")]
    pub checksum: Option<String>,
    /// What it is for, at most 4096 characters.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Store it for all owners; for admins.
    #[arg(long)]
    pub shared: bool,
}

/// A codex and one of its versions.
#[derive(Args, Debug)]
pub struct CodexSelector {
    /// The codex, and whose.
    #[command(flatten)]
    pub codex: CodexNameArguments,
    /// The version; default: the present one.
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
}

/// A codex.
#[derive(Args, Debug)]
pub struct CodexNameArguments {
    /// The name of the codex.
    #[arg(value_name = "CODEX")]
    pub name: String,
    /// The one for all owners, although you have one of this name.
    #[arg(long)]
    pub shared: bool,
}

/// Arguments of `chime codex get`.
#[derive(Args, Debug)]
pub struct CodexGetArguments {
    /// Which.
    #[command(flatten)]
    pub selector: CodexSelector,
    /// Write it into this file.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Arguments of `chime codex rollback`.
#[derive(Args, Debug)]
pub struct CodexRollbackArguments {
    /// The name of the codex.
    #[arg(value_name = "CODEX")]
    pub name: String,
    /// The version to go back to; default: the one before the present one.
    #[arg(value_name = "VERSION")]
    pub version: Option<u64>,
    /// The one for all owners; for admins.
    #[arg(long)]
    pub shared: bool,
}

/// Arguments of `chime codex delete`.
#[derive(Args, Debug)]
pub struct CodexDeleteArguments {
    /// The name of the codex.
    #[arg(value_name = "CODEX")]
    pub name: String,
    /// The one for all owners; for admins.
    #[arg(long)]
    pub shared: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime codex test`.
#[derive(Args, Debug)]
pub struct CodexTestArguments {
    /// The Python file; what it imports is taken from beside it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The file with the answers, in JSON.
    #[arg(long, value_name = "WORLD")]
    pub world: Option<PathBuf>,
}
