//! Every limit of the replica, with its source.
//!
//! The values are those of a 13-node application subnet of the Internet Computer (the resource
//! limits page of its documentation and the constants of the replica's public sources) unless a
//! line says that the limit is ours.

use std::time::Duration;

/// Instructions of one update, callback, timer or heartbeat message.
pub const UPDATE_INSTRUCTIONS: u64 = 40_000_000_000;
/// Instructions of one query.
pub const QUERY_INSTRUCTIONS: u64 = 5_000_000_000;
/// Instructions of one install, reinstall or upgrade, all its stages together.
pub const INSTALL_INSTRUCTIONS: u64 = 300_000_000_000;
/// Instructions of `canister_inspect_message`.
pub const INSPECT_INSTRUCTIONS: u64 = 200_000_000;
/// Instructions of one cleanup callback: 5 % of an update message.
pub const CLEANUP_INSTRUCTIONS: u64 = UPDATE_INSTRUCTIONS / 20;
/// Instructions after which a round starts no further message.
pub const ROUND_INSTRUCTIONS: u64 = 7_000_000_000;

/// Payload of an ingress message, in bytes.
pub const INGRESS_PAYLOAD_BYTES: usize = 2 * 1024 * 1024;
/// Payload of a response to an ingress message or to another canister, in bytes.
pub const REPLY_BYTES: usize = 2 * 1024 * 1024;
/// Payload of a response to a query, in bytes.
pub const QUERY_REPLY_BYTES: usize = 3 * 1024 * 1024;
/// Payload of a call between canisters of the same subnet, in bytes.
pub const CALL_PAYLOAD_BYTES: usize = 10 * 1024 * 1024;
/// Longest method name, in bytes.
pub const METHOD_NAME_BYTES: usize = 20_000;
/// Longest text of a rejection, in bytes; longer ones are cut.
pub const REJECT_MESSAGE_BYTES: usize = 8 * 1024;
/// Longest certified data, in bytes.
pub const CERTIFIED_DATA_BYTES: usize = 32;

/// Open calls from one canister to another (or to itself), and so the length of a queue.
pub const QUEUE_MESSAGES: usize = 500;
/// Open calls of one canister to all others together. Ours.
pub const OPEN_CALLS: usize = 50_000;
/// Payloads of all the calls that one message makes, in bytes. Ours.
pub const OUTGOING_BYTES: usize = 512 * 1024 * 1024;
/// Ingress messages that wait for one canister. Ours.
pub const INGRESS_QUEUE_MESSAGES: usize = 1_000;
/// Stop requests that wait for one canister. Ours.
pub const STOP_REQUESTS: usize = 1_000;

/// Longest time-out of a bounded-wait call.
pub const CALL_TIMEOUT_SECONDS_MAX: u32 = 300;
/// After this a stop request is answered by a time-out.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(300);
/// How far in the future the expiry of an ingress message may lie.
pub const INGRESS_TTL_MAX: Duration = Duration::from_secs(300);
/// Tolerance added to [`INGRESS_TTL_MAX`] for clocks that differ.
pub const INGRESS_CLOCK_DRIFT: Duration = Duration::from_secs(60);
/// How long the answer to an ingress message is kept.
pub const INGRESS_HISTORY: Duration = Duration::from_secs(300);
/// Bytes of answers kept in the ingress history; beyond it the oldest become `Done`. Ours.
pub const INGRESS_HISTORY_BYTES: usize = 256 * 1024 * 1024;
/// Time between two rounds while a canister with a heartbeat runs.
pub const ROUND_INTERVAL: Duration = Duration::from_secs(1);

/// A module before decompression, in bytes.
pub const MODULE_BYTES: usize = 100 * 1024 * 1024;
/// The code section of a module, in bytes. The interface specification does not name it and the
/// documentation still says 10 MiB; the constant in the replica's validation is 12 MiB by now.
pub const CODE_SECTION_BYTES: usize = 12 * 1024 * 1024;
/// Functions that a module defines.
pub const MODULE_FUNCTIONS: usize = 50_000;
/// Globals that a module defines.
pub const MODULE_GLOBALS: usize = 1_000;
/// Elements of a module's table. Ours: the IC bounds the module instead.
pub const TABLE_ELEMENTS: usize = 1_000_000;
/// Custom sections named `icp:...` of a module.
pub const MODULE_CUSTOM_SECTIONS: usize = 16;
/// Names and contents of those sections together, in bytes.
pub const CUSTOM_SECTION_BYTES: usize = 1024 * 1024;
/// Methods that a module exports: updates, queries and composite queries together.
pub const EXPORTED_METHODS: usize = 1_000;
/// The names of those methods together, in bytes.
pub const EXPORTED_NAME_BYTES: usize = 20_000;
/// Instructions of one function, its `end` included.
pub const FUNCTION_INSTRUCTIONS: usize = 1_000_000;
/// Complexity of one function, by the weights of the replica's validation.
pub const FUNCTION_COMPLEXITY: u64 = 1_000_000;
/// Chunks in the chunk store of one canister.
pub const CHUNK_STORE_CHUNKS: usize = 100;
/// One chunk, in bytes.
pub const CHUNK_BYTES: usize = 1024 * 1024;

