//! The code that a program needs: its own, and that of all codices that it imports, one through another.
//! Pure but for looking them up.

use std::collections::{BTreeSet, VecDeque};

use candid::Principal;
use chime_types::codex::Source;
use chime_types::{Cause, limits};

use super::{checksum, codex_name};
use crate::engine::failure::Failure;
use crate::state::keys::NameKey;
use crate::state::{Began, Module, State};

/// Whom codices for all owners belong to in the store.
const EVERYBODY: Principal = Principal::management_canister();

/// The code of a program, and of what it imports.
pub(super) struct Sources {
    pub codex: Source,
    pub modules: Vec<Source>,
    /// Which versions these are.
    pub versions: Vec<Module>,
    /// The version of the program itself; none if its code came along.
    pub version: Option<u64>,
}

impl Sources {
    /// The code as it is now.
    pub fn present(
        state: &State,
        owner: Principal,
        name: &str,
        inline: Option<&str>,
    ) -> Result<Self, Failure> {
        let name = codex_name(name);
        let (codex, main) = match inline {
            Some(code) => (source(name, code.to_string()), None),
            None => {
                let (module, code) = find(state, owner, name)?.ok_or_else(|| no_codex(name))?;
                (source(name, code), Some(module))
            }
        };
        let mut found = Self {
            modules: Vec::new(),
            versions: main.clone().into_iter().collect(),
            version: main.map(|main| main.version),
            codex,
        };
        found.add_imports(state, owner)?;
        Ok(found)
    }

    /// The code with which a program began.
    pub fn first(
        state: &State,
        owner: Principal,
        name: &str,
        inline: Option<&str>,
        began: &Began,
    ) -> Result<Self, Failure> {
        let name = codex_name(name);
        let mut modules = Vec::new();
        let mut codex = inline.map(|code| source(name, code.to_string()));
        for module in &began.modules {
            let key = module.key(owner);
            let code = state
                .code(&key, module.version)
                .ok_or_else(|| no_version(module))?;
            let found = source(&module.name, verified(state, &key, module.version, code)?);
            if codex.is_none() {
                codex = Some(found);
            } else {
                modules.push(found);
            }
        }
        Ok(Self {
            codex: codex.ok_or_else(|| no_codex(name))?,
            modules,
            versions: began.modules.clone(),
            version: began.version,
        })
    }

    /// Adds what is imported, and what that imports, each once.
    fn add_imports(&mut self, state: &State, owner: Principal) -> Result<(), Failure> {
        let mut bytes = self.codex.code.len();
        let mut known = BTreeSet::from([self.codex.name.clone()]);
        let mut open = VecDeque::from([self.codex.code.clone()]);
        while let Some(code) = open.pop_front() {
            for name in imported(&code) {
                if known.contains(name) {
                    continue;
                }
                let Some((module, code)) = find(state, owner, name)? else {
                    continue;
                };
                known.insert(name.to_string());
                bytes += code.len();
                if self.modules.len() >= limits::MAXIMUM_MODULES
                    || bytes > limits::MAXIMUM_PROGRAM_BYTES
                {
                    return Err(too_much(name));
                }
                open.push_back(code.clone());
                self.modules.push(source(name, code));
                self.versions.push(module);
            }
        }
        Ok(())
    }
}

fn source(name: &str, code: String) -> Source {
    let name = name.to_string();
    Source { name, code }
}

/// A codex of an owner, or else one for all.
fn find(state: &State, owner: Principal, name: &str) -> Result<Option<(Module, String)>, Failure> {
    for (owner, shared) in [(owner, false), (EVERYBODY, true)] {
        let key = NameKey {
            owner,
            name: name.to_string(),
        };
        let Some(record) = state.codex(&key) else {
            continue;
        };
        let version = record.present().number;
        let code = state
            .code(&key, version)
            .expect("BUG: the code of a codex is kept with it");
        let code = verified(state, &key, version, code)?;
        let name = name.to_string();
        let module = Module {
            name,
            shared,
            version,
        };
        return Ok(Some((module, code)));
    }
    Ok(None)
}

/// The code, if it is what its checksum says.
fn verified(state: &State, key: &NameKey, version: u64, code: String) -> Result<String, Failure> {
    let record = state.codex(key);
    let expected = record.as_ref().and_then(|record| record.version(version));
    match expected {
        Some(expected) if expected.checksum == checksum(&code) => Ok(code),
        _ => {
            let text = format!(
                "the code of the codex `{}` is not what its checksum says: store it again with put_codex",
                key.name
            );
            Err(Failure::new(Cause::NoSuchCodex, text))
        }
    }
}

/// Words in lines that import something: more than are imported, and never fewer. Which of them are
/// codices is for whoever looks them up.
fn imported(code: &str) -> impl Iterator<Item = &str> {
    let mut goes_on = false;
    let lines = code.lines().filter(move |line| {
        let imports = goes_on || line.contains("import");
        goes_on = imports && line.trim_end().ends_with('\\');
        imports
    });
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let words = lines.flat_map(move |line| line.split(move |character| !is_word(character)));
    words.filter(|word| !word.is_empty())
}

fn no_codex(name: &str) -> Failure {
    let text = format!("there is no codex `{name}`: store it with put_codex, and replay");
    Failure::new(Cause::NoSuchCodex, text)
}

fn no_version(module: &Module) -> Failure {
    let text = format!(
        "version {} of the codex `{}` is not kept any more: let it begin again \
         (resume_execution with from_start), or replay it",
        module.version, module.name
    );
    Failure::new(Cause::NoSuchCodex, text)
}

fn too_much(name: &str) -> Failure {
    let text = format!(
        "a program imports at most {} codices of {} bytes together with its own; `{name}` is one too many",
        limits::MAXIMUM_MODULES,
        limits::MAXIMUM_PROGRAM_BYTES
    );
    Failure::new(Cause::ProgramLimit, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_every_name_that_is_imported() {
        for (code, name) in [
            ("import ggg", "ggg"),
            ("import a, ggg as g", "ggg"),
            ("from ggg import User", "ggg"),
            (
                "def f():\n    from ggg.users import (User,\n        Treasury)",
                "ggg",
            ),
            ("x = 1; import ggg", "ggg"),
            ("import a, \\\n    ggg", "ggg"),
            ("__import__('ggg')", "ggg"),
            ("importlib.import_module(\"ggg\")", "ggg"),
        ] {
            assert!(imported(code).any(|word| word == name), "{code}");
        }
        assert_eq!(imported("ggg = 1\nprint(ggg)").count(), 0);
    }
}
