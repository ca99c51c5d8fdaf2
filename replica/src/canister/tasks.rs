//! The tasks that the system runs without a caller: heartbeat, global timer, hook for low memory.

use candid::Principal;

use super::{Canister, Effects, Subnet};
use crate::engine::Target;
use crate::state::{LowMemoryHook, Origin};
use crate::sys::{Mode, RunInput};

/// A task that the system runs without a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Heartbeat,
    GlobalTimer,
    LowMemory,
}

impl Task {
    pub(crate) fn export(self) -> &'static str {
        match self {
            Self::Heartbeat => "canister_heartbeat",
            Self::GlobalTimer => "canister_global_timer",
            Self::LowMemory => "canister_on_low_wasm_memory",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Heartbeat => Mode::Heartbeat,
            Self::GlobalTimer => Mode::GlobalTimer,
            Self::LowMemory => Mode::LowMemory,
        }
    }
}

impl Canister {
    /// Runs a heartbeat, the global timer or the hook for low memory. The timer is off when it runs,
    /// and a trap does not turn it on again. A lack of cycles does not turn it off: it is tried again
    /// in each round until the message can be paid for, as on the Internet Computer.
    pub(crate) fn execute_task(&mut self, subnet: &Subnet, task: Task) -> Effects {
        let mut effects = Effects::default();
        match task {
            Task::Heartbeat => self.meta.last_heartbeat_ns = subnet.time_ns,
            Task::LowMemory => self.meta.low_memory_hook = LowMemoryHook::Executed,
            Task::GlobalTimer => {}
        }
        if self.missing_cycles().is_some() {
            return effects;
        }
        let Ok(prepaid) = self.prepay(subnet) else {
            return effects;
        };
        if task == Task::GlobalTimer {
            self.meta.global_timer_ns = 0;
        }
        let caller = Principal::management_canister();
        let input = RunInput::new(task.mode(), caller, subnet.update_instructions);
        let context = self.open_context(Origin::System, caller, 0);
        let run = self.prepare(subnet, input);
        let (run, trap) = self.invoke(Target::Export(task.export()), run);
        self.finish(subnet, context, run, trap, &mut effects);
        self.settle_prepayment(subnet, prepaid, effects.instructions);
        self.work.add_message(effects.instructions);
        effects
    }
}
