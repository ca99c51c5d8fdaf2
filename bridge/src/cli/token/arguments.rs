//! The arguments of `chime token`.

use clap::{Args, Subcommand, ValueEnum};

use crate::access::Reach;
use crate::cli::positive_seconds;

pub(in crate::cli) const TOKEN_HELP: &str = "\
Tokens are kept in the state directory as digests. A server of `chime serve` on the same directory takes
them from when they are made until they are revoked.

Examples:
  chime token create                            for programs that change your tasks
  chime token create --role viewer --expires 30d
  chime token create --for icp:alice            acts as another identity of this machine
  chime token ls                                with when each was used last
  chime token revoke 1f2e3d4c";

/// The commands of `chime token`.
#[derive(Subcommand, Debug)]
pub enum TokenCommand {
    /// Create a token and write it to the standard output; it is not shown again.
    Create(TokenCreateArguments),
    /// List the tokens, with when each was used last.
    #[command(visible_alias = "list")]
    Ls,
    /// Revoke a token: from then on it is worth nothing.
    #[command(visible_alias = "rm")]
    Revoke(TokenRevokeArguments),
}

/// Arguments of `chime token create`.
#[derive(Args, Debug)]
pub struct TokenCreateArguments {
    /// What it may do, and never more than its identity: viewer only reads; user changes what belongs to
    /// the identity; admin may everything, also MCP at /mcp.
    #[arg(long, value_enum, default_value = "user")]
    pub role: RoleWord,
    /// How long it is good: seconds, or e.g. 30d; at most 3650d; default: until it is revoked.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub expires: Option<u64>,
    /// The identity that it acts as, written as for --identity; default: that of the server.
    #[arg(long = "for", value_name = "IDENTITY")]
    pub acts_as: Option<String>,
}

/// Arguments of `chime token revoke`.
#[derive(Args, Debug)]
pub struct TokenRevokeArguments {
    /// The id of the token, as `chime token ls` shows it; it is in the token, too.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Read.
    Viewer,
    /// Read, and change what belongs to the identity.
    User,
    /// Everything that the identity may.
    Admin,
}

impl From<RoleWord> for Reach {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Viewer => Self::Viewer,
            RoleWord::User => Self::User,
            RoleWord::Admin => Self::Admin,
        }
    }
}
