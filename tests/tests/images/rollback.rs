//! The way back from an upgrade: the snapshot that was taken before, and what an older program does with
//! a newer store.

use candid::{CandidType, Encode, Principal};
use chime_replica::{InstallMode, Replica};
use chime_tests::audit::{account_for_slots, check_store};
use chime_tests::direct::Direct;
use chime_tests::golden;
use chime_tests::{Sender, World, call, every, module, note, task};
use chime_types::ExecutionStatus::{Completed, Missed};
use chime_types::{ClearInboxRequest, RemovedResult, Task, TaskExecution};
use ic_management_canister_types::{LoadCanisterSnapshotArgs, Snapshot, TakeCanisterSnapshotArgs};

use super::EMPTY;

fn world() -> World {
    World::on(Box::new(Direct::new()))
}

fn owner_and_replica(world: &mut World) -> (Principal, &mut Replica) {
    let owner = world.network.principal(Sender::Owner);
    (owner, world.network.replica().expect("in this process"))
}

fn manage(world: &mut World, method: &str, arg: &impl CandidType) -> Vec<u8> {
    let (owner, replica) = owner_and_replica(world);
    let management = Principal::management_canister();
    let arg = Encode!(arg).expect("arguments");
    replica
        .update_call(owner, management, method, arg)
        .unwrap_or_else(|rejection| panic!("{method}: {rejection}"))
}

fn take_snapshot(world: &mut World) -> Snapshot {
    let arg = TakeCanisterSnapshotArgs {
        canister_id: world.scheduler,
        replace_snapshot: None,
        uninstall_code: None,
        sender_canister_version: None,
    };
    let taken = manage(world, "take_canister_snapshot", &arg);
    candid::decode_one(&taken).expect("a snapshot")
}

fn load_snapshot(world: &mut World, snapshot: &Snapshot) {
    let arg = LoadCanisterSnapshotArgs {
        canister_id: world.scheduler,
        snapshot_id: snapshot.id.clone(),
        sender_canister_version: None,
    };
    manage(world, "load_canister_snapshot", &arg);
}

/// A task of every minute that calls, and ran ten times before the snapshot.
fn before(world: &mut World) -> (Task, Snapshot) {
    let step = call(world.callee, "count", "()");
    let kept = world.create(&task("kept", vec![step], every(60)));
    world.pass(600);
    world.stop_scheduler();
    (kept, take_snapshot(world))
}

fn missed(executions: &[TaskExecution]) -> u64 {
    let missed = executions.iter().filter(|run| run.status == Missed);
    missed.map(|run| run.slots).sum()
}

#[test]
fn should_go_on_by_itself_from_the_snapshot_of_before_an_upgrade() {
    let mut world = world();
    let (kept, snapshot) = before(&mut world);
    world.upgrade_scheduler(false);
    world.start_scheduler();
    world.create(&task("later", vec![note("x")], every(60)));
    world.pass(610);
    assert_eq!(world.received().len(), 20);

    world.stop_scheduler();
    load_snapshot(&mut world, &snapshot);
    world.start_scheduler();
    let tasks = world.list(None, 10);
    assert_eq!(
        tasks.total_tasks, 1,
        "what was made after the snapshot is lost"
    );
    // Only queries from here on: the timer is where the newer program set it.
    world.pass(60);
    let executions = account_for_slots(&mut world, kept.id);
    assert_eq!(executions[0].status, Completed, "it runs");
    assert_eq!(
        missed(&executions),
        10,
        "it does not know that these slots ran"
    );
    assert_eq!(world.received().len(), 21);
    world.pass(600);
    assert_eq!(world.received().len(), 31);
    account_for_slots(&mut world, kept.id);
    check_store(&mut world);
}

#[test]
fn should_go_on_from_a_snapshot_after_a_call_when_the_newer_program_left_no_timer() {
    let mut world = world();
    let (kept, snapshot) = before(&mut world);
    // A program that arms nothing: the platform switches the timer off when it is installed.
    let scheduler = world.scheduler;
    let (owner, replica) = owner_and_replica(&mut world);
    let arg = candid::encode_args(()).expect("arguments");
    replica
        .install_code(owner, scheduler, InstallMode::Upgrade, EMPTY.to_vec(), arg)
        .expect("installed");
    world.pass(605);
    load_snapshot(&mut world, &snapshot);
    world.start_scheduler();
    world.pass(600);
    assert_eq!(
        world.received().len(),
        10,
        "a loaded snapshot sets no timer"
    );

    let request = ClearInboxRequest { through_id: 0 };
    let _: RemovedResult = world
        .update(Sender::Owner, "clear_inbox", &request)
        .expect("no rejection");
    world.pass(0);
    let executions = account_for_slots(&mut world, kept.id);
    assert_eq!(
        executions[0].status, Completed,
        "the latest slot is made up for"
    );
    assert_eq!(missed(&executions), 19);
    assert_eq!(world.received().len(), 11);
    check_store(&mut world);
}

/// Where the number of the layout stands in the header of a store.
fn layout_at(memory: &[u8]) -> usize {
    const KEY: &[u8] = b"\x66layout";
    let found = memory.windows(KEY.len()).position(|window| window == KEY);
    found.expect("a header") + KEY.len()
}

#[test]
fn should_refuse_a_store_of_a_later_layout_and_leave_it_unharmed() {
    let mut world = world();
    let kept = world.create(&task("kept", vec![note("x")], every(60)));
    world.pass(600);
    let present = golden::memory_of(&mut world);
    let at = layout_at(&present);
    let mut later = present.clone();
    later[at] += 1;

    // A later program had the store; now this one is installed over it.
    let scheduler = world.scheduler;
    world.stop_scheduler();
    let (owner, replica) = owner_and_replica(&mut world);
    let mut install = |module, memory: &[u8]| {
        let arg = candid::encode_args(()).expect("arguments");
        let (id, mode) = (scheduler, InstallMode::Reinstall);
        replica
            .install_code(owner, id, mode, EMPTY.to_vec(), arg.clone())
            .expect("installed");
        assert!(replica.set_stable_memory(&id, memory));
        replica.install_code(owner, id, InstallMode::Upgrade, module, arg)
    };
    let refusal = install(module("scheduler"), &later).expect_err("a later layout");
    assert!(
        refusal.to_string().contains("a later program wrote"),
        "{refusal}"
    );
    assert!(
        refusal.to_string().contains("nothing was changed"),
        "{refusal}"
    );
    assert!(golden::memory_of(&mut world) == later, "unharmed");

    let (owner, replica) = owner_and_replica(&mut world);
    golden::take_over(replica, owner, scheduler, &present);
    world.start_scheduler();
    world.pass(60);
    assert_eq!(world.executions(kept.id).len(), 11);
}
