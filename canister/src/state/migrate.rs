//! Taking over the store of an older release. It runs once, in the upgrade.

use chime_types::{ExecutionStatus, Trigger};

use super::keys::{FirstReadyKey, ReadyKey};
use super::records::Place;
use super::{Set, State, memory};

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
        self.change_header(|header| header.layout = memory::LAYOUT);
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
