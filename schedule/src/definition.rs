//! What a schedule is made of, before it is checked.

use chime_types::{Exclusion, GapPolicy, Rule};

/// A rule with all that decides about its slots: what [`Schedule::compile`] takes.
///
/// [`Schedule::compile`]: crate::Schedule::compile
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The IANA name in which hours and days are meant, in any case. `None` is the zone named by a
    /// cron expression (`TZ=Europe/Zurich 0 9 * * *`), else `UTC`.
    pub timezone: Option<&'a str>,
    /// What is done with times that the clocks jump over.
    pub gap: GapPolicy,
    /// No slot lies before it, in nanoseconds since 1970, at most
    /// [`LATEST_AT`](chime_types::limits::LATEST_AT). Intervals without a phase (and `@every`) are
    /// counted from it.
    pub start_at: u64,
    /// Whether such an interval has its first slot exactly at `start_at`; otherwise it comes one
    /// interval later. Other rules do not look at it.
    pub explicit_start: bool,
    /// No slot lies after it, in nanoseconds since 1970; later than `start_at`.
    pub end_at: Option<u64>,
    /// Times that are no slots, at most
    /// [`MAXIMUM_EXCLUSIONS`](chime_types::limits::MAXIMUM_EXCLUSIONS).
    pub exclusions: &'a [Exclusion],
}

impl<'a> Definition<'a> {
    /// This rule in UTC, from 1970 on, without an end or an exclusion, with the default for gaps.
    #[must_use]
    pub const fn new(rule: &'a Rule) -> Self {
        Self {
            rule,
            timezone: None,
            gap: GapPolicy::RunAfter,
            start_at: 0,
            explicit_start: false,
            end_at: None,
            exclusions: &[],
        }
    }
}
