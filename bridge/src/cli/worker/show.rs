//! What a worker did, when it ends.

use serde::Serialize;

use crate::terminal::{Answer, Page};
use crate::worker::Summary;

/// What a worker did.
#[derive(Serialize, Debug)]
#[serde(transparent)]
pub struct Worked(Summary);

impl Worked {
    /// The figures of a worker that has ended.
    #[must_use]
    pub const fn new(summary: Summary) -> Self {
        Self(summary)
    }
}

impl Answer for Worked {
    fn text(&self, _page: &Page<'_>) -> String {
        let Summary {
            completed,
            failed,
            handed_back,
            refused_reports,
            refused_files,
        } = self.0;
        let mut text = format!("Jobs: {completed} completed, {failed} failed");
        for (count, what) in [
            (handed_back, "released"),
            (refused_reports, "reported too late"),
        ] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        if refused_files > 0 {
            let files = match refused_files {
                1 => "1 job file".to_string(),
                count => format!("{count} job files"),
            };
            text.push_str(&format!("; {files} refused"));
        }
        text.push('.');
        text
    }
}
