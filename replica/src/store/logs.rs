//! The lines of logs: one row a line, so that a line more is a row more.

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::tables::LOGS;
use super::{Store, StoreError};
use crate::{LogDelta, LogLines, Principal};

pub(super) fn write(write: &WriteTransaction, delta: &LogDelta) -> Result<(), StoreError> {
    let id = delta.canister.as_slice();
    let mut table = write.open_table(LOGS)?;
    table.retain_in((id, 0)..(id, delta.first), |_, _| false)?;
    for (index, line) in &delta.lines {
        table.insert((id, *index), line.as_slice())?;
    }
    Ok(())
}

pub(super) fn delete(write: &WriteTransaction, id: &[u8]) -> Result<(), StoreError> {
    let mut table = write.open_table(LOGS)?;
    Ok(table.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?)
}

impl Store {
    /// The lines of all logs, by canister.
    pub(super) fn load_logs(
        &self,
        read: &ReadTransaction,
    ) -> Result<Vec<(Principal, LogLines)>, StoreError> {
        let table = read.open_table(LOGS)?;
        let mut logs: Vec<(Principal, LogLines)> = Vec::new();
        for row in table.iter()? {
            let (key, line) = row?;
            let (id, index) = key.value();
            let id = Principal::try_from_slice(id)
                .map_err(|e| self.damaged(format!("a canister id of a log: {e}")))?;
            match logs.last_mut() {
                Some((last, lines)) if *last == id => lines.push((index, line.value().to_vec())),
                _ => logs.push((id, vec![(index, line.value().to_vec())])),
            }
        }
        Ok(logs)
    }
}
