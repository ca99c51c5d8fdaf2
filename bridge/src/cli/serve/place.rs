//! Where the server of a state directory listens, for those who want to open its pages.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::error::{Error, Kind, Result};

/// Time for a server of this machine to take a connection in.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its address.
    pub url: String,
    /// Its process.
    pub pid: u32,
}

/// The file that says so while the server runs; it is removed when this is dropped.
pub struct Sign(PathBuf);

fn file(state: &Path) -> PathBuf {
    state.join("serve.json")
}

/// Says where the server of a state directory listens.
pub fn put_up(state: &Path, place: &Place) -> Result<Sign> {
    let path = file(state);
    let text = serde_json::to_vec(place).expect("BUG: a place is plain data");
    disk::write_whole(&path, &text).map_err(|error| {
        Error::new(
            Kind::LocalFile,
            format!("cannot write {}", path.display()),
            "check the directory, or name another one with --state DIR",
        )
        .because(error)
    })?;
    Ok(Sign(path))
}

impl Drop for Sign {
    fn drop(&mut self) {
        // Whoever finds it left over sees that nobody listens there.
        let _ = fs::remove_file(&self.0);
    }
}

/// Where the server of a state directory listens.
///
/// # Errors
/// `Unreachable` if none does.
pub fn find(state: &Path) -> Result<Place> {
    let read = fs::read(file(state)).ok();
    let place = read.and_then(|bytes| serde_json::from_slice::<Place>(&bytes).ok());
    place.filter(is_there).ok_or_else(|| {
        Error::new(
            Kind::Unreachable,
            format!("no server runs for {}", state.display()),
            "start one with `chime serve`, or name its directory with --state DIR",
        )
    })
}

fn is_there(place: &Place) -> bool {
    let address = place
        .url
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let address = address.parse().ok();
    address.is_some_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_be_found_while_it_listens() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(find(state.path()).unwrap_err().kind(), Kind::Unreachable);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let place = Place {
            url: format!("http://{}", listener.local_addr().unwrap()),
            pid: 1,
        };
        let sign = put_up(state.path(), &place).unwrap();
        assert_eq!(find(state.path()).unwrap(), place);
        drop(listener);
        assert_eq!(find(state.path()).unwrap_err().kind(), Kind::Unreachable);
        drop(sign);
        assert!(!file(state.path()).exists());
    }
}
