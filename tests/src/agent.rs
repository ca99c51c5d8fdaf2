//! The replica's public interface through an unmodified agent, every certificate verified.

use std::time::Duration;

use candid::Principal;
use chime_replica::Replica;
use chime_replica::server::{Server, ServerConfig, ServerHandle};
use ic_agent::Identity;
use ic_agent::identity::{AnonymousIdentity, BasicIdentity};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{Network, Sender};

/// The replica behind its HTTP interface, on a port of this machine, its state on disk.
pub struct Agent {
    runtime: Runtime,
    server: Option<ServerHandle>,
    agents: [ic_agent::Agent; 3],
    _state: TempDir,
}

fn identity(sender: Sender) -> Box<dyn Identity> {
    let key = |seed: u8| Box::new(BasicIdentity::from_raw_key(&[seed; 32]));
    match sender {
        Sender::Anonymous => Box::new(AnonymousIdentity),
        Sender::Owner => key(1),
        Sender::Stranger => key(2),
    }
}

impl Agent {
    /// An empty network with a directory of its own.
    ///
    /// # Panics
    /// If the server does not start.
    #[must_use]
    pub fn new() -> Self {
        let state = TempDir::new().expect("a directory");
        let runtime = Runtime::new().expect("a runtime");
        let server = runtime
            .block_on(Server::start(ServerConfig::new(state.path())))
            .expect("the server starts");
        let agents = [Sender::Anonymous, Sender::Owner, Sender::Stranger].map(|sender| {
            let agent = ic_agent::Agent::builder()
                .with_url(server.url())
                .with_boxed_identity(identity(sender))
                .with_verify_query_signatures(true)
                .build()
                .expect("an agent");
            agent.set_root_key(server.root_key().to_vec());
            agent
        });
        Self {
            runtime,
            server: Some(server),
            agents,
            _state: state,
        }
    }

    /// The address of the network, for other programs.
    ///
    /// # Panics
    /// Never: the server runs as long as this value.
    #[must_use]
    pub fn url(&self) -> String {
        let server = self.server.as_ref().expect("the server runs until the end");
        server.url().to_string()
    }

    fn agent(&self, sender: Sender) -> &ic_agent::Agent {
        &self.agents[sender as usize]
    }
}

impl Default for Agent {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime
                .block_on(server.shutdown())
                .expect("a clean end");
        }
    }
}

impl Network for Agent {
    fn principal(&self, sender: Sender) -> Principal {
        identity(sender).sender().expect("a principal")
    }

    fn update(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        let call = self.agent(sender).update(&to, method).with_arg(arg);
        self.runtime
            .block_on(async { call.call_and_wait().await })
            .map_err(|error| error.to_string())
    }

    fn query(
        &mut self,
        sender: Sender,
        to: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        let query = self.agent(sender).query(&to, method).with_arg(arg);
        self.runtime
            .block_on(async { query.call().await })
            .map_err(|error| error.to_string())
    }

    fn create(&mut self) -> Principal {
        #[derive(candid::CandidType)]
        struct Settings {
            amount: Option<candid::Nat>,
        }
        #[derive(candid::CandidType, candid::Deserialize)]
        struct Created {
            canister_id: Principal,
        }
        let arg = candid::encode_one(Settings { amount: None }).expect("arguments");
        let management = Principal::management_canister();
        let call = self
            .agent(Sender::Owner)
            .update(&management, "provisional_create_canister_with_cycles")
            .with_effective_canister_id(management)
            .with_arg(arg);
        let answer = self
            .runtime
            .block_on(async { call.call_and_wait().await })
            .expect("a canister");
        candid::decode_one::<Created>(&answer)
            .expect("its id")
            .canister_id
    }

    fn manage(&mut self, canister: Principal, method: &str, arg: Vec<u8>) -> Result<(), String> {
        let call = self
            .agent(Sender::Owner)
            .update(&Principal::management_canister(), method)
            .with_effective_canister_id(canister)
            .with_arg(arg);
        let answer = self.runtime.block_on(async { call.call_and_wait().await });
        answer.map(drop).map_err(|error| error.to_string())
    }

    fn pass(&mut self, duration: Duration) {
        let server = self.server.as_ref().expect("the server runs until the end");
        self.runtime
            .block_on(server.advance_time(duration))
            .expect("time passes");
    }

    fn replica(&mut self) -> Option<&mut Replica> {
        None
    }

    fn metadata(&mut self, canister: Principal, name: &str) -> Vec<u8> {
        let read = self
            .agent(Sender::Anonymous)
            .read_state_canister_metadata(canister, name);
        self.runtime.block_on(read).expect("public metadata")
    }
}
