//! Finds the canister modules that become part of the program.
//!
//! They are built for another target, so cargo cannot make them as a dependency: `scripts/build
//! wasm` does, into `target/wasm` of the workspace. `CHIME_WASM_DIR` names another directory.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CHIME_WASM_DIR");
    let module = modules_directory().join("scheduler.wasm.gz");
    println!("cargo::rerun-if-changed={}", module.display());
    match fs::read(&module) {
        Ok(bytes) if !bytes.is_empty() => {
            println!(
                "cargo::rustc-env=CHIME_SCHEDULER_MODULE={}",
                module.display()
            );
        }
        Ok(_) => missing(&module, "it is empty"),
        Err(error) => missing(&module, &error.to_string()),
    }
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

fn missing(module: &std::path::Path, why: &str) {
    println!(
        "cargo::error=the scheduler's module {} cannot be read: {why}. Make it with \
         `scripts/build wasm`, or set CHIME_WASM_DIR to the directory that holds it",
        module.display()
    );
}
