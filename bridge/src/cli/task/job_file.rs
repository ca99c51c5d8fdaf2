//! Tasks as a job file: in YAML for people and for `chime apply`.

use serde::Serialize;
use serde_json::Value;

use crate::terminal::{Answer, Page};

/// The document of a job file.
#[derive(Serialize, Debug)]
#[serde(transparent)]
pub struct JobFile(pub Value);

impl Answer for JobFile {
    fn text(&self, _: &Page<'_>) -> String {
        let text = serde_norway::to_string(&self.0).expect("BUG: a job file is plain data");
        text.trim_end().to_string()
    }
}
