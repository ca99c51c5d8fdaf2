//! Compiled modules, cached in the process by the hash of their bytes.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use wasmtime::{ExternType, InstancePre, Module};

use super::linker::{Host, linker};
use super::transform::{START_EXPORT, transform};
use crate::MetadataSection;
use crate::limits::MODULE_BYTES;

/// A module ready to be instantiated.
pub(crate) struct CompiledModule {
    /// SHA-256 of the bytes as they were given.
    pub(crate) hash: [u8; 32],
    pub(crate) metadata: Arc<[MetadataSection]>,
    pub(crate) is_wasm64: bool,
    pub(crate) keeps_instance: bool,
    pub(super) mutable_globals: usize,
    pub(super) instance_pre: InstancePre<Host>,
    functions: BTreeSet<String>,
}

/// Compiled modules kept; a process rarely needs more at a time.
const CACHED_MODULES: usize = 64;

static CACHE: LazyLock<Mutex<VecDeque<Arc<CompiledModule>>>> = LazyLock::new(Mutex::default);

impl CompiledModule {
    /// Compiles a module, gzipped or not, or says why it is not valid.
    pub(crate) fn compile(bytes: &[u8]) -> Result<Arc<Self>, String> {
        let hash = Sha256::digest(bytes).into();
        let cache = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = cache().iter().find(|module| module.hash == hash) {
            return Ok(Arc::clone(module));
        }
        let module = Arc::new(Self::build(hash, &decompress(bytes)?)?);
        let mut cache = cache();
        cache.push_back(Arc::clone(&module));
        if cache.len() > CACHED_MODULES {
            cache.pop_front();
        }
        Ok(module)
    }

    fn build(hash: [u8; 32], bytes: &[u8]) -> Result<Self, String> {
        let transformed = transform(bytes)?;
        let module = Module::new(&super::ENGINE, &transformed.bytes)
            .map_err(|error| format!("{error:#}"))?;
        let functions = entry_points(&module)?;
        let instance_pre = linker(transformed.is_wasm64)
            .instantiate_pre(&module)
            .map_err(|error| format!("{error:#}"))?;
        Ok(Self {
            hash,
            metadata: transformed.metadata.into(),
            is_wasm64: transformed.is_wasm64,
            keeps_instance: transformed.keeps_instance,
            mutable_globals: transformed.mutable_globals,
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

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return check_size(bytes.to_vec());
    }
    let mut module = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .take(MODULE_BYTES as u64 + 1)
        .read_to_end(&mut module)
        .map_err(|error| format!("the module cannot be decompressed: {error}"))?;
    check_size(module)
}

fn check_size(module: Vec<u8>) -> Result<Vec<u8>, String> {
    if module.len() <= MODULE_BYTES {
        return Ok(module);
    }
    Err(format!("the module exceeds {MODULE_BYTES} bytes"))
}

const SYSTEM_ENTRY_POINTS: [&str; 8] = [
    "canister_init",
    "canister_inspect_message",
    "canister_heartbeat",
    "canister_global_timer",
    "canister_on_low_wasm_memory",
    "canister_pre_upgrade",
    "canister_post_upgrade",
    START_EXPORT,
];

const METHOD_PREFIXES: [&str; 3] = [
    "canister_update ",
    "canister_query ",
    "canister_composite_query ",
];

/// The names of the entry points; all of them take and return nothing, and a method has one kind.
fn entry_points(module: &Module) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let mut methods = BTreeSet::new();
    for export in module.exports() {
        let name = export.name();
        let method = METHOD_PREFIXES
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        if method.is_none() && !SYSTEM_ENTRY_POINTS.contains(&name) {
            continue;
        }
        let ExternType::Func(ty) = export.ty() else {
            return Err(format!("the export '{name}' is not a function"));
        };
        if ty.params().len() + ty.results().len() > 0 {
            return Err(format!(
                "the exported function '{name}' must take and return nothing"
            ));
        }
        if method.is_some_and(|method| !methods.insert(method)) {
            return Err(format!(
                "'{name}' is exported twice, as update and as query"
            ));
        }
        names.insert(name.to_owned());
    }
    Ok(names)
}
