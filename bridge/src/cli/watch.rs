//! Answers that are shown again and again.

use std::time::Duration;

use tokio::time::sleep;

use crate::cli::session::{Session, streaming, with_scheduler};
use crate::cli::{GlobalArguments, WatchArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::{Answer, Writer};

/// Failed looks in a row that are put up with.
const MAXIMUM_FAILURES: u32 = 5;

/// Looks once and writes the answer, or again and again until interrupted.
pub(in crate::cli) async fn show<A: Answer>(
    global: &GlobalArguments,
    writer: &Writer,
    watch: WatchArguments,
    look: impl AsyncFn(&Session) -> Result<A>,
) -> Result<()> {
    let Some(seconds) = watch.watch else {
        let answer = with_scheduler(global, writer, async |session| look(session).await).await?;
        return writer.answer(&answer);
    };
    let watched = streaming(global, writer, async |session| {
        let mut failures = 0;
        loop {
            match look(session).await {
                Ok(answer) => {
                    failures = 0;
                    writer.frame(&answer)?;
                }
                Err(error) if is_passing(&error) && failures < MAXIMUM_FAILURES => failures += 1,
                Err(error) => return Err(error),
            }
            sleep(Duration::from_secs(seconds)).await;
        }
    });
    watched.await
}

/// Whether the next look may go well.
pub(in crate::cli) fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), Kind::Unreachable | Kind::Unavailable)
}
