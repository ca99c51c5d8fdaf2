//! Arguments of `chime config`.

use clap::{Args, Subcommand};

/// What to do with the configuration file.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Show where the file is.
    Path,
    /// Show the settings in the file.
    Show,
    /// Show one setting.
    #[command(after_help = GET_HELP)]
    Get(GetArguments),
    /// Add or change settings: all of them, or none if one is invalid.
    #[command(after_help = SET_HELP)]
    Set(SetArguments),
    /// Remove settings, or everything about a network or identity.
    #[command(after_help = UNSET_HELP)]
    Unset(UnsetArguments),
}

/// Shown below the help of `chime config`.
pub const CONFIG_HELP: &str = "\
The file holds the values that apply unless a flag or an environment variable overrides them; `chime
doctor` shows where each value comes from. Its settings:
  network                        network to use: a name below, embedded, local, ic, or a URL
  identity                       identity to use: a name below, dfx:NAME, icp:NAME, keyring:NAME, or
                                 a PEM file
  state                          directory of the embedded network
  password_file                  file with the password of encrypted keys
  networks.NAME.url              address, or one of the words embedded, local and ic
  networks.NAME.canister         id of the scheduler's canister
  networks.NAME.root_key         public key of the network (266 hexadecimal digits), or fetch (the
                                 default)
  networks.NAME.identity         identity to use on this network
  identities.NAME.source         where the key is: dfx:NAME, icp:NAME, keyring:NAME, or a PEM file
  identities.NAME.password_file  file with its password

Examples:
  chime config set networks.prod.url=ic networks.prod.canister=ryjl3-tyaaa-aaaaa-aaaba-cai
  chime config set identities.me.source=icp:me networks.prod.identity=me
  chime config set network=prod               use it from now on
  chime config unset network networks.prod    forget it, and use the default again";

const GET_HELP: &str = "\
Examples:
  chime config get network
  chime config get networks.prod.canister";

const SET_HELP: &str = "\
Examples:
  chime config set network=ic
  chime config set networks.prod.url=ic networks.prod.canister=ryjl3-tyaaa-aaaaa-aaaba-cai
  chime config set networks.there.url=https://example.com networks.there.root_key=fetch";

const UNSET_HELP: &str = "\
Examples:
  chime config unset network
  chime config unset networks.prod identities.me";

/// Arguments of `chime config get`.
#[derive(Args, Debug)]
pub struct GetArguments {
    /// Setting, such as network or networks.prod.url.
    #[arg(value_name = "KEY")]
    pub key: String,
}

/// Arguments of `chime config set`.
#[derive(Args, Debug)]
pub struct SetArguments {
    /// Settings and their values.
    #[arg(value_name = "KEY=VALUE", required = true)]
    pub changes: Vec<String>,
}

/// Arguments of `chime config unset`.
#[derive(Args, Debug)]
pub struct UnsetArguments {
    /// Settings, or networks.NAME or identities.NAME for all of it.
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<String>,
}
