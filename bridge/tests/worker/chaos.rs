//! Workers and the network are killed at random while five hundred jobs run. Every job is done, and
//! one that is done twice was lost first: its second run has a higher fencing token, begins after
//! the first has ended, and the report of the first is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use chime::error::Kind;
use chime_types::{
    CompleteJobRequest, ConfigureRequest, EmptyRequest, ExecutionStatus, Outcome,
    RunTaskNowRequest, TaskExecution,
};

use crate::support::{Process, World, until};

const FILES: u64 = 50;
const LONG_FILES: u64 = 3;
const RUNS: u64 = 10;
const LEASE: &str = "5s";
/// Kills that have to happen, so that quiet luck does not count.
const KILLS_OF_WORKERS: u32 = 10;
const KILLS_OF_THE_NETWORK: u32 = 3;

/// A generator of numbers that are the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pause(&mut self, least: u64, sides: u64) {
        std::thread::sleep(Duration::from_millis(least + self.roll(sides)));
    }
}

#[test]
fn should_do_every_job_once_or_again_under_a_higher_token_whatever_is_killed() {
    let seed = std::env::var("CHIME_SEED").map_or(1, |seed| seed.parse().unwrap());
    eprintln!("CHIME_SEED={seed}");
    let world = World::new();
    write_jobs(&world);
    let up = world.up();
    prepare(&world);
    let kills = torment(&world, up, Dice(seed));
    let executions = history(&world);
    let lines = world.read("done");
    let runs = runs(&lines);
    let lost = check(&executions, &runs);
    refuse_late_reports(&world, &executions);
    eprintln!("{kills:?}; {lost} attempts lost");
    assert!(lost > 0, "nothing was lost: the kills hit nothing");
}

/// Short jobs, and some that go on for longer than a lease. These are urgent, so that what was lost
/// runs again as soon as it may: an orphan of the first run would be seen beside the second.
fn write_jobs(world: &World) {
    let line = "line() { echo $1 $CHIME_EXECUTION_ID $CHIME_FENCING_TOKEN >> done; }; line begin";
    for file in 0..FILES {
        let (work, more) = match file < LONG_FILES {
            true => (
                "for i in 1 2 3 4 5 6 7 8 9; do sleep 1; line tick; done",
                "priority: urgent",
            ),
            false => (
                "sleep 0.$((CHIME_EXECUTION_ID % 10))5",
                "timeout_seconds: 60",
            ),
        };
        world.job(
            &format!("job-{file}"),
            &format!("{line}; {work}; line end"),
            more,
        );
    }
}

/// Makes the tasks of the files, and the executions.
fn prepare(world: &World) {
    world.ask(async |scheduler| {
        let request = ConfigureRequest {
            maximum_concurrent: Some(50),
            maximum_concurrent_per_owner: Some(50),
            maximum_rescues: Some(100),
            ..ConfigureRequest::default()
        };
        scheduler.configure(&request).await.unwrap();
    });
    let (summary, code, log) = world.once(&[]);
    assert_eq!(code, Some(0), "{summary} {log}");
    world.ask(async |scheduler| {
        for task in scheduler.all_tasks().await.unwrap() {
            for _ in 0..RUNS {
                let request = RunTaskNowRequest {
                    task_id: task.id,
                    idempotency_key: None,
                    scheduled_at: None,
                };
                scheduler.run_task_now(&request).await.unwrap();
            }
        }
    });
}

#[derive(Debug, Default)]
struct Kills {
    workers: u32,
    network: u32,
}

/// Kills this and that, waits until everything is done, and stops the workers in order.
fn torment(world: &World, up: Process, mut dice: Dice) -> Kills {
    let start = |name: &str| world.worker(name, &["--lease", LEASE, "--concurrency", "6"]);
    let mut workers = ["w0", "w1"].map(|name| Some(start(name)));
    let mut up = Some(up);
    let mut kills = Kills::default();
    while kills.workers < KILLS_OF_WORKERS || kills.network < KILLS_OF_THE_NETWORK {
        dice.pause(500, 1_500);
        if dice.roll(4) == 0 {
            up.take().unwrap().kill();
            dice.pause(0, 2_000);
            up = Some(world.up());
            kills.network += 1;
        } else {
            let which = usize::from(dice.roll(2) == 1);
            workers[which].take().unwrap().kill();
            dice.pause(0, 1_000);
            workers[which] = Some(start(["w0", "w1"][which]));
            kills.workers += 1;
        }
    }
    until("every job is done", || is_done(world));
    for mut worker in workers.into_iter().flatten() {
        assert!(worker.goes_on());
        worker.signal("TERM");
        assert!(worker.wait().success(), "{}", world.read("w0.log"));
    }
    kills
}

