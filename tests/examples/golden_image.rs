//! Makes the golden image anew: `golden_image MODULE`, the module being the one of release 0.1.0.
//!
//! It needs only what the release had, and reads of the answers only what it must, so that it goes
//! on working when the interface grows.
#![expect(
    clippy::unwrap_used,
    reason = "a tool for developers fails by panicking"
)]

use std::time::Duration;

use candid::{CandidType, Deserialize, Encode, IDLArgs, Principal, Reserved};
use chime_replica::InstallMode;
use chime_tests::direct::Direct;
use chime_tests::golden::{self, KEY, TAKEN_AFTER_SECONDS, at};
use chime_tests::{Callee, Network, Sender, call, every, module, note, now_once, retries, task};
use chime_types::{
    CreateTaskRequest, GapPolicy, MissedRuns, NewSchedule, PauseTaskRequest, Priority, Rule,
    TaskRequest, UpdateTaskRequest,
};

/// What the answers have in common.
#[derive(CandidType, Deserialize)]
enum Answer {
    Ok(Identified),
    Err(Reserved),
}

#[derive(CandidType, Deserialize)]
struct Identified {
    id: Option<u64>,
}

#[derive(CandidType)]
struct Canister {
    canister_id: Principal,
}

struct Story {
    network: Direct,
    scheduler: Principal,
    callee: Callee,
}

impl Story {
    fn begin(released: Vec<u8>) -> Self {
        let mut replica = golden::network_at(0);
        let owner = Direct::new().principal(Sender::Owner);
        let [scheduler, callee] = [released, module("callee")].map(|module| {
            let id = replica.create_canister(owner).unwrap();
            let arg = candid::encode_args(()).unwrap();
            replica
                .install_code(owner, id, InstallMode::Install, module, arg)
                .unwrap();
            id
        });
        Self {
            network: Direct::over(replica),
            scheduler,
            callee: Callee(callee),
        }
    }

    fn pass_to(&mut self, seconds: u64) {
        let passed = at(seconds) - self.network.replica().time_ns();
        self.network.pass(Duration::from_nanos(passed));
    }

    fn update(&mut self, sender: Sender, method: &str, request: &impl CandidType) -> Option<u64> {
        let arg = Encode!(request).unwrap();
        let answer = self.network.update(sender, self.scheduler, method, arg);
        let bytes = answer.unwrap();
        match candid::decode_one(&bytes).unwrap() {
            Answer::Ok(made) => made.id,
            Answer::Err(_) => panic!("{method}: {}", IDLArgs::from_bytes(&bytes).unwrap()),
        }
    }

    /// Makes a task and lets happen what is due at once.
    fn create(&mut self, sender: Sender, request: &CreateTaskRequest) -> u64 {
        let id = self.update(sender, "create_task", request).unwrap();
        self.network.pass(Duration::ZERO);
        id
    }

    fn pause(&mut self, task_id: u64, cancel_running: bool) {
        let request = PauseTaskRequest {
            task_id,
            reason: Some("for the image".to_string()),
            cancel_running: Some(cancel_running),
        };
        self.update(Sender::Owner, "pause_task", &request);
    }

    fn manage(&mut self, method: &str) {
        let canister_id = self.scheduler;
        let arg = Encode!(&Canister { canister_id }).unwrap();
        self.network.manage(canister_id, method, arg).unwrap();
    }
}

fn in_zurich(rule: Rule) -> NewSchedule {
    NewSchedule {
        timezone: Some("Europe/Zurich".to_string()),
        ..NewSchedule::new(rule)
    }
}

fn cron(expression: &str) -> Rule {
    Rule::Cron {
        expression: expression.to_string(),
    }
}

/// A task for each rule.
fn create_schedules(story: &mut Story) {
    let first = CreateTaskRequest {
        description: Some("the first task".to_string()),
        metadata: Some("{\"a\": 1}".to_string()),
        priority: Some(Priority::High),
        idempotency_key: Some(KEY.to_string()),
        ..task("interval", vec![note("interval")], every(600))
    };
    let (hour, minute) = (1, Some(40));
    let rows = [
        ("cron", in_zurich(cron("*/15 * * * *"))),
        (
            "daily",
            NewSchedule {
                gap: Some(GapPolicy::Skip),
                ..in_zurich(Rule::Daily {
                    hour: 2,
                    minute: Some(30),
                })
            },
        ),
        (
            "weekly",
            NewSchedule::new(Rule::Weekly {
                weekday: 4,
                hour,
                minute: Some(20),
            }),
        ),
        (
            "monthly",
            NewSchedule::new(Rule::Monthly {
                day: 1,
                hour,
                minute,
            }),
        ),
        (
            "once",
            NewSchedule::new(Rule::Once {
                run_at: Some(at(5_000)),
            }),
        ),
    ];
    story.create(Sender::Owner, &first);
    for (name, schedule) in rows {
        let step = call(story.callee, "count", "()");
        story.create(Sender::Owner, &task(name, vec![step], schedule));
    }
}

