//! Arguments that say when a task runs, and those of `chime schedule`.

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::{ConfirmArguments, WatchArguments, moment, positive_seconds, seconds};

/// When a task runs. The names of the flags are those of the fields in job files.
#[derive(Args, Clone, Debug, Default)]
#[command(
    next_help_heading = "Schedule",
    group = ArgGroup::new("rule").args(["every", "cron", "daily", "weekly", "monthly"])
)]
pub struct ScheduleArguments {
    /// Run repeatedly: seconds, or e.g. 1h30m; with --at by the calendar: 14d, 2 weeks, 3 months,
    /// 'other friday'.
    #[arg(long, value_name = "SECONDS|PERIOD")]
    pub every: Option<String>,
    /// With --every in weeks or months, the days to run on: friday,sunday; 15, last, 'last friday',
    /// '2nd tuesday', 'last working day'.
    #[arg(long, value_name = "DAYS", requires = "every")]
    pub on: Option<String>,
    /// With --every and --at, the day to count from, e.g. 2026-11-27; default: the day it starts.
    #[arg(long, value_name = "DATE", requires = "every")]
    pub anchor: Option<String>,
    /// Run on a cron expression, e.g. '0 8 * * 1-5' or @daily.
    #[arg(long, value_name = "EXPR")]
    pub cron: Option<String>,
    /// Run every day at this time, e.g. 02:30.
    #[arg(long, value_name = "TIME")]
    pub daily: Option<String>,
    /// Run every week at this day and time, e.g. 'monday 02:30'.
    #[arg(long, value_name = "DAY TIME")]
    pub weekly: Option<String>,
    /// Run every month at this day and time, e.g. '1 02:30'; the 31st is the last day of a shorter
    /// month.
    #[arg(long, value_name = "DAY TIME")]
    pub monthly: Option<String>,
    /// Run once, at this instant: RFC 3339, or a local date and time such as '2026-12-01 08:00'. With
    /// --every, the time of day, e.g. 08:00.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["cron", "daily", "weekly", "monthly"])]
    pub at: Option<String>,
    /// Wait this long before the first run: seconds, or e.g. 5m.
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    pub after: Option<u64>,
    /// Do not run before this instant: RFC 3339, or a local date with or without a time.
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "after")]
    pub start: Option<String>,
    /// Do not run after this instant: RFC 3339, or a local date with or without a time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub end: Option<String>,
    /// Time zone of the schedule and of local times, e.g. Europe/Zurich; default: UTC.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// What happens to a slot while the previous run has not finished; default: skip.
    #[arg(long, value_name = "POLICY")]
    #[arg(value_parser = ["skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all"])]
    pub overlap: Option<String>,
    /// What happens to slots that passed while the scheduler could not run; default: latest.
    #[arg(long, value_name = "POLICY", value_parser = ["skip", "latest", "all"])]
    pub missed_runs: Option<String>,
    /// A slot that cannot be handled within this time counts as missed: seconds, or e.g. 10m; default:
    /// no limit.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub missed_window: Option<u64>,
    /// What happens to a time that is skipped when the clocks go forward; default: run_after.
    #[arg(long, value_name = "POLICY", value_parser = ["run_after", "skip"])]
    pub gap: Option<String>,
    /// Random delay added to each run, up to this long: seconds, or e.g. 30s; at most 24h; default: 0.
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    pub jitter: Option<u64>,
    /// Stop after this many runs; default: no limit.
    #[arg(long, value_name = "N")]
    pub maximum_runs: Option<u64>,
    /// Skip a day or a range of days: 2026-12-25 or 2026-12-24..2027-01-02; may be repeated.
    #[arg(long, value_name = "DATES")]
    pub exclude_dates: Vec<String>,
    /// Skip weekdays, e.g. saturday,sunday.
    #[arg(long, value_name = "DAYS", value_delimiter = ',')]
    pub exclude_weekdays: Vec<String>,
    /// Skip the minutes that a cron expression matches, e.g. '* 12-13 * * *'; may be repeated.
    #[arg(long, value_name = "EXPR")]
    pub exclude_cron: Vec<String>,
    /// Name of the schedule, at most 128 characters.
    #[arg(long, value_name = "NAME")]
    pub schedule_name: Option<String>,
}

