//! Every public limit of the scheduler, in one place. A value at the limit is accepted, one more is
//! refused with an [`Error`](crate::Error) that names the field.

/// Longest task, step or schedule name, in characters.
pub const MAXIMUM_NAME_CHARACTERS: usize = 128;
/// Longest description, in characters.
pub const MAXIMUM_DESCRIPTION_CHARACTERS: usize = 4_096;
/// Longest metadata of a task, in bytes of UTF-8.
pub const MAXIMUM_METADATA_BYTES: usize = 16 * 1024;
/// Most steps in one task.
pub const MAXIMUM_STEPS: usize = 32;
/// Most schedules of one task.
pub const MAXIMUM_SCHEDULES: usize = 16;
/// Most exclusions of one schedule.
pub const MAXIMUM_EXCLUSIONS: usize = 16;
/// Longest jitter, in seconds (one day).
pub const MAXIMUM_JITTER_SECONDS: u64 = 86_400;
/// Longest cron expression, in bytes.
pub const MAXIMUM_CRON_BYTES: usize = 256;
/// Longest text of a note, in bytes of UTF-8.
pub const MAXIMUM_NOTE_BYTES: usize = 4_096;
/// Longest shell command or stored program, in bytes of UTF-8.
pub const MAXIMUM_COMMAND_BYTES: usize = 64 * 1024;
/// Longest method name of a call, in bytes (the limit of the Internet Computer is 20,000).
pub const MAXIMUM_METHOD_BYTES: usize = 256;
/// Largest arguments of one call, in bytes.
pub const MAXIMUM_ARGUMENTS_BYTES: usize = 64 * 1024;
/// Largest request of any method, in bytes of Candid.
pub const MAXIMUM_REQUEST_BYTES: usize = 1024 * 1024;
/// Longest idempotency key, in bytes.
pub const MAXIMUM_KEY_BYTES: usize = 128;
/// Longest reason given for a pause, in characters.
pub const MAXIMUM_REASON_CHARACTERS: usize = 256;

/// Shortest interval, in seconds.
pub const MINIMUM_INTERVAL_SECONDS: u64 = 1;
/// Longest interval, delay or time-out, in seconds (ten years of 365 days).
pub const MAXIMUM_DURATION_SECONDS: u64 = 10 * 365 * 86_400;
/// Longest time-out of one attempt at a step, in seconds (24 hours).
pub const MAXIMUM_TIMEOUT_SECONDS: u64 = 86_400;
/// Time-out of an attempt when the task names none, in seconds.
pub const DEFAULT_TIMEOUT_SECONDS: u64 = 300;
/// Latest instant that a schedule may name: 2200-01-01T00:00:00Z, in nanoseconds.
pub const LATEST_AT: u64 = 7_258_118_400 * 1_000_000_000;

/// Retries after a failure when the task names no retry policy.
pub const DEFAULT_MAX_RETRIES: u32 = 3;
/// First pause before a retry, in seconds: 5, then 10, then 20 minutes.
pub const DEFAULT_INITIAL_DELAY_SECONDS: u64 = 300;
/// Factor between one pause and the next, in percent.
pub const DEFAULT_FACTOR_PERCENT: u32 = 200;
/// Longest pause before a retry when the policy names none, in seconds.
pub const DEFAULT_MAXIMUM_DELAY_SECONDS: u64 = 3_600;
/// Most retries that a policy may ask for.
pub const MAXIMUM_RETRIES: u32 = 1_000;

/// Most tasks that one owner may keep.
pub const MAXIMUM_TASKS_PER_OWNER: u64 = 100_000;
/// Executions kept for each task; the oldest finished ones are removed first.
pub const MAXIMUM_EXECUTIONS_PER_TASK: u64 = 1_000;
/// Attempts kept in one execution; the oldest are removed first.
pub const MAXIMUM_ATTEMPTS_KEPT: usize = 64;
/// Lines kept in the log of one execution.
pub const MAXIMUM_LOG_LINES: usize = 256;
/// Largest result or error text kept for a step, in bytes; the rest is cut off and marked.
pub const MAXIMUM_RESULT_BYTES: usize = 16 * 1024;
/// Most attempts under way at the same time, in the whole canister. Well below the 500 messages
/// that fit into the queue between two canisters.
pub const MAXIMUM_CONCURRENT_ATTEMPTS: u64 = 200;
/// Most missed slots of one schedule that get a record of their own after an outage; older ones
/// are summed up in one record.
pub const MAXIMUM_MISSED_RECORDS: u64 = 100;

/// Items on a page when the request names no limit.
pub const DEFAULT_PAGE_ITEMS: u32 = 50;
/// Most items on a page.
pub const MAXIMUM_PAGE_ITEMS: u32 = 500;
/// A page ends early when its items exceed this many bytes.
pub const MAXIMUM_PAGE_BYTES: usize = 1024 * 1024;
/// Times shown by a preview when the request names no count.
pub const DEFAULT_PREVIEW_COUNT: u32 = 5;
/// Most times shown by a preview.
pub const MAXIMUM_PREVIEW_COUNT: u32 = 100;
/// Runs shown as upcoming in the statistics.
pub const MAXIMUM_UPCOMING: usize = 10;

/// Nanoseconds in a second.
pub const NANOSECONDS: u64 = 1_000_000_000;
