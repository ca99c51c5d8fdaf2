//! What goes wrong, and that it is over.

use std::time::Duration;

use chime_replica::{CallFault as ReplicaFault, CanisterStatus, Fault as Planned, ReplicaConfig};

use super::{Run, plans};
use ic_management_canister_types::{CanisterIdRecord, CanisterStatusResult};

use crate::model::Kind;
use crate::story::{CallFault, Fault};
use crate::violation::Violation;
use crate::world::{CYCLES, admin};

/// The days for which the cycles of a frozen scheduler suffice: fewer than the 30 below which no
/// message is executed.
const DAYS_FROZEN: u128 = 25;
const MILLION: u64 = 1_000_000;

impl Run {
    pub(super) fn break_something(&mut self, what: Fault) {
        let (kind, name) = kind_of(what);
        self.model.trouble.begin(kind, self.world.now());
        self.counts.fault(name);
        let canister = self.world.scheduler;
        let replica = &mut self.world.replica;
        match what {
            Fault::Messages { count, host_call } => replica.inject(Planned::Messages {
                canister,
                messages: count,
                host_call,
            }),
            Fault::Traps { per_million } => {
                self.rates.traps = per_million;
                self.set_rates();
            }
            Fault::Answers { per_million } => {
                self.rates.lost_answers = per_million;
                self.rates.delayed_answers = per_million;
                self.rates.duplicated_answers = per_million;
                self.rates.unknown_after_call = per_million;
                self.rates.unknown_before_call = per_million;
                self.set_rates();
            }
            Fault::Call { call, what } => replica.inject(Planned::Call {
                canister,
                call,
                what: call_fault(what),
            }),
            Fault::Instructions { millions } => {
                replica.set_update_instructions(millions * MILLION);
            }
            Fault::Freeze => self.freeze(),
            Fault::Stop => self.begin_stop(),
            Fault::WebSilent => self.world.is_web_silent = true,
            Fault::Poison => replica.inject(Planned::Poison {
                canister,
                bytes: plans::POISON.as_bytes().to_vec(),
            }),
        }
    }

    /// Takes the cycles: too few are left for any message, and enough to keep the code for weeks.
    fn freeze(&mut self) {
        let scheduler = self.world.scheduler;
        let arg = CanisterIdRecord {
            canister_id: scheduler,
        };
        let answer = self
            .world
            .replica
            .management_call(admin(), "canister_status", &arg);
        let status: CanisterStatusResult =
            candid::decode_one(&answer.expect("a controller asks")).expect("its interface");
        let a_day = u128::try_from(status.idle_cycles_burned_per_day.0).expect("few cycles");
        self.world
            .replica
            .drain_cycles(&scheduler, a_day * DAYS_FROZEN);
        self.is_frozen = true;
    }

    fn set_rates(&mut self) {
        // Each time other faults than before, and the same ones in each run.
        self.rates.seed = self.seed ^ self.counts.operations;
        self.world
            .replica
            .set_fault_rates(self.world.scheduler, Some(self.rates.clone()));
    }

    /// Asks for a stop, which is done when no call is out any more.
    pub(super) fn begin_stop(&mut self) {
        let arg = candid::encode_one(CanisterIdRecord {
            canister_id: self.world.scheduler,
        });
        let management = candid::Principal::management_canister();
        self.world
            .replica
            .submit_call(admin(), management, "stop_canister", arg.expect("a record"))
            .expect("the management canister takes it");
        self.world.replica.run_until_idle(1_000);
    }

    /// Everything that is wrong is over.
    pub(super) fn mend(&mut self) -> Result<(), Violation> {
        let scheduler = self.world.scheduler;
        self.world.is_web_silent = false;
        self.is_frozen = false;
        self.rates.traps = 0;
        self.rates.lost_answers = 0;
        self.rates.delayed_answers = 0;
        self.rates.duplicated_answers = 0;
        self.rates.unknown_after_call = 0;
        self.rates.unknown_before_call = 0;
        self.rates.longest_delay = Duration::from_secs(400);
        let replica = &mut self.world.replica;
        replica.set_fault_rates(scheduler, None);
        replica.lift_faults(scheduler);
        replica.set_update_instructions(ReplicaConfig::default().update_instructions);
        let view = replica.canister_view(&scheduler).expect("the scheduler");
        if view.cycles < CYCLES / 2 {
            replica.add_cycles(&scheduler, CYCLES);
        }
        if view.status != CanisterStatus::Running {
            replica
                .start_canister(admin(), scheduler)
                .expect("a controller starts it");
        }
        self.note_upgrades();
        self.model.trouble.end(self.world.now());
        self.world.pass(0)
    }

    pub(super) fn delete_callee(&mut self) {
        if self.model.doomed_at.is_some() {
            return;
        }
        let doomed = self.world.doomed;
        let replica = &mut self.world.replica;
        replica
            .uninstall_code(admin(), doomed)
            .expect("uninstalled");
        replica.stop_canister(admin(), doomed).expect("stopped");
        replica.delete_canister(admin(), doomed).expect("deleted");
        self.model.doomed_at = Some(self.world.now());
        self.counts.fault("deleted callees");
    }
}

const fn kind_of(what: Fault) -> (Kind, &'static str) {
    match what {
        Fault::Messages { .. } => (Kind::Messages, "messages that fail in a row"),
        Fault::Traps { .. } => (Kind::Messages, "times of chance traps"),
        Fault::Answers { .. } => (Kind::Answers, "times of bad answers"),
        Fault::Call { .. } => (Kind::Answers, "calls that go wrong"),
        Fault::Instructions { .. } => (Kind::Messages, "lower instruction limits"),
        Fault::Freeze => (Kind::Stall, "freezes"),
        Fault::Stop => (Kind::Stall, "stops"),
        Fault::WebSilent => (Kind::Web, "silent web servers"),
        Fault::Poison => (Kind::Poison, "poisons"),
    }
}

const fn call_fault(what: CallFault) -> ReplicaFault {
    match what {
        CallFault::Lose => ReplicaFault::LoseAnswer,
        CallFault::Delay { seconds } => ReplicaFault::DelayAnswer(Duration::from_secs(seconds)),
        CallFault::Double => ReplicaFault::DuplicateAnswer,
        CallFault::UnknownAfter => ReplicaFault::UnknownAfterCall,
        CallFault::UnknownBefore => ReplicaFault::UnknownBeforeCall,
    }
}
