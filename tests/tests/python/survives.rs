//! A program that is suspended goes on after everything that may happen meanwhile, and ends as if
//! nothing had.

use chime_replica::{Fault, InstallMode};
use chime_types::{ExecutionStatus, ResumeHow, WaitReason};

use crate::scene::{Scene, lines};

/// Ten calls, each of which counts one up.
fn ten_yields(scene: &Scene) -> String {
    format!(
        "
def async_task():
    total = 0
    for number in range(10):
        count = yield ic.call('{}', 'count')
        total += count
        ic.print(f'{{number}}: {{count}}')
    return total
",
        scene.world.callee.0
    )
}

/// Begins the program, and lets the network make so many rounds. True if it is still under way.
fn run_for(scene: &mut Scene, rounds: usize) -> (u64, bool) {
    let program = ten_yields(scene);
    scene.put("ten", &program);
    let request = crate::scene::job("ten");
    let id = scene.world.try_create(&request).expect("a task").id;
    let replica = scene.world.network.replica().expect("the replica");
    for _ in 0..rounds {
        replica.tick();
    }
    let executions = scene.world.executions(id);
    (id, executions.last().is_none_or(|it| !it.status.is_final()))
}

fn ended_well(scene: &mut Scene, task: u64, calls: usize) {
    scene.world.pass(60);
    let done = scene.world.execution(task);
    assert_eq!(done.status, ExecutionStatus::Completed, "{done:?}");
    assert_eq!(done.result.as_deref(), Some("55"));
    assert_eq!(done.attempts.len(), 1, "all of it is one attempt");
    assert_eq!(lines(&done).len(), 10, "each line once");
    assert_eq!(scene.world.received().len(), calls, "each call once");
    assert_eq!(scene.journal(done.id).entries.len(), 10);
}

#[test]
fn should_survive_an_upgrade_of_both_canisters_at_every_yield() {
    let mut rounds = 0;
    let mut upgrades = 0;
    loop {
        let mut scene = Scene::new();
        let (task, is_under_way) = run_for(&mut scene, rounds);
        if !is_under_way {
            break;
        }
        scene.world.upgrade_scheduler(true);
        let runner = scene.runner;
        scene.world.install_runner(runner, InstallMode::Upgrade);
        ended_well(&mut scene, task, 10);
        upgrades += 1;
        rounds += 3;
    }
    assert!(upgrades >= 7, "{upgrades} places were tried");
}

#[test]
fn should_survive_a_trap_of_the_runner_at_every_slice() {
    for message in 1..=11 {
        let mut scene = Scene::new();
        let runner = scene.runner;
        let (task, _) = run_for(&mut scene, 0);
        let replica = scene.world.network.replica().expect("the replica");
        // Messages that trap, after those that pass.
        for _ in 1..message {
            replica.tick();
            replica.tick();
        }
        replica.inject(Fault::Trap {
            canister: runner,
            host_call: 1,
        });
        ended_well(&mut scene, task, 10);
    }
}

#[test]
fn should_go_on_under_the_old_version_when_an_edit_diverges() {
    let mut scene = Scene::new();
    let callee = scene.world.callee.0;
    let before = format!(
        "
def async_task():
    first = yield ic.call('{callee}', 'count')
    yield ic.sleep(60)
    second = yield ic.call('{callee}', 'count')
    return ['old', first, second]
"
    );
    scene.put("job", &before);
    let task = scene.create("job");
    let asleep = scene.world.execution(task);
    assert_eq!(asleep.waiting_for, Some(WaitReason::Sleep), "{asleep:?}");
    scene.put(
        "job",
        &before
            .replace("sleep(60)", "sleep(7)")
            .replace("old", "new"),
    );
    scene.world.pass(60);
    let diverged = scene.world.execution(task);
    assert_eq!(
        diverged.waiting_for,
        Some(WaitReason::Diverged),
        "{diverged:?}"
    );
    let found = scene.journal(diverged.id).divergence.expect("it is named");
    assert_eq!((found.index, found.version), (1, 2));
    assert_eq!(found.expected, "a sleep of 60 s");
    assert_eq!(found.got, "a sleep of 7 s");
    let done = scene.resume(diverged.id, ResumeHow::FirstVersion);
    assert_eq!(done.status, ExecutionStatus::Completed, "{done:?}");
    assert_eq!(done.result.as_deref(), Some("[\"old\", 1, 2]"));

    // The next run is one of the new version.
    let again = scene.create("job");
    scene.world.pass(7);
    let done = scene.world.execution(again);
    assert_eq!(done.result.as_deref(), Some("[\"new\", 3, 4]"), "{done:?}");
}
