//! Commands that do not come from the job files.

use chime_types::{
    Action, CreateTaskRequest, ExecutionStatus, NewSchedule, NewStep, PutUserRequest, Role, Rule,
    UpdateTaskRequest, WaitReason,
};

use crate::support::World;

/// A task that somebody makes on the scheduler, due now.
fn make(world: &World, name: &str, command: &str, metadata: Option<&str>) {
    let request = CreateTaskRequest {
        name: name.into(),
        metadata: metadata.map(str::to_string),
        steps: vec![NewStep::new(Action::Command {
            command: command.into(),
            queue: None,
        })],
        schedules: vec![NewSchedule::new(Rule::Once { run_at: None })],
        ..CreateTaskRequest::default()
    };
    world.ask(async |scheduler| scheduler.create_task(&request).await.unwrap());
}

#[test]
fn should_run_commands_from_elsewhere_only_when_allowed_and_say_why() {
    let world = World::new();
    world.job("own", "echo own", "");
    let _up = world.up();
    world.once(&[]);
    make(&world, "remote", "echo remote >> ran", None);
    let (summary, code, log) = world.once(&[]);
    assert_eq!(
        (code, &summary["handed_back"]),
        (Some(0), &1.into()),
        "{log}"
    );
    assert!(log.contains("--allow-remote-commands"), "{log}");
    let waiting = world.executions("remote").remove(0);
    assert_eq!(waiting.status, ExecutionStatus::Waiting);
    assert_eq!(waiting.waiting_for, Some(WaitReason::Snooze));
    assert!(
        waiting.logs[0]
            .message
            .contains("does not come from the job files")
    );
    assert_eq!(world.read("ran"), "");

    make(&world, "again", "echo again >> ran", None);
    let (summary, ..) = world.once(&["--allow-remote-commands"]);
    assert_eq!(summary["completed"], 1, "{summary}");
    assert_eq!(world.read("ran"), "again\n");
}

#[test]
fn should_fail_a_job_whose_command_was_changed_on_the_scheduler() {
    let world = World::new();
    world.job("own", "echo own >> ran", "max_retries: 3");
    world.once(&[]);
    let task = world.ask(async |scheduler| scheduler.find_task("own").await.unwrap());
    let change = UpdateTaskRequest {
        task_id: task.id,
        steps: Some(vec![NewStep::new(Action::Command {
            command: "echo evil >> ran".into(),
            queue: None,
        })]),
        ..UpdateTaskRequest::default()
    };
    world.ask(async |scheduler| scheduler.update_task(&change).await.unwrap());
    world.start("own");
    let (summary, code, log) = world.once(&[]);
    assert_eq!((code, &summary["failed"]), (Some(1), &1.into()), "{log}");
    let failed = world.executions("own").remove(0);
    assert_eq!(
        failed.status,
        ExecutionStatus::Failed,
        "no retry can mend it"
    );
    assert!(
        failed
            .error
            .unwrap()
            .contains("not the one in the job file")
    );

    // To copy the mark of a job of the worker's does not help.
    make(&world, "forged", "echo forged >> ran", Some(&task.metadata));
    world.once(&[]);
    let forged = world.executions("forged").remove(0);
    assert_eq!(forged.status, ExecutionStatus::Failed);
    assert_eq!(world.read("ran"), "");
}

#[test]
fn should_not_run_a_command_whose_file_is_gone() {
    let world = World::new();
    world.job("own", "echo own >> ran", "");
    let _up = world.up();
    world.once(&[]);
    world.start("own");
    std::fs::remove_file(world.path("jobs/own.yaml")).unwrap();
    world.once(&[]);
    let failed = world.executions("own").remove(0);
    assert!(
        failed
            .error
            .unwrap()
            .contains("is gone from the worker's directory")
    );
    assert_eq!(world.read("ran"), "");
}

#[test]
fn should_run_the_jobs_of_its_files_with_a_key_that_may_do_nothing_else() {
    let world = World::new();
    world.job("own", "echo own >> ran", "");
    world.once(&[]);
    world.start("own");
    // Another key, which is registered as a worker's.
    let other = World::new();
    std::fs::remove_file(other.path("state/identity.pem")).unwrap();
    std::fs::remove_file(other.path("state/scheduler.id")).unwrap();
    let principal = other.ask(async |scheduler| scheduler.agent().get_principal().unwrap());
    world.ask(async |scheduler| {
        let request = PutUserRequest {
            principal,
            name: Some("worker".into()),
            role: Some(Role::Worker),
            quotas: None,
            disabled: None,
        };
        scheduler.put_user(&request).await.unwrap();
    });
    let _up = world.up();
    let (url, canister) = world.address();
    let key = other.path("state/identity.pem");
    let (summary, code, log) = world.once(&[
        "--network",
        &url,
        "--canister",
        &canister,
        "--identity",
        key.to_str().unwrap(),
    ]);
    assert_eq!((code, &summary["completed"]), (Some(0), &1.into()), "{log}");
    assert!(log.contains("this identity may not keep tasks"), "{log}");
    assert_eq!(world.read("ran"), "own\n");
}

#[test]
fn should_refuse_to_begin_with_nothing_to_run() {
    let world = World::new();
    std::fs::remove_dir(world.path("jobs")).unwrap();
    let (_, code, log) = world.once(&[]);
    assert_eq!(code, Some(2));
    assert!(
        log.contains("--jobs-dir") && log.contains("--allow-remote-commands"),
        "{log}"
    );
}
