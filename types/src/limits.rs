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
/// Most days, weeks or months between two times of a calendar rule.
pub const MAXIMUM_CALENDAR_EVERY: u16 = 1_000;
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
/// Most cases of an answer that mean failure.
pub const MAXIMUM_ERROR_CASES: usize = 16;
/// Longest name of such a case, in bytes of UTF-8.
pub const MAXIMUM_ERROR_CASE_BYTES: usize = 256;
/// The cases of an answer that mean failure where none are named: the conventions of Rust, of Motoko
/// and of most ledgers.
pub const DEFAULT_ERROR_CASES: [&str; 4] = ["Err", "err", "Error", "error"];
/// Largest arguments of one call, in bytes.
pub const MAXIMUM_ARGUMENTS_BYTES: usize = 64 * 1024;
/// Largest that all parts of one attempt are together when their placeholders are filled in: address,
/// headers and body, or the arguments, or a subject and its message. They fit a message to another
/// canister (2 MiB) with room for what surrounds them.
pub const MAXIMUM_FILLED_BYTES: usize = 1024 * 1024;
/// Most placeholders in all parts of one attempt.
pub const MAXIMUM_PLACEHOLDERS: usize = 8_192;
/// Most names in the path of a placeholder behind `attributes` or `result`.
pub const MAXIMUM_PATH_NAMES: usize = 32;
/// Largest arguments of a call when they are encoded, in bytes.
pub const MAXIMUM_ENCODED_BYTES: usize = 1_900_000;
/// Most symbols of the arguments of a call in Candid's textual form when filled in: names, numbers,
/// quoted texts, punctuation.
pub const MAXIMUM_ARGUMENT_SYMBOLS: usize = 100_000;
/// Longest number in the arguments of a call in Candid's textual form, in digits.
pub const MAXIMUM_NUMBER_DIGITS: usize = 1_024;
/// Largest request of any method, in bytes of Candid.
pub const MAXIMUM_REQUEST_BYTES: usize = 1024 * 1024;
/// Most changes of a dry run.
pub const MAXIMUM_DRY_RUN_CHANGES: usize = 1_000;
/// A dry run ends early when its outcomes exceed this many bytes, in CBOR.
pub const MAXIMUM_DRY_RUN_BYTES: usize = 1_900_000;
/// Largest request of a method that takes schedules, but no steps, in bytes of Candid.
pub const MAXIMUM_SCHEDULE_REQUEST_BYTES: usize = 64 * 1024;
/// Largest request of a method that takes ids, cursors, names and short texts, in bytes of Candid.
pub const MAXIMUM_SHORT_REQUEST_BYTES: usize = 16 * 1024;
/// Most leases of somebody that are looked at when its rights change; more than that end when nobody
/// extends them.
pub const MAXIMUM_LEASES_LOOKED_AT: usize = 10_000;
/// Owners that are looked at in one piece of work when budgets begin anew; the next piece goes on with those
/// after them.
pub const OWNERS_LOOKED_AT: usize = 100;
/// Update calls that change the store of who does not control the scheduler, a second, once
/// [`CHANGES_AT_ONCE`] are used up.
pub const CHANGES_EACH_SECOND: u64 = 50;
/// Update calls that somebody may make at once.
pub const CHANGES_AT_ONCE: u64 = 5_000;
/// While the budget of cycles of a caller is used up, it may make one update call in so many seconds, once
/// [`CHANGES_USED_UP_AT_ONCE`] are used up: its requests are spent for it too.
pub const CHANGES_USED_UP_SECONDS: u64 = 5;
/// The same, at once.
pub const CHANGES_USED_UP_AT_ONCE: u64 = 20;
/// Nothing new is begun for an owner when all but this part of its budget of cycles is spent, in percent:
/// it is for its requests and for what is under way then.
pub const BUDGET_RESERVE_PERCENT: u64 = 10;
/// Longest idempotency key, in bytes.
pub const MAXIMUM_KEY_BYTES: usize = 128;
/// Longest reason given for a pause, in characters.
pub const MAXIMUM_REASON_CHARACTERS: usize = 256;

