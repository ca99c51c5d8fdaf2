//! The units in `examples/systemd`, as systemd reads them.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::support::text;

#[test]
#[ignore = "needs systemd-analyze; scripts/test runs it where that is at hand"]
fn should_be_units_that_systemd_has_nothing_to_say_about() {
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join(".local/bin");
    std::fs::create_dir_all(&programs).unwrap();
    symlink(env!("CARGO_BIN_EXE_chime"), programs.join("chime")).unwrap();
    let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/systemd");
    let verified = Command::new("systemd-analyze")
        .args(["--user", "verify"])
        .args(["chime-up.service", "chime-worker.service"].map(|unit| units.join(unit)))
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .output()
        .unwrap();
    let said = text(&verified.stderr);
    assert!(verified.status.success() && said.is_empty(), "{said}");
}
