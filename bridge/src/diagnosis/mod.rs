//! What is wrong, why, and when things run next: judged from what the scheduler says about a task
//! and its executions.
//!
//! Pure: it reaches no network, reads no clock and knows neither a protocol nor a surface.

mod ahead;
mod alerts;
mod explain;
mod forecast;
mod health;

pub use ahead::{Ahead, ahead};
pub use alerts::{AlertTrouble, alert_trouble, channel_doubt};
pub use explain::{Cause, Explanation, Remedy, explain};
pub use forecast::next_runs;
pub use health::{Finding, findings, message_trouble};
