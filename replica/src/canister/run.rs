//! Runs one function of the live instance, then commits or discards what it did.

use super::{Canister, Subnet};
use crate::engine::{Instance, Target};
use crate::limits::LOG_LINES;
use crate::memory::{StableMemory, StableOverlay};
use crate::sys::{Environment, Run, RunInput, Trap};

impl Canister {
    fn environment(&self, subnet: &Subnet) -> Environment {
        Environment {
            canister_id: self.id,
            time_ns: subnet.time_ns,
            status: self.meta.run_state.status(),
            version: self.meta.version,
            controllers: self.meta.settings.controllers.clone(),
            variables: self.meta.settings.environment_variables.clone(),
            root_key: std::sync::Arc::clone(&subnet.root_key),
            certificate: None,
        }
    }

    /// The state of a message before it runs.
    pub(super) fn prepare(&self, subnet: &Subnet, input: RunInput) -> Box<Run> {
        Box::new(Run {
            environment: self.environment(subnet),
            fuel: input.instruction_limit,
            spent_before: 0,
            cycles: self.meta.cycles,
            available_cycles: input.available_cycles,
            reply_data: Vec::new(),
            response: None,
            pending_call: None,
            calls: Vec::new(),
            open_calls: self.meta.open_calls(),
            open_calls_in_all: self.meta.callbacks.len(),
            outgoing_bytes: 0,
            stable_base: StableMemory::default(),
            stable: StableOverlay::over(&self.stable),
            certified_data: None,
            global_timer_ns: self.meta.global_timer_ns,
            accepted: false,
            log: Vec::new(),
            input,
        })
    }

    /// Runs a function on the live instance, which keeps what it did until [`Self::commit`] or
    /// [`Self::discard`].
    pub(super) fn invoke(
        &mut self,
        target: Target<'_>,
        mut run: Box<Run>,
    ) -> (Box<Run>, Option<Trap>) {
        let mut instance = match self.live_instance() {
            Ok(instance) => instance,
            Err(reason) => return (run, Some(Trap::NotLoadable(reason))),
        };
        run.stable_base = std::mem::take(&mut self.stable);
        let limit = run.input.instruction_limit;
        let (mut run, trap) = instance.invoke(target, run);
        self.stable = std::mem::take(&mut run.stable_base);
        self.instance = Some(instance);
        self.log.extend(run.log.drain(..));
        let excess = self.log.len().saturating_sub(LOG_LINES);
        self.log.drain(..excess);
        (run, trap.map(|trap| trap.with_limit(limit)))
    }

    /// Takes the live instance out, or makes one from the image.
    pub(super) fn live_instance(&mut self) -> Result<Instance, String> {
        if let Some(instance) = self.instance.take() {
            return Ok(instance);
        }
        let code = self.code.as_ref().ok_or("the canister has no module")?;
        Instance::resume(code, &self.heap, &self.meta.globals)
    }

    /// Keeps everything that the message did to its own canister.
    pub(super) fn commit(&mut self, run: &mut Run) {
        self.keep_heap();
        let overlay = std::mem::take(&mut run.stable);
        self.work.stable_pages_written += overlay.dirty_pages() as u64;
        self.merge_stable(overlay);
        // A call that was put together and not made gives its cycles back.
        let unused = run.pending_call.take().map_or(0, |call| call.cycles);
        self.meta.cycles = run.cycles.saturating_add(unused);
        self.meta.global_timer_ns = run.global_timer_ns;
        if let Some(data) = run.certified_data.take() {
            self.meta.certified_data = data;
        }
        self.meta.version += 1;
    }

    fn keep_heap(&mut self) {
        let Some(instance) = &mut self.instance else {
            return;
        };
        self.heap.commit(instance.memory());
        self.meta.globals = instance.globals();
        self.meta.heap_bytes = self.heap.len() as u64;
        if self.code.as_ref().is_none_or(|code| !code.keeps_instance) {
            self.instance = None;
        }
    }

    /// Forgets everything that messages did since the last commit.
    pub(super) fn discard(&mut self) {
        let Some(instance) = &mut self.instance else {
            return;
        };
        let keeps_instance = self.code.as_ref().is_some_and(|code| code.keeps_instance);
        // A memory cannot shrink, so one that grew is thrown away.
        if keeps_instance && instance.memory().len() == self.heap.len() {
            self.heap.roll_back(instance.memory_mut());
            instance.set_globals(&self.meta.globals);
        } else {
            self.instance = None;
        }
    }

    /// Takes an instance of new code for its own: the end of an installation.
    pub(super) fn adopt(&mut self, instance: Instance) {
        self.heap.clear();
        self.instance = Some(instance);
        self.keep_heap();
    }

    /// Empties the stable memory.
    pub(super) fn clear_stable(&mut self) {
        self.stable.clear();
        self.meta.stable_wasm_pages = 0;
    }

    /// Empties the heap and forgets the instance.
    pub(super) fn clear_heap(&mut self) {
        self.heap.clear();
        self.instance = None;
        self.meta.globals.clear();
        self.meta.heap_bytes = 0;
    }

    pub(super) fn stable_overlay(&self) -> StableOverlay {
        StableOverlay::over(&self.stable)
    }

    /// Lends the stable memory to a message of an instance that is not the canister's own yet.
    pub(super) fn with_stable<T>(
        &mut self,
        mut run: Box<Run>,
        work: impl FnOnce(Box<Run>) -> (Box<Run>, T),
    ) -> (Box<Run>, T) {
        run.stable_base = std::mem::take(&mut self.stable);
        let (mut run, result) = work(run);
        self.stable = std::mem::take(&mut run.stable_base);
        (run, result)
    }
}
