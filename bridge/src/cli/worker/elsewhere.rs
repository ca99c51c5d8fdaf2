//! `chime worker` where there are no process groups.

use crate::cli::{GlobalArguments, WorkerArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Refuses.
pub(in crate::cli) async fn run(
    _: &GlobalArguments,
    _: &WorkerArguments,
    _: &Writer,
) -> Result<()> {
    Err(Error::new(
        Kind::Usage,
        "the worker runs on Unix only: it ends commands by their process group",
        "Run it on Linux or macOS; it reaches the scheduler with --network, --canister and --identity.",
    ))
}
