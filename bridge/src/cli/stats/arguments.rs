//! Arguments of `chime stats`.

use clap::Args;

use crate::cli::WatchArguments;

/// Arguments of `chime stats`.
#[derive(Args, Debug)]
pub struct StatsArguments {
    /// Show them again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}
