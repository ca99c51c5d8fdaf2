//! The scheduler and a callee on a network, spoken to in their own types.

use std::time::Duration;

use candid::{CandidType, Deserialize, Encode, Nat, Principal};
use chime_types::{
    Action, CallArguments, ConfigResult, ConfigureRequest, CreateTaskRequest, EmptyRequest, Error,
    ExecutionResult, ExecutionStatus, GetMyTasksRequest, GetMyTasksResult, GetStatsResult,
    GetTaskExecutionsRequest, GetTaskExecutionsResult, NewSchedule, NewStep, PauseTaskRequest,
    RetryPolicy, Rule, RunTaskNowRequest, Stats, Task, TaskExecution, TaskExecutionPage, TaskPage,
    TaskRequest, TaskResult,
};
use ic_management_canister_types::{CanisterInstallMode, UpgradeFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::install::installation;
use crate::{Install, Network, Sender, module};

/// A network with a scheduler and a callee.
pub struct World {
    /// The network.
    pub network: Box<dyn Network>,
    /// The scheduler.
    pub scheduler: Principal,
    /// The callee of the tests.
    pub callee: Callee,
}

/// The canister that tests have called.
#[derive(Clone, Copy, Debug)]
pub struct Callee(pub Principal);

/// A call that the callee received.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct ReceivedCall {
    /// The method.
    pub method: String,
    /// When, in nanoseconds.
    pub received_at: u64,
    /// The cycles that came along.
    pub cycles: Nat,
    /// From whom.
    pub caller: Principal,
    /// The arguments in binary form.
    #[serde(with = "serde_bytes")]
    pub arguments: Vec<u8>,
}

