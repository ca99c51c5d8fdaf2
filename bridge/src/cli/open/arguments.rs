//! The arguments of `chime open`.

use clap::Args;

/// Arguments of `chime open`.
#[derive(Args, Debug)]
#[command(after_help = "\
The address signs in whoever opens it first, within two minutes.

Examples:
  chime open                      in the browser of this machine
  chime open --print              write the address instead
  chime open --read-only          for somebody who may look and change nothing")]
pub struct OpenArguments {
    /// Write the address to the standard output instead of opening it.
    #[arg(long)]
    pub print: bool,
    /// Sign in to look only.
    #[arg(long)]
    pub read_only: bool,
}