/// Shortest interval, in seconds.
pub const MINIMUM_INTERVAL_SECONDS: u64 = 1;
/// Longest interval, delay or timeout, in seconds (ten years of 365 days).
pub const MAXIMUM_DURATION_SECONDS: u64 = 10 * 365 * 86_400;
/// Longest timeout of one attempt at a step, in seconds (24 hours).
pub const MAXIMUM_TIMEOUT_SECONDS: u64 = 86_400;
/// Timeout of an attempt when the task names none, in seconds.
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

/// Attempts kept in one execution; the oldest are removed first.
pub const MAXIMUM_ATTEMPTS_KEPT: usize = 64;
/// Lines kept in the log of one execution.
pub const MAXIMUM_LOG_LINES: usize = 256;
/// Longest line of a log that is kept, in bytes; the rest is cut off and marked.
pub const MAXIMUM_LOG_LINE_BYTES: usize = 4_096;
/// Most bytes of all texts of one execution together: its log, its attempts, the results of its steps.
/// Above it the oldest lines and the oldest texts of attempts go, and results of steps are cut.
pub const MAXIMUM_RECORD_BYTES: usize = 256 * 1024;
/// Largest result or error text kept for a step, in bytes; the rest is cut off and marked.
pub const MAXIMUM_RESULT_BYTES: usize = 16 * 1024;
/// Most attempts under way at the same time that may be configured, in the whole canister. Well
/// below the 500 messages that fit into the queue between two canisters.
pub const MAXIMUM_CONCURRENT_ATTEMPTS: u32 = 200;
/// Most executions of one task that may be under way when another is asked for.
pub const MAXIMUM_ACTIVE_EXECUTIONS: usize = 1_000;
/// Most executions of one backfill that may be under way at the same time.
pub const MAXIMUM_BACKFILL_CONCURRENT: u32 = 50;
/// Most slots of one backfill.
pub const MAXIMUM_BACKFILL_SLOTS: u64 = 100_000;
/// Most slots of a backfill that says nothing of how many it expects.
pub const MAXIMUM_UNCONFIRMED_SLOTS: u64 = 1_000;
/// Finished backfills that are kept of a task; the oldest are removed first.
pub const MAXIMUM_BACKFILLS_KEPT: usize = 100;
/// Most backfills of one owner that are not finished.
pub const MAXIMUM_BACKFILLS: usize = 20;

/// Longest name of a queue of commands, in characters.
pub const MAXIMUM_QUEUE_CHARACTERS: usize = 64;
/// Most commands of one owner that workers have claimed at the same time. They run outside, so they
/// take none of the places of `maximum_concurrent`.
pub const MAXIMUM_CLAIMED_JOBS: u32 = 1_000;
/// Most jobs of one claim.
pub const MAXIMUM_CLAIM: u32 = 50;
/// Waiting jobs that are looked at for one claim: those that come up against a limit count too.
pub const MAXIMUM_LOOKED_AT_FOR_A_CLAIM: usize = 200;
/// Shortest lease of a job, in seconds.
pub const MINIMUM_LEASE_SECONDS: u64 = 5;
/// Longest lease of a job, in seconds.
pub const MAXIMUM_LEASE_SECONDS: u64 = 3_600;
/// Waiting jobs that are counted for the answer of a claim.
pub const MAXIMUM_COUNTED_JOBS: u64 = 1_000;