/// A step that calls a method of the callee.
#[must_use]
pub fn call(callee: Callee, method: &str, arguments: &str) -> NewStep {
    NewStep::new(Action::Call {
        canister: callee.0,
        method: method.to_string(),
        arguments: Some(CallArguments::Text {
            value: arguments.to_string(),
        }),
        cycles: None,
        with_context: None,
        error_cases: None,
    })
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

/// A retry policy with pauses that double.
#[must_use]
pub const fn retries(count: u32, initial_delay_seconds: u64) -> RetryPolicy {
    RetryPolicy {
        max_retries: count,
        initial_delay_seconds,
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

impl World {
    /// Deploys the scheduler and the callee.
    ///
    /// # Panics
    /// If the modules are missing or do not install.
    #[must_use]
    pub fn on(mut network: Box<dyn Network>) -> Self {
        let scheduler = deploy(network.as_mut(), "scheduler");
        let callee = Callee(deploy(network.as_mut(), "callee"));
        Self {
            network,
            scheduler,
            callee,
        }
    }

    /// Deploys another canister.
    pub fn deploy(&mut self, name: &str) -> Principal {
        deploy(self.network.as_mut(), name)
    }

    /// Deploys a runner of Python that the scheduler controls and knows. It is larger than a message may
    /// be, so it goes past the network.
    ///
    /// # Panics
    /// If the module is missing or does not install.
    pub fn deploy_runner(&mut self) -> Principal {
        let owner = self.network.principal(Sender::Owner);
        let runner = self.network.create();
        self.install_runner(runner, chime_replica::InstallMode::Install);
        let settings = UpdateSettings {
            canister_id: runner,
            settings: Settings {
                controllers: Some(vec![owner, self.scheduler]),
            },
        };
        let settings = Encode!(&settings).expect("settings");
        let set = self.network.manage(runner, "update_settings", settings);
        set.expect("the scheduler controls the runner");
        self.set_runners(vec![runner]);
        runner
    }

    /// Installs the runner's module.
    ///
    /// # Panics
    /// If it does not install.
    pub fn install_runner(&mut self, runner: Principal, mode: chime_replica::InstallMode) {
        let owner = self.network.principal(Sender::Owner);
        let replica = self.network.replica().expect("in this process");
        let installed = replica.install_code(owner, runner, mode, module("codex"), no_arguments());
        installed.expect("installed");
    }

    /// Names the runners in the configuration.
    ///
    /// # Panics
    /// If the scheduler refuses.
    pub fn set_runners(&mut self, runners: Vec<Principal>) {
        let request = ConfigureRequest {
            runners: Some(runners),
            ..ConfigureRequest::default()
        };
        let answer: ConfigResult = self
            .update(Sender::Owner, "configure", &request)
            .expect("no rejection");
        answer.into_result().expect("configured");
    }

    /// Lets seconds pass.
    pub fn pass(&mut self, seconds: u64) {
        self.network.pass(Duration::from_secs(seconds));
    }

    /// Calls an update method of the scheduler.
    ///
    /// # Errors
    /// The network's refusal.
    pub fn update<A: DeserializeOwned + CandidType>(
        &mut self,
        sender: Sender,
        method: &str,
        request: &impl CandidType,
    ) -> Result<A, String> {
        let bytes = Encode!(request).expect("a request can be encoded");
        let answer = self.network.update(sender, self.scheduler, method, bytes)?;
        Ok(candid::decode_one(&answer).expect("the answer of the interface"))
    }

    /// Calls a query method of the scheduler.
    ///
    /// # Errors
    /// The network's refusal.
    pub fn query<A: DeserializeOwned + CandidType>(
        &mut self,
        sender: Sender,
        method: &str,
        request: &impl CandidType,
    ) -> Result<A, String> {
        let bytes = Encode!(request).expect("a request can be encoded");
        let answer = self.network.query(sender, self.scheduler, method, bytes)?;
        Ok(candid::decode_one(&answer).expect("the answer of the interface"))
    }

    /// Raises the limits of the scheduler as far as they go: for tests of many tasks at a time.
    ///
    /// # Panics
    /// If the scheduler refuses.
    pub fn raise_limits(&mut self) {
        let request = ConfigureRequest {
            maximum_concurrent: Some(200),
            maximum_concurrent_per_owner: Some(200),
            maximum_concurrent_per_target: Some(200),
            maximum_tasks_per_owner: Some(1_000_000),
            maximum_executions_per_task: Some(10_000),
            maximum_executions_per_owner: Some(10_000_000),
            maximum_runs_per_hour: Some(1_000_000),
            ..ConfigureRequest::default()
        };
        let answer: ConfigResult = self
            .update(Sender::Owner, "configure", &request)
            .expect("no rejection");
        answer.into_result().expect("configured");
    }

    /// Makes a task as the owner.
    ///
    /// # Errors
    /// The scheduler's error.
    pub fn try_create(&mut self, request: &CreateTaskRequest) -> Result<Task, Error> {
        let answer: TaskResult = self
            .update(Sender::Owner, "create_task", request)
            .expect("no rejection");
        answer.into_result()
    }

    /// Makes a task as the owner and lets happen what is due at once.
    pub fn create(&mut self, request: &CreateTaskRequest) -> Task {
        let made = self.try_create(request).expect("a task");
        self.pass(0);
        made
    }

    /// A task of the owner's.
    pub fn get(&mut self, task_id: u64) -> Task {
        let answer: TaskResult = self
            .query(Sender::Owner, "get_task", &TaskRequest { task_id })
            .expect("no rejection");
        answer.into_result().expect("a task")
    }

    /// The executions of a task, the oldest first; of very many the latest.
    pub fn executions(&mut self, task_id: u64) -> Vec<TaskExecution> {
        let mut page = self.executions_page(task_id, None);
        let mut executions = std::mem::take(&mut page.executions);
        while executions.len() < 500 && page.next_cursor.is_some() {
            page = self.executions_page(task_id, page.next_cursor);
            executions.append(&mut page.executions);
        }
        executions.truncate(500);
        executions.reverse();
        executions
    }

    /// A page of a task's executions, the newest first.
    pub fn executions_page(&mut self, task_id: u64, cursor: Option<u64>) -> TaskExecutionPage {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor,
            limit: Some(500),
            status: None,
        };
        let answer: GetTaskExecutionsResult = self
            .query(Sender::Owner, "get_task_executions", &request)
            .expect("no rejection");
        answer.into_result().expect("a page")
    }

    /// The states of a task's executions, the oldest first.
    pub fn statuses(&mut self, task_id: u64) -> Vec<ExecutionStatus> {
        self.executions(task_id)
            .iter()
            .map(|execution| execution.status)
            .collect()
    }

    /// The only execution of a task.
    pub fn execution(&mut self, task_id: u64) -> TaskExecution {
        let mut executions = self.executions(task_id);
        assert_eq!(executions.len(), 1, "{executions:?}");
        executions.remove(0)
    }

    /// A page of the owner's tasks.
    pub fn list(&mut self, cursor: Option<u64>, limit: u32) -> TaskPage {
        let request = GetMyTasksRequest {
            cursor,
            limit: Some(limit),
            owner: None,
        };
        let answer: GetMyTasksResult = self
            .query(Sender::Owner, "get_my_tasks", &request)
            .expect("no rejection");
        answer.into_result().expect("a page")
    }

    /// The owner's figures.
    pub fn stats(&mut self) -> Stats {
        let answer: GetStatsResult = self
            .query(Sender::Owner, "get_stats", &EmptyRequest {})
            .expect("no rejection");
        answer.into_result().expect("figures")
    }

    /// Runs a task now and lets happen what is due at once.
    pub fn run_now(&mut self, task_id: u64) -> TaskExecution {
        let request = RunTaskNowRequest {
            task_id,
            idempotency_key: None,
            scheduled_at: None,
        };
        let answer: ExecutionResult = self
            .update(Sender::Owner, "run_task_now", &request)
            .expect("no rejection");
        self.pass(0);
        answer.into_result().expect("an execution")
    }

    /// Pauses a task and cancels what is under way.
    pub fn kill(&mut self, task_id: u64) -> Task {
        let request = PauseTaskRequest {
            task_id,
            reason: None,
            cancel_running: Some(true),
        };
        let answer: TaskResult = self
            .update(Sender::Owner, "pause_task", &request)
            .expect("no rejection");
        answer.into_result().expect("a task")
    }

    /// Calls a method of the callee that takes and returns nothing, as the owner.
    pub fn callee_update(&mut self, method: &str) {
        let answer = self
            .network
            .update(Sender::Owner, self.callee.0, method, no_arguments());
        answer.expect("an answer");
    }

    /// The calls that the callee received and did not roll back, the oldest first.
    pub fn received(&mut self) -> Vec<ReceivedCall> {
        let answer = self
            .network
            .query(Sender::Owner, self.callee.0, "calls", no_arguments());
        candid::decode_one(&answer.expect("an answer")).expect("the answer of the interface")
    }

    /// Installs the scheduler's module over itself without stopping it first.
    ///
    /// # Errors
    /// The refusal: calls are out.
    pub fn try_upgrade_scheduler(&mut self) -> Result<(), String> {
        let id = self.scheduler;
        try_install(
            self.network.as_mut(),
            id,
            "scheduler",
            CanisterInstallMode::Upgrade(None),
        )
    }

    /// Installs the scheduler's module over itself while calls are out, whose answers nobody takes
    /// in then: what its `pre_upgrade` refuses is skipped.
    pub fn force_upgrade_of_scheduler(&mut self) {
        let id = self.scheduler;
        let mode = CanisterInstallMode::Upgrade(Some(UpgradeFlags {
            skip_pre_upgrade: Some(true),
            wasm_memory_persistence: None,
        }));
        try_install(self.network.as_mut(), id, "scheduler", mode).expect("installed");
        self.pass(0);
    }

    /// Installs the scheduler's module over itself. With `stopped`, the way the tools do: stop,
    /// upgrade, start.
    pub fn upgrade_scheduler(&mut self, stopped: bool) {
        let id = self.scheduler;
        if stopped {
            self.stop_scheduler();
        }
        install(self.network.as_mut(), id, "scheduler", Install::Upgrade);
        if stopped {
            self.start_scheduler();
        }
        self.pass(0);
    }

    /// Stops the scheduler: it answers nothing and its timer does not fire.
    pub fn stop_scheduler(&mut self) {
        let id = self.scheduler;
        manage(self.network.as_mut(), id, "stop_canister").expect("stopped");
    }

    /// Starts the scheduler again.
    pub fn start_scheduler(&mut self) {
        let id = self.scheduler;
        manage(self.network.as_mut(), id, "start_canister").expect("started");
    }
}

fn deploy(network: &mut dyn Network, name: &str) -> Principal {
    let id = network.create();
    install(network, id, name, Install::New);
    id
}

fn install(network: &mut dyn Network, canister_id: Principal, name: &str, mode: Install) {
    let mode = match mode {
        Install::New => CanisterInstallMode::Install,
        Install::Upgrade => CanisterInstallMode::Upgrade(None),
    };
    try_install(network, canister_id, name, mode).expect("installed");
}

fn try_install(
    network: &mut dyn Network,
    canister_id: Principal,
    name: &str,
    mode: CanisterInstallMode,
) -> Result<(), String> {
    installation(canister_id, mode, module(name))
        .into_iter()
        .try_for_each(|(method, bytes)| network.manage(canister_id, method, bytes))
}

fn manage(network: &mut dyn Network, canister_id: Principal, method: &str) -> Result<(), String> {
    let bytes = Encode!(&Canister { canister_id }).expect("arguments");
    network.manage(canister_id, method, bytes)
}

fn no_arguments() -> Vec<u8> {
    candid::encode_args(()).expect("arguments")
}

#[derive(CandidType, Serialize)]
struct UpdateSettings {
    canister_id: Principal,
    settings: Settings,
}

#[derive(CandidType, Serialize)]
struct Settings {
    controllers: Option<Vec<Principal>>,
}

#[derive(CandidType, Serialize)]
struct Canister {
    canister_id: Principal,
}
