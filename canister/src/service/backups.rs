//! Showing, downloading, uploading and removing backups; showing reports.

use candid::Principal;
use chime_types::{
    Backup, BackupChunk, BackupPage, Error, ErrorKind, EventKind, GetBackupChunkRequest,
    PageRequest, Removed, ReportPage, UploadBackupChunkRequest, limits,
};

use super::access::{conflict, limit_exceeded, not_found};
use super::{Caller, room, take_page, validate};
use crate::engine::archive::{self, Damage};
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::keys::{BackupId, ReportId};
use crate::state::records::{BackupPosition, BackupRecord};

/// A backup that the caller may see and remove: its own, and for admins those of all owners. One
/// that holds the tasks of all owners is for admins alone.
pub(super) fn backup_for(state: &State, caller: Caller, id: u64) -> Result<BackupRecord, Error> {
    caller.need_owner()?;
    state
        .backup_record(BackupId(id))
        .filter(|record| {
            let is_own = record.backup.owner == caller.principal && !record.backup.all_owners;
            is_own || caller.is_admin()
        })
        .ok_or_else(|| not_found("backup_id", "backup", id, "list yours with list_backups"))
}

/// `list_backups`
pub fn list_backups(
    state: &State,
    caller: Caller,
    request: &PageRequest,
) -> Result<BackupPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let items = state.backups_of(owner, BackupId(request.cursor.unwrap_or(0)));
    let (backups, more) = take_page(items, limit);
    Ok(BackupPage {
        next_cursor: backups.last().filter(|_| more).map(|backup| backup.id),
        backups,
    })
}

/// `list_reports`
pub fn list_reports(
    state: &State,
    caller: Caller,
    request: &PageRequest,
) -> Result<ReportPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let cursor = ReportId(request.cursor.unwrap_or(u64::MAX));
    let (reports, more) = take_page(state.reports_of(owner, cursor), limit);
    Ok(ReportPage {
        next_cursor: reports.last().filter(|_| more).map(|report| report.id),
        reports,
    })
}

/// Refuses a backup that is being written or uploaded.
pub(super) fn need_complete(record: &BackupRecord) -> Result<(), Error> {
    if record.backup.completed_at.is_some() {
        return Ok(());
    }
    Err(conflict(
        "backup_id",
        "the backup is not complete",
        "wait until list_backups shows `completed_at`, or upload the rest of it",
    ))
}

/// `get_backup_chunk`
pub fn get_backup_chunk(
    state: &State,
    caller: Caller,
    request: &GetBackupChunkRequest,
) -> Result<BackupChunk, Error> {
    let record = backup_for(state, caller, request.backup_id)?;
    need_complete(&record)?;
    let id = BackupId(request.backup_id);
    let data = state.backup_chunk(id, request.index).ok_or_else(|| {
        let fix = "chunks are counted from 0; list_backups shows how many there are";
        not_found("index", "chunk", request.index.into(), fix)
    })?;
    Ok(BackupChunk { data })
}

/// `delete_backup`
pub fn delete_backup(
    state: &mut State,
    caller: Caller,
    now: u64,
    backup_id: u64,
) -> Result<Removed, Error> {
    let record = backup_for(state, caller, backup_id)?;
    state.remove_backup(&record.backup);
    let detail = format!("backup {backup_id} removed");
    note(state, caller, record.backup.owner, now, &detail);
    Ok(Removed { removed: 1 })
}

fn note(state: &mut State, caller: Caller, owner: Principal, now: u64, detail: &str) {
    Note::new(EventKind::BackupChanged, owner)
        .by(caller.principal)
        .detail(detail)
        .write(state, now);
}

/// `upload_backup_chunk`: takes a chunk in if all that it completes can be read.
pub fn upload_backup_chunk(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: UploadBackupChunkRequest,
) -> Result<Backup, Error> {
    let mut record = match request.backup_id {
        Some(id) => upload_for(state, caller, id, request.index)?,
        None => new_upload(state, caller, now, request.index)?,
    };
    check_size(state, caller, &request)?;
    room::for_bytes(state, caller.principal)?;
    let id = BackupId(record.backup.id);
    archive::add_chunk(&mut record, &request.data);
    let owner = record.backup.owner;
    state.put_backup_chunk(owner, (id, request.index), request.data);
    if let Err(error) = check(state, caller, &mut record, request.last) {
        state.remove_backup_chunk(owner, (id, request.index));
        return Err(error);
    }
    if request.last {
        record.backup.completed_at = Some(now);
        record.backup.sha256 = archive::chunks_digest(&record);
        let detail = format!("backup {} uploaded: {} tasks", id.0, record.backup.tasks);
        note(state, caller, caller.principal, now, &detail);
    }
    state.put_backup(&record);
    Ok(record.backup)
}

