//! A caller that gets every update through, whatever happens to the server meanwhile.

use std::sync::Arc;
use std::time::Duration;

use candid::Principal;
use chime_replica::server::RunningNetwork;
use ic_agent::agent::{CallResponse, RequestStatusResponse};
use ic_agent::identity::BasicIdentity;
use ic_agent::{Agent, AgentError};
use ic_transport_types::signed::SignedUpdate;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tokio::sync::watch;

use super::Shared;
use crate::support::ed25519;

/// Why an update was not applied.
pub type Refused = String;

pub struct Caller {
    identity: Arc<BasicIdentity>,
    http: reqwest::Client,
    place: watch::Receiver<Option<RunningNetwork>>,
    random: ChaCha20Rng,
}

impl Caller {
    pub fn new(shared: &Shared, identity: u8, seed: u64) -> Self {
        Self {
            identity: Arc::new(ed25519(identity)),
            http: shared.http.clone(),
            place: shared.place.clone(),
            random: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    /// An agent for the server that is up, or the next one.
    async fn agent(&mut self) -> Agent {
        let network = self.place.wait_for(Option::is_some).await;
        let network = network.unwrap().clone().unwrap();
        let agent = Agent::builder()
            .with_url(network.url)
            .with_http_client(self.http.clone())
            .with_arc_identity(self.identity.clone())
            .build()
            .unwrap();
        agent.set_root_key(network.root_key);
        agent
    }

    /// Calls a method of a canister.
    pub async fn call(
        &mut self,
        canister: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, Refused> {
        self.call_at(canister, canister, method, arg).await
    }

    /// Calls a method at the address of another canister; it is applied once, or refused.
    pub async fn call_at(
        &mut self,
        canister: Principal,
        address: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, Refused> {
        let mut agent = self.agent().await;
        let call = agent.update(&canister, method);
        let call = call.with_effective_canister_id(address).with_arg(arg);
        let request = call.sign().unwrap();
        let mut answer = send(&agent, address, &request).await;
        loop {
            match answer {
                Ok(reply) => return Ok(reply),
                Err(
                    AgentError::CertifiedReject { reject, .. }
                    | AgentError::UncertifiedReject { reject, .. },
                ) => return Err(reject.reject_message),
                // Nobody knows what became of it.
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            agent = self.agent().await;
            answer = match self.random.next_u32() % 2 {
                0 => send(&agent, address, &request).await,
                _ => ask_then_send(&agent, address, &request).await,
            };
        }
    }
}

/// Sends a request, for the first time or again.
async fn send(
    agent: &Agent,
    address: Principal,
    request: &SignedUpdate,
) -> Result<Vec<u8>, AgentError> {
    let sent = agent.update_signed(address, request.signed_update.clone());
    match sent.await? {
        CallResponse::Response(reply) => Ok(reply),
        CallResponse::Poll(id) => Ok(agent.wait(&id, address).await?.0),
    }
}

/// Asks what became of a request, and sends it again only if it is unknown.
async fn ask_then_send(
    agent: &Agent,
    address: Principal,
    request: &SignedUpdate,
) -> Result<Vec<u8>, AgentError> {
    let id = &request.request_id;
    let (status, _) = agent.request_status_raw(id, address).await?;
    match status {
        RequestStatusResponse::Unknown => send(agent, address, request).await,
        RequestStatusResponse::Replied(reply) => Ok(reply.arg),
        _ => Ok(agent.wait(id, address).await?.0),
    }
}
