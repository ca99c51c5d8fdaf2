//! Changes of code: install, reinstall, upgrade, uninstall. All or nothing.

use std::sync::Arc;

use candid::Principal;
use ic_error_types::ErrorCode;

use super::{Answer, Canister, Subnet};
use crate::Rejection;
use crate::engine::{CompiledModule, Instance, Target};
use crate::limits::INSTALL_INSTRUCTIONS;
use crate::memory::StableOverlay;
use crate::state::Payload;
use crate::sys::{Mode, Run, RunInput, Trap};

/// Options of an upgrade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UpgradeOptions {
    pub skip_pre_upgrade: bool,
    /// Whether the heap is kept; `None` when the caller did not say.
    pub keep_heap: Option<bool>,
}

/// How code is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Install {
    /// Into an empty canister.
    Fresh,
    Reinstall,
    Upgrade(UpgradeOptions),
}

/// What the stages of an installation hand on.
struct Stage {
    stable: StableOverlay,
    /// Instructions left.
    fuel: u64,
    cycles: u128,
    global_timer_ns: u64,
    certified_data: Option<Vec<u8>>,
}

/// The section by which a module says that it keeps its heap over upgrades.
const KEEPS_HEAP_SECTION: &str = "enhanced-orthogonal-persistence";

fn keeps_heap(code: &CompiledModule) -> bool {
    let mut sections = code.metadata.iter();
    sections.any(|section| section.name == KEEPS_HEAP_SECTION)
}

impl Canister {
    /// Installs a module; on failure nothing has changed.
    pub(crate) fn install(
        &mut self,
        subnet: &Subnet,
        install: Install,
        module: Arc<[u8]>,
        arg: Vec<u8>,
        caller: Principal,
    ) -> Result<(), Rejection> {
        self.check_install(install)?;
        self.checkpoint();
        let code = CompiledModule::compile(&module).map_err(|reason| {
            let text = format!(
                "Error from Canister {}: Canister's Wasm module is not valid: {reason}",
                self.id
            );
            Rejection::new(ErrorCode::CanisterInvalidWasm, text)
        })?;
        let keep = self.check_heap_option(install, &code)?;
        let result = self.run_stages(subnet, install, &code, keep, arg, caller);
        let (instance, stage) = match result {
            Ok(result) => result,
            Err(trap) => {
                self.discard();
                let trap = trap.with_limit(INSTALL_INSTRUCTIONS);
                return Err(trap.into_rejection(&self.id));
            }
        };
        if !matches!(install, Install::Upgrade(_)) {
            self.clear_stable();
            self.meta.certified_data.clear();
        }
        self.meta.module_hash = Some(code.hash);
        self.code = Some(code);
        self.module = Some(module);
        self.module_changed = true;
        self.adopt(instance);
        self.keep_stage(stage);
        Ok(())
    }

    fn check_install(&self, install: Install) -> Result<(), Rejection> {
        match (install, &self.code) {
            (Install::Fresh, Some(_)) => Err(Rejection::new(
                ErrorCode::CanisterNonEmpty,
                format!(
                    "Canister {} cannot be installed because the canister is not empty. Try \
                     installing with mode='reinstall' instead.",
                    self.id
                ),
            )),
            (Install::Upgrade(_), None) => Err(Rejection::no_module(&self.id)),
            _ => Ok(()),
        }
    }

    /// Whether the heap is kept. A module that relies on that must not lose it by omission.
    fn check_heap_option(&self, install: Install, new: &CompiledModule) -> Result<bool, Rejection> {
        let Install::Upgrade(options) = install else {
            return Ok(false);
        };
        let refuse = |text: &str| Err(Rejection::new(ErrorCode::CanisterContractViolation, text));
        let relies_on_heap = self.code.as_ref().is_some_and(|code| keeps_heap(code));
        match options.keep_heap {
            None if relies_on_heap => refuse(
                "Missing upgrade option: Enhanced orthogonal persistence requires the \
                 `wasm_memory_persistence` upgrade option.",
            ),
            Some(true) if !keeps_heap(new) => refuse(
                "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option \
                 requires that the new canister module supports enhanced orthogonal persistence.",
            ),
            keep => Ok(keep.unwrap_or(false)),
        }
    }

    fn run_stages(
        &mut self,
        subnet: &Subnet,
        install: Install,
        code: &CompiledModule,
        keep_heap: bool,
        arg: Vec<u8>,
        caller: Principal,
    ) -> Result<(Instance, Stage), Trap> {
        let mut stage = Stage {
            stable: self.stable_overlay(),
            fuel: INSTALL_INSTRUCTIONS,
            cycles: self.meta.cycles,
            global_timer_ns: 0,
            certified_data: None,
        };
        let last = match install {
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
            input.payload = Payload::Reply(arg.clone());
            let run = self.prepare_stage(subnet, &mut stage, input);
            let target = Target::Export(export);
            let (run, trap) = if matches!(install, Install::Upgrade(_)) {
                self.with_stable(run, |run| instance.invoke(target, run))
            } else {
                // Without the old stable memory: what is not written reads as zero.
                instance.invoke(target, run)
            };
            stage.end(run, trap)?;
        }
        Ok((instance, stage))
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

    fn keep_stage(&mut self, stage: Stage) {
        self.work.add_message(INSTALL_INSTRUCTIONS - stage.fuel);
        self.work.stable_pages_written += stage.stable.dirty_pages() as u64;
        self.merge_stable(stage.stable);
        self.meta.cycles = stage.cycles;
        self.meta.global_timer_ns = stage.global_timer_ns;
        if let Some(data) = stage.certified_data {
            self.meta.certified_data = data;
        }
        self.meta.version += 1;
        self.meta.total_changes += 1;
    }

    /// Removes code, memories and chunks; whoever waits for an answer is rejected.
    pub(crate) fn uninstall(&mut self) -> Vec<Answer> {
        self.code = None;
        self.module = None;
        self.module_changed = true;
        self.meta.module_hash = None;
        self.clear_heap();
        self.clear_stable();
        self.clear_chunks();
        self.meta.certified_data.clear();
        self.meta.global_timer_ns = 0;
        self.meta.version += 1;
        self.meta.total_changes += 1;
        let rejection = Rejection::new(
            ErrorCode::CanisterRejectedMessage,
            "Canister has been uninstalled.",
        );
        self.reject_contexts(&rejection)
    }
}

impl Stage {
    fn end(&mut self, mut run: Box<Run>, trap: Option<Trap>) -> Result<(), Trap> {
        self.stable = std::mem::take(&mut run.stable);
        self.fuel = run.fuel;
        self.cycles = run.cycles;
        self.global_timer_ns = run.global_timer_ns;
        self.certified_data = run.certified_data.take().or(self.certified_data.take());
        trap.map_or(Ok(()), Err)
    }
}
