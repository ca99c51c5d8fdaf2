//! Files that are written whole: after a crash there is the old one or the new one, never half of it.
//!
//! The one place that moves a file to where it is read. It knows no content.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file, or makes it for its user only; its directory is made if need be. When this returns,
/// it survives a crash. A link stays a link: what it leads to is replaced.
///
/// # Errors
/// Those of the file system; the file is as it was then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let directory = directory_of(&target);
    fs::create_dir_all(directory)?;
    let file = beside(directory, bytes)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(&target).map_err(|refused| refused.error)?;
    settle(directory)
}

/// The same for a file that must not be there yet, in a directory that is; false if there is one already.
/// Of two processes that do so at the same time one wins.
///
/// # Errors
/// Those of the file system.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let directory = directory_of(path);
    match beside(directory, bytes)?.persist_noclobber(path) {
        Ok(_) => settle(directory).map(|()| true),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(refused.error),
    }
}

/// Moves a file that was written and synchronised elsewhere in the same directory to where it is read.
///
/// # Errors
/// Those of the file system.
pub fn put_in_place(made: &Path, path: &Path) -> io::Result<()> {
    fs::rename(made, path)?;
    settle(directory_of(path))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    }
}

/// A file with these bytes that nobody reads yet, for its user only (mode 0600).
fn beside(directory: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    // Before the name: a crash in between must not leave the name of an empty file.
    file.as_file().sync_all()?;
    Ok(file)
}

/// Until the directory is on disk, so is only the old name.
#[cfg(unix)]
fn settle(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Other platforms open no directories.
#[cfg(not(unix))]
fn settle(_directory: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn should_make_and_replace_a_file_in_one_step() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b.json");
        write_whole(&path, b"old").unwrap();
        assert_eq!(mode(&path), 0o600, "a new file is for its user");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = directory.path().join("link");
        symlink(&path, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(mode(&path), 0o640, "what somebody chose stays");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left over: {left:?}");
    }

    #[test]
    fn should_leave_the_old_file_where_the_new_one_cannot_be_made() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("there");
        fs::create_dir(&path).unwrap();
        assert!(write_whole(&path, b"x").is_err(), "a directory is no file");
        let left: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn should_not_replace_what_must_be_new() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        assert!(write_new(&path, b"first").unwrap());
        assert!(!write_new(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(mode(&path), 0o600);
    }

    /// Files of this crate that put files in place by themselves.
    fn movers(directory: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(movers(&path));
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let moves = ["fs::rename(", ".persist(", ".persist_noclobber("];
            if moves.iter().any(|call| text.contains(call)) {
                found.push(path);
            }
        }
        found
    }

    #[test]
    fn should_be_the_one_place_that_puts_files_in_place() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert_eq!(movers(&source), [source.join("disk.rs")]);
    }
}
