//! Every limit of the HTTP interface, with its source.
//!
//! Limits of canisters and of their messages are in [`crate::limits`].

use std::time::Duration;

/// Body of one HTTP request. The replica of the Internet Computer takes 5 MiB.
pub const HTTP_BODY_BYTES: usize = 5 * 1024 * 1024;
/// A body up to this counts as small. Ours.
pub const SMALL_BODY_BYTES: usize = 64 * 1024;
/// Bytes of all small bodies held at the same time; beyond it requests are answered 503. Ours.
pub const SMALL_BODIES_BYTES: usize = 64 * 1024 * 1024;
/// The same for what large bodies hold beyond the size of a small one. Ours.
pub const LARGE_BODIES_BYTES: usize = 128 * 1024 * 1024;
/// Time in which a body has to arrive. Ours.
pub const BODY_WAIT: Duration = Duration::from_secs(60);
/// Connections at the same time; more wait until one of them ends. Ours: below the 1,024 files
/// that a process may usually have open.
pub const CONNECTIONS: usize = 800;
/// After this a connection on which nothing comes is closed. Ours: longer than clients keep a
/// connection that they do not use.
pub const CONNECTION_SILENCE: Duration = Duration::from_secs(300);
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

/// Body of a request to a canister through the gateway, in bytes: an ingress message holds no more.
pub const GATEWAY_BODY_BYTES: usize = crate::limits::INGRESS_PAYLOAD_BYTES;
/// Headers in an answer of a canister. Ours.
pub const GATEWAY_HEADERS: usize = 256;
/// What a decoder may spend on an answer of a canister, in Candid's units of cost. Ours: the
/// largest answer, 3 MiB, costs a tenth.
pub const GATEWAY_DECODING_COST: usize = 100_000_000;
/// Parts in which the rest of a body may come. That of the gateways of the Internet Computer.
pub const GATEWAY_STREAM_CHUNKS: usize = 1_000;
/// A body that comes in parts, in bytes. Ours.
pub const GATEWAY_STREAM_BYTES: usize = 64 * 1024 * 1024;
/// How long the gateway waits for `http_request_update`. Ours.
pub const GATEWAY_CALL_WAIT: Duration = Duration::from_secs(60);
/// How long the call of `http_request_update` may wait to be started. Ours.
pub const GATEWAY_CALL_EXPIRY: Duration = Duration::from_secs(240);
