//! Time travel, for tests: the replica's time runs ahead of the wall clock.
//!
//! Certificates and the expiry of requests stay on the wall clock, so agents notice nothing;
//! canisters see the time that lies ahead. It is not stored: after a restart the replica's time
//! stands still until the wall clock has caught up.

use std::time::Duration;

use super::clock::now_ns;
use super::driver::Driver;
use super::limits::ROUNDS_PER_TRAVEL;

impl Driver {
    /// Moves the time on from one thing that is due to the next, and lets each happen.
    pub(super) fn travel(&mut self, duration: Duration) {
        let distance = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let arrival = self.time_ns().saturating_add(distance);
        self.settle();
        while let Some(wake) = self.replica.next_wake_at().filter(|wake| *wake <= arrival) {
            self.move_to(wake);
            if !self.settle() {
                break;
            }
        }
        self.move_to(arrival);
        self.settle();
    }

    fn move_to(&mut self, time_ns: u64) {
        self.ahead_ns = self.ahead_ns.max(time_ns.saturating_sub(now_ns()));
    }

    /// Executes rounds until nothing is left to do; false if it does not come to rest.
    fn settle(&mut self) -> bool {
        self.replica.set_time_ns(self.time_ns());
        self.replica.run_until_idle(ROUNDS_PER_TRAVEL) < ROUNDS_PER_TRAVEL
    }
}
