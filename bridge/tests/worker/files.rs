//! The job files: which are kept, which are refused, and whose tasks are touched.

use std::fs;

use chime_types::{Task, UpdateTaskRequest};
use serde_json::json;

use crate::support::{World, until};

/// The task of a name, if there is one.
fn task(world: &World, name: &str) -> Option<Task> {
    world.ask(async |scheduler| {
        let tasks = scheduler.all_tasks().await.unwrap();
        tasks.into_iter().find(|task| task.name == name)
    })
}

#[test]
fn should_keep_tasks_in_step_with_files_that_are_made_changed_and_removed() {
    let world = World::new();
    world.job("first", "echo one", "priority: high\ntimeout_seconds: 30");
    fs::write(
        world.path("quick.yaml"),
        "poll_interval_seconds: 1\njobs_dir: jobs\n",
    )
    .unwrap();
    let _up = world.up();
    let worker = world.worker("keeper", &["--config", "quick.yaml"]);
    until("the first task is made", || task(&world, "first").is_some());
    let made = task(&world, "first").unwrap();
    assert_eq!(
        made.schedules[0].description,
        "on the 1st of January at 00:00"
    );

    world.job("second", "echo two", "");
    until("the second task is made", || {
        task(&world, "second").is_some()
    });

    world.job("first", "echo changed", "timeout_seconds: 40");
    until("the first task is changed", || {
        task(&world, "first").unwrap().version > made.version
    });
    let changed = task(&world, "first").unwrap();
    assert_eq!(changed.id, made.id);
    assert_eq!(changed.steps[0].timeout_seconds, 40);
    assert_eq!(
        changed.schedules[0].id, made.schedules[0].id,
        "its schedule is the same"
    );

    // A file that is half written is no file that is gone.
    fs::write(world.path("jobs/second.yaml"), "id: second\nname: [").unwrap();
    fs::remove_file(world.path("jobs/first.yaml")).unwrap();
    until("the first task is off", || {
        task(&world, "first").unwrap().disabled
    });
    let off = task(&world, "first").unwrap();
    assert_eq!(off.pause_reason.as_deref(), Some("its job file is gone"));
    assert!(!task(&world, "second").unwrap().disabled);

    world.job("first", "echo changed", "timeout_seconds: 40");
    until("it is on again", || {
        !task(&world, "first").unwrap().disabled
    });
    fs::remove_file(world.path("jobs/first.yaml")).unwrap();
    fs::remove_file(world.path("jobs/second.yaml")).unwrap();
    until("both are off", || {
        ["first", "second"]
            .iter()
            .all(|name| task(&world, name).unwrap().disabled)
    });
    drop(worker);
}

#[test]
fn should_report_bad_files_in_the_known_words_and_run_the_others() {
    let world = World::new();
    world.job("good", "echo well", "schedule: '@every 1s'");
    let bad = [
        ("missing.yaml", "id: invalid-job\nname: Invalid Job\n"),
        (
            "priority.yaml",
            "id: test-job\nname: Test Job\ncommand: echo test\nschedule: '* * * * *'\n\
             priority: invalid_priority\n",
        ),
        ("syntax.yaml", "id: [\n"),
    ];
    for (name, content) in bad {
        fs::write(world.path("jobs").join(name), content).unwrap();
    }
    let (summary, code, log) = world.once(&[]);
    assert_eq!(code, Some(2), "{log}");
    assert_eq!(summary["refused_files"], 3);
    for words in [
        "missing.yaml: Missing required fields: command, schedule",
        "Invalid priority 'invalid_priority'. Valid options: urgent, high, medium, low",
        "syntax.yaml: not valid YAML",
        "3 job files were refused; the others were kept",
    ] {
        assert!(log.contains(words), "{words:?} is not in {log}");
    }
    assert!(task(&world, "good").is_some());
    std::thread::sleep(std::time::Duration::from_secs(1));
    let (summary, ..) = world.once(&[]);
    assert_ne!(summary["completed"], 0, "{summary}");
}

