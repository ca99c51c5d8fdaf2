//! The time rules of Chime: when a schedule fires.
//!
//! A [`Schedule`] is compiled from the [`Rule`](chime_types::Rule) of a task's schedule and
//! answers questions about its *slots*, the instants at which the rule fires. It is pure: it reads
//! no clock, keeps no state and has no effect, so that the canister, the `chime` program and the
//! tests compute the same times from the same words. The time zone database is part of the
//! program.
//!
//! It knows nothing of tasks, executions, overlap or retries, and never looks at when a run ended:
//! each slot follows from the rule alone, which is why a schedule does not drift.
//!
//! # Rules
//! * Instants are nanoseconds since 1970 (`*_at`). Calendar and cron slots are whole seconds;
//!   intervals keep the fraction of their start.
//! * No slot lies before the start or after the end of the schedule.
//! * A time that the clocks jump over in spring fires once, at the end of the gap, or is left out
//!   ([`GapPolicy`](chime_types::GapPolicy)). This holds for every rule read from the wall clock,
//!   and several times in one gap become one slot.
//! * A time of day that occurs twice in autumn fires once, the first time, if it is a fixed time
//!   or one of a list of them (`0,30 1 * * *`). A cron rule with `*`, a range or a step in its
//!   seconds, minutes or hours is an interval and fires both times. These are the rules of Cronos,
//!   which took them from Vixie cron.
//! * A time that an [`Exclusion`](chime_types::Exclusion) covers is no slot. It is judged by what
//!   the clock of the zone shows at the instant of the slot, so a slot at the end of a gap by the
//!   end of the gap, and both times of a repeated hour alike.
//! * Every search is bounded: it looks at months, not at seconds, and ends with the last instant
//!   that 64 bits of nanoseconds can name (July 2554).
//!
//! ```
//! use chime_schedule::{Definition, Schedule};
//! use chime_types::Rule;
//!
//! let rule = Rule::Daily { hour: 2, minute: Some(30) };
//! let schedule = Schedule::compile(&Definition {
//!     timezone: Some("Europe/Zurich"),
//!     ..Definition::new(&rule)
//! })?;
//! assert_eq!(schedule.describe(), "every day at 02:30");
//! // 2026-03-29, when the clocks go from 02:00 to 03:00: at the end of the gap, 01:00 UTC.
//! let midnight_at = 1_774_742_400_000_000_000;
//! assert_eq!(schedule.next_after(midnight_at), Some(midnight_at + 3_600_000_000_000));
//! # Ok::<(), chime_types::Error>(())
//! ```
#![deny(missing_docs)]

mod bits;
mod calendar;
mod compile;
mod count;
mod cron;
mod days;
mod definition;
mod describe;
mod duration;
mod exclusions;
mod instant;
mod interval;
mod jitter;
mod pattern;
mod period;
mod schedule;
mod wall;
mod zone;

pub use definition::Definition;
pub use duration::{format_interval, parse_duration};
pub use instant::format_instant;
pub use jitter::jitter_nanoseconds;
pub use schedule::{Schedule, SlotCount};
