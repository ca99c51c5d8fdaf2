//! Changes of code: install, reinstall, upgrade, uninstall. All or nothing.

mod stages;

use std::sync::Arc;

use candid::Principal;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    Change, ChangeDetails, ChangeOrigin, CodeDeploymentMode, CodeDeploymentRecord,
};

use super::{Answer, Canister, Subnet};
use crate::Rejection;
use crate::engine::CompiledModule;
use crate::limits::INSTALL_INSTRUCTIONS;
use crate::rejection::out_of_cycles_text;
use crate::state::LowMemoryHook;

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

/// An installation that somebody asked for.
pub(crate) struct Installation {
    pub install: Install,
    pub module: Arc<[u8]>,
    pub arg: Vec<u8>,
    pub origin: ChangeOrigin,
}

impl Installation {
    fn caller(&self) -> Principal {
        match &self.origin {
            ChangeOrigin::FromUser(user) => user.user_id,
            ChangeOrigin::FromCanister(canister) => canister.canister_id,
        }
    }

    /// Whether stable memory, certified data and log are kept.
    fn is_upgrade(&self) -> bool {
        matches!(self.install, Install::Upgrade(_))
    }

    fn details(&self, module_hash: [u8; 32]) -> ChangeDetails {
        ChangeDetails::CodeDeployment(CodeDeploymentRecord {
            mode: match self.install {
                Install::Fresh => CodeDeploymentMode::Install,
                Install::Reinstall => CodeDeploymentMode::Reinstall,
                Install::Upgrade(_) => CodeDeploymentMode::Upgrade,
            },
            module_hash: module_hash.to_vec(),
        })
    }
}

/// The section by which a module says that it keeps its heap over upgrades.
const KEEPS_HEAP_SECTION: &str = "enhanced-orthogonal-persistence";

fn keeps_heap(code: &CompiledModule) -> bool {
    let mut sections = code.metadata.iter();
    sections.any(|section| section.name == KEEPS_HEAP_SECTION)
}

impl Canister {
    /// Installs a module; on failure nothing has changed but the log.
    pub(crate) fn install(
        &mut self,
        subnet: &Subnet,
        wanted: Installation,
    ) -> Result<(), Rejection> {
        self.check_install(wanted.install)?;
        if let Some(missing) = self.missing_cycles() {
            let reason = out_of_cycles_text(&self.id, missing);
            let text = format!("Canister installation failed with `{reason}`.");
            return Err(Rejection::new(ErrorCode::CanisterOutOfCycles, text));
        }
        self.checkpoint();
        let code = self.compile(&wanted.module)?;
        let keep = self.check_heap_option(wanted.install, &code)?;
        let mut printed = Vec::new();
        let result = self.run_stages(subnet, &wanted, &code, keep, &mut printed);
        if result.is_ok() && !wanted.is_upgrade() {
            self.log.clear();
        }
        self.write_log(subnet.time_ns, printed);
        let (instance, stage) = match result {
            Ok(result) => result,
            Err(trap) => {
                self.discard();
                let trap = trap.with_limit(INSTALL_INSTRUCTIONS);
                return Err(trap.into_rejection(&self.id));
            }
        };
        if !wanted.is_upgrade() {
            self.clear_stable();
            self.meta.certified_data.clear();
        }
        let details = wanted.details(code.hash);
        self.meta.module_hash = Some(code.hash);
        self.code = Some(code);
        self.module = Some(wanted.module);
        self.module_changed = true;
        self.adopt(instance);
        self.keep_stage(stage);
        self.meta.low_memory_hook = LowMemoryHook::NotDue;
        self.watch_heap();
        self.record_change(subnet.time_ns, wanted.origin, details);
        Ok(())
    }

    /// Compiles a module, or rejects it in the words of the Internet Computer.
    pub(super) fn compile(&self, module: &[u8]) -> Result<Arc<CompiledModule>, Rejection> {
        CompiledModule::compile(module).map_err(|reason| {
            let text = format!(
                "Error from Canister {}: Canister's Wasm module is not valid: {reason}.\n{}",
                self.id,
                reason.advice()
            );
            Rejection::new(ErrorCode::CanisterInvalidWasm, text)
        })
    }

    /// Writes a change into the history, after it was made.
    pub(crate) fn record_change(
        &mut self,
        time_ns: u64,
        origin: ChangeOrigin,
        details: ChangeDetails,
    ) {
        if let ChangeDetails::CodeDeployment(_) | ChangeDetails::LoadSnapshot(_) = details {
            self.meta.installed_ns = Some(time_ns);
        }
        self.meta.total_changes += 1;
        self.meta.changes.push(Change {
            timestamp_nanos: time_ns,
            canister_version: self.meta.version,
            origin,
            details: Some(details),
        });
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

    /// Removes code, memories and chunks; whoever waits for an answer is rejected.
    pub(crate) fn uninstall(&mut self) -> Vec<Answer> {
        self.code = None;
        self.module = None;
        self.module_changed = true;
        self.meta.module_hash = None;
        self.clear_heap();
        self.clear_stable();
        self.clear_chunks();
        self.log.clear();
        self.meta.certified_data.clear();
        self.meta.global_timer_ns = 0;
        self.meta.low_memory_hook = LowMemoryHook::NotDue;
        self.meta.installed_ns = None;
        self.meta.version += 1;
        let rejection = Rejection::new(
            ErrorCode::CanisterRejectedMessage,
            "Canister has been uninstalled.",
        );
        self.reject_contexts(&rejection)
    }
}
