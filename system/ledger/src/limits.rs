//! The limits of the ledgers, with their source.

use std::time::Duration;

/// How long a transaction with a time of creation is remembered, and how old it may be. ICRC-1,
/// 'Transaction deduplication'; the value is that of the mainnet's ledgers.
pub const TRANSACTION_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// How far the clock of a client may differ. That of the mainnet's ledgers.
pub const PERMITTED_DRIFT: Duration = Duration::from_secs(60);
/// Longest memo of an ICRC-1 transfer, in bytes. That of the mainnet's cycles ledger.
pub const MEMO_BYTES: usize = 80;
/// Remembered transactions that are forgotten with one new one, at most. Ours.
pub const FORGOTTEN_AT_ONCE: usize = 100;
