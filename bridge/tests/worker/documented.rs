//! What the manual of tasks_loop shows, with `chime worker` for the old name. What cannot be written
//! as there is in `docs/migration.md`.

use std::fs;

use chime_types::{ExecutionStatus, Priority, Task};

use crate::support::{World, until};

const DAILY: &str = r#"# jobs/example-daily.yaml
id: example-daily
name: Daily Health Check
description: Check system health every day at 2am
command: echo "Health check complete"
schedule: "0 2 * * *"  # Cron: 2am daily
priority: medium
enabled: true
max_retries: 2
timeout_seconds: 300
"#;

const SETTINGS: &str = "\
jobs_dir: jobs
poll_interval_seconds: 60
default_timeout_seconds: 300
max_concurrent_jobs: 1
log_level: INFO
log_file: logs/scheduler.log  # Optional
";

fn world() -> World {
    let world = World::new();
    fs::write(world.path("jobs/example-daily.yaml"), DAILY).unwrap();
    fs::create_dir(world.path("config")).unwrap();
    fs::write(world.path("config/scheduler.yaml"), SETTINGS).unwrap();
    world
}

fn tasks(world: &World) -> Vec<Task> {
    world.ask(async |scheduler| scheduler.all_tasks().await.unwrap())
}

#[test]
fn should_run_the_quick_start_as_written() {
    let world = world();
    // `scheduler.run()  # Runs as daemon`, and `python3 -m tasks_loop.scheduler`.
    let mut worker = world.worker("scheduler", &[]);
    until("the job is loaded", || {
        world.read("scheduler.log").contains("keeps task")
    });
    assert!(worker.goes_on(), "it runs as a daemon");
    let [task] = &tasks(&world)[..] else {
        panic!("one job");
    };
    assert_eq!(task.name, "Daily Health Check");
    assert_eq!(task.description, "Check system health every day at 2am");
    assert_eq!(task.priority, Priority::Medium);
    assert_eq!(task.retry.max_retries, 2);
    assert_eq!(task.steps[0].timeout_seconds, 300);
    assert_eq!(task.schedules[0].description, "every day at 02:00");
    assert!(!task.disabled);
    world.start("Daily Health Check");
    until("it is done", || {
        world.executions("Daily Health Check")[0].status == ExecutionStatus::Completed
    });
    let done = world.executions("Daily Health Check").remove(0);
    assert_eq!(done.result.as_deref(), Some("Health check complete"));
    assert!(
        world
            .read("logs/scheduler.log")
            .contains("completed: execution 1")
    );
    worker.signal("TERM");
    assert!(worker.wait().success());
}

#[test]
fn should_run_one_cycle_and_only_what_is_due() {
    let world = world();
    // `scheduler.load_jobs(); scheduler.run_once()`: a daily job is not due because it is loaded.
    let (summary, code, log) = world.once(&[]);
    assert_eq!((code, &summary["completed"]), (Some(0), &0.into()), "{log}");
    // With the configuration of the second example.
    let settings = "jobs_dir: custom/jobs\npoll_interval_seconds: 30\nmax_concurrent_jobs: 2\n";
    fs::create_dir_all(world.path("custom/jobs")).unwrap();
    fs::write(world.path("other.yaml"), settings).unwrap();
    let (_, code, log) = world.once(&["--config", "other.yaml"]);
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("takes up to 2 jobs at a time"), "{log}");
    // The job of the third example.
    let job = "id: custom-job\nname: Custom Task\ncommand: echo 'Hello from scheduler'\n\
               schedule: \"*/5 * * * *\"  # Every 5 minutes\npriority: high\nmax_retries: 3\n";
    fs::write(world.path("custom/jobs/custom-job.yaml"), job).unwrap();
    world.once(&["--config", "other.yaml"]);
    let made = tasks(&world)
        .into_iter()
        .find(|task| task.name == "Custom Task")
        .unwrap();
    assert_eq!((made.priority, made.retry.max_retries), (Priority::High, 3));
    world.start("Custom Task");
    world.once(&["--config", "other.yaml"]);
    let done = world.executions("Custom Task").remove(0);
    assert_eq!(done.result.as_deref(), Some("Hello from scheduler"));
}

#[test]
fn should_understand_every_schedule_of_the_manual_and_switch_jobs_off() {
    let world = world();
    let examples = [
        ("0 2 * * *", "every day at 02:00"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 9 * * 1-5", "at 09:00, Monday to Friday"),
        ("0 0 1 * *", "on the 1st of the month at 00:00"),
    ];
    for (number, (expression, _)) in examples.iter().enumerate() {
        world.job(
            &format!("job {number}"),
            "true",
            &format!("schedule: '{expression}'"),
        );
    }
    world.job(
        "off",
        "echo off >> ran",
        "schedule: '@every 1s'\nenabled: false",
    );
    let (summary, ..) = world.once(&[]);
    assert_eq!(summary["refused_files"], 0);
    let tasks = tasks(&world);
    let find = |name: &str| tasks.iter().find(|task| task.name == name).unwrap();
    for (number, (expression, words)) in examples.iter().enumerate() {
        let schedule = &find(&format!("job {number}")).schedules[0];
        assert_eq!(schedule.description, *words, "{expression}");
    }
    assert!(find("off").disabled);
    std::thread::sleep(std::time::Duration::from_secs(2));
    world.once(&[]);
    assert_eq!(world.read("ran"), "");
}