/// An upload that goes on with this chunk.
fn upload_for(state: &State, caller: Caller, id: u64, index: u32) -> Result<BackupRecord, Error> {
    let record = backup_for(state, caller, id)?;
    if record.backup.task_id.is_some() || record.backup.completed_at.is_some() {
        return Err(conflict(
            "backup_id",
            "the backup is complete, or a task writes it",
            "leave `backup_id` out to upload another one",
        ));
    }
    check_index(index, record.backup.chunks)?;
    Ok(record)
}

fn check_index(index: u32, expected: u32) -> Result<(), Error> {
    if index != expected {
        return Err(Error::invalid(
            "index",
            format!("the next chunk is {expected}, got {index}"),
            "upload the chunks one after the other, from 0 on",
        ));
    }
    let maximum = u64::from(limits::MAXIMUM_BACKUP_CHUNKS);
    validate::range("index", index.into(), 0, maximum - 1)
}

fn new_upload(
    state: &mut State,
    caller: Caller,
    now: u64,
    index: u32,
) -> Result<BackupRecord, Error> {
    caller.need_owner()?;
    check_index(index, 0)?;
    let all = state.backups_of(caller.principal, BackupId(0)).count() as u64;
    if all >= limits::MAXIMUM_BACKUPS {
        return Err(limit_exceeded(
            format!("at most {} backups of one owner", limits::MAXIMUM_BACKUPS),
            "remove some with delete_backup",
        ));
    }
    let backup = Backup {
        id: state.new_other_id(),
        owner: caller.principal,
        task_id: None,
        all_owners: false,
        created_at: now,
        completed_at: None,
        tasks: 0,
        executions: 0,
        chunks: 0,
        bytes: 0,
        sha256: String::new(),
    };
    Ok(BackupRecord {
        backup,
        chunk_digest: Vec::new(),
        item_digest: Vec::new(),
        read_to: BackupPosition::default(),
        is_read: false,
    })
}

fn check_size(
    state: &State,
    caller: Caller,
    request: &UploadBackupChunkRequest,
) -> Result<(), Error> {
    let length = request.data.len();
    validate::bytes("data", length, 1, limits::BACKUP_CHUNK_BYTES)?;
    let uploaded: u64 = state
        .backups_of(caller.principal, BackupId(0))
        .filter(|backup| backup.task_id.is_none())
        .map(|backup| backup.bytes)
        .sum();
    let maximum = limits::MAXIMUM_UPLOADED_BYTES;
    if uploaded + length as u64 > maximum && !caller.is_admin() {
        return Err(limit_exceeded(
            format!("at most {maximum} bytes of uploaded backups"),
            "remove some with delete_backup",
        ));
    }
    Ok(())
}

/// Reads what a chunk completed.
fn check(
    state: &State,
    caller: Caller,
    record: &mut BackupRecord,
    last: bool,
) -> Result<(), Error> {
    archive::check(state, record).map_err(|damage| damaged("data", damage))?;
    if record.backup.all_owners && !caller.is_admin() {
        return Err(Error::new(
            ErrorKind::Forbidden,
            "only an admin may upload a backup of all owners",
            "ask an admin to do it",
        ));
    }
    let end = BackupPosition {
        chunk: record.backup.chunks,
        offset: 0,
    };
    if last && !(record.is_read && record.read_to == end) {
        let damage = Damage("the last chunk does not end with the end of the backup".to_string());
        return Err(damaged("last", damage));
    }
    Ok(())
}

/// A backup that cannot be read.
pub(super) fn damaged(field: &str, Damage(rule): Damage) -> Error {
    Error::invalid(
        field,
        format!("the backup is damaged: {rule}"),
        "compare its sha256 with that of the original; delete_backup removes what was uploaded",
    )
}
