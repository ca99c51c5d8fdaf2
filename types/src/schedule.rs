//! When a task runs.

use candid::{CandidType, Deserialize};
use serde::Serialize;

/// The rule by which a schedule finds its times.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One time only.
    #[serde(rename = "once")]
    Once {
        /// The instant. It may not lie in the past. Null: as soon as the schedule starts, which is
        /// at once or after `start_after_seconds`.
        run_at: Option<u64>,
    },
    /// Again and again after the same number of seconds, measured from the schedule's start and never
    /// from the end of a run, so that it does not drift. The first time is one interval
    /// after creation, or exactly at the start if `start_at` or `start_after_seconds` is given.
    #[serde(rename = "interval")]
    Interval {
        /// Seconds between two times, 1 to 315,360,000.
        repeat_every_seconds: u64,
        /// With it, times are whole multiples of the interval since 1970 plus so many seconds (less than the
        /// interval), in UTC.
        ///
        /// So 3,600 with phase 900 is a quarter past each hour.
        phase_seconds: Option<u64>,
    },
    /// Every day at a time of the schedule's zone.
    #[serde(rename = "daily")]
    Daily {
        /// Hour, 0 to 23.
        hour: u8,
        /// Minute, 0 to 59; null is 0.
        minute: Option<u8>,
    },
    /// One day of every week at a time of the schedule's zone.
    #[serde(rename = "weekly")]
    Weekly {
        /// Day of the week, 0 (Sunday) to 6 (Saturday); 7 is Sunday too.
        weekday: u8,
        /// Hour, 0 to 23.
        hour: u8,
        /// Minute, 0 to 59; null is 0.
        minute: Option<u8>,
    },
    /// One day of every month at a time of the schedule's zone.
    #[serde(rename = "monthly")]
    Monthly {
        /// Day of the month, 1 to 31. In a month that is shorter, its last day.
        day: u8,
        /// Hour, 0 to 23.
        hour: u8,
        /// Minute, 0 to 59; null is 0.
        minute: Option<u8>,
    },
    /// A cron expression: minute, hour, day of month, month, weekday; with optional fields for
    /// seconds in front and then the year at the end; names, lists, ranges, steps, `L`, `W`, `#`;
    /// `@daily` and the like; `@every 1h30m`.
    ///
    /// Also `@hourly`, `@weekly`, `@monthly`, `@yearly`, and an optional prefix `TZ=Europe/Zurich`. If
    /// both day fields are restricted, either may match; a `+` before the weekday makes it both.
    #[serde(rename = "cron")]
    Cron {
        /// The expression, at most 256 bytes.
        expression: String,
    },
    /// Every so many days, weeks or months by the calendar of the zone: every other Friday at 17:00.
    /// Unlike an interval it keeps to that time when the clocks change.
    #[serde(rename = "calendar")]
    Calendar {
        /// 1 to 1,000; 2 weeks is every other week.
        every: u16,
        /// What is counted.
        unit: CalendarUnit,
        /// Hour, 0 to 23.
        hour: u8,
        /// Minute, 0 to 59; null is 0.
        minute: Option<u8>,
        /// The day to count from, as `2026-12-24`: its week or month is the first that counts. Null is
        /// the day of the schedule's start.
        anchor: Option<String>,
    },
}

/// What a calendar rule counts.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// Days.
    #[serde(rename = "days")]
    Days {},
    /// Weeks, from Monday on.
    #[serde(rename = "weeks")]
    Weeks {
        /// 0 (Sunday) to 6 (Saturday), each once. Empty is that of the anchor.
        weekdays: Vec<u8>,
    },
    /// Months.
    #[serde(rename = "months")]
    Months {
        /// The day in each of them.
        on: MonthDay,
    },
}

