//! The answer of `chime man`.

use std::path::Path;

use serde::Serialize;

use crate::terminal::{Answer, Page};

/// The pages that were written.
#[derive(Serialize, Debug)]
pub struct Pages {
    directory: String,
    pages: Vec<String>,
}

impl Pages {
    /// These pages.
    #[must_use]
    pub fn new(directory: &Path, pages: Vec<String>) -> Self {
        Self {
            directory: directory.display().to_string(),
            pages,
        }
    }
}

impl Answer for Pages {
    fn text(&self, _page: &Page<'_>) -> String {
        format!("{} pages are in {}.", self.pages.len(), self.directory)
    }
}
