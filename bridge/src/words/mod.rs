//! Words for people: instants, durations, amounts, names of the interface, what a step does.
//!
//! It knows the interface's types, and neither who reads nor where.

mod action;
mod names;
mod plain;
mod states;
mod times;
mod zones;

pub use action::action_text;
pub use names::{bytes, cycles, number, small_cycles, span, word};
pub use plain::plain;
pub use states::{Standing, execution_state, last_error, last_result, task_state};
pub use times::{Clock, instant, rfc3339, took};
pub use zones::{ZoneDoubt, zone_doubt};