/// Longest address of an HTTP request, in bytes.
pub const MAXIMUM_URL_BYTES: usize = 8_192;
/// Longest value of a header of an HTTP request when filled in, in bytes (the limit of the Internet
/// Computer).
pub const MAXIMUM_HEADER_BYTES: usize = 8_192;
/// Most bytes of all headers of an HTTP request when filled in, names included (the limit of the
/// Internet Computer is 48 KiB).
pub const MAXIMUM_HEADERS_BYTES: usize = 47 * 1024;
/// Longest JSON pointer of a transform, in bytes.
pub const MAXIMUM_POINTER_BYTES: usize = 1_024;
/// Most statuses that one request may expect.
pub const MAXIMUM_EXPECTED_STATUSES: usize = 500;
/// Longest subject of a notification when filled in, in bytes.
pub const MAXIMUM_FILLED_SUBJECT_BYTES: usize = 4_096;
/// Longest message of a notification when filled in, in bytes.
pub const MAXIMUM_FILLED_MESSAGE_BYTES: usize = 64 * 1024;
/// Most headers of an HTTP request.
pub const MAXIMUM_HTTP_HEADERS: usize = 32;
/// Most bytes of a response that may be asked for (the limit of the Internet Computer).
pub const MAXIMUM_RESPONSE_BYTES: u64 = 2_000_000;
/// Most bytes of a response when the action names none.
pub const DEFAULT_RESPONSE_BYTES: u64 = 16_384;
/// Most JSON pointers of a transform.
pub const MAXIMUM_POINTERS: usize = 16;

