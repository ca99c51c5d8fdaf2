//! Words for people: instants, durations, amounts, names of the interface, what a step does.
//!
//! It knows the interface's types, and neither who reads nor where.

/// What everybody says of a network that ends with the program at work.
pub const NETWORK_ENDS: &str = "The network runs only while a command of chime does: no schedule fires in between. \
                                Leave `chime up` running.";

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
