//! What stories may hold. The simulation forgives nothing: where the scheduler is known not to keep a
//! promise yet, stories leave the feature out until it does.

/// What is due is settled before a schedule is taken off the agenda, also after an outage.
pub const SETTLES_BEFORE_CHANGE: bool = false;
/// Any number of failed messages in a row, and a freeze, leave the timer armed.
pub const TIMER_CANNOT_DIE: bool = false;
/// An upgrade while calls are out is refused.
pub const REFUSES_UPGRADES: bool = false;
/// What always traps is put aside.
pub const QUARANTINES: bool = false;
/// No owner can hold all places.
pub const SHARES_FAIRLY: bool = false;
/// `missed_runs = all` makes up for exactly as many as it says.
pub const COUNTS_MISSED_RUNS: bool = false;
/// What a disabled owner has under way is held back.
pub const HOLDS_DISABLED_BACK: bool = false;
