//! Upgrades, and snapshots that set the scheduler back.

use std::ops::ControlFlow;
use std::sync::Arc;

use candid::{CandidType, Deserialize, Principal};
use chime_replica::{CanisterStatus, InstallMode};
use chime_types::{Config, ConfigureRequest, ExecutionContext};
use serde::Serialize;

use super::{LONGEST_CALL_SECONDS, Run};
use crate::model::{Kind, Model};
use crate::story::Upgrade;
use crate::violation::{Rule, Violation, ensure};
use crate::world::{CYCLES, admin};

/// Messages between an upgrade that was refused and the next try.
const MESSAGES_AFTER_REFUSAL: u64 = 3;
/// Tries of one upgrade.
const MAXIMUM_REFUSALS: u32 = 4;

/// A scheduler to go back to.
pub(super) struct Saved {
    snapshot: Vec<u8>,
    model: Model,
    at: u64,
}

#[derive(CandidType)]
struct TakeSnapshot {
    canister_id: Principal,
    replace_snapshot: Option<Vec<u8>>,
}

#[derive(CandidType, Serialize)]
struct LoadSnapshot {
    canister_id: Principal,
    #[serde(with = "serde_bytes")]
    snapshot_id: Vec<u8>,
}

#[derive(CandidType, Deserialize)]
struct Taken {
    #[serde(with = "serde_bytes")]
    id: Vec<u8>,
}

impl Run {
    pub(super) fn upgrade(&mut self, how: Upgrade) -> Result<(), Violation> {
        match how {
            Upgrade::Stopped => self.while_stopped(|run| {
                run.counts.fault("upgrades, stopped");
                run.world
                    .upgrade()
                    .map_err(|text| Violation::new(Rule::Answers, format!("an upgrade: {text}")))
            }),
            Upgrade::Raw => self.upgrade_raw(),
            Upgrade::After { messages } => {
                self.upgrade_after(messages);
                Ok(())
            }
        }
    }

    /// Stops the scheduler, does something, and starts it again.
    fn while_stopped(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        self.mend()?;
        let from = self.world.now();
        self.begin_stop();
        self.world.pass(LONGEST_CALL_SECONDS)?;
        let view = self.world.replica.canister_view(&self.world.scheduler);
        let status = view.expect("the scheduler").status;
        ensure!(
            status == CanisterStatus::Stopped,
            Answers,
            "it is {status:?}, and no call of it lasts longer"
        );
        work(self)?;
        self.world
            .replica
            .start_canister(admin(), self.world.scheduler)
            .expect("a controller starts it");
        self.model.trouble.note(Kind::Stall, from, self.world.now());
        self.world.pass(0)
    }

    fn upgrade_raw(&mut self) -> Result<(), Violation> {
        if self.model.trouble.is_open() {
            return Ok(());
        }
        let is_busy = self.is_busy();
        let answer = self.world.upgrade();
        ensure!(
            !is_busy || answer.is_err(),
            Answers,
            "an upgrade was not refused while calls were out"
        );
        if let Err(text) = answer {
            ensure!(is_busy, Answers, "an upgrade was refused: {text}");
            self.counts.fault("upgrades, refused");
        } else {
            self.counts.fault("upgrades, not stopped");
            let now = self.world.now();
            self.model.trouble.note(Kind::Stall, now, now);
        }
        self.world.pass(0)
    }

    /// Whether calls are out.
    fn is_busy(&self) -> bool {
        let view = self.world.replica.canister_view(&self.world.scheduler);
        view.expect("the scheduler").open_call_contexts > 0
    }

    /// Upgrades between two messages.
    fn upgrade_after(&mut self, messages: u64) {
        let scheduler = self.world.scheduler;
        let code = self.world.modules.scheduler.to_vec();
        let upgraded_at = Arc::clone(&self.upgraded_at);
        let (mut left, mut refusals) = (messages, 0);
        self.world.replica.set_hook(move |replica, canister| {
            if canister == scheduler {
                left = left.saturating_sub(1);
            }
            if left > 0 {
                return ControlFlow::Continue(());
            }
            let mode = InstallMode::Upgrade;
            let answer = replica.install_code(admin(), scheduler, mode, code.clone(), Vec::new());
            if answer.is_ok() {
                let mut times = upgraded_at.lock().expect("no other thread has it");
                times.push(replica.time_ns());
                return ControlFlow::Break(());
            }
            // Refused, since calls are out: tried again a little later.
            refusals += 1;
            left = MESSAGES_AFTER_REFUSAL;
            if refusals < MAXIMUM_REFUSALS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }

    /// Takes in when the scheduler was upgraded between two messages.
    pub(super) fn note_upgrades(&mut self) {
        let times = std::mem::take(&mut *self.upgraded_at.lock().expect("no other thread has it"));
        for at in times {
            self.model.trouble.note(Kind::Stall, at, at);
            self.counts.fault("upgrades between two messages");
        }
    }

    pub(super) fn snapshot(&mut self, load: bool) -> Result<(), Violation> {
        if !load {
            return self.while_stopped(Self::take_snapshot);
        }
        if self.saved.is_none() {
            return Ok(());
        }
        self.while_stopped(Self::load_snapshot)?;
        self.call_after_load()
    }

    fn take_snapshot(&mut self) -> Result<(), Violation> {
        let request = TakeSnapshot {
            canister_id: self.world.scheduler,
            replace_snapshot: None,
        };
        let answer =
            self.world
                .replica
                .management_call(admin(), "take_canister_snapshot", &request);
        let bytes =
            answer.map_err(|rejection| Violation::new(Rule::Answers, rejection.to_string()))?;
        let taken: Taken = candid::decode_one(&bytes).expect("the interface of the system");
        self.saved = Some(Saved {
            snapshot: taken.id,
            model: self.model.clone(),
            at: self.world.now(),
        });
        Ok(())
    }

    /// The system's timer is no part of a snapshot that was taken of a canister: after a load it is
    /// set for what the newer state waited for, or not at all. So whoever loads one makes a call.
    fn call_after_load(&mut self) -> Result<(), Violation> {
        let request = ConfigureRequest::default();
        self.must_ask::<Config>(admin(), "configure", &request)?;
        self.world.pass(0)
    }

    /// The scheduler is what it was. What it forgot, nobody can hold against it; its workers are
    /// killed, for their tokens are given anew.
    fn load_snapshot(&mut self) -> Result<(), Violation> {
        let saved = self.saved.as_ref().expect("it was looked at before");
        let request = LoadSnapshot {
            canister_id: self.world.scheduler,
            snapshot_id: saved.snapshot.clone(),
        };
        let answer =
            self.world
                .replica
                .management_call(admin(), "load_canister_snapshot", &request);
        answer.map_err(|rejection| Violation::new(Rule::Answers, rejection.to_string()))?;
        let mut model = saved.model.clone();
        model.trouble.clone_from(&self.model.trouble);
        model.trouble.note(Kind::Stall, saved.at, self.world.now());
        model.doomed_at = self.model.doomed_at;
        let contexts: Vec<ExecutionContext> = self.world.ask_callee("contexts");
        model.forgotten_calls = contexts.len();
        model.set_back_at = self.world.now();
        self.model = model;
        self.beliefs.clear();
        self.world.replica.add_cycles(&self.world.scheduler, CYCLES);
        self.counts.fault("older snapshots");
        Ok(())
    }
}
