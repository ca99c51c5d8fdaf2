//! The stages of an installation, which share one limit and end all or none: the hook of the old
//! code, a new instance, its start function and the hook of the new code.

use candid::Principal;

use super::super::memory::Memory;
use super::super::{Canister, Subnet};
use super::{Install, Installation};
use crate::engine::{CompiledModule, Instance, Target};
use crate::limits::INSTALL_INSTRUCTIONS;
use crate::memory::{StableOverlay, WASM_PAGE_BYTES};
use crate::state::Payload;
use crate::sys::{Mode, Run, RunInput, Trap};

/// What the stages of an installation hand on.
pub(super) struct Stage {
    stable: StableOverlay,
    /// Instructions left.
    fuel: u64,
    cycles: u128,
    burned_cycles: u128,
    global_timer_ns: u64,
    certified_data: Option<Vec<u8>>,
}

impl Canister {
    pub(super) fn run_stages(
        &mut self,
        subnet: &Subnet,
        wanted: &Installation,
        code: &CompiledModule,
        keep_heap: bool,
        printed: &mut Vec<Vec<u8>>,
    ) -> Result<(Instance, Stage), Trap> {
        let caller = wanted.caller();
        let mut stage = Stage {
            stable: self.stable_overlay(),
            fuel: INSTALL_INSTRUCTIONS,
            cycles: self.meta.cycles,
            burned_cycles: 0,
            global_timer_ns: 0,
            certified_data: None,
        };
        let last = match wanted.install {
            Install::Upgrade(options) => {
                if !options.skip_pre_upgrade && self.exports("canister_pre_upgrade") {
                    self.pre_upgrade(subnet, &mut stage, caller)?;
                }
                "canister_post_upgrade"
            }
            Install::Fresh | Install::Reinstall => {
                stage.stable = StableOverlay::with_size(0);
                "canister_init"
            }
        };
        let mut instance = Instance::new(code).map_err(Trap::NotLoadable)?;
        if keep_heap {
            self.hand_heap_over(&mut instance)?;
        }
        // The timer of the old code does not outlive it, even when its last message set it.
        stage.global_timer_ns = 0;
        let entry_point = code.exports(last).then_some(last);
        for (mode, export) in [(Mode::Start, code.start()), (Mode::Init, entry_point)] {
            let Some(export) = export else {
                continue;
            };
            let mut input = RunInput::new(mode, caller, INSTALL_INSTRUCTIONS);
            input.payload = Payload::Reply(wanted.arg.clone());
            let mut run = self.prepare_stage(subnet, &mut stage, input);
            // The new code sees the version that it makes.
            run.environment.version += 1;
            let target = Target::Export(export);
            let (mut run, trap) = if wanted.is_upgrade() {
                self.with_stable(run, |run| instance.invoke(target, run))
            } else {
                // Without the old stable memory: what is not written reads as zero.
                instance.invoke(target, run)
            };
            printed.extend(run.log.take().chain(trap.as_ref().and_then(Trap::log_line)));
            let heap_bytes = instance.memory().len() as u64;
            stage.end(run, trap.or_else(|| self.heap_over_limit(mode, heap_bytes)))?;
        }
        self.check_new_code(&instance, &stage, wanted)?;
        Ok((instance, stage))
    }

    /// Whether the canister can pay for the memory that it would take.
    fn check_new_code(
        &self,
        instance: &Instance,
        stage: &Stage,
        wanted: &Installation,
    ) -> Result<(), Trap> {
        let old = self.memory();
        let new = Memory {
            heap: instance.memory().len() as u64,
            stable: stage.stable.wasm_pages() * WASM_PAGE_BYTES,
            module: wanted.module.len() as u64,
            ..old
        };
        let bytes = new.total().saturating_sub(old.total());
        match self.missing_for(new.total(), stage.cycles) {
            Some(missing) if bytes > 0 => Err(Trap::CyclesForMemory { bytes, missing }),
            _ => Ok(()),
        }
    }

    fn pre_upgrade(
        &mut self,
        subnet: &Subnet,
        stage: &mut Stage,
        caller: Principal,
    ) -> Result<(), Trap> {
        let input = RunInput::new(Mode::PreUpgrade, caller, INSTALL_INSTRUCTIONS);
        let run = self.prepare_stage(subnet, stage, input);
        let (run, trap) = self.invoke(Target::Export("canister_pre_upgrade"), run);
        stage.end(run, trap)
    }

    fn prepare_stage(&self, subnet: &Subnet, stage: &mut Stage, input: RunInput) -> Box<Run> {
        let mut run = self.prepare(subnet, input);
        run.fuel = stage.fuel;
        run.spent_before = INSTALL_INSTRUCTIONS - stage.fuel;
        run.cycles = stage.cycles;
        run.global_timer_ns = stage.global_timer_ns;
        run.stable = std::mem::take(&mut stage.stable);
        run
    }

    /// Copies the heap of the old instance, with what `canister_pre_upgrade` did to it.
    fn hand_heap_over(&mut self, instance: &mut Instance) -> Result<(), Trap> {
        let old = self.live_instance().map_err(Trap::NotLoadable)?;
        let memory = old.memory();
        instance.grow_to(memory.len()).map_err(Trap::NotLoadable)?;
        instance.memory_mut()[..memory.len()].copy_from_slice(memory);
        self.instance = Some(old);
        Ok(())
    }

    pub(super) fn keep_stage(&mut self, stage: Stage) {
        self.work.add_message(INSTALL_INSTRUCTIONS - stage.fuel);
        self.work.stable_pages_written += stage.stable.dirty_pages() as u64;
        self.merge_stable(stage.stable);
        self.meta.cycles = stage.cycles;
        self.meta.consumed.burned += stage.burned_cycles;
        self.meta.global_timer_ns = stage.global_timer_ns;
        if let Some(data) = stage.certified_data {
            self.meta.certified_data = data;
        }
        self.meta.version += 1;
    }
}

impl Stage {
    fn end(&mut self, mut run: Box<Run>, trap: Option<Trap>) -> Result<(), Trap> {
        self.stable = std::mem::take(&mut run.stable);
        self.fuel = run.fuel;
        self.cycles = run.cycles;
        self.burned_cycles += run.burned_cycles;
        self.global_timer_ns = run.global_timer_ns;
        self.certified_data = run.certified_data.take().or(self.certified_data.take());
        trap.map_or(Ok(()), Err)
    }
}
