//! What becomes of a command: its environment, its output, its end.

use chime_types::{Cause, ExecutionStatus, TaskExecution, WaitReason, limits};

use crate::support::{World, until};

/// Runs the job `a` once, and gives its execution.
fn run(world: &World, command: &str, more: &str, arguments: &[&str]) -> TaskExecution {
    world.job("a", command, more);
    world.once(arguments);
    world.start("a");
    let (_, _, log) = world.once(arguments);
    let execution = world.executions("a").remove(0);
    assert!(!execution.attempts.is_empty(), "it did not run: {log}");
    execution
}

fn error(execution: &TaskExecution) -> &str {
    execution.attempts[0].error.as_deref().unwrap()
}

#[test]
fn should_tell_the_command_about_its_run() {
    let world = World::new();
    let command = "printf '%s\\n' $CHIME_EXECUTION_ID $CHIME_SCHEDULED_AT $CHIME_ATTEMPT \
                   $CHIME_FENCING_TOKEN $CHIME_AS_USER $PWD; cat; echo aside >&2";
    std::fs::create_dir(world.path("here")).unwrap();
    let execution = run(&world, command, "", &["--working-dir", "here"]);
    let id = execution.id.to_string();
    let token = execution.attempts[0].fencing_token.to_string();
    let result = execution.result.unwrap();
    let [seen, at, attempt, held, user, directory] = result.lines().collect::<Vec<_>>()[..] else {
        panic!("{result}");
    };
    assert_eq!((seen, attempt, held), (id.as_str(), "1", token.as_str()));
    let scheduled: jiff::Timestamp = at.parse().unwrap();
    let expected = i128::from(execution.scheduled_at);
    assert!(
        (scheduled.as_nanosecond() - expected).abs() < 1_000_000_000,
        "{at}"
    );
    assert!(user.contains('-'), "a principal: {user}");
    assert_eq!(
        directory,
        world.path("here").canonicalize().unwrap().to_str().unwrap()
    );
    assert_eq!(execution.logs[0].message, "aside");
}

#[test]
fn should_report_exit_codes_and_signals_and_retry_as_the_job_says() {
    let world = World::new();
    let failed = run(&world, "echo fine; echo broken >&2; exit 3", "", &[]);
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(error(&failed), "exit code 3\nbroken");

    let killed = run(&world, "echo said; kill -s SEGV $$", "max_retries: 1", &[]);
    assert_eq!(error(&killed), "ended by SIGSEGV (signal 11)\nsaid");
    assert_eq!(killed.status, ExecutionStatus::Waiting);
    assert_eq!(killed.waiting_for, Some(WaitReason::RetryBackoff));
    let missing = run(&world, "no-such-program", "", &[]);
    assert!(
        error(&missing).starts_with("exit code 127"),
        "{}",
        error(&missing)
    );
    let (_, code, log) = {
        world.start("a");
        world.once(&[])
    };
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("1 job failed"), "{log}");
}

#[test]
fn should_not_retry_what_has_line_ends_of_windows() {
    let world = World::new();
    std::fs::write(world.path("script.sh"), "no-such-program\r\nno-other\r\n").unwrap();
    for command in ["touch ran\r\necho done\r\n", "sh script.sh"] {
        let failed = run(&world, command, "max_retries: 3", &[]);
        assert_eq!(failed.status, ExecutionStatus::Failed, "{command:?}");
        assert_eq!(failed.cause, Some(Cause::WorkerTerminal));
        assert_eq!(failed.attempts.len(), 1);
        assert!(error(&failed).contains("CR LF"), "{}", error(&failed));
    }
    assert!(!world.path("ran\r").exists(), "it was not run at all");
}

