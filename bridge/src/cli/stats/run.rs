//! `chime stats`: figures.

use chime_types::EmptyRequest;

use crate::cli::stats::show::stats;
use crate::cli::watch::{self};
use crate::cli::{GlobalArguments, StatsArguments};
use crate::error::Result;
use crate::terminal::Writer;

/// `chime stats`.
pub(in crate::cli) async fn figures(
    global: &GlobalArguments,
    arguments: &StatsArguments,
    writer: &Writer,
) -> Result<()> {
    watch::show(global, writer, arguments.watch, async |session| {
        Ok(stats(session.scheduler.get_stats(&EmptyRequest {}).await?))
    })
    .await
}