/// Stable memory of one canister, in 64 KiB pages (500 GiB).
pub const STABLE_PAGES: u64 = 500 * 1024 * 1024 / 64;
/// Stable memory that one message may change, in 4 KiB pages (2 GiB).
pub const STABLE_DIRTY_PAGES: usize = 2 * 1024 * 1024 / 4;
/// Heap of a 32-bit canister, in bytes (4 GiB).
pub const HEAP_BYTES_WASM32: usize = 4 * 1024 * 1024 * 1024;
/// Heap of a 64-bit canister, in bytes (6 GiB).
pub const HEAP_BYTES_WASM64: usize = 6 * 1024 * 1024 * 1024;
/// The guest's call stack on the host, in bytes.
pub const WASM_STACK_BYTES: usize = 5 * 1024 * 1024;
/// The stack of the host thread that runs guests, in bytes. Ours.
pub const HOST_STACK_BYTES: usize = 16 * 1024 * 1024;
/// Live instances kept between messages; beyond it the least recently used is dropped. Ours.
pub const LIVE_INSTANCES: usize = 64;

/// Messages after which a heap is compared with its image. Ours.
pub const JOURNAL_MESSAGES: usize = 1_000;
/// Instructions of such messages: what a failure may cost to run again. Ours.
pub const JOURNAL_INSTRUCTIONS: u64 = 1_000_000_000;
/// Bytes kept to run such messages again. Ours.
pub const JOURNAL_BYTES: usize = 32 * 1024 * 1024;

/// Controllers of a canister.
pub const CONTROLLERS: usize = 10;
/// Viewers of the logs, the snapshots or the status of a canister, beside its controllers.
pub const VIEWERS: usize = 10;
/// Compute allocation of one canister, in percent.
pub const COMPUTE_ALLOCATION_PERCENT: u128 = 100;
/// Compute allocations of all canisters together, in percent: half of three threads, not reached.
pub const COMPUTE_CAPACITY_PERCENT: u128 = 149;
/// Memory allocations of all canisters together, in bytes (2 TiB).
pub const SUBNET_MEMORY_BYTES: u128 = 2 * 1024 * 1024 * 1024 * 1024;
/// The largest limit or threshold for the heap that a canister can be given, in bytes.
pub const WASM_MEMORY_SETTING_BYTES: u128 = 1 << 48;
/// Environment variables of a canister.
pub const ENVIRONMENT_VARIABLES: usize = 20;
/// Length of the name or of the value of an environment variable, in bytes.
pub const ENVIRONMENT_VARIABLE_BYTES: usize = 128;
/// Changes that the history of a canister keeps.
pub const HISTORY_CHANGES: usize = 20;
/// Snapshots of one canister.
pub const SNAPSHOTS: usize = 10;
/// A part of a snapshot that is read or uploaded at once, in bytes.
pub const SNAPSHOT_SLICE_BYTES: u64 = 2_000_000;
/// Canisters of the subnet.
pub const CANISTERS: usize = 100_000;
/// The least memory for the log of a canister that has one, and the default, in bytes.
pub const LOG_MEMORY_BYTES_MIN: usize = 4 * 1024;
/// The most memory for the log of a canister, in bytes.
pub const LOG_MEMORY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What one line of a log takes beside its content, in bytes: number, time and length.
pub const LOG_RECORD_BYTES: usize = 20;
/// Lines of a log in one answer, in bytes.
pub const LOG_ANSWER_BYTES: usize = 2_000_000;
/// Bytes of the text of `ic0.trap` that are kept. Ours.
pub const TRAP_TEXT_BYTES: usize = 8 * 1024;

/// Lines of `debug_print` kept of the queries and inspections of a canister, for tests. Ours.
pub const UNLOGGED_LINES: usize = 1_000;

/// Cycles of a canister created by `provisional_create_canister_with_cycles` without an amount.
pub const DEFAULT_CYCLES: u128 = 100_000_000_000_000;
/// Fee of `create_canister`.
pub const CREATE_CANISTER_FEE_CYCLES: u128 = 500_000_000_000;
/// Price of a GiB of memory for a second. Decides when a canister is frozen.
pub const MEMORY_CYCLES_PER_GIB_SECOND: u128 = 127_000;
/// Price of one percent of compute allocation for a second. Decides when a canister is frozen.
pub const COMPUTE_PERCENT_CYCLES_PER_SECOND: u128 = 10_000_000;
/// Nodes of the subnet, as `subnet_self_node_count` tells it.
pub const SUBNET_NODES: u32 = 13;

/// The counter behind the first canister id that is given out.
pub const FIRST_CANISTER_COUNTER: u64 = 0;
/// Rounds that the convenience calls execute before they give up. Ours.
pub const ROUNDS_PER_CALL: usize = 1_000;

/// URL of an HTTPS outcall, in bytes.
pub const OUTCALL_URL_BYTES: usize = 8192;
/// Headers of an HTTPS outcall, and of its response.
pub const OUTCALL_HEADERS: usize = 64;
/// Name or value of one header of an HTTPS outcall or of its response, in bytes.
pub const OUTCALL_HEADER_BYTES: usize = 8 * 1024;
/// Names and values of all headers of an HTTPS outcall or of its response, in bytes.
pub const OUTCALL_HEADERS_BYTES: usize = 48 * 1024;
/// Headers and body of an HTTPS outcall, in bytes.
pub const OUTCALL_REQUEST_BYTES: usize = 2_000_000;
/// Headers and body of the response to an HTTPS outcall, in bytes; the default of
/// `max_response_bytes` as well.
pub const OUTCALL_RESPONSE_BYTES: u64 = 2_000_000;
/// After this an HTTPS outcall without an answer is rejected. That of the adapter, which makes
/// the requests of the Internet Computer's nodes.
pub const OUTCALL_TIMEOUT: Duration = Duration::from_secs(30);
