//! `status.json`: where the network listens, for whoever started the launcher.
//!
//! One line that ends in a newline. It appears all at once, when the network answers, and is
//! removed when the launcher ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chime_replica::canister_id_from_counter;
use serde::Serialize;

const FILE: &str = "status.json";
const VERSION: &str = "1";

/// What the file says.
#[derive(Serialize)]
struct Status {
    v: &'static str,
    gateway_port: u16,
    root_key: String,
    /// Where requests that are about no canister may be sent.
    default_effective_canister_id: String,
}

/// The file of a network that answers.
#[derive(Debug)]
pub(crate) struct StatusFile(PathBuf);

impl StatusFile {
    /// Writes it, all of it or nothing.
    pub(crate) fn write(directory: &Path, port: u16, root_key: &[u8]) -> io::Result<Self> {
        let status = Status {
            v: VERSION,
            gateway_port: port,
            root_key: hex::encode(root_key),
            default_effective_canister_id: canister_id_from_counter(0).to_text(),
        };
        let line = format!("{}\n", serde_json::to_string(&status)?);
        fs::create_dir_all(directory)?;
        let path = directory.join(FILE);
        let unfinished = directory.join("status.json.new");
        fs::write(&unfinished, line)?;
        fs::rename(&unfinished, &path)?;
        Ok(Self(path))
    }
}

impl Drop for StatusFile {
    fn drop(&mut self) {
        // Whoever made the directory may have removed it already.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_write_one_line_and_remove_it_at_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let status = StatusFile::write(&directory.path().join("new"), 8000, &[1, 255]).unwrap();
        let text = fs::read_to_string(&status.0).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        let value: serde_json::Value =
            serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(value["v"], "1");
        assert_eq!(value["gateway_port"], 8000);
        assert_eq!(value["root_key"], "01ff");
        let path = status.0.clone();
        drop(status);
        assert!(!path.exists());
    }
}