#[test]
fn should_end_a_command_and_all_it_started_at_its_time_out() {
    let world = World::new();
    let command = "trap 'echo asked' TERM; (trap '' TERM; sleep 4321) & \
                   sh -c 'sh -c \"sleep 4322\"' & wait; wait; wait; echo never";
    let execution = run(&world, command, "timeout_seconds: 3", &[]);
    assert_eq!(execution.status, ExecutionStatus::Failed, "{execution:?}");
    let error = error(&execution);
    assert!(error.starts_with("timed out after 3 s"), "{error}");
    for sleeper in ["sleep 4321", "sleep 4322"] {
        assert!(!world.is_running(sleeper), "{sleeper} goes on");
    }
}

#[test]
fn should_retry_what_timed_out() {
    let world = World::new();
    let execution = run(
        &world,
        "sleep 4323",
        "timeout_seconds: 2\nmax_retries: 2",
        &[],
    );
    assert_eq!(execution.waiting_for, Some(WaitReason::RetryBackoff));
}

#[test]
fn should_keep_beginning_and_end_of_a_long_output_as_valid_text() {
    let world = World::new();
    let command = "echo begin; head -c 3000000 /dev/urandom; yes ü | head -c 100000; echo end";
    let execution = run(&world, command, "", &[]);
    let result = execution.result.unwrap();
    assert!(
        result.len() <= limits::MAXIMUM_RESULT_BYTES,
        "{}",
        result.len()
    );
    assert!(result.starts_with("begin\n") && result.ends_with("end"));
    assert!(
        result.contains("bytes omitted ..."),
        "nothing says that it was cut"
    );
}

#[test]
fn should_not_wait_for_what_a_command_leaves_behind_but_end_it() {
    let world = World::new();
    let execution = run(&world, "(sleep 4324) & echo done", "", &[]);
    assert_eq!(execution.result.as_deref(), Some("done"));
    assert!(!world.is_running("sleep 4324"));
    // What makes a session of its own is out of reach, and not waited for.
    let escaped = run(
        &world,
        "setsid sleep 20 & echo gone",
        "timeout_seconds: 15",
        &[],
    );
    assert_eq!(escaped.result.as_deref(), Some("gone"));
}

#[test]
fn should_run_the_urgent_first_and_no_more_at_a_time_than_asked() {
    let world = World::new();
    for priority in ["low", "medium", "urgent", "high"] {
        let command = format!("echo {priority} >> order; sleep 0.1");
        world.job(priority, &command, &format!("priority: {priority}"));
    }
    world.once(&[]);
    let _up = world.up();
    for priority in ["low", "medium", "urgent", "high"] {
        world.start(priority);
    }
    let (summary, ..) = world.once(&[]);
    assert_eq!(summary["completed"], 4, "{summary}");
    assert_eq!(world.read("order"), "urgent\nhigh\nmedium\nlow\n");

    let command = "mkdir here.$CHIME_EXECUTION_ID; ls -d here.* | wc -l >> counts; sleep 0.4; \
                   rmdir here.$CHIME_EXECUTION_ID";
    world.job("many", command, "");
    world.once(&[]);
    for _ in 0..9 {
        world.start("many");
    }
    world.once(&["--concurrency", "3"]);
    let counts = world.read("counts");
    let counts: Vec<u32> = counts
        .lines()
        .map(|line| line.trim().parse().unwrap())
        .collect();
    assert_eq!(counts.len(), 9);
    assert!(counts.iter().all(|count| *count <= 3), "{counts:?}");
    assert!(counts.contains(&3), "never as many as allowed: {counts:?}");
}

#[test]
fn should_run_by_the_schedule_and_serve_its_own_queue_only() {
    let world = World::new();
    world.job("a", "echo x >> ran", "schedule: '@every 1s'");
    let _up = world.up();
    let _worker = world.worker("w", &["--queue", "builds"]);
    until("it ran three times", || {
        world.read("ran").lines().count() >= 3
    });
    let executions = world.executions("a");
    let mut slots: Vec<u64> = executions
        .iter()
        .map(|execution| execution.scheduled_at)
        .collect();
    slots.dedup();
    assert_eq!(slots.len(), executions.len(), "no slot runs twice");
    let (summary, ..) = world.once(&["--group", "other"]);
    assert_eq!(summary["completed"], 0, "another queue: {summary}");
}
