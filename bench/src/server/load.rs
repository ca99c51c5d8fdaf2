//! The load: clients with unmodified agents, each with a key of its own, that verify certificates
//! and the signatures of queries.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use candid::{Encode, Principal};
use chime_types::{TaskRequest, TaskResult};
use ic_agent::Agent;

use super::state::{State, identity};
use crate::tasks;

/// What a client does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A query of a canister that does nothing else.
    Query,
    /// An update of such a canister.
    Update,
    /// A query of the scheduler: one of the client's tasks.
    GetTask,
    /// An update of the scheduler: a new task.
    CreateTask,
}

impl Work {
    pub const ALL: [Self; 4] = [Self::Query, Self::Update, Self::GetTask, Self::CreateTask];

    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Update => "update",
            Self::GetTask => "get_task",
            Self::CreateTask => "create_task",
        }
    }
}

/// A client.
pub struct Client {
    agent: Agent,
    number: usize,
    scheduler: Principal,
    counter: Principal,
    tasks: Vec<u64>,
}

impl Client {
    /// A client that is ready to send: it has the root key and the subnet's keys.
    pub async fn new(url: &str, state: &State, number: usize) -> Result<Self> {
        let agent = Agent::builder()
            .with_url(url)
            .with_identity(identity(number as u64))
            .with_verify_query_signatures(true)
            .build()?;
        agent.fetch_root_key().await?;
        Ok(Self {
            agent,
            number,
            scheduler: state.scheduler,
            counter: state.counter,
            tasks: state.tasks_of[number % state.tasks_of.len()].clone(),
        })
    }

    async fn perform(&self, work: Work, turn: usize) -> Result<()> {
        match work {
            Work::Query => {
                self.agent.query(&self.counter, "get").await?;
                Ok(())
            }
            Work::Update => {
                self.agent.update(&self.counter, "add").await?;
                Ok(())
            }
            Work::GetTask => self.read_task(turn).await,
            Work::CreateTask => self.create_task(turn).await,
        }
    }

    /// Reads one of the client's tasks.
    pub async fn read_task(&self, turn: usize) -> Result<()> {
        let task_id = self.tasks[(turn * 7_919) % self.tasks.len()];
        let arg = Encode!(&TaskRequest { task_id })?;
        let answer = self
            .agent
            .query(&self.scheduler, "get_task")
            .with_arg(arg)
            .await?;
        let answer: TaskResult = candid::decode_one(&answer)?;
        ensure!(answer.into_result()?.id == task_id, "another task");
        Ok(())
    }

    async fn create_task(&self, turn: usize) -> Result<()> {
        let number = (self.number * 1_000_003 + turn) as u64;
        let arg = Encode!(&tasks::idle(number, self.counter))?;
        let call = self.agent.update(&self.scheduler, "create_task");
        let answer: TaskResult = candid::decode_one(&call.with_arg(arg).await?)?;
        answer.into_result()?;
        Ok(())
    }
}

/// Lets all clients work for a while; gives how long each request took.
pub async fn run(clients: Vec<Client>, work: Work, time: Duration) -> Result<Vec<Duration>> {
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|client| {
            tokio::spawn(async move {
                // The first request fetches the keys of the subnet and opens the connection.
                client.perform(work, 0).await?;
                let mut times = Vec::new();
                while started.elapsed() < time {
                    let begun = Instant::now();
                    client.perform(work, times.len() + 1).await?;
                    times.push(begun.elapsed());
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        let of_one: Result<Vec<Duration>> = task.await?;
        times.extend(of_one?);
    }
    Ok(times)
}
