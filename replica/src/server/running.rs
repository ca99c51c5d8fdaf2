//! How processes find a server that is already running: `STATE_DIR/network.json`.
//!
//! The file is written when a server begins to serve and removed when it stops cleanly. After a
//! crash it is left behind, so it is believed only if the server that it names answers, with the
//! root key that it names: another server on the same port has another key.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::limits::{PROBE_BYTES, PROBE_WAIT};

const NETWORK_FILE: &str = "network.json";

/// A server that is running on a state directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningNetwork {
    /// Where it answers, such as `http://127.0.0.1:4943`.
    pub url: String,
    /// The process that it runs in.
    pub pid: u32,
    /// Its root key in DER; hexadecimal in the file.
    #[serde(with = "hexadecimal")]
    pub root_key: Vec<u8>,
}

/// The server that is running on a state directory, if there is one.
///
/// It asks the server, and waits up to two seconds for the answer: call it from a thread that may
/// wait.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = tempfile::tempdir()?;
/// assert_eq!(chime_replica::server::running(directory.path()), None);
/// # Ok(()) }
/// ```
pub fn running(state_dir: &Path) -> Option<RunningNetwork> {
    let text = fs::read(state_dir.join(NETWORK_FILE)).ok()?;
    let network: RunningNetwork = serde_json::from_slice(&text).ok()?;
    let answer = probe(&network.url).ok()?;
    let key = &network.root_key;
    let same = !key.is_empty() && answer.windows(key.len()).any(|part| part == key);
    same.then_some(network)
}

/// Asks a server for its status; gives the answer as it comes, header included.
fn probe(url: &str) -> io::Result<Vec<u8>> {
    let address: SocketAddr = url
        .strip_prefix("http://")
        .and_then(|address| address.parse().ok())
        .ok_or(io::ErrorKind::InvalidInput)?;
    let mut stream = TcpStream::connect_timeout(&address, PROBE_WAIT)?;
    stream.set_read_timeout(Some(PROBE_WAIT))?;
    stream.set_write_timeout(Some(PROBE_WAIT))?;
    write!(
        stream,
        "GET /api/v2/status HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(PROBE_BYTES).read_to_end(&mut answer)?;
    Ok(answer)
}

/// The file of a server that is serving.
#[derive(Debug)]
pub(super) struct Announcement {
    path: PathBuf,
}

impl Announcement {
    /// Writes the file, all of it or nothing.
    pub(super) fn publish(
        state_dir: &Path,
        network: &RunningNetwork,
    ) -> Result<Self, (PathBuf, io::Error)> {
        let path = state_dir.join(NETWORK_FILE);
        match write_atomically(&path, network) {
            Ok(()) => Ok(Self { path }),
            Err(e) => Err((path, e)),
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // If it stays behind it names a server that does not answer, and is not believed.
        let _ = fs::remove_file(&self.path);
    }
}

fn write_atomically(path: &Path, network: &RunningNetwork) -> io::Result<()> {
    let draft = path.with_extension("json.new");
    let mut file = File::create(&draft)?;
    serde_json::to_writer(&mut file, network)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
