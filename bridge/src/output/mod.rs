//! What people and scripts see: data on the standard output, messages on the standard error.
//!
//! A command computes its answer first and writes it once, as one JSON document or as text. The
//! shapes of the answers are in the modules below. Nothing here talks to a network.

mod action;
mod applied;
mod changed;
mod executions;
mod listening;
mod previewed;
mod table;
mod tasks;
mod times;
mod writer;

#[cfg(test)]
mod snapshot_tests;

pub use action::action_text;
pub use applied::{Applied, AppliedRow, FieldFault};
pub use changed::{Change, Made};
pub use executions::{ExecutionLog, ExecutionRow, FollowedRow, attempt_text, follow_line};
pub use listening::Listening;
pub use previewed::Previewed;
pub use table::Table;
pub use tasks::{TaskList, TaskRow, interval};
pub use times::{Clock, rfc3339};
pub use writer::{Answer, Format, Page, Writer};
