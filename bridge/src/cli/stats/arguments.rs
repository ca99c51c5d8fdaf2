//! Arguments of `chime stats`.

use crate::cli::WatchArguments;
use clap::Args;

/// Arguments of `chime stats`.
#[derive(Args, Debug)]
pub struct StatsArguments {
    /// Show them again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}