/// Most registered actions of one owner, and for all owners.
pub const MAXIMUM_ACTIONS: usize = 1_000;
/// Most secrets of one owner.
pub const MAXIMUM_SECRETS: usize = 100;
/// Longest name of a secret, in characters.
pub const MAXIMUM_SECRET_NAME_CHARACTERS: usize = 64;
/// Longest secret, in bytes.
pub const MAXIMUM_SECRET_BYTES: usize = 4_096;
/// Most users.
pub const MAXIMUM_USERS: u64 = 100_000;
/// Most alerts of one owner.
pub const MAXIMUM_ALERTS: usize = 100;
/// Most messages in one inbox; the oldest are removed first.
pub const MAXIMUM_INBOX: u64 = 1_000;
/// Most reports of one owner; the oldest are removed first.
pub const MAXIMUM_REPORTS: u64 = 100;
/// Tasks listed in a report.
pub const MAXIMUM_REPORTED_TASKS: usize = 200;
/// Most backups of one owner.
pub const MAXIMUM_BACKUPS: u64 = 100;
/// Largest chunk of a backup, in bytes: a request that uploads it is within its limit.
pub const BACKUP_CHUNK_BYTES: usize = 1_000_000;
/// Most chunks of a backup: 4 GB, which one message can remove.
pub const MAXIMUM_BACKUP_CHUNKS: u32 = 4_000;
/// Largest item of a backup, in bytes.
pub const MAXIMUM_BACKUP_ITEM_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes of all backups that one owner, who is no admin, has uploaded and keeps.
pub const MAXIMUM_UPLOADED_BYTES: u64 = 1024 * 1024 * 1024;
/// Highest number of a task, a schedule or an execution that is restored.
pub const MAXIMUM_RESTORED_NUMBER: u64 = 1 << 48;
/// How far above the numbers that the scheduler gave so far a number may be that is kept when an
/// owner who is no admin restores a backup; those above are given anew.
pub const MAXIMUM_NUMBERS_SKIPPED: u64 = 1_000_000;
/// Numbers of deleted and renumbered tasks that are remembered for their owner; of more the oldest
/// are forgotten, and such a task is restored under a new number.
pub const MAXIMUM_NUMBERS_REMEMBERED: usize = 500;
/// Most runs, skipped or missed slots that a restored schedule may have: one a second from 1970 to
/// the latest instant of a schedule.
pub const MAXIMUM_RESTORED_RUNS: u64 = LATEST_AT / 1_000_000_000;
/// Backups of a backup task that are kept when it names no number.
pub const DEFAULT_BACKUPS_KEPT: u32 = 7;
/// The window of a report when the action names none, in seconds.
pub const DEFAULT_WINDOW_SECONDS: u64 = 86_400;
/// Longest subject of a message, in characters.
pub const MAXIMUM_SUBJECT_CHARACTERS: usize = 256;
/// Longest message, in bytes.
pub const MAXIMUM_MESSAGE_BYTES: usize = 4_096;
/// Attempts to deliver a message or a callback; pauses between them begin with a minute and double.
pub const MAXIMUM_DELIVERY_ATTEMPTS: u32 = 6;
/// Most calls of one canister that are out at the same time, of all owners, the management canister
/// for HTTPS requests included; deliveries have places of their own beside them. An owner has no more
/// of them than are left for others: half of it if it is alone.
pub const MAXIMUM_CALLS_OUT: usize = 400;
/// Runs of one task that may be asked for each second (`run_task_now` and `retry_execution`), once the
/// burst is used up.
pub const RUNS_ON_REQUEST_EACH_SECOND: u64 = 10;
/// Runs of one task that may be asked for at once.
pub const RUNS_ON_REQUEST_AT_ONCE: u64 = 2_000;
/// Requests each second that make runs or tasks, of a canister that the scheduler is calling at that
/// time, once the burst is used up: so that a run which asks for runs does not multiply.
pub const REQUESTS_WHILE_CALLED_EACH_SECOND: u64 = 10;
/// The same, at once.
pub const REQUESTS_WHILE_CALLED_AT_ONCE: u64 = 100;
/// How long one attempt to deliver a message or a callback is waited for, in seconds.
pub const DELIVERY_SECONDS: u64 = 55;
/// When the place of an attempt to deliver is free again, whether it was answered or not, in seconds.
pub const DELIVERY_PLACE_SECONDS: u64 = 60;
/// Messages and callbacks of all owners that are under way at the same time; the rest waits. Well
/// below the 500 messages that fit into the queue between two canisters.
pub const MAXIMUM_DELIVERIES_AT_ONCE: u32 = 100;
/// Messages and callbacks of one owner that are under way at the same time. Fewer while few places
/// are free: beyond the first an owner takes no more than a quarter of those that are free.
pub const MAXIMUM_DELIVERIES_OF_OWNER: u32 = 20;
/// Messages and callbacks of one owner that are under way to the same canister or host.
pub const MAXIMUM_DELIVERIES_TO_ONE: u32 = 10;
/// Messages and callbacks of one owner that are not finished; the oldest that waits is dropped for
/// one more.
pub const MAXIMUM_DELIVERIES_KEPT: u64 = 1_000;
/// Cool-down of an alert that names none, in seconds.
pub const DEFAULT_COOLDOWN_SECONDS: u64 = 3_600;
/// Longest cool-down of an alert, in seconds (one year).
pub const MAXIMUM_COOLDOWN_SECONDS: u64 = 31_536_000;
/// Fewest failures in a row that an alert may ask for; one is the condition `failure`.
pub const MINIMUM_FAILURES_IN_A_ROW: u32 = 2;
/// Most failures in a row that an alert may ask for.
pub const MAXIMUM_FAILURES_IN_A_ROW: u32 = 1_000;
/// Longest delay that an alert may ask for, in seconds (24 hours).
pub const MAXIMUM_LATE_SECONDS: u64 = 86_400;
/// Texts that mark an error as terminal, in one retry policy.
pub const MAXIMUM_TERMINAL_ERRORS: usize = 16;
/// Most rules of retention in one place.
pub const MAXIMUM_RETENTION_RULES: usize = 16;
/// Changes of users and of the configuration that are kept in the timeline; the oldest are removed
/// first.
pub const MAXIMUM_ACCESS_EVENTS: u64 = 10_000;
/// Longest detail of an event, in characters.
pub const MAXIMUM_DETAIL_CHARACTERS: usize = 256;
/// Most missed slots of one schedule that may be caught up after an outage.
pub const MAXIMUM_MADE_UP_RUNS: u64 = 100;
/// Tasks of an owner, the oldest first, that are looked at for one that is over, when it has as many as
/// it may and makes another.
pub const MAXIMUM_TASKS_LOOKED_AT: usize = 1_000;
/// Most bytes that are stored for one owner, when nobody says otherwise: 1 GiB.
pub const DEFAULT_BYTES_PER_OWNER: u64 = 1 << 30;
/// Fewest bytes for one owner that may be configured.
pub const MINIMUM_BYTES_PER_OWNER: u64 = 1 << 20;
/// Most bytes for one owner that may be configured.
pub const MAXIMUM_BYTES_PER_OWNER: u64 = 1 << 40;
/// Most cycles that are spent for one owner in an hour, when nobody says otherwise: a task that calls a
/// canister each second fits, about 25,000,000 cycles a run; ten requests over HTTPS a second with
/// responses of 2 MB, about 20,850,000,000 each, do not.
pub const DEFAULT_CYCLES_PER_HOUR: u64 = 150_000_000_000;
/// The same for a day: a call each second fits around the clock.
pub const DEFAULT_CYCLES_PER_DAY: u64 = 3_000_000_000_000;
/// Most slots that the schedules of one owner may have in an hour, when nobody says otherwise: as many as
/// 27 schedules of a second have.
pub const DEFAULT_SLOTS_PER_HOUR: u64 = 100_000;
/// Fewest cycles of an hour or a day that may be configured.
pub const MINIMUM_CYCLES_BUDGET: u64 = 1_000_000_000;
/// Owners who spend most that are shown in the statistics.
pub const MAXIMUM_SPENDERS: usize = 10;
/// Executions or tasks that are looked at for one page: those that a filter excludes count too.
pub const MAXIMUM_LOOKED_AT: usize = 5_000;

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

