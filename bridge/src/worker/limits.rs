//! The worker's own limits. Those of the interface are in [`chime_types::limits`].

use std::time::Duration;

use chime_types::limits;

/// Most jobs at a time: the scheduler lets no more attempts be under way.
pub const MAXIMUM_CONCURRENCY: u32 = limits::MAXIMUM_CONCURRENT_ATTEMPTS;
/// Jobs at a time when nothing is said, as in tasks_loop.
pub const DEFAULT_CONCURRENCY: u32 = 1;
/// Longest pause between two looks at the job files.
pub const MAXIMUM_POLL_SECONDS: u64 = 86_400;
/// Pause between two looks at the job files when nothing is said, as in tasks_loop.
pub const DEFAULT_POLL_SECONDS: u64 = 60;
/// How long the worker may keep silent when nothing is said.
pub const DEFAULT_LEASE_SECONDS: u64 = 30;
/// How long jobs may go on after the first signal when nothing is said.
pub const DEFAULT_DRAIN_SECONDS: u64 = 60;
/// Longest name of a worker or a group, in characters: that of the interface.
pub const MAXIMUM_NAME_CHARACTERS: usize = limits::MAXIMUM_NAME_CHARACTERS;

/// Pause between two looks at whether commands wait. Such a look is a query: it costs nothing.
pub(super) const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// A worker that may not ask whether commands wait, or that got none, claims again after this.
pub(super) const CLAIM_PAUSE: Duration = Duration::from_secs(5);
/// How long one call may take before it is made again.
pub(super) const CALL_PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between attempts to reach a network or to deliver a report.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the process that runs the embedded network may be away before this one runs it.
pub(super) const TAKE_OVER_AFTER: Duration = Duration::from_secs(15);
/// From asking a job to end to ending it, unless its time or its lease leaves less.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// A handler that does not end when it is forced to is dropped after this.
pub(super) const ABANDON_AFTER: Duration = Duration::from_secs(1);
/// How long reports may take when the worker stops; then they wait in the journal.
pub(super) const LAST_REPORTS: Duration = Duration::from_secs(10);
/// A command that this worker does not run is put off for so long, so that another may have it.
pub(super) const FOREIGN_SNOOZE_SECONDS: u64 = 60;
/// How long `--once` waits for a network that has just started to see what is due.
pub(super) const CATCH_UP: Duration = Duration::from_secs(30);
