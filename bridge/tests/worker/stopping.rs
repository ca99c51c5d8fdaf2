//! Workers that are stopped or killed, and networks that go away.

use std::time::Duration;

use chime_types::{CancelExecutionRequest, ExecutionStatus, Outcome};

use crate::support::{World, until};

#[test]
fn should_finish_what_it_runs_on_the_first_signal() {
    let world = World::new();
    world.job("a", "echo begun >> a; sleep 2; echo ended >> a", "");
    let _up = world.up();
    let worker = world.worker("w", &[]);
    until("the task is made", || {
        world.read("w.log").contains("keeps task")
    });
    let running = world.start("a");
    until("it runs", || world.read("a").contains("begun"));
    world.start("a");
    worker.signal("TERM");
    assert!(worker.wait().success());
    assert_eq!(
        world.read("a"),
        "begun\nended\n",
        "the second was not begun"
    );
    let [waiting, done] = &world.executions("a")[..] else {
        panic!("two were asked for");
    };
    assert_eq!(
        (done.id, done.status),
        (running, ExecutionStatus::Completed)
    );
    assert_eq!(waiting.status, ExecutionStatus::Waiting);
}

#[test]
fn should_hand_back_at_once_on_the_second_signal_and_after_its_patience() {
    for (arguments, signals) in [(vec![], 2), (vec!["--drain", "1s"], 1)] {
        let world = World::new();
        let command = "echo $CHIME_FENCING_TOKEN >> a; sleep 4325";
        world.job("a", command, "");
        let _up = world.up();
        let worker = world.worker("w", &arguments);
        until("the task is made", || {
            world.read("w.log").contains("keeps task")
        });
        world.start("a");
        until("it runs", || !world.read("a").is_empty());
        for _ in 0..signals {
            worker.signal("INT");
            std::thread::sleep(Duration::from_millis(500));
        }
        assert!(worker.wait().success());
        assert!(!world.is_running("sleep 4325"), "the command goes on");
        let execution = world.executions("a").remove(0);
        assert_eq!(execution.status, ExecutionStatus::Waiting, "{execution:?}");
        assert_eq!(execution.attempts[0].outcome, Outcome::Snoozed);
        assert_eq!(
            (execution.rescues, execution.attempt),
            (0, 0),
            "it costs nothing"
        );
    }
}

#[test]
fn should_end_the_commands_of_a_worker_that_was_killed_and_run_them_again() {
    let world = World::new();
    let command = "echo $CHIME_FENCING_TOKEN >> a; \
                   if [ -e second ]; then exit 0; fi; (sleep 4326) & sleep 4326";
    world.job("a", command, "");
    let _up = world.up();
    let worker = world.worker("w", &["--lease", "5s"]);
    until("the task is made", || {
        world.read("w.log").contains("keeps task")
    });
    world.start("a");
    until("it runs", || world.is_running("sleep 4326"));
    worker.kill();
    until("its command is ended", || !world.is_running("sleep 4326"));
    std::fs::write(world.path("second"), "").unwrap();
    let _second = world.worker("second", &["--lease", "5s"]);
    until("it is done", || {
        world.executions("a")[0].status == ExecutionStatus::Completed
    });
    let execution = world.executions("a").remove(0);
    let outcomes: Vec<_> = execution.attempts.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Lost, Outcome::Completed]);
    let tokens: Vec<u64> = execution
        .attempts
        .iter()
        .map(|one| one.fencing_token)
        .collect();
    let seen: Vec<u64> = world
        .read("a")
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(seen, tokens);
}

