//! A small world for integration tests: the compiled scheduler, and a callee, on a network.
//!
//! The network is the replica in this process, in virtual time ([`direct::Direct`]), or the
//! replica's public interface through an unmodified agent that verifies every certificate
//! ([`agent::Agent`]). A test is written once and runs on both: see [`on_each_network`].

pub mod agent;
pub mod audit;
pub mod direct;
pub mod everything;
pub mod golden;
pub mod install;
pub mod interface;
pub mod manifests;
pub mod mcp;
pub mod reading;
pub mod shell;
pub mod typed;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use candid::Principal;
use chime_replica::Replica;

pub use world::{Callee, ReceivedCall, World, call, every, note, now_once, retries, task};

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Nobody.
    Anonymous,
    /// Owns the tasks and controls the canisters.
    Owner,
    /// Somebody else.
    Stranger,
}

/// How code is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Install {
    /// Into an empty canister.
    New,
    /// Over the code that is there.
    Upgrade,
}

/// What a test does to a network. A refusal comes back as its text.
pub trait Network {
    /// The principal of a sender.
    fn principal(&self, sender: Sender) -> Principal;
    /// Sends an update and waits for the answer.
    fn update(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String>;
    /// Sends a query.
    fn query(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String>;
    /// Makes an empty canister of the owner's.
    fn create(&mut self) -> Principal;
    /// Calls a method of the management canister as the owner, for a canister.
    fn manage(&mut self, canister: Principal, method: &str, arg: Vec<u8>) -> Result<(), String>;
    /// Lets time pass, then everything that became due happen.
    fn pass(&mut self, duration: Duration);
    /// The replica, if it is in this process and in virtual time.
    fn replica(&mut self) -> Option<&mut Replica>;
    /// A public part of a canister's metadata.
    fn metadata(&mut self, canister: Principal, name: &str) -> Vec<u8>;
}

/// Runs a test on the replica in this process, then through an agent.
pub fn on_each_network(test: impl Fn(&mut World)) {
    test(&mut World::on(Box::new(direct::Direct::new())));
    test(&mut World::on(Box::new(agent::Agent::new())));
}

/// Runs a test on the replica in this process only: for what needs hours of exact virtual time.
pub fn in_virtual_time(test: impl Fn(&mut World)) {
    test(&mut World::on(Box::new(direct::Direct::new())));
}

/// The directory of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A canister module as `scripts/build wasm` left it.
///
/// # Panics
/// If it has not been built.
#[must_use]
pub fn module(name: &str) -> Vec<u8> {
    let path = workspace()
        .join("target/wasm")
        .join(format!("{name}.wasm.gz"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run scripts/build wasm", path.display()))
}

/// The program as `scripts/build` left it.
///
/// # Panics
/// If it has not been built.
#[must_use]
pub fn program() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from);
    let path = target.join("release/chime");
    assert!(
        path.exists(),
        "{} is missing; run scripts/build",
        path.display()
    );
    path
}
