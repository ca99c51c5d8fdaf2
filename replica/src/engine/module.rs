//! Compiled modules, cached in the process by the hash of their bytes.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use wasmtime::{ExternType, InstancePre, Module};

use super::InvalidModule;
use super::linker::{Host, linker};
use super::precompiled::{Code, CodeKey};
use super::transform::{ListedGlobal, START_EXPORT, transform};
use super::validate::validate;
use crate::MetadataSection;
use crate::limits::MODULE_BYTES;

/// A module ready to be instantiated.
pub(crate) struct CompiledModule {
    /// SHA-256 of the bytes as they were given.
    pub(crate) hash: [u8; 32],
    /// What its code was made from.
    pub(crate) code_key: CodeKey,
    pub(crate) metadata: Arc<[MetadataSection]>,
    pub(crate) is_wasm64: bool,
    pub(crate) keeps_instance: bool,
    pub(super) mutable_globals: usize,
    /// The globals that snapshots list.
    pub(crate) listed_globals: Vec<ListedGlobal>,
    pub(super) instance_pre: InstancePre<Host>,
    functions: BTreeSet<String>,
}

/// Compiled modules kept; a process rarely needs more at a time.
const CACHED_MODULES: usize = 64;

static CACHE: LazyLock<Mutex<VecDeque<Arc<CompiledModule>>>> = LazyLock::new(Mutex::default);

impl CompiledModule {
    /// Compiles a module, gzipped or not, or says why it is not valid.
    pub(crate) fn compile(bytes: &[u8]) -> Result<Arc<Self>, InvalidModule> {
        Self::compile_with(bytes, &|_| None)
    }

    /// Like [`Self::compile`], with code that `kept` may have from before.
    pub(crate) fn compile_with(
        bytes: &[u8],
        kept: &dyn Fn(&CodeKey) -> Option<Code>,
    ) -> Result<Arc<Self>, InvalidModule> {
        let hash = Sha256::digest(bytes).into();
        let cache = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = cache().iter().find(|module| module.hash == hash) {
            return Ok(Arc::clone(module));
        }
        let module = Arc::new(Self::build(hash, &decompress(bytes)?, kept)?);
        let mut cache = cache();
        cache.push_back(Arc::clone(&module));
        if cache.len() > CACHED_MODULES {
            cache.pop_front();
        }
        Ok(module)
    }

    fn build(
        hash: [u8; 32],
        bytes: &[u8],
        kept: &dyn Fn(&CodeKey) -> Option<Code>,
    ) -> Result<Self, InvalidModule> {
        let engine_error = |error| InvalidModule::Engine(format!("{error:#}"));
        let validated = validate(bytes)?;
        let transformed = transform(bytes)?;
        let code_key = CodeKey::of(&transformed.bytes, validated.is_wasm64);
        let module = match kept(&code_key) {
            Some(Code(module)) => module,
            None => {
                let engine = super::engine(validated.is_wasm64);
                Module::new(engine, &transformed.bytes).map_err(engine_error)?
            }
        };
        let functions = entry_points(&module);
        let instance_pre = linker(validated.is_wasm64)
            .instantiate_pre(&module)
            .map_err(engine_error)?;
        Ok(Self {
            hash,
            code_key,
            metadata: validated.metadata.into(),
            is_wasm64: validated.is_wasm64,
            keeps_instance: validated.keeps_instance,
            mutable_globals: transformed.mutable_globals,
            listed_globals: transformed.listed_globals,
            instance_pre,
            functions,
        })
    }

    /// Whether the module exports an entry point of that name, such as `canister_update x`.
    pub(crate) fn exports(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// The export to run before `canister_init` or `canister_post_upgrade`, if there is one.
    pub(crate) fn start(&self) -> Option<&'static str> {
        self.exports(START_EXPORT).then_some(START_EXPORT)
    }
}

const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];
const WASM: [u8; 4] = *b"\0asm";

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, InvalidModule> {
    let decoding = |text: String| InvalidModule::Decoding(text);
    if bytes.starts_with(&WASM) {
        return check_size(bytes.to_vec());
    }
    if !bytes.starts_with(&GZIP) {
        return Err(decoding("unsupported canister module format".to_owned()));
    }
    let mut module = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .take(MODULE_BYTES as u64 + 1)
        .read_to_end(&mut module)
        .map_err(|error| decoding(error.to_string()))?;
    check_size(module)
}

fn check_size(module: Vec<u8>) -> Result<Vec<u8>, InvalidModule> {
    let (size, allowed) = (module.len(), MODULE_BYTES);
    if size <= allowed {
        return Ok(module);
    }
    Err(InvalidModule::ModuleTooLarge { size, allowed })
}

/// The names of the entry points, and of the start function.
fn entry_points(module: &Module) -> BTreeSet<String> {
    module
        .exports()
        .filter(|export| matches!(export.ty(), ExternType::Func(_)))
        .map(|export| export.name())
        .filter(|name| name.starts_with("canister_") || *name == START_EXPORT)
        .map(str::to_owned)
        .collect()
}
