//! Blobs that a client uploads once and names by their hash: contents of stable memories.
//!
//! They are kept decompressed, as long as the server runs.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::limits::BLOB_BYTES;
use super::problem::Problem;

/// The blobs of a server.
#[derive(Debug, Default)]
pub(super) struct BlobStore {
    blobs: Mutex<HashMap<[u8; 32], Arc<[u8]>>>,
}

/// How a blob was packed by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
}

impl BlobStore {
    /// Keeps a blob and gives its name: the hash of the bytes as they were sent.
    pub(super) fn put(&self, bytes: &[u8], packing: Packing) -> Result<[u8; 32], Problem> {
        let mut hasher = Sha256::new();
        hasher.update(bytes);
        let content = match packing {
            Packing::None => bytes.to_vec(),
            Packing::Gzip => {
                hasher.update(b"gzip");
                unpack(bytes)?
            }
        };
        let id = hasher.finalize().into();
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.insert(id, content.into());
        Ok(id)
    }

    /// The content of a blob.
    pub(super) fn get(&self, id: &[u8]) -> Option<Arc<[u8]>> {
        let id: [u8; 32] = id.try_into().ok()?;
        let blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.get(&id).cloned()
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    GzDecoder::new(bytes)
        .take(BLOB_BYTES as u64 + 1)
        .read_to_end(&mut content)
        .map_err(|error| Problem::new(format!("The blob is not gzip: {error}")))?;
    if content.len() > BLOB_BYTES {
        return Err(Problem::new(format!(
            "The blob has more than {BLOB_BYTES} bytes when it is unpacked"
        )));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn should_give_back_what_was_sent_packed_or_not() {
        let store = BlobStore::default();
        let plain = store.put(b"content", Packing::None).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"packed content").unwrap();
        let packed = store.put(&encoder.finish().unwrap(), Packing::Gzip);
        assert_eq!(&*store.get(&plain).unwrap(), b"content");
        assert_eq!(&*store.get(&packed.unwrap()).unwrap(), b"packed content");
        assert_eq!(store.get(&[0; 32]), None);
        assert_eq!(store.get(b"short"), None);
    }

    #[test]
    fn should_refuse_what_cannot_be_unpacked() {
        let problem = BlobStore::default().put(b"not gzip", Packing::Gzip);
        assert!(problem.unwrap_err().message.contains("not gzip"));
    }
}
