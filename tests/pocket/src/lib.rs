//! The scheduler and a callee in an instance of PocketIC, behind the unmodified crate `pocket-ic`.
//!
//! The server is `chime-pocket-ic` as `scripts/build` made it, unless `POCKET_IC_BIN` names
//! another one, such as the official server.

use std::path::PathBuf;
use std::time::Duration;

use candid::{CandidType, Principal};
use chime_types::{
    Action, CallArguments, CreateTaskRequest, GetTaskExecutionsRequest, GetTaskExecutionsResult,
    NewSchedule, NewStep, RetryPolicy, Rule, Task, TaskExecution, TaskResult,
};
use pocket_ic::{PocketIc, PocketIcBuilder, query_candid_as, update_candid_as};
use serde::de::DeserializeOwned;

/// How far the time goes in one step; PocketIC does not tell when something is due.
const STEP: Duration = Duration::from_secs(1_800);
/// Rounds after each step: enough for a timer, the call it makes and the answer.
const ROUNDS: usize = 5;

/// The server's program.
///
/// # Panics
/// If it is to be ours and has not been built.
#[must_use]
pub fn server() -> PathBuf {
    std::env::var_os("POCKET_IC_BIN").map_or_else(our_server, PathBuf::from)
}

/// `chime-pocket-ic`, for what the official server is not asked.
///
/// # Panics
/// If it has not been built.
#[must_use]
pub fn our_server() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| workspace().join("target"), PathBuf::from);
    let path = target.join("release/chime-pocket-ic");
    assert!(
        path.exists(),
        "{} is missing; run scripts/build",
        path.display()
    );
    path
}

/// An instance with one application subnet.
#[must_use]
pub fn instance() -> PocketIc {
    let builder = PocketIcBuilder::new().with_server_binary(server());
    builder.with_application_subnet().build()
}

/// The owner of the tasks and controller of the canisters.
#[must_use]
pub fn owner() -> Principal {
    Principal::self_authenticating([1])
}

