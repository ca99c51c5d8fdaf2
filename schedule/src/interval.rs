//! Slots at equal distances: `origin + n * step`.
//!
//! All answers are closed forms, so that a schedule of one second that was stopped for a year
//! costs no more than any other.

use chime_types::limits::NANOSECONDS;

/// Slots at equal distances from an origin onwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    /// The first slot.
    pub(crate) origin_at: u64,
    /// The distance of two slots, in nanoseconds; never zero.
    step_nanoseconds: u64,
}

impl Interval {
    /// Slots every `seconds` (1 or more) after `start_at`; at `start_at` itself only if
    /// `at_start`. `None` if the first one lies beyond the last instant.
    pub(crate) fn from_start(seconds: u64, start_at: u64, at_start: bool) -> Option<Self> {
        let step_nanoseconds = seconds.checked_mul(NANOSECONDS)?;
        let origin_at = if at_start {
            start_at
        } else {
            start_at.checked_add(step_nanoseconds)?
        };
        Some(Self {
            origin_at,
            step_nanoseconds,
        })
    }

    /// Slots at the multiples of `seconds` since 1970 plus `phase_seconds`, from `start_at` on.
    pub(crate) fn aligned(seconds: u64, phase_seconds: u64, start_at: u64) -> Option<Self> {
        let grid = Self {
            origin_at: phase_seconds.checked_mul(NANOSECONDS)?,
            step_nanoseconds: seconds.checked_mul(NANOSECONDS)?,
        };
        Some(Self {
            origin_at: grid.at_or_after(start_at)?,
            ..grid
        })
    }

    /// The same grid, from its first slot that can be named.
    pub(crate) const fn at_the_beginning(&self) -> Self {
        Self {
            origin_at: self.origin_at % self.step_nanoseconds,
            step_nanoseconds: self.step_nanoseconds,
        }
    }

    /// The distance of two slots, in seconds.
    pub(crate) const fn seconds(&self) -> u64 {
        self.step_nanoseconds / NANOSECONDS
    }

    /// The first slot that is not before `at`.
    pub(crate) fn at_or_after(&self, at: u64) -> Option<u64> {
        let steps = at
            .saturating_sub(self.origin_at)
            .div_ceil(self.step_nanoseconds);
        steps
            .checked_mul(self.step_nanoseconds)?
            .checked_add(self.origin_at)
    }

    /// How many slots lie in `from_at..=until_at`, and the last of them.
    pub(crate) fn count(&self, from_at: u64, until_at: u64) -> (u64, Option<u64>) {
        let Some(first_at) = self.at_or_after(from_at) else {
            return (0, None);
        };
        let Some(span) = until_at.checked_sub(first_at) else {
            return (0, None);
        };
        let steps = span / self.step_nanoseconds;
        (steps + 1, Some(first_at + steps * self.step_nanoseconds))
    }
}
