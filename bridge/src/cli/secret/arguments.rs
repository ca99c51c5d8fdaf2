//! Arguments of `chime secret`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime secret`.
#[derive(Subcommand, Debug)]
pub enum SecretCommand {
    /// List the names of your secrets; nothing shows a secret again.
    #[command(visible_alias = "list")]
    Ls,
    /// Save a secret for HTTP actions and webhooks, which use it as {{secrets.NAME}}.
    #[command(after_help = "\
The secret is read from the standard input or a file, never from the command line, which other users
of this machine can see. It has at most 4096 bytes; one line break at its end is dropped.

Examples:
  printf %s \"$TOKEN\" | chime secret put TOKEN
  chime secret put TOKEN --from-file token.txt")]
    Put(SecretPutArguments),
    /// Delete a secret: requests that need it then fail.
    #[command(visible_alias = "rm")]
    Delete(SecretDeleteArguments),
}

/// Arguments of `chime secret put`.
#[derive(Args, Debug)]
pub struct SecretPutArguments {
    /// The name: 1 to 64 letters, digits and _.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Read the secret from this file instead of the standard input.
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
}

/// Arguments of `chime secret delete`.
#[derive(Args, Debug)]
pub struct SecretDeleteArguments {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
