//! The log of a canister: what it printed and how it trapped, the latest lines only.
//!
//! Lines have ascending numbers that are never used again, so the store keeps one row a line and
//! an export names only those that were added and how many of the oldest are gone.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::limits::{LOG_MEMORY_BYTES_MAX, LOG_MEMORY_BYTES_MIN, LOG_RECORD_BYTES};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogRecord {
    pub timestamp_ns: u64,
    #[serde(with = "serde_bytes")]
    pub content: Vec<u8>,
}

impl LogRecord {
    /// The memory that the line takes, as the Internet Computer counts it.
    pub(crate) fn size(&self) -> usize {
        LOG_RECORD_BYTES + self.content.len()
    }
}

/// The latest lines that fit into a limit.
#[derive(Debug, Default)]
pub(crate) struct CanisterLog {
    records: VecDeque<LogRecord>,
    /// The number of the line after the last one.
    next_index: u64,
    bytes: usize,
    /// Lines below this number are in the store, or were there.
    exported_until: u64,
    /// The first line that the store has.
    exported_from: u64,
}

/// The memory behind a setting: little is as much as the least, nothing is no log at all.
fn capacity(limit: u128) -> usize {
    match usize::try_from(limit).unwrap_or(usize::MAX) {
        0 => 0,
        limit => limit.clamp(LOG_MEMORY_BYTES_MIN, LOG_MEMORY_BYTES_MAX),
    }
}

impl CanisterLog {
    /// A log as it was exported; the numbers of the lines have to follow one another.
    pub(crate) fn restore(next_index: u64, rows: Vec<(u64, LogRecord)>) -> Option<Self> {
        let first = next_index.checked_sub(rows.len() as u64)?;
        let mut log = Self {
            next_index,
            exported_until: next_index,
            exported_from: first,
            ..Self::default()
        };
        for ((index, record), expected) in rows.into_iter().zip(first..) {
            (index == expected).then_some(())?;
            log.bytes += record.size();
            log.records.push_back(record);
        }
        Some(log)
    }

    /// Adds a line, cut to what fits, and forgets the oldest ones that do not fit beside it.
    pub(crate) fn push(&mut self, limit: u128, timestamp_ns: u64, mut content: Vec<u8>) {
        let capacity = capacity(limit);
        let Some(longest) = capacity.checked_sub(LOG_RECORD_BYTES) else {
            return;
        };
        content.truncate(longest);
        let record = LogRecord {
            timestamp_ns,
            content,
        };
        self.bytes += record.size();
        self.records.push_back(record);
        self.next_index += 1;
        self.shrink_to(capacity);
    }

    /// Forgets the oldest lines that exceed a new limit.
    pub(crate) fn set_limit(&mut self, limit: u128) {
        self.shrink_to(capacity(limit));
    }

    fn shrink_to(&mut self, capacity: usize) {
        while self.bytes > capacity {
            let record = self.records.pop_front();
            self.bytes -= record.expect("BUG: an empty log has bytes").size();
        }
    }

    /// Forgets every line. Their numbers are not given out again.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.bytes = 0;
    }

    /// Bytes that the lines take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number that the next line gets.
    pub(crate) fn next_index(&self) -> u64 {
        self.next_index
    }

    fn first_index(&self) -> u64 {
        self.next_index - self.records.len() as u64
    }

    /// The lines with their numbers, the oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &LogRecord)> {
        let first = self.first_index();
        let numbered = self.records.iter().enumerate();
        numbered.map(move |(position, record)| (first + position as u64, record))
    }

    /// What changed since the last call: the first line that is left, and the lines added.
    pub(crate) fn take_changes(&mut self) -> Option<(u64, Vec<(u64, &LogRecord)>)> {
        let first = self.first_index();
        let known = (self.exported_from, self.exported_until);
        (self.exported_from, self.exported_until) = (first, self.next_index);
        if known == (first, self.next_index) {
            return None;
        }
        let added = self.iter().filter(|(index, _)| *index >= known.1).collect();
        Some((first, added))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(log: &CanisterLog) -> Vec<(u64, usize)> {
        let lines = log.iter();
        lines.map(|(index, r)| (index, r.content.len())).collect()
    }

    #[test]
    fn should_keep_the_latest_lines_that_fit() {
        let mut log = CanisterLog::default();
        let half = LOG_MEMORY_BYTES_MIN / 2 - LOG_RECORD_BYTES;
        for _ in 0..3 {
            log.push(4096, 7, vec![1; half]);
        }
        assert_eq!(lines(&log), [(1, half), (2, half)]);
        assert_eq!(log.bytes(), LOG_MEMORY_BYTES_MIN);
        log.push(4096, 8, vec![]);
        assert_eq!(lines(&log), [(2, half), (3, 0)]);
        log.push(4096, 9, vec![2; 100_000]);
        assert_eq!(lines(&log), [(4, LOG_MEMORY_BYTES_MIN - LOG_RECORD_BYTES)]);
    }

    #[test]
    fn should_take_a_small_limit_for_the_least_one_and_zero_for_none() {
        let mut log = CanisterLog::default();
        log.push(1, 0, vec![0; 10_000]);
        assert_eq!(log.bytes(), LOG_MEMORY_BYTES_MIN);
        log.set_limit(0);
        assert_eq!((lines(&log), log.next_index()), (vec![], 1));
        log.push(0, 0, vec![0]);
        assert_eq!((lines(&log), log.next_index()), (vec![], 1));
        log.push(u128::MAX, 0, vec![0; 10_000_000]);
        assert_eq!(log.bytes(), LOG_MEMORY_BYTES_MAX);
    }

    #[test]
    fn should_export_what_was_added_and_what_is_gone() {
        let mut log = CanisterLog::default();
        assert_eq!(log.take_changes(), None);
        log.push(4096, 0, b"a".to_vec());
        log.push(4096, 0, b"b".to_vec());
        let (first, added) = log.take_changes().unwrap();
        assert_eq!((first, added.len()), (0, 2));
        assert_eq!(log.take_changes(), None);
        log.push(4096, 0, vec![0; 4000]);
        log.push(4096, 0, vec![0; 4000]);
        let (first, added) = log.take_changes().unwrap();
        assert_eq!((first, added[0].0, added.len()), (3, 3, 1));
        log.clear();
        assert_eq!(log.take_changes(), Some((4, vec![])));
    }

    #[test]
    fn should_refuse_rows_with_a_gap() {
        let row = |index| {
            let content = b"x".to_vec();
            let timestamp_ns = 1;
            (
                index,
                LogRecord {
                    timestamp_ns,
                    content,
                },
            )
        };
        let restored = CanisterLog::restore(5, vec![row(3), row(4)]).unwrap();
        assert_eq!(lines(&restored), [(3, 1), (4, 1)]);
        assert!(CanisterLog::restore(5, vec![row(2), row(4)]).is_none());
        assert!(CanisterLog::restore(1, vec![row(0), row(1)]).is_none());
    }
}
