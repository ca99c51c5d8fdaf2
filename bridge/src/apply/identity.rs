//! What makes an applied job the same job the next time, and how a change to it is noticed.
//!
//! A job is known by its key: the dialect and the job's own id or name, not the file, so that a
//! file may be moved or renamed without the job running twice. Only where jobs have names and no
//! ids, and two files use the same name for different jobs, the second one's file becomes part of
//! its key. The key is the idempotency key of the task.
//!
//! In the task's metadata a mark says what was applied last: a hash of the whole job and one of its
//! schedules, so that an unchanged schedule keeps its phase when something else changes.

use chime_types::{CreateTaskRequest, NewSchedule, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Declaration;

/// The field of the metadata that holds the mark.
const MARK: &str = "applied_from";
/// Hexadecimal digits of a hash: 128 bits.
const HASH_DIGITS: usize = 32;

/// The mark of an applied task.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AppliedFrom {
    /// The file.
    pub source: String,
    /// The job's key.
    pub key: String,
    /// The hash of the job.
    pub hash: String,
    /// The hash of its schedules.
    pub schedules_hash: String,
    /// Whether the job was switched on.
    pub active: bool,
}

impl AppliedFrom {
    /// The mark of a job that was read from `source`.
    pub(super) fn of(declaration: &Declaration, key: String, source: &str) -> Self {
        let request = &declaration.request;
        Self {
            source: source.to_string(),
            key,
            hash: hash(request),
            schedules_hash: hash::<[NewSchedule]>(&request.schedules),
            active: request.disabled != Some(true),
        }
    }
}

/// The mark in a task's metadata, if the task was applied from a file.
#[must_use]
pub fn applied_from(metadata: &str) -> Option<AppliedFrom> {
    let metadata: Map<String, Value> = serde_json::from_str(metadata).ok()?;
    serde_json::from_value(metadata.get(MARK)?.clone()).ok()
}

/// The metadata of a job with the mark in front.
pub(super) fn marked(request: &CreateTaskRequest, mark: &AppliedFrom) -> String {
    let mut metadata = Map::new();
    let value = serde_json::to_value(mark).expect("BUG: the mark is plain text");
    metadata.insert(MARK.into(), value);
    match own_metadata(request.metadata.as_deref().unwrap_or_default()) {
        Some(Value::Object(own)) => metadata.extend(own),
        // Text stands beside the mark.
        Some(text) => {
            metadata.insert("text".into(), text);
        }
        None => {}
    }
    Value::Object(metadata).to_string()
}

/// The metadata of a task without the mark: an object, or the text that somebody wrote.
pub(super) fn own_metadata(text: &str) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(mut own)) => {
            own.shift_remove(MARK);
            (!own.is_empty()).then_some(Value::Object(own))
        }
        _ => (!text.is_empty()).then(|| Value::from(text)),
    }
}

/// Metadata of a job: those of the fields that are given.
pub(super) fn metadata<const N: usize>(fields: [(&str, &Option<String>); N]) -> Option<String> {
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.clone()?.into())));
    let map: Map<String, Value> = given.collect();
    (!map.is_empty()).then(|| Value::Object(map).to_string())
}

/// The key of a job whose name another file uses for another job.
pub(super) fn key_in_file(key: &str, file: &str) -> String {
    let (dialect, name) = key
        .split_once(':')
        .expect("BUG: a key begins with its dialect");
    self::key(dialect, &format!("{name}@{}", file_name(file)))
}

/// The last part of a path.
pub(super) fn file_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// The key of a job. An id that is too long for a key is hashed.
pub(super) fn key(dialect: &str, id: &str) -> String {
    let key = format!("{dialect}:{id}");
    if key.len() <= limits::MAXIMUM_KEY_BYTES {
        return key;
    }
    format!("{dialect}:sha256:{}", digest(id.as_bytes()))
}

/// The hash of a job.
pub(super) fn job_hash(declaration: &Declaration) -> String {
    hash(&declaration.request)
}

/// A hash that ignores what is null, so that fields that a later version adds change nothing.
fn hash<T: Serialize + ?Sized>(value: &T) -> String {
    let mut value = serde_json::to_value(value).expect("BUG: a request is plain data");
    drop_nulls(&mut value);
    digest(value.to_string().as_bytes())
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut digits = hex::encode(Sha256::digest(bytes));
    digits.truncate(HASH_DIGITS);
    digits
}
