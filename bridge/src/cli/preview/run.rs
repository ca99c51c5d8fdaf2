//! `chime preview`: what a schedule means, computed here without a network.

use chime_schedule::{Definition, Schedule};
use chime_types::limits::NANOSECONDS;
use chime_types::{GapPolicy, Rule};

use crate::cli::PreviewArguments;
use crate::cli::preview::show::Previewed;
use crate::cli::request::moment_at;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;
use crate::words::zone_doubt;

/// Writes the preview.
///
/// # Errors
/// If the expression or the zone breaks a rule.
pub fn run(arguments: &PreviewArguments, writer: &Writer) -> Result<()> {
    let zone = arguments.timezone.as_deref();
    if let Some(doubt) = zone.and_then(zone_doubt) {
        return Err(Error::new(Kind::Usage, doubt.rule, doubt.fix).at("--timezone"));
    }
    let from_at = match &arguments.from {
        // Whole seconds: an interval is shown from this second on.
        None => writer.clock().now_at() / NANOSECONDS * NANOSECONDS,
        Some(text) => moment_at("from", text, zone)?,
    };
    let rule = Rule::Cron {
        expression: arguments.expression.clone(),
    };
    let schedule = Schedule::compile(&Definition {
        rule: &rule,
        timezone: zone,
        gap: GapPolicy::RunAfter,
        start_at: from_at,
        explicit_start: false,
        end_at: None,
        exclusions: &[],
    })
    .map_err(|error| {
        let error = Error::from(error);
        match error.field() {
            Some("start_at") => error.at("--from"),
            _ => error,
        }
    })?;
    let next_at = schedule.preview(from_at, arguments.count as usize)?;
    writer.answer(&Previewed::new(&schedule, from_at, next_at))?;
    Ok(())
}
