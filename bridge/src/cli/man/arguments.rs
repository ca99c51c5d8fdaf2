//! Arguments of `chime man`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `chime man`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime man ~/.local/share/man/man1   then: man chime, man chime-deploy")]
pub struct ManArguments {
    /// Directory for the pages; it is created if necessary.
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}
