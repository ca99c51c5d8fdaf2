//! Taking over a file of an older version, in one transaction.
//!
//! | version | what was different |
//! | --- | --- |
//! | 1 | pages were stored without their trailing zeros, in tables of other names; there were no logs and no snapshots |

use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

use super::tables::{HEAP, PageKey, Rows, STABLE};
use super::{FORMAT_VERSION, StoreError, create_tables};
use crate::PAGE_BYTES;
use crate::memory::pack;

pub(super) const HEAP_PAGES_1: Rows<PageKey> = TableDefinition::new("heap_pages");
pub(super) const STABLE_PAGES_1: Rows<PageKey> = TableDefinition::new("stable_pages");

/// Brings a file of a version that can be read up to this one.
pub(super) fn migrate(database: Database, version: u32) -> Result<Database, StoreError> {
    if version == FORMAT_VERSION {
        return Ok(database);
    }
    let write = database.begin_write()?;
    pack_pages(&write, HEAP_PAGES_1, HEAP)?;
    pack_pages(&write, STABLE_PAGES_1, STABLE)?;
    create_tables(&write)?;
    write.commit()?;
    Ok(database)
}

fn pack_pages(
    write: &WriteTransaction,
    from: Rows<PageKey>,
    to: Rows<PageKey>,
) -> Result<(), StoreError> {
    let old = write.open_table(from)?;
    let mut new = write.open_table(to)?;
    for row in old.iter()? {
        let (key, content) = row?;
        let mut page = content.value().to_vec();
        page.resize(PAGE_BYTES, 0);
        if let Some(packed) = pack(&page) {
            new.insert(key.value(), packed.as_slice())?;
        }
    }
    drop(old);
    write.delete_table(from)?;
    Ok(())
}
