//! Rates: how often something may be asked for.
//!
//! For each key one instant is kept: when everything asked for so far is worked off at the rate. It
//! may be ahead of the present by the burst. Kept on the heap: an upgrade forgives what was asked
//! for before it.

use std::collections::BTreeMap;

use candid::Principal;
use chime_types::limits::NANOSECONDS;

use super::keys::TaskId;

/// Keys kept before those that are worked off are forgotten.
const KEPT: usize = 1_000;

/// Whose rate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateKey {
    /// Runs of a task that are asked for.
    Task(TaskId),
    /// What a canister asks for while the scheduler calls it.
    Called(Principal),
    /// Update calls of somebody, whatever they change.
    Changes(Principal),
    /// What somebody says of jobs that it holds.
    Reports(Principal),
}

/// One in so many nanoseconds, and so many at once after a pause.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub every: u64,
    pub burst: u64,
}

impl Rate {
    /// So many each second, and so many at once.
    pub const fn each_second(count: u64, burst: u64) -> Self {
        Self {
            every: NANOSECONDS / count,
            burst,
        }
    }
}

/// What was asked for lately.
#[derive(Debug, Default)]
pub struct Rates {
    worked_off_at: BTreeMap<RateKey, u64>,
}

impl Rates {
    /// Counts something that is asked for.
    ///
    /// # Errors
    /// When it may be asked for again, if it is too early; it is not counted then.
    pub fn count(&mut self, key: RateKey, rate: Rate, now: u64) -> Result<(), u64> {
        let worked_off_at = self.look(key, rate, now)?;
        if self.worked_off_at.len() >= KEPT {
            self.worked_off_at.retain(|_, at| *at > now);
        }
        self.worked_off_at.insert(key, worked_off_at + rate.every);
        Ok(())
    }

    /// Looks whether something may be asked for, and counts nothing. Returns when all that was
    /// asked for so far is worked off.
    ///
    /// # Errors
    /// When it may be asked for again, if it is too early.
    pub fn look(&self, key: RateKey, rate: Rate, now: u64) -> Result<u64, u64> {
        let ahead = rate.every.saturating_mul(rate.burst.saturating_sub(1));
        let worked_off_at = self.worked_off_at.get(&key).copied().unwrap_or(0).max(now);
        let earliest = worked_off_at.saturating_sub(ahead);
        if now < earliest {
            return Err(earliest);
        }
        Ok(worked_off_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::each_second(10, 5);
    const START: u64 = 1_000 * NANOSECONDS;

    fn key(id: u64) -> RateKey {
        RateKey::Task(TaskId(id))
    }

    #[test]
    fn should_let_a_burst_through_and_then_the_rate() {
        let mut rates = Rates::default();
        for _ in 0..RATE.burst {
            assert_eq!(rates.count(key(1), RATE, START), Ok(()));
        }
        let again_at = START + NANOSECONDS / 10;
        assert_eq!(rates.count(key(1), RATE, START), Err(again_at));
        assert_eq!(rates.count(key(1), RATE, again_at), Ok(()));
        assert!(rates.count(key(1), RATE, again_at).is_err());
        assert_eq!(rates.count(key(2), RATE, START), Ok(()), "another one");
    }

    #[test]
    fn should_let_through_what_the_rate_allows_in_the_long_run() {
        let mut rates = Rates::default();
        let allowed = (0..10_000)
            .filter(|ms| rates.count(key(1), RATE, START + ms * 1_000_000).is_ok())
            .count();
        assert!((100..=105).contains(&allowed), "{allowed}");
    }

    #[test]
    fn should_forget_what_is_worked_off() {
        let mut rates = Rates::default();
        for id in 0..3 * KEPT as u64 {
            assert_eq!(rates.count(key(id), RATE, START + id * NANOSECONDS), Ok(()));
        }
        assert!(rates.worked_off_at.len() <= KEPT);
    }
}
