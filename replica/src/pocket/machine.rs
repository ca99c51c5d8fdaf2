//! One instance: a replica with what belongs to it. It lives on the thread of its instance and
//! knows neither threads nor HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use candid::Principal;
use tokio::sync::oneshot;

use super::config::Plan;
use super::problem::Problem;
use super::progress::Progress;
use super::topology::Topology;
use crate::server::commands::{Accepted, Command};
use crate::server::interface::Interface;
use crate::server::keys::{Keys, random_seed};
use crate::store::{RequestRecord, Store};
use crate::{Ingress, MessageId, Replica};

/// An instance.
pub(super) struct Machine {
    pub(super) replica: Replica,
    pub(super) keys: Arc<Keys>,
    pub(super) topology: Topology,
    /// Whether its state could not be stored: nothing more may be told of it then.
    pub(super) is_broken: bool,
    /// Set while automatic progress is made.
    pub(super) progress: Option<Progress>,
    interface: Interface,
    store: Option<Store>,
    records: Vec<(MessageId, RequestRecord)>,
}

impl Machine {
    /// A new instance, or one that goes on from a state directory.
    pub(super) fn create(plan: &Plan) -> Result<Self, Problem> {
        let failed = |error: &dyn std::error::Error| {
            Problem::new(format!("The state directory cannot be used: {error}"))
        };
        let store = plan.state_dir.as_deref().map(Store::open);
        let store = store.transpose().map_err(|error| failed(&error))?;
        let keys = match &store {
            Some(store) => Keys::of_store(store).map_err(|error| failed(&error))?,
            None => Keys::generate(),
        };
        let config = plan.replica(random_seed(), keys.root_key.clone());
        let mut requests = HashMap::new();
        let mut snapshot = None;
        if let Some(store) = &store {
            snapshot = store.load().map_err(|error| failed(&error))?;
            requests.extend(store.requests().map_err(|error| failed(&error))?);
        }
        let replica = match snapshot {
            Some(snapshot) => Replica::restore(config, snapshot).map_err(|error| failed(&error))?,
            None => Replica::new(config),
        };
        let keys = Arc::new(keys);
        Ok(Self {
            topology: Topology::of_subnet(keys.subnet_id, plan.instructions),
            interface: Interface::new(Arc::clone(&keys), requests, &replica),
            is_broken: false,
            progress: None,
            records: Vec::new(),
            replica,
            keys,
            store,
        })
    }

    /// Brings the certified state up to date with the replica, and the state directory too.
    pub(super) fn refresh(&mut self) {
        let delta = self.replica.export_delta();
        self.interface.show(&self.replica, &delta);
        let records = std::mem::take(&mut self.records);
        if let Some(store) = &mut self.store
            && let Err(error) = store.commit(&delta, &records)
        {
            tracing::error!(%error, "the state of an instance could not be stored");
            self.is_broken = true;
        }
    }

    /// Takes a command of the public interface.
    pub(super) fn take(&mut self, command: Command) {
        self.refresh();
        let now_ns = self.replica.time_ns();
        // An answer that nobody waits for any more is no failure.
        match command {
            Command::Call(ingress, answer) => self.take_call(ingress, answer),
            Command::Query(query, answer) => {
                let _ = answer.send(self.interface.query(&mut self.replica, query, now_ns));
            }
            Command::ReadState(read, answer) => {
                let _ = answer.send(self.interface.read_state(&self.replica, &read, now_ns));
            }
            Command::Outcall(answer) => {
                // It may have timed out or been mocked before, and is then no news.
                let _ = self.replica.mock_canister_http_response(answer);
            }
            Command::Advance(duration, answer) => {
                self.replica.advance_time(duration);
                let _ = answer.send(());
            }
            Command::Wake => {}
        }
    }

    fn take_call(&mut self, ingress: Ingress, answer: oneshot::Sender<Accepted>) {
        let id = ingress.message_id;
        let accepted = match self.interface.submit(&mut self.replica, ingress) {
            Ok(record) => {
                self.records.extend(record);
                let now_ns = self.replica.time_ns();
                self.interface.accepted(&self.replica, id, now_ns)
            }
            Err(rejection) => Accepted::Rejected(rejection),
        };
        let _ = answer.send(accepted);
    }

    /// Answers the calls of the public interface that are finished.
    pub(super) fn answer_waiting(&mut self) {
        if self.interface.has_waiting() {
            self.refresh();
            let now_ns = self.replica.time_ns();
            self.interface.answer_waiting(&self.replica, now_ns);
        }
    }

    /// Who sent a message.
    pub(super) fn sender_of(&self, id: &MessageId) -> Option<Principal> {
        self.interface.request(id).map(|record| record.sender)
    }

    /// Remembers who sent a message.
    pub(super) fn remember(&mut self, id: MessageId, record: RequestRecord) {
        self.records.push((id, record.clone()));
        self.interface.remember(id, record);
    }
}
