//! Compiled modules beside the state: `STATE_DIR/compiled/KEY`, so that a start need not compile.
//!
//! A file is nothing but a saving: it is written after the installation was committed, on a thread
//! of its own, and whatever is wrong with it means that the module is compiled again. It is loaded
//! only if it belongs to the user of this process, nobody else may write to it, and its seal under
//! a secret of the state is whole; see `engine::precompiled`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::keys::random_seed;
use crate::engine::{Code, CodeKey, CodeSeal, CompiledModule, InvalidModule};
use crate::store::{Store, StoreError};

const DIRECTORY: &str = "compiled";
const SECRET: &str = "compiled-code-hmac-sha256";

/// The compiled modules of a state directory.
pub(super) struct CompiledModules {
    directory: PathBuf,
    seal: CodeSeal,
    writers: Vec<JoinHandle<()>>,
}

impl CompiledModules {
    /// Those beside a store, whose secret the store keeps.
    pub(super) fn of_store(store: &Store) -> Result<Self, StoreError> {
        let secret = match store.key(SECRET)? {
            Some(secret) => secret
                .try_into()
                .map_err(|_| store.damaged("the secret of the compiled modules"))?,
            None => {
                let secret = random_seed();
                store.put_key(SECRET, &secret)?;
                secret
            }
        };
        Ok(Self {
            directory: store.lock().directory().join(DIRECTORY),
            seal: CodeSeal::new(secret),
            writers: Vec::new(),
        })
    }

    /// Compiles a module, or takes what was compiled before.
    pub(super) fn compile(&self, module: &[u8]) -> Result<Arc<CompiledModule>, InvalidModule> {
        CompiledModule::compile_with(module, &|key| self.load(key))
    }

    fn load(&self, key: &CodeKey) -> Option<Code> {
        let path = self.path(key);
        let code = match read_own(&path) {
            Ok(sealed) => self.seal.open(key, &sealed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => None,
        };
        if code.is_none() {
            tracing::warn!(
                path = %path.display(),
                "a compiled module is damaged or of another version; it is compiled again"
            );
            // If it cannot be removed it is found unusable at every start.
            let _ = fs::remove_file(path);
        }
        code
    }

    /// Writes a module down, unless it is there already; does not wait for it.
    pub(super) fn keep(&mut self, module: Arc<CompiledModule>) {
        let path = self.path(&module.code_key);
        if path.exists() {
            return;
        }
        let seal = self.seal.clone();
        let spawned = std::thread::Builder::new()
            .name("compiled".to_string())
            .spawn(move || {
                if let Err(error) = write(&path, &seal, &module) {
                    tracing::warn!(path = %path.display(), %error, "a compiled module is not kept");
                }
            });
        self.writers.retain(|writer| !writer.is_finished());
        match spawned {
            Ok(writer) => self.writers.push(writer),
            Err(error) => tracing::warn!(%error, "a compiled module is not kept"),
        }
    }

    /// Removes the modules that are not in use, and writes down those that are.
    pub(super) fn keep_only(&mut self, modules: impl Iterator<Item = Arc<CompiledModule>>) {
        let used: BTreeMap<_, _> = modules
            .map(|module| (self.path(&module.code_key), module))
            .collect();
        // A directory that is not there yet holds nothing to be removed.
        let files = fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten();
        for file in files.map(|file| file.path()) {
            if !used.contains_key(&file) {
                // What cannot be removed is left, and does no harm.
                let _ = fs::remove_file(file);
            }
        }
        for module in used.into_values() {
            self.keep(module);
        }
    }

    fn path(&self, key: &CodeKey) -> PathBuf {
        self.directory.join(key.name())
    }
}

impl Drop for CompiledModules {
    /// Waits for what is being written: a clean stop leaves nothing half done.
    fn drop(&mut self) {
        for writer in self.writers.drain(..) {
            // One that panicked has written nothing that would be loaded.
            let _ = writer.join();
        }
    }
}

/// Reads a file that this user has written and nobody else can write.
fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    if !is_own(&file, path)? {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a file belongs to the user who makes files here now, and only that one may write to it.
#[cfg(unix)]
fn is_own(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    let probe = draft_of(path);
    let own = File::create_new(&probe).and_then(|file| file.metadata());
    fs::remove_file(&probe)?;
    let found = file.metadata()?;
    Ok(found.uid() == own?.uid() && found.mode() & WRITABLE_BY_OTHERS == 0)
}

#[cfg(not(unix))]
fn is_own(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// A name beside a file that no other thread uses.
fn draft_of(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{number}.new"))
}

/// Writes the whole file or none: a reader sees no draft.
fn write(path: &Path, seal: &CodeSeal, module: &CompiledModule) -> io::Result<()> {
    let sealed = seal.seal(module).map_err(io::Error::other)?;
    if let Some(directory) = path.parent() {
        make_private(directory)?;
    }
    let draft = draft_of(path);
    // One that a killed process has left behind under this name is of no use.
    let _ = fs::remove_file(&draft);
    let written = write_private(&draft, &sealed).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Makes a directory, if it is not there, but none above it.
fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
