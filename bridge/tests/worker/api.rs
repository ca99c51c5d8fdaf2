//! The Rust interface: kinds of jobs and hooks of one's own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chime::error::Kind;
use chime::identity::{IdentityChoice, IdentitySource};
use chime::network::{NetworkName, Settings, StateDirectory};
use chime::worker::{Config, Ending, Handler, Job, Outcome, Reason, Running, Stop, Worker};
use chime_types::ExecutionStatus;

use crate::support::World;

fn settings(world: &World) -> Settings {
    Settings::embedded(StateDirectory::new(world.state()))
}

fn config(world: &World) -> Config {
    Config {
        jobs_directory: Some(world.path("jobs")),
        group: Some("api".into()),
        concurrency: 4,
        ..Config::default()
    }
}

struct Shout;

impl Handler for Shout {
    fn run<'a>(&'a self, job: &'a Job, mut ending: Ending) -> Running<'a> {
        Box::pin(async move {
            match job.command.trim_start_matches("shout:").trim() {
                "panic" => panic!("as asked for"),
                "wait" => {
                    let reason = ending.asked().await;
                    assert_eq!(reason, Reason::TimedOut);
                    Outcome::completed("in time after all")
                }
                "hang" => {
                    tokio::time::sleep(Duration::from_secs(600)).await;
                    Outcome::completed("never")
                }
                text => Outcome::completed(text.to_uppercase()),
            }
        })
    }
}

#[test]
fn should_give_jobs_of_a_kind_to_its_handler_and_call_hooks_around_all() {
    let world = World::new();
    let calls = Arc::<Mutex<Vec<String>>>::default();
    world.job("kind", "shout: hello", "");
    world.job("shell", "echo hello", "");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let work = || {
        let (before, after) = (Arc::clone(&calls), Arc::clone(&calls));
        let worker = Worker::new(config(&world))
            .unwrap()
            .handler("shout", Shout)
            .before(move |job| {
                before
                    .lock()
                    .unwrap()
                    .push(format!("before {}", job.task_name))
            })
            .after(move |job, outcome| {
                let done = matches!(outcome, Outcome::Completed { .. });
                after
                    .lock()
                    .unwrap()
                    .push(format!("after {} {done}", job.task_name));
            });
        runtime
            .block_on(worker.run_once(settings(&world), &Stop::default()))
            .unwrap()
    };
    work();
    for name in ["kind", "shell"] {
        world.start(name);
    }
    let summary = work();
    assert_eq!((summary.completed, summary.failed), (2, 0));
    assert_eq!(world.executions("kind")[0].result.as_deref(), Some("HELLO"));
    assert_eq!(
        world.executions("shell")[0].result.as_deref(),
        Some("hello")
    );
    let mut calls = calls.lock().unwrap().clone();
    calls.sort();
    assert_eq!(
        calls,
        [
            "after kind true",
            "after shell true",
            "before kind",
            "before shell"
        ]
    );
}

#[test]
fn should_survive_handlers_that_panic_hang_or_end_late() {
    let world = World::new();
    for (name, command) in [
        ("panics", "shout: panic"),
        ("waits", "shout: wait"),
        ("hangs", "shout: hang"),
    ] {
        world.job(name, command, "timeout_seconds: 4");
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let work = || {
        let worker = Worker::new(config(&world)).unwrap().handler("shout", Shout);
        runtime
            .block_on(worker.run_once(settings(&world), &Stop::default()))
            .unwrap()
    };
    work();
    for name in ["panics", "waits", "hangs"] {
        world.start(name);
    }
    work();
    let last = |name: &str| world.executions(name).remove(0);
    assert_eq!(last("waits").status, ExecutionStatus::Completed);
    assert!(
        last("panics")
            .error
            .unwrap()
            .contains("the handler panicked")
    );
    let hung = last("hangs");
    assert_ne!(hung.status, ExecutionStatus::Completed, "{hung:?}");
}

#[test]
fn should_tell_why_it_cannot_begin() {
    let world = World::new();
    let wrong = Config {
        lease_seconds: 1,
        ..config(&world)
    };
    let error = Worker::new(wrong).err().unwrap();
    assert_eq!(
        (error.kind(), error.field()),
        (Kind::Usage, Some("lease_seconds"))
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let nowhere = Settings {
        network: NetworkName::Url("http://127.0.0.1:1".into()),
        identity: Some(IdentityChoice::of(IdentitySource::File(
            StateDirectory::new(world.state()).identity_file(),
        ))),
        ..settings(&world)
    };
    let worker = Worker::new(config(&world)).unwrap();
    let error = runtime
        .block_on(worker.run_once(nowhere, &Stop::default()))
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unreachable);
}