impl ScheduleArguments {
    /// Whether any of them is given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        let texts = [
            &self.every,
            &self.on,
            &self.anchor,
            &self.at,
            &self.cron,
            &self.daily,
            &self.weekly,
            &self.monthly,
            &self.timezone,
            &self.overlap,
            &self.missed_runs,
            &self.gap,
            &self.schedule_name,
            &self.start,
            &self.end,
        ];
        let numbers = [
            self.after,
            self.missed_window,
            self.jitter,
            self.maximum_runs,
        ];
        let lists = [
            &self.exclude_dates,
            &self.exclude_weekdays,
            &self.exclude_cron,
        ];
        texts.iter().any(|text| text.is_some())
            || numbers.iter().any(Option::is_some)
            || lists.iter().any(|list| !list.is_empty())
    }
}

/// The commands of `chime schedule`.
#[derive(Subcommand, Debug)]
pub enum ScheduleCommand {
    /// List schedules, the one that fires next first.
    #[command(visible_alias = "list")]
    Ls(ScheduleListArguments),
    /// Add a schedule to a task.
    #[command(after_help = "\
Examples:
  chime schedule add report --cron '0 8 * * 1-5' --timezone Europe/Zurich
  chime schedule add 3 --every 30m --exclude-weekdays saturday,sunday
  chime schedule add 3 --every 14d --at 08:00 --timezone Europe/Zurich
  chime schedule add 3 --every 'other friday' --at 17:00 --anchor 2026-11-27
  chime schedule add 3 --every '3 months' --on 'last working day' --at 09:00")]
    Add(Box<ScheduleAddArguments>),
    /// Remove a schedule of a task; a task keeps at least one.
    Remove(ScheduleRemoveArguments),
    /// Enable a schedule.
    Enable(ScheduleSelector),
    /// Disable a schedule: it does not fire until it is enabled.
    Disable(ScheduleSelector),
    /// Show what a schedule means and when it fires, according to the scheduler.
    #[command(after_help = "\
`chime preview EXPR` does this for a cron expression without asking a scheduler.

Examples:
  chime schedule preview --weekly 'monday 02:30' --timezone Europe/Zurich
  chime schedule preview --every 90m --count 3")]
    Preview(Box<SchedulePreviewArguments>),
}

/// Arguments of `chime schedule ls`.
#[derive(Args, Debug)]
pub struct ScheduleListArguments {
    /// Only the schedules of this task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: Option<String>,
    /// Show the list again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime schedule add`.
#[derive(Args, Debug)]
pub struct ScheduleAddArguments {
    /// The task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: String,
    /// When it runs.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// Add it disabled.
    #[arg(long)]
    pub disabled: bool,
    /// Show the request and when it would fire without changing anything.
    #[arg(long)]
    pub dry_run: bool,
}

/// A schedule of a task.
#[derive(Args, Debug)]
pub struct ScheduleSelector {
    /// The task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: String,
    /// The schedule: its id or its name; optional if the task has only one.
    #[arg(value_name = "SCHEDULE")]
    pub schedule: Option<String>,
}

/// Arguments of `chime schedule remove`.
#[derive(Args, Debug)]
pub struct ScheduleRemoveArguments {
    /// Which.
    #[command(flatten)]
    pub selector: ScheduleSelector,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime schedule preview`.
#[derive(Args, Debug)]
pub struct SchedulePreviewArguments {
    /// When it runs.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// Show times after this instant: RFC 3339, or a local date with or without a time; default: now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<String>,
    /// How many times to show, 1 to 100.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub count: u32,
}
