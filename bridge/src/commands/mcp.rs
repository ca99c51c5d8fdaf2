//! `chime mcp`: the scheduler's methods as tools on the standard streams.

use super::session::settings;
use crate::cli::GlobalArguments;
use crate::error::Result;
use crate::output::Writer;

/// Serves until the client hangs up.
pub(super) async fn run(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    crate::mcp::serve_stdio(settings(global)?, &|text: &str| writer.message(text)).await
}
