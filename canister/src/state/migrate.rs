//! Taking over the store of an older release, and refusing that of a later one. It runs once, in the
//! upgrade.

use chime_types::{ExecutionStatus, Trigger};
use ic_stable_structures::StableCell;
use serde::Deserialize;

use super::held::Encoded;
use super::keys::{FirstReadyKey, ReadyKey};
use super::memory::{self, Memory};
use super::records::{Header, Place};
use super::{Set, State, empty_header};

/// What the headers of all layouts have, whatever else a later one may hold.
#[derive(Deserialize)]
struct Layout {
    layout: u32,
}

/// Refuses a store that a later program has laid out, before anything else of it is read: the header
/// itself may be one that this program cannot decode, and what opens a map may write.
///
/// # Panics
/// If the layout is a later one. The platform undoes the installation then.
pub(super) fn refuse_later_layout(header: Memory) {
    let cell: StableCell<Encoded<Header>, Memory> =
        StableCell::init(header, Encoded::of(&empty_header()));
    let Layout { layout } = cell.get().decode_as();
    assert!(
        layout <= memory::LAYOUT,
        "the store has layout {layout}, which a later program wrote; this one knows layouts up to {}: \
         install the later program again, or load the snapshot of before the upgrade; nothing was \
         changed",
        memory::LAYOUT
    );
}

impl State {
    /// From layout 1: the ready queue gets its ranks, and the lists by owner are made. The cost
    /// grows with the number of executions kept, about a tenth of a million instructions for each.
    pub(super) fn take_over_first_layout(&mut self, mut first_ready: Set<FirstReadyKey>) {
        while let Some((key, ())) = first_ready.pop_first() {
            let Some(mut execution) = self.execution(key.0) else {
                continue;
            };
            let ready = ReadyKey {
                rank: execution.scheduled_at,
                execution_id: execution.id,
            };
            execution.place = Some(Place::Ready(ready));
            self.ready.insert(ready, ());
            self.put_execution(&execution);
        }
        let ids: Vec<_> = self.executions.iter().map(|entry| *entry.key()).collect();
        for id in ids {
            self.take_over_execution(id);
        }
        self.recount_targets();
    }

    fn take_over_execution(&mut self, id: super::keys::ExecutionId) {
        let mut execution = self.execution(id).expect("BUG: a listed execution");
        let mut task = self
            .task(execution.task_id)
            .expect("BUG: an execution has a task");
        execution.due_at = execution.scheduled_at;
        if execution.schedule_id.is_none() {
            execution.trigger = Trigger::Request;
        }
        self.executions_by_owner.insert((task.owner, id), ());
        let is_running = execution.status.get() == ExecutionStatus::Running;
        let is_dead = matches!(
            execution.status.get(),
            ExecutionStatus::Failed | ExecutionStatus::TimedOut
        );
        if is_dead {
            self.dead_letters.insert((task.owner, id), ());
        }
        if is_running {
            execution.target = crate::engine::target_of_step(self, &execution);
            task.running += 1;
            self.put_task(&task);
        }
        self.change_owner(task.owner, |owner| {
            owner.executions += 1;
            owner.dead_letters += u64::from(is_dead);
            owner.running += u32::from(is_running);
        });
        self.put_execution(&execution);
    }

    fn recount_targets(&mut self) {
        let targets: Vec<_> = self
            .executions
            .iter()
            .filter_map(|entry| entry.value().decode().target)
            .collect();
        for target in targets {
            self.add_target(target);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use ic_stable_structures::{DefaultMemoryImpl, Storable};
    use serde::Serialize;

    use super::super::{Held, Vault};
    use super::*;

    #[derive(Serialize)]
    struct LaterHeader {
        layout: u32,
        next_task: String,
    }

    fn layout_of(memory: &DefaultMemoryImpl) -> u32 {
        let header = memory::manager(memory.clone()).get(memory::HEADER);
        Held::new(StableCell::<Header, _>::init(header, empty_header()))
            .get()
            .layout
    }

    fn write(memory: &DefaultMemoryImpl, bytes: Vec<u8>) {
        let header = memory::manager(memory.clone()).get(memory::HEADER);
        StableCell::init(header, Vec::new()).set(bytes);
    }

    #[test]
    fn should_refuse_a_later_layout_before_anything_is_written() {
        let memory = DefaultMemoryImpl::default();
        drop(Vault::open_in(memory.clone()));
        let later = LaterHeader {
            layout: memory::LAYOUT + 1,
            next_task: "a header that this program cannot decode".to_string(),
        };
        write(&memory, cbor4ii::serde::to_vec(Vec::new(), &later).unwrap());
        let before = memory.borrow().clone();
        let opened = catch_unwind(AssertUnwindSafe(|| Vault::open_in(memory.clone())));
        let refusal = opened.err().unwrap().downcast::<String>().unwrap();
        assert!(refusal.contains("the store has layout 4"), "{refusal}");
        assert!(refusal.contains("up to 3"), "{refusal}");
        assert!(*memory.borrow() == before, "nothing was changed");
    }

    #[test]
    fn should_write_its_own_layout_into_a_store_that_it_takes_over() {
        let memory = DefaultMemoryImpl::default();
        drop(Vault::open_in(memory.clone()));
        let older = Header {
            layout: 2,
            ..empty_header()
        };
        write(&memory, Encoded::of(&older).to_bytes().into_owned());
        drop(Vault::open_in(memory.clone()));
        assert_eq!(layout_of(&memory), memory::LAYOUT);
    }
}