#[test]
fn should_report_after_a_crash_what_was_done_before_it() {
    let world = World::new();
    world.job(
        "a",
        "echo ran >> a; while [ ! -e go ]; do sleep 0.05; done; echo result",
        "",
    );
    let up = world.up();
    let worker = world.worker("w", &["--lease", "10m"]);
    until("the task is made", || {
        world.read("w.log").contains("keeps task")
    });
    world.start("a");
    until("it runs", || !world.read("a").is_empty());
    up.kill();
    std::fs::write(world.path("go"), "").unwrap();
    until("the outcome is written down", || journal(&world) == 1);
    worker.kill();
    let (summary, code, log) = world.once(&[]);
    assert_eq!(
        (code, &summary["completed"]),
        (Some(0), &0.into()),
        "nothing runs again: {log}"
    );
    let execution = world.executions("a").remove(0);
    assert_eq!(execution.status, ExecutionStatus::Completed);
    assert_eq!(execution.result.as_deref(), Some("result"));
    assert_eq!(world.read("a"), "ran\n");
    assert_eq!(journal(&world), 0);
}

/// How many outcomes wait to be reported.
fn journal(world: &World) -> usize {
    fn count(directory: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(directory) else {
            return 0;
        };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| match path.is_dir() {
                true => count(&path),
                false => usize::from(path.extension().is_some_and(|end| end == "json")),
            })
            .sum()
    }
    count(&world.state().join("worker"))
}

#[test]
fn should_end_a_command_before_its_lease_is_over_when_the_network_is_away() {
    let world = World::new();
    let command = "if [ -e back ]; then exit 0; fi; trap 'echo asked >> a; exit 1' TERM; \
                   echo begun >> a; while :; do sleep 0.1; done";
    world.job("a", command, "");
    let up = world.up();
    let _worker = world.worker("w", &["--lease", "5s"]);
    until("the task is made", || {
        world.read("w.log").contains("keeps task")
    });
    world.start("a");
    until("it runs", || !world.read("a").is_empty());
    up.kill();
    until("it is asked to end", || world.read("a").contains("asked"));
    std::fs::write(world.path("back"), "").unwrap();
    let _up = world.up();
    until("it is done again", || {
        world.executions("a")[0].status == ExecutionStatus::Completed
    });
    assert_eq!(world.executions("a")[0].attempts.len(), 2);
}

#[test]
fn should_run_the_network_itself_and_take_it_over_from_a_worker_that_was_killed() {
    let world = World::new();
    world.job("a", "echo x >> ran", "schedule: '@every 1s'");
    let first = world.worker("first", &[]);
    until("it runs alone", || world.read("ran").lines().count() >= 2);
    assert!(
        world
            .read("first.log")
            .contains("no other process runs the embedded network")
    );
    let second = world.worker("second", &[]);
    until("the second joins", || {
        world.read("second.log").contains("takes up to")
    });
    first.kill();
    let before = world.read("ran").lines().count();
    until("the second goes on", || {
        world.read("ran").lines().count() >= before + 3
    });
    second.signal("TERM");
    assert!(second.wait().success());
    let executions = world.executions("a");
    let mut slots: Vec<u64> = executions
        .iter()
        .map(|execution| execution.scheduled_at)
        .collect();
    slots.dedup();
    assert_eq!(slots.len(), executions.len(), "no slot runs twice");
}

#[test]
fn should_end_a_command_that_somebody_cancels() {
    let world = World::new();
    world.job(
        "a",
        "trap 'echo asked >> a; exit 1' TERM; echo begun >> a; sleep 4327 & wait",
        "",
    );
    let _up = world.up();
    let _worker = world.worker("w", &["--lease", "5s"]);
    until("the task is made", || {
        world.read("w.log").contains("keeps task")
    });
    for terminate in [false, true] {
        let execution_id = world.start("a");
        until("it runs", || world.is_running("sleep 4327"));
        world.ask(async |scheduler| {
            let request = CancelExecutionRequest {
                execution_id,
                reason: Some("not needed".into()),
                terminate: Some(terminate),
            };
            scheduler.cancel_execution(&request).await.unwrap();
        });
        until("it is cancelled", || {
            world.executions("a")[0].status == ExecutionStatus::Cancelled
        });
        until("the command is ended", || !world.is_running("sleep 4327"));
    }
    assert_eq!(world.read("a").matches("begun").count(), 2, "each ran once");
    assert!(world.read("a").starts_with("begun\nasked\n"));
    assert!(
        world.executions("a")[1].attempts[0]
            .error
            .as_deref()
            .unwrap()
            .contains("cancelled: not needed")
    );
}