#[test]
fn should_touch_only_its_own_tasks() {
    let world = World::new();
    world.json(&["run", "--name", "by hand", "--note", "x", "--every", "3600"]);
    world.job("applied", "echo x", "");
    world.json(&["apply", "-f", "jobs"]);
    world.job("mine", "echo mine", "");
    fs::remove_file(world.path("jobs/applied.yaml")).unwrap();
    let (_, code, log) = world.once(&["--group", "a"]);
    assert_eq!(code, Some(0), "{log}");
    for name in ["by hand", "applied"] {
        assert!(
            !task(&world, name).unwrap().disabled,
            "{name} is not the worker's"
        );
    }
    // Another group with another job of the same id takes nothing over.
    let before = task(&world, "mine").unwrap();
    world.job("mine", "echo other", "");
    let (summary, code, log) = world.once(&["--group", "b"]);
    assert_eq!(
        (code, &summary["refused_files"]),
        (Some(2), &json!(1)),
        "{log}"
    );
    assert!(log.contains("kept by the workers of a"), "{log}");
    assert!(log.contains("--group 'a'"), "{log}");
    assert_eq!(task(&world, "mine").unwrap(), before);
    fs::remove_file(world.path("jobs/mine.yaml")).unwrap();
    world.once(&["--group", "b"]);
    assert_eq!(task(&world, "mine").unwrap(), before);
    world.once(&["--group", "a"]);
    assert!(task(&world, "mine").unwrap().disabled);
}

#[test]
fn should_take_its_settings_from_the_configuration_and_options_before_it() {
    let world = World::new();
    fs::create_dir_all(world.path("custom/jobs")).unwrap();
    fs::create_dir(world.path("config")).unwrap();
    let job = "id: a\nname: a\ncommand: echo $PWD\nschedule: '@every 1s'\n";
    fs::write(world.path("custom/jobs/a.yaml"), job).unwrap();
    let settings = "jobs_dir: custom/jobs\npoll_interval_seconds: 30\nmax_concurrent_jobs: 2\n\
                    default_timeout_seconds: 77\nlog_level: DEBUG\nlog_file: logs/scheduler.log\n\
                    colour: blue\n";
    fs::write(world.path("config/scheduler.yaml"), settings).unwrap();
    let (_, code, log) = world.once(&[]);
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(task(&world, "a").unwrap().steps[0].timeout_seconds, 77);
    assert!(log.contains("takes up to 2 jobs at a time"), "{log}");
    assert!(
        log.contains("the unknown field `colour` is ignored"),
        "{log}"
    );
    let file = world.read("logs/scheduler.log");
    assert!(file.contains("takes up to 2 jobs at a time"), "{file}");
    let (_, _, log) = world.once(&["--concurrency", "5"]);
    assert!(log.contains("takes up to 5 jobs at a time"), "{log}");

    for (line, words) in [
        (
            "log_level: LOUD",
            "Valid options: DEBUG, INFO, WARNING, ERROR, CRITICAL",
        ),
        (
            "max_concurrent_jobs: 0",
            "concurrency: must be 1 to 200, not 0",
        ),
        ("poll_interval_seconds: soon", "must be a whole number"),
        ("jobs_dir: nowhere", "nowhere is not a directory"),
    ] {
        fs::write(world.path("config/scheduler.yaml"), line).unwrap();
        fs::create_dir_all(world.path("jobs")).unwrap();
        let (_, code, log) = world.once(&[]);
        assert_eq!(code, Some(2), "{line}: {log}");
        assert!(log.contains(words), "{line}: {log}");
    }
}

#[test]
fn should_mean_the_clock_of_the_machine_unless_a_job_or_an_option_says_otherwise() {
    let world = World::new();
    world.job("plain", "true", "schedule: '0 2 * * *'");
    world.job("named", "true", "schedule: 'TZ=Asia/Tokyo 0 2 * * *'");
    let zone = |world: &World, name: &str| task(world, name).unwrap().schedules[0].timezone.clone();
    let mut command = world.command(&["worker", "--once"]);
    assert!(
        command
            .env("TZ", "America/New_York")
            .output()
            .unwrap()
            .status
            .success()
    );
    assert_eq!(zone(&world, "plain"), "America/New_York");
    assert_eq!(zone(&world, "named"), "Asia/Tokyo");
    world.once(&["--timezone", "Europe/Zurich"]);
    assert_eq!(zone(&world, "plain"), "Europe/Zurich");
    let (_, code, log) = world.once(&["--timezone", "Mars/Olympus"]);
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("timezone: there is no zone"), "{log}");
}

#[test]
fn should_leave_a_task_alone_that_somebody_changed_on_the_scheduler() {
    let world = World::new();
    world.job("a", "echo a", "");
    world.once(&[]);
    let made = task(&world, "a").unwrap();
    world.ask(async |scheduler| {
        let request = UpdateTaskRequest {
            task_id: made.id,
            description: Some("changed by hand".into()),
            ..UpdateTaskRequest::default()
        };
        scheduler.update_task(&request).await.unwrap();
    });
    world.once(&[]);
    assert_eq!(task(&world, "a").unwrap().description, "changed by hand");
}