/// Largest code of a codex, in bytes of UTF-8.
pub const MAXIMUM_CODEX_BYTES: usize = 256 * 1024;
/// Most codices of one owner, and most for all owners.
pub const MAXIMUM_CODICES: usize = 256;
/// Versions kept of a codex: the oldest goes when there is one more.
pub const MAXIMUM_CODEX_VERSIONS: usize = 20;
/// Most tasks that `get_codex` names.
pub const MAXIMUM_USES_SHOWN: usize = 100;
/// Most codices that a program imports, one through another.
pub const MAXIMUM_MODULES: usize = 32;
/// Largest code of a program and of all that it imports together, in bytes of UTF-8. With the entities
/// and the journal it fits a message to another canister (2 MiB).
pub const MAXIMUM_PROGRAM_BYTES: usize = 512 * 1024;
/// Largest input of a program, in bytes of UTF-8.
pub const MAXIMUM_INPUT_BYTES: usize = 16 * 1024;
/// Largest that the entities of a task and those of its owner are together, as JSON.
pub const MAXIMUM_ENTITIES_BYTES: usize = 256 * 1024;
/// Most things that a program asks for in one run: it is replayed for each.
pub const MAXIMUM_JOURNAL_ENTRIES: usize = 500;
/// Largest journal of a run, requests and answers together, in bytes.
pub const MAXIMUM_JOURNAL_BYTES: usize = 512 * 1024;
/// Instructions of a program between two things that it waits for, replay included: a tenth of what a message
/// may spend.
pub const MAXIMUM_PROGRAM_INSTRUCTIONS: u64 = 4_000_000_000;
/// Bytes that the values of a program take at a time.
pub const MAXIMUM_PROGRAM_MEMORY: u64 = 64 * 1024 * 1024;
/// Bytes that a program prints in one run.
pub const MAXIMUM_PROGRAM_OUTPUT: u64 = 64 * 1024;
/// Longest sleep of a program, in seconds (ten years).
pub const MAXIMUM_SLEEP_SECONDS: u64 = 315_360_000;
/// Most runners.
pub const MAXIMUM_RUNNERS: usize = 16;
/// How often a slice of a program is run again when its runner gave no answer.
pub const MAXIMUM_SLICE_RETRIES: u32 = 5;
