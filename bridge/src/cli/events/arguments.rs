//! Arguments of `chime events`.

use clap::Args;

/// Arguments of `chime events`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime events                     the latest 20 events
  chime events --task report -n 100
  chime events --follow -o json    a line of JSON for each event as it happens")]
pub struct EventsArguments {
    /// Only the events of this task: its id or its name.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// Events of all owners; for admins, operators and viewers.
    #[arg(long)]
    pub all_owners: bool,
    /// Maximum number of events to show, 0 to 100000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub limit: u32,
    /// Keep showing events as they happen, until interrupted.
    #[arg(long, short)]
    pub follow: bool,
}
