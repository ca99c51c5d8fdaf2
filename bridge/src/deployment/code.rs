//! A module that is to be installed: the one inside the program, or one from a file.

use std::borrow::Cow;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};
use crate::scheduler::Module;

/// The largest module that a network takes, whole or unpacked. Source: the Internet Computer's limit
/// for the total size of a module.
pub const MAXIMUM_MODULE_BYTES: u64 = 100 * 1024 * 1024;

/// How a module begins.
const WASM_MAGIC: &[u8] = b"\0asm";
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// A module.
#[derive(Clone, Debug)]
pub struct Code {
    /// As it is installed: wasm, or wasm in gzip.
    pub bytes: Cow<'static, [u8]>,
    /// The Candid interface that it publishes.
    pub interface: Option<String>,
}

impl Code {
    /// A module of this program.
    #[must_use]
    pub fn of(module: Module) -> Self {
        Self {
            interface: interface_of(module.bytes),
            bytes: Cow::Borrowed(module.bytes),
        }
    }

    /// A module from a file.
    ///
    /// # Errors
    /// `Usage` if the file is no module, `LocalFile` if it cannot be read.
    pub fn from_file(path: &Path) -> Result<Self> {
        let failed = |kind, rule: &str| {
            Error::new(
                kind,
                format!("{} {rule}", path.display()),
                "name a module (.wasm or .wasm.gz) with --module FILE",
            )
        };
        let unreadable = |error| failed(Kind::LocalFile, "cannot be read").because(error);
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.len() > MAXIMUM_MODULE_BYTES {
            return Err(failed(
                Kind::Usage,
                "is larger than a module can be, 100 MiB",
            ));
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        if !bytes.starts_with(WASM_MAGIC) && !bytes.starts_with(GZIP_MAGIC) {
            return Err(failed(Kind::Usage, "is not a WebAssembly module"));
        }
        Ok(Self {
            interface: interface_of(&bytes),
            bytes: Cow::Owned(bytes),
        })
    }

    /// The hash by which a network knows it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

/// The interface in the metadata of a module, which may be packed; `None` if it has none.
#[must_use]
pub fn interface_of(module: &[u8]) -> Option<String> {
    let unpacked;
    let module = match module.starts_with(GZIP_MAGIC) {
        true => {
            let mut bytes = Vec::new();
            let mut unpacking = GzDecoder::new(module).take(MAXIMUM_MODULE_BYTES);
            unpacking.read_to_end(&mut bytes).ok()?;
            unpacked = bytes;
            unpacked.as_slice()
        }
        false => module,
    };
    ["icp:public candid:service", "icp:private candid:service"]
        .into_iter()
        .find_map(|name| custom_section(module, name))
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
}

/// Bytes before the first section: the magic number and the version.
const HEADER_BYTES: usize = 8;

/// The content of a custom section. Source: the WebAssembly specification, "Binary format, Modules".
fn custom_section<'module>(module: &'module [u8], name: &str) -> Option<&'module [u8]> {
    let mut rest = module.get(HEADER_BYTES..)?;
    while let Some((id, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (section, after) = after.split_at_checked(length)?;
        rest = after;
        if *id != 0 {
            continue;
        }
        let (length, content) = number(section)?;
        let (found, content) = content.split_at_checked(length)?;
        if found == name.as_bytes() {
            return Some(content);
        }
    }
    None
}

/// An unsigned number in LEB128, of at most 32 bits, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value: u64 = 0;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((usize::try_from(value).ok()?, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::SCHEDULER_INTERFACE;

    #[test]
    fn should_find_the_interface_of_our_own_module() {
        let code = Code::of(Module::scheduler());
        assert_eq!(code.interface.unwrap().trim(), SCHEDULER_INTERFACE.trim());
    }

    #[test]
    fn should_survive_modules_that_are_cut_off() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let name = b"icp:public candid:service";
        let content = [
            &[u8::try_from(name.len()).unwrap()],
            name.as_slice(),
            b"service : {}",
        ]
        .concat();
        module.push(1);
        module.extend([1, 0]);
        module.push(0);
        module.push(u8::try_from(content.len()).unwrap());
        module.extend(content);
        assert_eq!(interface_of(&module).as_deref(), Some("service : {}"));
        for length in 0..module.len() {
            assert_eq!(interface_of(&module[..length]), None, "{length}");
        }
        assert_eq!(interface_of(&[0x1f, 0x8b, 0]), None);
    }

    #[test]
    fn should_refuse_files_that_are_no_modules() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "text").unwrap();
        let error = Code::from_file(file.path()).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        let error = Code::from_file(Path::new("/none.wasm")).unwrap_err();
        assert_eq!(error.kind(), Kind::LocalFile);
    }
}
