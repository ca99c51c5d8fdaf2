//! Backups, reports and what cleaning up removed.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::stats::Percentiles;

/// A backup kept in the scheduler, in chunks. It holds tasks with their steps, schedules and history;
/// one of all owners also users, registered actions, alerts and the configuration. Not in it: secrets,
/// inboxes, reports, the timeline, backfills, what is on its way, and other backups.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its identifier.
    pub id: u64,
    /// Whose it is.
    pub owner: Principal,
    /// The task that made it; null if it was uploaded.
    pub task_id: Option<u64>,
    /// It holds the tasks of all owners, with users, actions and configuration.
    pub all_owners: bool,
    /// When it started.
    pub created_at: u64,
    /// When it was completed; null while it is being written.
    pub completed_at: Option<u64>,
    /// Tasks in it.
    pub tasks: u64,
    /// Executions in it.
    pub executions: u64,
    /// Chunks of at most 1,000,000 bytes.
    pub chunks: u32,
    /// Bytes in all.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits, made chunk by chunk: that of the first chunk, then
    /// that of the 32 bytes so far followed by the next chunk, and so on. Empty until the backup is
    /// complete.
    pub sha256: String,
}

/// A page of backups.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct BackupPage {
    /// The backups, the oldest first.
    pub backups: Vec<Backup>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
}

/// Which backup.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct BackupRequest {
    /// The backup.
    pub backup_id: u64,
}

/// Which chunk to download.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct GetBackupChunkRequest {
    /// The backup.
    pub backup_id: u64,
    /// The chunk, counted from 0.
    pub index: u32,
}

/// A chunk of a backup.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct BackupChunk {
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// A chunk to upload, one after the other.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct UploadBackupChunkRequest {
    /// The backup that the first chunk made; null for the first chunk.
    pub backup_id: Option<u64>,
    /// The chunk, counted from 0: the next one.
    pub index: u32,
    /// Its bytes, 1 to 1,000,000.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
    /// The last chunk: the backup is checked whole, and refused if it is damaged.
    pub last: bool,
}

/// What to restore.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RestoreBackupRequest {
    /// The backup. Tasks of other owners in it are restored only for admins.
    pub backup_id: u64,
    /// Replace tasks that exist; null is false: they are left as they are.
    pub overwrite: Option<bool>,
    /// Go on here: `next_cursor` of the answer before; null begins.
    pub cursor: Option<u64>,
}

/// What was restored. Tasks keep their identifiers unless those are, or once were, somebody else's;
/// schedules and executions keep theirs if they replace what has them, if an admin restores them, or if
/// nobody had them before. Executions that were under way when the backup was made are restored as
/// cancelled; schedules go on with their next time from now. What no backup holds (see `Backup`) stays
/// as it is here.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RestoredBackup {
    /// Tasks restored by this call.
    pub tasks: u64,
    /// Executions restored by this call.
    pub executions: u64,
    /// Tasks skipped because they exist, or belong to somebody else; counted by this call.
    pub left_out: u64,
    /// Call again with this `cursor`; null when all is done.
    pub next_cursor: Option<u64>,
    /// Tasks that have another number than in the backup, since theirs is or was that of somebody
    /// else, or is far above those that the scheduler gave; restoring the same backup again finds
    /// them under the new one. Null is none.
    #[serde(default)]
    pub renumbered: Option<Vec<RenumberedTask>>,
    /// So many executions of the next task, which is replaced, are still being removed: call again in
    /// some seconds. Null is none.
    #[serde(default)]
    pub remaining_executions: Option<u64>,
}

/// A task that was restored under a new number.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RenumberedTask {
    /// Its number in the backup.
    pub old_task_id: u64,
    /// The number that it has.
    pub new_task_id: u64,
}

/// Figures of one task over the window of a report.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskFigures {
    /// The task.
    pub task_id: u64,
    /// Its name.
    pub name: String,
    /// Executions that completed.
    pub completed: u64,
    /// Executions that failed or timed out.
    pub failed: u64,
    /// Executions that were cancelled.
    pub cancelled: u64,
    /// Slots that were skipped.
    pub skipped: u64,
    /// Slots that were missed.
    pub missed: u64,
    /// From the first attempt to the end.
    pub duration: Percentiles,
    /// From the time it was due to the first attempt.
    pub lag: Percentiles,
}

/// A report of an analytics action.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its identifier.
    pub id: u64,
    /// The execution that made it.
    pub execution_id: u64,
    /// The window, its begin.
    pub since_at: u64,
    /// The window, its end.
    pub until_at: u64,
    /// Completed among completed, failed and timed out, in hundredths of a percent; null if there
    /// were none.
    pub success_basis_points: Option<u32>,
    /// All tasks together; its `task_id` is 0.
    pub all: TaskFigures,
    /// The tasks that ran or should have run, at most 200, those with the most failures first.
    pub tasks: Vec<TaskFigures>,
}

/// A page of reports.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ReportPage {
    /// The reports, the newest first.
    pub reports: Vec<Report>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
}
