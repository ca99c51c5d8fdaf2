//! Arguments of `chime top`.

use clap::Args;

use crate::cli::positive_seconds;

/// Arguments of `chime top`.
#[derive(Args, Debug)]
#[command(after_help = "\
Keys: q or Esc quits; up, down, page up and page down select a task; p twice pauses or resumes it, r
twice runs it now; / filters by a part of the name.")]
pub struct TopArguments {
    /// Print one frame as text and exit; needs no terminal.
    #[arg(long)]
    pub once: bool,
    /// How often to ask the scheduler: seconds, or e.g. 10s.
    #[arg(long, value_name = "DURATION", default_value = "2", value_parser = positive_seconds)]
    pub interval: u64,
    /// Only tasks whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Width of the frame that --once prints, in columns, 40 to 500.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "once")]
    #[arg(value_parser = clap::value_parser!(u16).range(40..=500))]
    pub width: u16,
}
