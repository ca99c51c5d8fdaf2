//! The thread that owns the replica: it takes commands, executes rounds, stores what they changed
//! and only then answers.
//!
//! ```text
//! commands -> [ queries and reads: answered at once, on stored state ]
//!             [ calls: submitted ] -> rounds -> ONE commit -> ONE signature -> answers
//! ```
//!
//! Everything that waits when a batch begins shares its commit. Between batches the thread sleeps
//! until a command comes or the replica has something to do, so an idle replica costs nothing. A
//! commit that fails ends the thread: the replica is then ahead of what is stored, and nothing of
//! it may be told.
//!
//! It knows nothing of HTTP and verifies no signatures; its callers have done both.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use candid::Principal;
use tokio::sync::oneshot;

use super::clock::now_ns;
use super::commands::{Accepted, Command, Orders, Query};
use super::error::ServerError;
use super::keys::{Keys, random_seed};
use super::limits::{BATCH_TIME, COMMANDS_PER_BATCH, ROUNDS_PER_BATCH};
use super::read_state::{Knowledge, ReadState};
use super::refusal::Refusal;
use super::state_tree::StateTree;
use crate::store::{RequestRecord, Store};
use crate::{CanisterView, Delta, Ingress, MessageId, Rejection, Replica, ReplicaConfig};

/// The replica with all that belongs to it.
pub(super) struct Driver {
    pub(super) replica: Replica,
    store: Store,
    tree: StateTree,
    pub(super) orders: Orders,
    requests: HashMap<MessageId, RequestRecord>,
    waiting: HashMap<MessageId, Vec<oneshot::Sender<Vec<u8>>>>,
    /// How far the replica's time is ahead of the wall clock; see `travel`.
    pub(super) ahead_ns: u64,
    /// The first HTTPS outcall that was not handed over yet; see `outcalls`.
    pub(super) next_outcall: u64,
}

/// What a batch has gathered.
#[derive(Default)]
struct Batch {
    accepted: Vec<(MessageId, oneshot::Sender<Accepted>)>,
    records: Vec<(MessageId, RequestRecord)>,
    advanced: Vec<oneshot::Sender<()>>,
}

impl Driver {
    /// Continues from what is stored.
    pub(super) fn start(
        store: Store,
        keys: Arc<Keys>,
        orders: Orders,
        loopback_http: bool,
    ) -> Result<Self, ServerError> {
        let config = ReplicaConfig {
            seed: random_seed(),
            start_time_ns: now_ns(),
            root_key: keys.root_key.clone(),
            loopback_http,
            ..ReplicaConfig::default()
        };
        let replica = match store.load()? {
            Some(snapshot) => Replica::restore(config, snapshot)?,
            None => Replica::new(config),
        };
        let mut driver = Self {
            tree: StateTree::new(keys),
            requests: store.requests()?.into_iter().collect(),
            waiting: HashMap::new(),
            ahead_ns: 0,
            next_outcall: 0,
            replica,
            store,
            orders,
        };
        driver.show_everything();
        Ok(driver)
    }

    fn show_everything(&mut self) {
        for id in self.replica.canister_ids() {
            if let Some(view) = self.replica.canister_view(&id) {
                self.tree.put_canister(&view);
            }
        }
        for (id, status) in self.replica.ingress_statuses() {
            self.tree.put_request(id, status);
        }
    }

    /// Runs until it is told to stop, or nobody is left to command it, or something cannot be
    /// stored.
    pub(super) fn run(mut self) -> Result<(), ServerError> {
        loop {
            let mut batch = Batch::default();
            self.gather(&mut batch);
            self.replica.set_time_ns(self.time_ns());
            if !batch.accepted.is_empty() || !batch.advanced.is_empty() || self.is_due() {
                self.execute_rounds();
                self.persist(&batch.records)?;
                self.start_outcalls();
            }
            self.answer(batch);
            if self.orders.stopping.load(Ordering::Acquire) {
                return self.persist(&[]);
            }
        }
    }

