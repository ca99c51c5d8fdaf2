//! Who else can read a file with a secret.

use std::path::Path;

/// A warning about a file that the group or everybody can read.
#[cfg(unix)]
#[must_use]
pub fn warning(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    /// What group and others may do.
    const OTHERS: u32 = 0o077;
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    (mode & OTHERS != 0).then(|| {
        format!(
            "others can read {path} (mode {mode:03o}): run `chmod 600 {path}`",
            path = path.display()
        )
    })
}

/// Other platforms keep lists of who may read a file, which this does not look at.
#[cfg(not(unix))]
#[must_use]
pub fn warning(_path: &Path) -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn should_warn_of_what_others_can_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(warning(file.path()).is_some(), warned, "{mode:o}");
        }
    }
}
