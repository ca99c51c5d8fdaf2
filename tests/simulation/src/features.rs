//! What stories may hold. The simulation forgives nothing: where the scheduler is known not to keep a
//! promise yet, stories leave the feature out until it does.

/// Any number of failed messages in a row leave the timer armed.
pub const TIMER_CANNOT_DIE: bool = true;
/// Traps that come by chance spare the message that the system starts, in which there is nothing that
/// could trap on the Internet Computer.
pub const SPARES_THE_TIMER: bool = false;
/// A freeze leaves the timer armed.
pub const SURVIVES_FREEZES: bool = false;
/// An upgrade while calls are out is refused.
pub const REFUSES_UPGRADES: bool = true;
/// What always traps is put aside.
pub const QUARANTINES: bool = false;
/// No owner can hold all places.
pub const SHARES_FAIRLY: bool = false;
