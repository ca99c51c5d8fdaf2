//! Every limit of the PocketIC protocol, with its source.

use std::time::Duration;

/// How long a request waits for its operation before it is answered 202. That of PocketIC.
pub const SYNCHRONOUS_WAIT: Duration = Duration::from_secs(10);
/// How long the server stays without a request when it is told nothing else. That of PocketIC.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60);
/// How often the server looks whether its time is over. That of PocketIC.
pub const TTL_CHECK: Duration = Duration::from_secs(1);
/// Rounds that an awaited message gets. That of PocketIC.
pub const AWAIT_ROUNDS: usize = 100;
/// The time of a new instance, and the earliest one: 2021-05-06T19:17:10Z. That of PocketIC.
pub const GENESIS_NS: u64 = 1_620_328_630_000_000_000;
/// Operations that wait for one instance; beyond it the answer is 409. Ours.
pub const OPERATIONS: usize = 1_024;
/// Operations whose end is kept to be polled; beyond it the oldest are forgotten. Ours.
pub const ENDED_OPERATIONS: usize = 1_024;
/// Instances that exist at the same time. Ours.
pub const INSTANCES: usize = 256;
/// HTTP gateways that exist at the same time. Ours.
pub const GATEWAYS: usize = 256;
/// Body of one request, in bytes, but for blobs. Ours: the largest payload has 2 MiB.
pub const BODY_BYTES: usize = 64 * 1024 * 1024;
/// One blob, as sent and decompressed, and one reading of stable memory, in bytes. Ours.
pub const BLOB_BYTES: usize = 1024 * 1024 * 1024;
/// Instructions of one message on a subnet made for benchmarks. That of PocketIC.
pub const BENCHMARK_INSTRUCTIONS: u64 = 99_999_999_999_999;
/// Pause of automatic progress while nothing is due. That of PocketIC.
pub const PROGRESS_PAUSE: Duration = Duration::from_millis(100);
/// Rounds that automatic progress executes at one point in time. Ours.
pub const PROGRESS_ROUNDS: usize = 16;
/// Text of an outcall's mocked rejection, in bytes. That of PocketIC.
pub const REJECT_TEXT_BYTES: usize = 1024;
