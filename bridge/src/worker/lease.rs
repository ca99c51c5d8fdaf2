//! Until when a job may run: its lease, and its own time-out. Pure arithmetic.
//!
//! A lease counts from the moment when the claim or the heartbeat was *sent*: the scheduler took it
//! in later than that, so its own end of the lease is later too. The job is over before it:
//!
//! ```text
//! sent       25 %         70 %      85 %     100 %
//!  |-- heartbeat -- ... -- ask ----- end ----- may go to another worker
//! ```
//!
//! The same goes for the time-out: its last tenth, one to ten seconds, is for ending the command and
//! reporting it, because after a time-out that only the scheduler sees nobody knows how it ended.

use std::time::Duration;

use super::moment::Moment;

/// The part of a time-out that is kept for ending the command: a tenth within these limits, but at
/// most half of it.
const MINIMUM_RESERVE: Duration = Duration::from_secs(1);
const MAXIMUM_RESERVE: Duration = Duration::from_secs(10);

/// When to ask something to end, and when to end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub ask_at: Moment,
    pub force_at: Moment,
}

/// How long a worker may keep silent about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    length: Duration,
    sent: Moment,
}

impl Lease {
    /// A lease that was asked for at `sent`.
    pub const fn new(sent: Moment, seconds: u64) -> Self {
        Self {
            length: Duration::from_secs(seconds),
            sent,
        }
    }

    /// It was extended by a heartbeat that left at `sent`. Answers may come out of order.
    pub fn extend(&mut self, sent: Moment) {
        self.sent = self.sent.max(sent);
    }

    /// The pause between two heartbeats.
    pub const fn beat(&self) -> Duration {
        percent(self.length, 25)
    }

    /// Until when the job may run without another heartbeat.
    pub const fn limit(&self) -> Limit {
        Limit {
            ask_at: self.sent.after(percent(self.length, 70)),
            force_at: self.sent.after(percent(self.length, 85)),
        }
    }
}

/// Until when a command may run that was claimed at `sent` with this time-out.
pub(super) fn time_limit(sent: Moment, timeout: Duration) -> Limit {
    let reserve = percent(timeout, 10)
        .clamp(MINIMUM_RESERVE, MAXIMUM_RESERVE)
        .min(timeout / 2);
    Limit {
        ask_at: sent.after(timeout.saturating_sub(reserve)),
        force_at: sent.after(timeout.saturating_sub(reserve / 2)),
    }
}

const fn percent(length: Duration, percent: u32) -> Duration {
    length
        .saturating_mul(percent)
        .checked_div(100)
        .expect("BUG: 100 is not zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(limit: Limit, from: Moment) -> (f64, f64) {
        let ask = limit.ask_at.since(from).as_secs_f64();
        (ask, limit.force_at.since(from).as_secs_f64())
    }

    #[test]
    fn should_end_a_job_well_before_its_lease_can_be_given_to_another() {
        let sent = Moment::now();
        for (length, expected) in [
            (5, (3.5, 4.25)),
            (60, (42.0, 51.0)),
            (3_600, (2_520.0, 3_060.0)),
        ] {
            assert_eq!(seconds(Lease::new(sent, length).limit(), sent), expected);
        }
    }

    #[test]
    fn should_count_from_the_last_heartbeat_that_was_taken_in() {
        let sent = Moment::now();
        let mut lease = Lease::new(sent, 20);
        lease.extend(sent.after(Duration::from_secs(8)));
        lease.extend(sent.after(Duration::from_secs(3)));
        assert_eq!(seconds(lease.limit(), sent), (22.0, 25.0));
    }

    #[test]
    fn should_keep_a_tenth_of_a_time_out_within_limits_for_ending() {
        let sent = Moment::now();
        for (timeout, expected) in [
            (1, (0.5, 0.75)),
            (3, (2.0, 2.5)),
            (60, (54.0, 57.0)),
            (300, (290.0, 295.0)),
        ] {
            let limit = time_limit(sent, Duration::from_secs(timeout));
            assert_eq!(seconds(limit, sent), expected);
        }
    }
}