fn is_done(world: &World) -> bool {
    world.ask(async |scheduler| {
        let stats = scheduler.get_stats(&EmptyRequest {}).await.unwrap();
        stats.active_executions == 0
    })
}

fn history(world: &World) -> Vec<TaskExecution> {
    world.ask(async |scheduler| {
        let mut all = Vec::new();
        for task in scheduler.all_tasks().await.unwrap() {
            all.extend(scheduler.executions(task.id, None, 1_000).await.unwrap());
        }
        all
    })
}

/// What a run under one token wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Run {
    begins: u32,
    ends: u32,
    first_line: usize,
    last_line: usize,
}

/// The runs of each execution, by token.
fn runs(lines: &str) -> BTreeMap<u64, BTreeMap<u64, Run>> {
    let mut runs: BTreeMap<u64, BTreeMap<u64, Run>> = BTreeMap::new();
    for (number, line) in lines.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, execution, token] = words.as_slice() else {
            panic!("{line}");
        };
        let run = runs
            .entry(execution.parse().unwrap())
            .or_default()
            .entry(token.parse().unwrap())
            .or_insert(Run {
                first_line: number,
                ..Run::default()
            });
        run.last_line = number;
        match *what {
            "begin" => run.begins += 1,
            "tick" => {}
            "end" => run.ends += 1,
            other => panic!("{other}"),
        }
    }
    runs
}

/// Compares what was done with what the scheduler says. Answers how many attempts were lost.
fn check(executions: &[TaskExecution], runs: &BTreeMap<u64, BTreeMap<u64, Run>>) -> usize {
    assert_eq!(executions.len() as u64, FILES * RUNS, "no job is lost");
    let mut lost = 0;
    for execution in executions {
        let id = execution.id;
        assert_eq!(
            execution.status,
            ExecutionStatus::Completed,
            "{execution:?}"
        );
        let runs = &runs[&id];
        let (last, earlier) = execution.attempts.split_last().unwrap();
        assert_eq!(last.outcome, Outcome::Completed, "{execution:?}");
        for attempt in earlier {
            // What a worker could hand back in time is snoozed by no time, and not lost.
            let ended = matches!(attempt.outcome, Outcome::Lost | Outcome::Snoozed);
            assert!(ended, "{execution:?}");
            assert!(attempt.fencing_token < last.fencing_token, "{execution:?}");
            lost += usize::from(attempt.outcome == Outcome::Lost);
        }
        let done = runs[&last.fencing_token];
        assert_eq!((done.begins, done.ends), (1, 1), "{id}: {runs:?}");
        let known: Vec<u64> = execution
            .attempts
            .iter()
            .map(|attempt| attempt.fencing_token)
            .collect();
        let mut before = None;
        for (token, run) in runs {
            assert!(known.contains(token), "{id}: {token} is in no attempt");
            assert_eq!(run.begins, 1, "{id}: a token is used once: {runs:?}");
            // Tokens rise, and no run begins while an earlier one may still write.
            assert!(
                before < Some(run.first_line),
                "{id}: two at a time: {runs:?}"
            );
            before = Some(run.last_line);
        }
        assert!(runs.keys().all(|token| *token <= last.fencing_token));
    }
    lost
}

/// The report of an attempt that was lost is refused, also now.
fn refuse_late_reports(world: &World, executions: &[TaskExecution]) {
    world.ask(async |scheduler| {
        for execution in executions {
            let lost = execution
                .attempts
                .iter()
                .filter(|attempt| attempt.outcome == Outcome::Lost);
            for attempt in lost {
                let report = CompleteJobRequest {
                    execution_id: execution.id,
                    fencing_token: attempt.fencing_token,
                    result: "late".into(),
                };
                let refused = scheduler.complete_job(&report).await.unwrap_err();
                assert_eq!(refused.kind(), Kind::Conflict);
                assert_eq!(refused.field(), Some("fencing_token"));
            }
        }
    });
}
