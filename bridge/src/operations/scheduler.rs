//! The scheduler's methods, one function each, with their types.

use candid::{CandidType, Principal};
use chime_types as types;
use ic_agent::Agent;
use serde::de::DeserializeOwned;

use super::{agent_error, query_error};
use crate::error::Result;

/// A scheduler canister, and who asks it.
#[derive(Clone)]
pub struct Scheduler {
    agent: Agent,
    canister_id: Principal,
}

/// Writes the functions. `query` methods read and are answered at once; `update` methods change
/// something and are answered when it is certain.
macro_rules! methods {
    ($($(#[$documentation:meta])* $transport:ident $method:ident($request:ident) -> $result:ident($ok:ident);)*) => {
        impl Scheduler {$(
            $(#[$documentation])*
            ///
            /// # Errors
            /// The scheduler's own, or what kept its answer from arriving.
            pub async fn $method(&self, request: &types::$request) -> Result<types::$ok> {
                let answer: types::$result = self.$transport(stringify!($method), request).await?;
                Ok(answer.into_result()?)
            }
        )*}
    };
}

methods! {
    /// Makes a task.
    update create_task(CreateTaskRequest) -> TaskResult(Task);
    /// One task.
    query get_task(TaskRequest) -> TaskResult(Task);
    /// Changes a task.
    update update_task(UpdateTaskRequest) -> TaskResult(Task);
    /// Removes a task with its history.
    update delete_task(TaskRequest) -> DeleteTaskResult(DeletedTask);
    /// A page of the caller's tasks.
    query get_my_tasks(GetMyTasksRequest) -> GetMyTasksResult(TaskPage);
    /// Runs a task besides its schedules.
    update run_task_now(RunTaskNowRequest) -> ExecutionResult(TaskExecution);
    /// Switches a task off.
    update pause_task(PauseTaskRequest) -> TaskResult(Task);
    /// Switches a task on.
    update resume_task(TaskRequest) -> TaskResult(Task);
    /// A page of a task's executions.
    query get_task_executions(GetTaskExecutionsRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
    /// One execution.
    query get_execution(ExecutionRequest) -> ExecutionResult(TaskExecution);
    /// What a schedule means, and its next times.
    query preview_schedule(PreviewScheduleRequest) -> PreviewScheduleResult(SchedulePreview);
    /// Figures about the caller's tasks and the scheduler.
    query get_stats(EmptyRequest) -> GetStatsResult(Stats);
}

impl Scheduler {
    /// The scheduler in this canister, asked in the name of the agent's identity.
    #[must_use]
    pub const fn new(agent: Agent, canister_id: Principal) -> Self {
        Self { agent, canister_id }
    }

    /// Its canister.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister_id
    }

    /// What it is asked through.
    #[must_use]
    pub const fn agent(&self) -> &Agent {
        &self.agent
    }

    async fn update<Q: CandidType, R: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        request: &Q,
    ) -> Result<R> {
        let arguments = encode(request);
        let answer = self.update_raw(method, arguments).await?;
        decode(method, &answer)
    }

    async fn query<Q: CandidType, R: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        request: &Q,
    ) -> Result<R> {
        let arguments = encode(request);
        let answer = self.query_raw(method, arguments).await?;
        decode(method, &answer)
    }

    /// Calls an update method with arguments that are already Candid.
    ///
    /// # Errors
    /// What kept the answer from arriving.
    pub async fn update_raw(&self, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        self.agent
            .update(&self.canister_id, method)
            .with_arg(arguments)
            .call_and_wait()
            .await
            .map_err(|error| agent_error(error, &format!("call {method}")))
    }

    /// Calls a query method with arguments that are already Candid.
    ///
    /// # Errors
    /// What kept the answer from arriving.
    pub async fn query_raw(&self, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        self.agent
            .query(&self.canister_id, method)
            .with_arg(arguments)
            .call()
            .await
            .map_err(|error| query_error(error, &format!("call {method}")))
    }
}

fn encode(request: &impl CandidType) -> Vec<u8> {
    candid::encode_one(request).expect("BUG: the types of the interface can be encoded")
}

fn decode<R: CandidType + DeserializeOwned>(method: &str, answer: &[u8]) -> Result<R> {
    candid::decode_one(answer).map_err(|error| agent_error(error.into(), &format!("call {method}")))
}
