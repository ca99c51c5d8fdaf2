//! What a run costs in the scheduler and in the runner, the first one included.

use chime_tests::every;
use chime_types::CreateTaskRequest;

use crate::scene::{Scene, job};

const RUNS: u64 = 100;
const MAXIMUM_IN_THE_RUNNER: u64 = 2_000_000;
const MAXIMUM_IN_THE_SCHEDULER: u64 = 3_000_000;

#[test]
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
fn should_run_a_small_program_for_what_was_promised() {
    let mut scene = Scene::new();
    scene.put("job", "def async_task():\n    return 'ok'\n");
    let request = CreateTaskRequest {
        schedules: vec![every(60)],
        ..job("job")
    };
    scene.world.create(&request);
    let (scheduler, runner) = (scene.world.scheduler, scene.runner);
    let spent = |scene: &mut Scene, seconds: u64| {
        let taken = |scene: &mut Scene, id| {
            let replica = scene.world.network.replica().expect("the replica");
            replica.take_work(&id).expect("a canister").instructions
        };
        let _ = (taken(scene, scheduler), taken(scene, runner));
        scene.world.pass(seconds);
        (taken(scene, scheduler), taken(scene, runner))
    };
    let first = spent(&mut scene, 60);
    let all = spent(&mut scene, 60 * (RUNS - 1));
    let mean = ((first.0 + all.0) / RUNS, (first.1 + all.1) / RUNS);
    println!(
        "a run of async_task returning 'ok', in instructions: scheduler {} (first {}), runner {} (first {})",
        mean.0, first.0, mean.1, first.1
    );
    assert!(
        first.1 <= MAXIMUM_IN_THE_RUNNER,
        "first in the runner: {}",
        first.1
    );
    assert!(mean.1 <= MAXIMUM_IN_THE_RUNNER, "runner: {}", mean.1);
    assert!(mean.0 <= MAXIMUM_IN_THE_SCHEDULER, "scheduler: {}", mean.0);
}