/// A day of a month.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum MonthDay {
    /// By its number.
    #[serde(rename = "day")]
    Day {
        /// 1 to 31; a shorter month has its last day.
        day: u8,
    },
    /// By its weekday: the second Tuesday. A month without a fifth is skipped.
    #[serde(rename = "nth")]
    Nth {
        /// Which, 1 to 5.
        nth: u8,
        /// As in `weekly`.
        weekday: u8,
    },
    /// The last such weekday.
    #[serde(rename = "last")]
    Last {
        /// As in `weekly`.
        weekday: u8,
    },
    /// The last day from Monday to Friday.
    #[serde(rename = "last_working_day")]
    LastWorkingDay {},
}

/// Times that a schedule excludes, in the schedule's zone. They are no slots: they leave no
/// record.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// Whole days of the calendar, once.
    ///
    /// For the same day of every year use `cron`: `* * 25 12 *` is the whole of each 25 December.
    #[serde(rename = "dates")]
    Dates {
        /// The first day, as `2026-12-24`.
        from: String,
        /// The last day, not before the first; null is one day only.
        to: Option<String>,
    },
    /// Whole days of the week.
    #[serde(rename = "weekdays")]
    Weekdays {
        /// Days of the week, 0 (Sunday) to 6 (Saturday), as `vec { 0; 6 }`; one at least, six at most.
        weekdays: Vec<u8>,
    },
    /// Every minute (or second, if the expression has a field for seconds) that a cron expression
    /// matches: `* 12-13 * * *` excludes the lunch hours. No `@every` and no time zone in it.
    #[serde(rename = "cron")]
    Cron {
        /// The expression, at most 256 bytes.
        expression: String,
    },
}

/// What a calendar or cron rule does with a time that the clocks jump over in spring. A time that
/// occurs twice in autumn fires once, the first time; a cron rule with `*`, a range or a step in
/// its seconds, minutes or hours fires both times.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GapPolicy {
    /// Fire once, at the end of the gap (the default).
    #[default]
    #[serde(rename = "run_after")]
    RunAfter,
    /// Leave that day's time out.
    #[serde(rename = "skip")]
    Skip,
}

/// What happens to times that passed while the scheduler could not run. Each of them leaves an
/// execution with status `missed` unless it is run.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MissedRuns {
    /// Run none of them.
    #[serde(rename = "skip")]
    Skip,
    /// Run the latest one (the default).
    #[default]
    #[serde(rename = "latest")]
    Latest,
    /// Run all of them, the oldest first, up to `maximum`; the rest are missed.
    #[serde(rename = "all")]
    All {
        /// Most runs to catch up on, 1 to 100.
        maximum: u32,
    },
}

/// What happens to a slot while an execution of the task is not final.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OverlapPolicy {
    /// Skip the slot; it leaves an execution with status `skipped` (the default).
    #[default]
    #[serde(rename = "skip")]
    Skip,
    /// Run the slot when the executions before it are final. At most one slot waits, later ones
    /// are skipped.
    #[serde(rename = "buffer_one")]
    BufferOne,
    /// Run all slots, one after the other. Slots above `maximum_buffered_executions` of the
    /// configuration are skipped.
    #[serde(rename = "buffer_all")]
    BufferAll,
    /// Ask the executions before it to stop, and run the slot when they have: an attempt under way
    /// is let finish, but no retry and no further step follows.
    #[serde(rename = "cancel_other")]
    CancelOther,
    /// End the executions before it at once, and run the slot; what an attempt under way answers
    /// is dropped.
    #[serde(rename = "terminate_other")]
    TerminateOther,
    /// Run the slot beside the others, as far as the limits on concurrency allow.
    #[serde(rename = "allow_all")]
    AllowAll,
}

