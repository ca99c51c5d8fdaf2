//! Programs: what a codex that a step runs is given, and what follows from how a part of it ended.
//!
//! An attempt at a step with a program is made in parts: a slice, in which a runner takes the program from its
//! beginning through all that it was answered so far to what it asks for next, and what it asks for: a
//! call, a request, a sleep. What it asked for and was answered is its journal. Between two parts the
//! execution waits like any other: for a place, for its owner's budget, for time. So an upgrade, a lost
//! answer or a runner that traps costs a part, and never what was done before.
//!
//! It knows no runner: which one takes a slice, and what came of it, is for `driver`.

mod changes;
mod parts;
mod slice;
mod sources;

use chime_types::codex::{Answer, JournalEntry, Request, Slice, SliceOutcome};
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::resolve::HttpWork;
use crate::state::Began;
use crate::state::records::JournalRecord;

pub use changes::are_entities;
pub use parts::resume;
pub(super) use slice::next;

/// What the execution of a program has as its `progress` between two parts of it.
pub const UNDER_WAY: &[u8] = b"program";

/// A part of an attempt, to be done outside the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Have a runner take the program on.
    Slice {
        slice: Box<Slice>,
        began: Began,
        /// Counts on with each slice and each try, so that several runners share the load.
        turn: u64,
    },
    /// Call a canister for it.
    Call {
        call: Call,
        /// All its code is its owner's own, so it may do what only its owner may.
        is_own: bool,
    },
    /// Send a request for it.
    Http(HttpWork),
}

/// A call that a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub canister: candid::Principal,
    pub method: String,
    pub arguments: Vec<u8>,
    pub cycles: u128,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartOutcome {
    /// A runner took the program on.
    Ran { began: Began, outcome: SliceOutcome },
    /// No runner did. Nothing was done, so it can be tried again.
    NotRun {
        failure: Failure,
        /// The runner broke off: if that happens twice, the program is to blame.
        trapped: bool,
    },
    /// What it asked for was answered, at this cost.
    Answered { answer: Answer, cycles: u128 },
}

/// The name of a codex: files end in `.py`, what is imported does not.
pub fn codex_name(name: &str) -> &str {
    name.strip_suffix(".py").unwrap_or(name)
}

/// The checksum of a code.
pub fn checksum(code: &str) -> String {
    let digits = Sha256::digest(code.as_bytes());
    let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// How large a journal is: what it holds of others, and a little for each entry.
pub fn size(journal: &JournalRecord) -> u64 {
    let entries = journal.entries.iter().map(size_of_entry).sum::<usize>();
    let pending = journal.pending.as_ref().map_or(0, size_of_request);
    (entries + pending) as u64
}

const ENTRY_BYTES: usize = 64;

fn size_of_entry(entry: &JournalEntry) -> usize {
    let answer = match &entry.answer {
        Answer::Reply { reply } => reply.len(),
        Answer::Rejected { message, .. } => message.len(),
        Answer::Response { headers, body, .. } => size_of_pairs(headers) + body.len(),
        Answer::Slept {} => 0,
    };
    ENTRY_BYTES + size_of_request(&entry.request) + answer
}

fn size_of_request(request: &Request) -> usize {
    match request {
        Request::Call {
            method, arguments, ..
        } => method.len() + arguments.len(),
        Request::Http {
            url, headers, body, ..
        } => url.len() + size_of_pairs(headers) + body.len(),
        Request::Sleep { .. } => 0,
    }
}

fn size_of_pairs(pairs: &[(String, String)]) -> usize {
    pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum()
}

/// What a program asks for, in words.
pub fn in_words(request: &Request) -> String {
    match request {
        Request::Call {
            canister, method, ..
        } => format!("a call of {method} of {canister}"),
        Request::Http { url, method, .. } => format!("{method} {url}"),
        Request::Sleep { seconds } => format!("a sleep of {seconds} s"),
    }
}
