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

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::ServerConfig;
use super::clock::now_ns;
use super::commands::{Accepted, Command, Orders, Query};
use super::compiled::CompiledModules;
use super::error::ServerError;
use super::interface::Interface;
use super::keys::{Keys, random_seed};
use super::limits::{BATCH_TIME, COMMANDS_PER_BATCH, ROUNDS_PER_BATCH};
use super::preinstall::preinstall;
use super::read_state::ReadState;
use super::refusal::Refusal;
use crate::store::{RequestRecord, Store};
use crate::{Delta, Ingress, MessageId, Rejection, Replica, ReplicaConfig};

/// The replica with all that belongs to it.
pub(super) struct Driver {
    pub(super) replica: Replica,
    // Before the store, so that the directory is still owned while it ends.
    compiled: CompiledModules,
    store: Store,
    interface: Interface,
    pub(super) orders: Orders,
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
        server: &ServerConfig,
    ) -> Result<Self, ServerError> {
        let compiled = CompiledModules::of_store(&store)?;
        let config = ReplicaConfig {
            seed: random_seed(),
            start_time_ns: now_ns(),
            root_key: keys.root_key.clone(),
            loopback_http: server.outcalls.loopback_http,
            ..ReplicaConfig::default()
        };
        let replica = match store.load()? {
            Some(snapshot) => {
                let compile = |module: &[u8]| compiled.compile(module);
                let restored = Replica::restore_with(config, snapshot, &compile);
                restored.map_err(|source| ServerError::Restore {
                    path: store.path().into(),
                    source,
                })?
            }
            None => Replica::new(config),
        };
        let requests = store.requests()?.into_iter().collect();
        let mut driver = Self {
            interface: Interface::new(keys, requests, &replica),
            ahead_ns: 0,
            next_outcall: 0,
            replica,
            compiled,
            store,
            orders,
        };
        driver.keep_only_present_modules();
        preinstall(&mut driver.replica, &server.preinstalled)?;
        driver.persist(&[])?;
        Ok(driver)
    }

    /// Keeps the code of the canisters that there are, and no other.
    fn keep_only_present_modules(&mut self) {
        let ids = self.replica.canister_ids();
        let modules = ids.iter().filter_map(|id| self.replica.compiled_module(id));
        self.compiled.keep_only(modules);
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
        self.replica.set_time_ns(self.time_ns());
        match self.interface.submit(&mut self.replica, ingress) {
            Ok(record) => batch.records.extend(record),
            Err(rejection) => {
                let _ = answer.send(Accepted::Rejected(rejection));
                return;
            }
        }
        batch.accepted.push((id, answer));
    }

    fn query(&mut self, query: Query) -> Result<Vec<u8>, Rejection> {
        self.replica.set_time_ns(self.time_ns());
        self.interface.query(&mut self.replica, query, now_ns())
    }

    fn read_state(&mut self, read: &ReadState) -> Result<Vec<u8>, Refusal> {
        self.interface.read_state(&self.replica, read, now_ns())
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
        self.interface.show(&self.replica, &delta);
        self.keep_modules(&delta);
        Ok(())
    }

    fn keep_modules(&mut self, delta: &Delta) {
        let changed = delta
            .canisters
            .iter()
            .filter(|canister| canister.module.is_some());
        for canister in changed {
            if let Some(module) = self.replica.compiled_module(&canister.id) {
                self.compiled.keep(module);
            }
        }
    }

    /// Answers the calls of this batch and those of earlier ones that are finished now.
    fn answer(&mut self, batch: Batch) {
        self.interface.answer_waiting(&self.replica, now_ns());
        for answer in batch.advanced {
            let _ = answer.send(());
        }
        for (id, answer) in batch.accepted {
            let accepted = self.interface.accepted(&self.replica, id, now_ns());
            let _ = answer.send(accepted);
        }
    }
}
