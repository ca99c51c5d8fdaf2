//! The configuration file of tasks_loop's scheduler, read for the one who runs the jobs.

use std::path::{Path, PathBuf};

use super::Refusal;
use super::dialect::note_unknown;
use super::document::split;
use super::fields::{Fields, Spelling};
use super::tasks_loop::CONFIGURATION_FIELDS;
use super::{Draft, files};

/// What the file says. What it leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerSettings {
    /// Where the job files are.
    pub jobs_dir: Option<PathBuf>,
    /// Pause between two looks at them.
    pub poll_interval_seconds: Option<u64>,
    /// Time-out of jobs that name none.
    pub default_timeout_seconds: Option<u64>,
    /// Jobs at a time.
    pub max_concurrent_jobs: Option<u64>,
    /// `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`.
    pub log_level: Option<String>,
    /// Where the log is written to as well.
    pub log_file: Option<PathBuf>,
    /// Remarks for the user that are no reason to refuse.
    pub notes: Vec<String>,
}

/// Reads a configuration file.
///
/// # Errors
/// If it cannot be read, is no single document, or a field is wrong.
pub fn read_settings(file: &Path) -> Result<WorkerSettings, Refusal> {
    let sources = files::gather(&[file.to_path_buf()]);
    let mut documents: Vec<_> = sources.into_iter().flat_map(split).collect();
    let document = documents.pop().filter(|_| documents.is_empty());
    let Some(document) = document else {
        return Err(Refusal::new(
            "the file is not one document",
            "Give the path of one configuration file.",
        ));
    };
    let content = document.content?;
    let mut fields = Fields::new(&content, "", Spelling::Exact)?;
    let mut settings = WorkerSettings {
        jobs_dir: fields.filled(&["jobs_dir"])?.map(PathBuf::from),
        poll_interval_seconds: fields.count(&["poll_interval_seconds"], u64::MAX)?,
        default_timeout_seconds: fields.count(&["default_timeout_seconds"], u64::MAX)?,
        max_concurrent_jobs: fields.count(&["max_concurrent_jobs"], u64::MAX)?,
        log_level: fields.filled(&["log_level"])?,
        log_file: fields.filled(&["log_file"])?.map(PathBuf::from),
        notes: Vec::new(),
    };
    fields.value(&CONFIGURATION_FIELDS);
    let mut draft = Draft::default();
    note_unknown(&fields, &mut draft);
    settings.notes = draft.notes;
    Ok(settings)
}
