//! Carries a story out, and keeps the model in step with what was answered.

mod access;
mod clients;
mod faults;
mod plans;
mod upgrades;
mod workers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chime_replica::FaultRates;

use crate::check;
use crate::model::{Job, Kind, Model};
use crate::story::{Limits, Operation, Story, Worker};
use crate::violation::{Rule, Violation};
use crate::world::{Modules, Refusal, World};

pub use access::places;
use upgrades::Saved;

/// After this the Internet Computer has answered every call, and a minute more.
const LONGEST_CALL_SECONDS: u64 = 361;
/// The longest jump of the clock while the scheduler has too few cycles.
const LONGEST_JUMP_FROZEN_SECONDS: u64 = 86_400;

/// What a run was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations carried out.
    pub operations: u64,
    /// Slots that were held against the history.
    pub slots: u64,
    /// Executions looked at.
    pub executions: u64,
    /// Messages of the scheduler.
    pub messages: u64,
    /// Faults, by kind.
    pub faults: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Adds what another run was made of.
    pub fn add(&mut self, other: &Self) {
        self.operations += other.operations;
        self.slots += other.slots;
        self.executions += other.executions;
        self.messages += other.messages;
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
    }

    /// Counts a fault.
    pub fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }
}

/// A rule that was broken, and after which operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The operation, counted from 0; their number if it came to light at the end.
    pub after: usize,
    /// The rule and how.
    pub violation: Violation,
}

/// A run.
pub struct Run {
    /// The world.
    pub world: World,
    /// What it owes.
    pub model: Model,
    /// What it was made of.
    pub counts: Counts,
    seed: u64,
    rates: FaultRates,
    beliefs: BTreeMap<Worker, Vec<Job>>,
    saved: Option<Saved>,
    /// The scheduler has too few cycles for any message.
    is_frozen: bool,
    /// When the hook upgraded the scheduler.
    upgraded_at: Arc<Mutex<Vec<u64>>>,
}

/// Carries a story out from its beginning.
///
/// # Errors
/// The first rule that is broken.
pub fn carry_out(story: &Story, modules: &Modules) -> Result<Counts, Failure> {
    let mut run = Run::begin(story, modules);
    for (after, operation) in story.operations.iter().enumerate() {
        let fail = |violation| Failure { after, violation };
        run.perform(operation).map_err(fail)?;
        run.counts.operations += 1;
        check::each(&mut run).map_err(fail)?;
    }
    run.end().map_err(|violation| Failure {
        after: story.operations.len(),
        violation,
    })
}

impl Run {
    fn begin(story: &Story, modules: &Modules) -> Self {
        let mut run = Self {
            world: World::new(story.setting, modules),
            model: Model {
                fees: story.setting.fees,
                ..Model::default()
            },
            counts: Counts::default(),
            seed: story.seed,
            rates: FaultRates {
                seed: story.seed,
                longest_delay: std::time::Duration::from_secs(400),
                ..FaultRates::default()
            },
            beliefs: BTreeMap::new(),
            saved: None,
            is_frozen: false,
            upgraded_at: Arc::default(),
        };
        run.admit_workers();
        run.configure(story.setting.limits);
        run
    }

    /// Everything that was wrong is over: a minute later nothing is left that is due.
    fn end(mut self) -> Result<Counts, Violation> {
        self.mend()?;
        self.world.pass(LONGEST_CALL_SECONDS)?;
        self.note_upgrades();
        check::all(&mut self)?;
        // A crowd may leave the maintenance none of the places.
        self.configure(Limits::Wide);
        self.world.pass(0)?;
        check::store(&mut self)?;
        self.counts.messages = self.world.messages;
        let traps = self.world.replica.fault_counts();
        for (kind, count) in check::fault_kinds(&traps) {
            *self.counts.faults.entry(kind).or_default() += count;
        }
        Ok(self.counts)
    }

    fn perform(&mut self, operation: &Operation) -> Result<(), Violation> {
        match operation {
            Operation::Pass { seconds } => self.world.pass(*seconds),
            Operation::Jump { seconds } => self.jump(*seconds),
            Operation::Create { label, owner, plan } => self.create(*label, *owner, plan),
            Operation::Change { label, what } => self.change(*label, what),
            Operation::Ask { label, back, what } => self.ask_of_execution(*label, *back, *what),
            Operation::ReplayDeadLetters { owner } => self.replay_dead_letters(*owner),
            Operation::Claim {
                worker,
                limit,
                lease_seconds,
            } => self.claim(*worker, *limit, *lease_seconds),
            Operation::Work { worker, what } => self.work(*worker, *what),
            Operation::Configure { limits } => {
                self.configure(*limits);
                // Larger limits make something due.
                self.world.pass(0)
            }
            Operation::PutUser { owner, what } => self.put_user(*owner, *what),
            Operation::Define { owner } => self.define(*owner),
            Operation::Alert {
                owner,
                condition,
                channel,
            } => self.alert(*owner, *condition, *channel),
            Operation::Break { what } => {
                self.break_something(*what);
                Ok(())
            }
            Operation::Mend => self.mend(),
            Operation::Upgrade { how } => self.upgrade(*how),
            Operation::Snapshot { load } => self.snapshot(*load),
            Operation::DeleteCallee => {
                self.delete_callee();
                Ok(())
            }
            Operation::Check => check::all(self),
        }?;
        self.note_upgrades();
        Ok(())
    }

    fn jump(&mut self, seconds: u64) -> Result<(), Violation> {
        let before = self.world.now();
        // Long without cycles, a canister loses its code: that is no fault of the scheduler's.
        let seconds = if self.is_frozen {
            seconds.min(LONGEST_JUMP_FROZEN_SECONDS)
        } else {
            seconds
        };
        self.world
            .replica
            .advance_time(std::time::Duration::from_secs(seconds));
        self.model
            .trouble
            .note(Kind::Stall, before, self.world.now());
        self.counts.fault("jumps of the clock");
        self.world.pass(0)
    }

    /// A refusal of the network is one only while something is wrong.
    pub(crate) fn judge<T>(
        &self,
        what: &str,
        answer: Result<T, Refusal>,
    ) -> Result<Option<T>, Violation> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(Refusal::Scheduler(_)) => Ok(None),
            Err(Refusal::Network(_)) if self.model.trouble.is_open() => Ok(None),
            // A client's own message that writes what is poisonous traps like any other.
            Err(Refusal::Network(text))
                if self.model.trouble.is_poisoned() && text.contains("a fault was injected") =>
            {
                Ok(None)
            }
            // Who may do nothing is turned away before the message is paid for.
            Err(Refusal::Network(text)) if text.contains("(forbidden)") => Ok(None),
            Err(Refusal::Network(text)) => {
                Err(Violation::new(Rule::Answers, format!("{what}: {text}")))
            }
        }
    }
}
