//! Arguments of `chime preview`.

use clap::Args;

use crate::cli::moment;

/// Arguments of `chime preview`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime preview '30 2 * * *' --timezone Europe/Zurich
  chime preview '@every 1h30m' -n 3
  chime preview '0 9 * * 1-5' --from 2026-03-27T00:00:00Z -o json")]
pub struct PreviewArguments {
    /// Cron expression, @daily and the like, or @every DURATION.
    #[arg(value_name = "EXPR")]
    pub expression: String,
    /// Time zone, e.g. Europe/Zurich; default: UTC.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Show times after this instant: RFC 3339, or a local date with or without a time; default: now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<String>,
    /// How many times to show, 1 to 100.
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub count: u32,
}
