//! A state directory with a scheduler that holds many tasks, and with a canister that does next to
//! nothing, whose figures are those of the server itself.

use std::path::Path;

use anyhow::Result;
use candid::Principal;
use chime_replica::on_guest_stack;
use chime_types::TaskResult;
use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::tasks::OWNERS;

/// Tasks that are stored for the measures of the server.
pub const TASKS: u64 = 100_000;
/// Time between two tasks, in nanoseconds.
const BETWEEN: u64 = 1_000_000;
/// Time after the last task until now, in nanoseconds: after it the network has forgotten the
/// requests that made the tasks, as one in use would have.
const AFTERWARDS: u64 = 1_000_000_000_000;

/// A counter: an update that adds one, and a query that shows it.
const COUNTER: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (memory 1)
    (func (export "canister_update add")
        (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
        (call $append (i32.const 0) (i32.const 8))
        (call $reply))
    (func (export "canister_query get")
        (call $append (i32.const 0) (i32.const 8))
        (call $reply)))"#;

/// Where what was made is written down, in the state directory.
const DESCRIPTION: &str = "bench.json";

/// What was made.
#[derive(Serialize, Deserialize)]
pub struct State {
    pub scheduler: Principal,
    pub counter: Principal,
    /// The ids of the tasks of each owner.
    pub tasks_of: Vec<Vec<u64>>,
    pub tasks: u64,
    /// Size of the state file.
    pub bytes: u64,
}

/// The identity of an owner.
pub fn identity(number: u64) -> BasicIdentity {
    let mut key = [7; 32];
    key[..8].copy_from_slice(&(number % OWNERS).to_le_bytes());
    BasicIdentity::from_raw_key(&key)
}

fn principal(number: u64) -> Result<Principal> {
    identity(number).sender().map_err(anyhow::Error::msg)
}

/// The state in a directory: what was made there before, or a new one. To make it takes minutes.
pub fn find_or_make(directory: &Path, tasks: u64) -> Result<State> {
    let description = directory.join(DESCRIPTION);
    if description.exists() {
        return Ok(serde_json::from_slice(&std::fs::read(description)?)?);
    }
    let state = on_guest_stack(|| make(directory, tasks))?;
    std::fs::write(description, serde_json::to_vec(&state)?)?;
    Ok(state)
}

fn make(directory: &Path, tasks: u64) -> Result<State> {
    let mut network = Network::starting_before_now(tasks * BETWEEN + AFTERWARDS)?;
    let counter = network.install(&wat::parse_str(COUNTER)?)?;
    let owners = (0..OWNERS)
        .map(principal)
        .collect::<Result<Vec<Principal>>>()?;
    let mut tasks_of = vec![Vec::new(); owners.len()];
    let callee = network.callee;
    for (number, place) in (0..tasks).zip((0..owners.len()).cycle()) {
        let request = crate::tasks::idle(number, callee);
        let answer: TaskResult = network.update(owners[place], "create_task", &request)?;
        tasks_of[place].push(answer.into_result()?.id);
        network.skip(BETWEEN);
    }
    network.pass(AFTERWARDS)?;
    let scheduler = network.scheduler();
    network.store(directory)?;
    let file = directory.join(chime_replica::store::STATE_FILE);
    Ok(State {
        scheduler,
        counter,
        tasks_of,
        tasks,
        bytes: std::fs::metadata(file)?.len(),
    })
}
