//! Every limit of the HTTP interface, with its source.
//!
//! Limits of canisters and of their messages are in [`crate::limits`].

use std::time::Duration;

/// Body of one HTTP request. The replica of the Internet Computer takes 5 MiB.
pub const HTTP_BODY_BYTES: usize = 5 * 1024 * 1024;
/// CBOR items in one request. Ours: a delegation chain of full length needs about 21,000.
pub const CBOR_ITEMS: usize = 32_000;
/// Nesting of CBOR items in one request. Ours: the deepest that is defined has 6 levels.
pub const CBOR_DEPTH: usize = 16;
/// Nonce of a request, in bytes. Interface specification, 'Authentication'.
pub const NONCE_BYTES: usize = 32;
/// Delegations in a chain. Interface specification, 'Authentication'.
pub const DELEGATIONS: usize = 20;
/// Targets of one delegation. Interface specification, 'Authentication'.
pub const DELEGATION_TARGETS: usize = 1_000;
/// Paths in one `read_state`. Interface specification, 'Request: Read state'.
pub const READ_STATE_PATHS: usize = 1_000;
/// Labels in one path. Interface specification, 'Request: Read state'.
pub const READ_STATE_LABELS: usize = 127;
/// How long a synchronous call waits before it answers 202. That of the Internet Computer.
pub const CALL_WAIT: Duration = Duration::from_secs(10);
/// Age of the certified time from which a new one is signed, though nothing changed. Ours.
pub const CERTIFICATE_AGE: Duration = Duration::from_millis(500);
/// Commands that wait for the replica; beyond it requests are answered 503. Ours.
pub const COMMANDS: usize = 4_096;
/// Commands taken together: their calls share rounds, a commit and a signature. Ours.
pub const COMMANDS_PER_BATCH: usize = 500;
/// Rounds after which a batch is committed, though more could be executed. Ours.
pub const ROUNDS_PER_BATCH: usize = 16;
/// Time after which a batch starts no further round. Ours.
pub const BATCH_TIME: Duration = Duration::from_millis(50);
/// HTTPS outcalls under way at the same time; the others wait for a place. Ours.
pub const OUTCALLS_AT_ONCE: usize = 100;
/// Pause before the answer to an outcall is offered again to a replica that is overloaded. Ours.
pub const OUTCALL_ANSWER_PAUSE: Duration = Duration::from_millis(10);
/// How long a stopping server waits for open connections. Ours.
pub const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);
/// How long [`super::running`] waits for an answer. Ours.
pub const PROBE_WAIT: Duration = Duration::from_secs(2);
/// Bytes of an answer that [`super::running`] reads. Ours: a status has some 300.
pub const PROBE_BYTES: u64 = 64 * 1024;

/// Rounds executed at one point in time while time travels; a network that does not come to rest
/// by then travels no further.
pub const ROUNDS_PER_TRAVEL: usize = 10_000;
