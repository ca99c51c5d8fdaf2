//! Whatever made the scheduler fail or stand still: when it is over, work goes on by itself, without a
//! call from outside, within a minute, and every slot of between has its record.

use std::time::Duration;

use chime_replica::{Fault, Fees, Replica, ReplicaConfig};
use chime_tests::audit::{account_for_slots, check_store};
use chime_tests::direct::Direct;
use chime_tests::{World, every};
use chime_types::{ExecutionStatus, Task};

use super::support::{DAY, noting, replica};

/// A host call that the message of the system's timer does not make, and the others do.
const BEYOND_THE_TIMER: u64 = 15;
/// Cycles with which a canister can pay for its memory, and for nothing else.
const FROZEN: u128 = 1_000_000_000;
const DEPOSIT: u128 = 10_000_000_000_000;

fn world() -> World {
    let replica = Replica::new(ReplicaConfig {
        fees: Fees::Application,
        ..ReplicaConfig::default()
    });
    let mut world = World::on(Box::new(Direct::over(replica)));
    let scheduler = world.scheduler;
    replica_of(&mut world).add_cycles(&scheduler, DEPOSIT);
    world
}

fn replica_of(world: &mut World) -> &mut Replica {
    replica(world)
}

fn completed(world: &mut World, task: &Task) -> usize {
    let history = chime_tests::audit::history(world, task.id);
    let is_completed = |run: &&chime_types::TaskExecution| run.status == ExecutionStatus::Completed;
    history.iter().filter(is_completed).count()
}

/// Something happens to a scheduler with a task of every ten seconds; a minute after it the task runs.
fn goes_on_after(what: impl FnOnce(&mut World)) {
    let mut world = world();
    let task = world.create(&noting(every(10)));
    world.pass(25);
    assert_eq!(completed(&mut world, &task), 2);
    what(&mut world);
    // Only queries from here on.
    world.pass(60);
    let before = completed(&mut world, &task);
    world.pass(60);
    assert_eq!(completed(&mut world, &task) - before, 6, "it goes on");
    account_for_slots(&mut world, task.id);
    assert!(!world.get(task.id).disabled, "nobody is to blame");
    check_store(&mut world);
}

fn failed_messages(world: &mut World) -> u64 {
    replica_of(world).fault_counts().traps
}

#[test]
fn should_go_on_after_two_failed_messages_in_a_row() {
    goes_on_after(|world| {
        let canister = world.scheduler;
        let before = failed_messages(world);
        // Errands, the messages of the timer before them, and the callbacks in between.
        replica_of(world).inject(Fault::Messages {
            canister,
            messages: 12,
            host_call: BEYOND_THE_TIMER,
        });
        world.pass(70);
        assert!(failed_messages(world) - before >= 2);
    });
}

#[test]
fn should_go_on_after_a_thousand_failed_messages() {
    for host_call in [BEYOND_THE_TIMER, 40] {
        goes_on_after(|world| {
            let canister = world.scheduler;
            let before = failed_messages(world);
            replica_of(world).inject(Fault::Messages {
                canister,
                messages: u64::MAX,
                host_call,
            });
            let mut minutes = 0;
            while failed_messages(world) - before < 1_000 {
                world.pass(60);
                minutes += 1;
                assert!(
                    minutes < 3_000,
                    "{} failed",
                    failed_messages(world) - before
                );
            }
            replica_of(world).lift_faults(canister);
        });
    }
}

#[test]
fn should_go_on_after_instructions_did_not_suffice_for_a_message() {
    for instructions in [100_000, 1_000_000] {
        goes_on_after(|world| {
            let usual = ReplicaConfig::default().update_instructions;
            replica_of(world).set_update_instructions(instructions);
            world.pass(3_600);
            replica_of(world).set_update_instructions(usual);
        });
    }
}

#[test]
fn should_go_on_after_a_deposit_when_it_was_frozen() {
    for seconds in [10, 600] {
        goes_on_after(|world| {
            let scheduler = world.scheduler;
            replica_of(world).drain_cycles(&scheduler, FROZEN);
            world.pass(seconds);
            replica_of(world).add_cycles(&scheduler, DEPOSIT);
        });
    }
}

#[test]
fn should_go_on_after_a_jump_of_the_clock() {
    for days in [1, 5 * 365] {
        goes_on_after(|world| {
            replica_of(world).advance_time(Duration::from_secs(days * DAY));
        });
    }
}

#[test]
fn should_go_on_after_a_stop_and_a_start() {
    goes_on_after(|world| {
        world.stop_scheduler();
        world.pass(3_000);
        world.start_scheduler();
    });
}

#[test]
fn should_go_on_after_an_upgrade_with_and_without_a_stop() {
    for is_stopped in [true, false] {
        goes_on_after(|world| {
            if is_stopped {
                world.stop_scheduler();
                world.pass(45);
            }
            world.try_upgrade_scheduler().expect("no call is out");
            if is_stopped {
                world.start_scheduler();
            }
        });
    }
}
