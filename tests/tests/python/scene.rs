//! A scheduler with a runner that it controls, and what the tests say to it.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use candid::{CandidType, Principal};
use chime_tests::{Sender, World, direct::Direct, now_once, task};
use chime_types::{
    Action, Codex, CodexResult, CreateTaskRequest, Entities, EntitiesResult, Error,
    ExecutionRequest, ExecutionResult, GetEntitiesRequest, Journal, JournalResult, NewStep,
    PutCodexRequest, ResumeExecutionRequest, ResumeHow, RetryPolicy, TaskExecution,
};

pub struct Scene {
    pub world: World,
    pub runner: Principal,
    /// The module of the runner is large: its tests take turns.
    _turn: MutexGuard<'static, ()>,
}

impl Scene {
    pub fn new() -> Self {
        static TURN: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut world = World::on(Box::new(Direct::new()));
        let runner = world.deploy_runner();
        Self {
            world,
            runner,
            _turn: turn,
        }
    }

    pub fn ask<A: serde::de::DeserializeOwned + CandidType>(
        &mut self,
        method: &str,
        request: &impl CandidType,
    ) -> A {
        let answer = self.world.update(Sender::Owner, method, request);
        answer.unwrap_or_else(|rejection| panic!("{method}: {rejection}"))
    }

    pub fn try_put(&mut self, name: &str, code: &str) -> Result<Codex, Error> {
        let request = PutCodexRequest {
            name: name.to_string(),
            code: Some(code.to_string()),
            ..PutCodexRequest::default()
        };
        self.ask::<CodexResult>("put_codex", &request).into_result()
    }

    pub fn put(&mut self, name: &str, code: &str) -> Codex {
        self.try_put(name, code).expect("it is stored")
    }

    /// Makes a task of one step that runs a codex, once and now.
    pub fn create(&mut self, name: &str) -> u64 {
        self.world.create(&job(name)).id
    }

    /// Stores a codex, runs it and shows what came of it.
    pub fn run(&mut self, code: &str) -> TaskExecution {
        self.put("program", code);
        let id = self.create("program");
        self.world.execution(id)
    }

    pub fn execution(&mut self, id: u64) -> TaskExecution {
        let request = ExecutionRequest { execution_id: id };
        let answer: ExecutionResult = self.ask("get_execution", &request);
        answer.into_result().expect("an execution")
    }

    pub fn journal(&mut self, id: u64) -> Journal {
        let request = ExecutionRequest { execution_id: id };
        let answer: JournalResult = self.ask("get_journal", &request);
        answer.into_result().expect("a journal")
    }

    pub fn entities(&mut self, task_id: Option<u64>) -> Entities {
        let answer: EntitiesResult = self.ask("get_entities", &GetEntitiesRequest { task_id });
        answer.into_result().expect("entities")
    }

    pub fn resume(&mut self, execution_id: u64, how: ResumeHow) -> TaskExecution {
        let request = ResumeExecutionRequest { execution_id, how };
        let answer: ExecutionResult = self.ask("resume_execution", &request);
        let resumed = answer.into_result().expect("it goes on");
        self.world.pass(0);
        self.execution(resumed.id)
    }
}

pub fn step(name: &str) -> NewStep {
    NewStep::new(Action::Codex {
        name: name.to_string(),
        code: None,
        input: None,
    })
}

pub fn job(name: &str) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(RetryPolicy {
            max_retries: 0,
            ..RetryPolicy::default()
        }),
        ..task(name, vec![step(name)], now_once())
    }
}

/// A codex of the examples.
pub fn example(name: &str) -> String {
    let path = chime_tests::workspace().join(format!("examples/codices/{name}.py"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn lines(execution: &TaskExecution) -> Vec<&str> {
    execution
        .logs
        .iter()
        .map(|line| line.message.as_str())
        .collect()
}
