//! Runs one function of the live instance, then commits or discards what it did.

use super::journal::{Entry, Journal};
use super::{Canister, Subnet};
use crate::engine::{Instance, Target};
use crate::limits::UNLOGGED_LINES;
use crate::memory::StableOverlay;
use crate::sys::{Environment, Mode, Run, RunInput, Trap};

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
            cycles: self.meta.cycles,
            fees: subnet.fees,
            freezing_limit: self.freezing_limit(subnet.fees),
            open_calls: self.meta.open_calls(),
            open_calls_in_all: self.meta.callbacks.len(),
            stable: StableOverlay::over(&self.stable),
            global_timer_ns: self.meta.global_timer_ns,
            ..Run::new(input, self.environment(subnet))
        })
    }

    /// Runs a function on the live instance, which keeps what it did until [`Self::commit`] or
    /// [`Self::discard`].
    pub(super) fn invoke(&mut self, target: Target<'_>, run: Box<Run>) -> (Box<Run>, Option<Trap>) {
        self.started = self
            .can_run_again(run.input.mode)
            .then(|| Entry::new(target, &run));
        if self.started.is_none() {
            // What is not written down is discarded in the end, which takes little from the image.
            self.checkpoint();
        }
        let limit = run.input.instruction_limit;
        let (mut run, trap) = if run.input.mode.is_message() {
            self.invoke_with_faults(target, run)
        } else {
            self.invoke_live(target, run)
        };
        let trap = trap.or_else(|| self.check_memory(&run));
        if run.input.mode.is_replicated() {
            let lines = run.log.take().chain(trap.as_ref().and_then(Trap::log_line));
            self.write_log(run.environment.time_ns, lines);
        } else {
            self.unlogged.extend(run.log.take());
            let excess = self.unlogged.len().saturating_sub(UNLOGGED_LINES);
            self.unlogged.drain(..excess);
        }
        (run, trap.map(|trap| trap.with_limit(limit)))
    }

    /// Runs a message that may be made to trap.
    fn invoke_with_faults(
        &mut self,
        target: Target<'_>,
        mut run: Box<Run>,
    ) -> (Box<Run>, Option<Trap>) {
        let planned = self.host_calls_to_trap.take();
        let in_a_row = self.next_message_to_trap();
        let first = [planned, in_a_row, self.drawn_trap.take()];
        let first = first.into_iter().flatten().min();
        run.host_calls_to_trap = first;
        run.poison.clone_from(&self.poison);
        let (run, trap) = self.invoke_live(target, run);
        if let (Some(first), Some(left)) = (first, run.host_calls_to_trap) {
            self.injected_traps += u64::from(left == 0);
            let made = first - left;
            let still_planned = planned.map(|host_calls| host_calls - made);
            self.host_calls_to_trap = still_planned.filter(|host_calls| *host_calls > 0);
        }
        self.injected_traps += u64::from(run.is_poisoned);
        (run, trap)
    }

    /// The host call at which this message traps, if it is one of several in a row.
    fn next_message_to_trap(&mut self) -> Option<u64> {
        let (messages, host_call) = self.messages_to_trap.take()?;
        self.messages_to_trap = (messages > 1).then_some((messages - 1, host_call));
        (messages > 0).then_some(host_call)
    }

    /// Adds lines to the log.
    pub(super) fn write_log(&mut self, time_ns: u64, lines: impl IntoIterator<Item = Vec<u8>>) {
        for line in lines {
            let limit = self.meta.settings.log_memory_limit;
            self.log.push(limit, time_ns, line);
        }
    }

    /// Whether a message may succeed, and lead to the same state when it runs again.
    fn can_run_again(&self, mode: Mode) -> bool {
        let keeps_instance = self.code.as_ref().is_some_and(|code| code.keeps_instance);
        keeps_instance && mode.is_committed()
    }

    fn invoke_live(&mut self, target: Target<'_>, mut run: Box<Run>) -> (Box<Run>, Option<Trap>) {
        let mut instance = match self.live_instance() {
            Ok(instance) => instance,
            Err(reason) => return (run, Some(Trap::NotLoadable(reason))),
        };
        self.is_ahead = true;
        run.stable_base = std::mem::take(&mut self.stable);
        let (mut run, trap) = instance.invoke(target, run);
        self.stable = std::mem::take(&mut run.stable_base);
        self.instance = Some(instance);
        (run, trap)
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
        self.is_ahead = false;
        let overlay = std::mem::take(&mut run.stable);
        self.work.stable_pages_written += overlay.dirty_pages() as u64;
        match self.started.take() {
            Some(entry) => {
                self.journal.push(entry, run);
                self.stable.merge_reversibly(overlay);
                if self.journal.is_full(self.stable.kept_bytes()) {
                    self.checkpoint();
                }
            }
            None => {
                self.stable.merge(overlay);
                self.keep_heap();
            }
        }
        self.meta.stable_wasm_pages = self.stable.wasm_pages();
        // A call that was put together and not made gives its cycles back.
        let unused = run.pending_call.take().map_or(0, |call| call.cycles);
        self.meta.cycles = run.cycles.saturating_add(unused);
        self.meta.global_timer_ns = run.global_timer_ns;
        if let Some(data) = run.certified_data.take() {
            self.meta.certified_data = data;
        }
        self.meta.consumed.burned += run.burned_cycles;
        self.meta.version += 1;
        self.watch_heap();
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

    /// Brings the image up to what was committed.
    pub(super) fn checkpoint(&mut self) {
        if !self.journal.is_empty() {
            self.keep_heap();
            self.forget_journal();
        }
    }

    fn forget_journal(&mut self) {
        self.journal = Journal::default();
        self.stable.forget_old_pages();
    }

    /// Forgets everything that messages did since the last commit.
    pub(super) fn discard(&mut self) {
        self.started = None;
        if std::mem::take(&mut self.is_ahead) {
            if self.journal.is_empty() {
                self.roll_back();
            } else {
                self.run_again();
            }
        }
    }

    /// Makes the state after the last commit anew.
    fn run_again(&mut self) {
        let journal = std::mem::take(&mut self.journal);
        self.instance = None;
        self.stable.put_old_pages_back();
        for entry in journal.into_entries() {
            let (mut run, trap) = self.invoke_live(entry.function.target(), entry.run);
            assert!(
                trap.is_none() && run.fuel == entry.fuel_left,
                "BUG: canister {} does not do the same again: {trap:?}",
                self.id
            );
            self.stable.merge(std::mem::take(&mut run.stable));
        }
        self.is_ahead = false;
        self.keep_heap();
    }

    /// Puts the image back over the live instance.
    fn roll_back(&mut self) {
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
        self.is_ahead = false;
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
        self.forget_journal();
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
