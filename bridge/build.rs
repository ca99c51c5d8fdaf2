//! Finds the canister modules that become part of the program.
//!
//! They are built for another target, so cargo cannot make them as a dependency: `scripts/build
//! wasm` and `scripts/build codex` do, into `target/wasm` of the workspace. `CHIME_WASM_DIR` names
//! another directory. The runner of stored Python takes long to build: without it the program is
//! built all the same, and says what is missing when it is asked for Python.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CHIME_WASM_DIR");
    let directory = modules_directory();
    let scheduler = directory.join("scheduler.wasm.gz");
    println!("cargo::rerun-if-changed={}", scheduler.display());
    match fs::read(&scheduler) {
        Ok(bytes) if !bytes.is_empty() => {
            println!(
                "cargo::rustc-env=CHIME_SCHEDULER_MODULE={}",
                scheduler.display()
            );
        }
        Ok(_) => missing(&scheduler, "it is empty"),
        Err(error) => missing(&scheduler, &error.to_string()),
    }
    let runner = runner(&directory);
    println!("cargo::rustc-env=CHIME_RUNNER_MODULE={}", runner.display());
}

fn modules_directory() -> PathBuf {
    match env::var_os("CHIME_WASM_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => {
            let bridge = env::var_os("CARGO_MANIFEST_DIR").expect("BUG: cargo sets it");
            PathBuf::from(bridge).join("../target/wasm")
        }
    }
}

/// The runner's module, or an empty file in its place.
fn runner(directory: &Path) -> PathBuf {
    let module = directory.join("codex.wasm.gz");
    if module.exists() {
        println!("cargo::rerun-if-changed={}", module.display());
        return module;
    }
    // A file that is not there would have this script run each time: the directory says when it comes.
    println!("cargo::rerun-if-changed={}", directory.display());
    let out = env::var_os("OUT_DIR").expect("BUG: cargo sets it");
    let empty = PathBuf::from(out).join("no-runner");
    fs::write(&empty, []).expect("cargo's directory can be written");
    empty
}

fn missing(module: &Path, why: &str) {
    println!(
        "cargo::error=the scheduler's module {} cannot be read: {why}. Make it with \
         `scripts/build wasm`, or set CHIME_WASM_DIR to the directory that holds it",
        module.display()
    );
}