/// A schedule to be made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct NewSchedule {
    /// A name for people, at most 128 characters.
    pub name: Option<String>,
    /// The rule.
    pub rule: Rule,
    /// The IANA time zone in which hours and days are meant, such as `Europe/Zurich`; null is
    /// `UTC`. An interval has none. For every 14 days at 08:00 use `calendar`.
    pub timezone: Option<String>,
    /// No run before this instant. It may not lie in the past.
    pub start_at: Option<u64>,
    /// No run before this many seconds after creation; not together with `start_at`.
    pub start_after_seconds: Option<u64>,
    /// No run after this instant; it must lie after the start.
    pub end_at: Option<u64>,
    /// What to do with times that the clocks jump over; null is `run_after`.
    pub gap: Option<GapPolicy>,
    /// What to do with times that passed while the scheduler could not run; null is `latest`.
    pub missed_runs: Option<MissedRuns>,
    /// A slot that is handled later than this many seconds is missed, whatever `missed_runs` says,
    /// 1 to 315,360,000; null is no limit.
    pub missed_window_seconds: Option<u64>,
    /// What to do with a slot while an execution of the task is not final; null is `skip`.
    pub overlap: Option<OverlapPolicy>,
    /// After so many runs there are no more, 1 or more; null is no limit. Slots that were skipped
    /// or missed do not count.
    pub maximum_runs: Option<u64>,
    /// Start up to this many seconds after the slot, 0 to 86,400: a delay that is random for
    /// each slot and always ends before the next one. A slot whose schedule is disabled or
    /// removed during its pause leaves no record. Null is 0.
    pub jitter_seconds: Option<u64>,
    /// Exclusions: times that never become slots, at most 16.
    pub exclusions: Option<Vec<Exclusion>>,
    /// Created disabled; null is false.
    pub disabled: Option<bool>,
}

impl NewSchedule {
    /// A schedule with this rule, in UTC, from now on, with the defaults for all else.
    #[must_use]
    pub const fn new(rule: Rule) -> Self {
        Self {
            name: None,
            rule,
            timezone: None,
            start_at: None,
            start_after_seconds: None,
            end_at: None,
            gap: None,
            missed_runs: None,
            missed_window_seconds: None,
            overlap: None,
            maximum_runs: None,
            jitter_seconds: None,
            exclusions: None,
            disabled: None,
        }
    }
}

/// A schedule of a task.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskSchedule {
    /// Its identifier.
    pub id: u64,
    /// A name for people.
    pub name: Option<String>,
    /// The rule.
    pub rule: Rule,
    /// The rule in plain words, such as `every day at 02:00`.
    pub description: String,
    /// The IANA time zone in which the rule is meant.
    pub timezone: String,
    /// No run before this instant; intervals without a phase are counted from here.
    pub start_at: u64,
    /// No run after this instant.
    pub end_at: Option<u64>,
    /// What is done with times that the clocks jump over.
    pub gap: GapPolicy,
    /// What is done with times that passed while the scheduler could not run.
    pub missed_runs: MissedRuns,
    /// A slot that is handled later than this many seconds is missed; null is no limit.
    pub missed_window_seconds: Option<u64>,
    /// What is done with a slot while an execution of the task is not final.
    pub overlap: OverlapPolicy,
    /// After so many runs there are no more; null is no limit.
    pub maximum_runs: Option<u64>,
    /// Longest pause between a slot and its start.
    pub jitter_seconds: u64,
    /// Exclusions: times that never become slots.
    pub exclusions: Vec<Exclusion>,
    /// Disabled: it never fires. True while the task is paused; `resume_task` brings back what
    /// `set_schedule` said.
    pub disabled: bool,
    /// The interval in seconds if the rule is an interval or `@every`, else 0.
    pub repeat_every_seconds: u64,
    /// The slot that fired last.
    pub last_run_at: Option<u64>,
    /// The next slot; null if there is none, or the schedule or the task is paused.
    pub next_run_at: Option<u64>,
    /// When the next slot fires: the slot and its jitter.
    pub fires_at: Option<u64>,
    /// Slots that became executions.
    pub runs: u64,
    /// Slots skipped because the preceding execution was not finished, or a quota was used up.
    pub skipped_runs: u64,
    /// Slots that passed while the scheduler could not run and were not caught up.
    pub missed: u64,
}
