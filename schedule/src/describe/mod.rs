//! Schedules in plain words.

use crate::schedule::{Schedule, Times};

/// A schedule in plain words.
pub(crate) fn schedule(schedule: &Schedule) -> String {
    match &schedule.times {
        Times::Once { named: false, .. } => "once, at the start".to_string(),
        Times::Once { .. } => "once".to_string(),
        Times::Every { interval, .. } => {
            format!("every {}", crate::format_interval(interval.seconds()))
        }
        Times::Wall(_) => "at the times of a pattern".to_string(),
    }
}
