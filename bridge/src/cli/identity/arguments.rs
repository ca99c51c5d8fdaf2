//! Arguments of `chime identity`.

use clap::{Args, Subcommand};

use crate::identity::Storage;

/// What to do with identities.
#[derive(Subcommand, Debug)]
pub enum IdentityCommand {
    /// List the identities of this machine: those of the configuration, of dfx and of icp.
    #[command(visible_alias = "list")]
    Ls,
    /// Create a key and give it a name in the configuration.
    #[command(after_help = NEW_HELP)]
    New(NewArguments),
    /// Copy a key and give it a name in the configuration.
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArguments),
    /// Print the principal of an identity; with -o json also its algorithm and where it comes from.
    #[command(after_help = PRINCIPAL_HELP)]
    Principal(PrincipalArguments),
}

/// Shown below the help of `chime identity`.
pub const IDENTITY_HELP: &str = "\
An identity is a private key: ed25519, secp256k1 or prime256v1, in PKCS#8, SEC1, or PKCS#8 encrypted
with a password (PBES2). --identity takes
  NAME          an identity of the configuration
  icp:NAME      one of icp, whether in plain text, encrypted or in the keyring
  dfx:NAME      one of dfx, likewise
  keyring:NAME  one that `chime identity new NAME --storage keyring` made
  FILE          a PEM file
Hardware keys and delegations cannot be used, nor the anonymous identity: tasks belong to a key.
`chime config unset identities.NAME` forgets a name; it does not remove the key.";

const NEW_HELP: &str = "\
Examples:
  chime identity new me                         in a file that only you can read
  chime identity new laptop --storage keyring
  chime identity new ci --storage password --password-file ci.password";

const IMPORT_HELP: &str = "\
Examples:
  chime identity import ops key.pem             a PEM file
  chime identity import dev dfx:default --storage keyring";

const PRINCIPAL_HELP: &str = "\
Examples:
  chime identity principal                      of the identity that commands use
  chime identity principal icp:me";

/// Arguments of `chime identity new`.
#[derive(Args, Debug)]
pub struct NewArguments {
    /// Its name: letters, digits, - and _, at most 64 of them.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// How the key is kept.
    #[arg(long, value_enum, value_name = "STORAGE", default_value = "plaintext")]
    pub storage: Storage,
}

/// Arguments of `chime identity import`.
#[derive(Args, Debug)]
pub struct ImportArguments {
    /// Its name: letters, digits, - and _, at most 64 of them.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The key: a PEM file, dfx:NAME, icp:NAME or keyring:NAME.
    #[arg(value_name = "KEY")]
    pub key: String,
    /// How the copy is kept.
    #[arg(long, value_enum, value_name = "STORAGE", default_value = "plaintext")]
    pub storage: Storage,
}

/// Arguments of `chime identity principal`.
#[derive(Args, Debug)]
pub struct PrincipalArguments {
    /// The identity, as --identity takes it; the one that other commands use if not given.
    // An id of its own: the global option of that name is taken beside it.
    #[arg(id = "whose", value_name = "IDENTITY")]
    pub identity: Option<String>,
}