/// Three schedules, one of them off, under the key that the other owner uses too.
fn create_theirs(story: &mut Story) {
    let off = NewSchedule {
        disabled: Some(true),
        ..every(60)
    };
    let request = CreateTaskRequest {
        schedules: vec![every(900), in_zurich(cron("0 4 * * *")), off],
        idempotency_key: Some(KEY.to_string()),
        ..task("theirs", vec![note("theirs")], every(900))
    };
    story.create(Sender::Stranger, &request);
}

/// Slots that pass while the scheduler is stopped are missed, or made up for one after the other:
/// the first waits for a retry, since the callee does not exist yet, the others for the first.
fn create_backlog(story: &mut Story) {
    let schedule = NewSchedule {
        start_after_seconds: Some(1_200),
        end_at: Some(at(3_000)),
        missed_runs: Some(MissedRuns::All { maximum: 3 }),
        ..every(600)
    };
    let step = call(Callee(golden::late_canister()), "count", "()");
    let request = CreateTaskRequest {
        retry: Some(retries(3, 1_800)),
        ..task("backlog", vec![step], schedule)
    };
    story.create(Sender::Owner, &request);
}

/// A step that keeps its caller waiting for 250 seconds.
fn silent(story: &Story) -> chime_types::NewStep {
    chime_types::NewStep {
        timeout_seconds: Some(250),
        ..call(story.callee, "never", "()")
    }
}

/// One task for each way to end.
fn create_ended(story: &mut Story) {
    let refused = call(story.callee, "reject", "(\"no\")");
    let request = CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task("failed", vec![refused], now_once())
    };
    story.create(Sender::Owner, &request);
    story.create(
        Sender::Owner,
        &task("completed", vec![note("done")], now_once()),
    );
    let step = silent(story);
    let cancelled = story.create(Sender::Owner, &task("cancelled", vec![step], now_once()));
    story.pause(cancelled, true);
}

/// An execution that waits for its second step, while the task has got other steps.
fn create_steps(story: &mut Story) {
    let mut first = call(story.callee, "count", "()");
    first.run_next_after_seconds = Some(3_600);
    let steps = vec![first, note("the second step of old")];
    let task_id = story.create(Sender::Owner, &task("steps", steps, now_once()));
    let request = UpdateTaskRequest {
        task_id,
        steps: Some(vec![note("the only step now")]),
        ..UpdateTaskRequest::default()
    };
    story.update(Sender::Owner, "update_task", &request);
}

fn main() {
    let path = std::env::args_os().nth(1).expect("the path of a module");
    let mut story = Story::begin(std::fs::read(path).unwrap());
    create_schedules(&mut story);
    create_theirs(&mut story);
    create_backlog(&mut story);
    let paused = story.create(Sender::Owner, &task("paused", vec![note("x")], every(60)));
    let deleted = story.create(Sender::Owner, &task("deleted", vec![note("x")], every(60)));
    let off = NewSchedule {
        disabled: Some(true),
        ..every(60)
    };
    let ready = story.create(Sender::Owner, &task("ready", vec![note("asked for")], off));
    story.pass_to(700);
    story.pause(paused, false);
    let request = TaskRequest { task_id: deleted };
    story.update(Sender::Owner, "delete_task", &request);
    story.manage("stop_canister");
    story.pass_to(3_000);
    story.manage("start_canister");
    story.pass_to(3_000);
    let schedule = NewSchedule {
        end_at: Some(at(3_300)),
        ..every(100)
    };
    let step = silent(&story);
    story.create(Sender::Owner, &task("skipped", vec![step], schedule));
    story.pass_to(3_600);
    create_ended(&mut story);
    create_steps(&mut story);
    story.pass_to(3_700);
    let step = silent(&story);
    story.create(Sender::Owner, &task("running", vec![step], now_once()));
    story.pass_to(TAKEN_AFTER_SECONDS);
    // Answered, and the timer that starts it has not gone off yet.
    let request = TaskRequest { task_id: ready };
    story.update(Sender::Owner, "run_task_now", &request);
    let replica = story.network.replica();
    let view = replica.canister_view(&story.scheduler).unwrap();
    let bytes = usize::try_from(view.stable_bytes).unwrap();
    golden::write(&replica.stable_memory(&story.scheduler, 0, bytes).unwrap());
}
