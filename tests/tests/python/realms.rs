//! What the document about Realms promises of its programs.

use chime_tests::every;
use chime_types::{CreateTaskRequest, ExecutionStatus, NewStep};

use crate::scene::{Scene, example, job, lines, step};

/// As the document has it.
const SYNC: &str = r#"
def async_task():
    """Simple sync task - no inter-canister calls"""
    ic.print('Processing...')
    
    # Access GGG entities
    from ggg import User
    users = User.instances()
    ic.print(f'Found {len(users)} users')
    
    return 'ok'
"#;

const ASYNC: &str = r#"
def async_task():
    """Async task with inter-canister call"""
    from ggg import Treasury
    
    treasury = Treasury.instances()[0]
    
    # yield pauses execution until the async call completes
    result = yield treasury.refresh()
    
    ic.print(f'Treasury refreshed: {result}')
    return 'ok'
"#;

const STATE: &str = r#"
def async_task():
    """Task with persistent state"""
    
    # Define a task-scoped entity
    class ProcessingState(TaskEntity):
        last_processed_id = Integer(default=0)
        total_processed = Integer(default=0)
    
    # Get or create state
    states = ProcessingState.instances()
    if states:
        state = states[0]
    else:
        state = ProcessingState()
    
    # Process from where we left off
    from ggg import User
    users = User.filter(lambda u: int(u._id) > state.last_processed_id)[:100]
    
    for user in users:
        # Process user...
        state.last_processed_id = int(user._id)
        state.total_processed += 1
    
    ic.print(f'Processed {len(users)} users, total: {state.total_processed}')
    return 'ok'
"#;

#[test]
fn should_run_every_block_of_the_document() {
    let mut scene = Scene::new();
    // Its ledger is the callee here, which answers with a number.
    let ledger = scene.world.callee.0.to_text();
    let ggg = example("ggg")
        .replace("ryjl3-tyaaa-aaaaa-aaaba-cai", &ledger)
        .replace("\"icrc1_balance_of\", account", "\"count\"");
    scene.put("ggg", &ggg);
    scene.run("from ggg import User\nfor number in range(150):\n    User(name=f'user {number}')");

    let sync = scene.run(SYNC);
    assert_eq!(sync.result.as_deref(), Some("\"ok\""), "{sync:?}");
    assert_eq!(lines(&sync), ["Processing...", "Found 150 users"]);

    let refreshed = scene.run(ASYNC);
    assert_eq!(refreshed.result.as_deref(), Some("\"ok\""), "{refreshed:?}");
    assert_eq!(lines(&refreshed), ["Treasury refreshed: 1"]);
    assert!(scene.entities(None).json.contains("\"balance\":1"));
    assert_eq!(scene.world.received().len(), 1, "one call was made");

    scene.put("state", STATE);
    let request = CreateTaskRequest {
        schedules: vec![every(60)],
        ..job("state")
    };
    let made = scene.world.create(&request);
    for line in [
        "Processed 100 users, total: 100",
        "Processed 50 users, total: 150",
        "Processed 0 users, total: 150",
    ] {
        scene.world.pass(60);
        let latest = scene.world.executions(made.id).pop().expect("it ran");
        assert_eq!(lines(&latest), [line], "{latest:?}");
    }
    let json = scene.entities(Some(made.id)).json;
    assert!(json.contains("\"total_processed\":150"), "{json}");
}

#[test]
fn should_run_three_steps_in_their_order_with_the_delay_between() {
    let mut scene = Scene::new();
    scene.put("step1_prepare.py", "result = 'prepared'");
    scene.put(
        "step2_transfer.py",
        &format!(
            "def async_task():\n    count = yield ic.call('{}', 'count')\n    return count",
            scene.world.callee.0
        ),
    );
    scene.put("step3_finalize", "def async_task():\n    return 'final'");
    let second = NewStep {
        run_next_after_seconds: Some(5),
        ..step("step2_transfer.py")
    };
    let request = CreateTaskRequest {
        steps: vec![step("step1_prepare.py"), second, step("step3_finalize.py")],
        ..job("complex_workflow")
    };
    let made = scene.world.create(&request);
    let waiting = scene.world.execution(made.id);
    assert_eq!(
        (waiting.status, waiting.step_to_execute),
        (ExecutionStatus::Waiting, 2)
    );
    scene.world.pass(5);
    let done = scene.world.execution(made.id);
    assert_eq!(done.status, ExecutionStatus::Completed, "{done:?}");
    let results: Vec<_> = done
        .steps
        .iter()
        .map(|step| step.result.as_deref())
        .collect();
    assert_eq!(
        results,
        [Some("\"prepared\""), Some("1"), Some("\"final\"")]
    );
}
