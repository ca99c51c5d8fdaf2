//! How fast the replica simulates the scheduler in this process. Run it by
//! `cargo test --release -p chime-tests --test measure -- --ignored --nocapture`.
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::time::Instant;

use chime_replica::{InstallMode, Principal, Replica, ReplicaConfig, on_guest_stack};
use chime_tests::direct::Direct;
use chime_tests::{World, call, every, module, task};

const OWNER: Principal = Principal::from_slice(&[1, 2]);
const UPDATES: u32 = 20_000;
const SECONDS: u32 = 10_000;

#[test]
#[ignore = "measures, and takes a while"]
fn measure_updates_that_do_nothing() {
    let mut replica = Replica::new(ReplicaConfig::default());
    let id = replica.create_canister(OWNER).expect("a canister");
    let argument = candid::encode_args(()).expect("arguments");
    replica
        .install_code(
            OWNER,
            id,
            InstallMode::Install,
            module("scheduler"),
            argument,
        )
        .expect("installed");
    let started = Instant::now();
    on_guest_stack(|| {
        for _ in 0..UPDATES {
            // The scheduler answers with an error to a request that it cannot read.
            let answer = replica.update_call(OWNER, id, "delete_task", Vec::new());
            answer.expect("an answer");
        }
    });
    let view = replica.canister_view(&id).expect("a canister");
    println!(
        "{:.0} updates/s with a heap of {} KiB",
        f64::from(UPDATES) / started.elapsed().as_secs_f64(),
        view.heap_bytes / 1024
    );
}

#[test]
#[ignore = "measures, and takes a while"]
fn measure_executions() {
    let mut world = World::on(Box::new(Direct::new()));
    let steps = vec![call(world.callee, "count", "()")];
    let task = world.create(&task("every second", steps, every(1)));
    let started = Instant::now();
    world.pass(u64::from(SECONDS));
    let taken = started.elapsed().as_secs_f64();
    let last = world.executions(task.id);
    println!(
        "{:.0} executions/s, the last was {:?}",
        f64::from(SECONDS) / taken,
        last.last().map(|execution| execution.status)
    );
}
