//! `chime mcp`: the scheduler's methods as tools on the standard streams.

use super::session::with_scheduler;
use crate::cli::GlobalArguments;
use crate::error::{Kind, Result};
use crate::output::Writer;

/// Serves until the client hangs up or a signal comes.
pub(super) async fn run(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    let serving = with_scheduler(global, writer, async |session| {
        crate::mcp::serve_stdio(async { Ok(session.scheduler.clone()) }).await
    });
    match serving.await {
        // To be stopped is how serving ends.
        Err(error) if error.kind() == Kind::Interrupted => Ok(()),
        served => served,
    }
}
