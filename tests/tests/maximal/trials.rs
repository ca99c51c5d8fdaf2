//! The dearest dry runs.

use candid::Encode;
use chime_types::{Change, DeadLettersRequest, DryRunRequest, DryRunResult, TaskRequest, limits};

use crate::scene::Scene;
use crate::texts;

/// Tries as many changes as a request may hold.
pub fn try_changes(scene: &mut Scene) {
    let callee = scene.world.callee.0;
    ask(
        scene,
        "full tasks",
        Change::create_task(texts::task(callee)),
    );
    let task_id = scene.tasks["full"];
    let request = TaskRequest { task_id };
    ask(scene, "small changes", Change::resume_task(request));
    let request = DeadLettersRequest {
        task_id: None,
        error_contains: None,
        cursor: None,
        limit: Some(limits::MAXIMUM_PAGE_ITEMS),
    };
    ask(scene, "many runs", Change::replay_dead_letters(request));
}

fn ask(scene: &mut Scene, what: &'static str, change: Change) {
    let bytes = |count: usize| {
        let changes = vec![change.clone(); count];
        Encode!(&DryRunRequest { changes })
            .expect("a request can be encoded")
            .len()
    };
    let (types, each) = (bytes(0), bytes(1) - bytes(0));
    let count = (limits::MAXIMUM_REQUEST_BYTES - types) / each;
    let count = count.min(limits::MAXIMUM_DRY_RUN_CHANGES);
    let changes = vec![change.clone(); count];
    let _: DryRunResult = scene.ask("dry_run", what, &DryRunRequest { changes });
}
