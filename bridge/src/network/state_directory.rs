//! The directory of the embedded network: its state, its key, the ids of its canisters.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use candid::Principal;

use crate::disk;
use crate::error::{Error, Kind, Result};

/// A directory of this machine that belongs to one embedded network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory(PathBuf);

impl StateDirectory {
    /// This directory. It is made when it is first written to.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The directory of this user: `CHIME_STATE`, else `chime` in the directory where the
    /// platform keeps the data of programs.
    ///
    /// # Errors
    /// `Usage` if the environment names no home.
    pub fn of_user() -> Result<Self> {
        of_environment(env::consts::OS, |name| {
            env::var_os(name).filter(|value| !value.is_empty())
        })
        .map(Self)
        .ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "the environment names no home directory",
                "name a directory with --state DIR or CHIME_STATE",
            )
        })
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The private key that was made for the embedded network.
    #[must_use]
    pub fn identity_file(&self) -> PathBuf {
        self.0.join("identity.pem")
    }

    /// Makes the directory, for this user only.
    ///
    /// # Errors
    /// `LocalFile` if it cannot be made.
    pub fn create(&self) -> Result<()> {
        create_private(&self.0).map_err(|error| self.failed("cannot make the directory", error))
    }

    /// The scheduler's id on this network, if one was made.
    ///
    /// # Errors
    /// `LocalFile` if the file is damaged or cannot be read.
    pub fn scheduler_id(&self) -> Result<Option<Principal>> {
        self.id(SCHEDULER_ID)
    }

    /// Remembers the scheduler's id.
    ///
    /// # Errors
    /// `LocalFile` if it cannot be written.
    pub fn remember_scheduler(&self, canister_id: Principal) -> Result<()> {
        self.remember(SCHEDULER_ID, canister_id)
    }

    /// The id of the runner of Python on this network, if one was made.
    ///
    /// # Errors
    /// `LocalFile` if the file is damaged or cannot be read.
    pub fn runner_id(&self) -> Result<Option<Principal>> {
        self.id(RUNNER_ID)
    }

    /// Remembers the runner's id.
    ///
    /// # Errors
    /// `LocalFile` if it cannot be written.
    pub fn remember_runner(&self, canister_id: Principal) -> Result<()> {
        self.remember(RUNNER_ID, canister_id)
    }

    fn id(&self, name: &str) -> Result<Option<Principal>> {
        let text = match fs::read_to_string(self.0.join(name)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(&format!("cannot read {name} in"), error)),
        };
        Principal::from_text(text.trim())
            .map(Some)
            .map_err(|error| self.failed(&format!("{name} holds no canister id in"), error))
    }

    fn remember(&self, name: &str, canister_id: Principal) -> Result<()> {
        let text = format!("{canister_id}\n");
        disk::write_whole(&self.0.join(name), text.as_bytes())
            .map_err(|error| self.failed(&format!("cannot write {name} in"), error))
    }

    /// Waits until no other process installs something on this network, and keeps others out
    /// until the answer is dropped.
    ///
    /// # Errors
    /// `LocalFile` if the lock cannot be had.
    pub async fn lock_deployment(&self) -> Result<DeploymentLock> {
        let path = self.0.join("deploy.lock");
        let locked = tokio::task::spawn_blocking(move || {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            file.lock()?;
            Ok::<_, io::Error>(DeploymentLock { _file: file })
        })
        .await
        .map_err(io::Error::other)
        .flatten();
        locked.map_err(|error| self.failed("cannot lock deploy.lock in", error))
    }

    /// An error about this directory.
    pub(super) fn failed(
        &self,
        what: &str,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        Error::new(
            Kind::LocalFile,
            format!("{what} {}", self.0.display()),
            "check the directory's permissions, or name another one with --state DIR",
        )
        .because(error)
    }
}

const SCHEDULER_ID: &str = "scheduler.id";
const RUNNER_ID: &str = "runner.id";

/// Held while a canister is installed; released when dropped.
#[must_use]
pub struct DeploymentLock {
    _file: File,
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn of_environment(os: &str, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(state) = variable("CHIME_STATE") {
        return Some(PathBuf::from(state));
    }
    let home = |below: &str| variable("HOME").map(|home| Path::new(&home).join(below));
    let data = match os {
        "macos" => home("Library/Application Support"),
        "windows" => variable("LOCALAPPDATA").map(PathBuf::from),
        _ => variable("XDG_DATA_HOME")
            .map(PathBuf::from)
            // The specification says to ignore relative paths.
            .filter(|path| path.is_absolute())
            .or_else(|| home(".local/share")),
    };
    data.map(|data| data.join("chime"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(os: &str, variables: &[(&str, &str)]) -> Option<PathBuf> {
        of_environment(os, |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn should_follow_the_platform() {
        let home = ("HOME", "/home/ada");
        for (os, variables, expected) in [
            ("linux", vec![home], Some("/home/ada/.local/share/chime")),
            (
                "linux",
                vec![home, ("XDG_DATA_HOME", "/data")],
                Some("/data/chime"),
            ),
            (
                "linux",
                vec![home, ("XDG_DATA_HOME", "data")],
                Some("/home/ada/.local/share/chime"),
            ),
            (
                "macos",
                vec![home],
                Some("/home/ada/Library/Application Support/chime"),
            ),
            ("linux", vec![home, ("CHIME_STATE", "here")], Some("here")),
            ("linux", vec![], None),
        ] {
            assert_eq!(
                directory(os, &variables),
                expected.map(PathBuf::from),
                "{os} {variables:?}"
            );
        }
    }

    #[test]
    fn should_remember_the_scheduler() {
        let temporary = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(temporary.path().join("a/b"));
        state.create().unwrap();
        assert_eq!(state.scheduler_id().unwrap(), None);
        let id = Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap();
        state.remember_scheduler(id).unwrap();
        assert_eq!(state.scheduler_id().unwrap(), Some(id));
    }

    #[test]
    fn should_refuse_a_damaged_id() {
        let temporary = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(temporary.path().to_path_buf());
        fs::write(temporary.path().join(SCHEDULER_ID), "nonsense").unwrap();
        assert_eq!(state.scheduler_id().unwrap_err().kind(), Kind::LocalFile);
    }
}