/// A canister module as `scripts/build wasm` left it.
///
/// # Panics
/// If it has not been built.
#[must_use]
pub fn module(name: &str) -> Vec<u8> {
    let path = workspace().join("target/wasm");
    let path = path.join(format!("{name}.wasm.gz"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run scripts/build wasm", path.display()))
}

/// Makes a canister of the owner's.
#[must_use]
pub fn deploy(pic: &PocketIc, name: &str) -> Principal {
    let id = pic.create_canister_with_settings(Some(owner()), None);
    pic.install_canister(id, module(name), no_arguments(), Some(owner()));
    id
}

/// No arguments.
///
/// # Panics
/// Never.
#[must_use]
pub fn no_arguments() -> Vec<u8> {
    candid::encode_args(()).expect("arguments")
}

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A scheduler and a callee.
pub struct World {
    /// The instance.
    pub pic: PocketIc,
    /// The scheduler.
    pub scheduler: Principal,
    /// The callee.
    pub callee: Principal,
}

/// A call that the callee received.
#[derive(CandidType, candid::Deserialize, Clone, Debug)]
pub struct ReceivedCall {
    /// The method.
    pub method: String,
    /// When, in nanoseconds.
    pub received_at: u64,
    /// From whom.
    pub caller: Principal,
}

impl World {
    /// Deploys both.
    #[must_use]
    pub fn new() -> Self {
        Self::on(instance())
    }

    /// Deploys both in an instance.
    #[must_use]
    pub fn on(pic: PocketIc) -> Self {
        Self {
            scheduler: deploy(&pic, "scheduler"),
            callee: deploy(&pic, "callee"),
            pic,
        }
    }

    /// Lets time pass, in steps, and what is due happen.
    pub fn pass(&self, seconds: u64) {
        let mut left = Duration::from_secs(seconds);
        self.settle();
        while !left.is_zero() {
            let step = left.min(STEP);
            self.pic.advance_time(step);
            self.settle();
            left -= step;
        }
    }

    fn settle(&self) {
        for _ in 0..ROUNDS {
            self.pic.tick();
        }
    }

    /// Calls an update method of the scheduler.
    ///
    /// # Panics
    /// If the call is rejected.
    pub fn update<A: CandidType + DeserializeOwned>(
        &self,
        sender: Principal,
        method: &str,
        request: impl CandidType,
    ) -> A {
        let answer = update_candid_as(&self.pic, self.scheduler, sender, method, (request,));
        answer.map(|(answer,)| answer).expect("no rejection")
    }

    /// Calls a query method of the scheduler.
    ///
    /// # Panics
    /// If the call is rejected.
    pub fn query<A: CandidType + DeserializeOwned>(
        &self,
        sender: Principal,
        method: &str,
        request: impl CandidType,
    ) -> A {
        let answer = query_candid_as(&self.pic, self.scheduler, sender, method, (request,));
        answer.map(|(answer,)| answer).expect("no rejection")
    }

    /// Makes a task as the owner and lets happen what is due at once.
    ///
    /// # Panics
    /// If the scheduler refuses.
    #[must_use]
    pub fn create(&self, request: CreateTaskRequest) -> Task {
        let answer: TaskResult = self.update(owner(), "create_task", request);
        self.settle();
        answer.into_result().expect("a task")
    }

    /// The executions of a task, the oldest first.
    ///
    /// # Panics
    /// If the scheduler refuses.
    #[must_use]
    pub fn executions(&self, task_id: u64) -> Vec<TaskExecution> {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor: None,
            limit: Some(500),
            status: None,
        };
        let answer: GetTaskExecutionsResult = self.query(owner(), "get_task_executions", request);
        let mut executions = answer.into_result().expect("a page").executions;
        executions.reverse();
        executions
    }

    /// The only execution of a task.
    ///
    /// # Panics
    /// If there is another number of them.
    #[must_use]
    pub fn execution(&self, task_id: u64) -> TaskExecution {
        let mut executions = self.executions(task_id);
        assert_eq!(executions.len(), 1, "{executions:?}");
        executions.remove(0)
    }

    /// The calls that the callee received, the oldest first.
    ///
    /// # Panics
    /// If the call is rejected.
    #[must_use]
    pub fn received(&self) -> Vec<ReceivedCall> {
        let answer = query_candid_as(&self.pic, self.callee, owner(), "calls", ());
        answer.map(|(calls,)| calls).expect("no rejection")
    }

    /// Installs the scheduler's module over itself, the way the tools do: stop, upgrade, start.
    ///
    /// # Panics
    /// If that fails.
    pub fn upgrade_scheduler(&self) {
        let (id, sender) = (self.scheduler, Some(owner()));
        self.pic.stop_canister(id, sender).expect("stopped");
        self.pic
            .upgrade_canister(id, module("scheduler"), no_arguments(), sender)
            .expect("upgraded");
        self.pic.start_canister(id, sender).expect("started");
    }

    /// A step that calls a method of the callee.
    #[must_use]
    pub fn call(&self, method: &str, arguments: &str) -> NewStep {
        NewStep::new(Action::Call {
            canister: self.callee,
            method: method.to_string(),
            arguments: Some(CallArguments::Text {
                value: arguments.to_string(),
            }),
            cycles: None,
            with_context: None,
            error_cases: None,
        })
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// A step that writes a line into the log.
#[must_use]
pub fn note(text: &str) -> NewStep {
    NewStep::new(Action::Note {
        text: text.to_string(),
    })
}

/// A schedule that fires every so many seconds.
#[must_use]
pub const fn every(seconds: u64) -> NewSchedule {
    NewSchedule::new(Rule::Interval {
        repeat_every_seconds: seconds,
        phase_seconds: None,
    })
}

/// A schedule that fires once, now.
#[must_use]
pub const fn now_once() -> NewSchedule {
    NewSchedule::new(Rule::Once { run_at: None })
}

/// So many retries, the first after a minute.
#[must_use]
pub const fn retries(count: u32) -> RetryPolicy {
    RetryPolicy {
        max_retries: count,
        initial_delay_seconds: 60,
        factor_percent: 200,
        maximum_delay_seconds: 100_000,
        jitter_percent: None,
        maximum_age_seconds: None,
        terminal_errors: None,
    }
}

/// A task with one schedule.
#[must_use]
pub fn task(name: &str, steps: Vec<NewStep>, schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.to_string(),
        steps,
        schedules: vec![schedule],
        ..CreateTaskRequest::default()
    }
}
