//! The messages that succeeded since the heap was last compared with its image.
//!
//! Comparing costs more than most messages do, so it is put off: a message that succeeds leaves the
//! live instance ahead of the image and is written down here, with all that it was given. When a
//! later message fails, the image and the old pages of the stable memory are put back and the
//! messages run once more. Guests are deterministic and see nothing but what they are given, so
//! that leads to the same state. Each message runs again once at most: the heap is compared after
//! that, as it is before anything else needs the image (an export, a query, an installation).

use crate::engine::Target;
use crate::limits::{JOURNAL_BYTES, JOURNAL_INSTRUCTIONS, JOURNAL_MESSAGES};
use crate::state::Closure;
use crate::sys::Run;

/// A [`Target`] that can be kept.
pub(super) enum Function {
    Export(String),
    Closure(Closure),
}

impl Function {
    pub(super) fn target(&self) -> Target<'_> {
        match self {
            Self::Export(name) => Target::Export(name),
            Self::Closure(closure) => Target::Closure(*closure),
        }
    }
}

/// A message as it was before it ran.
pub(super) struct Entry {
    pub(super) function: Function,
    pub(super) run: Box<Run>,
    /// Instructions that it left, which tells whether it did the same again.
    pub(super) fuel_left: u64,
}

impl Entry {
    /// Writes a message down that is about to run.
    pub(super) fn new(target: Target<'_>, run: &Run) -> Self {
        Self {
            function: match target {
                Target::Export(name) => Function::Export(name.to_owned()),
                Target::Closure(closure) => Function::Closure(closure),
            },
            run: run.fresh_copy(),
            fuel_left: 0,
        }
    }
}

/// Messages in their order.
#[derive(Default)]
pub(super) struct Journal {
    entries: Vec<Entry>,
    instructions: u64,
    bytes: usize,
}

impl Journal {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// Adds a message that succeeded, as it was after it ran.
    pub(super) fn push(&mut self, mut entry: Entry, run: &Run) {
        entry.fuel_left = run.fuel;
        self.instructions = self.instructions.saturating_add(run.instructions());
        self.bytes += run.input.payload.len();
        self.entries.push(entry);
    }

    /// Whether it shall not grow further, with that many bytes of old stable memory kept for it.
    pub(super) fn is_full(&self, kept_bytes: usize) -> bool {
        self.entries.len() >= JOURNAL_MESSAGES
            || self.instructions >= JOURNAL_INSTRUCTIONS
            || self.bytes + kept_bytes >= JOURNAL_BYTES
    }
}