    /// Waits for something to do and takes all commands that are there.
    fn gather(&mut self, batch: &mut Batch) {
        match self.wait() {
            Ok(command) => self.take(command, batch),
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => {
                self.orders.stopping.store(true, Ordering::Release)
            }
        }
        for _ in 1..COMMANDS_PER_BATCH {
            match self.orders.commands.try_recv() {
                Ok(command) => self.take(command, batch),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }

    fn wait(&self) -> Result<Command, RecvTimeoutError> {
        match self.replica.next_wake_at() {
            Some(wake_ns) => {
                let pause = Duration::from_nanos(wake_ns.saturating_sub(self.time_ns()));
                self.orders.commands.recv_timeout(pause)
            }
            None => {
                let received = self.orders.commands.recv();
                received.map_err(|_| RecvTimeoutError::Disconnected)
            }
        }
    }

    fn take(&mut self, command: Command, batch: &mut Batch) {
        match command {
            Command::Call(ingress, answer) => self.take_call(ingress, answer, batch),
            Command::Query(query, answer) => {
                // An answer that nobody waits for any more is no failure, here and below.
                let _ = answer.send(self.query(query));
            }
            Command::ReadState(read, answer) => {
                let _ = answer.send(self.read_state(&read));
            }
            Command::Outcall(answer) => self.take_outcall(answer),
            Command::Advance(duration, answer) => {
                self.travel(duration);
                batch.advanced.push(answer);
            }
            Command::Wake => {}
        }
    }

    /// The replica's time.
    pub(super) fn time_ns(&self) -> u64 {
        now_ns().saturating_add(self.ahead_ns)
    }

    fn take_call(
        &mut self,
        mut ingress: Ingress,
        answer: oneshot::Sender<Accepted>,
        batch: &mut Batch,
    ) {
        ingress.ingress_expiry_ns = ingress.ingress_expiry_ns.saturating_add(self.ahead_ns);
        let id = ingress.message_id;
        let record = RequestRecord {
            sender: ingress.sender,
            canister_id: ingress.canister_id,
        };
        // A request that came before has the same answer and is not executed again.
        if !self.requests.contains_key(&id) {
            self.replica.set_time_ns(self.time_ns());
            if let Err(rejection) = self.replica.submit_ingress(ingress) {
                let _ = answer.send(Accepted::Rejected(rejection));
                return;
            }
            self.requests.insert(id, record.clone());
            batch.records.push((id, record));
        }
        batch.accepted.push((id, answer));
    }

    fn query(&mut self, query: Query) -> Result<Vec<u8>, Rejection> {
        self.replica.set_time_ns(self.time_ns());
        self.tree.certify(now_ns());
        let canister = query.canister_id.as_slice().to_vec();
        let path = vec![b"canister".to_vec(), canister, b"certified_data".to_vec()];
        let certificate = self.tree.certificate(&[path]);
        let Query {
            sender,
            canister_id,
            method,
            arg,
        } = query;
        self.replica
            .query_with_certificate(sender, canister_id, &method, arg, certificate)
    }

    fn read_state(&mut self, read: &ReadState) -> Result<Vec<u8>, Refusal> {
        read.check(self)?;
        self.tree.certify(now_ns());
        Ok(self.tree.certificate(&read.paths))
    }

    fn is_due(&self) -> bool {
        let wake = self.replica.next_wake_at();
        wake.is_some_and(|wake_ns| wake_ns <= self.time_ns())
    }

    fn execute_rounds(&mut self) {
        let started = Instant::now();
        for _ in 0..ROUNDS_PER_BATCH {
            self.replica.set_time_ns(self.time_ns());
            if !self.replica.execute_round() || started.elapsed() > BATCH_TIME {
                return;
            }
        }
    }

    /// Stores what has changed and shows it in the state tree.
    fn persist(&mut self, records: &[(MessageId, RequestRecord)]) -> Result<(), ServerError> {
        let delta = self.replica.export_delta();
        self.store.commit(&delta, records)?;
        self.show(&delta);
        Ok(())
    }

    fn show(&mut self, delta: &Delta) {
        for id in &delta.deleted {
            self.tree.delete_canister(id);
        }
        for canister in &delta.canisters {
            if let Some(view) = self.replica.canister_view(&canister.id) {
                self.tree.put_canister(&view);
            }
        }
        for (id, _) in &delta.ingress {
            match self.replica.ingress_status(id) {
                Some(status) => self.tree.put_request(id, &status),
                None => {
                    self.tree.delete_request(id);
                    self.requests.remove(id);
                }
            }
        }
    }

    /// Answers the calls of this batch and those of earlier ones that are finished now.
    fn answer(&mut self, batch: Batch) {
        self.answer_waiting();
        for answer in batch.advanced {
            let _ = answer.send(());
        }
        for (id, answer) in batch.accepted {
            let accepted = match self.certificate_of_answer(&id) {
                Some(certificate) => Accepted::Answered(certificate),
                None => {
                    let (sender, receiver) = oneshot::channel();
                    self.waiting.entry(id).or_default().push(sender);
                    Accepted::Waiting(receiver)
                }
            };
            let _ = answer.send(accepted);
        }
    }

    fn answer_waiting(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|id, places| {
            places.retain(|place| !place.is_closed());
            let Some(certificate) = self.certificate_of_answer(id) else {
                return !places.is_empty();
            };
            for place in places.drain(..) {
                let _ = place.send(certificate.clone());
            }
            false
        });
        self.waiting = waiting;
    }

    /// The certificate of a request's status, if that is final.
    fn certificate_of_answer(&mut self, id: &MessageId) -> Option<Vec<u8>> {
        let status = self.replica.ingress_status(id);
        if !status.is_none_or(|status| status.is_answered()) {
            return None;
        }
        self.tree.certify(now_ns());
        let path = vec![b"request_status".to_vec(), id.0.to_vec()];
        Some(self.tree.certificate(&[path]))
    }
}

impl Knowledge for Driver {
    fn request(&self, id: &MessageId) -> Option<&RequestRecord> {
        self.requests.get(id)
    }

    fn canister(&self, id: &Principal) -> Option<CanisterView> {
        self.replica.canister_view(id)
    }
}
