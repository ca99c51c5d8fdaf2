//! Compiled code that outlives the process that compiled it.
//!
//! To compile a large module takes seconds, to load what was compiled before takes milliseconds.
//! But loaded code runs as it is, outside of every check, so only what this program has written
//! itself may be loaded. Hence code leaves this module sealed, with a code of authentication under
//! a secret that its keeper has and nobody else, and comes back only if the seal is whole. The
//! seal covers what the code was made from and by which engine.
//!
//! Where sealed code is kept, and the secret, is not decided here.

use std::hash::{DefaultHasher, Hash, Hasher};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Module;

use super::{CompiledModule, engine};

/// What compiled code was made from, and by which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeKey {
    /// SHA-256 of the module as the engine got it.
    module: [u8; 32],
    is_wasm64: bool,
}

impl CodeKey {
    /// The key of a module that the engine for a width of addresses gets.
    pub(super) fn of(module: &[u8], is_wasm64: bool) -> Self {
        Self {
            module: Sha256::digest(module).into(),
            is_wasm64,
        }
    }

    /// A name of its own, fit for a file.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", hex::encode(self.module), self.width())
    }

    /// Bits of an address.
    fn width(&self) -> u8 {
        if self.is_wasm64 { 64 } else { 32 }
    }
}

/// Bytes of the authentication code, with which sealed code begins.
const TAG_BYTES: usize = 32;
/// What the authentication codes of this program are about.
const DOMAIN: &[u8] = b"chime-compiled-code-1";

/// Code that can be run.
pub(crate) struct Code(pub(super) Module);

/// Seals compiled code, and opens what it has sealed.
#[derive(Clone)]
pub(crate) struct CodeSeal {
    secret: [u8; 32],
}

impl CodeSeal {
    /// The seal under a secret, which must not leave the hands of its keeper.
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// The code of a module, sealed.
    pub(crate) fn seal(&self, module: &CompiledModule) -> Result<Vec<u8>, String> {
        let code = module.instance_pre.module().serialize();
        let code = code.map_err(|error| format!("{error:#}"))?;
        let tag = self.tag(&module.code_key, &code).finalize().into_bytes();
        Ok([&tag[..], &code].concat())
    }

    /// The code that was sealed for a key; none if the bytes are anything else, or of another
    /// engine.
    pub(crate) fn open(&self, key: &CodeKey, sealed: &[u8]) -> Option<Code> {
        let (tag, code) = sealed.split_at_checked(TAG_BYTES)?;
        self.tag(key, code).verify_slice(tag).ok()?;
        // SAFETY: the bytes must come from `Module::serialize`, unchanged. They carry the
        // authentication code that `seal` alone puts before such bytes.
        #[expect(
            unsafe_code,
            reason = "the engine cannot check code; the seal was checked just before"
        )]
        let module = unsafe { Module::deserialize(engine(key.is_wasm64), code) };
        module.ok().map(Code)
    }

    fn tag(&self, key: &CodeKey, code: &[u8]) -> Hmac<Sha256> {
        let mut hasher = DefaultHasher::new();
        engine(key.is_wasm64)
            .precompile_compatibility_hash()
            .hash(&mut hasher);
        let mut tag = Hmac::new_from_slice(&self.secret).expect("BUG: any key is long enough");
        tag.update(DOMAIN);
        tag.update(&hasher.finish().to_le_bytes());
        tag.update(&[key.width()]);
        tag.update(&key.module);
        tag.update(code);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(text: &str) -> std::sync::Arc<CompiledModule> {
        CompiledModule::compile(&wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn should_open_what_it_has_sealed_and_nothing_else() {
        let module = compiled(r#"(module (func (export "canister_update seal_test")))"#);
        let seal = CodeSeal::new([1; 32]);
        let sealed = seal.seal(&module).unwrap();
        assert!(seal.open(&module.code_key, &sealed).is_some());

        let another = CodeKey::of(b"another", false);
        assert!(seal.open(&another, &sealed).is_none(), "another module");
        let wide = CodeKey {
            is_wasm64: true,
            ..module.code_key
        };
        assert!(seal.open(&wide, &sealed).is_none(), "another engine");
        let other = CodeSeal::new([2; 32]);
        assert!(
            other.open(&module.code_key, &sealed).is_none(),
            "another secret"
        );
        for length in [0, 31, 32, sealed.len() - 1] {
            let cut = &sealed[..length];
            assert!(
                seal.open(&module.code_key, cut).is_none(),
                "cut to {length}"
            );
        }
        for place in (0..sealed.len()).step_by(sealed.len() / 50) {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(
                seal.open(&module.code_key, &changed).is_none(),
                "changed at {place}"
            );
        }
    }

    #[test]
    fn should_keep_the_code_of_both_widths_apart() {
        let text = |memory| {
            format!(
                r#"(module (memory {memory} 1) (func (export "canister_update width_test")
                    (drop (memory.size))))"#
            )
        };
        let seal = CodeSeal::new([1; 32]);
        let modules = ["i32", "i64"].map(|memory| compiled(&text(memory)));
        assert_ne!(modules[0].code_key.name(), modules[1].code_key.name());
        for module in modules {
            let sealed = seal.seal(&module).unwrap();
            assert!(seal.open(&module.code_key, &sealed).is_some());
        }
    }
}
